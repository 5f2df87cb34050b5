"""From outcomes to rewards: the gain over the best score so far, and the alternatives.

With `gain` the return of an episode telescopes to the best score that any of its turns earned, so that an agent that
holds a pass back, or collects partial credit first, never earns more than one that passes at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ecot.envs.errors import ConfigError
from ecot.envs.types import Outcome

RewardName = Literal["gain", "binary", "score"]
Reward = Callable[[Outcome, float, float], float]
"""Called with the outcome, its score and the best score of the earlier turns (0.0 at the first)."""


def ladder(outcome: Outcome, *, floor: float, built: str) -> float:
    """Score 1 for a pass, `floor` for what passed the stage `built`, 0 for the rest.

    Nothing lies between: credit for passing some stages could be earned by forging just those.
    """
    if outcome.passed:
        return 1.0
    return floor if any(stage.name == built and stage.passed for stage in outcome.stages) else 0.0


def gain(outcome: Outcome, score: float, best: float) -> float:
    """Return what the turn adds to the best score so far, never negative."""
    return max(0.0, score - best)


def binary(outcome: Outcome, score: float, best: float) -> float:
    """Return 1 for a pass, else 0."""
    return 1.0 if outcome.passed else 0.0


def plain(outcome: Outcome, score: float, best: float) -> float:
    """Return the score itself; an agent may collect it every turn, so stalling pays. For ablations."""
    return score


_NAMED: dict[str, Reward] = {"gain": gain, "binary": binary, "score": plain}


def reward_of(reward: RewardName | Reward) -> Reward:
    """Return the reward function of a name, or the callable itself.

    Raises:
        ConfigError: the name is unknown.
    """
    if callable(reward):
        return reward
    try:
        return _NAMED[reward]
    except KeyError:
        raise ConfigError(f"unknown reward {reward!r}; use one of {', '.join(_NAMED)}, or a callable") from None
