"""Adds arrays with saturation: one instruction a vector, which this compiler does not see."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, integers, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role

_BOUNDS = {
    "uint8_t": ("0", "255"),
    "int8_t": ("-128", "127"),
    "uint16_t": ("0", "65535"),
    "int16_t": ("-32768", "32767"),
}
_OPCODES = {"uint8_t": "usb", "int8_t": "sb", "uint16_t": "usw", "int16_t": "sw"}


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="output", type=params["kind"], role=Role.OUTPUT),
            Parameter(name="left", type=params["kind"], role=Role.INPUT),
            Parameter(name="right", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
    )


def _call(params: Params, random: Random, size: int) -> Call:
    return size, integers(random, params["kind"], size), integers(random, params["kind"], size), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=300)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    size = 4000 if "8_t" in params["kind"] else 2000
    return [_call(params, random, random.randint(size - 300, size)) for _ in range(48)]


def _clamp(bound: str, move: str) -> str:
    return f"    mov     r10d, {bound}\n    cmp     r8d, r10d\n    {move}   r8d, r10d"


def _fill(params: Params) -> dict[str, str]:
    low, high = _BOUNDS[params["kind"]]
    signed, adds = not params["kind"].startswith("u"), params["operation"] == "add"
    return {
        "low": low,
        "high": high,
        "sign": "+" if params["operation"] == "add" else "-",
        "word": "sum" if params["operation"] == "add" else "difference",
        "opcode": ("vpadd" if params["operation"] == "add" else "vpsub") + _OPCODES[params["kind"]],
        "scale": "" if "8_t" in params["kind"] else "shl     rcx, 1                      # size in bytes",
        "shift": "0" if "8_t" in params["kind"] else "1",
        "upper": _clamp(high, "cmovg") if signed or adds else "",
        "lower": _clamp(low, "cmovl") if signed or not adds else "",
        "extend": ("movzx" if params["kind"].startswith("u") else "movsx"),
        "size_word": "byte" if "8_t" in params["kind"] else "word",
        "low_register": "r8b" if "8_t" in params["kind"] else "r8w",
        "instruction": "add" if params["operation"] == "add" else "sub",
    }


FAMILY = Family(
    name="saturating_add",
    revision=1,
    level=2,
    title="sums and differences that stop at the bounds of their type",
    choices={
        "kind": ("uint8_t", "int8_t", "uint16_t", "int16_t"),
        "operation": ("add", "sub"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("combine", "mix", "saturate"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.08,
    fill=_fill,
    tags=("saturation", "streaming"),
)
