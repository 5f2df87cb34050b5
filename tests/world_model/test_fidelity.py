"""Figures that can be worked out by hand come out as worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import FAKE_ID, FakeSource

from ecot.envs.types import Label, Outcome, StageResult, Task
from ecot.world_model.dataset import FOLDS, Row, Split, split_rows
from ecot.world_model.fidelity import confusion, measure, reliability
from ecot.world_model.model import Prediction
from ecot.world_model.risk import Checked
from ecot.world_model.saving import saving
from ecot.world_model.selection import select


def row(task: Task, label: Label, *, turn: int = 0, identity: str = "a") -> Row:
    stage = "compile" if label is Label.COMPILATION_ERROR else "check"
    result = StageResult(name=stage, passed=label is Label.PASS, label=label)
    return Row(
        task=task,
        source="",
        outcome=Outcome(stages=(result,)),
        references=(),
        identity=identity,
        turn=turn,
        seconds=0.5,
    )


def said(verdict: str, confidence: float) -> Prediction:
    other = "check MISMATCH" if verdict == "PASS" else "PASS"
    return Prediction(verdicts={verdict: confidence, other: 1 - confidence})


@pytest.fixture
def pairs(task: Task) -> tuple[list[Row], list[Prediction]]:
    rows = [
        row(task, Label.PASS, identity="a"),
        row(task, Label.PASS, identity="b"),
        row(task, Label.MISMATCH, identity="c"),
        row(task, Label.COMPILATION_ERROR, identity="d"),
    ]
    predictions = [
        said("PASS", 0.99),
        said("check MISMATCH", 0.8),
        said("PASS", 0.96),
        said("compile COMPILATION_ERROR", 1.0),
    ]
    return rows, predictions


def test_shares_are_of_what_they_say(pairs: tuple[list[Row], list[Prediction]]) -> None:
    figures = measure(*pairs)
    assert (figures.rows, figures.accuracy) == (4, 0.5)
    assert (figures.built, figures.built_rows) == (pytest.approx(1 / 3), 3)
    assert (figures.false_pass, figures.false_fail) == (0.5, 0.5)
    assert (figures.claimed_wrong, figures.claimed_found) == (0.5, 0.5)
    assert figures.trajectories == 0.5
    assert figures.brier == pytest.approx((2 * 0.01**2 + 2 * 0.8**2 + 2 * 0.96**2 + 0) / 4)
    assert figures.calibration_error == pytest.approx((abs(0.99 + 0.96 + 1.0 - 2) + 0.8) / 4)


def test_confusion_and_reliability_count_every_row(pairs: tuple[list[Row], list[Prediction]]) -> None:
    assert confusion(*pairs)[Label.MISMATCH, Label.PASS] == 1
    assert sum(confusion(*pairs).values()) == 4
    assert [count for _, _, count in reliability(*pairs)] == [1, 3]


def test_a_pass_with_stages_left_out_counts_as_a_pass(task: Task) -> None:
    left_out = row(task, Label.PASS)
    left_out = replace(left_out, outcome=replace(left_out.outcome, omitted=("speed",)))
    assert left_out.outcome.label is Label.UNVERIFIED
    assert measure([left_out], [said("PASS", 0.9)]).accuracy == 1


def test_only_sure_failures_before_the_last_turn_are_saved(task: Task) -> None:
    rows = [row(task, Label.MISMATCH), row(task, Label.MISMATCH, turn=4), row(task, Label.PASS), row(task, Label.PASS)]
    predictions = [
        said("check MISMATCH", 0.99),
        said("check MISMATCH", 0.99),
        said("PASS", 0.99),
        said("check MISMATCH", 0.99),
    ]
    calibration = [Checked(0.98, False)] * 60
    found = saving(rows, predictions, calibration, max_error=0.05, cost=0.01)
    assert (found.answered, found.wrong, found.saved, found.seconds) == (2, 1, 1.0, 2.0)
    assert found.net == pytest.approx((1.0 - 0.04) / 2.0)
    nothing = saving(rows, predictions, calibration, max_error=0.01, cost=0.01)
    assert (nothing.threshold, nothing.answered, nothing.net) == (None, 0, 0.0)


def test_every_family_is_held_out_in_one_rotation_and_no_task_is_on_two_sides(fakes: None) -> None:
    source = FakeSource(env_id=FAKE_ID)
    tasks = [replace(source[task_id], family=f"family{place % 9}") for place, task_id in enumerate(source.ids()[:300])]
    rows = [row(task, Label.PASS, turn=turn) for task in tasks for turn in range(3)]
    held: list[str] = []
    for fold in range(FOLDS):
        parts = split_rows(rows, fold=fold)
        assert sum(map(len, parts.values())) == len(rows)
        families = {item.task.family for split in (Split.FAMILY, Split.CALIBRATION) for item in parts[split]}
        held += sorted(families)
        seen = {item.task.family for item in parts[Split.TRAIN]}
        assert not families & seen
        whole = {item.task.id for split in (Split.TASK, Split.VALIDATION) for item in parts[split]}
        assert not whole & {item.task.id for item in parts[Split.TRAIN]}
    assert sorted(held) == sorted({task.family for task in tasks})


def test_ranking_takes_the_likeliest_pass_of_each_group_and_shares_out_ties(task: Task) -> None:
    rows = [replace(row(task, label), source=str(place)) for place, label in enumerate((Label.PASS, Label.MISMATCH))]
    found = select(rows, [said("PASS", 0.9), said("PASS", 0.2)])
    assert found is not None
    assert (found.groups, found.drawn, found.ranked, found.any) == (1, 0.5, 1.0, 1.0)
    tied = select(rows, [said("PASS", 0.5), said("PASS", 0.5)])
    assert tied is not None
    assert tied.ranked == 0.5
    assert select(rows[:1], [said("PASS", 0.5)]) is None
