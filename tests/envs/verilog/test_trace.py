"""The judge of traces: bit by bit, whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.verilog.family import Inputs, Outputs, Port, Role
from ecot.envs.verilog.trace import Expected, compare_traces, expect, judge_trace

PORTS = (
    Port(name="clk", direction="input", description="", role=Role.CLOCK),
    Port(name="d", direction="input", description="", width=2),
    Port(name="q", direction="output", description="", width=2),
    Port(name="f", direction="output", description=""),
)


class Register:
    """Two bits, unknown at first; a flag that nobody specified."""

    def __init__(self) -> None:
        self.value: int | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        return {"q": self.value, "f": None}

    def clock(self, inputs: Inputs) -> None:
        self.value = inputs["d"]


CYCLES = ({"d": 1}, {"d": 2}, {"d": 3})
EXPECTED = expect(Register(), PORTS, CYCLES)
RIGHT = "xxx\n01x\n011\n100\n10z\n110\n"


def test_a_clocked_module_is_asked_before_and_after_each_edge() -> None:
    assert [item.outputs["q"] for item in EXPECTED] == [None, 1, 1, 2, 2, 3]
    assert [item.after_edge for item in EXPECTED] == [False, True] * 3


def test_a_right_trace_has_no_diagnostics_whatever_stands_where_nothing_is_asked() -> None:
    verdict = judge_trace(RIGHT, EXPECTED, PORTS)
    assert (verdict.samples, verdict.wrong_samples, verdict.diagnostics) == (6, 0, ())


def test_the_first_wrong_sample_is_told_with_time_inputs_and_both_values() -> None:
    verdict = judge_trace(RIGHT.replace("100", "000"), EXPECTED, PORTS)
    (item,) = verdict.diagnostics
    assert (item.code, item.symbol, verdict.wrong_samples) == ("wrong_value", "q", 1)
    assert "at 19 ns (cycle 1, after the rising edge)" in item.message
    assert "expected 2'b10 (2), got 2'b00 (0)" in item.message
    assert "d=2'h2" in item.message
    assert "wrong in 1 of 5 samples" in item.message
    assert item.message.splitlines()[-1].endswith("<- first wrong")


@pytest.mark.parametrize("bits", ["1x", "xx", "1z", "zz"])
def test_an_unknown_bit_is_wrong_where_a_value_is_asked(bits: str) -> None:
    (item,) = judge_trace(RIGHT.replace("100", f"{bits}0"), EXPECTED, PORTS).diagnostics
    assert item.code == "unknown_value"


@pytest.mark.parametrize(
    ("trace", "code"),
    [
        (None, "simulation_ended_early"),
        ("", "simulation_ended_early"),
        (RIGHT[:-4], "simulation_ended_early"),
        (RIGHT + "110\n", "trace_damaged"),
        (RIGHT.replace("100", "10"), "trace_damaged"),
        (RIGHT.replace("100", "1000"), "trace_damaged"),
        (RIGHT.replace("100", "PASS"), "trace_damaged"),
        ("\n" + RIGHT, "trace_damaged"),
    ],
)
def test_a_trace_that_is_not_whole_is_wrong_as_a_whole(trace: str | None, code: str) -> None:
    verdict = judge_trace(trace, EXPECTED, PORTS)
    assert [item.code for item in verdict.diagnostics] == [code]
    assert verdict.wrong_samples == verdict.samples == 6


@given(st.integers(0, 5), st.integers(0, 1), st.sampled_from("01xz"))
def test_any_changed_bit_that_is_asked_for_is_found(line: int, bit: int, value: str) -> None:
    lines = RIGHT.split()
    changed = lines[line][:bit] + value + lines[line][bit + 1 :]
    verdict = judge_trace("\n".join([*lines[:line], changed, *lines[line + 1 :]]), EXPECTED, PORTS)
    asked = EXPECTED[line].outputs["q"] is not None
    assert bool(verdict.diagnostics) == (asked and changed != lines[line])


@pytest.mark.parametrize(
    ("rtl", "netlist", "asked", "agree"),
    [
        ("0", "0", True, True),
        ("x", "0", True, True),
        ("x", "1", False, True),
        ("z", "x", False, True),
        ("0", "1", True, False),
        ("0", "1", False, False),
        ("0", "x", True, False),
        ("0", "x", False, True),
    ],
)
def test_an_unknown_of_the_source_may_become_a_value_not_the_reverse(
    rtl: str, netlist: str, asked: bool, agree: bool
) -> None:
    port = Port(name="q", direction="output", description="")
    sample = Expected(0, False, {}, {"q": 0 if asked else None})
    verdict = compare_traces(f"{rtl}\n", f"{netlist}\n", [sample], (port,))
    assert (not verdict.diagnostics) == agree
