"""Stricter findings stand beside a pass, with a counterexample, and never turn it into a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecot.envs.types import Label
from ecot.envs.verilog.benchmarks.rtllm import RtllmSource
from ecot.envs.verilog.benchmarks.strict import vary
from ecot.envs.verilog.benchmarks.verilog_eval import VerilogEvalSource

DATA = Path(__file__).parents[2] / "data"
STAGES = ("rules", "compile", "simulate", "synthesise", "netlist", "strict")
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")


def test_a_variant_skips_random_numbers_and_lengthens_the_loops_of_the_stimulus() -> None:
    task = VerilogEvalSource(str(DATA / "eval_like"))["verilog-eval/Prob002_tally"]
    varied = vary(task, skipped=7)
    assert varied is not None
    text = next(file.text for file in varied.bundle.files if file.path == "testbench.sv")
    assert "initial repeat (7) begin strict_unused = $random; end" in text
    assert "repeat(800) @(posedge clk, negedge clk)" in text
    assert "repeat (3) @(posedge clk)" in text, "a loop of few rounds is part of a protocol"


def test_a_testbench_without_random_numbers_has_no_variants() -> None:
    task = RtllmSource(str(DATA / "rtllm_like"))["rtllm/squares"]
    assert vary(task, skipped=7) is None


@TOOLS
def test_a_reference_is_proved_equal_to_itself_and_passes_every_variant(judged: Any) -> None:
    task = VerilogEvalSource(str(DATA / "eval_like"))["verilog-eval/Prob001_vote"]
    outcome = judged(task, task.solution[0].text, stages=STAGES)
    assert outcome.label is Label.PASS
    assert outcome.metrics["strict.equivalent"] == 1
    assert outcome.metrics["strict.wrong_variants"] == 0


@TOOLS
def test_a_pass_that_a_longer_stimulus_refutes_stays_a_pass_with_the_counterexample_attached(judged: Any) -> None:
    task = RtllmSource(str(DATA / "rtllm_like"))["rtllm/larger"]
    # Right but for one pair of inputs, which the fifty of the testbench do not hold.
    head = "module larger (input [2:0] a, input [2:0] b, output more);\n"
    sly = head + "    assign more = a > b & ~(a == 6 & b == 2);\nendmodule\n"
    outcome = judged(task, sly, stages=STAGES)
    assert outcome.label is Label.PASS
    assert outcome.metrics["strict.equivalent"] == 0
    table = next(item.message for item in outcome.diagnostics if item.code == "strict_counterexample")
    assert "in_a=110" in table
    assert "in_b=010" in table
    assert "strict.equivalent" not in judged(task, sly).metrics
