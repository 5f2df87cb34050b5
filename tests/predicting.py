"""A world model for tests that says what it is told to, and requests of the fake domain."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ecot.envs.types import Candidate, File, Request, Task
from ecot.world_model.model import Prediction
from ecot.world_model.reading import Reading


def asked(task: Task, source: str, *, seed: int = 0) -> Request:
    return Request(task=task, candidate=Candidate((File("answer.lst", source),)), hidden_seed=seed)


class SureModel:
    """Says one verdict of everything, with one confidence."""

    name = "sure"
    known: Mapping[str, Collection[str]] = {"Lists": ()}

    def __init__(self, verdict: str, confidence: float = 0.999) -> None:
        self.verdicts = {verdict: confidence, "rules REJECTED": 1 - confidence}
        self.batches: list[int] = []
        self.changed: list[int] = []

    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        self.batches.append(len(readings))
        self.changed += [reading.changed for reading in readings]
        return [Prediction(verdicts=self.verdicts, code="wrong_value", line=2) for _ in readings]
