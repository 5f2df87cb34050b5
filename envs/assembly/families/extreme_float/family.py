"""The extreme of an array: without a promise about NaN no compiler may use vectors, and the agent has one."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, floats, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="data", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns=params["kind"],
    )


def _call(params: Params, random: Random, size: int) -> Call:
    values = floats(random, params["kind"], size, low=-1e4, high=1e4)
    values[random.randrange(size)] *= 8
    return values, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    """The extreme at every place, too: each part of a vector must look."""
    calls = [_call(params, random, size) for size in sizes(random, least=1, most=300)]
    for size in (64, 70, 96):
        for place in range(size):
            values = floats(random, params["kind"], size, low=-1e4, high=1e4)
            values[place] = 1e6 if params["extreme"] == "largest" else -1e6
            calls.append((values, size))
    return calls


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(800, 900)) for _ in range(48)]


FAMILY = Family(
    name="extreme_float",
    revision=1,
    level=2,
    title="the largest or smallest of an array",
    choices={
        "kind": ("float", "double"),
        "extreme": ("largest", "smallest"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("extreme", "bound", "peak"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.8,
    fill=lambda params: {
        "sign": {"largest": ">", "smallest": "<"}[params["extreme"]],
        "pick": ("vmax" if params["extreme"] == "largest" else "vmin") + {"float": "p", "double": "p"}[params["kind"]],
        "suffix": {"float": "s", "double": "d"}[params["kind"]],
        "bytes": {"float": "4", "double": "8"}[params["kind"]],
        "shift": {"float": "2", "double": "3"}[params["kind"]],
        "last": {"float": "vmovshdup xmm1, xmm0\n    @ xmm0, xmm0, xmm1", "double": ""}[params["kind"]].replace(
            "@", ("vmax" if params["extreme"] == "largest" else "vmin") + "ps"
        ),
        "one": ("vmax" if params["extreme"] == "largest" else "vmin") + "s",
    },
    tags=("reduction", "floating point"),
)
