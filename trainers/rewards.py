"""What a reward can be made of: figures of an episode, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecot.envs.statistics import elaborates
from ecot.envs.types import Trajectory


def episode_return(trajectory: Trajectory) -> float:
    """Return the sum of the rewards of all turns: the best score, less what turns cost."""
    return trajectory.total_reward


def first_pass(trajectory: Trajectory) -> float:
    """Return 1 where the first answer passed."""
    first = trajectory.turns[0].outcome if trajectory.turns else None
    return float(first is not None and first.passed)


def any_pass(trajectory: Trajectory) -> float:
    """Return 1 where any answer passed."""
    return float(trajectory.passed)


def builds(trajectory: Trajectory) -> float:
    """Return the share of answers that got past the compiler."""
    judged = [turn.outcome for turn in trajectory.turns if turn.outcome is not None]
    return sum(map(elaborates, judged)) / len(judged) if judged else 0.0


COMPONENTS: Mapping[str, Callable[[Trajectory], float]] = {
    item.__name__: item for item in (episode_return, first_pass, any_pass, builds)
}
"""What a reward can be made of, by name."""
