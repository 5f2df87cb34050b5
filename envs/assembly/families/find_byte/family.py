"""Finds the first place of a byte: an early exit keeps compilers from using vectors."""

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
            Parameter(name="data", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns="size_t",
    )


def _call(params: Params, random: Random, size: int, place: int) -> Call:
    """The wanted byte stands at `place` first, where that is inside, and anywhere behind it."""
    wanted = params["byte"]
    data = np.frombuffer(random.randbytes(size), dtype=np.uint8).copy()
    if random.random() < 0.4:
        data[:] = wanted ^ random.choice((1, 128, 255))
    data[data == wanted] = wanted ^ 16
    if place < size:
        data[place] = wanted
        data[place + 1 :][np.frombuffer(random.randbytes(size - place - 1), dtype=np.uint8) < 40] = wanted
    return data, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    edges = [_call(params, random, 80, place) for place in range(81)]
    return edges + [_call(params, random, size, random.randint(0, size)) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, 4000, random.randint(1500, 3900)) for _ in range(96)]


FAMILY = Family(
    name="find_byte",
    revision=1,
    level=2,
    title="the first place of a byte",
    choices={
        "byte": (0, 10, 34, 59, 64, 127, 200),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("find_byte", "index_of", "scan"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=3.0,
    target_in_c=2.5,
    tags=("searching", "bytes"),
)
