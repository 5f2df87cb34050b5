"""The cocotb judge on the real tools, in both sandboxes: solutions pass, what is wrong or forged does not."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import find_libpython
import pytest

from ecot.envs.errors import SandboxError
from ecot.envs.real import judge
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Candidate, Label, Outcome, Request, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.source import FamilySource, family_named, family_names

pytestmark = pytest.mark.needs("iverilog", "vvp", "yosys", "pyslang", "cocotb")
Judged = Callable[..., Outcome]
NAMES = [name for name in family_names() if family_named(name).judge == "cocotb"]


def task_of(name: str, draw: int = 0) -> Task:
    return FamilySource(name)[f"{name}@{family_named(name).revision}/{draw:06d}"]


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_passes_all_stages_with_full_coverage(name: str, judged: Judged) -> None:
    task = task_of(name)
    outcome = judged(task, task.solution[0].text)
    assert outcome.label is Label.PASS
    metrics = {stage.name: stage.metrics for stage in outcome.stages}
    assert metrics["simulate"]["coverage"] == metrics["netlist"]["coverage"] == 1
    assert metrics["simulate"]["transactions"] >= 20
    engines = {stage.name: stage.engine for stage in outcome.stages}
    assert engines["simulate"].startswith("cocotb-2.1")


def readable_by_all(path: str) -> bool:
    """Whether a program that runs as nobody can open a file."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in Path(path).resolve().parents)


def test_a_design_without_drivers_is_judged_and_wrong(judged: Judged) -> None:
    task = task_of("axi_lite_registers")
    undriven = next(hack for hack in FamilySource("axi_lite_registers").hacks(task.id) if hack.name == "undriven")
    outcome = judged(task, undriven.source, stages=("compile", "simulate"))
    assert {item.code for item in outcome.stages[-1].diagnostics} == {"unknown_value"}


@pytest.mark.parametrize("mechanism", ["bubblewrap", "landlock"])
def test_both_sandboxes_run_it(mechanism: str) -> None:
    task = task_of("axi_lite_registers")
    request = Request(task=task, candidate=Candidate(task.solution), hidden_seed=3, stages=("compile", "simulate"))
    if mechanism == "landlock" and not readable_by_all(find_libpython.find_libpython() or ""):
        pytest.skip("this interpreter lies where another user may not read, so landlock's programs cannot embed it")
    try:
        cell = choose(mechanism).cell(preload=DOMAIN.preload)
    except SandboxError as error:
        pytest.skip(f"this machine lacks {mechanism}: {error}")
    try:
        with cell.workspace(request.effective_limits) as workspace:
            assert [stage.label for stage in judge(workspace, request).stages] == [Label.PASS, Label.PASS]
    finally:
        cell.close()


def test_a_lost_strobe_is_told_with_the_transactions_before_it(judged: Judged) -> None:
    task = task_of("axi_lite_registers")
    source = task.solution[0].text
    mask = next(line for line in source.splitlines() if "mask =" in line)
    outcome = judged(task, source.replace(mask, "    wire [31:0] mask = 32'hffffffff;"))
    assert outcome.label is Label.MISMATCH
    assert "transactions before it:" in outcome.stages[-1].diagnostics[0].message
    assert "strobes" in outcome.stages[-1].diagnostics[0].message


def test_a_design_in_which_no_time_passes_is_a_timeout(judged: Judged) -> None:
    task = task_of("axi_lite_registers")
    loop = "spin = 1'b0;\n        while (!spin || spin) spin = !spin;"
    spin = f"    reg spin;\n    initial begin\n        {loop}\n    end\nendmodule"
    source = task.solution[0].text.rstrip().removesuffix("endmodule") + spin
    outcome = judged(task, source, stages=("compile", "simulate"))
    assert outcome.label is Label.TIMEOUT
