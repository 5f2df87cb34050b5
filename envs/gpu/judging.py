"""Compares the bytes that a candidate left with float64 values it never saw, and says where and how they differ."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.types import Diagnostic

__all__ = ["Expected", "Verdict", "compare", "describe_case", "expected_of"]

_NUMPY: Mapping[str, str] = {
    "float64": "<f8",
    "float32": "<f4",
    "float16": "<f2",
    "int64": "<i8",
    "int32": "<i4",
    "int16": "<i2",
    "int8": "i1",
    "uint8": "u1",
    "bool": "u1",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """One output of one case.

    Attributes:
        dtype: that the answer shall have.
        shape: likewise.
        values: float64, of that shape.
        tolerance: how far off an element may be.
    """

    dtype: str
    shape: tuple[int, ...]
    values: NDArray[np.float64]
    tolerance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one case.

    Attributes:
        diagnostics: empty where all is right.
        elements: how many were compared.
        wrong: how many are wrong.
        worst: the largest error, in tolerances; 0 where all are exact.
    """

    diagnostics: tuple[Diagnostic, ...]
    elements: int = 0
    wrong: int = 0
    worst: float = 0.0


def expected_of(value: Mapping[str, Any]) -> Expected:
    """Return what the specification's process sent."""
    shape = tuple(int(size) for size in value["shape"])
    arrays = [np.frombuffer(base64.b64decode(value[key]), "<f8").reshape(shape) for key in ("values", "tolerance")]
    return Expected(str(value["dtype"]), shape, arrays[0], arrays[1])


def decoded(value: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return what a candidate sent, as float64.

    Raises:
        ValueError: the bytes do not fit the shape, so that they are not of our making.
    """
    data = base64.b64decode(value["data"])
    shape = tuple(int(size) for size in value["shape"])
    if value["dtype"] == "bfloat16":
        wide = np.frombuffer(data, "<u2").astype(np.uint32) << np.uint32(16)
        return wide.view(np.float32).astype(np.float64).reshape(shape)
    return np.frombuffer(data, _NUMPY[value["dtype"]]).astype(np.float64).reshape(shape)


def compare(outputs: Sequence[Mapping[str, Any]], expected: Sequence[Expected], *, case: str) -> Verdict:
    """Judge one case.

    Args:
        outputs: as the candidate's process sent them.
        expected: in the same order.
        case: how the diagnostics name it.
    """
    if len(outputs) != len(expected):
        message = f"{case}: {len(outputs)} output(s) were returned, {len(expected)} are asked for"
        return Verdict((_wrong("output_count", message),))
    verdicts = [
        _compare_one(output, wanted, f"{case}: output {index}" if len(expected) > 1 else case)
        for index, (output, wanted) in enumerate(zip(outputs, expected, strict=True), start=1)
    ]
    return Verdict(
        tuple(item for verdict in verdicts for item in verdict.diagnostics),
        elements=sum(verdict.elements for verdict in verdicts),
        wrong=sum(verdict.wrong for verdict in verdicts),
        worst=max((verdict.worst for verdict in verdicts), default=0.0),
    )


def _compare_one(output: Mapping[str, Any], wanted: Expected, where: str) -> Verdict:
    if list(output["shape"]) != list(wanted.shape):
        message = f"{where} has the shape {list(output['shape'])}, expected {list(wanted.shape)}"
        return Verdict((_wrong("output_shape", message),))
    if output["dtype"] != wanted.dtype:
        return Verdict((_wrong("output_type", f"{where} is of type {output['dtype']}, expected {wanted.dtype}"),))
    try:
        got = decoded(output)
    except (ValueError, KeyError):
        return Verdict((_wrong("output_type", f"{where} cannot be read"),))
    if output["unwritten"]:
        place = list(np.unravel_index(int(output["first"]), wanted.shape)) if wanted.shape else []
        message = f"{where}: no kernel wrote {output['unwritten']} of {got.size} elements, first at {_index(place)}"
        return Verdict((_wrong("never_written", message),), got.size, int(output["unwritten"]))
    with np.errstate(all="ignore"):
        error = np.abs(got - wanted.values)
        same = (got == wanted.values) | (np.isnan(got) & np.isnan(wanted.values))
        bad = ~(same | (error <= wanted.tolerance))
        ratio = np.where(same, 0.0, error / np.maximum(wanted.tolerance, np.finfo(np.float64).tiny))
    worst = float(np.nan_to_num(np.max(ratio, initial=0.0), nan=np.inf, posinf=np.finfo(np.float64).max))
    wrong = int(np.count_nonzero(bad))
    if not wrong:
        return Verdict((), got.size, 0, worst)
    return Verdict((_wrong("wrong_value", _words(where, got, wanted, bad, error)),), got.size, wrong, worst)


def _words(
    where: str,
    got: NDArray[np.float64],
    wanted: Expected,
    bad: NDArray[np.bool_],
    error: NDArray[np.float64],
) -> str:
    """First wrong index with both values, how many, where they lie, how far off they are."""
    places = np.argwhere(bad)
    first = tuple(int(number) for number in places[0])
    lines = [
        f"{where}: {len(places)} of {bad.size} elements are wrong, first at {_index(first)}: "
        f"expected {wanted.values[first]:.7g}, got {got[first]:.7g} (tolerance {wanted.tolerance[first]:.2g})"
    ]
    if len(places) > 1 and bad.ndim:
        low, high = places.min(axis=0), places.max(axis=0)
        spans = ", ".join(f"{a}..{b}" if a != b else f"{a}" for a, b in zip(low, high, strict=True))
        lines.append(f"wrong elements lie within [{spans}] of shape {list(bad.shape)}")
    finite = error[bad & np.isfinite(error)]
    holes = int(np.count_nonzero(np.isnan(got) & ~np.isnan(wanted.values)))
    facts = [f"largest error {finite.max():.3g}, mean {finite.mean():.3g}"] if finite.size else []
    facts += [f"{holes} are NaN"] if holes else []
    if finite.size > 1 and not holes:
        facts += _ratio(got[bad], wanted.values[bad])
    return "\n".join([*lines, "; ".join(facts)])


def _ratio(got: NDArray[np.float64], right: NDArray[np.float64]) -> list[str]:
    """A constant factor or offset between answer and truth is worth a word."""
    with np.errstate(all="ignore"):
        factors, offsets = got / right, got - right
    if np.all(np.isfinite(factors)) and np.ptp(factors) <= 1e-3 * abs(float(factors.mean())):
        return [f"all are about {float(factors.mean()):.4g} times the right value"]
    if np.all(np.isfinite(offsets)) and np.ptp(offsets) <= 1e-3 * abs(float(offsets.mean())):
        return [f"all are off by about {float(offsets.mean()):.4g}"]
    return []


def _index(place: Sequence[Any]) -> str:
    return "[" + ", ".join(str(int(number)) for number in place) + "]"


def describe_case(index: int, args: Sequence[Any]) -> str:
    """Return how diagnostics name a case: its number and its arguments."""
    return f"case {index + 1} ({', '.join(map(_describe, args))})"


def _describe(value: Any) -> str:
    if not isinstance(value, Mapping):
        return repr(value)
    layout = value.get("layout", "contiguous")
    note = "" if layout == "contiguous" else f" {layout}"
    return f"{value['dtype']}{list(value['shape'])}{note}"


def _wrong(code: str, message: str) -> Diagnostic:
    return Diagnostic(tool="judge", code=code, message=message)
