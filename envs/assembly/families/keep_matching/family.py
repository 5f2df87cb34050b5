"""Filters an array: a store and a conditional step of the place, in place of a branch that nobody can predict."""

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
            Parameter(name="output", type="int32_t", role=Role.OUTPUT),
            Parameter(name="input", type="int32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
            Parameter(name="limit", type="int32_t"),
        ),
        returns="size_t",
        open_tail="output",
    )


def _call(params: Params, random: Random, size: int) -> Call:
    values = integers(random, "int32_t", size)
    limit = int(values[random.randrange(size)]) if size else 0
    if params["test"] in ("equal", "unequal"):
        values[np.array([random.random() < 0.5 for _ in range(size)], dtype=bool)] = limit
    return size, values, size, limit


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=200)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    """So many numbers that no processor remembers how each branch went the last time."""
    draw = np.random.default_rng(random.getrandbits(64))
    choice = np.array([3, 5, 8], dtype=np.int32)
    return [(1000, draw.choice(choice, size=1000), 1000, 5) for _ in range(60)]


FAMILY = Family(
    name="keep_matching",
    revision=1,
    level=3,
    title="elements that pass a test, moved together",
    choices={
        "test": ("less", "more", "equal", "unequal"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("keep_matching", "filter", "sift"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=2.0,
    target_in_c=2.0,
    fill=lambda params: {
        "relation": {"less": "<", "more": ">", "equal": "==", "unequal": "!="}[params["test"]],
        "words": {"less": "less than", "more": "more than", "equal": "equal to", "unequal": "not equal to"}[
            params["test"]
        ],
        "condition": {"less": "l", "more": "g", "equal": "e", "unequal": "ne"}[params["test"]],
    },
    tags=("filtering", "branches"),
)
