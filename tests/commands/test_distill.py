"""From stored episodes to a model, its figures, predicted episodes, and the audit that corrects them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ecot.__main__ import main
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Source

Collect = Callable[..., int]


@pytest.fixture
def model(collect: Collect, tmp_path: Path) -> Path:
    """A model of the fake domain, trained for a few seconds."""
    assert collect("episodes=70") == 0
    words = [
        "distill",
        str(tmp_path / "store"),
        "--output",
        str(tmp_path / "model"),
        "--minutes",
        "0.08",
        "--fold",
        "1",
    ]
    assert main(words) == 0
    return tmp_path / "model"


@pytest.mark.needs("torch")
def test_a_model_is_trained_measured_played_against_and_audited(
    collect: Collect, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    words = ["fidelity", str(tmp_path / "store"), "--model", str(model)]
    capsys.readouterr()
    assert main([*words, "--json", str(tmp_path / "f.json"), "--picture", str(tmp_path / "f.png")]) == 0
    printed = capsys.readouterr().out
    assert "majority" in printed
    assert "n-gram" in printed
    figures = json.loads((tmp_path / "f.json").read_text())["figures"]
    overall = {(item["model"], item["reference"], item["split"]): item for item in figures if item["kind"] == "all"}
    assert {split for _, _, split in overall} == {"turn", "task"}
    assert all(0 <= item["low"] <= item["accuracy"] <= item["high"] <= 1 for item in figures)
    assert (tmp_path / "f.png").read_bytes()[:4] == b"\x89PNG"

    predicted = f"output={tmp_path / 'predicted'}"
    assert (
        collect(
            "episodes=6", "backend=surrogate", f"backend.path={model}", f"backend.store={tmp_path / 'store'}", predicted
        )
        == 0
    )
    outcomes = [turn.outcome for item in TrajectoryStore(tmp_path / "predicted") for turn in item.turns if turn.outcome]
    assert {item.source for item in outcomes if item.confidence is not None} == {Source.SURROGATE}
    assert any(item.confidence is not None for item in outcomes)

    capsys.readouterr()
    assert main(["audit", str(tmp_path / "predicted"), "--output", str(tmp_path / "audited"), "--share", "1"]) == 0
    assert "predicted turns were right" in capsys.readouterr().out
    corrected = [turn.outcome for item in TrajectoryStore(tmp_path / "audited") for turn in item.turns if turn.outcome]
    assert {item.source for item in corrected} == {Source.REAL}
    assert any(item.prediction is not None for item in corrected)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["distill", "STORE", "--fold", "7"], "--fold=7"),
        (["distill", "STORE", "--minutes", "0"], "must be positive"),
        (["distill", "STORE", "--output", "x"], "too few; collect more"),
        (["fidelity", "STORE", "--model", "nothing/here"], "no world model at nothing/here"),
        (["audit", "STORE", "--share", "0"], "--share=0"),
        (["audit", "STORE", "--share", "1"], "holds no predicted trajectory"),
        (["audit", "STORE", "--output", "STORE"], "holds the predictions themselves"),
    ],
)
def test_bad_input_gets_one_clear_sentence(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert collect("episodes=3") == 0
    assert main([str(tmp_path / "store") if word == "STORE" else word for word in words]) == 2
    assert said in capsys.readouterr().err
