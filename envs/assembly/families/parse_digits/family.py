"""Parses decimal numbers of fixed width: three steps that add neighbours, in place of eight multiplications."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from ecot.envs.assembly.arrays import GIVEN, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role

_WEIGHTS = {
    "first digit highest": {"ones": "10, 1", "hundreds": "100, 1", "myriads": "10000, 1"},
    "first digit lowest": {"ones": "1, 10", "hundreds": "1, 100", "myriads": "1, 10000"},
}
"""Of neighbours, in each of the three steps of the solution."""


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type="uint32_t", role=Role.OUTPUT),
            Parameter(name="text", type="uint8_t", role=Role.INPUT),
            Parameter(name="count", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    digits = np.array([random.choice((0, 9, random.randrange(10))) for _ in range(8 * size)], dtype=np.uint8)
    return size, digits + np.uint8(48), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=60)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(180, 200)) for _ in range(60)]


FAMILY = Family(
    name="parse_digits",
    revision=1,
    level=3,
    title="numbers of eight digits",
    choices={
        "order": ("first digit highest", "first digit lowest"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("parse_digits", "read_numbers", "decode_decimals"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.8,
    fill=lambda params: {
        "place": {"first digit highest": "digit", "first digit lowest": "7 - digit"}[params["order"]],
        **_WEIGHTS[params["order"]],
    },
    tags=("text", "parsing"),
)
