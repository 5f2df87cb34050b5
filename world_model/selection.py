"""Self-verification: what an agent gains that draws several first answers and submits the one ranked highest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.world_model.dataset import Row, succeeded
from ecot.world_model.model import Prediction

__all__ = ["Selection", "select"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Shares of groups, each with one real execution, but for the last figure.

    Attributes:
        groups: tasks with at least two first answers of different sources.
        answers: of all groups.
        drawn: expected share that passes where an answer is drawn at random.
        ranked: share that passes where the likeliest pass by prediction is taken; ties are shared out.
        any: share with an answer that passes: what running all of them would reach.
    """

    groups: int
    answers: int
    drawn: float
    ranked: float
    any: float


def select(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Selection | None:
    """Return what ranking first answers by their predicted chance of passing brings; None without groups.

    Args:
        rows: turns; only the first of each episode count.
        predictions: in their order, made without any program that is known to pass.
    """
    tasks: dict[tuple[str, str], dict[str, tuple[bool, float]]] = defaultdict(dict)
    for row, item in zip(rows, predictions, strict=True):
        if row.turn == 0:
            tasks[row.task.env_id, row.task.id][row.source] = (succeeded(row.outcome), item.passing)
    groups = [list(answers.values()) for answers in tasks.values() if len(answers) > 1]
    if not groups:
        return None
    chosen = [[passed for passed, chance in group if chance == max(item[1] for item in group)] for group in groups]
    return Selection(
        groups=len(groups),
        answers=sum(map(len, groups)),
        drawn=sum(sum(passed for passed, _ in group) / len(group) for group in groups) / len(groups),
        ranked=sum(sum(found) / len(found) for found in chosen) / len(groups),
        any=sum(any(passed for passed, _ in group) for group in groups) / len(groups),
    )
