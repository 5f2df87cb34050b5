"""Bounds hold as often as they say, and too little evidence gives no threshold."""

from __future__ import annotations

from random import Random

import pytest

from ecot.world_model.risk import Checked, lower_bound, threshold_for, upper_bound


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_the_true_rate_lies_beyond_a_bound_no_more_often_than_stated(rate: float) -> None:
    random = Random(1)
    counts = [sum(random.random() < rate for _ in range(200)) for _ in range(400)]
    assert sum(upper_bound(count, 200, delta=0.05) < rate for count in counts) / 400 < 0.08
    assert sum(lower_bound(count, 200, delta=0.05) > rate for count in counts) / 400 < 0.08


def predictions(random: Random, count: int) -> list[Checked]:
    """Confidences that are exactly right: an answer of confidence p is wrong with probability 1 - p."""
    found = [1 - random.random() ** 3 for _ in range(count)]
    return [Checked(confidence, random.random() > confidence) for confidence in found]


def test_the_error_of_what_is_answered_stays_under_the_limit_as_often_as_promised() -> None:
    broken = 0
    for seed in range(30):
        random = Random(seed)
        threshold = threshold_for(predictions(random, 800), max_error=0.05)
        if threshold is not None:
            answered = [item for item in predictions(random, 8_000) if item.confidence >= threshold]
            broken += sum(item.wrong for item in answered) / len(answered) > 0.05
    assert broken / 30 <= 0.1


def test_too_few_predictions_or_too_many_errors_give_no_threshold() -> None:
    assert threshold_for([Checked(0.999, False)] * 298, max_error=0.01) is None
    assert threshold_for([Checked(0.999, False)] * 299, max_error=0.01) == 0.999
    assert threshold_for([Checked(0.999, True)] * 1000, max_error=0.01) is None
    assert threshold_for([], max_error=0.5) is None
