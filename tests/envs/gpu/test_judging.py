"""Comparison of bytes with float64 values: what is wrong is told by place, value and size."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from ecot.envs.gpu.judging import Expected, compare, describe_case


def sent(values: object, dtype: str = "float32", *, unwritten: int = 0) -> dict[str, object]:
    array = np.asarray(values, {"float32": np.float32, "float16": np.float16, "int64": np.int64}[dtype])
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": dtype, "shape": list(array.shape), "data": data, "unwritten": unwritten, "first": 0}


def wanted(values: object, tolerance: float = 0.0, dtype: str = "float32") -> Expected:
    array = np.asarray(values, np.float64)
    return Expected(dtype, array.shape, array, np.full(array.shape, tolerance))


def message(output: dict[str, object], expected: Expected) -> str:
    verdict = compare([output], [expected], case="case 1")
    assert verdict.diagnostics
    return verdict.diagnostics[0].message


def test_what_is_within_the_tolerance_is_right() -> None:
    verdict = compare([sent([1.0, 2.25])], [wanted([1.0, 2.0], 0.25)], case="case 1")
    assert (verdict.diagnostics, verdict.elements, verdict.wrong, verdict.worst) == ((), 2, 0, 1.0)


def test_the_first_wrong_place_is_told_with_both_values() -> None:
    text = message(sent([[1.0, 2.0], [9.0, 4.0]]), wanted([[1.0, 2.0], [3.0, 4.0]], 0.5))
    assert "1 of 4 elements are wrong, first at [1, 0]: expected 3, got 9 (tolerance 0.5)" in text


def test_a_constant_factor_and_a_constant_offset_are_told() -> None:
    assert "about 2 times the right value" in message(sent([2.0, 4.0, 6.0]), wanted([1.0, 2.0, 3.0]))
    assert "off by about 1" in message(sent([2.0, 3.0, 6.0]), wanted([1.0, 2.0, 5.0]))


def test_nan_is_right_only_where_nan_is_expected() -> None:
    assert "1 are NaN" in message(sent([np.nan, np.nan]), wanted([np.nan, 1.0], 10.0))
    assert not compare([sent([np.nan, np.inf])], [wanted([np.nan, np.inf])], case="").diagnostics
    assert message(sent([np.inf]), wanted([-np.inf], 1.0))


@pytest.mark.parametrize(
    ("output", "code"),
    [
        (sent([[1.0]]), "output_shape"),
        (sent([1], "int64"), "output_type"),
        (sent([1.0], unwritten=1), "never_written"),
        ({**sent([1.0]), "data": ""}, "output_type"),
    ],
)
def test_shape_type_and_unwritten_elements_come_first(output: dict[str, object], code: str) -> None:
    assert compare([output], [wanted([1.0])], case="").diagnostics[0].code == code


def test_the_number_of_outputs_counts() -> None:
    assert compare([], [wanted([1.0])], case="").diagnostics[0].code == "output_count"


def test_bfloat16_is_read_from_its_upper_half() -> None:
    data = base64.b64encode(np.array([0x3F80, 0xC000], np.uint16).tobytes()).decode()
    output = {"dtype": "bfloat16", "shape": [2], "data": data, "unwritten": 0, "first": -1}
    assert not compare([output], [wanted([1.0, -2.0], dtype="bfloat16")], case="").diagnostics


def test_a_case_is_named_by_its_arguments() -> None:
    args = ({"dtype": "float16", "shape": [3, 1], "layout": "sliced"}, 0.5)
    assert describe_case(1, args) == "case 2 (float16[3, 1] sliced, 0.5)"
