"""ArchXBench: what is read from its folders, what its testbenches count, and that nobody else says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Label, Outcome, StageResult
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.benchmarks.archxbench import ArchXBenchSource
from ecot.envs.verilog.benchmarks.checks import Checks, checks_in
from ecot.envs.verilog.benchmarks.n_and_t import n_and_t
from ecot.envs.verilog.benchmarks.proving import examine
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS

LIKE = Path(__file__).parents[2] / "data" / "archxbench_like"
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
Judged = Callable[..., Outcome]

SWAPPER = """\
module exchange #(parameter HALF = 4) (input [2*HALF-1:0] word, output [2*HALF-1:0] turned);
    assign turned = {word[HALF-1:0], word[2*HALF-1:HALF]};
endmodule

module swapper #(parameter HALF = 4) (input clk, input [2*HALF-1:0] word, output reg [2*HALF-1:0] swapped);
    wire [2*HALF-1:0] turned;
    exchange #(.HALF(HALF)) inner (.word(word), .turned(turned));
    always @(posedge clk) swapped <= turned;
endmodule
"""


@pytest.fixture
def source() -> ArchXBenchSource:
    return ArchXBenchSource(str(LIKE))


def test_problems_are_found_by_level_and_those_of_a_script_are_named_as_broken(source: ArchXBenchSource) -> None:
    assert list(source.ids()) == ["archxbench/0/up-counter", "archxbench/2/swapper"]
    assert source.ids("test") == source.ids()
    assert not source.ids("train")
    assert list(source.broken) == ["archxbench/6/averager"]
    with pytest.raises(TaskError, match="not scored: its testbench gives no verdict"):
        source["archxbench/6/averager"]


def test_one_level_may_be_the_path() -> None:
    assert list(ArchXBenchSource(str(LIKE / "level-2")).ids()) == ["archxbench/2/swapper"]


def test_a_task_holds_both_texts_the_header_and_its_level(source: ArchXBenchSource) -> None:
    task = source["archxbench/2/swapper"]
    assert "Exchange the halves" in task.instruction
    assert "Modules: swapper" in task.instruction
    assert "module swapper #(parameter HALF = 4) (" in task.instruction
    assert "level-2" in task.tags
    assert task.level == 3
    assert task.solution == ()
    assert source["archxbench/0/up-counter"].level == 1
    assert "module up_counter8" in source["archxbench/0/up-counter"].solution[0].text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("", "needs the path of the benchmark"), ("/nowhere", "there is no folder"), (str(LIKE.parent), "is not ArchXB")],
)
def test_a_path_that_is_not_the_benchmark_is_refused_in_one_sentence(path: str, sentence: str) -> None:
    with pytest.raises(TaskError, match=sentence):
        ArchXBenchSource(path)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (["Passed: 9, Failed: 0", '{"module": "m", "passed": 9, "failed": 0}'], Checks(9, 0)),
        (["TEST SUMMARY: 256 PASS, 0 FAILED"], Checks(256, 0)),
        (["Test 3 PASSED: A=1", "Test   4 PASSED: 5 x 6 = 30"], Checks(2, 0)),
        (["Total Passed: 4, Total Failed: 1"], Checks(4, 1)),
        (["Passed Tests: 5", "Failed Tests: 2", "Some tests FAILED."], Checks(5, 2)),
        (["A | B | Pass/Fail", "1 | 2 | PASS", "1 | 3 | FAIL"], Checks(1, 1)),
        (["phase 1: 12 passed, 0 failed", "phase 2: 3 passed, 1 failed"], Checks(15, 1)),
        (["TEST PASSED: 8-bit counter works"], Checks(1, 0)),
        (["Error = 0.001 --> PASS", "Maximum Error: 3"], Checks(1, 0)),
        (["Passed: 3", "ERROR: overall timeout!"], Checks(3, 1)),
        (["3 error(s) detected."], Checks(0, 1)),
        (["Testbench complete."], Checks(0, 0)),
    ],
)
def test_what_a_testbench_counts_is_read_from_its_words(said: list[str], counted: Checks) -> None:
    assert checks_in(said) == counted
    assert counted.passed is (counted.right > 0 and counted.wrong == 0)


@TOOLS
def test_a_reference_passes_mutants_die_and_no_cheat_passes_with_or_without_one(source: ArchXBenchSource) -> None:
    with_one, without = examine(source, source.ids(), sandbox=choose(), workers=1, mutants=2)
    assert with_one.reference.label is Label.PASS, with_one
    assert with_one.reference.own == OWN_PASS
    assert with_one.replayable
    assert {"killed"} <= {mutant.status for mutant in with_one.mutants} <= {"killed", "equivalent"}
    assert without.error == "there is no reference for it"
    for item in (with_one, without):
        assert len(item.hacks) >= 7
        assert not [name for name, hack in item.hacks.items() if not hack.holds or hack.label is Label.PASS], item
    assert without.hacks["prints_and_ends"].own == OWN_PASS


@TOOLS
def test_several_modules_in_one_answer_pass_where_there_is_no_reference(
    source: ArchXBenchSource, judged: Judged
) -> None:
    outcome = judged(source["archxbench/2/swapper"], SWAPPER, stages=(*DOMAIN.stages, "strict"))
    assert outcome.passed, outcome.diagnostics
    assert outcome.metrics["simulate.checks_right"] == 40
    assert outcome.metrics["strict.variants"] == 0
    assert "simulate.as_reference_ran" not in outcome.metrics


@TOOLS
@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        ("word[HALF-1:0], word[2*HALF-1:HALF]", "word[HALF-1:0], word[HALF-1:0]", range(1, 40)),
        ("always @(posedge clk) swapped <= turned;", "", range(1)),
    ],
)
def test_a_wrong_design_is_told_how_many_checks_it_passed(
    before: str, after: str, right: range, source: ArchXBenchSource, judged: Judged
) -> None:
    outcome = judged(source["archxbench/2/swapper"], SWAPPER.replace(before, after))
    assert outcome.label is Label.MISMATCH
    counted = int(outcome.metrics["simulate.checks_right"])
    assert counted in right
    assert outcome.metrics["simulate.checks_wrong"] == 40 - counted


@TOOLS
def test_without_a_reference_a_pass_in_doubt_is_looked_into_apart(source: ArchXBenchSource, judged: Judged) -> None:
    # To synthesis this is a latch, which is reported; the pass is none that was forged.
    outcome = judged(source["archxbench/2/swapper"], SWAPPER.replace("@(posedge clk)", "@(clk) if (clk)"))
    assert outcome.passed, outcome.diagnostics
    assert outcome.metrics["synthesise.accepted"] == 0
    assert outcome.metrics["netlist.passes_apart"] == 1


def outcome_of(label: Label, **checks: int) -> Outcome:
    if label is Label.COMPILATION_ERROR:
        return Outcome(stages=(StageResult(name="compile", passed=False, label=label),))
    built = StageResult(name="compile", passed=True, label=Label.PASS)
    simulated = StageResult(name="simulate", passed=label is Label.PASS, label=label, metrics=checks)
    return Outcome(stages=(built, simulated))


def test_n_counts_what_compiles_and_t_the_checks_of_the_best() -> None:
    found = n_and_t(
        {
            "a": [
                outcome_of(Label.COMPILATION_ERROR),
                outcome_of(Label.MISMATCH, checks_right=3, checks_wrong=1),
                outcome_of(Label.MISMATCH, checks_right=1, checks_wrong=3),
            ],
            "b": [outcome_of(Label.PASS, checks_right=7, checks_wrong=0)] * 3,
            "c": [outcome_of(Label.MISMATCH, checks_right=9, checks_wrong=0)] * 3,
        }
    )
    assert found.n == pytest.approx((2 + 3 + 3) / 3)
    assert found.t == pytest.approx((75 + 100 + 0) / 3)


@pytest.mark.parametrize("outcomes", [{}, {"a": []}])
def test_n_and_t_need_a_candidate_of_every_design(outcomes: dict[str, list[Outcome]]) -> None:
    with pytest.raises(ConfigError, match="needs a candidate of every design"):
        n_and_t(outcomes)
