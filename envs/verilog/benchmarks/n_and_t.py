"""The metric of ArchXBench: how many of a design's candidates compile, and how many checks the best of them passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.errors import ConfigError
from ecot.envs.statistics import elaborates
from ecot.envs.types import Outcome


@dataclass(frozen=True, slots=True)
class CompiledAndBest:
    """What the authors call (n, t).

    Attributes:
        n: candidates of a design that compile, the mean over designs; they take five candidates a design.
        t: checks of the testbench that the best candidate of a design passes, in per cent, the mean over designs.
    """

    n: float
    t: float


def n_and_t(outcomes: Mapping[str, Sequence[Outcome]]) -> CompiledAndBest:
    """Return (n, t) of some designs, as Purini et al., MLCAD 2025, define it.

    A candidate whose pass does not count here (a forged verdict, outputs that nothing drives) passes no check.

    Args:
        outcomes: of all candidates, by design.

    Raises:
        ConfigError: there is no design, or one without a candidate.
    """
    empty = [name for name, found in outcomes.items() if not found]
    if not outcomes or empty:
        raise ConfigError(f"(n, t) needs a candidate of every design, and at least one design; {empty or 'none'} given")
    compiled = [sum(map(elaborates, found)) for found in outcomes.values()]
    best = [max(map(_share, found)) for found in outcomes.values()]
    return CompiledAndBest(n=sum(compiled) / len(compiled), t=100.0 * sum(best) / len(best))


def _share(outcome: Outcome) -> float:
    """The share of checks that were right; of an outcome that fails in another way than by checks, nothing counts."""
    right, wrong = (outcome.metrics.get(f"simulate.checks_{name}", 0) for name in ("right", "wrong"))
    if not outcome.passed and not wrong:
        return 0.0
    return right / (right + wrong) if right + wrong else 0.0
