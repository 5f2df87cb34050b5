"""The pool: stages stop at the first failure, our own faults are retried alone, then raised, never scored."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from ecot.envs import domain as domain_module
from ecot.envs.domain import Domain, Tool
from ecot.envs.errors import SandboxError, ToolchainMissing
from ecot.envs.real import RealBackend
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Candidate, EnvironmentBundle, File, Label, Limits, Outcome, Request, StageResult, Task

ENV_ID = "Test/Pool-v0"


class FakeCell:
    def __init__(self) -> None:
        self.closed = 0

    @contextmanager
    def workspace(self, limits: Limits) -> Iterator[Workspace]:
        yield None  # type: ignore[misc]

    def close(self) -> None:
        self.closed += 1


class FakeSandbox:
    name = "fake"

    def __init__(self) -> None:
        self.cells: list[FakeCell] = []

    def gaps(self) -> Sequence[str]:
        return ()

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> FakeCell:
        self.cells.append(FakeCell())
        return self.cells[-1]


def stage(name: str, label: Label = Label.PASS) -> StageResult:
    return StageResult(name=name, passed=label is Label.PASS, label=label)


def install(
    monkeypatch: pytest.MonkeyPatch, toolchain: Callable[..., Iterator[StageResult]], tools: tuple[Tool, ...] = ()
) -> None:
    record = Domain(
        id=ENV_ID,
        title="",
        description="",
        language="x",
        fences=("x",),
        tools=tools,
        stages=("first", "second"),
        labels={},
        sources={},
        default_source="",
        toolchain=toolchain,
        score=lambda outcome: 0.0,
        floor=0.1,
    )
    monkeypatch.setitem(domain_module._domains, ENV_ID, record)


def request(**changes: Any) -> Request:
    task = Task(id="t", env_id=ENV_ID, instruction="", bundle=EnvironmentBundle(entry="x"))
    return Request(task=task, candidate=Candidate((File("x", "y"),)), **changes)


@contextmanager
def backend(workers: int = 2) -> Iterator[tuple[RealBackend, FakeSandbox]]:
    sandbox = FakeSandbox()
    made = RealBackend(workers=workers, sandbox=sandbox)  # type: ignore[arg-type]
    try:
        yield made, sandbox
    finally:
        made.close()


def test_the_first_failure_is_the_last_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []

    def toolchain(workspace: Workspace, asked: Request) -> Iterator[StageResult]:
        yield stage("first", Label.MISMATCH)
        reached.append("second")
        yield stage("second")

    install(monkeypatch, toolchain)
    with backend() as (pool, _):
        outcome = pool.submit(request()).result()
    assert (outcome.label, len(outcome.stages), reached) == (Label.MISMATCH, 1, [])


def test_a_stage_left_out_makes_a_pass_unverified(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, lambda workspace, asked: iter([stage("first")]))
    with backend() as (pool, _):
        outcome = pool.submit(request(stages=("first",))).result()
    assert (outcome.label, outcome.omitted) == (Label.UNVERIFIED, ("second",))


def test_a_fault_of_ours_is_tried_again_alone_in_a_fresh_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def toolchain(workspace: Workspace, asked: Request) -> Iterator[StageResult]:
        tries.append(1)
        if len(tries) == 1:
            raise SandboxError("the disk is full")
        yield stage("first")
        yield stage("second")

    install(monkeypatch, toolchain)
    with backend() as (pool, sandbox):
        assert pool.submit(request()).result().passed
        assert [cell.closed for cell in sandbox.cells][:1] == [1]
        assert len(sandbox.cells) == 2


def test_a_fault_of_ours_that_stays_is_raised_not_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    def toolchain(workspace: Workspace, asked: Request) -> Iterator[StageResult]:
        raise SandboxError("the disk is full")
        yield stage("first")

    install(monkeypatch, toolchain)
    with backend() as (pool, _), pytest.raises(SandboxError, match="disk is full"):
        pool.submit(request()).result()


def test_the_second_try_shares_the_machine_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, running, seen, failed = threading.Lock(), [0], [], set[str]()

    def toolchain(workspace: Workspace, asked: Request) -> Iterator[StageResult]:
        name = f"seed{asked.hidden_seed}"
        with lock:
            running[0] += 1
            again = name in failed
            failed.add(name)
        time.sleep(0.01)
        with lock:
            if again:
                seen.append(running[0])
            running[0] -= 1
        if not again and asked.hidden_seed % 3 == 0:
            raise SandboxError("load")
        yield stage("first")
        yield stage("second")

    install(monkeypatch, toolchain)
    with backend(workers=4) as (pool, _):
        futures = [pool.submit(request(hidden_seed=number)) for number in range(12)]
        assert all(future.result().passed for future in futures)
    assert seen == [1, 1, 1, 1]


def test_a_missing_tool_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = Tool(name="no-such-compiler", version_argv=("no-such-compiler", "-V"), install="apt-get install nsc")
    install(monkeypatch, lambda workspace, asked: iter(()), (tool,))
    with backend() as (pool, _), pytest.raises(ToolchainMissing, match=r"no-such-compiler.*apt-get install nsc"):
        pool.submit(request()).result()


def test_every_cell_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, lambda workspace, asked: iter([stage("first"), stage("second")]))
    with backend() as (pool, sandbox):
        outcomes: list[Outcome] = [pool.submit(request(hidden_seed=n)).result() for n in range(5)]
    assert all(outcome.passed for outcome in outcomes)
    assert all(cell.closed for cell in sandbox.cells)
