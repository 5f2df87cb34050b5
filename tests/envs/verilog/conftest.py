"""What the Verilog tests share: a confined cell, a way to judge one source, and counters of any shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecot.envs.errors import SandboxError
from ecot.envs.real import judge
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Candidate, File, Outcome, Request, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.source import build_task, family_named

Judged = Callable[..., Outcome]
CounterTask = Callable[..., Task]

PLAIN: dict[str, Any] = {
    "width": 4,
    "direction": "up",
    "limit": "wrap",
    "modulus": "decade",
    "reset_kind": "synchronous",
    "reset_level": "high",
    "reset_value": "zero",
    "enable": "high",
    "load": False,
    "terminal": "carry",
    "naming": "short",
}


@pytest.fixture(scope="session")
def cell() -> Iterator[Cell]:
    made = choose().cell(preload=DOMAIN.preload)
    yield made
    made.close()


@pytest.fixture
def judged(cell: Cell) -> Judged:
    def run(task: Task, source: str, *, seed: int = 1, stages: tuple[str, ...] | None = None) -> Outcome:
        candidate = Candidate((File(task.bundle.entry, source),))
        request = Request(task=task, candidate=candidate, hidden_seed=seed, stages=stages)
        try:
            with cell.workspace(request.effective_limits) as workspace:
                return judge(workspace, request)
        except SandboxError:  # a machine under load starves a job; the pool, too, runs it once more
            with cell.workspace(request.effective_limits) as workspace:
                return judge(workspace, request)

    return run


@pytest.fixture(scope="session")
def counter_task() -> CounterTask:
    """A decade counter `counter(clk, rst, en, q, tc)`, with other parameters where they are given."""

    def make(**changes: Any) -> Task:
        return build_task(family_named("counter"), "counter@1/000000", {**PLAIN, **changes})

    return make
