"""An imported benchmark proves itself: references pass, cheats and mutants fail, and its own scorer judges them too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol

from ecot.envs.domain import Mutation
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.family_files import Hack
from ecot.envs.proof import SYNTAX_KINDS
from ecot.envs.sandbox import Cell, Sandbox, WallClockError, Workspace
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task
from ecot.envs.verilog.benchmarks.scorer import OWN_RULES, Logs
from ecot.envs.verilog.benchmarks.testbench import FLAGS
from ecot.envs.verilog.equivalence import equivalent
from ecot.envs.verilog.faults.mutations import mutate
from ecot.envs.verilog.toolchain import JUDGES, stages

_PRELOAD = ("ecot.envs.verilog.rules",)
_ATTEMPTS = 3
MUTANTS = 4
"""Mutants of each reference, spread evenly over those that are behaviour."""
_NOT_BUILT = frozenset({Label.REJECTED, Label.COMPILATION_ERROR, Label.FORMAT_ERROR})


class ImportedSource(Protocol):
    """A task source of a published set that can prove itself."""

    @property
    def broken(self) -> Mapping[str, str]:
        """The reason by id of what is known to be broken."""

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """Return the cheats that are kept for a task."""


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
class Mutant:
    """One mutant of a reference, by both judges.

    Attributes:
        operator: that made it.
        line: of the change.
        label: ours.
        own: the letter of the set's own scorer.
        equivalent: whether it is proved to behave as the reference; asked only where it passes.
    """

    operator: str
    line: int
    label: Label
    own: str
    equivalent: bool = False

    @property
    def status(self) -> str:
        """One of `not_built`, `killed`, `equivalent`, `survived`, and `undecided` where the machine was too busy."""
        if self.label is Label.UNVERIFIED:
            return "undecided"
        if self.label in _NOT_BUILT:
            return "not_built"
        if self.label is not Label.PASS:
            return "killed"
        return "equivalent" if self.equivalent else "survived"


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
        mutants: those that were tried.
        error: why nothing of this could be found out; empty otherwise.
        starved: whether that was because the machine was too busy, which says nothing of the problem.
    """

    task_id: str
    reference: Judged
    netlist_agrees: bool
    passes_apart: bool | None
    replayable: bool
    hacks: Mapping[str, Judged]
    mutants: tuple[Mutant, ...] = ()
    error: str = ""
    starved: bool = False

    @property
    def holds(self) -> bool:
        """Whether the reference passes and no cheat does."""
        return self.reference.holds and all(item.holds for item in self.hacks.values())


def own_run(workspace: Workspace, task: Task, source: str) -> str:
    """Return the letter of the benchmark's own scorer for a source, run as the benchmark runs it.

    Raises:
        SandboxError: the host is at fault.
    """
    judge = import_module(JUDGES[str(task.bundle.params["judge"])])
    if hasattr(judge, "own_letter"):  # a set that runs on other programs
        letter: str = judge.own_letter(workspace, task, source)
        return letter
    workspace.write(task.bundle.entry, source)
    for file in task.bundle.files:
        workspace.write(file.path, file.text)
    params = task.bundle.params
    inputs, top = [task.bundle.entry, params["testbench_file"]], list[str]()
    if params["judge"] == "testbench":
        inputs, top = [*inputs, params["reference_file"]], ["-s", params["testbench"]]
    else:
        workspace.write("first.sv", f"`timescale {params['timescale']}\n")
        inputs = ["first.sv", *inputs]
    built = workspace.run(["iverilog", *FLAGS, *top, "-o", "own.vvp", *inputs])
    logs = Logs(built=built.ok, ended=built.ok, compiler=built.stdout, compiler_errors=built.stderr)
    if built.ok:
        ran = workspace.run(["vvp", "-n", "own.vvp"])
        logs = replace(logs, ended=ran.ok, output=ran.stdout, errors=ran.stderr)
    return OWN_RULES[str(params["own_rule"])](logs)


def mutants_of(task: Task, count: int) -> tuple[Mutation, ...]:
    """Return some mutants of a task's reference, spread evenly over all that change behaviour and not syntax."""
    faults = [fault for fault in mutate(task.solution[0].text) if fault.kind not in SYNTAX_KINDS]
    size = min(count, len(faults))
    return tuple(faults[(2 * place + 1) * len(faults) // (2 * size)] for place in range(size))


def examine(
    source: ImportedSource,
    task_ids: Sequence[str],
    *,
    sandbox: Sandbox,
    workers: int,
    mutants: int = 0,
    on_examined: Callable[[Examined], None] = lambda examined: None,
) -> tuple[Examined, ...]:
    """Judge the reference and every cheat of some problems, in the order of their ids.

    Args:
        source: of the problems.
        task_ids: which.
        sandbox: confines all that runs.
        workers: problems at a time.
        mutants: of each reference, at most.
        on_examined: called as each is done.

    Raises:
        TaskError: an id is unknown or broken.
        SandboxError: the host is at fault.
    """
    cells = _Cells(sandbox)

    def work(task_id: str) -> Examined:
        task, hacks = source[task_id], source.hacks(task_id)
        for attempt in range(_ATTEMPTS):
            try:
                examined = _examine(cells, task, hacks, mutants)
                break
            except SandboxError as error:
                # A busy machine starves a simulation now and then; again and again is no accident, but no reason either
                # to lose what was found out about all other problems.
                cells.renew()
                if not isinstance(error, WallClockError) and attempt:
                    raise
                examined = _unexamined(task, "", str(error), starved=True)
        on_examined(examined)
        return examined

    try:
        with ThreadPoolExecutor(workers, thread_name_prefix="ecot-benchmark") as executor:
            return tuple(executor.map(work, task_ids))
    finally:
        cells.close()


def _examine(cells: _Cells, task: Task, hacks: Sequence[Hack], mutants: int) -> Examined:
    judge = import_module(JUDGES[str(task.bundle.params["judge"])])
    if not task.solution:
        missing = _unexamined(task, "", "there is no reference for it", starved=False)
        # Cheats need none where the judge does not.
        tried = hacks if getattr(judge, "NEEDS_NO_REFERENCE", False) else ()
        return replace(missing, hacks={hack.name: _judged(cells, task, hack) for hack in tried})
    solution = task.solution[0].text
    own = _own(cells, task, solution)
    try:
        outcome = _outcome(cells, task, solution)
        with cells.workspace(task) as workspace:
            replayable: bool = judge.reproduces(workspace, _request(task, solution))
    except TaskError as error:
        return _unexamined(task, own, str(error), starved=False)
    apart = outcome.metrics.get("netlist.passes_apart")
    return Examined(
        task_id=task.id,
        reference=Judged(label=outcome.label, own=own, holds=outcome.label is Label.PASS),
        netlist_agrees=outcome.metrics.get("netlist.agrees") == 1,
        passes_apart=None if apart is None else bool(apart),
        replayable=replayable,
        hacks={hack.name: _judged(cells, task, hack) for hack in hacks},
        mutants=tuple(_mutant(cells, task, fault) for fault in mutants_of(task, mutants)),
    )


def _unexamined(task: Task, own: str, reason: str, *, starved: bool) -> Examined:
    return Examined(
        task_id=task.id,
        reference=Judged(label=Label.UNVERIFIED, own=own, holds=False),
        netlist_agrees=False,
        passes_apart=None,
        replayable=False,
        hacks={},
        error=reason,
        starved=starved,
    )


def _mutant(cells: _Cells, task: Task, fault: Mutation) -> Mutant:
    try:
        label = _outcome(cells, task, fault.source).label
    except WallClockError:
        # A mutant that runs for ever burns its whole budget, which a busy machine may not give in time.
        cells.renew()
        label = Label.UNVERIFIED
    proved = None
    if label is Label.PASS:
        with cells.workspace(task) as workspace:
            proved = equivalent(workspace, _request(task, task.solution[0].text), fault.source)
    return Mutant(
        operator=fault.operator,
        line=fault.line,
        label=label,
        own="" if label is Label.UNVERIFIED else _own(cells, task, fault.source),
        equivalent=proved is True,
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
