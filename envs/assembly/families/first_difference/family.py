"""Finds where two arrays first differ."""

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
            Parameter(name="left", type=params["kind"], role=Role.INPUT),
            Parameter(name="right", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns="size_t",
    )


def _call(params: Params, random: Random, size: int, place: int) -> Call:
    left = integers(random, params["kind"], size)
    right = left.copy()
    if place < size:
        bit = random.randrange(left.itemsize * 8)
        right[place] ^= left.dtype.type(1 << bit)
        if place + 1 < size:
            right[random.randrange(place + 1, size)] ^= left.dtype.type(1)
    return left, right, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    edges = [_call(params, random, 70, place) for place in range(71)]
    edges += [_call(params, random, size, size) for size in range(0, 80, 3)]
    return edges + [_call(params, random, size, random.randint(0, size)) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    size = 4096 // np.dtype(integers(random, params["kind"], 1).dtype).itemsize
    return [_call(params, random, size, random.randint(size // 2, size - 8)) for _ in range(64)]


FAMILY = Family(
    name="first_difference",
    revision=1,
    level=2,
    title="the first difference of two arrays",
    choices={
        "kind": ("uint8_t", "uint16_t", "uint32_t"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("first_difference", "mismatch", "common_prefix"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.4,
    fill=lambda params: {
        "scale": {"uint8_t": "", "uint16_t": "shl     rdx, 1", "uint32_t": "shl     rdx, 2"}[params["kind"]],
        "unscale": {"uint8_t": "", "uint16_t": "shr     rax, 1", "uint32_t": "shr     rax, 2"}[params["kind"]],
        "lane": {"uint8_t": "b", "uint16_t": "w", "uint32_t": "d"}[params["kind"]],
    },
    tags=("searching",),
)
