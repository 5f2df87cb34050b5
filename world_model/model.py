"""What a world model is: something that says, for each reading, how likely every verdict is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ecot.envs.types import Label, Outcome
from ecot.world_model.reading import Reading

__all__ = ["PASSED", "Prediction", "WorldModel", "verdict_of"]

PASSED = "PASS"
"""The verdict that no stage fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a model expects of one candidate.

    Attributes:
        verdicts: probability by verdict; they sum to 1.
        code: class of the first diagnostic; empty where the model does not say.
        line: of the first diagnostic; 0 where the model names none.
    """

    verdicts: Mapping[str, float]
    code: str = ""
    line: int = 0
    _best: tuple[str, float] = field(init=False, repr=False, compare=False, default=("", 0.0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "_best", max(self.verdicts.items(), key=lambda item: item[1]))

    @property
    def verdict(self) -> str:
        """The likeliest."""
        return self._best[0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self._best[1]

    @property
    def passing(self) -> float:
        """The probability of a pass."""
        return self.verdicts.get(PASSED, 0.0)

    @property
    def label(self) -> Label:
        """Of the likeliest verdict."""
        return Label(self.verdict.rpartition(" ")[2])


class WorldModel(Protocol):
    """Predicts many readings at once."""

    @property
    def name(self) -> str:
        """Of the model, for tables and provenance."""

    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        """Return a prediction for each reading, in their order."""


def verdict_of(outcome: Outcome) -> str:
    """Return the stage that fails and its label as one word, or `PASS`.

    >>> verdict_of(Outcome(stages=()))
    'PASS'
    """
    failed = outcome.failure
    return PASSED if failed is None else f"{failed.name} {failed.label}"
