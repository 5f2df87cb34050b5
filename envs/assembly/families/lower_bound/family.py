"""Binary search for many keys: branches that nobody can predict."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="places", type="uint32_t", role=Role.OUTPUT),
            Parameter(name="keys", type="int32_t", role=Role.INPUT),
            Parameter(name="count", type="size_t"),
            Parameter(name="table", type="int32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int, count: int = 12) -> Call:
    table = np.sort(integers(random, "int32_t", size))
    keys = integers(random, "int32_t", count)
    for place in range(0, count, 2):
        keys[place] = table[random.randrange(size)]
    return count, keys, count, table, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size, size % 5 * 4) for size in sizes(random, least=1, most=300)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    """So many keys that no processor remembers how each branch went the last time."""
    draw = np.random.default_rng(random.getrandbits(64))
    table = np.sort(draw.integers(0, 10**6, size=1000, dtype=np.int32))
    return [(200, draw.integers(0, 10**6, size=200, dtype=np.int32), 200, table, 1000) for _ in range(60)]


FAMILY = Family(
    name="lower_bound",
    revision=1,
    level=3,
    title="places in a sorted table",
    choices={
        "bound": ("lower", "upper"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("bounds", "locate", "rank"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=2.5,
    fill=lambda params: {
        "relation": {"lower": "<", "upper": "<="}[params["bound"]],
        "words": {"lower": "less than", "upper": "less than or equal to"}[params["bound"]],
        "condition": {"lower": "l", "upper": "le"}[params["bound"]],
    },
    tags=("searching", "branches"),
)
