"""Proofs on a domain without tools: what counts as killed, what a journal saves, and that stalling does not pay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fakes import FAKE, FakeBackend, FakeSource, fakes_registered
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.domain import Domain, Mutation
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import SandboxError, StoreError, TaskError
from ecot.envs.proof import Finding, Trial, provable, trials
from ecot.envs.proof_report import (
    DomainReport,
    FamilyReport,
    Tally,
    file_name,
    read_report,
    report_of,
    write_report,
)
from ecot.envs.proof_run import Journal, prove, tool_trials
from ecot.envs.score import binary, gain, plain
from ecot.envs.stalling import Stalling, best_stalling_return, stalling_of
from ecot.envs.types import Label, Limits, Outcome, Request, StageResult

PASSED = Outcome(stages=(StageResult(name="check", passed=True, label=Label.PASS),))


@dataclass(frozen=True)
class Cheat:
    name: str
    source: str
    labels: frozenset[Label]
    reason: str


class ProvableFakes(FakeSource):
    def families(self) -> Mapping[str, str]:
        return {"lists": "digest-1"}

    def hacks(self, task_id: str) -> Sequence[Cheat]:
        return [
            Cheat("prints", "print PASS\n", frozenset({Label.REJECTED}), "printing decides nothing"),
            Cheat("empty", "", frozenset({Label.MISMATCH}), "no letter has its number"),
        ]


class NoSandbox:
    """A sandbox for a prover that runs nothing."""

    name = "fake"

    def gaps(self) -> Sequence[str]:
        return ()

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Any:
        return self

    def workspace(self, limits: Limits) -> AbstractContextManager[Any]:
        return nullcontext()

    def close(self) -> None:
        """Nothing is held."""


PROVABLE = replace(FAKE, sources={"families": ProvableFakes})


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with fakes_registered():
        yield


def _trials(draws: int = 2, mutants: int | None = None) -> list[Trial]:
    return list(trials(PROVABLE, provable(PROVABLE), draws=draws, mutants=mutants))


def _prove(planned: Sequence[Trial], backend: Any, *, domain: Domain = PROVABLE, journal: Journal | None = None) -> Any:
    return prove(domain, planned, backend=backend, sandbox=NoSandbox(), workers=2, journal=journal)


def _report(findings: Sequence[Finding]) -> FamilyReport:
    return report_of(findings, digest="digest-1", date="2026-01-01", floor=FAKE.floor)


def test_a_judge_that_checks_kills_every_mutant_and_cheats_earn_the_floor() -> None:
    report = _report(_prove(_trials(), FakeBackend()))
    assert report.holds
    assert (report.solved, len(report.draws)) == (2, 2)
    assert report.tally == Tally(not_built=16, killed=16)
    assert report.tally.score == 1.0
    assert report.operators["drop_sign"] == Tally(not_built=16)
    assert report.labels == {"MISMATCH": 16}
    assert report.hacks["prints"].labels == {"REJECTED": 2}
    assert report.hacks["empty"].score == FAKE.floor


def test_a_judge_that_passes_everything_scores_nothing_and_its_holes_are_listed() -> None:
    report = _report(_prove(_trials(draws=1), FakeBackend(verdict=PASSED)))
    assert report.tally.score == 0.0
    assert len(report.survivors) == report.tally.survived == 16
    assert report.survivors[0].diff.splitlines()[0].startswith("-a = ")
    assert not report.holds
    assert report.hacks["prints"].failures == ("lists@1/000000 prints: PASS, score 1",)


def test_a_judge_that_fails_everything_does_not_hold() -> None:
    verdict = Outcome(stages=(StageResult(name="check", passed=False, label=Label.MISMATCH),))
    report = _report(_prove(_trials(draws=1), FakeBackend(verdict=verdict)))
    assert report.solved == 0
    assert not report.holds
    assert report.tally.score == 1.0


def test_a_cheat_that_fails_for_another_reason_than_stated_does_not_hold() -> None:
    findings = _prove(_trials(draws=1), FakeBackend())
    wrong = [replace(item, label=Label.TIMEOUT) if item.trial.hack else item for item in findings]
    assert not _report(wrong).holds


@pytest.mark.parametrize(("verdict", "score", "survived"), [(True, 1.0, 0), (None, 0.0, 16), (False, 0.0, 16)])
def test_only_a_proof_of_equivalence_takes_a_survivor_out_of_the_score(
    verdict: bool | None, score: float, survived: int
) -> None:
    domain = replace(PROVABLE, equivalent=lambda workspace, request, source: verdict)
    report = _report(_prove(_trials(draws=1), FakeBackend(verdict=PASSED), domain=domain))
    assert report.tally.score == score
    assert report.tally.survived == survived
    assert report.tally.generated == 16


def test_the_prover_is_asked_about_the_solution_with_the_mutant_beside_it() -> None:
    asked: list[tuple[str, str]] = []

    def equivalent(workspace: object, request: Request, source: str) -> None:
        asked.append((request.candidate.source, source))

    domain = replace(PROVABLE, equivalent=equivalent)
    _prove(_trials(draws=1, mutants=1), FakeBackend(verdict=PASSED), domain=domain)
    ((solution, mutant),) = asked
    assert solution == provable(PROVABLE)["lists@1/000000"].solution[0].text
    assert mutant != solution


def test_trials_are_the_same_every_time_and_spread_over_draws_and_mutants() -> None:
    assert [item.request for item in _trials()] == [item.request for item in _trials()]
    assert {item.task.id for item in _trials(draws=2)} == {"lists@1/000000", "lists@1/000500"}
    few = [item.index for item in _trials(draws=1, mutants=3) if item.mutation]
    assert few == [2, 8, 13]
    assert len({item.request.hidden_seed for item in _trials(draws=2)}) == 2


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "proof" / "fake.journal"
    planned = _trials()
    with pytest.raises(SandboxError, match="no room"):
        _prove(planned, FakeBackend(fail_after=7, error=SandboxError("no room")), journal=Journal(path))
    with path.open("a") as file:
        file.write('{"key": "torn')
    second = FakeBackend()
    findings = _prove(planned, second, journal=Journal(path))
    assert len(second.requests) == len(planned) - 7
    assert findings == _prove(planned, FakeBackend())
    third = FakeBackend()
    assert _prove(planned, third, journal=Journal(path)) == findings
    assert third.requests == []


def test_the_prover_is_not_asked_twice(tmp_path: Path) -> None:
    calls = []

    def equivalent(workspace: object, request: Request, source: str) -> None:
        calls.append(source)

    domain = replace(PROVABLE, equivalent=equivalent)
    planned = _trials(draws=1)
    for _ in range(2):
        _prove(planned, FakeBackend(verdict=PASSED), domain=domain, journal=Journal(tmp_path / "j"))
    assert len(calls) == 16


def test_a_journal_that_was_tampered_with_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_text('{"key": "a", "label": "PASS"}\nnonsense\n')
    with pytest.raises(StoreError, match=r"j, line 2: no finding; delete"):
        Journal(path)


def test_a_source_without_families_cannot_be_proved() -> None:
    with pytest.raises(TaskError, match="have no families that prove themselves"):
        provable(FAKE)


def test_an_error_of_ours_is_no_verdict() -> None:
    class Broken(FakeBackend):
        def submit(self, request: Request) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            future.set_exception(SandboxError("the host is out of memory"))
            return future

    with pytest.raises(SandboxError, match="out of memory"):
        _prove(_trials(draws=1), Broken())


def test_a_prover_whose_cell_does_not_start_says_why() -> None:
    class NeverStarts(NoSandbox):
        def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Any:
            raise SandboxError("no namespaces here")

    domain = replace(PROVABLE, equivalent=lambda workspace, request, source: None)
    with pytest.raises(SandboxError, match="no namespaces"):
        prove(domain, _trials(draws=1), backend=FakeBackend(verdict=PASSED), sandbox=NeverStarts(), workers=1)


def test_a_host_that_stumbles_once_is_asked_again() -> None:
    class Stumbling(FakeBackend):
        def submit(self, request: Request) -> Future[Outcome]:
            future = super().submit(request)
            if self.requests.count(request) < 3:
                future = Future()
                future.set_exception(SandboxError("the host is busy"))
            return future

    planned = _trials(draws=1)
    backend = Stumbling()
    assert _prove(planned, backend) == _prove(planned, FakeBackend())
    assert len(backend.requests) == 3 * len(planned)


def test_a_report_comes_back_from_disk_as_it_was_written(tmp_path: Path) -> None:
    family = _report(_prove(_trials(), FakeBackend()))
    report = DomainReport(
        env_id="Fake/Lists-v0",
        package_version="1",
        toolchain={"fakec": "1"},
        sandbox="none",
        judge_digest="0",
        floor=0.1,
        stalling=stalling_of(gain, [family.failing_scores], turns=5),
        families={"lists": family},
    )
    path = tmp_path / "deep" / file_name(report.env_id)
    write_report(path, report)
    assert path.name == "lists.json"
    assert to_json(read_report(path)) == to_json(report)
    assert from_json(DomainReport, json.loads(path.read_text())).tally == family.tally
    assert read_report(tmp_path / "none.json") is None
    path.write_text("{}")
    with pytest.raises(StoreError, match="is no report of `ecot verify`"):
        read_report(path)


def test_pooled_tallies_add_up() -> None:
    total = sum([Tally(killed=3, survived=1, kept=True), Tally(killed=6, not_built=9, kept=True)], Tally(kept=True))
    assert total == Tally(killed=9, survived=1, not_built=9, kept=True)
    assert total.score == 0.9
    assert Tally(equivalent=4).score == 1.0


@given(
    st.dictionaries(st.sampled_from([Label.MISMATCH, Label.TIMEOUT, Label.REJECTED]), st.floats(0, 0.9), min_size=1),
    st.integers(1, 4),
    st.sampled_from([gain, plain, binary]),
)
def test_the_best_stalling_return_is_that_of_the_best_sequence(scores: Any, turns: int, reward: Any) -> None:
    def play(sequence: Sequence[Label]) -> float:
        best = total = 0.0
        for label in sequence:
            outcome = Outcome(stages=(StageResult(name="judge", passed=False, label=label),))
            total += reward(outcome, scores[label], best)
            best = max(best, scores[label])
        return total

    brute = max(play(sequence) for length in range(turns + 1) for sequence in product(scores, repeat=length))
    assert best_stalling_return(reward, scores, turns=turns) == pytest.approx(brute)


def test_stalling_earns_less_than_an_immediate_pass_by_the_default_reward_and_more_by_the_plain_score() -> None:
    family = _report(_prove(_trials(draws=1), FakeBackend()))
    known = [family.failing_scores]
    assert stalling_of(gain, known, turns=5) == Stalling(turns=5, stalling_return=0.1, immediate_pass=1.0)
    assert stalling_of(plain, known, turns=11).stalling_return > 1.0


def test_mutants_are_judged_without_the_stages_that_measure_and_survive_where_those_are_left_out() -> None:
    domain = replace(PROVABLE, stages=("check", "clock"), measured=("clock",))
    planned = list(trials(domain, provable(domain), draws=1))
    assert {trial.stages for trial in planned if trial.mutation} == {("check",)}
    assert {trial.stages for trial in planned if not trial.mutation} == {None}
    mutant = next(trial for trial in planned if trial.mutation)
    left_out = Finding(trial=mutant, label=Label.UNVERIFIED, score=0.5)
    assert (left_out.survived, left_out.status) == (True, "survived")
    assert Finding(trial=replace(mutant, stages=None), label=Label.UNVERIFIED, score=0.5).status == "killed"


def test_a_mutant_of_what_a_tool_made_is_shown_and_compared_beside_that() -> None:
    compared: list[tuple[str, str]] = []

    def equivalent(workspace: Any, request: Request, mutant: str) -> bool:
        compared.append((request.task.solution[0].text, mutant))
        return True

    class Passing(FakeBackend):
        def submit(self, request: Request) -> Future[Outcome]:
            answer: Future[Outcome] = Future()
            answer.set_result(PASSED)
            return answer

    (solution, *_) = _trials(draws=1, mutants=0)
    fault = Mutation(operator="tool", kind="tool", line=1, source="a = 2\n", kept=True, base="a = 1\n")
    planned = [replace(solution, source=fault.source, mutation=fault)]
    (finding,) = _prove(planned, Passing(), domain=replace(PROVABLE, equivalent=equivalent))
    assert compared == [("a = 1\n", "a = 2\n")]
    assert finding.status == "equivalent"
    assert finding.diff == "-a = 1\n+a = 2"


def test_mutants_that_tools_make_are_numbered_after_the_others_and_shared_out_among_the_draws() -> None:
    def made(workspace: Any, request: Request, count: int) -> Sequence[Mutation]:
        return [Mutation(operator="tool", kind="tool", line=1, source=f"a = {n}\n", kept=True) for n in range(count)]

    planned = _trials(draws=2, mutants=3)
    # A further solution of a task is one more trial, and has no mutants of its own.
    planned.append(replace(planned[0], source="a = 0\n"))
    domain = replace(PROVABLE, tool_mutants=made, stages=("check", "clock"), measured=("clock",))
    found = tool_trials(domain, planned, sandbox=NoSandbox(), mutants=3)
    assert {trial.stages for trial in found} == {("check",)}
    last = max(trial.index for trial in planned)
    assert [trial.index for trial in found] == [last + 1, last + 2] * 2
    assert len({trial.task.id for trial in found}) == 2
    assert tool_trials(PROVABLE, planned, sandbox=NoSandbox(), mutants=3) == ()
