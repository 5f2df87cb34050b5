"""Figures with their uncertainty: unbiased pass@k, bootstrap intervals and paired timing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecot.envs.errors import ConfigError
from ecot.envs.types import Label, Outcome

__all__ = [
    "Interval",
    "PairedTiming",
    "bootstrap_interval",
    "compare_paired",
    "elaborates",
    "func_at_k",
    "mean",
    "mean_pass_at_k",
    "median",
    "pass_at_k",
    "syn_at_k",
    "time_paired",
]

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]
"""Reduces the last axis: values_B_N to figures_B."""

_BUILDING = frozenset({"parse", "answer", "rules", "compile", "link"})
"""Stages that come before anything runs."""
_NOT_BUILT = frozenset({Label.FORMAT_ERROR, Label.REJECTED, Label.COMPILATION_ERROR, Label.LINK_ERROR})

_CHUNK_VALUES = 1 << 22
"""Resampled values held at once; bounds the memory of a bootstrap to some tens of MiB."""


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Return the unbiased estimate of the chance that at least one of `k` samples passes.

    1 - C(samples - passed, k) / C(samples, k), as a product that neither overflows nor cancels: the estimator of
    Chen et al., "Evaluating Large Language Models Trained on Code" (arXiv 2107.03374, section 2.1).

    Args:
        samples: drawn for the problem.
        passed: how many of them passed.
        k: how many a user would look at; at most `samples`.

    Raises:
        ConfigError: the numbers contradict each other.

    >>> round(pass_at_k(5, 1, 1), 3)
    0.2
    >>> pass_at_k(4, 2, 3)
    1.0
    """
    if not 0 <= passed <= samples:
        raise ConfigError(f"pass@k: {passed} of {samples} samples cannot have passed; count both over the same samples")
    if not 1 <= k <= samples:
        raise ConfigError(f"pass@k: k={k} needs at least that many samples and at least 1, but there are {samples}")
    if samples - passed < k:
        return 1.0
    missed = np.arange(samples - passed + 1, samples + 1, dtype=np.float64)
    return float(1.0 - np.prod(1.0 - k / missed))


def mean_pass_at_k(samples: Sequence[int], passed: Sequence[int], k: int) -> float:
    """Return pass@k averaged over problems, each with its own number of samples.

    Args:
        samples: per problem.
        passed: per problem, in the same order.
        k: at most the smallest number of samples.

    Raises:
        ConfigError: there are no problems, the sequences differ in length, or a problem has fewer samples than `k`.
    """
    if not samples or len(samples) != len(passed):
        raise ConfigError(
            f"pass@k: {len(samples)} sample counts and {len(passed)} pass counts; give one of each a problem"
        )
    return float(np.mean([pass_at_k(drawn, right, k) for drawn, right in zip(samples, passed, strict=True)]))


def elaborates(outcome: Outcome) -> bool:
    """Whether the candidate got past its compiler: what Syn@k counts, before any stage that judges behaviour.

    A compiler that ran out of time or memory did not get past it, whatever the label.
    """
    failed = outcome.failure
    return failed is None or not (failed.name in _BUILDING or failed.label in _NOT_BUILT)


def syn_at_k(outcomes: Mapping[str, Sequence[Outcome]], k: int) -> float:
    """Return Syn@k: pass@k where a sample counts as soon as it elaborates.

    Args:
        outcomes: of every sample, by problem.
        k: samples looked at.

    Raises:
        ConfigError: there are no problems, or one has fewer samples than `k`.
    """
    counts = [(len(group), sum(elaborates(outcome) for outcome in group)) for group in outcomes.values()]
    return mean_pass_at_k([drawn for drawn, _ in counts], [right for _, right in counts], k)


def func_at_k(outcomes: Mapping[str, Sequence[Outcome]], k: int) -> float:
    """Return Func@k: pass@k where a sample counts when it passes all that judges it.

    Args:
        outcomes: of every sample, by problem.
        k: samples looked at.

    Raises:
        ConfigError: there are no problems, or one has fewer samples than `k`.
    """
    counts = [(len(group), sum(outcome.passed for outcome in group)) for group in outcomes.values()]
    return mean_pass_at_k([drawn for drawn, _ in counts], [right for _, right in counts], k)


def mean(values: FloatArray) -> FloatArray:
    """Average over the last axis."""
    return np.asarray(np.mean(values, axis=-1), dtype=np.float64)


def median(values: FloatArray) -> FloatArray:
    """Middle of the last axis."""
    return np.asarray(np.median(values, axis=-1), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with its two-sided confidence interval.

    Attributes:
        estimate: the statistic of the values themselves.
        low: lower end.
        high: upper end.
        confidence: probability that such an interval covers the true figure, in (0, 1).
    """

    estimate: float
    low: float
    high: float
    confidence: float

    def __str__(self) -> str:
        return f"{self.estimate:.4g} [{self.low:.4g}, {self.high:.4g}]"


def bootstrap_interval(
    values: ArrayLike,
    *,
    statistic: Statistic = mean,
    method: Literal["bca", "percentile"] = "bca",
    confidence: float = 0.95,
    resamples: int = 9999,
    seed: int = 0,
) -> Interval:
    """Return a statistic with a bootstrap interval over the units that were sampled.

    Give one value per independent unit: per *problem* for a benchmark (pass@k of each, say), never per sample, since
    samples of one problem move together. `percentile` reads the quantiles of the resampled statistics; `bca` corrects
    them for bias and skewness with a jackknife (Efron, "Better Bootstrap Confidence Intervals", JASA 82(397), 1987).
    For a median take `percentile`: its jackknife says nothing.

    Args:
        values: values_N, finite.
        statistic: reduces the last axis.
        method: of the interval.
        confidence: in (0, 1).
        resamples: number of bootstrap samples.
        seed: of the resampling; the same seed gives the same interval.

    Raises:
        ConfigError: there is no value, one is not finite, or an option is out of range.
    """
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1 or data.size == 0 or not np.isfinite(data).all():
        raise ConfigError(f"bootstrap: expected at least one finite value in one row, got shape {data.shape}")
    if not 0.0 < confidence < 1.0 or resamples < 1:
        raise ConfigError(f"bootstrap: confidence={confidence} must lie in (0, 1) and resamples={resamples} above 0")
    if method not in ("bca", "percentile"):
        raise ConfigError(f"bootstrap: unknown method {method!r}; use one of: bca, percentile")
    estimate = float(statistic(data))
    resampled = _resample(data, statistic, resamples=resamples, seed=seed)
    tails = ((1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0)
    if method == "bca":
        tails = _corrected_tails(data, statistic, estimate=estimate, resampled=resampled, tails=tails)
    low, high = np.quantile(resampled, tails)
    return Interval(estimate=estimate, low=float(low), high=float(high), confidence=confidence)


def _resample(data: FloatArray, statistic: Statistic, *, resamples: int, seed: int) -> FloatArray:
    generator = np.random.default_rng(seed)
    rows = max(1, _CHUNK_VALUES // data.size)
    parts = []
    for start in range(0, resamples, rows):
        picks = generator.integers(0, data.size, size=(min(rows, resamples - start), data.size))
        parts.append(np.atleast_1d(statistic(data[picks])))
    return np.concatenate(parts)


def _corrected_tails(
    data: FloatArray, statistic: Statistic, *, estimate: float, resampled: FloatArray, tails: tuple[float, float]
) -> tuple[float, float]:
    """Shift the two quantile levels by bias z0 and acceleration a; leave them where nothing varies."""
    below = float(np.mean(resampled < estimate) + np.mean(resampled == estimate) / 2.0)
    if data.size < 2 or not 0.0 < below < 1.0:
        return tails
    left_out = np.array([float(statistic(np.delete(data, index))) for index in range(data.size)])
    deviations = left_out.mean() - left_out
    spread = float(np.sum(deviations**2)) ** 1.5
    acceleration = float(np.sum(deviations**3)) / (6.0 * spread) if spread > 0.0 else 0.0
    normal = NormalDist()
    bias = normal.inv_cdf(below)

    def shifted(level: float) -> float:
        reach = bias + normal.inv_cdf(level)
        return normal.cdf(bias + reach / (1.0 - acceleration * reach))

    return shifted(tails[0]), shifted(tails[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTiming:
    """How much longer one thing takes than another, measured in turns.

    Attributes:
        ratio: median over the rounds of subject seconds / base seconds, with its percentile bootstrap interval.
        extra_seconds: median over the rounds of subject seconds - base seconds, likewise.
        base_seconds: median of the base.
        subject_seconds: median of the subject.
        rounds: number of pairs.
    """

    ratio: Interval
    extra_seconds: Interval
    base_seconds: float
    subject_seconds: float
    rounds: int

    @property
    def speedup(self) -> Interval:
        """How many times faster the subject is; its `low` is what a speed task may reward."""
        ratio = self.ratio
        return Interval(
            estimate=1.0 / ratio.estimate, low=1.0 / ratio.high, high=1.0 / ratio.low, confidence=ratio.confidence
        )


def compare_paired(
    base_seconds: Sequence[float], subject_seconds: Sequence[float], *, confidence: float = 0.95, seed: int = 0
) -> PairedTiming:
    """Compare two series of seconds whose elements were measured side by side.

    The ratio is taken within each pair and only then summarised, so that a slow minute of the machine, which hits both
    members of a pair, cancels.

    Raises:
        ConfigError: the series are empty, differ in length, or hold a value that is not above 0.
    """
    base = np.asarray(base_seconds, dtype=np.float64)
    subject = np.asarray(subject_seconds, dtype=np.float64)
    if base.size == 0 or base.shape != subject.shape:
        raise ConfigError(
            f"paired timing: {base.size} and {subject.size} measurements; give as many of each, at least one"
        )
    if not (np.all(base > 0.0) and np.all(subject > 0.0)):
        raise ConfigError("paired timing: every measurement must be above 0 seconds; time more work per round")

    def interval(values: FloatArray) -> Interval:
        return bootstrap_interval(values, statistic=median, method="percentile", confidence=confidence, seed=seed)

    return PairedTiming(
        ratio=interval(subject / base),
        extra_seconds=interval(subject - base),
        base_seconds=float(np.median(base)),
        subject_seconds=float(np.median(subject)),
        rounds=base.size,
    )


def time_paired(
    base: Callable[[], object],
    subject: Callable[[], object],
    *,
    rounds: int = 20,
    warmup: int = 2,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedTiming:
    """Time two callables in turns, the first of each pair alternating (A B, B A, ...), and compare them.

    Alternating cancels whatever the first call does to the second: caches, frequency, garbage.

    Args:
        base: what the other is measured against.
        subject: what is measured.
        rounds: pairs that count.
        warmup: pairs before them that do not.
        confidence: of the intervals.
        seed: of the bootstrap.

    Raises:
        ConfigError: `rounds` is not above 0.
    """
    if rounds < 1 or warmup < 0:
        raise ConfigError(f"paired timing: rounds={rounds} must be above 0 and warmup={warmup} not below 0")
    base_seconds: list[float] = []
    subject_seconds: list[float] = []
    for index in range(-warmup, rounds):
        pair = [(base, base_seconds), (subject, subject_seconds)]
        for function, series in pair if index % 2 == 0 else reversed(pair):
            seconds = _seconds(function)
            if index >= 0:
                series.append(seconds)
    return compare_paired(base_seconds, subject_seconds, confidence=confidence, seed=seed)


def _seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter_ns()
    function()
    return max(1, time.perf_counter_ns() - start) / 1e9
