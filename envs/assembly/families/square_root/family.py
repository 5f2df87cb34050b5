"""Whole square roots bit by bit, which the floating-point unit does at once."""

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
            Parameter(name="output", type="uint32_t", role=Role.OUTPUT),
            Parameter(name="input", type="uint32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    values = integers(random, "uint32_t", size)
    roots = np.array([random.randrange(65536) for _ in range(size)], dtype=np.uint32)
    near = (roots * roots + np.array([random.choice((-1, 0, 1)) for _ in range(size)])).astype(np.uint32)
    return size, np.where(np.array([random.random() < 0.5 for _ in range(size)], dtype=bool), near, values), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(280, 300)) for _ in range(8)]


FAMILY = Family(
    name="square_root",
    revision=1,
    level=2,
    title="whole square roots",
    choices={
        "rounding": ("down", "up"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("square_root", "isqrt", "root"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=2.2,
    fill=lambda params: {
        "word": {"down": "largest", "up": "smallest"}[params["rounding"]],
        "relation": {"down": "at most", "up": "at least"}[params["rounding"]],
        "correction": {"down": "", "up": "if ((uint64_t)root * root < input[index])\n            root++;"}[
            params["rounding"]
        ],
        "mode": {"down": "3", "up": "2"}[params["rounding"]],
    },
    tags=("arithmetic",),
)
