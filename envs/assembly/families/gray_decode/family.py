"""Decodes Gray code: a loop over bits is a sum without carries of all shifts, which doubles in six steps."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _fill(params: Params) -> dict[str, str]:
    """The steps of the solution, for a vector and for one number."""
    wide = params["kind"] == "uint64_t"
    lane, word, shifts = ("q", "r8", (1, 2, 4, 8, 16, 32)) if wide else ("d", "r8d", (1, 2, 4, 8, 16))
    vector = [f"    vpsrl{lane}  ymm1, ymm0, {shift}\n    vpxor   ymm0, ymm0, ymm1" for shift in shifts]
    other = {"r8": "r9", "r8d": "r9d"}[word]
    one = [
        f"    mov     {other}, {word}\n    shr     {other}, {shift}\n    xor     {word}, {other}" for shift in shifts
    ]
    return {
        "vector": "\n".join(vector),
        "one": "\n".join(one),
        "word": word,
        "bytes": "8" if wide else "4",
        "lanes": "4" if wide else "8",
    }


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type=params["kind"], role=Role.OUTPUT),
            Parameter(name="input", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return size, integers(random, params["kind"], size), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=120)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(180, 200)) for _ in range(8)]


FAMILY = Family(
    name="gray_decode",
    revision=1,
    level=3,
    title="Gray code to numbers",
    choices={
        "kind": ("uint32_t", "uint64_t"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("gray_decode", "from_gray", "unfold"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=2.5,
    target_in_c=2.0,
    fill=_fill,
    held_out=True,
    tags=("bit tricks",),
)
