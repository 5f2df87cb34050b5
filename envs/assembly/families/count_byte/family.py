"""Counts how often a byte occurs: a reduction over bytes that compilers widen too early."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role

_SIZES = (0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000)


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="data", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns="size_t",
    )


def _call(params: Params, random: Random, size: int) -> Call:
    """A few values, among them the one that is counted and its neighbours."""
    wanted = params["byte"]
    pool = random.choice(([wanted], [wanted, wanted ^ 1], [wanted, 0, 255, 128], range(256)))
    data = np.array(random.choices(list(pool), k=size), dtype=np.uint8)
    return data, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    """Sizes around every width of a vector, long runs of the byte so that narrow counters overflow."""
    wanted = params["byte"]
    calls: list[Call] = [
        (np.full(size, wanted, dtype=np.uint8), size) for size in (255 * 32, 256 * 32 + 5, 9000, 16640)
    ]
    calls += [(np.full(size, wanted ^ 128, dtype=np.uint8), size) for size in (33, 300)]
    calls += [_call(params, random, size) for size in _SIZES]
    calls += [_call(params, random, random.randrange(0, 700)) for _ in range(60)]
    return calls


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randrange(3000, 5000)) for _ in range(96)]


FAMILY = Family(
    name="count_byte",
    revision=1,
    level=2,
    title="count a byte",
    choices={
        "byte": (0, 10, 32, 44, 65, 128, 255),
        "isa": ("v2", "v3"),
        "given": ("assembly", "c"),
        "top": ("count_byte", "occurrences", "tally"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.5,
    tags=("reduction", "bytes"),
)
