"""What the CAD tests share: a confined cell, and a way to judge one script of a drilled plate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ecot.envs.cad import DOMAIN
from ecot.envs.cad.source import build_task, family_named
from ecot.envs.errors import SandboxError
from ecot.envs.real import judge
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Candidate, File, Outcome, Request, Task

Judged = Callable[..., Outcome]

PLATE = {
    **{"width": 40, "depth": 30, "thickness": 6, "diameter": 8, "hole_x": 7, "hole_y": 3},
    **{"wording": "plain", "variable": "result"},
}


@pytest.fixture(scope="session")
def cell() -> Iterator[Cell]:
    made = choose().cell(preload=DOMAIN.preload)
    yield made
    made.close()


@pytest.fixture(scope="session")
def plate() -> Task:
    """A plate of 40 x 30 x 6 mm with a hole of 8 mm at (7, 3); the part is read from `result`."""
    return build_task(family_named("drilled_plate"), "drilled_plate@1/000000", PLATE)


@pytest.fixture
def judged(cell: Cell, plate: Task) -> Judged:
    def run(source: str, *, task: Task = plate, stages: tuple[str, ...] | None = None) -> Outcome:
        candidate = Candidate((File(task.bundle.entry, source),))
        request = Request(task=task, candidate=candidate, stages=stages)
        try:
            with cell.workspace(request.effective_limits) as workspace:
                return judge(workspace, request)
        except SandboxError:  # a machine under load starves a job; the pool, too, runs it once more
            with cell.workspace(request.effective_limits) as workspace:
                return judge(workspace, request)

    return run
