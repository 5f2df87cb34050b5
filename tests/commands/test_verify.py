"""`ecot verify` on a domain without tools: what it prints, writes, merges and resumes, and when it says no."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import gymnasium
import pytest
from fakes import FAKE, FakeSource, fake_toolchain

from ecot.__main__ import main
from ecot.envs import domain as registry
from ecot.envs.errors import TaskError
from ecot.envs.proof_report import read_report
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Label, Request, StageResult, Task

ENV_ID = "Fake/Proof-v0"


@dataclass(frozen=True)
class Cheat:
    name: str
    source: str
    labels: frozenset[Label]
    reason: str = "it is no answer"


class Families(FakeSource):
    """The fake tasks as two families that differ in name only."""

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self._names = [name for name in path.split(",") if name] or ["left", "right"]
        if unknown := set(self._names) - {"left", "right"}:
            raise TaskError(f"unknown family {unknown.pop()!r}")

    def __getitem__(self, task_id: str) -> Task:
        return replace(super().__getitem__(task_id), env_id=ENV_ID)

    def families(self) -> Mapping[str, str]:
        return {name: f"digest of {name}" for name in self._names}

    def hacks(self, task_id: str) -> Sequence[Cheat]:
        return [Cheat("prints", "print PASS\n", frozenset({Label.REJECTED}))]


class Tools:
    """The fake toolchain, counted; breaks on our side at a given call."""

    def __init__(self, breaks_at: int = 0) -> None:
        self.calls, self.breaks_at = 0, breaks_at

    def __call__(self, workspace: Workspace, request: Request) -> Iterator[StageResult]:
        self.calls += 1
        if self.calls == self.breaks_at:
            raise TaskError("the bundle is torn")
        yield from fake_toolchain(None, request)


@pytest.fixture
def tools() -> Iterator[Tools]:
    made = Tools()
    registry.register(replace(FAKE, id=ENV_ID, sources={"families": Families}, toolchain=made))
    yield made
    registry._domains.pop(ENV_ID)
    gymnasium.registry.pop(ENV_ID)


def _verify(folder: Path, *words: str) -> int:
    fixed = ["--output", str(folder), "--workers", "1", "--sandbox", "none"]
    return main(["verify", ENV_ID, *fixed, *words])


def test_the_full_tier_writes_what_it_found(tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(tmp_path, "--full", "--draws", "2") == 0
    report = read_report(tmp_path / "proof.json")
    assert report is not None
    assert set(report.families) == {"left", "right"}
    assert report.families["left"].draws == ("lists@1/000000", "lists@1/000500")
    assert report.tally.killed == 32
    assert report.families["left"].hacks["prints"].labels == {"REJECTED": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["proof.json"]
    shown = capsys.readouterr().out
    assert "Mutation score 100.00%: 32 killed of 32 that count." in shown
    assert "solves earns 0.1" in shown


def test_the_quick_tier_tries_three_mutants_a_family_and_writes_nothing(tools: Tools, tmp_path: Path) -> None:
    assert _verify(tmp_path) == 0
    # A solution, three mutants and a cheat; the other family holds the same tasks, so that it costs nothing.
    assert tools.calls == 1 + 3 + 1
    assert list(tmp_path.iterdir()) == []


def test_a_run_over_one_family_keeps_the_report_of_the_other(tools: Tools, tmp_path: Path) -> None:
    assert _verify(tmp_path, "--full", "--draws", "2") == 0
    assert _verify(tmp_path, "--full", "--draws", "1", "--families", "right") == 0
    report = read_report(tmp_path / "proof.json")
    assert report is not None
    assert {name: len(family.draws) for name, family in report.families.items()} == {"left": 2, "right": 1}


def test_a_broken_run_goes_on_where_it_stopped(
    tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.breaks_at = 12
    assert _verify(tmp_path, "--full", "--draws", "1") == 2
    assert capsys.readouterr().err == "ecot: the bundle is torn\n"
    kept = len((tmp_path / "proof.journal").read_text().splitlines())
    assert kept >= 11
    before, tools.breaks_at = tools.calls, 0
    assert _verify(tmp_path, "--full", "--draws", "1") == 0
    # Both families hold the same tasks, so that the second costs nothing once the first is known.
    assert tools.calls - before <= 18 - 11
    assert not (tmp_path / "proof.journal").exists()


def test_a_judge_that_lets_mutants_live_ends_with_1_and_shows_them(
    tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blind = StageResult(name="check", passed=True, label=Label.PASS)
    registry._domains[ENV_ID] = replace(registry._domains[ENV_ID], toolchain=lambda workspace, request: iter([blind]))
    assert _verify(tmp_path, "--full", "--draws", "1") == 1
    shown = capsys.readouterr().out
    assert "survived: lists@1/000000 line 1 off_by_one" in shown
    assert "does not hold: left: lists@1/000000 prints: PASS, score 1" in shown
    assert json.loads((tmp_path / "proof.json").read_text())["families"]["left"]["survivors"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--families", "middle"], "unknown family 'middle'"),
        (["--draws", "-1"], "--draws=-1"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    tools: Tools, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert _verify(tmp_path, *words) == 2
    assert sentence in capsys.readouterr().err
