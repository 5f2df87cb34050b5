"""Recorded signals and their replay into a design that stands alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.sandbox import Cell, Workspace
from ecot.envs.types import Limits
from ecot.envs.verilog.benchmarks.scorer import WrongOutput
from ecot.envs.verilog.family import Port, Role
from ecot.envs.verilog.replay import play, record, settle
from ecot.envs.verilog.waves import Signal, agrees, edges, explain, read_waves

DUMP = """$timescale 1ps $end
$scope module tb $end
$scope module stim1 $end
$var wire 1 ! clk $end
$upscope $end
$var wire 1 ! clk $end
$var wire 4 # d [3:0] $end
$var wire 4 $ q_ref [3:0] $end
$var wire 4 % q_dut [3:0] $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
bx #
bx $
bx %
$end
#5
1!
b11 #
#10
0!
#15
1!
b11 $
b10 %
#20
0!
#25
1!
"""
PORTS = (
    Port(name="clk", direction="input", description="", role=Role.CLOCK),
    Port(name="d", direction="input", width=4, description=""),
    Port(name="q", direction="output", width=4, description=""),
)
FLIP_FLOPS = "module top (input clk, input [3:0] d, output reg [3:0] q);\n  always @(posedge clk) q <= d;\nendmodule\n"


@pytest.fixture
def workspace(cell: Cell) -> Iterator[Workspace]:
    with cell.workspace(Limits(cpu_seconds=5.0)) as made:
        yield made


def test_a_dump_is_read_with_its_leading_bits_restored() -> None:
    waves = read_waves(DUMP)
    assert set(waves) == {"clk", "d", "q_ref", "q_dut"}
    assert waves["d"].values == ("xxxx", "0011")
    assert edges(waves["clk"]) == (5, 10, 15, 20, 25)
    assert (waves["q_ref"].before(15), waves["q_ref"].at(15)) == ("xxxx", "0011")


def test_a_dump_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    assert edges(read_waves(DUMP[: DUMP.index("#20") + 2])["clk"]) == (5, 10, 15)


def test_a_text_that_is_no_dump_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_waves("$var wire $end\n$enddefinitions $end\n#0\nb1 !\n")


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("01x")), min_size=1), st.integers(0, 60))
def test_a_value_is_the_last_that_was_taken_before(changes: list[tuple[int, str]], time: int) -> None:
    ordered = dict(sorted(changes))
    signal = Signal(1, tuple(ordered), tuple(ordered.values()))
    earlier = [value for moment, value in ordered.items() if moment < time]
    assert signal.before(time) == (earlier[-1] if earlier else "x")


@given(st.text(alphabet="01xz", min_size=4, max_size=4), st.text(alphabet="01xz", min_size=4, max_size=4))
def test_a_value_agrees_where_the_reference_asks_for_one(expected: str, got: str) -> None:
    # The rule as the benchmark writes it: ref === (ref ^ dut ^ ref), bit by bit; x ^ anything is x.
    def xor(a: str, b: str) -> str:
        return "x" if {a, b} & set("xz") else str(int(a != b))

    known = [xor(xor(want, have), want) for want, have in zip(expected, got, strict=True)]
    rule = all((want == have) or (want in "xz" and have == "x") for want, have in zip(expected, known, strict=True))
    if "z" not in expected:
        assert agrees(expected, got) == rule


def test_the_first_wrong_sample_is_shown_with_what_led_to_it() -> None:
    (found,) = explain([WrongOutput(output="q", count=2, first=20)], read_waves(DUMP), PORTS, samples=5)
    assert found.symbol == "q"
    assert found.message.startswith(
        "`q` is wrong at 20 ps: expected 4'b0011 (3), got 4'b0010 (2); inputs clk=1, d=4'b0011 (3); wrong in 2 of 5"
    )
    assert [line.split() for line in found.message.splitlines()[-2:]] == [
        ["15", "0", "0011", "xxxx", "xxxx"],
        ["20", "1", "0011", "0011", "0010", "<-", "first", "wrong"],
    ]


def test_a_wrong_output_that_no_dump_shows_is_still_named() -> None:
    (found,) = explain([WrongOutput(output="q", count=2, first=20)], {}, PORTS, samples=5)
    assert "`q` is wrong for the first time at 20 ps" in found.message


def test_a_recording_without_a_signal_is_refused() -> None:
    waves = {name: signal for name, signal in read_waves(DUMP).items() if name != "d"}
    with pytest.raises(ValueError, match="lacks the signal 'd'"):
        record(waves, PORTS, samples=5)


@pytest.mark.needs("iverilog", "vcdvcd")
def test_the_design_that_was_recorded_reproduces_itself_and_another_does_not(workspace: Workspace) -> None:
    recording = record(read_waves(DUMP), PORTS, samples=5)
    assert not play(workspace, recording, FLIP_FLOPS, top="top", entry="top.sv", seed=1).diagnostics
    other = play(workspace, recording, FLIP_FLOPS.replace("<= d", "<= ~d"), top="top", entry="top.sv", seed=1)
    assert [item.code for item in other.diagnostics] == ["differs_apart"]
    assert other.wrong == 3


@pytest.mark.needs("iverilog", "vcdvcd")
def test_a_design_that_ends_or_leans_on_others_does_not_pass_for_right(workspace: Workspace) -> None:
    recording = record(read_waves(DUMP), PORTS, samples=5)
    ending = FLIP_FLOPS.replace("endmodule", "initial $finish;\nendmodule")
    leaning = FLIP_FLOPS.replace("<= d", "<= tb.q_ref")
    codes = [
        play(workspace, recording, text, top="top", entry="top.sv", seed=1).diagnostics[0].code
        for text in (ending, leaning)
    ]
    assert codes == ["simulation_disturbed", "not_self_contained"]


@pytest.mark.needs("iverilog", "vcdvcd")
def test_the_order_within_a_step_is_found_by_trying(workspace: Workspace) -> None:
    # The reference took 3 at the very edge at which the input changed to it: the input came first.
    early = DUMP.replace("#15\n1!\nb11 $\nb10 %", "#15\n1!").replace("#5\n1!\nb11 #", "#5\n1!\nb11 #\nb11 $")
    recording = record(read_waves(early), PORTS, samples=5)
    assert play(workspace, recording, FLIP_FLOPS, top="top", entry="top.sv", seed=1).diagnostics
    settled = settle(workspace, recording, FLIP_FLOPS, top="top", entry="top.sv")
    assert settled is not None
    assert len(settled.early) == 1
    assert not play(workspace, settled, FLIP_FLOPS, top="top", entry="top.sv", seed=1).diagnostics


@pytest.mark.needs("iverilog", "vcdvcd")
def test_where_no_order_reproduces_the_reference_the_check_is_not_available(workspace: Workspace) -> None:
    recording = record(read_waves(DUMP.replace("b11 $", "b1100 $")), PORTS, samples=5)
    assert settle(workspace, recording, FLIP_FLOPS, top="top", entry="top.sv") is None
