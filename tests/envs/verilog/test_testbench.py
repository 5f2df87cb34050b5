"""Judging by a benchmark's own testbench: what decides, what is only reported, and each wall against cheats alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.stages import passed
from ecot.envs.types import File, Label, Outcome, Task
from ecot.envs.verilog.benchmarks import testbench
from ecot.envs.verilog.benchmarks.verilog_eval import VerilogEvalSource
from ecot.envs.verilog.disguise import Disguise
from ecot.envs.verilog.steps import Checked

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")

LIKE = Path(__file__).parents[2] / "data" / "eval_like"
HEADER = "module TopModule (input clk, input areset, input up, output reg [3:0] tally);\n"
Judged = Callable[..., Outcome]


@pytest.fixture
def source() -> VerilogEvalSource:
    return VerilogEvalSource(str(LIKE))


@pytest.fixture
def vote(source: VerilogEvalSource) -> Task:
    return source["verilog-eval/Prob001_vote"]


@pytest.fixture
def tally(source: VerilogEvalSource) -> Task:
    return source["verilog-eval/Prob002_tally"]


@pytest.fixture
def without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the static rules had a hole for everything."""

    def nothing(*arguments: object, entry: str, reserved: Sequence[str]) -> Checked:
        return Checked(passed("rules", engine="none"))

    monkeypatch.setattr(testbench, "check_rules", nothing)


@pytest.fixture
def without_disguise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a candidate had guessed every name."""
    monkeypatch.setattr(Disguise, "name", lambda self, plain: plain)


def test_a_wrong_output_is_shown_with_inputs_and_what_was_expected(tally: Task, judged: Judged) -> None:
    wrong = tally.solution[0].text.replace("tally != 15", "tally != 3")
    outcome = judged(tally, wrong)
    assert outcome.label is Label.MISMATCH
    first = outcome.diagnostics[0]
    assert first.code == "wrong_value"
    assert first.symbol == "tally"
    assert "expected 4'b0100 (4), got 4'b0011 (3); inputs clk=" in first.message
    assert "up=1" in first.message
    assert first.message.splitlines()[-1].endswith("<- first wrong")
    assert "_ref" not in first.message
    assert outcome.metrics["simulate.samples"] == 215


def test_an_unknown_where_a_value_is_asked_for_is_called_so(vote: Task, judged: Judged) -> None:
    outcome = judged(vote, "module TopModule (input [2:0] votes, output majority, output unanimous);\nendmodule\n")
    assert {item.code for item in outcome.diagnostics} == {"unknown_value"}
    assert {item.symbol for item in outcome.diagnostics} == {"majority", "unanimous"}


def test_an_unknown_of_the_reference_asks_for_nothing(source: VerilogEvalSource, judged: Judged) -> None:
    gate = source["verilog-eval/Prob003_gate"]
    settled = gate.solution[0].text.replace("always_comb", "initial held = 4'd9;\n  always_latch")
    assert judged(gate, settled).label is Label.PASS, "before the gate opens the reference is unknown"


def test_what_yosys_refuses_is_reported_and_the_pass_is_confirmed_apart(
    source: VerilogEvalSource, judged: Judged
) -> None:
    gate = source["verilog-eval/Prob003_gate"]
    outcome = judged(gate, gate.solution[0].text)
    assert outcome.passed
    assert outcome.metrics["synthesise.accepted"] == 0
    assert outcome.metrics["netlist.agrees"] == 0
    assert outcome.metrics["netlist.passes_apart"] == 1


def test_a_netlist_that_agrees_opens_no_forgery_check(vote: Task, judged: Judged) -> None:
    outcome = judged(vote, vote.solution[0].text)
    assert outcome.metrics["netlist.agrees"] == 1
    assert "netlist.passes_apart" not in outcome.metrics


def test_an_input_changed_in_the_step_of_the_edge_does_not_keep_a_pass_from_being_confirmed(
    tally: Task, judged: Judged
) -> None:
    outcome = judged(tally, tally.solution[0].text)
    assert outcome.passed
    assert outcome.metrics.get("netlist.agrees") == 1 or outcome.metrics["netlist.passes_apart"] == 1


@pytest.mark.parametrize(
    ("source_text", "symbol", "words"),
    [
        ("module Counter (input clk); endmodule\n", "TopModule", "there is no module `TopModule`"),
        (HEADER.replace("output reg [3:0] tally", "output reg [3:0] count") + "endmodule\n", "tally", "lacks the port"),
        (HEADER + "  assign tally = total;\nendmodule\n", "", ""),
    ],
)
def test_what_does_not_elaborate_says_so_in_words_of_the_candidate(
    source_text: str, symbol: str, words: str, tally: Task, judged: Judged
) -> None:
    outcome = judged(tally, source_text)
    assert outcome.label is Label.COMPILATION_ERROR
    assert any(words in item.message and item.symbol.startswith(symbol) for item in outcome.diagnostics)
    assert not any("testbench.sv" in item.message for item in outcome.diagnostics)


def test_a_loop_without_delay_is_a_timeout(vote: Task, judged: Judged) -> None:
    looping = (
        "module TopModule (input [2:0] votes, output reg majority, output reg unanimous);\n"
        "  always @(votes) while (1) majority = ~majority;\nendmodule\n"
    )
    quick = _with_seconds(vote, 1.0)
    assert judged(quick, looping).label is Label.TIMEOUT


def test_every_kept_cheat_earns_its_label(source: VerilogEvalSource, judged: Judged) -> None:
    for task_id in source.ids()[:2]:
        for hack in source.hacks(task_id):
            outcome = judged(source[task_id], hack.source)
            assert outcome.label in hack.labels, (task_id, hack.name, outcome.label)
            assert outcome.label is not Label.PASS


@pytest.mark.usefixtures("without_rules")
def test_the_disguise_alone_stops_every_kept_cheat(source: VerilogEvalSource, judged: Judged) -> None:
    labels = {}
    for hack in source.hacks("verilog-eval/Prob001_vote"):
        labels[hack.name] = judged(source["verilog-eval/Prob001_vote"], hack.source).label
    assert Label.PASS not in labels.values()
    assert labels["reads_testbench"] is Label.COMPILATION_ERROR
    assert labels["reads_sibling"] is Label.COMPILATION_ERROR
    assert labels["forges_result"] is Label.MISMATCH
    assert labels["finishes_at_once"] is Label.MISMATCH


@pytest.mark.usefixtures("without_rules")
def test_a_simulation_that_ends_early_is_told_by_its_samples(vote: Task, judged: Judged) -> None:
    early = "`timescale 1ps/1ps\n" + vote.solution[0].text.replace("endmodule", "  initial #200 $finish;\nendmodule")
    outcome = judged(vote, early)
    assert outcome.label is Label.MISMATCH
    assert outcome.diagnostics[0].code == "simulation_ended_early"


@pytest.mark.usefixtures("without_rules", "without_disguise")
@pytest.mark.parametrize("name", ["reads_testbench", "reads_reference", "reads_sibling"])
def test_the_forgery_check_alone_stops_what_reads_the_reference(
    name: str, source: VerilogEvalSource, tally: Task, judged: Judged
) -> None:
    hack = next(hack for hack in source.hacks(tally.id) if hack.name == name)
    outcome = judged(tally, hack.source)
    assert [stage.name for stage in outcome.stages if stage.passed] == ["rules", "compile", "simulate", "synthesise"]
    assert outcome.label is Label.REJECTED
    assert outcome.diagnostics[0].code == "forged_verdict"


@pytest.mark.usefixtures("without_rules")
def test_an_unknown_fed_back_into_the_inputs_is_noticed(source: VerilogEvalSource, vote: Task, judged: Judged) -> None:
    hack = next(hack for hack in source.hacks(vote.id) if hack.name == "poisons_inputs")
    outcome = judged(vote, hack.source)
    assert outcome.label is Label.REJECTED
    assert outcome.diagnostics[0].code == "reference_disturbed"
    assert outcome.metrics["simulate.wrong_samples"] == 0, "the testbench itself is fooled"


def test_the_same_candidate_is_judged_the_same_whatever_the_seed(tally: Task, judged: Judged) -> None:
    wrong = tally.solution[0].text.replace("tally + 1", "tally + 2")
    first, second = judged(tally, wrong, seed=1), judged(tally, wrong, seed=2)
    assert first == second, "the disguise leaves no trace in an outcome, logs included"


def test_the_rules_run_even_where_only_the_simulation_is_asked_for(
    source: VerilogEvalSource, vote: Task, judged: Judged
) -> None:
    hack = next(hack for hack in source.hacks(vote.id) if hack.name == "finishes_at_once")
    assert judged(vote, hack.source, stages=("compile", "simulate")).label is Label.REJECTED


def test_stages_that_were_left_out_leave_a_pass_unverified(vote: Task, judged: Judged) -> None:
    outcome = judged(vote, vote.solution[0].text, stages=("compile", "simulate"))
    assert [stage.name for stage in outcome.stages] == ["compile", "simulate"]
    assert outcome.label is Label.UNVERIFIED


def test_a_reference_that_does_not_pass_is_our_fault_not_the_candidates(vote: Task, judged: Judged) -> None:
    broken = replace(
        vote, id="verilog-eval/Prob001_broken", solution=(File("TopModule.sv", "module TopModule; endmodule"),)
    )
    broken = replace(broken, bundle=replace(broken.bundle, limits=replace(broken.bundle.limits, processes=15)))
    with pytest.raises(TaskError, match="its own reference does not pass under icarus"):
        judged(broken, vote.solution[0].text)


def _with_seconds(task: Task, seconds: float) -> Task:
    return replace(task, bundle=replace(task.bundle, limits=replace(task.bundle.limits, cpu_seconds=seconds)))


def test_a_pass_that_the_own_scorer_fails_for_a_word_in_its_log_is_marked(vote: Task, judged: Judged) -> None:
    constant = vote.solution[0].text.replace("endmodule", "  logic never;\n  always_comb never = 1'b0;\nendmodule")
    outcome = judged(vote, constant)
    assert outcome.passed
    assert outcome.metrics["simulate.own_scorer_passes"] == 0
    assert judged(vote, vote.solution[0].text).metrics["simulate.own_scorer_passes"] == 1
