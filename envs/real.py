"""The backend that runs: a bounded pool of workers, each with a confined cell of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from ecot.envs.domain import Domain, domain_of
from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import Cell, Sandbox, Workspace
from ecot.envs.sandbox.choose import choose
from ecot.envs.tools import check_tools
from ecot.envs.types import Outcome, Request


def judge(workspace: Workspace, request: Request) -> Outcome:
    """Drain a domain's stages until one fails, or until the last one that is asked for."""
    domain = domain_of(request.task.env_id)
    wanted = domain.stages if request.stages is None else request.stages
    results = []
    for result in domain.toolchain(workspace, request):
        results.append(result)
        if not result.passed:
            break
    omitted = tuple(name for name in domain.stages if name not in wanted)
    return Outcome(stages=tuple(results), omitted=omitted)


class RealBackend:
    """Runs every request against the real toolchain.

    Args:
        workers: jobs at a time; the number of usable cores where None.
        sandbox: `auto`, `bubblewrap`, `landlock`, `none`, or a mechanism.

    A job that fails on our side (`SandboxError`) is run once more, alone, in a fresh cell; if it fails again, the
    future raises.
    """

    def __init__(self, *, workers: int | None = None, sandbox: str | Sandbox = "auto") -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self.sandbox = choose(sandbox) if isinstance(sandbox, str) else sandbox
        self._executor = ThreadPoolExecutor(self.workers, thread_name_prefix="ecot-real")
        self._local = threading.local()
        self._gate = _Gate()
        self._lock = threading.Lock()
        self._cells: list[Cell] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> RealBackend:
        return self

    def submit(self, request: Request) -> Future[Outcome]:
        """Queue a request; missing tools raise `ToolchainMissing` through the future."""
        return self._executor.submit(self._execute, request)

    def describe(self) -> Mapping[str, str]:
        """Name and mechanism."""
        return {"name": "real", "sandbox": self.sandbox.name}

    def close(self) -> None:
        """Finish what runs, drop what waits, end every cell."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            cells, self._cells = self._cells, []
        for cell in cells:
            cell.close()

    def _execute(self, request: Request) -> Outcome:
        domain = domain_of(request.task.env_id)
        check_tools(domain)
        try:
            with self._gate.shared():
                return self._run(request, domain)
        except SandboxError:
            self._drop(domain)
            with self._gate.alone():
                try:
                    return self._run(request, domain)
                except SandboxError:
                    self._drop(domain)
                    raise

    def _run(self, request: Request, domain: Domain) -> Outcome:
        with self._cell(domain).workspace(request.effective_limits) as workspace:
            return judge(workspace, request)

    def _cell(self, domain: Domain) -> Cell:
        """The cell of this thread for a domain's preloads, started when first asked for."""
        cells: dict[tuple[str, ...], Cell] = self._local.__dict__.setdefault("cells", {})
        if domain.preload not in cells:
            cell = self.sandbox.cell(preload=domain.preload)
            cells[domain.preload] = cell
            with self._lock:
                self._cells.append(cell)
        return cells[domain.preload]

    def _drop(self, domain: Domain) -> None:
        cell = self._local.__dict__.get("cells", {}).pop(domain.preload, None)
        if cell is not None:
            with self._lock:
                if cell in self._cells:
                    self._cells.remove(cell)
            cell.close()


class _Gate:
    """Lets many jobs share the machine, or one have it alone."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._running = 0
        self._exclusive = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._exclusive)
            self._running += 1
        try:
            yield
        finally:
            with self._condition:
                self._running -= 1
                self._condition.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._exclusive)
            self._exclusive = True
            self._condition.wait_for(lambda: self._running == 0)
        try:
            yield
        finally:
            with self._condition:
                self._exclusive = False
                self._condition.notify_all()
