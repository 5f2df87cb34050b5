"""The second simulator: the same verdicts as Icarus, unknown values found by playing twice, its own cheats refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.real import judge
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose, problem
from ecot.envs.types import Candidate, File, Label, Limits, Outcome, Request, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.source import FamilySource, port_from
from ecot.envs.verilog.verilated.agreement import EXCEPTIONS, NOT_JUDGED, compare
from ecot.envs.verilog.verilated.engine import parse_verilator, wrapper_text
from ecot.envs.verilog.verilated.runtime import runtime

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang", "verilator", "g++")
CounterTask = Callable[..., Task]
PORTS = "input clk, input rst, input en, output reg [3:0] q, output tc"
BODY = "if (rst) q <= 0; else if (en) q <= (q == 9) ? 4'd0 : q + 1'b1;"
RIGHT = f"module counter ({PORTS}); always @(posedge clk) {BODY} assign tc = en && q == 9; endmodule"


def judged(cell: Cell, task: Task, source: str, *, stages: tuple[str, ...] | None = None) -> Outcome:
    candidate = Candidate((File(task.bundle.entry, source),))
    return answered(cell, Request(task=task, candidate=candidate, hidden_seed=1, stages=stages, target="verilator"))


def answered(cell: Cell, request: Request, *, tries: int = 4) -> Outcome:
    try:
        with cell.workspace(request.effective_limits) as workspace:
            return judge(workspace, request)
    except SandboxError:  # a machine under load starves a job; the pool, too, runs it once more
        if tries == 1:
            raise
        return answered(cell, request, tries=tries - 1)


def test_a_right_design_passes_every_stage(cell: Cell, counter_task: CounterTask) -> None:
    outcome = judged(cell, counter_task(), RIGHT)
    assert outcome.passed, outcome.diagnostics
    engines = {stage.name: stage.engine.partition("-")[0] for stage in outcome.stages}
    assert engines["compile"] == engines["simulate"] == "verilator"
    assert engines["netlist"] == "icarus"


@pytest.mark.parametrize(
    ("source", "label", "code"),
    [
        (RIGHT.replace("9)", "8)"), Label.MISMATCH, "wrong_value"),
        (RIGHT.replace("if (rst) q <= 0; else", ""), Label.MISMATCH, "unknown_value"),
        (RIGHT.replace("endmodule", ""), Label.COMPILATION_ERROR, "syntax_error"),
        (RIGHT.replace("en && q", "enable && q"), Label.COMPILATION_ERROR, "undeclared_identifier"),
        (RIGHT.replace("module counter", "module another"), Label.COMPILATION_ERROR, "missing_top"),
        (RIGHT.replace("output tc", "output [1:0] tc"), Label.COMPILATION_ERROR, "port_width"),
        (RIGHT.replace("assign tc", "lost l (tc); assign tc"), Label.COMPILATION_ERROR, "unknown_module"),
        (RIGHT.replace("assign tc = en", "wire t; assign t = ~(t & en); assign tc = t"), Label.TIMEOUT, "cpu_limit"),
    ],
)
def test_a_fault_carries_the_label_that_it_deserves(
    source: str, label: Label, code: str, cell: Cell, counter_task: CounterTask
) -> None:
    outcome = judged(cell, counter_task(), source, stages=("rules", "compile", "simulate"))
    assert outcome.label is label, outcome.diagnostics
    assert code in {item.code for item in outcome.diagnostics}


def test_a_register_without_a_start_value_reads_x_as_under_icarus(cell: Cell, counter_task: CounterTask) -> None:
    source = RIGHT.replace("assign tc", "reg never; always @(posedge clk) if (never) never <= never; assign tc")
    source = source.replace("en && q == 9", "en && (q == 9) ^ never")
    request = Request(task=counter_task(), candidate=Candidate((File("counter.v", source),)), hidden_seed=1)
    for target in ("icarus", "verilator"):
        outcome = answered(cell, replace(request, target=target))
        assert outcome.label is Label.MISMATCH
        assert outcome.diagnostics[0].code == "unknown_value", target


def test_both_simulators_agree_on_mutants_of_a_family(cell: Cell) -> None:
    # All families, and the cheats, some of which wait for a limit, are compared by `examples/compare_simulators.py`.
    source = FamilySource("gray")
    found = list(compare(source, source.ids()[0], lambda request: answered(cell, request), hacks=False, mutants=16))
    assert len(found) == 17
    assert not [item for item in found if item.icarus == NOT_JUDGED]
    assert not [item for item in found if not item.sound]


@pytest.mark.parametrize(
    "name",
    ["all_floating", "undriven", "start_values_only", "sees_unknowns", "asks_for_verilator", "silences_verilator"],
)
def test_a_cheat_earns_no_more_under_verilator(name: str, cell: Cell) -> None:
    source = FamilySource("gray")
    task_id = source.ids()[0]
    hack = next(hack for hack in source.hacks(task_id) if hack.name == name)
    outcome = judged(cell, source[task_id], hack.source)
    assert outcome.label in hack.labels, outcome.diagnostics
    assert DOMAIN.score(outcome) <= DOMAIN.floor


def test_every_exception_is_in_the_page() -> None:
    page = Path(__file__).parents[3].joinpath("docs/verilator.md").read_text()
    assert not [name for name in EXCEPTIONS if f"`{name}`" not in page]


def test_an_unknown_target_is_named(cell: Cell, counter_task: CounterTask) -> None:
    request = Request(task=counter_task(), candidate=Candidate((File("counter.v", RIGHT),)), target="modelsim")
    with pytest.raises(ConfigError, match="'modelsim'"):
        answered(cell, request)


def test_the_wrapper_reaches_every_port(counter_task: CounterTask) -> None:
    source = FamilySource("counter")
    task = source[source.ids()[0]]
    text = wrapper_text("counter", [port_from(facts) for facts in task.bundle.params["ports"]])
    assert all(f".{port['name']}(" in text for port in task.bundle.params["ports"])


def test_messages_become_diagnostics_with_a_place_and_a_class() -> None:
    log = (
        "%Error: a.v:3:5: Can't find definition of variable: 'qq'\n    3 |   assign x = qq;\n      |              ^~\n"
        "%Error-UNSUPPORTED: a.v:4:1: Unsupported: gate\n%Warning-LATCH: a.v:2:1: Latch inferred for signal 'q'\n"
        "%Error: Exiting due to 2 error(s)\n"
    )
    found = parse_verilator(log)
    assert [(item.code, item.line, item.column, item.symbol) for item in found] == [
        ("undeclared_identifier", 3, 5, "qq"),
        ("unsupported", 4, 1, ""),
        ("warning", 2, 1, ""),
    ]


@pytest.mark.parametrize("mechanism", ["bubblewrap", "landlock"])
def test_programs_may_read_the_runtime_and_not_write_it(mechanism: str) -> None:
    if problem(mechanism):
        pytest.skip(problem(mechanism))
    folder = runtime().folder
    made = choose(mechanism).cell(preload=DOMAIN.preload)
    try:
        with made.workspace(Limits()) as workspace:
            assert workspace.run(["cat", str(folder / "model.h")]).ok
            for words in (["touch", str(folder / "more")], ["rm", "-f", str(folder / "runner")]):
                workspace.run(words)
            tried = workspace.run(["sh", "-c", f"echo broken > {folder}/model.h"])
            assert not tried.ok
    finally:
        made.close()
    assert (folder / "runner").exists()
    assert not (folder / "more").exists()
    assert "broken" not in (folder / "model.h").read_text()


def test_a_candidate_is_judged_under_landlock_too(counter_task: CounterTask) -> None:
    if problem("landlock"):
        pytest.skip(problem("landlock"))
    made = choose("landlock").cell(preload=DOMAIN.preload)
    try:
        outcome = judged(made, counter_task(), RIGHT, stages=("rules", "compile", "simulate"))
    finally:
        made.close()
    assert outcome.label is Label.UNVERIFIED, outcome.diagnostics
