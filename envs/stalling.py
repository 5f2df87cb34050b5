"""The reward proof: what a policy that never solves a task can earn, beside an immediate pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ecot.envs.score import Reward
from ecot.envs.types import Label, Outcome, StageResult

__all__ = ["Stalling", "best_stalling_return", "stalling_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalling:
    """The reward proof: what a policy that never solves the task earns at best, beside an immediate pass."""

    turns: int
    stalling_return: float
    immediate_pass: float


def best_stalling_return(reward: Reward, scores: Mapping[Label, float], *, turns: int) -> float:
    """Return the most that an episode without a pass can earn.

    The policy may bring about any of these outcomes in any order and as often as it likes. An exact search: what a turn
    earns depends on nothing but the outcome and the best score before it.

    Args:
        reward: of a turn.
        scores: the best score that a candidate that does not pass is known to earn, by its label.
        turns: of the episode, the first answer included.

    >>> from ecot.envs.score import gain, plain
    >>> best_stalling_return(gain, {Label.MISMATCH: 0.1}, turns=5)
    0.1
    >>> best_stalling_return(plain, {Label.MISMATCH: 0.1}, turns=5)
    0.5
    """
    attempts = [(_stand_in(label), score) for label, score in sorted(scores.items()) if label is not Label.PASS]
    reachable = {0.0, *(score for _, score in attempts)}
    returns = dict.fromkeys(reachable, 0.0)
    for _ in range(turns):
        returns = {
            best: max([0.0, *(reward(outcome, score, best) + returns[max(best, score)] for outcome, score in attempts)])
            for best in reachable
        }
    return returns[0.0]


def stalling_of(reward: Reward, known: Iterable[Mapping[str, float]], *, turns: int) -> Stalling:
    """Return what the candidates that failed allow a stalling policy, beside what an immediate pass earns.

    Args:
        reward: of a turn.
        known: the best score of a failing candidate by its label, a mapping a family.
        turns: of the episode, the first answer included.
    """
    scores: dict[Label, float] = {}
    for family in known:
        for name, score in family.items():
            scores[Label(name)] = max(scores.get(Label(name), 0.0), score)
    return Stalling(
        turns=turns,
        stalling_return=best_stalling_return(reward, scores, turns=turns),
        immediate_pass=reward(_stand_in(Label.PASS), 1.0, 0.0),
    )


def _stand_in(label: Label) -> Outcome:
    return Outcome(stages=(StageResult(name="judge", passed=label is Label.PASS, label=label),))
