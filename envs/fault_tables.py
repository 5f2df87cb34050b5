"""Faults that the real toolchain confirmed to break a design, alone and together: what repair tasks are made of.

A table names each fault by its operator and a digest of the code that it alone makes, so that a table of another
version of a solution, or of other operators, is noticed and never played.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path

from ecot.envs.domain import Mutation
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import StoreError, TaskError

__all__ = [
    "FaultTable",
    "FaultySource",
    "TaskFaults",
    "apart",
    "combined",
    "fault_key",
    "packaged_tables",
    "read_table",
    "write_table",
]

_PACKAGE = "ecot.envs.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFaults:
    """The confirmed faults of one task.

    Attributes:
        faults: the key of each.
        combinations: of each repair task, the places in `faults` of those that it holds.
    """

    faults: tuple[str, ...]
    combinations: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultTable:
    """What was confirmed of one family, or of one imported set.

    Attributes:
        env_id: of the tasks that the faults are seeded into.
        tasks: the task source, as `gym.make` takes it.
        family: of the tasks; empty for an imported set.
        digest: of the family when it was confirmed.
        revision: of the choice of faults, part of every id.
        toolchain: version by tool.
        candidates: faults that were tried.
        harmless: of these, the ones that did not break the design; none of them is in a task.
        combinations: sets of two and more faults that were tried.
        cancelled: of these, the ones whose faults undid each other; none of them is a task.
        entries: by task id.
    """

    env_id: str
    tasks: str
    family: str
    digest: str
    revision: int
    toolchain: Mapping[str, str]
    candidates: int
    harmless: int
    combinations: int
    cancelled: int
    entries: Mapping[str, TaskFaults] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FaultySource:
    """A source that holds several faults.

    Attributes:
        text: the code.
        lines: per fault, the lines of `text`, from 1, that it changed; the one before, where it took lines away.
    """

    text: str
    lines: tuple[tuple[int, ...], ...]


def fault_key(fault: Mutation) -> str:
    """Return the name of a fault in a table.

    >>> fault_key(Mutation(operator="swap", kind="algorithm_error", line=1, source="a - b"))
    'swap:5a079debdf'
    """
    return f"{fault.operator}:{hashlib.sha256(fault.source.encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines `start:end` of a source, from 0, become others."""

    start: int
    end: int
    lines: tuple[str, ...]
    fault: int


def _hunks(source: str, mutant: str, *, fault: int) -> list[_Hunk]:
    before, after = source.splitlines(keepends=True), mutant.splitlines(keepends=True)
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [_Hunk(a, b, tuple(after[c:d]), fault) for tag, a, b, c, d in codes if tag != "equal"]


def apart(source: str, mutants: Sequence[str]) -> bool:
    """Return whether no two faults touch the same line or neighbouring ones, so that they can stand side by side."""
    taken: set[int] = set()
    for mutant in mutants:
        hunks = _hunks(source, mutant, fault=0)
        mine = set(chain.from_iterable(range(hunk.start, max(hunk.end, hunk.start + 1)) for hunk in hunks))
        if taken & (mine | {line + 1 for line in mine} | {line - 1 for line in mine}):
            return False
        taken |= mine
    return True


def combined(source: str, mutants: Sequence[str]) -> FaultySource:
    r"""Return the source with the faults of all mutants, which lie apart from each other.

    >>> combined("a = 1\nb = 2\nc = 3\nd = 4\n", ["a = 0\nb = 2\nc = 3\nd = 4\n", "a = 1\nb = 2\nc = 3\n"])
    FaultySource(text='a = 0\nb = 2\nc = 3\n', lines=((1,), (3,)))
    """
    lines, position = list[str](), 0
    touched: list[set[int]] = [set() for _ in mutants]
    before = source.splitlines(keepends=True)
    hunks = [hunk for place, mutant in enumerate(mutants) for hunk in _hunks(source, mutant, fault=place)]
    for hunk in sorted(hunks, key=lambda item: item.start):
        lines += before[position : hunk.start]
        first = len(lines) + 1
        lines += hunk.lines
        position = hunk.end
        touched[hunk.fault] |= set(range(first, len(lines) + 1)) or {max(1, first - 1)}
    text = "".join([*lines, *before[position:]])
    return FaultySource(text, tuple(tuple(sorted(numbers)) for numbers in touched))


@cache
def packaged_tables(prefix: str) -> tuple[FaultTable, ...]:
    """Return the tables that this package holds for a domain: the files `<prefix>.<family>.json`."""
    found = sorted(item.name for item in files(_PACKAGE).iterdir() if item.name.startswith(f"{prefix}."))
    return tuple(_table(files(_PACKAGE).joinpath(name).read_text(encoding="utf-8"), name) for name in found)


def read_table(path: Path) -> FaultTable:
    """Return the table in a file of the user's.

    Raises:
        TaskError: there is no such file.
        StoreError: it holds something else.
    """
    try:
        return _table(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise TaskError(f"there is no table of confirmed faults at {path}; write one with `ecot confirm`") from None


def write_table(path: Path, table: FaultTable) -> None:
    """Write a table, whole or not at all; an entry a line, so that changes can be read."""
    entries = {key: json.dumps(to_json(entry), separators=(",", ":")) for key, entry in sorted(table.entries.items())}
    body = ",\n".join(f"  {json.dumps(key)}: {text}" for key, text in entries.items())
    head = json.dumps({**to_json(table), "entries": {}}, indent=1, sort_keys=True)
    whole = head.replace('"entries": {}', f'"entries": {{\n{body}\n }}', 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_text(whole + "\n", encoding="utf-8")
    fresh.replace(path)


def _table(text: str, name: str) -> FaultTable:
    try:
        return from_json(FaultTable, json.loads(text))
    except ValueError as error:
        raise StoreError(
            f"{name} is no table of confirmed faults: {error}; write it anew with `ecot confirm`"
        ) from None
