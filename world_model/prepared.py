"""Readings as numbers: a vocabulary, a table of distinct lines, and per row the lines that it is made of.

Equal lines are stored, and later encoded, once: most lines of a corpus are the same few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecot.world_model.dataset import Row
from ecot.world_model.model import verdict_of
from ecot.world_model.reading import MOST_WORDS, Reading, read

__all__ = ["MODES", "Labels", "Lines", "Vocabulary", "readings_of", "target_line"]

MODES = ("none", "stored", "solution")
"""Where the reference comes from: nowhere, an earlier turn that passed, or the hidden solution too."""
_PAD, _UNKNOWN = 0, 1
_RARE = 3
"""Words that occur less often in training are unknown."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a model tells apart.

    Attributes:
        known: by the domain's short name, the words that keep their spelling.
        words: all words of readings, by their number from 2; 0 pads and 1 is any other.
    """

    known: Mapping[str, Collection[str]]
    words: Mapping[str, int]

    @classmethod
    def of(cls, readings: Iterable[Reading], known: Mapping[str, Collection[str]]) -> Vocabulary:
        """Return the words that occur often enough."""
        counts = Counter(word for reading in readings for line in reading.lines for word in line.words)
        kept = sorted(word for word, count in counts.items() if count >= _RARE)
        return cls(known, {word: number for number, word in enumerate(kept, start=2)})

    def __len__(self) -> int:
        return len(self.words) + 2


@dataclass(slots=True)
class Lines:
    """Distinct lines as numbers of words and marks.

    Attributes:
        vocabulary: of the words.
    """

    vocabulary: Vocabulary
    _places: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = field(default_factory=dict)
    _rows: list[list[int]] = field(default_factory=list)

    def places(self, reading: Reading) -> NDArray[np.int32]:
        """Return the numbers of a reading's lines; new lines enter the table."""
        return np.array([self._place(line.words, line.marks) for line in reading.lines], dtype=np.int32)

    def _place(self, words: tuple[str, ...], marks: tuple[int, ...]) -> int:
        place = self._places.get((words, marks))
        if place is None:
            place = self._places[words, marks] = len(self._rows)
            numbers = [self.vocabulary.words.get(word, _UNKNOWN) for word in words]
            empty = [_PAD] * (MOST_WORDS - len(words))
            self._rows.append([*numbers, *empty, *marks, *empty])
        return place

    def table(self) -> NDArray[np.int32]:
        """The table, lines x (words, then marks)."""
        return np.array(self._rows, dtype=np.int32).reshape(-1, 2 * MOST_WORDS)


@dataclass(frozen=True, slots=True)
class Labels:
    """The verdicts and the classes of diagnostics that training showed.

    Attributes:
        verdicts: by number.
        codes: `verdict|class` by number; the first is none of them.
        seen: per kind of domain, the numbers of the verdicts that occur in it.
    """

    verdicts: Sequence[str]
    codes: Sequence[str]
    seen: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Labels:
        """Return what occurs in rows."""
        verdicts = sorted({verdict_of(row.outcome) for row in rows})
        codes = Counter(code_of(row) for row in rows)
        pairs = {(row.kind, verdict_of(row.outcome)) for row in rows}
        seen = {kind: sorted(verdicts.index(name) for other, name in pairs if other == kind) for kind, _ in pairs}
        return cls(verdicts, ["", *sorted(code for code, count in codes.items() if code and count >= _RARE)], seen)


def code_of(row: Row) -> str:
    """Return the verdict and the class of a row's first diagnostic; empty where it passed."""
    failed = row.outcome.failure
    return f"{verdict_of(row.outcome)}|{failed.diagnostics[0].code}" if failed and failed.diagnostics else ""


def target_line(row: Row, reading: Reading) -> int:
    """Return which line of a reading shows the line of the first diagnostic; 0 where none does."""
    failed = row.outcome.failure
    number = failed.diagnostics[0].line if failed and failed.diagnostics else 0
    return next((place for place, line in enumerate(reading.lines) if number and line.number == number), 0)


def readings_of(
    row: Row, known: Mapping[str, Collection[str]], *, modes: Sequence[str] = MODES
) -> Mapping[str, Reading]:
    """Return a row's reading for each mode of reference; the parser is asked once."""
    solution = tuple(file.text for file in row.task.solution)[:1]
    references = {"none": (), "stored": row.references, "solution": (*row.references, *solution)}
    found: dict[str, Reading] = {}
    for mode in modes:
        complained = next((reading.complaints for reading in found.values()), None)
        if mode != "none" and not references[mode] and "none" in found:
            found[mode] = found["none"]
        else:
            found[mode] = read(row.task, row.source, known=known, references=references[mode], complained=complained)
    return found
