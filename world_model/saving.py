"""What the hybrid would have answered unrun among held-out turns, how often wrongly, and what tool time that saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.world_model.dataset import Row
from ecot.world_model.fidelity import label_of
from ecot.world_model.model import PASSED, Prediction
from ecot.world_model.risk import Checked, threshold_for

__all__ = ["LAST_TURN", "Saving", "saving"]

LAST_TURN = 4
"""The turn, from 0, that ends an episode of the default budget: the hybrid runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What a bound brings.

    Attributes:
        max_error: the bound.
        threshold: from which a predicted failure is answered; None where there is none, so that everything runs.
        rows: held-out turns.
        answered: of these, unrun.
        wrong: of these, with another label than the real one.
        seconds: of the real tools for all turns.
        saved: of these, for the turns answered.
        cost: seconds that the predictions of all turns took; none are made where everything runs.
    """

    max_error: float
    threshold: float | None
    rows: int
    answered: int
    wrong: int
    seconds: float
    saved: float
    cost: float

    @property
    def net(self) -> float:
        """The share of the tools' time that is saved, predictions paid for."""
        return (self.saved - self.cost) / self.seconds if self.seconds else 0.0


def saving(
    rows: Sequence[Row],
    predictions: Sequence[Prediction],
    calibration: Sequence[Checked],
    *,
    max_error: float,
    cost: float,
) -> Saving:
    """Return what the hybrid would have done with rows of one kind of domain.

    Args:
        rows: held out.
        predictions: in their order.
        calibration: of the same kind, from other families.
        max_error: the bound.
        cost: seconds that one prediction takes, reading included.
    """
    threshold = threshold_for(calibration, max_error=max_error)
    answered = [
        (row, item)
        for row, item in zip(rows, predictions, strict=True)
        if threshold is not None and item.verdict != PASSED and item.confidence >= threshold and row.turn < LAST_TURN
    ]
    return Saving(
        max_error=max_error,
        threshold=threshold,
        rows=len(rows),
        answered=len(answered),
        wrong=sum(item.label != label_of(row) for row, item in answered),
        seconds=sum(row.seconds for row in rows),
        saved=sum(row.seconds for row, _ in answered),
        cost=0.0 if threshold is None else cost * len(rows),
    )


def by_kind(rows: Sequence[Row]) -> Mapping[str, Sequence[int]]:
    """Return the places of the rows of each kind of domain."""
    kinds = sorted({row.kind for row in rows})
    return {kind: [place for place, row in enumerate(rows) if row.kind == kind] for kind in kinds}
