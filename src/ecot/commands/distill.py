"""`ecot distill`: trains the small world model from stored trajectories, and calibrates it on families held out."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from ecot.envs.errors import ConfigError
from ecot.envs.provenance import package_version
from ecot.envs.store import TrajectoryStore
from ecot.world_model.dataset import FOLDS, Row, Split, rows_of, split_rows, succeeded
from ecot.world_model.model import PASSED
from ecot.world_model.prepared import readings_of
from ecot.world_model.risk import Checked
from ecot.world_model.small import SmallModel
from ecot.world_model.training import Settings, train
from ecot.world_model.weights import Bundle, save

NAME = "distill"
HELP = "train the small world model from stored trajectories"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    defaults = Settings()
    parser.epilog = "example: ecot distill runs/verilog runs/cad --output models/mine --minutes 30"
    parser.add_argument("paths", nargs="+", type=Path, metavar="STORE", help="folders of real trajectories")
    parser.add_argument("--output", type=Path, default=Path("models/icwm-small"), help="path without an ending")
    parser.add_argument("--minutes", type=float, default=defaults.minutes, help=f"of training ({defaults.minutes:g})")
    parser.add_argument("--epochs", type=int, default=defaults.epochs, help=f"at most ({defaults.epochs})")
    parser.add_argument("--threads", type=int, default=defaults.threads, help=f"of the processor ({defaults.threads})")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="of weights and batches (0)")
    parser.add_argument("--fold", type=int, default=0, help=f"which families are held out, 0 to {FOLDS - 1} (0)")


def run(arguments: argparse.Namespace) -> int:
    """Train, calibrate and write."""
    if arguments.fold not in range(FOLDS):
        raise ConfigError(f"--fold={arguments.fold} must lie in 0 to {FOLDS - 1}")
    if arguments.minutes <= 0 or arguments.epochs < 1 or arguments.threads < 1:
        raise ConfigError("--minutes, --epochs and --threads must be positive")
    console = Console(highlight=False)
    rows = [row for path in arguments.paths for row in rows_of(TrajectoryStore(path))]
    parts = split_rows(rows, fold=arguments.fold)
    settings = Settings(
        minutes=arguments.minutes, epochs=arguments.epochs, threads=arguments.threads, seed=arguments.seed
    )
    model = train(parts[Split.TRAIN], parts[Split.VALIDATION], settings=settings, report=console.print)
    calibration = calibrated(model, parts[Split.CALIBRATION])
    bundle = Bundle(model=model, calibration=calibration, card=_card(parts, settings, fold=arguments.fold))
    save(arguments.output, bundle)
    console.print(f"wrote {arguments.output}.npz and {arguments.output}.json")
    return 0


def calibrated(model: SmallModel, rows: Sequence[Row]) -> Mapping[str, Sequence[Checked]]:
    """Return, by kind of domain, what the model predicts to fail among rows, and whether that was right."""
    readings = [readings_of(row, model.known, modes=("none", "stored"))["stored"] for row in rows]
    found: dict[str, list[Checked]] = defaultdict(list)
    for row, prediction in zip(rows, model.predict(readings), strict=True):
        if prediction.verdict != PASSED:
            failed = row.outcome.failure
            wrong = failed is None or failed.label is not prediction.label
            found[row.kind].append(Checked(prediction.confidence, wrong))
    return found


def _card(parts: Mapping[Split, Sequence[Row]], settings: Settings, *, fold: int) -> Mapping[str, Any]:
    """What a model card has to say, as far as it can be counted."""
    kinds = sorted({row.kind for rows in parts.values() for row in rows})
    return {
        "package_version": package_version(),
        "settings": asdict(settings),
        "fold": fold,
        "rows": {str(split): dict(sorted(Counter(row.kind for row in rows).items())) for split, rows in parts.items()},
        "passing": {
            kind: round(_share([succeeded(row.outcome) for row in parts[Split.TRAIN] if row.kind == kind]), 3)
            for kind in kinds
        },
        "held_out": {
            str(split): sorted({f"{row.kind}/{row.task.family}" for row in parts[split]})
            for split in (Split.FAMILY, Split.CALIBRATION)
        },
    }


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0
