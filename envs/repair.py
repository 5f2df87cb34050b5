"""Repair tasks from any domain that can seed faults: a specification, code with one to four faults, and its judge.

The faults come from tables (`fault_tables.py`) that `ecot confirm` wrote after the real tools had failed each of them,
by itself and in its combination; a task that is not in a table does not exist. Confirmed under some stimuli is not
confirmed under all: a candidate that passes earns nothing until the faulty code has failed under the same hidden seed.
Where it passes as well the task is broken, which is our fault and is raised as `TaskError`.

What is known of the faults is in `params["fault"]` of the bundle. A reply may say which types of fault it found and in
which lines; that is measured, and it is what the tasks of `SOURCE~classify` and `SOURCE~locate` are rewarded for.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, overload

from ecot.envs.confirmation import faults_of
from ecot.envs.domain import Domain, Mutation
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.fault_tables import FaultTable, TaskFaults, combined, read_table
from ecot.envs.prompts import fill, load
from ecot.envs.repair_answers import ANSWERS, Answer, expected_reply, normalised_type
from ecot.envs.repair_judge import STAGE, all_lines, faulty_path, repair_toolchain
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Audience, Candidate, File, Label, Outcome, Request, Task

__all__ = ["REVISION", "FaultRequests", "RepairSource", "repair_id", "repair_of"]

REVISION = 2
"""Of the choice of faults, in every id; raised by any change of it that makes an id mean another task."""

_ID = re.compile(r"(?P<base>.+)~fault@(?P<revision>[0-9]+)/(?P<index>[0-9]+)")
_PACKAGE = "ecot.envs"
_ASKS = {Answer.REPAIR: "repair_fix.md", Answer.CLASSIFY: "repair_classify.md", Answer.LOCATE: "repair_locate.md"}

Tables = Callable[[], Sequence[FaultTable]]


def repair_id(env_id: str) -> str:
    """Return the id of the repair environment of a domain.

    >>> repair_id("ECoT/Verilog-v0")
    'ECoT/VerilogRepair-v0'
    """
    name, dash, version = env_id.rpartition("-")
    return f"{name}Repair{dash}{version}"


def repair_of(domain: Domain, *, tables: Tables) -> Domain:
    """Return the repair domain of a domain; the caller registers it.

    Args:
        domain: that can seed faults.
        tables: reads the tables of its default source.

    Raises:
        ConfigError: the domain cannot seed faults.
    """
    if domain.mutate is None and domain.seed is None:
        raise ConfigError(f"{domain.id} cannot seed faults, so nothing can be repaired; give its Domain a `mutate`")
    types = "; ".join(f"{category}: {', '.join(names)}" for category, names in domain.fault_types.items())
    return replace(
        domain,
        id=repair_id(domain.id),
        title=f"{domain.title}: repair",
        description=(
            f"The agent repairs code that holds one to four seeded faults. Specification and judge are those "
            f"of {domain.id}. Every fault was confirmed by the tools to break the design by itself, and every "
            "combination to break it as a whole. The faulty code, given back unchanged, is no answer; nothing but a "
            "pass earns anything, since the faulty code may build already; and a pass counts only after the faulty "
            "code has failed under the same stimuli. A reply may also name the types of the faults (`Result: [...]`) "
            "and their lines (`Lines: [...]`); both are measured by exact match, precision, recall and F1, and the "
            "task sources `~classify` and `~locate` reward them instead of the repair."
            + (f" The types are, by category: {types}." if types else "")
        ),
        stages=(STAGE, *domain.stages),
        labels={
            **domain.labels,
            Label.NO_IMPROVEMENT: "the faulty code was given back unchanged, white space aside",
            Label.MISMATCH: domain.labels.get(Label.MISMATCH, "the result is wrong")
            + "; in `~classify` and `~locate`, the list in the answer is not the right one",
        },
        sources=_sources(domain, tables),
        toolchain=repair_toolchain(domain),
        score=_score(domain),
        floor=0.0,
        answers=ANSWERS,
        equivalent=None,
    )


def _sources(domain: Domain, tables: Tables) -> Mapping[str, Callable[[str], TaskSource]]:
    """The default source of the domain, and `table` for a file of the user's, each once per kind of answer."""
    found: dict[str, Callable[[str], TaskSource]] = {}
    for answer in Answer:
        suffix = "" if answer is Answer.REPAIR else f"~{answer}"
        found[f"{domain.default_source}{suffix}"] = partial(_packaged, domain, tables, answer)
        found[f"table{suffix}"] = partial(_of_file, domain, answer)
    return found


def _packaged(domain: Domain, tables: Tables, answer: Answer, path: str) -> RepairSource:
    return RepairSource(domain, domain.sources[domain.default_source](path), tables(), answer=answer)


def _of_file(domain: Domain, answer: Answer, path: str) -> RepairSource:
    table = read_table(Path(path))
    name, _, argument = table.tasks.partition(":")
    if table.env_id != domain.id or name not in domain.sources:
        raise TaskError(f"{path} holds faults of {table.tasks} of {table.env_id}, which {domain.id} does not have")
    return RepairSource(domain, domain.sources[name](argument), [table], answer=answer)


def _score(domain: Domain) -> Callable[[Outcome], float]:
    return lambda outcome: domain.score(outcome) if outcome.passed else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRequests:
    """What proves a repair task: the first two must fail in the base domain, the last pass as an answer.

    Attributes:
        alone: the design with each of its faults by itself.
        together: the faulty code.
        solution: the right code.
    """

    alone: tuple[Request, ...]
    together: Request
    solution: Request


class RepairSource:
    """The repair tasks that tables hold for the tasks of another source.

    Args:
        domain: of the other source.
        base: the other source.
        tables: of its confirmed faults.
        answer: what the tasks ask for.
    """

    def __init__(
        self, domain: Domain, base: TaskSource, tables: Sequence[FaultTable], *, answer: Answer = Answer.REPAIR
    ) -> None:
        self._domain, self._base, self._answer = domain, base, answer
        known = {key: entry for table in tables if table.revision == REVISION for key, entry in table.entries.items()}
        present = base.ids(None)
        # Entries of a family's earlier revision, or of families that were not asked for, are of no task of this source.
        self._entries: Mapping[str, TaskFaults] = {key: entry for key, entry in known.items() if key in present}

    def __len__(self) -> int:
        return len(self.ids(None))

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`; a repair task is in the split of the task that it derives from."""
        members = self._base.ids(split)
        chosen = [(key, len(entry.combinations)) for key, entry in self._entries.items() if key in members]
        return _RepairIds(tuple(key for key, _ in chosen), tuple(accumulate(count for _, count in chosen)))

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        match = _ID.fullmatch(task_id)
        if match is None:
            example = f"counter@1/000123~fault@{REVISION}/2"
            raise TaskError(f"{task_id!r} is no id of a repair task; they look like {example!r}")
        if int(match["revision"]) != REVISION:
            raise TaskError(f"{task_id!r} is of fault revision {match['revision']}; this version has {REVISION}")
        task = self._base[match["base"]]
        entry = self._entries.get(task.id)
        if entry is None:
            raise TaskError(f"no fault of {task.id!r} is confirmed; take ids from this source, or run `ecot confirm`")
        if int(match["index"]) >= len(entry.combinations):
            last = len(entry.combinations) - 1
            raise TaskError(f"{task_id!r} does not exist; the repair tasks of {task.id!r} are 0 to {last}")
        return self._task(task_id, task, entry, index=int(match["index"]))

    def requests(self, task_id: str) -> FaultRequests:
        """Return what proves a repair task, under a hidden seed that its confirmation never used.

        Raises:
            TaskError: as `__getitem__`.
        """
        match = _ID.fullmatch(task_id)
        repair, task = self[task_id], self._base[match["base"] if match else task_id]
        faults = self._faults(task, self._entries[task.id], int(match["index"]) if match else 0)
        seed = int.from_bytes(hashlib.sha256(f"verify:{task_id}".encode()).digest()[:4], "big") >> 1

        def request(of: Task, text: str) -> Request:
            return Request(task=of, candidate=Candidate((File(task.bundle.entry, text),)), hidden_seed=seed)

        return FaultRequests(
            alone=tuple(request(task, fault.source) for fault in faults),
            together=request(task, combined(task.solution[0].text, [fault.source for fault in faults]).text),
            solution=request(repair, task.solution[0].text),
        )

    def _task(self, task_id: str, task: Task, entry: TaskFaults, *, index: int) -> Task:
        solution = task.solution[0].text
        faults = self._faults(task, entry, index)
        faulty = combined(solution, [fault.source for fault in faults])
        facts: dict[str, Any] = {
            "base_id": task.id,
            "answer": str(self._answer),
            "operators": [fault.operator for fault in faults],
            "types": [self._type(fault) for fault in faults],
            "lines": [list(lines) for lines in faulty.lines],
        }
        bundle = replace(
            task.bundle,
            files=(*task.bundle.files, File(faulty_path(task.bundle.entry), faulty.text, Audience.BOTH)),
            params={**task.bundle.params, "fault": facts},
        )
        return replace(
            task,
            id=task_id,
            env_id=repair_id(task.env_id),
            instruction=self._instruction(task, faulty.text, faults),
            bundle=bundle,
            solution=task.solution if self._answer is Answer.REPAIR else (_answer_file(self._answer, facts),),
            tags=(*task.tags, "repair", f"faults-{len(faults)}", *sorted({fault.kind for fault in faults})),
        )

    def _faults(self, task: Task, entry: TaskFaults, index: int) -> Sequence[Mutation]:
        known = faults_of(self._domain, task.solution[0].text)
        try:
            return [known[entry.faults[place]] for place in entry.combinations[index]]
        except (KeyError, IndexError):
            message = "the faults of {!r} were confirmed for another version of its solution; run `ecot confirm` again"
            raise TaskError(message.format(task.id)) from None

    def _type(self, fault: Mutation) -> str:
        """The type of a fault as the domain names it."""
        names = (name for names in self._domain.fault_types.values() for name in names)
        return next((name for name in names if normalised_type(name) == normalised_type(fault.kind)), fault.kind)

    def _instruction(self, task: Task, faulty: str, faults: Sequence[Mutation]) -> str:
        names = [name for names in self._domain.fault_types.values() for name in names]
        seeds = self._domain.seed or self._domain.mutate
        kinds = names or sorted({fault.kind for fault in seeds(task.solution[0].text)} if seeds else ())
        values = {
            "ask": load(_PACKAGE, _ASKS[self._answer]).strip(),
            "types": ", ".join(f'"{name}"' for name in kinds),
            "fence": self._domain.fences[0],
            "faulty": faulty.rstrip(),
            "instruction": task.instruction,
        }
        return fill(load(_PACKAGE, "repair.md"), values)


def _answer_file(answer: Answer, facts: Mapping[str, Any]) -> File:
    return File("answer.txt", expected_reply(answer, types=facts["types"], lines=all_lines(facts)))


@dataclass(frozen=True, slots=True)
class _RepairIds(Sequence[str]):
    """The ids of repair tasks, made when asked for: tasks of the base, and how many there are up to each."""

    base: tuple[str, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"{index} is outside of {len(self)} ids")
        position = index % len(self)
        place = bisect_right(self.ends, position)
        return f"{self.base[place]}~fault@{REVISION}/{position - (self.ends[place - 1] if place else 0)}"

    def __contains__(self, value: object) -> bool:
        match = _ID.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match["revision"]) != REVISION or match["base"] not in self.base:
            return False
        place = self.base.index(match["base"])
        return int(match["index"]) < self.ends[place] - (self.ends[place - 1] if place else 0)
