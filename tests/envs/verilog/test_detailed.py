"""Feedback worth learning from: the offending line with a caret, a sentence for a pattern, registers by choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.feedback import feedback
from ecot.envs.types import Diagnostic, Label, Outcome, StageResult, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.feedback.excerpts import excerpted, with_excerpt
from ecot.envs.verilog.feedback.symptoms import Observed, symptom

Judged = Callable[..., Outcome]
CounterTask = Callable[..., Task]
GOLDEN = Path(__file__).parents[2] / "golden" / "verilog" / "feedback"

COUNTER = """\
module counter(input clk, input rst, input en, output reg [3:0] q, output tc);
    wire last = q == 4'd9;
    assign tc = last && en;
    always @(posedge clk)
        if (rst) q <= 4'd0;
        else if (en) q <= last ? 4'd0 : q + 4'd1;
endmodule
"""

FAULTS = {
    "undeclared": ("q + 4'd1", "count + 4'd1"),
    "semicolon": ("assign tc = last && en;", "assign tc = last && en"),
    "no_reset": ("if (rst) q <= 4'd0;\n        else if (en)", "if (en)"),
    "partial_reset": ("if (rst)", "if (rst && en)"),
    "falling_edge": ("posedge clk", "negedge clk"),
    "undriven": ("    assign tc = last && en;\n", ""),
    "stuck": ("q + 4'd1", "4'd0"),
    "latch": ("assign tc = last && en;", "assign tc = last && en;\n    reg odd; always @* if (q[0]) odd = en;"),
    "complement": ("last && en", "!(last && en)"),
    "off_by_one": ("4'd9", "4'd10"),
    "ungated": ("last && en", "last"),
}


@pytest.mark.needs("iverilog", "yosys", "pyslang")
@pytest.mark.parametrize("name", FAULTS)
def test_the_feedback_of_a_fault_is_the_golden_one(
    name: str, judged: Judged, counter_task: CounterTask, update_golden: bool
) -> None:
    right, wrong = FAULTS[name]
    assert COUNTER.count(right) == 1
    outcome = judged(counter_task(), COUNTER.replace(right, wrong), stages=(*DOMAIN.stages, "internals"))
    text = feedback(outcome, mode="full", remaining=2)
    path = GOLDEN / f"{name}.txt"
    if update_golden:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.needs("iverilog", "yosys", "pyslang")
def test_registers_are_shown_only_where_they_are_asked_for(judged: Judged, counter_task: CounterTask) -> None:
    wrong = COUNTER.replace("4'd9", "4'd10")
    plain = judged(counter_task(), wrong)
    told = judged(counter_task(), wrong, stages=(*DOMAIN.stages, "internals"))
    assert "internals" not in {item.code for item in plain.diagnostics}
    assert [item.code for item in told.diagnostics][1] == "internals"
    assert told.label is plain.label is Label.MISMATCH
    assert told.omitted == plain.omitted == ()
    passed = judged(counter_task(), COUNTER, stages=(*DOMAIN.stages, "internals"))
    assert passed.passed


@pytest.mark.needs("iverilog", "yosys")
def test_an_environment_asks_for_registers_by_its_feedback() -> None:
    env = CodeEnv("ECoT/Verilog-v0", feedback="full+internals", tasks="families:counter")
    env.reset(seed=1)
    request = env.episode.begin("```verilog\nmodule m; endmodule\n```")
    assert not isinstance(request, Outcome)
    assert request.stages == (*DOMAIN.stages, "internals")
    env.close()


def test_a_domain_without_internals_says_so() -> None:
    from dataclasses import replace

    from ecot.envs.episode import Rules

    with pytest.raises(ConfigError, match="cannot show internals"):
        Rules.checked(
            replace(DOMAIN, extra_stages=()),
            reward="gain",
            feedback="full+internals",
            corrections=1,
            turn_cost=0.0,
            stages=None,
            target="",
            limits=None,
        )


def test_a_caret_stands_at_the_column_or_at_the_only_place_of_the_symbol() -> None:
    lines = ["module m;", "  assign a = b + a;", "x" * 400]
    item = Diagnostic(tool="t", code="c", message="odd", file="m.v", line=2, column=3)
    assert with_excerpt(item, lines).message == "odd\n    2 |   assign a = b + a;\n      |   ^"
    named = Diagnostic(tool="t", code="c", message="odd", file="m.v", line=2, symbol="b")
    assert with_excerpt(named, lines).column == 14
    twice = Diagnostic(tool="t", code="c", message="odd", file="m.v", line=2, symbol="a")
    assert "^" not in with_excerpt(twice, lines).message
    long = with_excerpt(Diagnostic(tool="t", code="c", message="odd", file="m.v", line=3), lines).message
    assert long.endswith(" ...")
    assert len(long) < 200
    assert with_excerpt(Diagnostic(tool="t", code="c", message="odd", file="m.v", line=9), lines).message == "odd"


def test_only_the_candidates_own_lines_are_shown_and_only_where_a_stage_failed() -> None:
    own = Diagnostic(tool="t", code="c", message="odd", file="m.v", line=1)
    other = Diagnostic(tool="t", code="c", message="odd", file="driver.v", line=1)
    failed = StageResult(name="compile", passed=False, label=Label.COMPILATION_ERROR, diagnostics=(own, other))
    shown = excerpted(failed, entry="m.v", source="module m;\n").diagnostics
    assert [item.message.count("\n") for item in shown] == [1, 0]
    warned = StageResult(name="compile", passed=True, label=Label.PASS, diagnostics=(own,))
    assert excerpted(warned, entry="m.v", source="module m;\n") is warned


def _clocked(wanted: str, got: str, reset: str = "") -> str:
    """The sentence for samples of one bit, before and after each edge in turn; `-` where any value is right."""
    places = [index for index, (one, other) in enumerate(zip(wanted, got, strict=True)) if one not in ("-", other)]
    return symptom(
        Observed(
            wanted=[None if bit == "-" else bit for bit in wanted],
            got=list(got),
            after_edge=[index % 2 == 1 for index in range(len(wanted))],
            in_reset=[bit == "1" for bit in reset.ljust(len(wanted), "0")],
            wrong=places,
        )
    )


@pytest.mark.parametrize(
    ("wanted", "got", "reset", "words"),
    [
        ("-000110011001100", "000011xx11xx1100", "", "an x comes from a register"),
        ("-000110011001100", "xxxxxxxxxxxxxxxx", "", "unknown in every sample"),
        ("-001100110011001", "xxxxx00110011001", "11", "still unknown after the reset"),
        ("-001100110011001", "zz01100110011001", "", "nothing drives it"),
        ("-001100110011001", "0000000000000000", "", "the same value in every sample, where 2 different"),
        ("-001111000011110", "0000011110000111", "", "one cycle before"),
        ("-001111000011110", "0111100001111000", "", "one cycle later"),
        ("-00001111001100", "011110000110011", "", "the complement"),
        ("-001100110011001", "0001111110011001", "11", ""),
        ("-001100110011001", "0111100110011001", "111", "only while the reset is active"),
        ("-001100110011001", "0000110011001100", "", "between rising edges"),
        ("-001100110011001", "0000000000011001", "", "those edges are lost"),
    ],
)
def test_a_pattern_is_put_into_words(wanted: str, got: str, reset: str, words: str) -> None:
    found = _clocked(wanted, got, reset)
    assert words in found if words else not found
