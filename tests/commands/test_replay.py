"""`ecot replay`: silent where nothing changed, and exact about what did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FAKE, FAKE_ID

from ecot.__main__ import main
from ecot.commands import replay as command
from ecot.commands.replay import compare
from ecot.envs import domain as registry
from ecot.envs.domain import Domain
from ecot.envs.sandbox import Workspace
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Label, Request, StageResult, Trajectory

Collect = Callable[..., int]


@pytest.fixture
def replayed(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Collects twelve episodes, changes the domain, replays, and returns what was said."""
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    assert collect("episodes=12", "backend=unconfined") == 0

    def run(domain: Domain | None = None, *words: str, code: int = 0) -> str:
        if domain is not None:
            monkeypatch.setitem(registry._domains, FAKE_ID, domain)
        capsys.readouterr()
        assert main(["replay", str(tmp_path / "store"), "--workers", "3", *words]) == code
        return capsys.readouterr().out

    return run


def test_an_unchanged_judge_shows_no_drift(replayed: Callable[..., str]) -> None:
    assert "12 trajectories" in replayed()
    assert "0 drifted" in replayed()


def test_one_trajectory_can_be_replayed_by_itself(replayed: Callable[..., str], tmp_path: Path) -> None:
    identity = TrajectoryStore(tmp_path / "store").identities()[0]
    assert "1 trajectories" in replayed(None, "--id", identity[:10])


def test_a_judge_that_now_passes_everything_is_drift(replayed: Callable[..., str]) -> None:
    def lenient(workspace: Workspace, request: Request) -> Iterator[StageResult]:
        for name in FAKE.stages:
            yield StageResult(name=name, passed=True, label=Label.PASS)

    text = replayed(replace(FAKE, toolchain=lenient), code=1)
    assert "label" in text
    assert "PASS" in text
    assert "0 drifted" not in text


def test_another_message_or_metric_is_drift(replayed: Callable[..., str]) -> None:
    def reworded(workspace: Workspace, request: Request) -> Iterator[StageResult]:
        for result in FAKE.toolchain(workspace, request):
            diagnostics = tuple(replace(item, message=f"Oh: {item.message}") for item in result.diagnostics)
            yield replace(result, diagnostics=diagnostics, metrics=dict.fromkeys(result.metrics, 9))

    text = replayed(replace(FAKE, toolchain=reworded), code=1)
    assert "Oh:" in text
    assert "compile lines" in text


def test_time_alone_is_no_drift(replayed: Callable[..., str]) -> None:
    def slower(workspace: Workspace, request: Request) -> Iterator[StageResult]:
        for result in FAKE.toolchain(workspace, request):
            yield replace(result, seconds=99.0, log="other", engine="fake-2")

    assert "0 drifted" in replayed(replace(FAKE, toolchain=slower))


def test_another_version_of_a_tool_is_told(
    replayed: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = TrajectoryStore(tmp_path / "store")
    older = [replace(item, provenance=replace(item.provenance, toolchain={"fakec": "0.9"})) for item in store]
    for shard in (tmp_path / "store").glob("*.jsonl"):
        shard.unlink()
    with TrajectoryStore(tmp_path / "store", write=True) as again:
        for item in older:
            again.append(item)
    monkeypatch.setattr(command, "versions_of", lambda domain: {"fakec": "1.0"})
    text = replayed(code=1)
    assert "fakec: recorded with 0.9, here 1.0" in text
    assert "0 drifted" in text


def test_what_broke_on_our_side_is_skipped_and_counted(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    assert collect("backend=failing") == 1
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "store")]) == 0
    broken = sum(bool(item.error) for item in TrajectoryStore(tmp_path / "store"))
    assert f"skipped {broken}: broken on our side when it was played" in capsys.readouterr().out


def test_every_kind_of_difference_between_two_trajectories_is_found(
    replayed: Callable[..., str], tmp_path: Path
) -> None:
    store = TrajectoryStore(tmp_path / "store")
    long = next(item for item in store if len(item.turns) >= 2)

    def what(now: Trajectory) -> set[str]:
        return {drift.what for drift in compare(long, now)}

    assert what(long) == set()
    assert what(replace(long, task_digest="0" * 32)) == {"task"}
    assert what(replace(long, turns=long.turns[:1])) == {"turns"}
    assert what(replace(long, error="ReplayError: it goes on")) == {"turns"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--id", "zzz"], "holds no trajectory whose identity starts with 'zzz'"),
        (["--backend", "surreal"], "unknown backend 'surreal'"),
        (["--workers", "0"], "workers must be at least 1, not 0"),
    ],
)
def test_bad_input_is_one_sentence(
    collect: Collect, tmp_path: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("episodes=2") == 0
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "store"), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_missing_tool_is_told_before_anything_runs(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect("episodes=2", "env=needy") == 0
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "store")]) == 2
    assert "install with: apt-get install no-such-tool" in capsys.readouterr().err
