"""Divides many numbers by one that is known only at run time: no multiplication by a constant is possible."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role

_REMAINDER = {
    "operation": "%",
    "back": "vpmulld xmm3, xmm3, xmm1\n    vpsubd  xmm3, xmm2, xmm3",
    "register": "edx",
}
_QUOTIENT = {"operation": "/", "back": "", "register": "eax"}


def _fill(params: Params) -> dict[str, str]:
    return _REMAINDER if params["result"] == "remainder" else _QUOTIENT


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type="int32_t", role=Role.OUTPUT),
            Parameter(name="input", type="int32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
            Parameter(name="divisor", type="int32_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    divisor = random.choice((1, 2, 3, 7, 1000, 65535, 2**31 - 1, random.randrange(1, 2**31), random.randrange(1, 999)))
    values = integers(random, "int32_t", size, low=0)
    for place in range(0, size, 3):
        values[place] = min(2**31 - 1, max(0, values[place] // divisor * divisor - random.randrange(2)))
    return size, values, size, divisor


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(480, 500)) for _ in range(16)]


FAMILY = Family(
    name="divide_all",
    revision=1,
    level=3,
    title="quotients by one divisor",
    choices={
        "result": ("quotient", "remainder"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("divide_all", "scale_down", "reduce"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.6,
    fill=_fill,
    tags=("arithmetic",),
)
