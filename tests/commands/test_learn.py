"""The proof of learning: its steps are command lines that compose, and its figures are paired by task."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecot.commands.composition import compose
from ecot.commands.learn import STAGES, _steps
from ecot.commands.learning_page import Figures, gain_of, shares_by_task, write_page
from ecot.envs.types import Label, Outcome, Provenance, StageResult, Trajectory, Turn


def test_every_step_is_a_command_line_that_composes(tmp_path: Path) -> None:
    config = compose("learn", ["seeds=[3]", "grpo.max_steps=2", "+environments.verilog=[comparator,decoder]"])
    steps = dict(_steps(config, tmp_path, 3))
    assert [name for name in steps if "evaluate" not in name][-2:] == ["sft", "grpo"]
    assert len([name for name in steps if name.startswith("evaluate")]) == len(STAGES) * len(config["environments"])
    for argv in steps.values():
        kind, words = (argv[1], argv[2:]) if argv[0] == "train" else (argv[0], argv[1:])
        composed = compose(kind, words)
        assert str(tmp_path) in composed["output"]
    grpo = compose("grpo", steps["grpo"][2:])
    assert grpo["environments"] == {"ECoT/Verilog-v0": 1.0, "ECoT/Embedded-v0": 1.0}
    assert grpo["families"] == {**{name: 1.0 for names in config["environments"].values() for name in names}, "*": 0.0}
    assert (grpo["trainer"]["max_steps"], grpo["seed"], grpo["split"]) == (2, 3, "train")
    evaluation = compose("evaluate", steps["evaluate-grpo-verilog"][1:])
    assert (evaluation["split"], evaluation["backend"]["inner"]["_target_"]) == ("test", "ecot.envs.real.RealBackend")


def episode(task_id: str, *labels: Label) -> Trajectory:
    stages = [StageResult(name="check", passed=label is Label.PASS, label=label, engine="test") for label in labels]
    turns = [Turn(observation="o", action="a", outcome=Outcome(stages=(stage,)), reward=0.0) for stage in stages]
    return Trajectory(
        identity=task_id,
        env_id="Test/Any-v0",
        task_id=task_id,
        task_digest="",
        group_id="",
        sample_index=0,
        turns=tuple(turns),
        terminated=True,
        truncated=False,
        seed=0,
        provenance=Provenance(),
    )


def test_gains_are_paired_by_task() -> None:
    before = [episode("a", Label.MISMATCH, Label.PASS), episode("a", Label.PASS), episode("b", Label.MISMATCH)]
    after = [episode("a", Label.PASS), episode("b", Label.PASS), episode("c", Label.MISMATCH)]
    assert shares_by_task(before, 1) == {(0, "a"): 0.5, (0, "b"): 0.0}
    assert shares_by_task(before, 2) == {(0, "a"): 1.0, (0, "b"): 0.0}
    assert gain_of(before, after, 1).estimate == pytest.approx(0.75)
    assert gain_of(before, after, 2).estimate == pytest.approx(0.5)


@pytest.mark.needs("matplotlib")
def test_the_page_holds_table_gain_and_curves(tmp_path: Path) -> None:
    failed, passed = ([episode(task, label) for task in "abcd"] for label in (Label.MISMATCH, Label.PASS))
    played = {"start": failed, "sft": [*failed[:3], *passed[3:]], "grpo": passed}
    figures = Figures(
        seed=5,
        episodes={(stage, "verilog"): tuple(episodes) for stage, episodes in played.items()},
        history=[{"rewards/first_pass/mean": 0.25, "rewards/any_pass/mean": 0.5, "step": 1}],
        losses=[(10, 2.0), (20, 1.0)],
        seconds={"sft": 60.0},
    )
    config = {"environments": {"verilog": ["decoder"]}, "corrections": 2, "backend": "real"}
    write_page(tmp_path / "learn.md", [figures], command="ecot learn seeds=[5]", config=config)
    page = (tmp_path / "learn.md").read_text(encoding="utf-8")
    assert "| verilog | after SFT | 4 | 0.250 [" in page
    assert "| verilog | GRPO over SFT, paired | | +0.750 [" in page
    assert "- seed 5: 1 minutes (sft 1.0)" in page
    assert (tmp_path / "learn.png").read_bytes().startswith(b"\x89PNG")
