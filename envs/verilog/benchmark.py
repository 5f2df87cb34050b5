"""An imported benchmark proves itself: references pass, cheats fail, and its own scorer judges the same sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import Cell, Sandbox, Workspace
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task
from ecot.envs.verilog.scorer import own_verdict
from ecot.envs.verilog.testbench import FLAGS, reproduces, stages
from ecot.envs.verilog.texts import Hack
from ecot.envs.verilog.verilog_eval import VerilogEvalSource

_PRELOAD = ("ecot.envs.verilog.rules",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One source, by both judges.

    Attributes:
        label: ours.
        own: the letter of the benchmark's own scorer, `.` for a pass.
        holds: whether the source earned what it should from us.
    """

    label: Label
    own: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One problem.

    Attributes:
        task_id: of the problem.
        reference: the reference as a candidate.
        netlist_agrees: whether the netlist of the reference passes too.
        passes_apart: what the forgery check said of the reference; None where it was not opened.
        replayable: whether the forgery check is available.
        hacks: every cheat by its name.
    """

    task_id: str
    reference: Judged
    netlist_agrees: bool
    passes_apart: bool | None
    replayable: bool
    hacks: Mapping[str, Judged]

    @property
    def holds(self) -> bool:
        """Whether the reference passes and no cheat does."""
        return self.reference.holds and all(item.holds for item in self.hacks.values())


def own_run(workspace: Workspace, task: Task, source: str) -> str:
    """Return the letter of the benchmark's own scorer for a source, run as the benchmark runs it.

    Raises:
        SandboxError: the host is at fault.
    """
    workspace.write(task.bundle.entry, source)
    for file in task.bundle.files:
        workspace.write(file.path, file.text)
    params = task.bundle.params
    inputs = [task.bundle.entry, params["testbench_file"], params["reference_file"]]
    built = workspace.run(["iverilog", *FLAGS, "-s", params["testbench"], "-o", "own.vvp", *inputs])
    log = built.stdout + built.stderr
    if built.ok:
        ran = workspace.run(["vvp", "-n", "own.vvp"])
        log += ran.stdout + ran.stderr
    return own_verdict(log)


def examine(
    source: VerilogEvalSource,
    task_ids: Sequence[str],
    *,
    sandbox: Sandbox,
    workers: int,
    on_examined: Callable[[Examined], None] = lambda examined: None,
) -> tuple[Examined, ...]:
    """Judge the reference and every cheat of some problems, in the order of their ids.

    Args:
        source: of the problems.
        task_ids: which.
        sandbox: confines all that runs.
        workers: problems at a time.
        on_examined: called as each is done.

    Raises:
        TaskError: an id is unknown or broken, or a reference does not pass.
        SandboxError: the host is at fault.
    """
    cells = _Cells(sandbox)

    def work(task_id: str) -> Examined:
        task, hacks = source[task_id], source.hacks(task_id)
        try:
            examined = _examine(cells, task, hacks)
        except SandboxError:
            # A busy machine starves a simulation now and then; twice is no accident.
            cells.renew()
            examined = _examine(cells, task, hacks)
        on_examined(examined)
        return examined

    try:
        with ThreadPoolExecutor(workers, thread_name_prefix="ecot-benchmark") as executor:
            return tuple(executor.map(work, task_ids))
    finally:
        cells.close()


def _examine(cells: _Cells, task: Task, hacks: Sequence[Hack]) -> Examined:
    outcome = _outcome(cells, task, task.solution[0].text)
    with cells.workspace(task) as workspace:
        replayable = reproduces(workspace, _request(task, task.solution[0].text))
    return Examined(
        task_id=task.id,
        reference=Judged(
            label=outcome.label, own=_own(cells, task, task.solution[0].text), holds=outcome.label is Label.PASS
        ),
        netlist_agrees=outcome.metrics.get("netlist.agrees") == 1,
        passes_apart=bool(outcome.metrics["netlist.passes_apart"])
        if "netlist.passes_apart" in outcome.metrics
        else None,
        replayable=replayable,
        hacks={hack.name: _judged(cells, task, hack) for hack in hacks},
    )


def _judged(cells: _Cells, task: Task, hack: Hack) -> Judged:
    label = _outcome(cells, task, hack.source).label
    return Judged(label=label, own=_own(cells, task, hack.source), holds=label in hack.labels)


def _outcome(cells: _Cells, task: Task, source: str) -> Outcome:
    with cells.workspace(task) as workspace:
        return Outcome(stages=tuple(stages(workspace, _request(task, source))))


def _own(cells: _Cells, task: Task, source: str) -> str:
    with cells.workspace(task) as workspace:
        return own_run(workspace, task, source)


def _request(task: Task, source: str) -> Request:
    return Request(task=task, candidate=Candidate((File(task.bundle.entry, source),)))


class _Cells:
    """A cell for every thread that asks."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[Cell] = []

    @contextmanager
    def workspace(self, task: Task) -> Iterator[Workspace]:
        if not hasattr(self._local, "cell"):
            self._local.cell = self._sandbox.cell(preload=_PRELOAD)
            with self._lock:
                self._all.append(self._local.cell)
        cell: Cell = self._local.cell
        with cell.workspace(task.bundle.limits) as workspace:
            yield workspace

    def renew(self) -> None:
        """Give this thread a new cell when it next asks."""
        del self._local.cell

    def close(self) -> None:
        for cell in self._all:
            cell.close()
