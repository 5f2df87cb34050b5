"""Limits of the targets, and which launches stand for all."""

from __future__ import annotations

from typing import Any

import pytest

from ecot.envs.errors import ConfigError
from ecot.envs.gpu.resources import distinct, judge, targets_of
from ecot.envs.types import Label


def launch(**facts: Any) -> dict[str, Any]:
    plain = {"kernel": "k", "signature": {"x": "*fp32", "n": "i32"}, "constants": {"BLOCK": 64}, "divisible": [],
             "ones": [], "options": {}, "line": 7}  # fmt: skip
    return {**plain, **facts}


def used(**facts: Any) -> dict[str, Any]:
    return {"shared_bytes": 0, "threads": 128, "tf32": False, "registers": 32, "spill_bytes": 0, **facts}


def test_a_launch_over_a_limit_is_told_by_how_much() -> None:
    verdict = judge([launch()], [used(shared_bytes=166_913)], "sm_80", "ieee", "candidate.py")
    assert verdict.label is Label.RESOURCE_LIMIT
    assert "needs 166913 bytes of shared memory a block; sm_80 has 166912, 1 too few" in verdict.diagnostics[0].message
    assert judge([launch()], [used(shared_bytes=166_913)], "sm_90", "ieee", "candidate.py").label is Label.PASS


def test_tf32_is_a_downgrade_where_ieee_is_asked_for() -> None:
    assert judge([launch()], [used(tf32=True)], "sm_90", "ieee", "c").label is Label.MISMATCH
    assert judge([launch()], [used(tf32=True)], "sm_90", "tf32", "c").label is Label.PASS


def test_an_error_of_the_compiler_keeps_its_place() -> None:
    error = {"error": {"code": "compilation_error", "message": "no", "line": 3, "column": 5}}
    verdict = judge([launch()], [error], "sm_90", "ieee", "candidate.py")
    assert verdict.label is Label.COMPILATION_ERROR
    assert (verdict.diagnostics[0].line, verdict.diagnostics[0].column) == (3, 5)


def test_launches_that_differ_in_alignment_are_one_and_ones_make_two() -> None:
    aligned, odd = launch(divisible=["x", "n"]), launch()
    one = launch(ones=["n"], signature={"x": "*fp32", "n": "constexpr"}, constants={"BLOCK": 64, "n": 1})
    assert distinct([odd, aligned]) == [aligned]
    assert distinct([odd, aligned, one]) == [aligned, one]
    assert len(distinct([odd, launch(constants={"BLOCK": 128}), launch(options={"num_warps": 8})])) == 3


def test_an_unknown_target_is_named() -> None:
    assert targets_of("") == ("sm_80", "sm_90")
    with pytest.raises(ConfigError, match="sm_70"):
        targets_of("sm_70")
