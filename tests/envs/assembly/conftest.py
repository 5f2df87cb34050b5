"""What the assembly tests share: a backend, and a way to judge one source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from ecot.envs.assembly.source import FamilySource
from ecot.envs.assembly.toolchain import CORRECT
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Outcome, Request, Task

Judged = Callable[..., Outcome]


@pytest.fixture(scope="session")
def backend() -> Iterator[RealBackend]:
    with closing(RealBackend(workers=1)) as real:
        yield real


@pytest.fixture(scope="session")
def judged(backend: RealBackend) -> Judged:
    """Judge a source by the stages that tell right from wrong."""

    def judge(task: Task, source: str, *, stages: tuple[str, ...] | None = CORRECT, seed: int = 3) -> Outcome:
        candidate = Candidate((File(task.bundle.entry, source),))
        return backend.submit(Request(task=task, candidate=candidate, hidden_seed=seed, stages=stages)).result()

    return judge


@pytest.fixture(scope="session")
def filtering() -> Task:
    """A task with a buffer that is read, one that is written, and a count that is returned."""
    source = FamilySource("keep_matching")
    return source[source.ids()[0]]
