"""Repair tasks over a domain without tools: confirmed faults, the base judge, answers beside the code."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FAKE, FakeBackend, FakeSource, fake_toolchain, fakes_registered

from ecot.envs.confirmation import COMBINATIONS, confirm
from ecot.envs.domain import Domain, Mutation
from ecot.envs.errors import ConfigError, StoreError, TaskError
from ecot.envs.fault_tables import FaultTable, TaskFaults, apart, combined, read_table, write_table
from ecot.envs.repair import REVISION, RepairSource, repair_id, repair_of
from ecot.envs.repair_answers import answer_metrics
from ecot.envs.repair_judge import all_lines
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task

BASE_IDS = ("lists@1/000007", "lists@1/000008", "lists@1/000009", "lists@1/000010", "lists@1/000011")
BASE_ID = BASE_IDS[0]


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with fakes_registered():
        yield


def _drained(domain: Domain, request: Request) -> Outcome:
    results = []
    for result in domain.toolchain(None, request):  # type: ignore[arg-type]
        results.append(result)
        if not result.passed:
            break
    return Outcome(stages=tuple(results))


def _table(**changes: Any) -> FaultTable:
    entries = {task_id: confirm(FAKE, FakeSource()[task_id], FakeBackend()).faults for task_id in BASE_IDS}
    facts: dict[str, Any] = {
        **{"env_id": FAKE.id, "tasks": "families", "family": "lists", "digest": "", "revision": REVISION},
        **{"toolchain": {}, "candidates": 0, "harmless": 0, "combinations": 0, "cancelled": 0, "entries": entries},
    }
    return FaultTable(**{**facts, **changes})


def _domain() -> Domain:
    return repair_of(FAKE, tables=lambda: (_table(),))


def _judge(
    domain: Domain,
    task: Task,
    text: str,
    stages: tuple[str, ...] | None = None,
    answers: dict[str, str] | None = None,
) -> Outcome:
    files = (File(task.bundle.entry, text),) if text else ()
    return _drained(domain, Request(task=task, candidate=Candidate(files, answers or {}), stages=stages))


def _task(domain: Domain, index: int = 0, source: str = "families") -> Task:
    return domain.sources[source]("")[f"{BASE_ID}~fault@{REVISION}/{index}"]


def _faulty(task: Task) -> str:
    return next(file.text for file in task.bundle.files if file.path.startswith("faulty/"))


def test_the_task_shows_the_faulty_code_and_the_specification_and_hides_the_solution() -> None:
    task = _task(_domain())
    assert task.env_id == "Fake/ListsRepair-v0" == repair_id("Fake/Lists-v0")
    assert task.solution == FakeSource()[BASE_ID].solution
    assert FakeSource()[BASE_ID].instruction in task.instruction
    assert _faulty(task) in task.instruction
    assert task.solution[0].text not in task.instruction
    assert {"repair", *task.bundle.params["fault"]["types"]} <= set(task.tags)


def test_tasks_hold_one_fault_or_two_of_different_types_on_lines_of_their_own() -> None:
    domain = _domain()
    tasks = [domain.sources["families"]("")[task_id] for task_id in domain.sources["families"]("").ids()]
    assert {len(task.bundle.params["fault"]["types"]) for task in tasks} == {1, 2}  # the fake language has two types
    for task in tasks:
        facts = task.bundle.params["fault"]
        assert len(set(facts["types"])) == len(facts["types"])
        wrong, right = _faulty(task).splitlines(), task.solution[0].text.splitlines()
        assert [line for line in range(1, len(right) + 1) if wrong[line - 1] != right[line - 1]] == all_lines(facts)
    assert tasks[0] == _task(domain)


def test_no_task_is_made_of_a_fault_that_breaks_nothing() -> None:
    def seed(source: str) -> list[Mutation]:
        harmless = Mutation(operator="space", kind="none", line=1, source=source + "z = 1\n")
        return [harmless, Mutation(operator="off", kind="off", line=1, source=source.replace("a = ", "a = 9"))]

    found = confirm(replace(FAKE, seed=seed), FakeSource()[BASE_ID], FakeBackend())
    assert (found.candidates, found.harmless) == (2, 1)
    assert [key.partition(":")[0] for key in found.faults.faults] == ["off"]
    assert found.faults.combinations == ((0,),)


def test_no_task_is_made_of_faults_that_undo_each_other() -> None:
    """Two faults that each fail and together pass."""

    class Forgiving(FakeBackend):
        def submit(self, request: Request) -> Future[Outcome]:
            both = "a = 9" in request.candidate.source and "h = 9" in request.candidate.source
            text = request.task.solution[0].text if both else request.candidate.source
            return super().submit(replace(request, candidate=Candidate((File("answer.lst", text),))))

    def seed(source: str) -> list[Mutation]:
        made = [("first", source.replace("a = ", "a = 9")), ("second", source.replace("h = ", "h = 9"))]
        return [Mutation(operator=name, kind=name, line=1, source=text) for name, text in made]

    found = confirm(replace(FAKE, seed=seed), FakeSource()[BASE_ID], Forgiving())
    assert (found.together, found.cancelled) == (1, 1)
    assert set(found.faults.combinations) == {(0,), (1,)}


def test_a_task_that_is_not_confirmed_does_not_exist() -> None:
    source = _domain().sources["families"]("")
    with pytest.raises(TaskError, match=r"no fault of 'lists@1/000500' is confirmed"):
        source[f"lists@1/000500~fault@{REVISION}/0"]
    assert all(task_id.partition("~")[0] in BASE_IDS for task_id in source.ids())


def test_a_table_of_another_version_of_the_solution_is_noticed() -> None:
    stale = {BASE_ID: TaskFaults(faults=("off_by_one:0000000000",), combinations=((0,),))}
    with pytest.raises(TaskError, match="confirmed for another version of its solution"):
        RepairSource(FAKE, FakeSource(), [_table(entries=stale)])[f"{BASE_ID}~fault@{REVISION}/0"]
    assert len(RepairSource(FAKE, FakeSource(), [_table(revision=REVISION - 1)])) == 0


def test_faults_stand_side_by_side_and_their_lines_are_those_of_the_faulty_code() -> None:
    source = "".join(f"{letter} = 1\n" for letter in "abcdefgh")
    longer, shorter = source.replace("b = 1\n", "b = 2\nb = 3\n"), source.replace("e = 1\n", "")
    both = combined(source, [shorter, longer])
    assert both.text == source.replace("b = 1\n", "b = 2\nb = 3\n").replace("e = 1\n", "")
    assert both.lines == ((5,), (2, 3))
    assert apart(source, [shorter, longer])
    assert not apart(source, [longer, source.replace("c = 1", "c = 4")])


def test_a_table_is_read_as_it_was_written_and_serves_tasks_of_the_users_own(tmp_path: Path) -> None:
    path, table = tmp_path / "mine.json", _table()
    write_table(path, table)
    assert read_table(path) == table
    domain = _domain()
    assert list(domain.sources["table"](str(path)).ids()) == list(domain.sources["families"]("").ids())
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="is no table of confirmed faults"):
        read_table(path)
    with pytest.raises(TaskError, match="write one with `ecot confirm`"):
        read_table(tmp_path / "absent.json")
    write_table(path, replace(table, env_id="Fake/Other-v0"))
    with pytest.raises(TaskError, match="Fake/Other-v0"):
        domain.sources["table"](str(path))


def test_the_solution_passes_and_earns_everything() -> None:
    domain = _domain()
    task = _task(domain)
    outcome = _judge(domain, task, task.solution[0].text)
    assert [stage.name for stage in outcome.stages] == list(domain.stages) == ["answer", "rules", "compile", "check"]
    assert outcome.passed
    assert domain.score(outcome) == 1.0


def test_the_faulty_code_given_back_is_no_answer_whatever_its_white_space() -> None:
    domain = _domain()
    task = _task(domain)
    outcome = _judge(domain, task, _faulty(task).replace("\n", "\n\n  "))
    assert outcome.label is Label.NO_IMPROVEMENT
    assert domain.score(outcome) == 0.0
    assert outcome.diagnostics[0].code == "unchanged"


def test_code_that_builds_and_is_wrong_earns_nothing_because_it_came_with_the_task() -> None:
    domain = _domain()
    task = _task(domain)
    wrong = task.solution[0].text.replace("a = ", "a = 9")
    outcome = _judge(domain, task, wrong + "i = 0\n")
    assert outcome.label is Label.MISMATCH
    assert FAKE.score(outcome) == 0.1
    assert domain.score(outcome) == domain.floor == 0.0


def test_faults_that_do_not_show_under_the_hidden_seed_are_our_mistake_and_pay_nobody() -> None:
    def forgiving(workspace: Any, request: Request) -> Iterator[Any]:
        solved = Candidate(request.task.solution)
        return fake_toolchain(workspace, replace(request, candidate=solved))

    domain = repair_of(replace(FAKE, toolchain=forgiving), tables=lambda: (_table(),))
    task = _task(domain)
    for stages in (None, domain.stages):
        with pytest.raises(TaskError, match=r"of 'lists@1/000007' change nothing that is judged under hidden seed 0"):
            _judge(domain, task, task.solution[0].text, stages)


def test_stages_can_be_left_out() -> None:
    domain = _domain()
    task = _task(domain)
    outcome = _judge(domain, task, task.solution[0].text, ("rules", "compile"))
    assert "answer" not in [stage.name for stage in outcome.stages]
    assert _judge(domain, task, _faulty(task), ("rules",)).label is Label.NO_IMPROVEMENT


def test_what_a_reply_says_of_the_faults_is_measured_and_changes_no_verdict() -> None:
    domain = _domain()
    task = _task(domain, 1)
    facts = task.bundle.params["fault"]
    answers = {"Result": f'["{facts["types"][0]}", "magic"]', "Lines": str(all_lines(facts))}
    outcome = _judge(domain, task, task.solution[0].text, answers=answers)
    assert outcome.passed
    assert outcome.metrics["answer.types_exact"] == 0
    assert outcome.metrics["answer.types_precision"] == outcome.metrics["answer.types_recall"] == 0.5
    assert outcome.metrics["answer.lines_exact"] == outcome.metrics["answer.lines_f1"] == 1
    assert not _judge(domain, task, task.solution[0].text).metrics.keys() & outcome.metrics.keys() - {"compile.lines"}


@pytest.mark.parametrize(("source", "name"), [("families~classify", "Result"), ("families~locate", "Lines")])
def test_naming_the_faults_can_be_the_task_itself(source: str, name: str) -> None:
    domain = _domain()
    task = _task(domain, 1, source)
    assert task.solution[0].text.startswith(f"{name}: [")
    right = task.solution[0].text.partition(": ")[2].strip()
    outcome = _judge(domain, task, "", answers={name: right})
    assert outcome.passed
    assert domain.score(outcome) == 1.0
    wrong = _judge(domain, task, "", answers={name: "[99]"})
    assert wrong.label is Label.MISMATCH
    assert domain.score(wrong) == 0.0
    assert wrong.diagnostics[0].message == f"`{name}` is not right: 0 of the 1 named are right, and 2 are missing"
    assert "Specification" in task.instruction
    assert f"{name}: [" in task.instruction


def test_types_are_compared_without_case_blanks_and_hyphens() -> None:
    metrics = answer_metrics({"Result": '["Bit width_mismatch"]'}, types=["bit-width mismatch"], lines=[])
    assert metrics["types_exact"] == 1
    assert answer_metrics({"Lines": "[]"}, types=[], lines=[3])["lines_f1"] == 0.0


def test_ids_follow_the_splits_of_the_base_tasks() -> None:
    base, source = FakeSource(), _domain().sources["families"]("")
    ids = source.ids()
    assert len(source) == len(ids) == sum(len(source.ids(split)) for split in SPLITS)
    assert len(ids) <= COMBINATIONS * len(BASE_IDS)
    for split in SPLITS:
        assert {task_id.partition("~")[0] for task_id in source.ids(split)} == set(base.ids(split)) & set(BASE_IDS)
    assert ids[-1] == list(ids)[-1]
    assert ids[0] == f"{BASE_ID}~fault@{REVISION}/0"
    assert all(task_id in ids for task_id in ids)
    assert f"{BASE_ID}~fault@9/1" not in ids
    assert f"{BASE_ID}~fault@{REVISION}/99" not in ids
    with pytest.raises(IndexError):
        ids[len(ids)]


@pytest.mark.parametrize(
    ("task_id", "message"),
    [
        (BASE_ID, "is no id of a repair task"),
        (f"{BASE_ID}~fault@7/0", f"is of fault revision 7; this version has {REVISION}"),
        (f"{BASE_ID}~fault@{REVISION}/99", "the repair tasks of 'lists@1/000007' are 0 to"),
        (f"nothing@1/000000~fault@{REVISION}/0", "unknown task"),
    ],
)
def test_a_wrong_id_is_named_with_what_would_be_right(task_id: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        _domain().sources["families"]("")[task_id]


def test_what_cannot_be_broken_is_said_so() -> None:
    with pytest.raises(ConfigError, match="cannot seed faults"):
        repair_of(replace(FAKE, mutate=None), tables=tuple)


def test_a_bundle_of_another_source_is_refused() -> None:
    domain = _domain()
    task = _task(domain)
    bundle = replace(FakeSource()[BASE_ID].bundle, params=task.bundle.params)
    with pytest.raises(TaskError, match=r"lacks the file 'faulty/answer.lst'"):
        _judge(domain, replace(task, bundle=bundle), "a = 1\n")


def test_the_requests_that_prove_a_task_are_its_faults_alone_and_together_and_its_solution() -> None:
    source = _domain().sources["families"]("")
    assert isinstance(source, RepairSource)
    requests = source.requests(f"{BASE_ID}~fault@{REVISION}/1")
    assert len(requests.alone) == 2
    assert all(not _drained(FAKE, request).passed for request in (*requests.alone, requests.together))
    assert requests.solution.task.env_id == repair_id(FAKE.id)
