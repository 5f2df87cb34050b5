"""The nouns are frozen, comparable, and survive JSON and pickle."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.encoding import from_json, to_json
from ecot.envs.types import (
    Candidate,
    Diagnostic,
    File,
    FrozenMap,
    Label,
    Outcome,
    Provenance,
    StageResult,
    Trajectory,
    Turn,
    digest,
    freeze,
)

TEXT = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DIAGNOSTICS = st.builds(
    Diagnostic,
    tool=TEXT,
    code=TEXT,
    message=TEXT,
    file=TEXT,
    line=st.integers(0, 99),
    column=st.integers(0, 9),
    symbol=TEXT,
)


@st.composite
def stages(draw: st.DrawFn) -> StageResult:
    label = draw(st.sampled_from([Label.PASS, Label.MISMATCH, Label.TIMEOUT]))
    return StageResult(
        name=draw(TEXT),
        passed=label is Label.PASS,
        label=label,
        diagnostics=tuple(draw(st.lists(DIAGNOSTICS, max_size=2))),
        log=draw(TEXT),
        metrics=draw(st.dictionaries(TEXT, st.integers(0, 9) | st.floats(0, 1e6), max_size=3)),
        engine=draw(TEXT),
        seconds=draw(st.floats(0, 10)),
    )


OUTCOMES = st.builds(
    Outcome, stages=st.lists(stages(), max_size=3).map(tuple), omitted=st.just(()) | st.just(("netlist",))
)
TURNS = st.builds(
    Turn,
    observation=TEXT,
    action=TEXT,
    outcome=st.none() | OUTCOMES,
    reward=st.floats(0, 1),
    completion_ids=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    logprobs=st.lists(st.floats(-9, 0), max_size=3).map(tuple),
)
TRAJECTORIES = st.builds(
    Trajectory,
    identity=TEXT,
    env_id=TEXT,
    task_id=TEXT,
    task_digest=TEXT,
    group_id=TEXT,
    sample_index=st.integers(0, 9),
    turns=st.lists(TURNS, max_size=3).map(tuple),
    terminated=st.booleans(),
    truncated=st.booleans(),
    seed=st.integers(0, 9),
    provenance=st.builds(Provenance, config=st.dictionaries(TEXT, JSON, max_size=3), agent=TEXT),
    error=TEXT,
)


@given(TRAJECTORIES)
def test_a_trajectory_survives_json(trajectory: Trajectory) -> None:
    assert from_json(Trajectory, to_json(trajectory)) == trajectory
    assert digest(from_json(Trajectory, to_json(trajectory))) == digest(trajectory)


@given(TRAJECTORIES)
def test_a_trajectory_survives_pickle(trajectory: Trajectory) -> None:
    assert pickle.loads(pickle.dumps(trajectory)) == trajectory


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_a_frozen_map_equals_itself_and_hashes(data: Mapping[str, object]) -> None:
    assert freeze(data) == FrozenMap(data)
    assert hash(freeze(data)) == hash(FrozenMap(data))


def test_a_stage_cannot_pass_with_a_failing_label() -> None:
    with pytest.raises(ValueError, match="contradicts"):
        StageResult(name="a", passed=True, label=Label.MISMATCH)
    with pytest.raises(ValueError, match="contradicts"):
        StageResult(name="a", passed=False, label=Label.PASS)


def test_an_outcome_with_an_omitted_stage_is_unverified_and_has_not_passed() -> None:
    outcome = Outcome(stages=(StageResult(name="a", passed=True, label=Label.PASS),), omitted=("b",))
    assert outcome.label is Label.UNVERIFIED
    assert not outcome.passed


def test_an_outcome_without_stages_has_not_passed() -> None:
    assert Outcome(stages=()).label is Label.UNVERIFIED


def test_seconds_do_not_count_in_a_comparison() -> None:
    fast = StageResult(name="a", passed=True, label=Label.PASS, seconds=1.0)
    assert fast == dataclasses.replace(fast, seconds=2.0)


def test_the_canonical_form_holds_no_log_no_time_and_no_engine() -> None:
    stage = StageResult(
        name="a", passed=True, label=Label.PASS, log="x", engine="e", seconds=3.0, metrics={"delay_ns": 1.23456}
    )
    canonical = Outcome(stages=(stage,)).canonical().stages[0]
    assert (canonical.log, canonical.engine, canonical.seconds, canonical.metrics["delay_ns"]) == ("", "", 0.0, 1.235)


def test_only_a_candidate_of_one_file_has_a_source() -> None:
    assert Candidate(files=(File("a.v", "x"),)).source == "x"
    with pytest.raises(ValueError, match="2 files"):
        _ = Candidate(files=(File("a.v", "x"), File("b.v", "y"))).source


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": "x"}, "Trajectory.seed"), ({"extra": 1}, "extra"), ({"turns": 3}, "Trajectory.turns")],
)
def test_a_field_that_does_not_fit_is_named(change: Mapping[str, object], named: str) -> None:
    data = to_json(
        Trajectory(
            identity="i",
            env_id="e",
            task_id="t",
            task_digest="d",
            group_id="g",
            sample_index=0,
            turns=(),
            terminated=False,
            truncated=True,
            seed=0,
            provenance=Provenance(),
        )
    )
    with pytest.raises(ValueError, match=named):
        from_json(Trajectory, {**data, **change})
