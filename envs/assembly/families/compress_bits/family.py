"""Moves the bits under a mask together, for many words: one instruction of BMI2, a loop in C."""

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
            Parameter(name="input", type="uint64_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
            Parameter(name="mask", type="uint64_t"),
        ),
    )


def _call(random: Random, size: int) -> Call:
    mask = random.choice((0, 1, 1 << 63, 2**64 - 1, random.getrandbits(64), random.getrandbits(64) & 0xFF00FF00FF))
    return size, integers(random, "uint64_t", size), size, mask


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(random, size) for size in sizes(random, most=90)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [(200, integers(random, "uint64_t", 200, low=1 << 60), 200, random.getrandbits(64)) for _ in range(4)]


FAMILY = Family(
    name="compress_bits",
    revision=1,
    level=2,
    title="the bits under a mask, moved together",
    choices={
        "direction": ("compress", "expand"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("select_bits", "move_bits", "gather_bits"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=3.0,
    target_in_c=2.5,
    fill=lambda params: {
        "instruction": {"compress": "pext", "expand": "pdep"}[params["direction"]],
        "meaning": {
            "compress": "the bits of the input that stand where `mask` has ones, moved together at the low end in "
            "their order, zeros above them",
            "expand": "the low bits of the input moved to where `mask` has ones, in their order, zeros elsewhere",
        }[params["direction"]],
        "step": {
            "compress": "result |= (word >> bit & 1) << next;",
            "expand": "result |= (word >> next & 1) << bit;",
        }[params["direction"]],
    },
    tags=("bit tricks",),
)
