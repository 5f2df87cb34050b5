"""Completion tasks: the same judge and split as the draw, with the specification in comments above the header."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecot.envs.env import open_tasks
from ecot.envs.errors import TaskError
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Outcome
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.completion import SUFFIX, CompletionSource
from ecot.envs.verilog.source import FamilySource


def test_a_completion_task_is_the_draw_in_other_words() -> None:
    source, base = CompletionSource("fifo"), FamilySource("fifo")
    task = source[source.ids()[7]]
    draw = base[base.ids()[7]]
    assert task.id == f"{draw.id}{SUFFIX}"
    assert (task.bundle, task.solution, task.level) == (draw.bundle, draw.solution, draw.level)
    assert task.instruction.count("```verilog") == 1
    assert f"module {task.bundle.params['top']} (" in task.instruction
    assert "@{" not in task.instruction


def test_every_port_is_told_and_every_rule_is_a_comment() -> None:
    source = CompletionSource("counter")
    task = source[source.ids()[0]]
    code = task.instruction.partition("```verilog\n")[2].partition("```")[0].splitlines()
    for port in task.bundle.params["ports"]:
        assert any(port["name"] in line and f"// {port['description']}" in line for line in code), port["name"]
    described = FamilySource("counter")[task.id.removesuffix(SUFFIX)].instruction
    rules = [line for line in described.splitlines() if line[:2].rstrip(".").isdigit()]
    assert all(f"// {line}" in code for line in rules)


def test_splits_are_those_of_the_draws() -> None:
    source, base = CompletionSource("counter,fifo"), FamilySource("counter,fifo")
    for split in SPLITS:
        assert [item.removesuffix(SUFFIX) for item in source.ids(split)] == list(base.ids(split))
    assert source.ids()[3] in source.ids()
    assert source.ids()[3].removesuffix(SUFFIX) not in source.ids()
    assert source.ids()[2:4] == [source.ids()[2], source.ids()[3]]


def test_the_source_is_known_by_name_and_names_a_wrong_id() -> None:
    source = open_tasks(DOMAIN, "completion:gray")
    assert len(source) == len(FamilySource("gray"))
    with pytest.raises(TaskError, match="'gray@1/000001'"):
        source["gray@1/000001"]


@pytest.mark.needs("iverilog", "yosys", "pyslang")
def test_the_solution_of_the_draw_completes_it(judged: Callable[..., Outcome]) -> None:
    source = CompletionSource("priority_encoder")
    task = source[source.ids()[5]]
    assert judged(task, task.solution[0].text).passed
