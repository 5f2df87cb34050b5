"""VerilogEval v1 and RTLFixer, which share a format: what is read, whose rule counts, and that cheats fail."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Audience, Label
from ecot.envs.verilog.benchmarks.proving import examine
from ecot.envs.verilog.benchmarks.rtlfixer import RtlFixerSource, whole_module
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS, OWN_RULES, Logs
from ecot.envs.verilog.benchmarks.verilog_eval_v1 import VerilogEvalOneSource

DATA = Path(__file__).parents[2] / "data"
LIKE, FIXER = DATA / "eval_v1_like", DATA / "rtlfixer_like.jsonl"
HUMAN, MACHINE = (LIKE / "data" / f"VerilogEval_{name}.jsonl" for name in ("Human", "Machine"))
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")


@pytest.fixture
def source() -> VerilogEvalOneSource:
    return VerilogEvalOneSource(str(LIKE))


def test_the_repository_means_the_human_set_and_a_file_means_itself(source: VerilogEvalOneSource) -> None:
    assert list(source.ids()) == ["verilog-eval-human/vote", "verilog-eval-human/tally"]
    assert VerilogEvalOneSource(str(HUMAN)).ids("test") == source.ids()
    assert list(VerilogEvalOneSource(str(MACHINE)).ids()) == ["verilog-eval-machine/vote"]


def test_the_instruction_is_description_and_header_and_the_solution_both_halves(source: VerilogEvalOneSource) -> None:
    task = source["verilog-eval-human/vote"]
    assert "at least two of the three votes" in task.instruction
    assert task.instruction.count("module top_module (") == 1
    assert task.solution[0].text.count("module top_module (") == 1
    assert task.solution[0].text.rstrip().endswith("endmodule")
    assert {file.audience for file in task.bundle.files} == {Audience.JUDGE}


def test_a_problem_without_a_description_and_a_damaged_line_are_named(tmp_path: Path) -> None:
    shutil.copytree(LIKE, tmp_path / "copy")
    (tmp_path / "copy" / "descriptions" / "VerilogDescription_Human.jsonl").write_text("")
    source = VerilogEvalOneSource(str(tmp_path / "copy"))
    with pytest.raises(TaskError, match="holds no description of 'vote'"):
        source["verilog-eval-human/vote"]
    (tmp_path / "copy" / "data" / "VerilogEval_Human.jsonl").write_text('{"task_id": "vote"}\n')
    with pytest.raises(TaskError, match=r"line 1 of .* is no row with the text fields"):
        VerilogEvalOneSource(str(tmp_path / "copy")).ids()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: "", "needs a path"),
        (lambda: str(DATA / "eval_like"), "is VerilogEval version 2"),
        (lambda: str(DATA), "is not VerilogEval version 1"),
    ],
)
def test_a_path_that_is_not_the_benchmark_is_refused(make, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TaskError, match=sentence):
        VerilogEvalOneSource(make())


def _logs(output: str = "", *, errors: str = "", compiler_errors: str = "", built: bool = True) -> Logs:
    return Logs(built=built, ended=True, compiler="", compiler_errors=compiler_errors, output=output, errors=errors)


def test_version_one_fails_any_word_on_standard_error_and_reads_the_first_result_anywhere() -> None:
    rule, right = OWN_RULES["verilog-eval-1"], "so: Mismatches: 0 in 9 samples\nMismatches: 3 in 9 samples\n"
    assert rule(_logs(right)) == OWN_PASS
    assert rule(_logs(right, compiler_errors="warning: harmless")) == "C"
    assert rule(_logs(right, compiler_errors="x.sv:1: syntax error")) == "S"
    assert rule(_logs("Mismatches: 3 in 9 samples")) == "R"
    assert rule(_logs("")) == "R"


def test_rtlfixer_lets_warnings_pass() -> None:
    rule, right = OWN_RULES["rtlfixer"], "Mismatches: 0 in 9 samples\n"
    assert rule(_logs(right, compiler_errors="warning: harmless")) == OWN_PASS
    assert rule(_logs(right, compiler_errors="I give up.")) == "C"


@TOOLS
def test_references_pass_by_both_judges_and_cheats_by_the_own_one_alone(source: VerilogEvalOneSource) -> None:
    found = examine(source, source.ids(), sandbox=choose(), workers=1, mutants=2)
    for item in found:
        assert item.reference.label is Label.PASS, item
        assert item.reference.own == OWN_PASS
        assert item.replayable
        assert not [name for name, hack in item.hacks.items() if not hack.holds or hack.label is Label.PASS], item
        fooled = {name for name, hack in item.hacks.items() if hack.own == OWN_PASS}
        assert fooled >= {"finishes_at_once", "forges_result", "reads_testbench", "instantiates_reference"}
        assert "undriven" not in fooled
        assert not [mutant for mutant in item.mutants if mutant.status == "survived"]


def test_a_repair_task_shows_the_faulty_code_and_what_was_said_of_it() -> None:
    source = RtlFixerSource(str(FIXER))
    first, second, _ = (source[task_id] for task_id in source.ids())
    assert first.id == "rtlfixer-rtlfixer_like/0001-vote"
    assert "vote.sv:50: syntax error" in first.instruction
    assert "tally != 14" in second.instruction
    assert "Mismatches: 12 in 214 samples" in second.instruction
    assert "tally != 15" not in second.instruction
    assert "repair" in second.tags
    with pytest.raises(TaskError, match="unknown task"):
        source["rtlfixer-rtlfixer_like/0001-tally"]


def test_an_answer_without_its_header_gets_it() -> None:
    assert whole_module("module top_module; endmodule", "header") == "module top_module; endmodule\n"
    assert whole_module("assign y = a;\nendmodule", "module top_module (\n);\n").startswith("module top_module (")


@TOOLS
def test_the_solution_repairs_and_the_faulty_code_given_back_does_not(judged: Any) -> None:
    source = RtlFixerSource(str(FIXER))
    for task_id, label in zip(source.ids(), (Label.COMPILATION_ERROR, Label.MISMATCH, Label.PASS), strict=True):
        task = source[task_id]
        assert judged(task, task.solution[0].text).label is Label.PASS
        given_back = next(hack for hack in source.hacks(task_id) if hack.name == "given_back")
        outcome = judged(task, given_back.source)
        assert outcome.label is label, "the third row is one in which there is nothing to repair here"
        assert (outcome.label in given_back.labels) is (label is not Label.PASS)
