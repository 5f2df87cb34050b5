"""The driver: what it reads, what it writes, when it samples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.verilog.driver import clock_of, driver_text, inputs_of, outputs_of, sample_time_ns, vectors_text
from ecot.envs.verilog.family import Port, Role

CLOCK = Port(name="clk", direction="input", description="", role=Role.CLOCK)
DATA = Port(name="d", direction="input", description="", width=3)
OUT = Port(name="q", direction="output", description="", width=2)
FLAG = Port(name="f", direction="output", description="")


def test_the_driver_holds_no_expected_value() -> None:
    text = driver_text("m", (CLOCK, DATA, OUT, FLAG))
    assert "===" not in text
    assert "==" not in text.replace("== 1)", "")


def test_each_port_has_its_own_bits() -> None:
    text = driver_text("m", (CLOCK, DATA, OUT, FLAG))
    assert "m dut (.clk(ecot_clock), .d(ecot_inputs[2:0]), .q(ecot_outputs[2:1]), .f(ecot_outputs[0]));" in text


def test_a_module_without_a_clock_is_sampled_once_a_cycle() -> None:
    assert driver_text("m", (DATA, OUT)).count("$fdisplay") == 1
    assert driver_text("m", (CLOCK, DATA, OUT)).count("$fdisplay") == 2
    assert clock_of((DATA, OUT)) == ""


def test_samples_of_a_cycle_lie_on_both_sides_of_the_edge() -> None:
    assert (sample_time_ns(0, after_edge=False), sample_time_ns(0, after_edge=True)) == (4, 9)
    assert sample_time_ns(3, after_edge=True) == 39


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 31)), min_size=1, max_size=20))
def test_vectors_hold_every_input_in_port_order(values: list[tuple[int, int]]) -> None:
    ports = (Port(name="a", direction="input", description="", width=3), CLOCK)
    ports += (Port(name="b", direction="input", description="", width=5),)
    lines = vectors_text(ports, [{"a": a, "b": b} for a, b in values]).splitlines()
    assert [(int(line[:3], 2), int(line[3:], 2)) for line in lines] == values
    assert {len(line) for line in lines} == {8}


def test_inputs_leave_the_clock_out() -> None:
    assert inputs_of((CLOCK, DATA, OUT)) == (DATA,)
    assert outputs_of((CLOCK, DATA, OUT)) == (OUT,)
