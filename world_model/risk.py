"""From held-out predictions to the confidence above which a bound on the error holds, with stated probability.

The procedure is *learn then test* with a fixed sequence (Angelopoulos et al., arXiv 2110.01052): thresholds are tried
from strict to lax, each is kept while the exact binomial bound (Clopper and Pearson) of the error among what it would
answer stays under the limit, and the first that fails ends the search. The promise holds for predictions drawn as the
held-out ones were; predictions of one family resemble each other, so that it is weaker than the count of rows suggests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Checked", "lower_bound", "threshold_for", "upper_bound"]

_STEPS = 40
"""Thresholds that are tried."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A prediction that was run.

    Attributes:
        confidence: that it had.
        wrong: whether the tools said another label.
    """

    confidence: float
    wrong: bool


def upper_bound(errors: int, total: int, *, delta: float) -> float:
    """Return the error rate that is exceeded with probability at most `delta`, given what was seen.

    >>> round(upper_bound(0, 299, delta=0.05), 4)
    0.01
    """
    if errors >= total:
        return 1.0
    return _root(lambda rate: _at_most(errors, total, rate) - delta)


def lower_bound(errors: int, total: int, *, delta: float) -> float:
    """Return the error rate that is undercut with probability at most `delta`, given what was seen.

    >>> round(lower_bound(1, 1, delta=0.05), 4)
    0.05
    """
    if errors == 0:
        return 0.0
    return _root(lambda rate: delta - (1.0 - _at_most(errors - 1, total, rate)))


def _root(falling: Callable[[float], float]) -> float:
    """Where a function that falls with the rate crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return high


def _at_most(errors: int, total: int, rate: float) -> float:
    """The probability of at most so many errors."""
    if rate <= 0 or rate >= 1:
        return 1.0 if rate <= 0 or errors >= total else 0.0
    logs = (
        math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
        + count * math.log(rate) + (total - count) * math.log1p(-rate)
        for count in range(errors + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(math.exp(item) for item in logs))


def threshold_for(checked: Sequence[Checked], *, max_error: float, delta: float = 0.05) -> float | None:
    """Return the lowest confidence at which the error of what is answered stays under `max_error`.

    Args:
        checked: held-out predictions of the kind that would be answered unrun.
        max_error: the limit, in (0, 1).
        delta: probability that the procedure errs.

    Returns:
        The threshold; None where there are too few predictions, or the model is too often wrong, for any.
    """
    ranked = sorted(checked, key=lambda item: -item.confidence)
    # Which thresholds are tried depends on confidences alone; fewer answers could not pass even without errors.
    fewest = math.ceil(math.log(delta) / math.log1p(-max_error))
    found: float | None = None
    if fewest > len(ranked):
        return None
    sizes = {fewest + round(step * (len(ranked) - fewest) / _STEPS) for step in range(_STEPS + 1)}
    for size in sorted(sizes):
        threshold = ranked[size - 1].confidence
        answered = [item for item in ranked if item.confidence >= threshold]
        if upper_bound(sum(item.wrong for item in answered), len(answered), delta=delta) > max_error:
            break
        found = threshold
    return found
