"""Repair tasks over a domain without tools: one fault each, the base judge, no pay for a fault that does not show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from fakes import FAKE, FakeSource, fakes_registered

from ecot.envs.domain import Domain, Mutation
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.repair import FAULTS, RepairSource, repair_id, repair_of
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task

BASE_ID = "lists@1/000007"


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with fakes_registered():
        yield


def _judge(domain: Domain, task: Task, text: str, stages: tuple[str, ...] | None = None) -> Outcome:
    candidate = Candidate((File(task.bundle.entry, text),))
    results = []
    request = Request(task=task, candidate=candidate, stages=stages)
    for result in domain.toolchain(None, request):  # type: ignore[arg-type]
        results.append(result)
        if not result.passed:
            break
    return Outcome(stages=tuple(results))


def _task(domain: Domain, index: int = 0) -> Task:
    return domain.sources["families"]("")[f"{BASE_ID}~fault@1/{index}"]


def _faulty(task: Task) -> str:
    return next(file.text for file in task.bundle.files if file.path.startswith("faulty/"))


def test_the_task_shows_the_faulty_code_and_the_specification_and_hides_the_solution() -> None:
    task = _task(repair_of(FAKE))
    assert task.env_id == "Fake/ListsRepair-v0" == repair_id("Fake/Lists-v0")
    assert task.solution == FakeSource()[BASE_ID].solution
    assert FakeSource()[BASE_ID].instruction in task.instruction
    assert _faulty(task) in task.instruction
    assert task.solution[0].text not in task.instruction
    assert {"repair", task.bundle.params["fault"]["kind"]} <= set(task.tags)


def test_every_fault_is_one_mutant_and_neighbours_differ_in_class() -> None:
    domain = repair_of(FAKE)
    tasks = [_task(domain, index) for index in range(FAULTS)]
    assert FAKE.mutate is not None
    mutants = {fault.source for fault in FAKE.mutate(tasks[0].solution[0].text)}
    assert {_faulty(task) for task in tasks} <= mutants
    kinds = [task.bundle.params["fault"]["kind"] for task in tasks]
    assert all(left != right for left, right in pairwise(kinds))
    assert _task(domain) == _task(domain)


def test_operators_that_are_left_out_are_never_used() -> None:
    domain = repair_of(FAKE, without=frozenset({"off_by_one"}))
    assert {_task(domain, index).bundle.params["fault"]["operator"] for index in range(FAULTS)} == {"drop_sign"}


def test_the_solution_passes_and_earns_everything() -> None:
    domain = repair_of(FAKE)
    task = _task(domain)
    outcome = _judge(domain, task, task.solution[0].text)
    assert [stage.name for stage in outcome.stages] == list(domain.stages) == ["changed", "rules", "compile", "check"]
    assert outcome.passed
    assert domain.score(outcome) == 1.0


def test_the_faulty_code_given_back_is_no_answer_whatever_its_white_space() -> None:
    domain = repair_of(FAKE)
    task = _task(domain)
    outcome = _judge(domain, task, _faulty(task).replace("\n", "\n\n  "))
    assert outcome.label is Label.NO_IMPROVEMENT
    assert domain.score(outcome) == 0.0
    assert outcome.diagnostics[0].code == "unchanged"


def test_code_that_builds_and_is_wrong_earns_nothing_because_it_came_with_the_task() -> None:
    domain = repair_of(FAKE)
    task = _task(domain)
    wrong = task.solution[0].text.replace("a = ", "a = 9")
    outcome = _judge(domain, task, wrong)
    assert outcome.label is Label.MISMATCH
    assert FAKE.score(outcome) == 0.1
    assert domain.score(outcome) == domain.floor == 0.0


def test_a_fault_that_does_not_show_is_our_mistake_and_pays_nobody() -> None:
    def harmless(source: str) -> Sequence[Mutation]:
        return [Mutation(operator="space", kind="none", line=1, source=source + "z = 1\n")]

    domain = repair_of(replace(FAKE, mutate=harmless))
    task = _task(domain)
    for stages in (None, domain.stages):
        with pytest.raises(TaskError, match=r"space in line 1 of 'lists@1/000007' changes nothing"):
            _judge(domain, task, task.solution[0].text, stages)


def test_stages_can_be_left_out() -> None:
    domain = repair_of(FAKE)
    task = _task(domain)
    outcome = _judge(domain, task, task.solution[0].text, ("rules", "compile"))
    assert "changed" not in [stage.name for stage in outcome.stages]
    assert _judge(domain, task, _faulty(task), ("rules",)).label is Label.NO_IMPROVEMENT


def test_ids_follow_the_splits_of_the_base_tasks() -> None:
    base, source = FakeSource(), RepairSource(FAKE, FakeSource())
    assert len(source) == len(source.ids()) == FAULTS * len(base)
    for split in SPLITS:
        ids = source.ids(split)
        assert {task_id.partition("~")[0] for task_id in ids} == set(base.ids(split))
        assert all(task_id in ids for task_id in list(ids)[:5])
    ids = source.ids()
    assert ids[-1] == list(ids)[-1] == "lists@1/000999~fault@1/3"
    assert ids[1:3] == ["lists@1/000000~fault@1/1", "lists@1/000000~fault@1/2"]
    assert "lists@1/000000~fault@9/1" not in ids
    with pytest.raises(IndexError):
        ids[len(ids)]


@pytest.mark.parametrize(
    ("task_id", "message"),
    [
        (BASE_ID, "is no id of a repair task"),
        (f"{BASE_ID}~fault@7/0", "is of fault revision 7; this version has 1"),
        (f"{BASE_ID}~fault@1/4", "the faults of a task are 0 to 3"),
        ("nothing@1/000000~fault@1/0", "unknown task"),
    ],
)
def test_a_wrong_id_is_named_with_what_would_be_right(task_id: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        RepairSource(FAKE, FakeSource())[task_id]


def test_what_cannot_be_broken_is_said_so() -> None:
    with pytest.raises(ConfigError, match="cannot seed faults"):
        repair_of(replace(FAKE, mutate=None))
    nothing: Any = replace(FAKE, mutate=lambda source: [])
    with pytest.raises(TaskError, match="nothing in the solution of 'lists@1/000007' can be broken"):
        _task(repair_of(nothing))


def test_a_bundle_of_another_source_is_refused() -> None:
    domain = repair_of(FAKE)
    task = replace(_task(domain), bundle=FakeSource()[BASE_ID].bundle)
    with pytest.raises(TaskError, match=r"lacks the file 'faulty/answer.lst'"):
        _judge(domain, task, "a = 1\n")
