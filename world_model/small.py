"""`icwm-small`: words to lines to a program, about a million parameters, small enough for one core of a CPU.

A line is encoded once however many rows share it; the encoded lines of a row meet in a small transformer. Its heads say
the verdict, the class of the first diagnostic, and the line that it points at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ecot.world_model.model import Prediction
from ecot.world_model.prepared import Labels, Lines, Vocabulary
from ecot.world_model.reading import MOST_LINES, MOST_WORDS, Mark, Reading

__all__ = ["Network", "Size", "SmallModel", "batch_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a network is.

    Attributes:
        words: of the vocabulary, padding included.
        verdicts: to tell apart.
        codes: classes of diagnostics to tell apart.
        width: of every vector.
        layers: of the transformer over lines.
        heads: of its attention.
    """

    words: int
    verdicts: int
    codes: int
    width: int = 128
    layers: int = 2
    heads: int = 4


class Network(nn.Module):
    """The network alone: numbers in, logits out."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        width, inner = size.width, size.width // 2
        self.words = nn.Embedding(size.words, inner, padding_idx=0)
        self.marks = nn.Embedding(len(Mark), inner)
        self.positions = nn.Parameter(torch.zeros(MOST_WORDS, inner))
        self.places = nn.Parameter(torch.zeros(MOST_LINES, width))
        self.trigram = nn.Linear(3 * inner, width)
        self.pooled = nn.Linear(2 * width, width)
        self.program = nn.ModuleList(_layer(width, 2 * width, size.heads) for _ in range(size.layers))
        self.joined = nn.Sequential(nn.LayerNorm(3 * width), nn.Linear(3 * width, width), nn.GELU(), nn.Dropout(0.1))
        self.verdict = nn.Linear(width, size.verdicts)
        self.code = nn.Linear(width, size.codes)
        self.pointer = nn.Linear(width, 1)
        for parameter in (self.words.weight, self.marks.weight, self.positions, self.places):
            nn.init.normal_(parameter, std=0.05)

    def forward(self, lines: Tensor, rows: Tensor, empty: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits of verdicts B x V, of codes B x C and of lines B x L.

        Args:
            lines: U x 2W, the distinct lines, words then marks.
            rows: B x L, which line stands where.
            empty: B x L, true where a row has no line.
        """
        program = self._lines(lines)[rows] + self.places[: rows.shape[1]]
        for layer in self.program:
            program = layer(program, src_key_padding_mask=empty)
        kept = (~empty).unsqueeze(-1)
        mean = (program * kept).sum(1) / kept.sum(1)
        most = program.masked_fill(~kept, -1e4).amax(1)
        joined = self.joined(torch.cat([program[:, 0], mean, most], dim=-1))
        pointed = self.pointer(program).squeeze(-1).masked_fill(empty, -1e4)
        return self.verdict(joined), self.code(joined), pointed

    def _lines(self, lines: Tensor) -> Tensor:
        """One vector a line: its runs of three words, averaged and at their strongest."""
        words, marks = lines[:, :MOST_WORDS], lines[:, MOST_WORDS:]
        longest = int((words > 0).sum(1).max())
        words, marks = words[:, :longest], marks[:, :longest]
        kept = words > 0
        vectors = (self.words(words) + self.marks(marks) + self.positions[:longest]) * kept.unsqueeze(-1)
        around = nn.functional.pad(vectors, (0, 0, 1, 1))
        # Only words that are there are multiplied: most places of most lines are empty.
        runs = torch.cat([around[:, :-2], vectors, around[:, 2:]], dim=-1)[kept]
        features = nn.functional.gelu(self.trigram(runs))
        line = kept.nonzero()[:, 0]
        total = features.new_zeros(len(lines), features.shape[1]).index_add(0, line, features)
        index = line.unsqueeze(-1).expand_as(features)
        most = torch.zeros_like(total).scatter_reduce(0, index, features, "amax", include_self=False)
        pooled: Tensor = self.pooled(torch.cat([total / kept.sum(1, keepdim=True), most], dim=-1))
        return pooled


def _layer(width: int, inner: int, heads: int) -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        width, heads, inner, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
    )


def batch_of(table: NDArray[np.int32], rows: Sequence[NDArray[np.int32]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the arguments of `Network.forward` for rows of line numbers."""
    longest = max(len(row) for row in rows)
    distinct, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    places = np.zeros((len(rows), longest), dtype=np.int64)
    empty = np.ones((len(rows), longest), dtype=bool)
    start = 0
    for number, row in enumerate(rows):
        places[number, : len(row)] = inverse[start : start + len(row)]
        empty[number, : len(row)] = False
        start += len(row)
    lines = torch.from_numpy(table[distinct].astype(np.int64))
    return lines, torch.from_numpy(places), torch.from_numpy(empty)


class SmallModel:
    """A trained network with its vocabulary and its labels.

    Args:
        network: trained.
        vocabulary: of its words.
        labels: of its heads.
        temperatures: logits are divided by, per kind of domain.
        name: for tables and provenance.
    """

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        labels: Labels,
        *,
        temperatures: Mapping[str, float],
        name: str = "icwm-small",
    ) -> None:
        self.network = network.eval()
        self.vocabulary, self.labels, self.temperatures = vocabulary, labels, dict(temperatures)
        self._name = name

    @property
    def name(self) -> str:
        """Of the model."""
        return self._name

    @property
    def known(self) -> Mapping[str, Collection[str]]:
        """By the domain's short name, the words that keep their spelling."""
        return self.vocabulary.known

    def predict(self, readings: Sequence[Reading], *, batch: int = 256) -> Sequence[Prediction]:
        """Return a prediction for each reading, in their order."""
        found: list[Prediction] = []
        for start in range(0, len(readings), batch):
            found += self._predict(readings[start : start + batch])
        return found

    @torch.inference_mode()
    def _predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        lines = Lines(self.vocabulary)
        rows = [lines.places(reading) for reading in readings]
        verdicts, codes, pointed = self.network(*batch_of(lines.table(), rows))
        return [
            self._prediction(reading, verdicts[number], codes[number], pointed[number])
            for number, reading in enumerate(readings)
        ]

    def _prediction(self, reading: Reading, verdicts: Tensor, codes: Tensor, pointed: Tensor) -> Prediction:
        seen = list(self.labels.seen.get(reading.kind, range(len(self.labels.verdicts))))
        logits = verdicts[seen] / self.temperatures.get(reading.kind, 1.0)
        chances = torch.softmax(logits.double(), dim=0).tolist()
        shares = {self.labels.verdicts[place]: chance for place, chance in zip(seen, chances, strict=True)}
        best = max(shares, key=lambda name: shares[name])
        fitting = [place for place, code in enumerate(self.labels.codes) if code.startswith(f"{best}|")]
        code = self.labels.codes[max(fitting, key=lambda place: float(codes[place]))] if fitting else ""
        place = int(pointed[: len(reading.lines)].argmax())
        return Prediction(verdicts=shares, code=code.rpartition("|")[2], line=reading.lines[place].number)
