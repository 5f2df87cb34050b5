"""What the world model reads: facts of the task, what a parser complains of, and the candidate as a marked difference.

The candidate is set against the nearest program of the same task that is *known* to pass, where there is one: a stored
turn, or the hidden solution where a configuration says so. Names and numbers are normalised first, so that only what
matters differs. No text of the judge is read, and nothing of the hidden solution unless it is handed in as a reference.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from ecot.envs.domain import domain_of
from ecot.envs.types import Task
from ecot.world_model.kinds import kind_of
from ecot.world_model.parsers import Complaint
from ecot.world_model.reader import guarded_complaints
from ecot.world_model.words import Namer, lex, numbers_of

__all__ = ["MOST_LINES", "MOST_WORDS", "Line", "Mark", "Reading", "read"]

MOST_LINES = 60
"""Lines of one reading."""
MOST_WORDS = 20
"""Words of a line; a longer one goes on in the next."""
_CONTEXT = 1
"""Unchanged lines shown before and after a changed one."""
_RELATED = 20
"""Unchanged lines shown because they mention what a changed line mentions."""
_MOST_FACTS = 24


class Mark(IntEnum):
    """How a word stands to the reference."""

    PLAIN = 0
    SAME = 1
    ADDED = 2
    GONE = 3
    FACT = 4


@dataclass(frozen=True, slots=True)
class Line:
    """Some words with their marks.

    Attributes:
        words: of the closed vocabulary.
        marks: one a word.
        number: of the line of the candidate that it shows, from 1; 0 for facts and for what is gone.
    """

    words: tuple[str, ...]
    marks: tuple[int, ...]
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One question to the world model.

    Attributes:
        kind: the domain's short name (`Verilog`).
        lines: facts first, then the code.
        complaints: of the parser.
        changed: words that differ from the reference; -1 where there is none.
    """

    kind: str
    lines: tuple[Line, ...]
    complaints: tuple[Complaint, ...]
    changed: int


def read(
    task: Task,
    source: str,
    *,
    known: Mapping[str, Collection[str]],
    references: Sequence[str] = (),
    complained: Sequence[Complaint] | None = None,
) -> Reading:
    """Return what the world model reads of a candidate.

    Args:
        task: that it answers; its solution is not read.
        source: the candidate.
        known: the words that keep their spelling, by the domain's short name.
        references: programs that are known to pass this task; the nearest is used.
        complained: what the parser said, where it was asked already.
    """
    language = domain_of(task.env_id).language
    found = guarded_complaints(task, source) if complained is None else tuple(complained)
    text = _Text(known.get(kind_of(task.env_id), frozenset()), numbers_of(task.instruction), language)
    best = min((text.against(source, other) for other in references), key=lambda item: item.cost, default=None)
    program = best or text.alone(source)
    flagged = {item.line: item.code for item in found if item.line}
    code = [line for item in program.lines for line in _pieces(item, flagged.get(item.number, ""))]
    facts = [*_facts(task), *_complaint_lines(found, program)]
    return Reading(
        kind=kind_of(task.env_id),
        lines=tuple([*facts, *code][:MOST_LINES]),
        complaints=found,
        changed=program.cost if best else -1,
    )


@dataclass(frozen=True, slots=True)
class _Program:
    lines: Sequence[Line]
    cost: int


@dataclass(frozen=True, slots=True)
class _Text:
    """Reads programs of one task in one vocabulary."""

    known: Collection[str]
    given: Collection[float]
    language: str
    _raw: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)

    def alone(self, source: str) -> _Program:
        namer = Namer(self.known, self.given)
        lines = [(number, namer.words(tokens)) for number, tokens in self._lexed(source)]
        return _Program([_marked(words, Mark.PLAIN, number) for number, words in lines], 0)

    def against(self, source: str, reference: str) -> _Program:
        """The difference to a reference."""
        before, after = self._lexed(reference), _renamed(self._lexed(source), self._lexed(reference), self.known)
        namer = Namer(self.known, self.given)
        old = [tuple(namer.words(tokens)) for _, tokens in before]
        new = [tuple(namer.words(tokens)) for _, tokens in after]
        opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        lines: list[tuple[int, Line]] = []
        cost = 0
        for tag, start, end, first, last in opcodes:
            if tag == "equal":
                lines += [(place, _marked(new[place], Mark.SAME, after[place][0])) for place in range(first, last)]
                continue
            changed = list(_inline(old[start:end], new[first:last], [number for number, _ in after[first:last]]))
            lines += [(-1, line) for line in changed]
            cost += sum(mark in (Mark.ADDED, Mark.GONE) for line in changed for mark in line.marks)
        return _Program(_elided(lines), cost)

    def _lexed(self, source: str) -> list[tuple[int, list[str]]]:
        if source not in self._raw:
            self._raw[source] = lex(source, self.language)
        return self._raw[source]


def _renamed(
    lines: Sequence[tuple[int, list[str]]], reference: Sequence[tuple[int, list[str]]], known: Collection[str]
) -> Sequence[tuple[int, list[str]]]:
    """Give names that the reference lacks the names that it alone has, where they occur equally often."""
    mine, theirs = _names(lines, known), _names(reference, known)
    free = [name for name in theirs if name not in mine]
    table: dict[str, str] = {}
    for name, count in mine.items():
        if name not in theirs and count > 1:
            twin = next((other for other in free if theirs[other] == count), None)
            if twin is not None:
                table[name] = twin
                free.remove(twin)
    if not table:
        return lines
    return [(number, [table.get(token, token) for token in tokens]) for number, tokens in lines]


def _names(lines: Sequence[tuple[int, list[str]]], known: Collection[str]) -> Counter[str]:
    return Counter(
        token
        for _, tokens in lines
        for token in tokens
        if (token[0].isalpha() or token[0] == "_") and token not in known
    )


def _marked(words: Sequence[str], mark: Mark, number: int) -> Line:
    return Line(tuple(words), (mark,) * len(words), number)


def _inline(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], numbers: Sequence[int]) -> Iterator[Line]:
    """Lines that replace others, word by word where there are as many; the ones that go, first, where there are not."""
    if len(old) != len(new):
        yield from (_marked(words, Mark.GONE, 0) for words in old)
        yield from (_marked(words, Mark.ADDED, number) for words, number in zip(new, numbers, strict=True))
        return
    for one, other, number in zip(old, new, numbers, strict=True):
        words: list[str] = []
        marks: list[int] = []
        for tag, start, end, first, last in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            if tag == "equal":
                words += other[first:last]
                marks += [Mark.SAME] * (last - first)
                continue
            words += [*one[start:end], *other[first:last]]
            marks += [Mark.GONE] * (end - start) + [Mark.ADDED] * (last - first)
        yield Line(tuple(words), tuple(marks), number)


def _elided(lines: Sequence[tuple[int, Line]]) -> Sequence[Line]:
    """The changed lines, their neighbours, and lines that mention the names of changed ones."""
    changed = [place for place, (same, _) in enumerate(lines) if same < 0]
    if len(lines) <= 24:
        return [line for _, line in lines]
    near = {other for place in changed for other in range(place - _CONTEXT, place + _CONTEXT + 1)}
    names = {word for place in changed for word in lines[place][1].words if word.startswith("name")}
    related = [place for place, (_, line) in enumerate(lines) if place not in near and names & set(line.words)]
    keep = near | set(related[:_RELATED])
    return [line for place, (_, line) in enumerate(lines) if place in keep]


def _pieces(line: Line, code: str) -> Iterator[Line]:
    """A line in pieces of `MOST_WORDS`; a complaint about it stands before its first word."""
    words, marks = list(line.words), list(line.marks)
    if code:
        words, marks = ["complaint", code, *words], [Mark.FACT, Mark.FACT, *marks]
    for start in range(0, len(words), MOST_WORDS):
        yield Line(tuple(words[start : start + MOST_WORDS]), tuple(marks[start : start + MOST_WORDS]), line.number)


def _complaint_lines(found: Sequence[Complaint], program: _Program) -> Iterator[Line]:
    """What the parser says as a whole, and whether anything differs from the reference."""
    words = [f"complaint_{item.code}" for item in found] or ["complaint_none"]
    words += [f"changed{min(program.cost, 9)}" if program.lines and program.cost else "changed_none"]
    yield _marked(words[:MOST_WORDS], Mark.FACT, 0)


def _facts(task: Task) -> Iterator[Line]:
    """The domain, the level, and the choices that the task was drawn by: a compact form of what it asks."""
    yield _marked(["domain", kind_of(task.env_id), f"level{task.level}"], Mark.FACT, 0)
    words: list[str] = []
    for key, value in list(_scalars(task.bundle.params))[:_MOST_FACTS]:
        pair = [f"fact_{key}", value]
        if len(words) + 2 > MOST_WORDS:
            yield _marked(words, Mark.FACT, 0)
            words = []
        words += pair
    if words:
        yield _marked(words, Mark.FACT, 0)


def _scalars(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The draw's choices that are short words or numbers. Nothing else of a bundle is read."""
    draw = params.get("draw", {})
    for key, value in draw.items() if isinstance(draw, Mapping) else ():
        if isinstance(value, bool) or value is None:
            yield str(key), str(value).lower()
        elif isinstance(value, int):
            yield str(key), str(value) if 0 <= value <= 64 else f"about2_{max(value, 1).bit_length()}"
        elif isinstance(value, float):
            yield str(key), "fraction"
        elif isinstance(value, str) and len(value) <= 24 and value.replace("_", "").isalnum():
            yield str(key), f"is_{value}"
