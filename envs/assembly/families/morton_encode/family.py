"""Interleaves the bits of coordinates: shifts and masks in C, one deposit each with BMI2."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type="uint64_t", role=Role.OUTPUT),
            Parameter(name="x", type="uint32_t", role=Role.INPUT),
            Parameter(name="y", type="uint32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return size, integers(random, "uint32_t", size), integers(random, "uint32_t", size), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(700, 800)) for _ in range(24)]


FAMILY = Family(
    name="morton_encode",
    revision=1,
    level=2,
    title="coordinates woven into one number",
    choices={
        "first": ("x", "y"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("morton_encode", "weave", "z_order"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.1,
    target_in_c=1.08,
    fill=lambda params: {
        "low": params["first"],
        "high": "y" if params["first"] == "x" else "x",
        "mask_of_x": "r10" if params["first"] == "x" else "r11",
        "mask_of_y": "r11" if params["first"] == "x" else "r10",
    },
    tags=("bit tricks",),
)
