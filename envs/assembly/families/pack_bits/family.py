"""Packs bytes that are zero or not into bits: a comparison and a mask."""

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
            Parameter(name="output", type="uint8_t", role=Role.OUTPUT),
            Parameter(name="flags", type="uint8_t", role=Role.INPUT),
            Parameter(name="count", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    share = random.choice((0.1, 0.5, 0.9))
    flags = [random.choice((1, 128, 255, 2)) if random.random() < share else 0 for _ in range(8 * size)]
    return size, np.array(flags, dtype=np.uint8), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=60)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(180, 200)) for _ in range(160)]


FAMILY = Family(
    name="pack_bits",
    revision=1,
    level=2,
    title="flags packed into bits",
    choices={
        "set": ("nonzero", "zero"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("pack_bits", "bit_set_of", "squeeze"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.15,
    fill=lambda params: {
        "test": {"nonzero": "!= 0", "zero": "== 0"}[params["set"]],
        "invert": {"nonzero": "not     ecx", "zero": ""}[params["set"]],
    },
    tags=("bit tricks", "bytes"),
)
