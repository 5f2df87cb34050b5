"""Counts words: the state that a loop carries from byte to byte becomes a shift by one bit."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from ecot.envs.assembly.arrays import GIVEN, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="text", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns="size_t",
    )


def _call(params: Params, random: Random, size: int) -> Call:
    """Letters and separators, now and then long runs of either, and bytes next to the limit."""
    limit, share = params["blank"], random.choice((0.05, 0.3, 0.5, 0.95))
    near = [limit, limit + 1, 0, 255, 127, 128]
    letters = [random.choice(near) if random.random() < 0.3 else random.randrange(256) for _ in range(size)]
    return np.array([limit if random.random() < share else item for item in letters], dtype=np.uint8), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(1400, 1500)) for _ in range(24)]


FAMILY = Family(
    name="count_words",
    revision=1,
    level=3,
    title="words of a text",
    choices={
        "blank": (32, 44, 47, 64),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("count_words", "count_fields", "runs"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=3.0,
    fill=lambda params: {"first": str(params["blank"] + 1)},
    tags=("text", "state machine"),
)
