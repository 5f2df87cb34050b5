"""What a built-in family of CAD tasks is: parameters, three wordings, two solutions, and its smallest feature.

The two solutions build the part by different means (say, an extruded sketch and a boolean of primitives). One is the
truth that candidates are compared with; that the other passes too is evidence that text, truth and tolerance fit one
another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Params = Mapping[str, Any]
"""One draw: a value per key of `Family.choices`."""

WORDINGS = ("engineering", "plain", "steps")
"""As on a drawing, in everyday words, as steps of construction; each a text `<wording>.md` of a family."""
VARIABLES = ("result", "part", "solid")
WORDS: Mapping[str, Sequence[str]] = MappingProxyType({"wording": WORDINGS, "variable": VARIABLES})
"""Choices that every family has, and that change no geometry."""
PORTION = 0.02
"""Part of the smallest feature's volume by which a part may differ from the one that is asked for."""


def _no_more(params: Params) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A folder `families/<name>/`: `family.py` (this record, as `FAMILY`), a text per wording, `solution.cq`,
    `second.cq` (built differently) and `hacks/`, of which `drops_smallest.cq` leaves the smallest feature out.

    Attributes:
        name: of the folder.
        revision: raised by any change of the draws, the text or the checks.
        level: 1 to 5.
        title: a few words, for tables.
        sizes: the values of every parameter; lengths in mm.
        smallest: volume in mm3 of the smallest feature of a draw, by which the tolerance is set.
        fill: more placeholders than the parameters themselves.
        solids: how many the part consists of.
        min_wall: least thickness in mm that the text demands; 0 where it demands none.
        valid: whether a combination of values is a task; None where all are.
        held_out: the whole family is the split `test_families`.
        tags: free words.
    """

    name: str
    revision: int
    level: int
    title: str
    sizes: Mapping[str, Sequence[Any]]
    smallest: Callable[[Params], float]
    fill: Callable[[Params], Mapping[str, str]] = _no_more
    solids: int = 1
    min_wall: float = 0.0
    valid: Callable[[Params], bool] | None = None
    held_out: bool = False
    tags: tuple[str, ...] = ()

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """The sizes, then what every family has."""
        return {**self.sizes, **WORDS}

    @property
    def cosmetic(self) -> tuple[str, ...]:
        """Choices that change no geometry."""
        return tuple(WORDS)


def number(value: float) -> str:
    """A size as text, as short as it goes.

    >>> number(12.0), number(2.5), number(1 / 3)
    ('12', '2.5', '0.3333')
    """
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
