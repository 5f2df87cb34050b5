"""Euclid by division, against Stein by shifts."""

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
            Parameter(name="left", type="uint64_t", role=Role.INPUT),
            Parameter(name="right", type="uint64_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    left, right = (integers(random, "uint64_t", size) for _ in range(2))
    for place in range(0, size, 2):
        factor = random.getrandbits(random.randrange(1, 30)) | 1
        left[place], right[place] = (factor * random.getrandbits(32) << random.randrange(3) for _ in range(2))
    return size, left, right, size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=40, count=20)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(28, 30)) for _ in range(8)]


FAMILY = Family(
    name="common_divisor",
    revision=1,
    level=3,
    title="greatest common divisors",
    choices={
        "zero": ("other", "one"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("common_divisors", "gcd_all", "divisors"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.08,
    fill=lambda params: {
        "words": {"other": "", "one": ", but 1 in place of 0"}[params["zero"]],
        "answer": {"other": "a", "one": "a ? a : 1"}[params["zero"]],
        "mend": {"other": "", "one": "    mov     r10d, 1\n    test    rax, rax\n    cmovz   rax, r10"}[params["zero"]],
    },
    tags=("number theory",),
)
