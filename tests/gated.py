"""A backend whose runs begin and end when a test says so, over the domain of `fakes.py`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from fakes import FAKE_ID, FakeBackend, FakeSource

from ecot.envs.types import Candidate, File, Outcome, Request

SOURCE = FakeSource()


def request_of(index: int = 1, *, wrong: bool = False, **changes: Any) -> Request:
    """The request that judges the solution of a task, or a file that does not build."""
    task = SOURCE[f"lists@1/{index:06}"]
    files = (File("answer.lst", "nonsense\n"),) if wrong else task.solution
    return replace(Request(task=task, candidate=Candidate(files)), **changes)


class GatedBackend:
    """Holds every request until it is let through; a future that was let through cannot be cancelled any more."""

    def __init__(self) -> None:
        self.runs: list[tuple[Request, Future[Outcome]]] = []
        self.closed = False
        self.name = "gated"
        self._changed = threading.Condition()

    def __deepcopy__(self, memo: dict[int, Any]) -> GatedBackend:
        return self

    def submit(self, request: Request) -> Future[Outcome]:
        assert request.task.env_id == FAKE_ID
        future: Future[Outcome] = Future()
        with self._changed:
            self.runs.append((request, future))
            self._changed.notify_all()
        return future

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have arrived in all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.runs) >= count, timeout=10), len(self.runs)

    def start(self, index: int = -1) -> None:
        """From here on the run cannot be cancelled."""
        self.runs[index][1].set_running_or_notify_cancel()

    def finish(self, index: int = -1) -> None:
        """Judge for real."""
        request, future = self.runs[index]
        future.set_result(FakeBackend().submit(request).result())

    def fail(self, error: BaseException, index: int = -1) -> None:
        self.runs[index][1].set_exception(error)

    def describe(self) -> Mapping[str, str]:
        return {"name": self.name, "sandbox": "none"}

    def close(self) -> None:
        self.closed = True
