"""The checksum of iSCSI bit by bit, for which SSE4.2 has an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="data", type="uint8_t", role=Role.INPUT),
            Parameter(name="size", type="size_t"),
            Parameter(name="start", type="uint32_t"),
        ),
        returns="uint32_t",
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return integers(random, "uint8_t", size), size, random.choice((0, 0xFFFFFFFF, random.getrandbits(32)))


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(480, 500)) for _ in range(8)]


FAMILY = Family(
    name="crc32c",
    revision=1,
    level=2,
    title="a cyclic checksum",
    choices={
        "final": ("inverted", "plain"),
        "isa": ("v2", "v3"),
        "given": GIVEN,
        "top": ("crc32c", "checksum", "digest_of"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=4.0,
    target_in_c=3.5,
    fill=lambda params: {
        "inverse": {"inverted": "~", "plain": ""}[params["final"]],
        "words": {"inverted": ", inverted before the first byte and after the last", "plain": ""}[params["final"]],
        "invert_start": {"inverted": "not     edx", "plain": ""}[params["final"]],
        "invert_end": {"inverted": "not     eax", "plain": ""}[params["final"]],
    },
    tags=("checksum",),
)
