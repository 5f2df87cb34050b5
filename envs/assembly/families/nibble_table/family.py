"""Looks bytes up in a table of sixteen: a shuffle does it for a whole vector."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role

_SHIFTS = {
    "shift_wide": "vpsrlw  ymm2, ymm2, 4",
    "shift_vector": "psrlw   xmm2, 4",
    "shift_one": "shr     r8d, 4",
}
"""Of the solution, where the high bits choose."""


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type="uint8_t", role=Role.OUTPUT),
            Parameter(name="input", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
            Parameter(name="table", type="uint8_t", role=Role.INPUT),
        ),
    )


def _call(random: Random, size: int) -> Call:
    return size, integers(random, "uint8_t", size), size, integers(random, "uint8_t", 16)


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(random, random.randint(2500, 3000)) for _ in range(48)]


FAMILY = Family(
    name="nibble_table",
    revision=1,
    level=2,
    title="a table of sixteen bytes",
    choices={
        "nibble": ("low", "high"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("translate", "recode", "look_up"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=3.0,
    fill=lambda params: {
        "part": {"low": "& 15", "high": ">> 4"}[params["nibble"]],
        **(_SHIFTS if params["nibble"] == "high" else dict.fromkeys(_SHIFTS, "")),
    },
    tags=("table", "bytes"),
)
