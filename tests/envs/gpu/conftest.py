"""One worker whose fork server holds torch and Triton, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from ecot.envs.gpu.source import FamilySource
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Outcome, Request, Task

Judge = Callable[..., Outcome]


@pytest.fixture(scope="session")
def backend() -> Iterator[RealBackend]:
    with closing(RealBackend(workers=1)) as real:
        yield real


@pytest.fixture(scope="session")
def task() -> Task:
    """A sum of the rows of `float32` matrices."""
    source = FamilySource("row_reduce")
    wanted = {"kind": "sum", "dtype": "float32", "name": "reduce_rows"}
    return next(item for item in map(source.__getitem__, source.ids()) if dict(item.bundle.params["draw"]) == wanted)


@pytest.fixture
def judge(backend: RealBackend, task: Task) -> Judge:
    def run(source: str, **more: object) -> Outcome:
        candidate = Candidate((File(task.bundle.entry, source),))
        return backend.submit(Request(task=task, candidate=candidate, hidden_seed=1, **more)).result()  # type: ignore[arg-type]

    return run
