"""Compares what a candidate left behind with what the specification says, and puts the difference into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.assembly.calls import Fault, Result, value_of
from ecot.envs.assembly.family import DTYPES, Call, Function, Role
from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Label

__all__ = ["broken_rules", "differences", "fault_said", "shown_call"]

TEXT_START = 0x800000
"""Where the candidate's `.text` is linked; see `layout.ld`."""
RUNNER_START = 0x400000
_SHOWN = 3
_ELEMENTS = 12
_RULES = (
    ("callee_saved_register", "`rbx` is changed"),
    ("callee_saved_register", "`rbp` is changed"),
    ("callee_saved_register", "`r12` is changed"),
    ("callee_saved_register", "`r13` is changed"),
    ("callee_saved_register", "`r14` is changed"),
    ("callee_saved_register", "`r15` is changed"),
    ("stack_pointer", "`rsp` after the return is not what it was before the call"),
    ("direction_flag", "the direction flag is set at the return"),
    ("mxcsr", "the control bits of MXCSR are changed"),
    ("x87_control", "the x87 control word is changed"),
    ("x87_stack", "x87 or MMX registers are in use at the return; end with `emms`"),
    ("", ""),
    ("callers_frame", "the frame of the caller is overwritten"),
)
_SIGNALS = {
    4: (Label.RUNTIME_ERROR, "illegal_instruction", "an illegal instruction"),
    5: (Label.RUNTIME_ERROR, "trap", "a trap"),
    7: (Label.MEMORY_FAULT, "bus_error", "a bus error"),
    8: (Label.RUNTIME_ERROR, "arithmetic_fault", "a division by zero, or a quotient that does not fit"),
    11: (Label.MEMORY_FAULT, "segmentation_fault", "an access to memory that is not there"),
    26: (Label.TIMEOUT, "time_limit", "the calls do not come to an end"),
}
_KERNEL = 0x80


def differences(
    function: Function, calls: Sequence[Call], results: Sequence[Result], expected: Sequence[Result]
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the results, the first few calls that differ; empty where all are right."""
    found = []
    for index, (result, right) in enumerate(zip(results, expected, strict=False)):
        words = _difference(function, result, right)
        if words:
            found.append(said("judge", "wrong_value", f"{shown_call(function, calls[index])}: {words}"))
    more = len(found) - _SHOWN
    if more > 0:
        found[_SHOWN:] = [said("judge", "wrong_value", f"{more} more of {len(calls)} calls are wrong")]
    return tuple(found)


def _difference(function: Function, result: Result, right: Result) -> str:
    value, wanted = value_of(function, result), value_of(function, right)
    if value is not None and wanted is not None and not equal(value, wanted, function.tolerance).all():
        return f"returned {_number(value[0])}, expected {_number(wanted[0])}"
    written = [item for item in function.parameters if item.role in (Role.OUTPUT, Role.BOTH)]
    for parameter, data, target in zip(written, result.buffers, right.buffers, strict=True):
        dtype = np.dtype(DTYPES[parameter.type])
        got, goal = np.frombuffer(data, dtype=dtype), np.frombuffer(target, dtype=dtype)
        if parameter.name == function.open_tail and wanted is not None:
            got, goal = got[: int(wanted[0])], goal[: int(wanted[0])]
        wrong = np.flatnonzero(~equal(got, goal, function.tolerance))
        if wrong.size:
            first = int(wrong[0])
            text = f"`{parameter.name}[{first}]` is {_number(got[first])}, expected {_number(goal[first])}"
            return text + (f" ({wrong.size} of {got.size} elements are wrong)" if wrong.size > 1 else "")
    return ""


def equal(got: NDArray[Any], goal: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    """Where two arrays are equal: in their bits, or, of floating-point numbers, within a relative error."""
    if tolerance and got.dtype.kind == "f":
        return np.asarray(np.isclose(got, goal, rtol=tolerance, atol=tolerance, equal_nan=True))
    kind = f"u{got.dtype.itemsize}"
    same: NDArray[np.bool_] = got.view(kind) == goal.view(kind)
    return same


def _number(value: Any) -> str:
    return repr(value.item())


def shown_call(function: Function, call: Call) -> str:
    """Return a call as text, long buffers cut short.

    >>> from ecot.envs.assembly.family import Parameter
    >>> shown_call(Function(name="f", parameters=(Parameter(name="n", type="size_t"),)), (3,))
    'f(n = 3)'
    """
    words = []
    for parameter, value in zip(function.parameters, call, strict=True):
        if parameter.role is Role.OUTPUT:
            words.append(f"{parameter.name} = [room for {value}]")
        elif isinstance(value, np.ndarray):
            listed = ", ".join(_number(item) for item in value[:_ELEMENTS])
            words.append(f"{parameter.name} = [{listed}{', ...' if value.size > _ELEMENTS else ''}]")
        else:
            words.append(f"{parameter.name} = {value}")
    return f"{function.name}({', '.join(words)})"


def broken_rules(
    function: Function, calls: Sequence[Call], results: Sequence[Result]
) -> tuple[Label, tuple[Diagnostic, ...]]:
    """Return which promises to the caller the first call that broke any has broken: memory, else registers."""
    buffers = [item for item in function.parameters if item.role is not Role.VALUE]
    for call, result in zip(calls, results, strict=False):
        if not result.findings:
            continue
        where = shown_call(function, call)
        outside = [
            (f"bytes {side} `{item.name}` are overwritten", item.name)
            for shift, side in ((16, "before"), (24, "after"))
            for index, item in enumerate(buffers)
            if result.findings >> shift + index & 1
        ]
        outside += [
            (f"`{item.name}`, which may only be read, is changed", item.name)
            for index, item in enumerate(buffers)
            if result.findings >> 32 + index & 1
        ]
        if outside:
            words = tuple(
                said("judge", "out_of_bounds", f"{where}: {text}", symbol=name) for text, name in outside[:_SHOWN]
            )
            return Label.MEMORY_FAULT, words
        broken = [rule for index, rule in enumerate(_RULES) if result.findings >> index & 1]
        found = tuple(said("abi", code, f"{where}: {text}") for code, text in broken[:_SHOWN])
        return Label.RUNTIME_ERROR, found
    return Label.PASS, ()


def fault_said(
    function: Function, calls: Sequence[Call], fault: Fault, *, source: str, file: str, lines: Sequence[tuple[int, int]]
) -> tuple[Label, tuple[Diagnostic, ...]]:
    """Return the label and the words for a signal: which call, which instruction, which address."""
    label, code, words = _SIGNALS.get(fault.signal, (Label.RUNTIME_ERROR, "signal", f"signal {fault.signal}"))
    offset = fault.address - TEXT_START
    line = max(((start, number) for start, number in lines if 0 <= start <= offset), default=(0, 0))[1]
    text = source.splitlines()
    where = f" at `{text[line - 1].split('#')[0].strip()}`" if 0 < line <= len(text) else ""
    if RUNNER_START <= fault.address < TEXT_START and fault.signal == 4:
        code, words = "stack_alignment", "a library function is called while the stack is not aligned to 16 bytes"
    if fault.signal == 11 and fault.code == _KERNEL:
        code, words = "alignment", "an aligned vector access to an address that is not aligned, or no address at all"
    elif label is Label.MEMORY_FAULT:
        words += _place(function, calls[fault.call], fault)
    shown = shown_call(function, calls[fault.call])
    return label, (said("judge", code, f"{shown}: {words}{where}", file=file, line=line),)


def _place(function: Function, call: Call, fault: Fault) -> str:
    buffers = [
        (item, value) for item, value in zip(function.parameters, call, strict=True) if item.role is not Role.VALUE
    ]
    if fault.place == 17:
        return f", {abs(fault.offset)} bytes {'below' if fault.offset < 0 else 'above'} the top of the stack"
    if fault.place >= len(buffers):
        return ", near no buffer"
    item, value = buffers[fault.place]
    dtype = np.dtype(DTYPES[item.type])
    size = (value.size if isinstance(value, np.ndarray) else int(value)) * dtype.itemsize
    if fault.offset < 0:
        return f", {-fault.offset} bytes before `{item.name}`"
    return f", {fault.offset - size} bytes past the end of `{item.name}` ({size} bytes long)"
