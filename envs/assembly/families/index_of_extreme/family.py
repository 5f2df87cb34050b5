"""Finds where the smallest or largest number first stands: two passes with vectors beat one without."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="data", type="int32_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns="size_t",
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return integers(random, "int32_t", size), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    calls = [_call(params, random, size) for size in sizes(random, least=1, most=200)]
    for place in range(40):
        data = integers(random, "int32_t", 40, low=-5, high=5)
        data[place] = -6 if params["extreme"] == "smallest" else 6
        calls.append((data, 40))
    return calls


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(900, 1000)) for _ in range(32)]


FAMILY = Family(
    name="index_of_extreme",
    revision=1,
    level=3,
    title="where the extreme stands",
    choices={
        "extreme": ("smallest", "largest"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("index_of_extreme", "place_of", "winner"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.8,
    fill=lambda params: {
        "relation": {"smallest": "<", "largest": ">"}[params["extreme"]],
        "pick": {"smallest": "vpminsd", "largest": "vpmaxsd"}[params["extreme"]],
        "condition": {"smallest": "ge", "largest": "le"}[params["extreme"]],
    },
    tags=("reduction", "searching"),
)
