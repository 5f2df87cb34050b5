"""Sizes and contents of buffers, as many families draw them; part of every family's digest."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.assembly.family import DTYPES

__all__ = ["EDGES", "GIVEN", "floats", "integers", "sizes"]

EDGES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 96, 127, 128, 129)
"""Sizes at which vector code changes from one of its loops to another."""
GIVEN = ("assembly", "c")
"""Whether the agent is shown the compiler's assembly beside the C source."""


def sizes(random: Random, *, most: int = 400, count: int = 40, least: int = 0) -> list[int]:
    """Return the edges, and then sizes that are drawn."""
    edges = [size for size in EDGES if least <= size <= most]
    return edges + [random.randint(least, most) for _ in range(count)]


def integers(random: Random, kind: str, size: int, *, low: int | None = None, high: int | None = None) -> NDArray[Any]:
    """Return a buffer of integers: of the whole range, small ones, extreme ones, or mostly one.

    Args:
        random: the generator.
        kind: of the elements, a key of `DTYPES`.
        size: how many.
        low: least of them; of the type where None.
        high: largest of them; of the type where None.
    """
    bounds = np.iinfo(DTYPES[kind])
    low, high = int(bounds.min) if low is None else low, int(bounds.max) if high is None else high
    draw = np.random.default_rng(random.getrandbits(64))
    dtype = np.dtype(DTYPES[kind])
    style = random.randrange(4)
    if style == 1:
        near = min(max(0, low), high)
        return draw.integers(max(low, near - 8), min(high, near + 9), size=size, dtype=dtype, endpoint=True)
    if style == 2:
        middle = min(max(0, low), high)
        extremes = np.array([low, low + 1, middle, (low + high) // 2, high - 1, high], dtype=dtype)
        return draw.choice(extremes, size=size)
    values = draw.integers(low, high, size=size, dtype=dtype, endpoint=True)
    if style == 3 and size:
        values[draw.random(size) < 0.8] = values[0]
    return values


def floats(random: Random, kind: str, size: int, *, low: float, high: float) -> NDArray[Any]:
    """Return a buffer of floating-point numbers between two bounds."""
    draw = np.random.default_rng(random.getrandbits(64))
    return draw.uniform(low, high, size=size).astype(DTYPES[kind])
