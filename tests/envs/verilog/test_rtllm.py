"""RTLLM: what is read from its folders, and that a self-checking testbench cannot be fooled where its own scorer is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.sandbox.choose import choose
from ecot.envs.stages import passed
from ecot.envs.types import Audience, Candidate, File, Label, Outcome, Request, Task
from ecot.envs.verilog.benchmarks.proving import examine, mutants_of
from ecot.envs.verilog.benchmarks.rtllm import RtllmSource
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS
from ecot.envs.verilog.benchmarks.selfchecking import _Job
from ecot.envs.verilog.steps import Checked

LIKE = Path(__file__).parents[2] / "data" / "rtllm_like"
TOOLS = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")


@pytest.fixture
def source() -> RtllmSource:
    return RtllmSource(str(LIKE))


def test_designs_are_found_in_folders_with_spaces_and_answers_of_models_are_not(source: RtllmSource) -> None:
    assert list(source.ids()) == ["rtllm/larger", "rtllm/squares", "rtllm/toggler"]
    assert source.ids("test") == source.ids()
    assert not source.ids("train")


def test_designs_at_the_top_are_version_one(tmp_path: Path) -> None:
    shutil.copytree(LIKE / "Arithmetic" / "Comparator" / "larger", tmp_path / "larger")
    assert list(RtllmSource(str(tmp_path)).ids()) == ["rtllm-v1/larger"]


def test_the_testbench_decides_names_and_ports(source: RtllmSource) -> None:
    task = source["rtllm/toggler"]
    assert [port["name"] for port in task.bundle.params["ports"]] == ["clk", "rst_n", "en", "state"]
    assert "reset_n" in task.instruction
    assert "rst_n" in task.instruction
    assert "module toggler(" in task.solution[0].text
    assert task.bundle.params["path"] == "main.DUT"
    assert task.bundle.params["clock"] == "clk"


def test_data_files_belong_to_the_task_and_are_hidden(source: RtllmSource) -> None:
    task = source["rtllm/squares"]
    assert {file.path for file in task.bundle.files} == {"testbench.v", "squares.dat"}
    assert {file.audience for file in task.bundle.files} == {Audience.JUDGE}
    assert dict(task.bundle.params["overrides"]) == {"WIDTH": "4"}
    assert "#(parameter WIDTH = 4)" in task.instruction
    assert "module squares #(parameter" in task.solution[0].text


def test_a_broken_design_is_named_with_its_reason_and_never_scored(source: RtllmSource) -> None:
    assert list(source.broken) == ["rtllm/fixed_point_adder"]
    with pytest.raises(TaskError, match="known to be broken: its testbench takes random numbers modulo"):
        source["rtllm/fixed_point_adder"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: "", "needs the path of the benchmark"),
        (lambda path: str(path / "nowhere"), "there is no folder"),
        (lambda path: str(path), "is not RTLLM"),
        (lambda path: str(_without_reference(path)), "holds 0 files verified"),
    ],
)
def test_a_path_that_is_not_the_benchmark_is_refused_in_one_sentence(make, sentence: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TaskError, match=sentence):
        RtllmSource(make(tmp_path))


@TOOLS
def test_references_pass_mutants_die_and_no_cheat_passes(source: RtllmSource) -> None:
    found = examine(source, source.ids(), sandbox=choose(), workers=1, mutants=2)
    assert [item.task_id for item in found] == list(source.ids())
    for item in found:
        assert item.reference.label is Label.PASS, item
        assert item.reference.own == OWN_PASS
        assert item.replayable
        assert item.netlist_agrees or item.passes_apart
        assert not [name for name, hack in item.hacks.items() if not hack.holds or hack.label is Label.PASS], item
        assert item.hacks["prints_the_pass"].own == OWN_PASS
        assert item.hacks["prints_and_ends"].own == OWN_PASS
        # A port that is too wide, or the default of a parameter that is set anyway, is no fault to such a testbench.
        assert any(mutant.status == "killed" for mutant in item.mutants), item


@TOOLS
def test_an_output_that_nothing_drives_fails_where_the_testbench_is_blind(source: RtllmSource, judged: Any) -> None:
    task = source["rtllm/larger"]
    open_, unknown = "module larger (input [2:0] a, b, output more); ", " endmodule"
    for body in ("", "assign more = 1'bx;", "assign more = 1'bz;"):
        outcome = judged(task, open_ + body + unknown)
        assert outcome.label is Label.MISMATCH
        assert outcome.diagnostics[0].code == "undriven_output"


@TOOLS
def test_the_pass_line_counts_only_when_the_testbench_prints_it(source: RtllmSource) -> None:
    task = source["rtllm/toggler"]
    forged = (
        task.solution[0]
        .text.replace("~state;", "state;")
        .replace("endmodule", 'initial $display("===========Your Design Passed===========");\nendmodule')
    )
    outcome = _without_rules(task, forged)
    assert outcome.label is Label.MISMATCH
    assert outcome.diagnostics[0].code == "testbench_failed"


@TOOLS
def test_an_early_end_and_a_reader_of_the_testbench_fail_without_the_rules(source: RtllmSource) -> None:
    task = source["rtllm/squares"]
    head = "module squares #(parameter WIDTH = 4) (input [3:0] x, output [7:0] y);"
    ended = _without_rules(task, f"{head} assign y = 0; initial $finish; endmodule")
    assert ended.label is Label.MISMATCH
    reader = _without_rules(task, f"{head} assign y = bench.table_of[x]; endmodule")
    assert reader.label is Label.COMPILATION_ERROR
    thief = 'reg [7:0] t [0:15]; initial $readmemh("squares.dat", t); assign y = t[x]; endmodule'
    assert _without_rules(task, f"{head} {thief}").label is not Label.PASS


@TOOLS
def test_a_pass_whose_netlist_is_in_doubt_is_looked_into_by_simulating_apart(source: RtllmSource, judged: Any) -> None:
    task = source["rtllm/toggler"]
    # The falling edge is one that a netlist of this testbench does not show: a latch that synthesis objects to.
    latched = "module toggler(input clk, rst_n, en, output state); reg next, held;\n"
    latched += "always @* if (!rst_n) next = 0; else if (!clk) next = en ? ~held : held;\n"
    latched += "always @* if (!rst_n) held = 0; else if (clk) held = next;\nassign state = held;\nendmodule\n"
    outcome = judged(task, latched)
    assert outcome.label is Label.PASS
    assert outcome.metrics["synthesise.accepted"] == 0
    assert outcome.metrics["netlist.passes_apart"] == 1


@TOOLS
def test_who_reads_the_testbench_under_its_disguise_passes_beside_it_and_not_apart(source: RtllmSource) -> None:
    task = source["rtllm/squares"]
    reader = "module squares #(parameter WIDTH = 4) (input [3:0] x, output [7:0] y);\n"
    reader += "assign y = bench_cafe.table_of_cafe[x]; endmodule\n"
    outcome = _without_rules(task, reader, nonce="cafe")
    assert [stage.name for stage in outcome.stages if stage.passed] == ["compile", "simulate", "synthesise"]
    assert outcome.label is Label.REJECTED
    assert outcome.diagnostics[0].code == "not_self_contained"


@TOOLS
def test_who_prints_the_words_under_their_mark_passes_beside_the_testbench_and_not_apart(source: RtllmSource) -> None:
    task = source["rtllm/larger"]
    forger = """module larger (input [2:0] a, b, output more);
    assign more = a == 0;
    initial #500 $display("cafe Your Design Passed");
    endmodule"""
    outcome = _without_rules(task, forger, nonce="cafe")
    assert outcome.stages[1].passed, "beside the testbench the line is taken for its own"
    assert outcome.label is Label.REJECTED
    assert outcome.diagnostics[0].code == "forged_verdict"


@TOOLS
def test_a_testbench_under_which_the_reference_shows_nothing_is_broken(source: RtllmSource, judged: Any) -> None:
    task = source["rtllm/larger"]
    blind = "module testbench; wire more; larger uut (.a(3'bx), .b(3'bx), .more(more));\n"
    blind += 'initial #9 $display("Pass");\nendmodule\n'
    files = tuple(replace(file, text=blind) for file in task.bundle.files)
    with pytest.raises(TaskError, match="its testbench asks nothing"):
        judged(replace(task, bundle=replace(task.bundle, files=files)), task.solution[0].text)


@TOOLS
def test_mutants_are_spread_over_the_behaviour(source: RtllmSource) -> None:
    chosen = mutants_of(source["rtllm/toggler"], 3)
    assert len(chosen) == 3
    assert len({mutant.source for mutant in chosen}) == 3


def _without_rules(task: Task, source: str, *, nonce: str = "") -> Outcome:
    """What stops a cheat when the static rules do not: the disguise, which `nonce` gives away, and simulating apart."""
    cell = choose().cell()
    try:
        with cell.workspace(task.bundle.limits) as workspace:
            job = _Job(workspace, Request(task=task, candidate=Candidate((File(task.bundle.entry, source),))))
            job._checked = Checked(passed("rules", engine="none"))
            if nonce:
                job._disguise = replace(job._disguise, nonce=nonce)
            results = []
            for stage in (job.compile, job.simulate, job.synthesise, job.netlist):
                results.append(replace(stage()))
                if not results[-1].passed:
                    break
            return Outcome(stages=tuple(results))
    finally:
        cell.close()


def _without_reference(folder: Path) -> Path:
    shutil.copytree(LIKE / "Arithmetic" / "Comparator" / "larger", folder / "larger")
    (folder / "larger" / "verified_larger.v").unlink()
    return folder
