"""CVDP: which rows are tasks, and that a cocotb harness judges in the sandbox what it judges in its container."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Audience, Candidate, File, Label, Outcome, Request, Task
from ecot.envs.verilog.benchmarks.cvdp import CvdpSource, environment_of
from ecot.envs.verilog.benchmarks.cvdp_judge import own_letter
from ecot.envs.verilog.toolchain import stages

LIKE = Path(__file__).parents[2] / "data" / "cvdp_like.jsonl"
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "cocotb")
ADDER, BLANK, BROKEN = "cvdp/like_adder_0001", "cvdp/like_adder_0002", "cvdp/like_broken_0007"


@pytest.fixture
def source() -> CvdpSource:
    return CvdpSource(str(LIKE))


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    made = choose("auto").cell(preload=("ecot.envs.verilog.rules",))
    yield made
    made.close()


def judged(cell: Cell, task: Task, text: str) -> Outcome:
    request = Request(task=task, candidate=Candidate((File(task.bundle.entry, text),)))
    with cell.workspace(task.bundle.limits) as workspace:
        return Outcome(stages=tuple(stages(workspace, request)))


def test_rows_that_cannot_be_judged_here_are_named_with_the_reason(source: CvdpSource) -> None:
    assert list(source.ids()) == [ADDER, BLANK, BROKEN]
    reasons = {task_id.rpartition("_")[0].rpartition("_")[2]: reason for task_id, reason in source.broken.items()}
    assert "commercial" in reasons["commercial"]
    assert "cocotb 1" in reasons["old"]
    assert "no harness" in reasons["text"]
    assert "2 files" in reasons["many"]
    with pytest.raises(TaskError, match="commercial"):
        source["cvdp/like_commercial_0003"]


def test_given_files_are_shown_and_the_harness_is_hidden(source: CvdpSource) -> None:
    task = source[ADDER]
    assert "module bit_of" in task.instruction
    assert "rtl/adder.sv" in task.instruction
    assert task.bundle.entry == "code/rtl/adder.sv"
    audiences = {file.path: file.audience for file in task.bundle.files}
    assert audiences["code/rtl/bit.sv"] is Audience.BOTH
    assert audiences["src/test_adder.py"] is Audience.JUDGE
    assert task.level == 2
    assert [port["name"] for port in task.bundle.params["ports"]] == ["a", "b", "total", "low"]


def test_a_public_row_has_no_solution(source: CvdpSource) -> None:
    assert not source[BLANK].solution
    assert not source.hacks(BLANK)


def test_variables_are_read_with_spaces_around_their_sign() -> None:
    assert environment_of("SIM   = icarus\nTOPLEVEL=top\n") == {"SIM": "icarus", "TOPLEVEL": "top"}


@TOOLS
def test_the_reference_passes_all_tests_that_ran(cell: Cell, source: CvdpSource) -> None:
    outcome = judged(cell, source[ADDER], source[ADDER].solution[0].text)
    assert outcome.label is Label.PASS
    assert outcome.metrics["simulate.tests"] == outcome.metrics["simulate.tests_passed"] == 2


@TOOLS
def test_a_row_without_solution_is_judged_by_its_harness_alone(cell: Cell, source: CvdpSource) -> None:
    answer = source[ADDER].solution[0].text
    assert judged(cell, source[BLANK], answer).label is Label.PASS
    assert judged(cell, source[BLANK], answer.replace("a + b", "a - b")).label is Label.MISMATCH


@TOOLS
def test_a_failed_assertion_is_told_in_its_own_words(cell: Cell, source: CvdpSource) -> None:
    outcome = judged(cell, source[ADDER], source[ADDER].solution[0].text.replace("a + b", "a | b"))
    assert outcome.label is Label.MISMATCH
    assert "is not" in outcome.stages[-1].diagnostics[0].message


@TOOLS
def test_an_output_that_no_test_looks_at_must_be_driven(cell: Cell, source: CvdpSource) -> None:
    ports = "(input [3:0] a, input [3:0] b, output [4:0] total, output low)"
    text = f"module adder{ports};\n    assign total = a + b;\nendmodule\n"
    outcome = judged(cell, source[ADDER], text)
    assert outcome.label is Label.MISMATCH
    assert outcome.stages[-1].diagnostics[0].code == "undriven_output"
    with cell.workspace(source[ADDER].bundle.limits) as workspace:
        assert own_letter(workspace, source[ADDER], text) == "."


@TOOLS
def test_every_kept_cheat_earns_what_it_should(cell: Cell, source: CvdpSource) -> None:
    for hack in source.hacks(ADDER):
        assert judged(cell, source[ADDER], hack.source).label in hack.labels, hack.name


@TOOLS
def test_a_harness_that_does_not_run_is_no_fault_of_a_candidate(cell: Cell, source: CvdpSource) -> None:
    task = source[BROKEN]
    with pytest.raises(TaskError, match="a_package_that_nobody_has"):
        judged(cell, task, task.solution[0].text)
