"""`ecot fidelity`: how often a world model says what the real tools said, beside the baselines that it has to beat."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.world_model.dataset import FOLDS, Row, Split, rows_of, split_rows
from ecot.world_model.fidelity import CLAIM, Figures, confusion, measure, reliability
from ecot.world_model.ladder import Majority, NGrams, ParserThenMajority
from ecot.world_model.model import Prediction, WorldModel, verdict_of
from ecot.world_model.prepared import MODES, readings_of
from ecot.world_model.risk import Checked
from ecot.world_model.saving import Saving, by_kind, saving
from ecot.world_model.shipped import bundle

NAME = "fidelity"
HELP = "measure a world model against stored real outcomes, by turn, task and family"

_SPLITS = (Split.TURN, Split.TASK, Split.FAMILY)
_ALL = "all"
_BOUNDS = (0.01, 0.05, 0.1)
"""Of the error of what the hybrid answers unrun."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """One line of the table."""

    model: str
    reference: str
    split: str
    kind: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Saved:
    """One line of the hybrid's table."""

    split: str
    kind: str
    saving: Saving


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
    held = [(split, row) for split in _SPLITS for row in parts[split]]
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
    started = time.process_time()
    found.model.predict([reading["stored"] for reading in readings])
    cost = (read + time.process_time() - started) / len(held)
    lines = list(_measured(held, predicted))
    savings = list(_savings(held, predicted[found.model.name, "stored"], found.calibration, cost=cost))
    console = Console(highlight=False)
    console.print(_table(lines, found.model.name))
    console.print(_ladder(lines, [model.name for model in models]))
    console.print(_savings_table(savings, cost=cost))
    if arguments.json:
        _write(arguments.json, lines, held, predicted, savings, name=found.model.name, card=found.card)
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
) -> Iterator[_Measured]:
    kinds = [_ALL, *sorted({row.kind for _, row in held})]
    for (name, mode), predictions in predicted.items():
        for split in _SPLITS:
            for kind in kinds:
                places = [
                    place for place, (other, row) in enumerate(held) if other is split and kind in (_ALL, row.kind)
                ]
                if places:
                    figures = measure([held[place][1] for place in places], [predictions[place] for place in places])
                    yield _Measured(name, mode, str(split), kind, figures)


def _savings(
    held: Sequence[tuple[Split, Row]],
    predictions: Sequence[Prediction],
    calibration: Mapping[str, Sequence[Checked]],
    *,
    cost: float,
) -> Iterator[_Saved]:
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
                yield _Saved(str(split), kind, found)


def _savings_table(savings: Sequence[_Saved], *, cost: float) -> Table:
    title = (
        f"hybrid: answered unrun, of these wrong, tool time saved net, in % (a prediction takes {1000 * cost:.1f} ms)"
    )
    table = Table(title=title, box=SIMPLE_HEAD)
    for column in ("bound", "split", "domain", "threshold", "turns", "unrun", "wrong", "net saved"):
        table.add_column(column, justify="left" if column in ("split", "domain") else "right")
    for item in savings:
        found = item.saving
        table.add_row(
            f"{found.max_error:g}",
            item.split,
            item.kind,
            "-" if found.threshold is None else f"{found.threshold:.4f}",
            str(found.rows),
            _percent(found.answered / found.rows),
            _percent(found.wrong / found.answered if found.answered else None),
            _percent(found.net),
        )
    return table


def _table(lines: Sequence[_Measured], name: str) -> Table:
    title = f"{name}: predictions against the real tools, in % (reference: an earlier turn that passed)"
    table = Table(title=title, box=SIMPLE_HEAD)
    columns = ("split", "domain", "turns", "right", "95%", "built", "false pass", "false fail")
    for column in (*columns, f"wrong >={CLAIM}", "found", "ECE", "Brier", "episodes", "class", "line"):
        table.add_column(column, justify="left" if column in ("split", "domain") else "right")
    for line in lines:
        if line.model == name and line.reference == "stored":
            item = line.figures
            table.add_row(
                line.split,
                line.kind,
                str(item.rows),
                _percent(item.accuracy),
                f"{_percent(item.low)}-{_percent(item.high)}",
                *map(_percent, (item.built, item.false_pass, item.false_fail, item.claimed_wrong, item.claimed_found)),
                _percent(item.calibration_error),
                f"{item.brier:.3f}",
                *map(_percent, (item.trajectories, item.code, item.line)),
            )
    return table


def _ladder(lines: Sequence[_Measured], names: Sequence[str]) -> Table:
    table = Table(title="right, in %, over all domains; in brackets: of candidates that were built", box=SIMPLE_HEAD)
    table.add_column("model")
    table.add_column("reference")
    for split in _SPLITS:
        table.add_column(str(split), justify="right")
    for name in names:
        for mode in MODES:
            found = {
                line.split: line.figures
                for line in lines
                if (line.model, line.reference, line.kind) == (name, mode, _ALL)
            }
            cells = [found.get(str(split)) for split in _SPLITS]
            table.add_row(
                name, mode, *(f"{_percent(item.accuracy)} ({_percent(item.built)})" if item else "-" for item in cells)
            )
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _write(
    path: Path,
    lines: Sequence[_Measured],
    held: Sequence[tuple[Split, Row]],
    predicted: Mapping[tuple[str, str], Sequence[Prediction]],
    savings: Sequence[_Saved],
    *,
    name: str,
    card: Mapping[str, Any],
) -> None:
    extras = {}
    for split in _SPLITS:
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
        "card": dict(card),
        "splits": extras,
        "hybrid": [_plain(item) for item in savings],
        "figures": [_rounded(line) for line in lines],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _plain(item: _Saved) -> Mapping[str, Any]:
    figures = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(item.saving).items()
    }
    return {"split": item.split, "kind": item.kind, **figures}


def _rounded(line: _Measured) -> Mapping[str, Any]:
    figures = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(line.figures).items()
    }
    return {"model": line.model, "reference": line.reference, "split": line.split, "kind": line.kind, **figures}
