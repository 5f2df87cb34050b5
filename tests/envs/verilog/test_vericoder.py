"""Rows in VeriCoder's format: specification, solution and self-checking test, whatever words the test uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.types import Label
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS, OWN_RULES, Logs
from ecot.envs.verilog.benchmarks.vericoder import VeriCoderSource

LIKE = Path(__file__).parents[2] / "data" / "vericoder_like.jsonl"
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")


def test_a_row_becomes_a_task_with_the_interface_of_its_test() -> None:
    source = VeriCoderSource(str(LIKE))
    assert len(source) == 2
    task = source["vericoder/000001"]
    assert "odd number of bits" in task.instruction
    assert "module parity (" in task.instruction
    assert task.bundle.params["timescale"] == "1ns/1ps"
    assert source["vericoder/000002"].bundle.params["timescale"] == "1s/1s"
    assert sum(len(source.ids(split)) for split in ("train", "validation", "test")) == 2


def test_a_row_whose_test_tests_nothing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"Instruction": "x", "canonical_solution": "module m; endmodule", "test": "module tb; endmodule"}
    path.write_text(json.dumps(row) + "\n")
    source = VeriCoderSource(str(path))
    with pytest.raises(TaskError, match="instantiates 0 modules"):
        source["vericoder/000001"]
    with pytest.raises(TaskError, match="there is no file"):
        VeriCoderSource(str(tmp_path / "nowhere.jsonl"))


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        ("All tests passed!\n", OWN_PASS),
        ("test PASSED\nerror: all the same\n", OWN_PASS),
        ("Mismatches: 0 in 4 samples\n", OWN_PASS),
        ("Mismatches: 2 in 4 samples\n", "R"),
        ("done\n", OWN_PASS),
        ("1 mismatch\n", "R"),
    ],
)
def test_the_own_rule_takes_words_of_success_then_results_then_the_absence_of_failure(output: str, letter: str) -> None:
    logs = Logs(built=True, ended=True, compiler="", compiler_errors="", output=output)
    assert OWN_RULES["vericoder"](logs) == letter


@TOOLS
def test_solutions_pass_faults_fail_and_cheats_do_not_pass(judged: Any) -> None:
    source = VeriCoderSource(str(LIKE))
    for task_id, right, wrong in (
        ("vericoder/000001", "^word", "&word"),
        ("vericoder/000002", "q <= d", "q <= ~d"),
    ):
        task = source[task_id]
        solution = task.solution[0].text
        outcome = judged(task, solution)
        assert outcome.label is Label.PASS, outcome.diagnostics
        assert outcome.metrics["simulate.own_scorer_passes"] == 1
        assert judged(task, solution.replace(right, wrong)).label in (Label.MISMATCH, Label.RUNTIME_ERROR)
        for hack in source.hacks(task_id):
            assert judged(task, hack.source).label in hack.labels, hack.name
