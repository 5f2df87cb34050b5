"""Writes bytes as pairs of digits: two shuffles of a table."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type="uint8_t", role=Role.OUTPUT),
            Parameter(name="input", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return 2 * size, integers(random, "uint8_t", size), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(900, 1000)) for _ in range(32)]


FAMILY = Family(
    name="hex_encode",
    revision=1,
    level=2,
    title="bytes as hexadecimal digits",
    choices={
        "case": ("lower", "upper"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("hex_encode", "to_digits", "dump_bytes"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=3.0,
    fill=lambda params: {"digits": "0123456789abcdef" if params["case"] == "lower" else "0123456789ABCDEF"},
    held_out=True,
    tags=("text", "table"),
)
