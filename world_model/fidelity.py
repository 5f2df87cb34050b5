"""How good a world model is: predictions beside what the real tools said, in figures that nobody can mistake.

Accuracy is of the verdict's label. The headline is the accuracy on candidates that were built, because what does not
compile is known from the parser alone. Intervals are bootstrapped over tasks, whose turns resemble each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecot.envs.proof import NOT_BUILT
from ecot.envs.types import Label
from ecot.world_model.dataset import Row, succeeded
from ecot.world_model.model import PASSED, Prediction

__all__ = ["CLAIM", "Figures", "confusion", "is_built", "label_of", "measure", "reliability"]

CLAIM = 0.95
"""A pass is claimed from this probability on, where a wrong pass would be costly."""
_RESAMPLES = 500
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on some rows. Shares lie in [0, 1]; None where there is nothing to divide by.

    Attributes:
        rows: turns.
        accuracy: share whose label is right.
        low: of its 95% interval, over tasks.
        high: of the same.
        built: the accuracy on candidates that were built.
        built_rows: how many these are.
        false_pass: share of predicted passes that fail.
        false_fail: share of real passes that are predicted to fail.
        claimed_wrong: share of the passes claimed from `CLAIM` on that fail.
        claimed_found: share of real passes that are claimed.
        calibration_error: expected, in ten bins of confidence.
        brier: mean squared error of the verdicts' probabilities, summed over verdicts.
        trajectories: share of episodes whose pass or failure is the same by prediction.
        code: share of real failures whose verdict and class of diagnostic are right.
        line: share of these diagnostics with a line whose line is right.
    """

    rows: int
    accuracy: float
    low: float
    high: float
    built: float | None
    built_rows: int
    false_pass: float | None
    false_fail: float | None
    claimed_wrong: float | None
    claimed_found: float | None
    calibration_error: float
    brier: float
    trajectories: float
    code: float | None
    line: float | None


def label_of(row: Row) -> Label:
    """The label by stages alone: a pass with stages left out counts as a pass."""
    failed = row.outcome.failure
    return failed.label if failed else Label.PASS


def is_built(row: Row) -> bool:
    """Whether a candidate got past the compiler, the linker and the static rules."""
    return label_of(row) not in NOT_BUILT


def measure(rows: Sequence[Row], predictions: Sequence[Prediction], *, seed: int = 0) -> Figures:
    """Return the figures of predictions for rows, in the same order.

    Raises:
        ValueError: there are none.
    """
    if not rows:
        raise ValueError("there are no rows to measure")
    pairs = list(zip(rows, predictions, strict=True))
    right = [prediction.label == label_of(row) for row, prediction in pairs]
    low, high = _interval(rows, right, seed=seed)
    built = [fits for fits, row in zip(right, rows, strict=True) if is_built(row)]
    claims = [(row, item) for row, item in pairs if item.passing >= CLAIM]
    passes = [(row, item) for row, item in pairs if succeeded(row.outcome)]
    said = [(row, item) for row, item in pairs if item.verdict == PASSED]
    code, line = _diagnostics(pairs)
    return Figures(
        rows=len(rows),
        accuracy=sum(right) / len(right),
        low=low,
        high=high,
        built=_share(sum(built), len(built)),
        built_rows=len(built),
        false_pass=_share(sum(not succeeded(row.outcome) for row, _ in said), len(said)),
        false_fail=_share(sum(item.verdict != PASSED for _, item in passes), len(passes)),
        claimed_wrong=_share(sum(not succeeded(row.outcome) for row, _ in claims), len(claims)),
        claimed_found=_share(sum(item.passing >= CLAIM for _, item in passes), len(passes)),
        calibration_error=_calibration_error(predictions, right),
        brier=sum(_brier(row, item) for row, item in pairs) / len(pairs),
        trajectories=_trajectories(pairs),
        code=code,
        line=line,
    )


def confusion(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Mapping[tuple[Label, Label], int]:
    """Return how often each real label met each predicted one."""
    return Counter((label_of(row), item.label) for row, item in zip(rows, predictions, strict=True))


def reliability(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Sequence[tuple[float, float, int]]:
    """Return per bin of confidence that is not empty: mean confidence, share right, rows."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, item in zip(rows, predictions, strict=True):
        bins[min(int(item.confidence * _BINS), _BINS - 1)].append((item.confidence, item.label == label_of(row)))
    return [
        (sum(sure for sure, _ in found) / len(found), sum(fits for _, fits in found) / len(found), len(found))
        for _, found in sorted(bins.items())
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _interval(rows: Sequence[Row], right: Sequence[bool], *, seed: int) -> tuple[float, float]:
    """The 95% percentile interval of the accuracy, tasks drawn anew with all their turns."""
    tasks: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row, fits in zip(rows, right, strict=True):
        tasks[row.task.env_id, row.task.id].append(fits)
    sums = np.array([[sum(found), len(found)] for found in tasks.values()], dtype=np.float64)
    random = np.random.default_rng(seed)
    drawn = sums[random.integers(len(sums), size=(_RESAMPLES, len(sums)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(low), float(high)


def _calibration_error(predictions: Sequence[Prediction], right: Sequence[bool]) -> float:
    bins: dict[int, list[float]] = defaultdict(list)
    for item, fits in zip(predictions, right, strict=True):
        bins[min(int(item.confidence * _BINS), _BINS - 1)].append(item.confidence - fits)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / len(predictions)


def _brier(row: Row, item: Prediction) -> float:
    failed = row.outcome.failure
    real = PASSED if failed is None else f"{failed.name} {failed.label}"
    return sum((chance - (name == real)) ** 2 for name, chance in item.verdicts.items()) + (real not in item.verdicts)


def _trajectories(pairs: Sequence[tuple[Row, Prediction]]) -> float:
    """Whether an episode would have passed: the agent that played it reads no feedback, so that its turns stay."""
    real: dict[str, bool] = defaultdict(bool)
    predicted: dict[str, bool] = defaultdict(bool)
    for row, item in pairs:
        real[row.identity] |= succeeded(row.outcome)
        predicted[row.identity] |= item.verdict == PASSED
    return sum(real[identity] == predicted[identity] for identity in real) / len(real)


def _diagnostics(pairs: Sequence[tuple[Row, Prediction]]) -> tuple[float | None, float | None]:
    failures = [(row.outcome.failure, item) for row, item in pairs if row.outcome.failure is not None]
    told = [(stage, stage.diagnostics[0], item) for stage, item in failures if stage is not None and stage.diagnostics]
    fits = [item.verdict == f"{stage.name} {stage.label}" and item.code == first.code for stage, first, item in told]
    lines = [item.line == first.line for _, first, item in told if first.line]
    return _share(sum(fits), len(fits)), _share(sum(lines), len(lines))
