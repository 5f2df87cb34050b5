"""The models that a world model has to beat: the majority, the parser and then the majority, and n-grams.

Each predicts from the same readings; none knows anything else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from zlib import crc32

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ecot.world_model.model import Prediction
from ecot.world_model.reading import Reading

__all__ = ["Majority", "NGrams", "ParserThenMajority"]

_BUCKETS = 2**16
_LONGEST = 3
_EPOCHS = 8


class Majority:
    """Says how often each verdict was seen in the domain."""

    name = "majority"

    def __init__(self, readings: Sequence[Reading], verdicts: Sequence[str]) -> None:
        self._shares = _shares(
            (self._key(reading), verdict) for reading, verdict in zip(readings, verdicts, strict=True)
        )

    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        """Return a prediction for each reading, in their order."""
        return [Prediction(verdicts=self._shares.get(self._key(item), {"PASS": 1.0})) for item in readings]

    def _key(self, reading: Reading) -> tuple[str, ...]:
        return (reading.kind,)


class ParserThenMajority(Majority):
    """Says how often each verdict was seen after the same first complaint of the parser."""

    name = "parser, then majority"

    def __init__(self, readings: Sequence[Reading], verdicts: Sequence[str]) -> None:
        super().__init__(readings, verdicts)
        self._plain = Majority(readings, verdicts)

    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        """Return a prediction for each reading; the majority's where the complaint is new."""
        plain = self._plain.predict(readings)
        found = [self._shares.get(self._key(item)) for item in readings]
        return [Prediction(verdicts=item) if item else other for item, other in zip(found, plain, strict=True)]

    def _key(self, reading: Reading) -> tuple[str, ...]:
        return (reading.kind, reading.complaints[0].code if reading.complaints else "")


def _shares(pairs: Iterator[tuple[tuple[str, ...], str]]) -> Mapping[tuple[str, ...], Mapping[str, float]]:
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for key, verdict in pairs:
        counts[key][verdict] += 1
    return {key: {name: count / found.total() for name, count in found.items()} for key, found in counts.items()}


class NGrams:
    """Logistic regression on hashed runs of one to three words, marks included, and on whole lines."""

    name = "n-gram logistic regression"

    def __init__(self, readings: Sequence[Reading], verdicts: Sequence[str], *, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self._verdicts = sorted(set(verdicts))
        pairs = set(zip((reading.kind for reading in readings), verdicts, strict=True))
        self._seen = {
            kind: [place for place, name in enumerate(self._verdicts) if (kind, name) in pairs] for kind, _ in pairs
        }
        self._table = nn.EmbeddingBag(_BUCKETS, len(self._verdicts), mode="sum")
        nn.init.zeros_(self._table.weight)
        self._train([_grams(reading) for reading in readings], [self._verdicts.index(name) for name in verdicts])

    def _train(self, rows: Sequence[torch.Tensor], targets: Sequence[int]) -> None:
        optimiser = torch.optim.Adagrad(self._table.parameters(), lr=0.03)
        for _ in range(_EPOCHS):
            for part in torch.split(torch.randperm(len(rows)), 64):
                places = part.tolist()
                loss = cross_entropy(
                    self._logits([rows[place] for place in places]), torch.tensor([targets[p] for p in places])
                )
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()

    def _logits(self, rows: Sequence[torch.Tensor]) -> torch.Tensor:
        starts = torch.tensor([0, *(len(row) for row in rows[:-1])]).cumsum(0)
        logits: torch.Tensor = self._table(torch.cat(list(rows)), starts)
        return logits

    @torch.inference_mode()
    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        """Return a prediction for each reading, in their order."""
        found = []
        for reading in readings:
            seen = self._seen.get(reading.kind) or list(range(len(self._verdicts)))
            chances = torch.softmax(self._logits([_grams(reading)])[0][seen], dim=0).tolist()
            found.append(
                Prediction(
                    verdicts={self._verdicts[place]: chance for place, chance in zip(seen, chances, strict=True)}
                )
            )
        return found


def _grams(reading: Reading) -> torch.Tensor:
    grams = {
        crc32(" ".join((reading.kind, *gram)).encode()) % _BUCKETS
        for line in reading.lines
        for gram in _runs([f"{mark}{word}" for word, mark in zip(line.words, line.marks, strict=True)])
    }
    return torch.tensor(sorted(grams), dtype=torch.int64)


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    runs = (words[start : start + size] for size in range(1, _LONGEST + 1) for start in range(len(words) - size + 1))
    return chain(runs, [words])
