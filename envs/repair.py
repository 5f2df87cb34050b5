"""Repair tasks from any domain that can seed faults: a specification, code with one fault, and the domain's own judge.

Whether a seeded fault shows at all is not known when a task is built, because building runs no tool. It is found out
when it matters: a candidate that passes earns nothing until the faulty code has failed under the same hidden seed. If
the faulty code passes as well, the task is broken, which is our fault and is raised as `TaskError`.

The class and the line of the fault are in `params["fault"]` of the bundle. A reply's own answers to "which class, which
line" would arrive in `Candidate.answers`; today's parser fills none, and nothing is scored but the repair.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

from ecot.envs.domain import Domain, Mutation
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.sandbox import Workspace
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Audience, Diagnostic, File, Label, Outcome, Request, StageResult, Task

__all__ = ["FAULTS", "REVISION", "RepairSource", "repair_id", "repair_of"]

FAULTS = 4
"""Repair tasks per task of the base domain."""
REVISION = 1
"""Of the choice of faults, in every id; raised by any change of it or of a table of mutation operators."""

_STAGE = "changed"
_ID = re.compile(r"(?P<base>.+)~fault@(?P<revision>[0-9]+)/(?P<index>[0-9]+)")


def repair_id(env_id: str) -> str:
    """Return the id of the repair environment of a domain.

    >>> repair_id("ECoT/Verilog-v0")
    'ECoT/VerilogRepair-v0'
    """
    name, dash, version = env_id.rpartition("-")
    return f"{name}Repair{dash}{version}"


def repair_of(domain: Domain, *, without: frozenset[str] = frozenset()) -> Domain:
    """Return the repair domain of a domain; the caller registers it.

    Args:
        domain: that can seed faults.
        without: mutation operators whose mutants are mostly no faults, as `ecot verify` measures.

    Raises:
        ConfigError: the domain cannot seed faults.
    """
    if domain.mutate is None:
        raise ConfigError(f"{domain.id} cannot seed faults, so nothing can be repaired; give its Domain a `mutate`")
    return replace(
        domain,
        id=repair_id(domain.id),
        title=f"{domain.title}: repair",
        description=(
            f"The agent repairs code that holds one seeded fault. Specification and judge are those of {domain.id}. "
            "The faulty code, given back unchanged, is no answer; nothing but a pass earns anything, since the faulty "
            "code may build already; and a pass counts only after the faulty code has failed under the same stimuli."
        ),
        stages=(_STAGE, *domain.stages),
        labels={**domain.labels, Label.NO_IMPROVEMENT: "the faulty code was given back unchanged, white space aside"},
        sources={name: _constructor(domain, source, without) for name, source in domain.sources.items()},
        toolchain=_toolchain(domain),
        score=_score(domain),
        floor=0.0,
        equivalent=None,
    )


def _constructor(
    domain: Domain, source: Callable[[str], TaskSource], without: frozenset[str]
) -> Callable[[str], TaskSource]:
    return lambda path: RepairSource(domain, source(path), without=without)


def _score(domain: Domain) -> Callable[[Outcome], float]:
    return lambda outcome: domain.score(outcome) if outcome.passed else 0.0


class RepairSource:
    """Every task of another source, `FAULTS` times, each time with another class of fault where there are so many.

    Args:
        domain: of the other source.
        base: the other source.
        without: mutation operators that are not used.
    """

    def __init__(self, domain: Domain, base: TaskSource, *, without: frozenset[str] = frozenset()) -> None:
        self._domain, self._base, self._without = domain, base, without

    def __len__(self) -> int:
        return FAULTS * len(self._base)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; a repair task is in the split of the task that it derives from."""
        return _RepairIds(self._base.ids(split))

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        match = _ID.fullmatch(task_id)
        if match is None:
            raise TaskError(f"{task_id!r} is no id of a repair task; they look like 'counter@1/000123~fault@1/2'")
        if int(match["revision"]) != REVISION:
            raise TaskError(f"{task_id!r} is of fault revision {match['revision']}; this version has {REVISION}")
        if int(match["index"]) >= FAULTS:
            raise TaskError(f"{task_id!r} does not exist; the faults of a task are 0 to {FAULTS - 1}")
        return self._task(task_id, self._base[match["base"]], index=int(match["index"]))

    def _task(self, task_id: str, task: Task, *, index: int) -> Task:
        fault = self._fault(task, index)
        facts = {"operator": fault.operator, "kind": fault.kind, "line": fault.line, "base_id": task.id}
        values = {"fence": self._domain.fences[0], "faulty": fault.source.rstrip(), "instruction": task.instruction}
        faulty = File(_faulty_path(task.bundle.entry), fault.source, Audience.BOTH)
        bundle = replace(task.bundle, files=(*task.bundle.files, faulty), params={**task.bundle.params, "fault": facts})
        return replace(
            task,
            id=task_id,
            env_id=repair_id(task.env_id),
            instruction=fill(load("ecot.envs", "repair.md"), values),
            bundle=bundle,
            tags=(*task.tags, "repair", fault.kind),
        )

    def _fault(self, task: Task, index: int) -> Mutation:
        """The classes of fault take turns from a place that depends on the task; within one, the task decides."""
        if len(task.solution) != 1 or self._domain.mutate is None:
            raise TaskError(f"{task.id!r} has no single solution file to seed a fault into")
        by_kind: dict[str, list[Mutation]] = {}
        for fault in self._domain.mutate(task.solution[0].text):
            if fault.operator not in self._without:
                by_kind.setdefault(fault.kind, []).append(fault)
        if not by_kind:
            raise TaskError(f"nothing in the solution of {task.id!r} can be broken by one fault")
        kinds = sorted(by_kind)
        turn, place = _number(task.id, "kind") + index, _number(task.id, f"place {index}")
        faults = by_kind[kinds[turn % len(kinds)]]
        return faults[place % len(faults)]


def _number(task_id: str, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"repair:{purpose}:{task_id}".encode()).digest()[:8], "big")


def _faulty_path(entry: str) -> str:
    return f"faulty/{entry}"


@dataclass(frozen=True, slots=True)
class _RepairIds(Sequence[str]):
    """The ids of repair tasks, made when asked for."""

    base: Sequence[str]

    def __len__(self) -> int:
        return FAULTS * len(self.base)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"{index} is outside of {len(self)} ids")
        place, fault = divmod(index % len(self), FAULTS)
        return f"{self.base[place]}~fault@{REVISION}/{fault}"

    def __contains__(self, value: object) -> bool:
        match = _ID.fullmatch(value) if isinstance(value, str) else None
        known = match is not None and int(match["revision"]) == REVISION and int(match["index"]) < FAULTS
        return match is not None and known and match["base"] in self.base


def _toolchain(domain: Domain) -> Callable[[Workspace, Request], Iterator[StageResult]]:
    """The base toolchain between two looks at the faulty code."""

    def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
        faulty = _faulty(request.task)
        unchanged = request.candidate.source.split() == faulty.split()
        if unchanged:
            yield _unchanged(request.task.bundle.entry)
            return
        if request.stages is None or _STAGE in request.stages:
            yield StageResult(name=_STAGE, passed=True, label=Label.PASS, engine="text")
        based = _based(request, domain)
        passed = True
        for result in domain.toolchain(workspace, based):
            passed &= result.passed
            yield result
        if passed and (based.stages is None or set(domain.stages) <= set(based.stages)):
            _check_fault(workspace, based, faulty, domain)

    return stages


def _faulty(task: Task) -> str:
    path = _faulty_path(task.bundle.entry)
    for file in task.bundle.files:
        if file.path == path:
            return file.text
    raise TaskError(f"repair task {task.id!r} lacks the file {path!r} in its bundle; build it with RepairSource")


def _unchanged(entry: str) -> StageResult:
    message = "this is the faulty code as it was given; find the fault and change it"
    diagnostic = Diagnostic(tool="judge", code="unchanged", message=message, file=entry)
    return StageResult(name=_STAGE, passed=False, label=Label.NO_IMPROVEMENT, diagnostics=(diagnostic,), engine="text")


def _based(request: Request, domain: Domain) -> Request:
    """The request as the base domain knows it."""
    facts: Mapping[str, str] = request.task.bundle.params["fault"]
    task = replace(request.task, id=facts["base_id"], env_id=domain.id)
    stages = None if request.stages is None else tuple(name for name in request.stages if name != _STAGE)
    return replace(request, task=task, stages=stages)


def _check_fault(workspace: Workspace, request: Request, faulty: str, domain: Domain) -> None:
    """Raise `TaskError` where the faulty code passes too, under the same hidden seed."""
    candidate = replace(request.candidate, files=(File(request.task.bundle.entry, faulty),))
    if all(result.passed for result in domain.toolchain(workspace, replace(request, candidate=candidate))):
        fault = request.task.bundle.params["fault"]
        raise TaskError(
            f"the fault {fault['operator']} in line {fault['line']} of {request.task.id!r} changes nothing that is "
            "judged, so there is nothing to repair; leave this task out"
        )
