"""The disguise of a testbench, the reading of headers, and the benchmark's own scoring rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.errors import TaskError
from ecot.envs.verilog.benchmarks.scorer import MARKED, own_verdict, read_report
from ecot.envs.verilog.disguise import KEYWORDS, Disguise, module_names, nonce_of, ports_of, renamed
from ecot.envs.verilog.family import Role

LIKE = Path(__file__).parents[2] / "data" / "eval_like" / "dataset_spec-to-rtl"
DISGUISE = Disguise("00ff00ff00ff00ff", frozenset({"TopModule", "clk", "q"}), MARKED)

PIECES = st.sampled_from(
    [
        *(
            "module",
            "endmodule",
            "tb",
            "q",
            "q_ref",
            "clk",
            "$display",
            "`HALF",
            "'x",
            "'0",
            "8'hff",
            "4'b1x0z",
            "1_000",
        ),
        *(
            '"Mismatches: %d"',
            '"Hint: \\"x\\""',
            '"wave.vcd"',
            "// a remark about tb\n",
            "/* tb\n */",
            "\\odd.name ",
            "#5",
        ),
        *(" ", "\n", ";", "(", ")", ".", "*", "==", "`timescale 1 ps/1 ps\n", "`define HALF 5\n", "end", "begin", "x1"),
    ]
)


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_a_disguise_that_is_taken_off_leaves_the_text_as_it_was(text: str) -> None:
    assert DISGUISE.take_off(DISGUISE.put_on(text)) == text


@given(st.lists(PIECES, max_size=40).map(" ".join), st.text(alphabet="0123456789abcdef", min_size=16, max_size=16))
def test_no_name_is_left_that_was_there_before(text: str, nonce: str) -> None:
    disguised = Disguise(nonce, frozenset({"clk", "q"})).put_on(text)
    words = set(disguised.replace("// a remark about tb", "").replace("/* tb\n */", "").split())
    assert not words & {"tb", "q_ref", "x1"}


def test_ports_keywords_literals_and_directives_stay() -> None:
    text = "`timescale 1 ps/1 ps\n`define HALF 5\nalways #`HALF q = 4'b1x0z; logic [7:0] d = 'x;"
    assert DISGUISE.put_on(text) == text.replace(" d ", f" d_{DISGUISE.nonce} ")


def test_only_lines_that_the_testbench_marked_are_read() -> None:
    printed = f"{DISGUISE.nonce} Mismatches: 3 in 9 samples\nMismatches: 0 in 9 samples\n{DISGUISE.nonce} TIMEOUT"
    report = read_report(DISGUISE.marked_lines(printed))
    assert report.results == ((3, 9),)
    assert report.timed_out


def test_a_nonce_depends_on_every_part() -> None:
    assert nonce_of("a", 1) != nonce_of("a", 2) != nonce_of("b", 2)
    assert nonce_of("ab", "c") != nonce_of("a", "bc")


def test_the_modules_of_a_testbench_are_found() -> None:
    assert module_names((LIKE / "Prob001_vote_test.sv").read_text()) == ("stimulus_gen", "tb")


def test_a_header_in_any_of_its_usual_forms_is_read() -> None:
    source = """
    // module RefModule (input wrong);
    module RefModule (input clk, areset, input wire signed [7:0] a, b, output reg [3:1] ena, output logic q /* x */);
    endmodule
    """
    ports = ports_of(source, "RefModule")
    assert [(port.name, port.direction, port.width, port.signed) for port in ports] == [
        ("clk", "input", 1, False),
        ("areset", "input", 1, False),
        ("a", "input", 8, True),
        ("b", "input", 8, True),
        ("ena", "output", 3, False),
        ("q", "output", 1, False),
    ]
    assert [port.role for port in ports[:3]] == [Role.CLOCK, Role.RESET, Role.DATA]


@pytest.mark.parametrize(
    "source",
    [
        "module Other (input a);",
        "module RefModule (a, b); input a;",
        "module RefModule (input [W-1:0] a);",
        "module RefModule (interface.x a);",
    ],
)
def test_a_header_that_is_not_understood_is_refused(source: str) -> None:
    with pytest.raises(TaskError):
        ports_of(source, "RefModule")


def test_renaming_leaves_longer_names_alone() -> None:
    assert renamed("module RefModule; RefModule2 a(.RefModule(b));", "RefModule", "T") == (
        "module T; RefModule2 a(.T(b));"
    )


def test_every_word_that_icarus_reserves_in_the_fixture_is_a_keyword() -> None:
    assert {"always_comb", "module", "typedef", "struct", "packed", "final", "int", "forever"} <= KEYWORDS
    assert not KEYWORDS & {"tb", "clk", "samples", "x", "z"}


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        ("Mismatches: 0 in 9 samples\n", "."),
        ("Mismatches: 2 in 9 samples\n", "R"),
        ("Mismatches: 0 in 100 samples\nMismatches: 9 in 9 samples\n", "."),
        ("Mismatches: 0 in 0 samples\n", "."),
        ("Mismatches: 0 in 9 samples\nTIMEOUT\n", "T"),
        ("a.sv:3: syntax error\n", "S"),
        ("a.sv:3: error: Unable to bind wire/reg/memory `clk'\n", "c"),
        ("a.sv:3: error: Unable to bind wire/reg/memory `n'\n", "p"),
        ("a.sv:3: warning: always_comb process has no sensitivities.\nMismatches: 0 in 9 samples\n", "n"),
        ("", "R"),
    ],
)
def test_the_own_scorer_is_as_its_authors_published_it_holes_included(log: str, verdict: str) -> None:
    assert own_verdict(log) == verdict
