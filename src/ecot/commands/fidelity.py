"""`ecot fidelity`: how often a world model says what the real tools said, beside the baselines that it has to beat."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from ecot.commands.fidelity_tables import (
    ALL,
    SPLITS,
    Measured,
    Saved,
    data_of,
    data_table,
    figures_table,
    ladder_table,
    savings_table,
)
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.world_model.dataset import FOLDS, Row, Split, rows_of, split_rows
from ecot.world_model.fidelity import confusion, measure, reliability
from ecot.world_model.ladder import Majority, NGrams, ParserThenMajority
from ecot.world_model.model import Prediction, WorldModel, verdict_of
from ecot.world_model.prepared import MODES, readings_of
from ecot.world_model.reading import Reading
from ecot.world_model.risk import Checked
from ecot.world_model.saving import by_kind, saving
from ecot.world_model.selection import Selection, select
from ecot.world_model.shipped import bundle

NAME = "fidelity"
HELP = "measure a world model against stored real outcomes, by turn, task and family"

_BOUNDS = (0.01, 0.05, 0.1)
"""Of the error of what the hybrid answers unrun."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="STORE", help="folders of real trajectories")
    parser.add_argument("--model", default="", metavar="PATH", help="of a model, without ending; the packaged one")
    parser.add_argument("--fold", type=int, metavar="N", help="which families are held out (as the model was trained)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure here")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw confusion and reliability here (PNG)")
    parser.add_argument("--alone", action="store_true", help="the model without the baselines")


def run(arguments: argparse.Namespace) -> int:
    """Predict, measure and print."""
    found = bundle(arguments.model)
    fold = int(found.card.get("fold", 0)) if arguments.fold is None else arguments.fold
    if fold not in range(FOLDS):
        raise ConfigError(f"--fold={fold} must lie in 0 to {FOLDS - 1}")
    rows = [row for path in arguments.paths for row in rows_of(TrajectoryStore(path))]
    parts = split_rows(rows, fold=fold)
    held = [(split, row) for split in SPLITS for row in parts[split]]
    if not held:
        raise ConfigError(f"{', '.join(map(str, arguments.paths))}: no held-out turns; collect more episodes")
    known = found.model.known
    started = time.process_time()
    readings = [readings_of(row, known) for _, row in held]
    read = (time.process_time() - started) / len(MODES)
    models: list[WorldModel] = [found.model]
    if not arguments.alone:
        models = [*_baselines(parts[Split.TRAIN], found.model.known), found.model]
    predicted = {
        (model.name, mode): model.predict([reading[mode] for reading in readings]) for model in models for mode in MODES
    }
    costs = _costs(found.model, [reading["stored"] for reading in readings], read=read / len(held))
    cost = costs["read"] + costs["batch_of_256"]
    lines = list(_measured(held, predicted))
    savings = list(_savings(held, predicted[found.model.name, "stored"], found.calibration, cost=cost))
    console = Console(highlight=False)
    console.print(data_table(data_of(rows)))
    console.print(figures_table(lines, found.model.name))
    console.print(ladder_table(lines, [model.name for model in models]))
    console.print(savings_table(savings, cost=cost))
    told = ", ".join(f"{name.replace('_', ' ')} {1000 * value:.2f} ms" for name, value in costs.items())
    console.print(f"processor time a candidate, parsers aside: {told}")
    ranked = {split: _selected(held, predicted[found.model.name, "none"], split) for split in SPLITS[1:]}
    for split, item in ranked.items():
        if item is not None:
            console.print(
                f"{split}: of {item.groups} groups of first answers one drawn passes in {100 * item.drawn:.1f}%, "
                f"the one ranked first in {100 * item.ranked:.1f}%, any in {100 * item.any:.1f}%"
            )
    if arguments.json:
        _write(
            arguments.json,
            lines,
            held,
            predicted,
            savings,
            name=found.model.name,
            about={
                "card": found.card,
                "data": data_of(rows),
                "costs": {name: round(value, 6) for name, value in costs.items()},
                "ranked": {str(split): asdict(item) for split, item in ranked.items() if item},
            },
        )
    if arguments.picture:
        from ecot.commands.fidelity_picture import draw

        chosen = [place for place, (split, _) in enumerate(held) if split is not Split.TURN]
        items = predicted[found.model.name, "stored"]
        draw(arguments.picture, [held[place][1] for place in chosen], [items[place] for place in chosen])
    return 0


def _baselines(rows: Sequence[Row], known: Mapping[str, Any]) -> Sequence[WorldModel]:
    """The lower rungs, trained on what the model was trained on, candidates set against stored passes."""
    readings = [readings_of(row, known, modes=("none", "stored"))["stored"] for row in rows]
    verdicts = [verdict_of(row.outcome) for row in rows]
    return [rung(readings, verdicts) for rung in (Majority, ParserThenMajority, NGrams)]


def _measured(
    held: Sequence[tuple[Split, Row]], predicted: Mapping[tuple[str, str], Sequence[Prediction]]
) -> Iterator[Measured]:
    kinds = [ALL, *sorted({row.kind for _, row in held})]
    for (name, mode), predictions in predicted.items():
        for split in SPLITS:
            for kind in kinds:
                places = [
                    place for place, (other, row) in enumerate(held) if other is split and kind in (ALL, row.kind)
                ]
                if places:
                    figures = measure([held[place][1] for place in places], [predictions[place] for place in places])
                    yield Measured(name, mode, str(split), kind, figures)


def _costs(model: WorldModel, readings: Sequence[Reading], *, read: float) -> Mapping[str, float]:
    """Seconds of processor time a candidate takes: to read (parsers aside), to predict by itself, and among 256."""
    found = {"read": read}
    for name, size in (("batch_of_1", 1), ("batch_of_256", 256)):
        chosen = readings[: max(size, 64)]
        started = time.process_time()
        for start in range(0, len(chosen), size):
            model.predict(chosen[start : start + size])
        found[name] = (time.process_time() - started) / len(chosen)
    return found


def _selected(held: Sequence[tuple[Split, Row]], predictions: Sequence[Prediction], split: Split) -> Selection | None:
    """What ranking brings in one split."""
    places = [place for place, (other, _) in enumerate(held) if other is split]
    return select([held[place][1] for place in places], [predictions[place] for place in places])


def _savings(
    held: Sequence[tuple[Split, Row]],
    predictions: Sequence[Prediction],
    calibration: Mapping[str, Sequence[Checked]],
    *,
    cost: float,
) -> Iterator[Saved]:
    """What the hybrid would do with new tasks and new families, by bound."""
    for bound in _BOUNDS:
        for split in (Split.TASK, Split.FAMILY):
            chosen = [place for place, (other, _) in enumerate(held) if other is split]
            rows, items = [held[place][1] for place in chosen], [predictions[place] for place in chosen]
            for kind, places in by_kind(rows).items():
                found = saving(
                    [rows[place] for place in places],
                    [items[place] for place in places],
                    calibration.get(kind, ()),
                    max_error=bound,
                    cost=cost,
                )
                yield Saved(str(split), kind, found)


def _write(
    path: Path,
    lines: Sequence[Measured],
    held: Sequence[tuple[Split, Row]],
    predicted: Mapping[tuple[str, str], Sequence[Prediction]],
    savings: Sequence[Saved],
    *,
    name: str,
    about: Mapping[str, Any],
) -> None:
    extras = {}
    for split in SPLITS:
        places = [place for place, (other, _) in enumerate(held) if other is split]
        if places:
            rows = [held[place][1] for place in places]
            items = [predicted[name, "stored"][place] for place in places]
            extras[str(split)] = {
                "confusion": {f"{real} as {said}": n for (real, said), n in sorted(confusion(rows, items).items())},
                "reliability": [[round(value, 4) for value in line] for line in reliability(rows, items)],
            }
    data = {
        "model": name,
        **about,
        "splits": extras,
        "hybrid": [_plain(item) for item in savings],
        "figures": [_rounded(line) for line in lines],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _plain(item: Saved) -> Mapping[str, Any]:
    figures = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(item.saving).items()
    }
    return {"split": item.split, "kind": item.kind, **figures}


def _rounded(line: Measured) -> Mapping[str, Any]:
    figures = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(line.figures).items()
    }
    return {"model": line.model, "reference": line.reference, "split": line.split, "kind": line.kind, **figures}
