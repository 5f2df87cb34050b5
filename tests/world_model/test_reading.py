"""What is read of a candidate: never the hidden solution or the judge's files, nor what only looks different."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import need_tools_of

from ecot.envs.domain import domain_of
from ecot.envs.proof import provable
from ecot.envs.types import File, Task
from ecot.world_model.codec import encode_request
from ecot.world_model.reading import MOST_LINES, MOST_WORDS, Mark, read
from ecot.world_model.words import Namer, lex

ENVIRONMENTS = ("ECoT/Verilog-v0", "ECoT/Triton-v0", "ECoT/CAD-v0", "ECoT/Embedded-v0", "ECoT/Assembly-v0")
COUNTER = "module top(input clk, output reg [3:0] n);\n  always @(posedge clk)\n    n <= n + 1;\nendmodule\n"
KNOWN = {"Verilog": {"module", "endmodule", "input", "output", "reg", "always", "posedge", "wire", "assign"}}


def sampled(env_id: str) -> list[Task]:
    source = provable(domain_of(env_id))
    ids = source.ids("train")
    return [source[ids[index * len(ids) // 6]] for index in range(6)]


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_a_reading_shows_neither_the_hidden_solution_nor_files_of_the_judge(env_id: str) -> None:
    need_tools_of(domain_of(env_id))
    for task in sampled(env_id):
        bare = replace(
            task,
            solution=(File("answer", "something else entirely"),),
            bundle=replace(task.bundle, files=()),
        )
        assert read(task, "a = b\n", known={}) == read(bare, "a = b\n", known={})


def verilog_task() -> Task:
    task = sampled("ECoT/Verilog-v0")[0]
    return replace(task, bundle=replace(task.bundle, params={"draw": {"width": 4, "reset": "none"}}))


@pytest.mark.needs("pyslang")
def test_names_comments_and_layout_of_a_program_that_passed_make_no_difference() -> None:
    renamed = COUNTER.replace("clk", "clock").replace("n <=", "n  <=").replace("endmodule", "endmodule // done")
    reading = read(verilog_task(), renamed, known=KNOWN, references=[COUNTER])
    assert reading.changed == 0
    assert "changed_none" in encode_request(reading)


@pytest.mark.needs("pyslang")
def test_a_changed_word_is_shown_beside_the_one_that_it_replaces() -> None:
    reading = read(verilog_task(), COUNTER.replace("n + 1", "n - 1"), known=KNOWN, references=[COUNTER])
    marked = {(word, Mark(mark)) for line in reading.lines for word, mark in zip(line.words, line.marks, strict=True)}
    assert {("+", Mark.GONE), ("-", Mark.ADDED)} <= marked
    assert reading.changed == 2
    assert 3 in {line.number for line in reading.lines if Mark.ADDED in line.marks}


@pytest.mark.needs("pyslang")
def test_the_nearest_program_that_passed_is_the_one_to_compare_with() -> None:
    far = COUNTER.replace("n + 1", "n + 2 * 3 - 5")
    reading = read(verilog_task(), COUNTER.replace("n + 1", "n - 1"), known=KNOWN, references=[far, COUNTER])
    assert reading.changed == 2


@pytest.mark.needs("pyslang")
def test_what_the_parser_complains_of_stands_at_its_line() -> None:
    reading = read(verilog_task(), COUNTER.replace("n + 1", "missing + 1"), known=KNOWN)
    assert any(item.line == 3 and "Undeclared" in item.code for item in reading.complaints)
    assert any(line.number == 3 and "complaint" in line.words for line in reading.lines)


@pytest.mark.needs("pyslang")
def test_a_huge_candidate_is_cut_to_a_size_that_is_known() -> None:
    reading = read(verilog_task(), COUNTER * 200, known=KNOWN)
    assert len(reading.lines) == MOST_LINES
    assert max(len(line.words) for line in reading.lines) <= MOST_WORDS
    assert read(verilog_task(), "(" * 500, known=KNOWN).complaints[0].code == "too_deep"


def test_numbers_are_told_by_value_and_by_whether_the_task_names_them() -> None:
    namer = Namer(known=(), given=(100.0,))
    [(_, tokens)] = lex("a = 8'd100 + 0x64 + 77 + 77;", "verilog")
    assert namer.words(tokens) == [
        *("name0", "=", "width8", "given0", "+", "given0", "+", "number1", "+", "number1", ";")
    ]
