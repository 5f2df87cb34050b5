"""Mutants by Yosys' own command: of the netlist of a solution, by operators that nobody chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.proof import Trial
from ecot.envs.proof_run import tool_trials
from ecot.envs.sandbox import Cell
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import File, Label, Outcome, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.faults.netlist_mutants import OPERATOR, netlist_mutants
from ecot.envs.verilog.source import FamilySource

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang")
Judged = Callable[..., Outcome]


def task_of(family: str) -> Task:
    source = FamilySource(family)
    return source[source.ids()[0]]


def solved(task: Task) -> Trial:
    return Trial(task=task, source=task.solution[0].text)


@pytest.mark.parametrize("family", ["edge_detector", "multiplexer", "sorting_network"])
def test_mutants_are_kept_back_and_each_differs_from_a_netlist_that_passes(
    family: str, cell: Cell, judged: Judged
) -> None:
    task = task_of(family)
    with cell.workspace(task.bundle.limits) as workspace:
        found = netlist_mutants(workspace, solved(task).request, 3)
    assert 2 <= len(found) <= 3
    assert len({item.base for item in found}) == 1
    assert judged(task, found[0].base).passed
    lines = task.solution[0].text.count("\n")
    for item in found:
        assert item.kept
        assert item.operator == OPERATOR
        assert item.source != item.base
        assert 1 <= item.line <= lines


def test_the_judge_kills_most_of_them(cell: Cell, judged: Judged) -> None:
    task = task_of("counter")
    with cell.workspace(task.bundle.limits) as workspace:
        found = netlist_mutants(workspace, solved(task).request, 6)
        assert netlist_mutants(workspace, solved(task).request, 6) == found
    labels = [judged(task, item.source).label for item in found]
    assert labels.count(Label.MISMATCH) >= 5


def test_a_mutant_that_changes_nothing_is_proved_equivalent_to_its_netlist(cell: Cell) -> None:
    task = task_of("counter")
    with cell.workspace(task.bundle.limits) as workspace:
        base = netlist_mutants(workspace, solved(task).request, 1)[0].base
    same = base.replace("endmodule", "wire unread = 1'b0;\nendmodule")
    compared = replace(task, solution=(replace(task.solution[0], text=base),))
    assert DOMAIN.equivalent is not None
    with cell.workspace(task.bundle.limits) as workspace:
        assert DOMAIN.equivalent(workspace, Trial(task=compared, source=base).request, same) is True


def test_a_netlist_that_does_not_pass_has_no_mutants(cell: Cell) -> None:
    task = task_of("edge_detector")
    header, _, _ = task.solution[0].text.partition(");")
    wrong = f"{header});\nendmodule\n"
    broken = replace(task, solution=(File(task.bundle.entry, wrong),))
    with cell.workspace(task.bundle.limits) as workspace:
        assert netlist_mutants(workspace, solved(broken).request, 3) == ()
    unread = replace(task, solution=(File(task.bundle.entry, "module"),))
    with cell.workspace(task.bundle.limits) as workspace, pytest.raises(TaskError, match="does not write the solution"):
        netlist_mutants(workspace, solved(unread).request, 3)


def test_a_full_proof_numbers_them_after_all_other_mutants_and_shares_them_out() -> None:
    task, other = task_of("edge_detector"), task_of("comparator")
    assert DOMAIN.mutate is not None
    faults = list(DOMAIN.mutate(task.solution[0].text))
    planned = [solved(task), Trial(task=task, source=faults[-1].source, mutation=faults[-1], index=41), solved(other)]
    made = tool_trials(DOMAIN, planned, sandbox=choose(), mutants=6)
    assert [trial.index for trial in made] == [42, 43, 44, 0, 1, 2]
    assert [trial.task.id for trial in made] == [task.id] * 3 + [other.id] * 3
    assert {trial.unchanged for trial in made if trial.task.id == task.id} == {made[0].mutation.base}  # type: ignore[union-attr]
    assert tool_trials(replace(DOMAIN, tool_mutants=None), planned, sandbox=choose(), mutants=6) == ()
