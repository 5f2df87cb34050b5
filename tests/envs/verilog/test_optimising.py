"""Optimisation tasks: the given design is right and worse, the gain decides the score, a difference is proved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ecot.envs.domain import domain_of
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.real import judge
from ecot.envs.sandbox import Cell
from ecot.envs.types import Candidate, File, Label, Objective, Outcome, Request, Task
from ecot.envs.verilog import optimising
from ecot.envs.verilog.faults.recoding import CODES, recode
from ecot.envs.verilog.optimising import ENV_ID, HEADROOM, OptimiseSource
from ecot.envs.verilog.source import FamilySource, family_named

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang", "tree_sitter_systemverilog")
DOMAIN = domain_of(ENV_ID)
TABLE = json.loads(Path(optimising.__file__).with_name(optimising.TABLE).read_text())["families"]
Judge = Callable[..., Outcome]


@pytest.fixture
def answered(cell: Cell) -> Judge:
    def run(task: Task, source: str, *, stages: tuple[str, ...] | None = None) -> Outcome:
        candidate = Candidate((File(task.bundle.entry, source),))
        request = Request(task=task, candidate=candidate, hidden_seed=3, stages=stages)
        for _ in range(3):  # a machine under load starves a job; the pool, too, runs it once more
            try:
                with cell.workspace(request.effective_limits) as workspace:
                    return judge(workspace, request)
            except SandboxError as error:
                last = error
        raise last

    return run


def task_of(family: str, objective: Objective) -> Task:
    source = OptimiseSource(family)
    return source[next(item for item in source.ids() if f"~{objective}@" in item)]


def given_of(task: Task) -> str:
    return next(file.text for file in task.bundle.files if file.path == optimising.GIVEN)


@pytest.mark.parametrize("objective", [Objective.SMALLER, Objective.FASTER])
def test_the_solution_earns_all_and_the_given_design_half(objective: Objective, answered: Judge) -> None:
    task = task_of("counter", objective)
    solved = answered(task, task.solution[0].text)
    assert solved.passed, solved.diagnostics
    assert DOMAIN.score(solved) == 1.0
    assert solved.metrics["equivalence.proved"] == 1
    kept = answered(task, given_of(task))
    assert kept.label is Label.NO_IMPROVEMENT
    assert DOMAIN.score(kept) == optimising.RIGHT == DOMAIN.floor


def test_a_design_that_is_better_and_not_the_best_earns_its_part(answered: Judge) -> None:
    task = task_of("counter", Objective.SMALLER)
    base = FamilySource("counter")[task.bundle.params["optimise"]["base_id"]]
    cells = {code: recode(base.solution[0].text, code) for code in CODES}
    outcomes = [answered(task, text) for text in cells.values() if text is not None]
    scores = [DOMAIN.score(outcome) for outcome in outcomes]
    assert all(optimising.RIGHT <= score < 1.0 for score in scores)
    assert max(scores) > optimising.RIGHT or all(outcome.label is Label.NO_IMPROVEMENT for outcome in outcomes)


def test_a_smaller_design_that_is_wrong_earns_nothing(answered: Judge) -> None:
    task = task_of("counter", Objective.SMALLER)
    header, _, _ = task.solution[0].text.partition(");")
    names = [port["name"] for port in task.bundle.params["ports"] if port["direction"] == "output"]
    wrong = f"{header});\n" + "\n".join(f"assign {name} = 0;" for name in names) + "\nendmodule\n"
    outcome = answered(task, wrong)
    assert outcome.label is Label.MISMATCH
    assert DOMAIN.score(outcome) == 0.0


@pytest.mark.parametrize("family", sorted(TABLE))
def test_the_table_holds_present_revisions_and_real_headroom(family: str) -> None:
    entry = TABLE[family]
    assert entry["revision"] == family_named(family).revision, "run examples/measure_headroom.py --write"
    assert all(1 - item["best"] / item["given"] >= HEADROOM for item in entry["tasks"].values())
    draws = {key.partition("~")[0] for key in entry["tasks"]}
    assert len(draws) >= 5


def test_figures_are_those_of_the_table(cell: Cell) -> None:
    task = task_of("pwm", Objective.SMALLER)
    key = f"{task.bundle.params['optimise']['base_id'].partition('/')[2]}~{Objective.SMALLER}"
    with cell.workspace(task.bundle.limits) as workspace:
        given, best = optimising.measure(workspace, task)
    assert (given, best) == (TABLE["pwm"]["tasks"][key]["given"], TABLE["pwm"]["tasks"][key]["best"])


@pytest.mark.parametrize("code", CODES)
def test_a_design_with_recoded_registers_is_right(code: str, answered: Judge) -> None:
    source = FamilySource("sequence_detector")
    task = source[source.ids()[3]]
    text = recode(task.solution[0].text, code)
    if text is None:
        pytest.skip("this draw has no register that is wide enough")
    assert text != task.solution[0].text
    assert answered(task, text).passed


def test_the_figures_of_a_family_without_registers_do_not_exist() -> None:
    assert recode("module m (input a, output y);\n  assign y = a;\nendmodule\n", "gray") is None
    with pytest.raises(TaskError, match="'alu'"):
        OptimiseSource("alu")


@pytest.mark.parametrize("task_id", ["counter@1/000010", "counter@1/000010~smaller@9", "counter@1/999999~smaller@1"])
def test_an_id_that_is_no_task_is_named(task_id: str) -> None:
    with pytest.raises(TaskError, match=task_id.partition("~")[0]):
        OptimiseSource()[task_id]
