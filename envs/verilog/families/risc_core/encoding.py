"""The two instruction encodings of `risc_core`: how a program writes them and how the model reads them."""

from __future__ import annotations

from dataclasses import dataclass

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import as_signed

ARITHMETIC = ("add", "sub", "and", "or", "xor")
"""Operations on two registers; a draw adds `slt` or `sltu`."""
_COMPACT = {"addi": 1, "load": 2, "store": 3, "beq": 4, "bne": 5, "jump": 6}
_MAJOR = {"alu": 0b0110011, "addi": 0b0010011, "load": 0b0000011, "store": 0b0100011, "branch": 0b1100011}
_JUMP = 0b1101111
_MINOR = {"add": 0, "sub": 0, "slt": 2, "sltu": 3, "xor": 4, "or": 6, "and": 7}


@dataclass(frozen=True, slots=True)
class Instruction:
    """What an instruction asks for; `none` does nothing."""

    name: str = "none"
    target: int = 0
    first: int = 0
    second: int = 0
    immediate: int = 0


def operations(params: Params) -> tuple[str, ...]:
    """The operations on two registers, in the order of their codes in the compact encoding."""
    return (*ARITHMETIC, params["compare"])


def decoded(code: int, params: Params) -> Instruction:
    """Read an instruction."""
    return _decoded_compact(code, params) if params["encoding"] == "compact" else _decoded_wide(code, params)


def encoded(item: Instruction, params: Params) -> int:
    """Write an instruction; one without effect has code 7 in the compact encoding."""
    return _encoded_compact(item, params) if params["encoding"] == "compact" else _encoded_wide(item)


def _decoded_compact(code: int, params: Params) -> Instruction:
    major, upper, middle, lower = code >> 12, code >> 9 & 7, code >> 6 & 7, code >> 3 & 7
    if major == 0:
        names = operations(params)
        known = code & 7 < len(names)
        return Instruction(names[code & 7], upper, middle, lower) if known else Instruction()
    name = {number: name for name, number in _COMPACT.items()}.get(major, "none")
    if name == "jump":
        return Instruction(name, target=upper, immediate=as_signed(code, 9))
    offset = as_signed(code, 6)
    if name in ("store", "beq", "bne"):
        return Instruction(name, first=middle, second=upper, immediate=offset)
    return Instruction(name, upper, middle, immediate=offset)


def _encoded_compact(item: Instruction, params: Params) -> int:
    if item.name in operations(params):
        fields = item.target << 9 | item.first << 6 | item.second << 3
        return fields | operations(params).index(item.name)
    major = _COMPACT.get(item.name, 7) << 12
    if item.name == "jump":
        return major | item.target << 9 | item.immediate & 0x1FF
    upper = item.second if item.name in ("store", "beq", "bne") else item.target
    return major | upper << 9 | item.first << 6 | item.immediate & 0x3F


def _decoded_wide(code: int, params: Params) -> Instruction:
    major, minor = code & 0x7F, code >> 12 & 7
    target, first, second = code >> 7 & 7, code >> 15 & 7, code >> 20 & 7
    if major == _JUMP:
        high = (code >> 31) << 19 | (code >> 12 & 0xFF) << 11 | (code >> 20 & 1) << 10
        return Instruction("jump", target, immediate=as_signed((high | code >> 21 & 0x3FF) << 1, 21))
    if major == _MAJOR["alu"]:
        names = [name for name in operations(params) if _MINOR[name] == minor]
        name = ("sub" if code >> 30 & 1 else "add") if minor == 0 else names[0] if names else ""
        return Instruction(name, target, first, second) if name else Instruction()
    if major == _MAJOR["addi"] and minor == 0:
        return Instruction("addi", target, first, immediate=as_signed(code >> 20, 12))
    if major == _MAJOR["load"] and minor == 2:
        return Instruction("load", target, first, immediate=as_signed(code >> 20, 12))
    if major == _MAJOR["store"] and minor == 2:
        offset = (code >> 25) << 5 | code >> 7 & 0x1F
        return Instruction("store", first=first, second=second, immediate=as_signed(offset, 12))
    if major == _MAJOR["branch"] and minor < 2:
        high = (code >> 31) << 11 | (code >> 7 & 1) << 10 | (code >> 25 & 0x3F) << 4
        offset = as_signed((high | code >> 8 & 0xF) << 1, 13)
        return Instruction("bne" if minor else "beq", first=first, second=second, immediate=offset)
    return Instruction()


def _encoded_wide(item: Instruction) -> int:
    fields, offset = item.first << 15 | item.target << 7, item.immediate
    if item.name in _MINOR:
        return fields | item.second << 20 | _MINOR[item.name] << 12 | (item.name == "sub") << 30 | _MAJOR["alu"]
    if item.name in ("addi", "load"):
        return fields | (offset & 0xFFF) << 20 | (2 if item.name == "load" else 0) << 12 | _MAJOR[item.name]
    if item.name == "store":
        return (
            (offset >> 5 & 0x7F) << 25 | item.second << 20 | item.first << 15 | 2 << 12 | (offset & 0x1F) << 7
        ) | _MAJOR["store"]
    if item.name in ("beq", "bne"):
        low = (offset >> 1 & 0xF) << 8 | (offset >> 11 & 1) << 7
        high = (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25
        return high | item.second << 20 | item.first << 15 | (item.name == "bne") << 12 | low | _MAJOR["branch"]
    if item.name == "jump":
        bits = (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3FF) << 21
        return bits | (offset >> 11 & 1) << 20 | (offset >> 12 & 0xFF) << 12 | item.target << 7 | _JUMP
    return 0b0010011 | 5 << 12
