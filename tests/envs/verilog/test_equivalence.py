"""Equivalence is claimed only where it is proved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecot.envs.sandbox import Cell
from ecot.envs.types import Candidate, Request, Task
from ecot.envs.verilog.equivalence import BUDGET, equivalent
from ecot.envs.verilog.source import FamilySource, family_named

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang")


def proved(cell: Cell, task: Task, old: str, new: str) -> bool | None:
    solution = task.solution[0].text
    assert old in solution
    request = Request(task=task, candidate=Candidate(task.solution))
    with cell.workspace(BUDGET) as workspace:
        return equivalent(workspace, request, solution.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [("state", "kept"), ("? FIRST : state + 4'd1", "? 4'd0 : 4'd1 + state"), ("if (rst)", "if (rst != 1'b0)")],
)
def test_other_words_for_the_same_are_proved(old: str, new: str, cell: Cell, counter_task: Callable[..., Task]) -> None:
    assert proved(cell, counter_task(), old, new) is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("posedge clk", "negedge clk"),
        ("posedge clk", "posedge rst"),
        ("state == LAST) ?", "state >= FIRST) ?"),
        ("state + 4'd1", "state + 4'd2"),
        ("LAST = 4'd9", "LAST = 4'd8"),
        ("if (rst)", "if (rst & en)"),
        ("state <= 4'd0;", "state <= 4'd1;"),
        ("&& advance", "|| advance"),
        ("endmodule", "endmodul"),
    ],
)
def test_a_difference_is_never_called_equivalent(
    old: str, new: str, cell: Cell, counter_task: Callable[..., Task]
) -> None:
    assert proved(cell, counter_task(), old, new) is None


def test_the_edge_of_an_asynchronous_reset_matters(cell: Cell, counter_task: Callable[..., Task]) -> None:
    task = counter_task(reset_kind="asynchronous")
    assert proved(cell, task, "posedge clk or posedge rst", "posedge clk") is None
    assert proved(cell, task, "state == LAST", "LAST == state") is True


def test_sensitivity_is_not_a_matter_of_hardware(cell: Cell, counter_task: Callable[..., Task]) -> None:
    block = "reg shown; always @(state or advance) shown = (state == LAST) && advance; assign tc = shown;"
    task = counter_task()
    solution = task.solution[0].text
    line = next(text for text in solution.splitlines() if "assign tc" in text)
    assert proved(cell, task, line, block) is None


@pytest.mark.parametrize("old", ["head <= 0;", "memory[tail] <= din_i;", "held <= held + 1'b1;"])
def test_a_machine_with_a_memory_is_proved_register_by_register(old: str, cell: Cell) -> None:
    task = FamilySource("fifo")[f"fifo@{family_named('fifo').revision}/000000"]
    assert proved(cell, task, old, old.replace("<=", "=")) is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("posedge clk_i)", "negedge clk_i)"),
        ("head <= 0;", "head <= 1;"),
        ("memory[tail] <=", "memory[head] <="),
        ("read_word <= memory[head];", "read_word <= memory[tail];"),
    ],
)
def test_a_memory_used_otherwise_is_never_called_equivalent(old: str, new: str, cell: Cell) -> None:
    task = FamilySource("fifo")[f"fifo@{family_named('fifo').revision}/000000"]
    assert proved(cell, task, old, new) is None
