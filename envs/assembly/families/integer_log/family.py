"""Whole logarithms by counting shifts, which one instruction does."""

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
            Parameter(name="output", type="uint8_t", role=Role.OUTPUT),
            Parameter(name="input", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    values = integers(random, params["kind"], size)
    shifts = np.array([random.randrange(values.itemsize * 8) for _ in range(size)], dtype=values.dtype)
    return size, values >> shifts, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(280, 300)) for _ in range(8)]


FAMILY = Family(
    name="integer_log",
    revision=1,
    level=1,
    title="logarithms to base two",
    choices={
        "kind": ("uint32_t", "uint64_t"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("integer_log", "bit_length", "magnitude"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=2.0,
    target_in_c=1.8,
    fill=lambda params: {
        "word": {"uint32_t": "r8d", "uint64_t": "r8"}[params["kind"]],
        "bytes": str(int(params["kind"][4:6]) // 8),
    },
    tags=("bit tricks",),
)
