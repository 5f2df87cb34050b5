"""Calls as bytes for the runner, and what the runner printed as results; see `runner.c`."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.assembly.family import DTYPES, Call, Function, Parameter, Role

__all__ = ["Fault", "Result", "binary", "check_file", "parse", "value_of"]

_MAGIC = 0x45434F54
_BUFFERS = 6
_PAGE = 4096
_WRITABLE, _FRONT = 1, 2
_UNWRITTEN = 0x5A
"""What a buffer holds that is only written."""
_JUNK = 0xBAD5EED5BAD5EED5
"""What registers hold that carry no argument."""
_HEADER = struct.Struct("<II6Q")
_CASE = struct.Struct("<6Q4QII")
_BUFFER = struct.Struct("<IIII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one call left behind.

    Attributes:
        rax: as an unsigned number.
        xmm0: its lower half, likewise.
        findings: bits of broken rules; see `runner.c`.
        buffers: contents of those that may be written, in order.
    """

    rax: int
    xmm0: int
    findings: int
    buffers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A signal that ended the calls.

    Attributes:
        signal: its number.
        code: the kernel's reason.
        call: index of the call.
        address: of the instruction.
        place: index of the nearest buffer; 16 where there is none, 17 for the stack.
        offset: bytes from the start of the buffer, or from the top of the stack; signed.
    """

    signal: int
    code: int
    call: int
    address: int
    place: int
    offset: int


def binary(data: bytes) -> str:
    """Return bytes as the text that `Workspace.write` turns into just these bytes."""
    return data.decode("utf-8", errors="surrogateescape")


def elements(parameter: Parameter, value: Any) -> NDArray[Any]:
    """Return a buffer's elements before the call."""
    dtype = np.dtype(DTYPES[parameter.type])
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value, dtype=dtype)
    return np.full(int(value) * dtype.itemsize, _UNWRITTEN, dtype=np.uint8).view(dtype)


def registers(function: Function, call: Call) -> tuple[list[int], list[int], list[tuple[int, Parameter, NDArray[Any]]]]:
    """Return what the general and the floating-point registers hold, and which of the former point to what."""
    general, floating = list[int](), list[int]()
    buffers = []
    for parameter, value in zip(function.parameters, call, strict=True):
        if parameter.role is not Role.VALUE:
            buffers.append((len(general), parameter, elements(parameter, value)))
            general.append(0)
        elif parameter.type in ("float", "double"):
            floating.append(_bits(parameter.type, float(value)))
        else:
            general.append(_widened(parameter.type, int(value)))
    return general + [_JUNK] * (6 - len(general)), floating + [_JUNK] * (4 - len(floating)), buffers


def _bits(kind: str, value: float) -> int:
    return int.from_bytes(np.asarray(value, dtype=DTYPES[kind]).tobytes(), "little")


def _widened(kind: str, value: int) -> int:
    """A number in a register; the bits above those of its type are set at will, as the calling convention allows."""
    bits = np.dtype(DTYPES[kind]).itemsize * 8
    kept = value & (1 << bits) - 1
    if bits == 64:
        return kept
    # Compilers rely on the caller to extend narrow values to 32 bits, which all of them do.
    negative = not kind.startswith("u") and kept >> bits - 1
    return kept | (0xFFFFFFFF >> bits << bits) * negative | 0xDEADBEEF << 32


def check_file(function: Function, calls: Sequence[Call]) -> bytes:
    """Return the file of the mode `check`: every other call has its buffers at the front of their slots."""
    sizes, body = [0] * _BUFFERS, bytearray()
    for index, call in enumerate(calls):
        general, floating, buffers = registers(function, call)
        described, data = bytearray(), bytearray()
        for place, (register, parameter, values) in enumerate(buffers):
            flags = (parameter.role is not Role.INPUT) * _WRITABLE | (index % 2) * _FRONT
            described += _BUFFER.pack(register, values.nbytes, values.itemsize, flags)
            data += values.tobytes() + bytes(-values.nbytes % 8)
            sizes[place] = max(sizes[place], values.nbytes)
        described += bytes(_BUFFER.size * (_BUFFERS - len(buffers)))
        body += _CASE.pack(*general, *floating, len(buffers), len(data)) + described + data
    used = len([parameter for parameter in function.parameters if parameter.role is not Role.VALUE])
    slots = [-(-(size + 1) // _PAGE) * _PAGE * (place < used) for place, size in enumerate(sizes)]
    return _HEADER.pack(_MAGIC, len(calls), *slots) + bytes(body)


def parse(text: str) -> tuple[list[Result], Fault | None, bool]:
    """Return the results in order, the fault that ended them, and whether the runner came to its end."""
    results = list[Result]()
    for line in text.splitlines():
        words = line.split()
        try:
            if words == ["E"]:
                return results, None, True
            if words[0] == "F":
                numbers = [int(word, 16) for word in words[1:7]]
                return results, _fault(numbers), True
            rax, xmm0, findings = (int(word, 16) for word in words[:3])
            results.append(_result(rax, xmm0, findings, line))
        except (ValueError, IndexError):
            break
    return results, None, False


def _result(rax: int, xmm0: int, findings: int, line: str) -> Result:
    # A buffer without elements is two blanks in a row, so blanks are counted.
    fields = line.split(" ")[3:-1]
    return Result(rax=rax, xmm0=xmm0, findings=findings, buffers=tuple(bytes.fromhex(field) for field in fields))


def _fault(numbers: Sequence[int]) -> Fault:
    signal, code, call, address, place, offset = numbers
    signed = offset - (1 << 64) if offset >> 63 else offset
    return Fault(signal=signal, code=code, call=call, address=address, place=place, offset=signed)


def value_of(function: Function, result: Result) -> NDArray[Any] | None:
    """Return what the function returned, as an array of one element; None where it returns nothing."""
    if not function.returns:
        return None
    dtype = np.dtype(DTYPES[function.returns])
    raw = result.xmm0 if function.returns in ("float", "double") else result.rax
    return np.frombuffer(raw.to_bytes(8, "little")[: dtype.itemsize], dtype=dtype)
