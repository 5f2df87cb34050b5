"""The library cocotb-coverage, made repeatable and safe for threads; imported when a plan is drawn, not before.

The library draws from the module-wide generators of `random` and NumPy and keeps its cover points in one table of the
process. Here every draw comes from a generator of ours, and points live under a root of their own while they are used.
"""

from __future__ import annotations

import random as module_random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

import numpy as np
from cocotb_coverage import crv
from cocotb_coverage.coverage import CoverCross, CoverPoint, coverage_db

from ecot.envs.verilog.bench.drawing import Covered, Event, Point

_lock = threading.Lock()
_roots = count()


class _Item(crv.Randomized):  # type: ignore[misc, unused-ignore]
    """Variables with their domains, and constraints over them."""

    def __init__(self, domains: Mapping[str, Sequence[Any]], constraints: Iterable[Callable[..., bool]]) -> None:
        super().__init__()
        for name, domain in domains.items():
            setattr(self, name, domain[0])
            self.add_rand(name, domain)
        for constraint in constraints:
            self.add_constraint(constraint)


def draw_item(
    random: Random, domains: Mapping[str, Sequence[Any]], constraints: Sequence[Callable[..., bool]]
) -> dict[str, Any]:
    """Return what `Drawing.item` does, drawn from `random`."""
    with _lock:
        # Only solutions of constraints are drawn by NumPy.
        kept = np.random.get_state() if constraints else None
        if kept is not None:
            np.random.seed(random.getrandbits(32))
        crv.random = random
        try:
            item = _Item(domains, constraints)
            item.randomize()
        finally:
            crv.random = module_random
            if kept is not None:
                np.random.set_state(kept)
    return {name: getattr(item, name) for name in domains}


def measure(points: Sequence[Point], crosses: Sequence[Sequence[str]], events: Iterable[Event]) -> Covered:
    """Return what the events cover of the points, and of the crosses of points named by key."""
    with _lock:
        root = f"ecot{next(_roots)}"
        try:
            sample, items = _sampler(root, points, crosses)
            for event in events:
                sample(event)
            hits = {(item.removeprefix(f"{root}."), name): coverage_db[item].detailed_coverage for item, name in items}
            size, hit = int(coverage_db[root].size), int(coverage_db[root].coverage)
        finally:
            for name in [name for name in coverage_db if name == root or name.startswith(f"{root}.")]:
                del coverage_db[name]
    missed = tuple(
        f"{name} {value}" for (_, name), found in hits.items() for value, number in found.items() if not number
    )
    return Covered(size, hit, missed)


def _sampler(
    root: str, points: Sequence[Point], crosses: Sequence[Sequence[str]]
) -> tuple[Callable[[Event], None], list[tuple[str, str]]]:
    """A function that counts one event, and the names of the library's items with ours."""

    def sample(event: Event) -> None:
        """What the library decorates."""

    decorators, items = [], []
    for point in points:
        name = f"{root}.{point.key}"
        decorators.append(CoverPoint(name, xf=_value_of(point.key), bins=list(point.bins)))
        items.append((name, point.key))
    for keys in crosses:
        name = f"{root}.{'_and_'.join(keys)}"
        decorators.append(CoverCross(name, items=[f"{root}.{key}" for key in keys]))
        items.append((name, " and ".join(keys)))
    # The last decorator that is put on samples first, and a cross reads what its points have just counted.
    for decorator in reversed(decorators):
        sample = decorator(sample)
    return sample, items


def _value_of(key: str) -> Callable[[Event], Any]:
    return lambda event: event.get(key)
