"""Trains `icwm-small` from scratch on one core: rows in, a calibrated model out."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from ecot.envs.errors import ConfigError
from ecot.world_model.dataset import Row, known_words
from ecot.world_model.model import verdict_of
from ecot.world_model.prepared import MODES, Labels, Lines, Vocabulary, code_of, readings_of, target_line
from ecot.world_model.reading import Reading
from ecot.world_model.small import Network, Size, SmallModel, batch_of

__all__ = ["Settings", "train"]

_MODE_WEIGHTS = (0.25, 0.5, 0.25)
"""How often training reads without a reference, against a stored one, and with the solution among them."""
_CODE_WEIGHT, _LINE_WEIGHT = 0.3, 0.2
_TEMPERATURES = tuple(math.exp(step / 10) for step in range(-8, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train.

    Attributes:
        minutes: of wall clock for the optimisation; the learning rate falls to zero over them.
        epochs: at most so many passes over the rows.
        batch: rows of a step.
        rate: the highest learning rate.
        smoothing: of the labels of verdicts.
        balance: how far kinds of domain with few rows are raised, from 0 (not at all) to 1 (all kinds alike).
        seed: of everything random.
        threads: of the processor.
    """

    minutes: float = 20.0
    epochs: int = 40
    batch: int = 64
    rate: float = 1.5e-3
    smoothing: float = 0.02
    balance: float = 0.5
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class _Example:
    """A row as numbers, one reading per mode."""

    lines: tuple[NDArray[np.int32], ...]
    pointers: tuple[int, ...]
    verdict: int
    code: int


def train(
    rows: Sequence[Row],
    validation: Sequence[Row],
    *,
    settings: Settings,
    report: Callable[[str], None] = lambda line: None,
) -> SmallModel:
    """Return a model trained on rows, its temperatures fitted on others.

    Args:
        rows: to learn from.
        validation: of tasks that are not among `rows`.
        settings: how.
        report: told a line now and then.

    Raises:
        ConfigError: there are too few rows.
    """
    if len(rows) < settings.batch or not validation:
        raise ConfigError(f"{len(rows)} rows to train on and {len(validation)} to validate are too few; collect more")
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    known = known_words(rows)
    readings = [readings_of(row, known) for row in rows]
    vocabulary = Vocabulary.of((reading for found in readings for reading in found.values()), known)
    labels, lines = Labels.of(rows), Lines(vocabulary)
    examples = [_example(row, found, labels, lines) for row, found in zip(rows, readings, strict=True)]
    size = Size(words=len(vocabulary), verdicts=len(labels.verdicts), codes=len(labels.codes))
    network = Network(size)
    report(
        f"{len(rows)} rows, {len(vocabulary)} words, {len(lines.table())} distinct lines, "
        f"{sum(item.numel() for item in network.parameters())} parameters"
    )
    _fit(network, examples, lines.table(), _weights(rows, settings.balance), settings, report)
    model = SmallModel(network, vocabulary, labels, temperatures={})
    held = [readings_of(row, known, modes=("none", "stored"))["stored"] for row in validation]
    return SmallModel(network, vocabulary, labels, temperatures=_temperatures(model, validation, held))


def _example(row: Row, found: Mapping[str, Reading], labels: Labels, lines: Lines) -> _Example:
    code = code_of(row)
    return _Example(
        lines=tuple(lines.places(found[mode]) for mode in MODES),
        pointers=tuple(target_line(row, found[mode]) for mode in MODES),
        verdict=labels.verdicts.index(verdict_of(row.outcome)),
        code=labels.codes.index(code) if code in labels.codes else 0,
    )


def _weights(rows: Sequence[Row], balance: float) -> Sequence[float]:
    """How often each row is drawn: kinds with few rows more often than their share."""
    counts = Counter(row.kind for row in rows)
    return [counts[row.kind] ** -balance for row in rows]


def _fit(
    network: Network,
    examples: Sequence[_Example],
    table: NDArray[np.int32],
    weights: Sequence[float],
    settings: Settings,
    report: Callable[[str], None],
) -> None:
    random, started = Random(settings.seed), time.monotonic()
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=0.02, betas=(0.9, 0.98))
    steps = max(1, settings.epochs * len(examples) // settings.batch)
    losses: list[float] = []
    network.train()
    for step in range(steps):
        done = max(step / steps, (time.monotonic() - started) / (60 * settings.minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * min(1.0, (step + 1) / 200) * (0.02 + 0.98 * (1 - done))
        batch = random.choices(examples, weights, k=settings.batch)
        loss = _loss(network, batch, table, random, settings)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 200 == 199:
            report(f"step {step + 1} of {steps}, {done:.0%}, loss {sum(losses[-200:]) / 200:.3f}")
    report(f"{len(losses)} steps of {settings.batch} rows in {time.monotonic() - started:.0f} s")


def _loss(
    network: Network, batch: Sequence[_Example], table: NDArray[np.int32], random: Random, settings: Settings
) -> Tensor:
    modes = random.choices(range(len(MODES)), _MODE_WEIGHTS, k=len(batch))
    rows = [item.lines[mode] for item, mode in zip(batch, modes, strict=True)]
    with torch.autocast("cpu", torch.bfloat16):
        found = network(*batch_of(table, rows))
    verdicts, codes, pointed = (logits.float() for logits in found)
    total = cross_entropy(verdicts, torch.tensor([i.verdict for i in batch]), label_smoothing=settings.smoothing)
    total = total + _CODE_WEIGHT * cross_entropy(codes, torch.tensor([item.code for item in batch]))
    pointers = torch.tensor([item.pointers[mode] for item, mode in zip(batch, modes, strict=True)])
    return total + _LINE_WEIGHT * cross_entropy(pointed, pointers)


def _temperatures(model: SmallModel, rows: Sequence[Row], readings: Sequence[Reading]) -> Mapping[str, float]:
    """The temperature per kind that makes held-out verdicts likeliest."""
    predictions = model.predict(readings)
    found = {}
    for kind in sorted({row.kind for row in rows}):
        pairs = [
            (prediction.verdicts, verdict_of(row.outcome))
            for row, prediction in zip(rows, predictions, strict=True)
            if row.kind == kind
        ]
        found[kind] = min(
            _TEMPERATURES, key=lambda heat: sum(_surprise(chances, said, heat) for chances, said in pairs)
        )
    return found


def _surprise(chances: Mapping[str, float], said: str, heat: float) -> float:
    """Minus the log-probability of what was said, at another temperature."""
    powers = {name: max(chance, 1e-12) ** (1 / heat) for name, chance in chances.items()}
    return -math.log(max(powers.get(said, 0.0) / sum(powers.values()), 1e-12))
