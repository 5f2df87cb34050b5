"""Scores lie in [0, 1], the return telescopes to the best score, and stalling earns nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.errors import ConfigError
from ecot.envs.score import gain, ladder, reward_of
from ecot.envs.types import Label, Outcome, StageResult

BUILT = StageResult(name="compile", passed=True, label=Label.PASS)
PASS = Outcome(stages=(BUILT,))


def failing(label: Label, *earlier: StageResult) -> Outcome:
    return Outcome(stages=(*earlier, StageResult(name="check", passed=False, label=label)))


@pytest.mark.parametrize("label", [label for label in Label if label not in (Label.PASS, Label.UNVERIFIED)])
def test_nothing_but_a_pass_earns_more_than_the_floor(label: Label) -> None:
    assert ladder(failing(label, BUILT), floor=0.1, built="compile") == 0.1
    assert ladder(PASS, floor=0.1, built="compile") == 1.0


def test_what_was_never_built_earns_nothing() -> None:
    for outcome in (failing(Label.REJECTED), failing(Label.TIMEOUT), Outcome(stages=())):
        assert ladder(outcome, floor=0.1, built="compile") == 0.0


def test_an_unverified_pass_earns_the_floor() -> None:
    assert ladder(Outcome(stages=PASS.stages, omitted=("netlist",)), floor=0.1, built="compile") == 0.1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_the_return_telescopes_to_the_best_score(scores: list[float]) -> None:
    best, total = 0.0, 0.0
    for score in scores:
        total += gain(PASS, score, best)
        best = max(best, score)
    assert total == pytest.approx(max(scores))


def test_an_unknown_reward_is_named_with_the_remedy() -> None:
    with pytest.raises(ConfigError, match=r"'dense'.*gain"):
        reward_of("dense")  # type: ignore[arg-type]
