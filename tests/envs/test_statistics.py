"""Pass@k against brute force, bootstrap coverage, and timing in pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecot.envs.errors import ConfigError
from ecot.envs.statistics import (
    bootstrap_interval,
    compare_paired,
    elaborates,
    func_at_k,
    mean_pass_at_k,
    median,
    pass_at_k,
    syn_at_k,
    time_paired,
)
from ecot.envs.types import Label, Outcome, StageResult

COUNTS = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))


@given(COUNTS)
def test_pass_at_k_equals_the_share_of_all_choices_that_hold_a_pass(counts: tuple[int, int, int]) -> None:
    samples, passed, k = counts
    choices = list(combinations([True] * passed + [False] * (samples - passed), k))
    assert pass_at_k(samples, passed, k) == pytest.approx(sum(map(any, choices)) / len(choices), abs=1e-12)


@given(st.integers(2, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n - 1))))
def test_pass_at_k_grows_with_k_and_with_passes_and_stays_within_0_and_1(counts: tuple[int, int, int]) -> None:
    samples, passed, k = counts
    value = pass_at_k(samples, passed, k)
    assert 0.0 <= value <= pass_at_k(samples, passed, k + 1) + 1e-12 <= 1.0 + 1e-12
    assert passed == samples or value <= pass_at_k(samples, passed + 1, k) + 1e-12


def test_pass_at_1_is_the_share_that_passed() -> None:
    assert pass_at_k(20, 7, 1) == pytest.approx(0.35)
    assert mean_pass_at_k([20, 4], [7, 4], 1) == pytest.approx((0.35 + 1.0) / 2)


@pytest.mark.parametrize(("samples", "passed", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 4), (3, 1, 0), (0, 0, 1)])
def test_pass_at_k_refuses_counts_that_contradict_each_other(samples: int, passed: int, k: int) -> None:
    with pytest.raises(ConfigError, match="pass@k"):
        pass_at_k(samples, passed, k)


def test_a_mean_over_no_problems_or_unequal_counts_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 sample counts"):
        mean_pass_at_k([], [], 1)
    with pytest.raises(ConfigError, match="2 sample counts and 1 pass"):
        mean_pass_at_k([3, 3], [1], 1)


def _outcome(label: Label) -> Outcome:
    return Outcome(stages=(StageResult(name="stage", passed=label is Label.PASS, label=label),))


def test_syn_counts_what_elaborates_and_func_what_passes() -> None:
    labels = [Label.COMPILATION_ERROR, Label.MISMATCH, Label.PASS, Label.REJECTED]
    outcomes = {"a": [_outcome(label) for label in labels], "b": [_outcome(Label.PASS)] * 4}
    assert syn_at_k(outcomes, 1) == pytest.approx((0.5 + 1.0) / 2)
    assert func_at_k(outcomes, 1) == pytest.approx((0.25 + 1.0) / 2)
    assert func_at_k(outcomes, 4) == 1.0


@pytest.mark.parametrize(
    ("stage", "label", "past"),
    [
        ("rules", Label.TIMEOUT, False),
        ("compile", Label.TIMEOUT, False),
        ("compile", Label.RESOURCE_LIMIT, False),
        ("parse", Label.FORMAT_ERROR, False),
        ("answer", Label.NO_IMPROVEMENT, False),
        ("simulate", Label.TIMEOUT, True),
        ("synthesise", Label.RESOURCE_LIMIT, True),
    ],
)
def test_a_compiler_that_runs_into_a_limit_has_not_let_the_candidate_past(stage: str, label: Label, past: bool) -> None:
    assert elaborates(Outcome(stages=(StageResult(name=stage, passed=False, label=label),))) is past


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from(["bca", "percentile"]))
@settings(deadline=None, max_examples=60)
def test_an_interval_is_seeded_ordered_and_within_the_values(values: list[float], method: str) -> None:
    first = bootstrap_interval(values, method=method, resamples=200, seed=3)  # type: ignore[arg-type]
    assert first == bootstrap_interval(values, method=method, resamples=200, seed=3)  # type: ignore[arg-type]
    slack = 1e-6 * (1 + max(abs(value) for value in values))
    assert min(values) - slack <= first.low <= first.high <= max(values) + slack


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_intervals_of_skewed_data_cover_the_mean_about_as_often_as_they_say(method: str) -> None:
    generator = np.random.default_rng(5)
    hits = 0
    for trial in range(200):
        interval = bootstrap_interval(
            generator.exponential(1.0, size=40),
            method=method,  # type: ignore[arg-type]
            confidence=0.9,
            resamples=500,
            seed=trial,
        )
        hits += interval.low <= 1.0 <= interval.high
    assert 0.82 <= hits / 200 <= 0.96


def test_bca_moves_the_interval_of_skewed_data_towards_the_long_tail() -> None:
    values = np.random.default_rng(1).exponential(1.0, size=50)
    plain = bootstrap_interval(values, method="percentile")
    corrected = bootstrap_interval(values, method="bca")
    assert corrected.low > plain.low
    assert corrected.high > plain.high


def test_values_that_do_not_vary_give_an_interval_of_no_width() -> None:
    interval = bootstrap_interval([2.0, 2.0, 2.0])
    assert (interval.low, interval.estimate, interval.high) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    "options", [{"values": []}, {"values": [float("nan")]}, {"values": [1.0], "confidence": 1.0}, {"values": [[1.0]]}]
)
def test_a_bootstrap_refuses_what_it_cannot_resample(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="bootstrap"):
        bootstrap_interval(**options)  # type: ignore[arg-type]


def test_chunks_do_not_change_the_resampling_of_many_values() -> None:
    values = np.random.default_rng(0).normal(3.0, 1.0, size=200_000)
    interval = bootstrap_interval(values, statistic=median, method="percentile", resamples=30)
    assert 2.97 < interval.low <= interval.estimate <= interval.high < 3.03


def test_a_drift_that_hits_both_members_of_a_pair_cancels() -> None:
    drift = np.linspace(1.0, 10.0, 40)
    timing = compare_paired(list(drift), list(1.1 * drift))
    assert timing.ratio.low == pytest.approx(1.1)
    assert timing.ratio.high == pytest.approx(1.1)
    assert timing.speedup.estimate == pytest.approx(1 / 1.1)
    assert timing.rounds == 40


def test_the_order_within_a_pair_alternates_and_warmups_do_not_count() -> None:
    calls: list[str] = []
    timing = time_paired(lambda: calls.append("a"), lambda: calls.append("b"), rounds=4, warmup=1)
    assert "".join(calls) == "ba" + "abba" * 2
    assert timing.rounds == 4


def test_timing_refuses_pairs_that_do_not_match() -> None:
    with pytest.raises(ConfigError, match="2 and 1 measurements"):
        compare_paired([1.0, 2.0], [1.0])
    with pytest.raises(ConfigError, match="above 0 seconds"):
        compare_paired([1.0, 0.0], [1.0, 1.0])
    with pytest.raises(ConfigError, match="rounds=0"):
        time_paired(lambda: None, lambda: None, rounds=0)
