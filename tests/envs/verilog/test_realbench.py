"""RealBench: what is read from its folders, and that its testbenches cannot be fooled where its scorer is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Audience, Candidate, File, Label, Outcome, Request, Task
from ecot.envs.verilog.benchmarks.realbench import RealBenchSource
from ecot.envs.verilog.benchmarks.realbench_judge import objections, own_function, own_letter
from ecot.envs.verilog.benchmarks.realbench_texts import as_synthesis_reads, without_modules
from ecot.envs.verilog.toolchain import stages

LIKE = Path(__file__).parents[2] / "data" / "realbench_like"
TOOLS = pytest.mark.needs("verilator", "g++", "pyslang")
HALF, BLINKER, SYSTEM = "realbench/lamp/half", "realbench/lamp/blinker", "realbench/system/blinker"


@pytest.fixture
def source() -> RealBenchSource:
    return RealBenchSource(str(LIKE))


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    made = choose("auto").cell(preload=("ecot.envs.verilog.rules",))
    yield made
    made.close()


def judged(cell: Cell, task: Task, text: str) -> Outcome:
    request = Request(task=task, candidate=Candidate((File(task.bundle.entry, text),)))
    with cell.workspace(task.bundle.limits) as workspace:
        return Outcome(stages=tuple(stages(workspace, request)))


def own(cell: Cell, task: Task, text: str) -> str:
    with cell.workspace(task.bundle.limits) as workspace:
        return own_letter(workspace, task, text)


def test_modules_and_systems_are_tasks_and_what_is_incomplete_is_named(source: RealBenchSource) -> None:
    assert list(source.ids()) == [HALF, BLINKER, SYSTEM]
    assert "lost" in next(iter(source.broken))
    with pytest.raises(TaskError, match="known to be broken"):
        source["realbench/lamp/lost"]


def test_an_encrypted_specification_is_told_with_the_remedy(tmp_path: Path) -> None:
    shutil.copytree(LIKE, tmp_path / "set")
    (tmp_path / "set/lamp/half/half.md").rename(tmp_path / "set/lamp/half/half.md.gpg")
    copied = RealBenchSource(str(tmp_path / "set"))
    with pytest.raises(TaskError, match="make decrypt"):
        copied[HALF]


def test_a_module_task_gives_the_modules_below_and_a_system_task_asks_for_them(source: RealBenchSource) -> None:
    module, system = source[BLINKER], source[SYSTEM]
    assert "`half`" in module.instruction
    assert "# half" not in module.instruction
    assert "# half" in system.instruction
    assert "module half" in system.solution[0].text
    assert "system" in system.tags
    assert {file.audience for file in module.bundle.files} == {Audience.JUDGE}


def test_a_solution_is_what_synthesis_reads_without_its_includes(source: RealBenchSource) -> None:
    text = source[HALF].solution[0].text
    assert "$display" not in text
    assert "`include" not in text
    assert as_synthesis_reads("a // synopsys translate_off\nb\n// synopsys translate_on\nc") == "a \nc"


def test_a_module_is_cut_out_by_its_name() -> None:
    assert "keep" in without_modules("module keep;\nendmodule\nmodule drop;\nendmodule\n", {"drop"})
    assert "drop" not in without_modules("module keep;\nendmodule\nmodule drop;\nendmodule\n", {"drop"})


def test_the_own_rule_takes_silence_for_right() -> None:
    assert own_function("")
    assert own_function("Hint: Output 'a' has no mismatches.")
    assert not own_function("Hint: Output 'a' has 3 mismatches.")
    silenced = frozenset({"WIDTHTRUNC"})
    assert not objections("%Warning-WIDTH: top.sv:1:2: x\n%Warning-IMPLICITSTATIC: tb.sv:1:1: y\n", "top.sv", silenced)
    assert objections("%Warning-LATCH: top.sv:1:2: x\n", "top.sv", silenced) == ("Warning-LATCH",)
    assert objections("%Error: tb.sv:1:2: x\n", "top.sv", silenced)


@TOOLS
@pytest.mark.parametrize("task_id", [HALF, BLINKER, SYSTEM])
def test_references_pass(cell: Cell, source: RealBenchSource, task_id: str) -> None:
    outcome = judged(cell, source[task_id], source[task_id].solution[0].text)
    assert outcome.label is Label.PASS
    assert outcome.metrics["simulate.own_scorer_passes"] == 1
    assert outcome.metrics["compile.own_syntax_passes"] == 1


@TOOLS
def test_a_wrong_output_is_named_by_the_testbench(cell: Cell, source: RealBenchSource) -> None:
    task = source[HALF]
    outcome = judged(cell, task, task.solution[0].text.replace("~was", "was"))
    assert outcome.label is Label.MISMATCH
    assert "odd" in outcome.stages[-1].diagnostics[0].message


@TOOLS
def test_an_output_that_nothing_drives_fails_where_the_testbench_sees_nothing(
    cell: Cell, source: RealBenchSource
) -> None:
    task = source[HALF]
    text = "module half(input en, input was, output odd, output spare);\n    assign odd = en & ~was;\nendmodule\n"
    assert own(cell, task, text) == "."
    outcome = judged(cell, task, text)
    assert outcome.label is Label.MISMATCH
    assert outcome.stages[-1].diagnostics[0].code == "undriven_output"


@TOOLS
def test_a_candidate_may_bring_its_own_part_without_changing_the_reference(cell: Cell, source: RealBenchSource) -> None:
    task = source[BLINKER]
    ports = "(input en, input was, output odd, output spare)"
    right = f"module half{ports};\n    assign odd = en & ~was, spare = 0;\nendmodule\n"
    assert judged(cell, task, task.solution[0].text + right).label is Label.PASS
    wrong = right.replace("en & ~was", "en & was")
    assert judged(cell, task, task.solution[0].text + wrong).label is Label.MISMATCH


@TOOLS
def test_every_kept_cheat_earns_what_it_should(cell: Cell, source: RealBenchSource) -> None:
    task = source[BLINKER]
    for hack in source.hacks(BLINKER):
        assert judged(cell, task, hack.source).label in hack.labels, hack.name
    ends = next(hack for hack in source.hacks(BLINKER) if hack.name == "ends_at_once")
    assert own(cell, task, ends.source) == "."


@TOOLS
def test_a_testbench_that_does_not_build_is_no_fault_of_a_candidate(cell: Cell, tmp_path: Path) -> None:
    shutil.copytree(LIKE, tmp_path / "set")
    bench = tmp_path / "set/lamp/half/verification/half_testbench.sv"
    bench.write_text(bench.read_text().replace("count++;", "count++"))
    task = RealBenchSource(str(tmp_path / "set"))[HALF]
    with pytest.raises(TaskError, match="broken here"):
        judged(cell, task, task.solution[0].text)
