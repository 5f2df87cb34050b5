"""Constrained random items and functional coverage: what a family draws with, and what it says is to be covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from random import Random
from typing import Any

Event = Mapping[str, Any]
"""One finished transaction, as a model reports it: what happened, by key."""
# Imported when used, so that tasks can be listed and built where the library is not installed.
_LIBRARY = "ecot.envs.verilog.bench.library"


class Drawing:
    """Draws of one hidden seed."""

    def __init__(self, random: Random) -> None:
        """Draws from `random`."""
        self.random = random

    def item(self, domains: Mapping[str, Sequence[Any]], *constraints: Callable[..., bool]) -> dict[str, Any]:
        """Return a value per variable that fulfils all constraints, each solution as likely as any other.

        Args:
            domains: values by variable; a value that stands there twice is twice as likely.
            constraints: predicates whose arguments are variables, in alphabetical order; one per set of variables.
        """
        drawn: dict[str, Any] = import_module(_LIBRARY).draw_item(self.random, domains, constraints)
        return drawn

    def bits(self, width: int) -> int:
        """Return a number of so many bits: all zero, all one or alternating now and then."""
        extremes = (0, (1 << width) - 1, int("10" * width, 2) & ((1 << width) - 1))
        return self.random.choice(extremes) if self.random.random() < 0.15 else self.random.getrandbits(width)

    def gap(self, most: int = 3) -> int:
        """Return cycles between two items; none in half of all cases."""
        return self.random.choice((0, 1)) * self.random.randrange(1, most + 1)


@dataclass(frozen=True, slots=True)
class Point:
    """A cover point: events that hold `key` are counted by its value.

    Attributes:
        key: of the events.
        bins: values that must be seen.
    """

    key: str
    bins: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """Functional coverage of some events.

    Attributes:
        bins: to be hit.
        hit: of these.
        missed: names of the others.
    """

    bins: int
    hit: int
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """Hit bins among all."""
        return self.hit / self.bins


def measure(points: Sequence[Point], crosses: Sequence[Sequence[str]], events: Iterable[Event]) -> Covered:
    """Return what the events cover of the points, and of the crosses of points named by key."""
    covered: Covered = import_module(_LIBRARY).measure(points, crosses, events)
    return covered
