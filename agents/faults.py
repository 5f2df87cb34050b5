"""Seeded faults as edits of one source, so that several can stand side by side and each be taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ecot.envs.domain import Mutation


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A replacement in a source.

    Attributes:
        start: offset of the first character that goes.
        end: offset behind the last character that goes.
        text: what comes in its place.
        kind: the class of fault.
    """

    start: int
    end: int
    text: str
    kind: str

    def lines(self, source: str) -> range:
        """The lines of `source` that it touches, from 1."""
        first = source.count("\n", 0, self.start) + 1
        return range(first, first + source.count("\n", self.start, self.end) + 1)

    def apart_from(self, others: Iterable[Edit], source: str) -> bool:
        """Whether it shares no line with any of `others`."""
        mine = set(self.lines(source))
        return all(mine.isdisjoint(other.lines(source)) for other in others)


def edit_of(source: str, mutation: Mutation) -> Edit:
    """Return the smallest single replacement that makes the mutant of the source.

    >>> edit_of("a + b", Mutation(operator="swap", kind="operator", line=1, source="a - b"))
    Edit(start=2, end=3, text='-', kind='operator')
    """
    changed = mutation.source
    start = _common(source, changed)
    room = min(len(source), len(changed)) - start
    tail = min(room, _common(source[::-1], changed[::-1]))
    return Edit(start, len(source) - tail, changed[start : len(changed) - tail], mutation.kind)


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


def apply(source: str, edits: Sequence[Edit]) -> str:
    """Return `source` with edits that lie apart from each other."""
    for edit in sorted(edits, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def line_after(source: str, edits: Sequence[Edit], edit: Edit) -> int:
    """Return the line, from 1, at which `edit` begins in the source with all `edits` applied."""
    earlier = [other for other in edits if other.start < edit.start]
    shift = sum(other.text.count("\n") - source.count("\n", other.start, other.end) for other in earlier)
    return source.count("\n", 0, edit.start) + 1 + shift


def line_at(source: str, number: int) -> str:
    """Return a line of `source`, stripped; empty where there is none of that number."""
    lines = source.split("\n")
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
