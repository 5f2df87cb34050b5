"""A trained model on disk: half-precision arrays in one `.npz`, all else in one `.json` beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ecot.envs.errors import PredictionError
from ecot.world_model.prepared import Labels, Vocabulary
from ecot.world_model.risk import Checked
from ecot.world_model.small import Network, Size, SmallModel

__all__ = ["Bundle", "load", "save"]

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A model and what has to travel with it.

    Attributes:
        model: trained.
        calibration: by kind of domain, predicted failures of held-out families that were run.
        card: how it was made, as JSON values: data, splits, settings.
    """

    model: SmallModel
    calibration: Mapping[str, Sequence[Checked]] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)


def save(path: Path, bundle: Bundle) -> None:
    """Write a bundle as `path`.npz and `path`.json."""
    model = bundle.model
    arrays = {name: value.numpy().astype(np.float16) for name, value in model.network.state_dict().items()}
    words = sorted(model.vocabulary.words, key=lambda word: model.vocabulary.words[word])
    rest = {
        "schema": SCHEMA,
        "name": model.name,
        "size": asdict(model.network.size),
        "words": words,
        "known": {kind: sorted(found) for kind, found in sorted(model.vocabulary.known.items())},
        "verdicts": list(model.labels.verdicts),
        "codes": list(model.labels.codes),
        "seen": {kind: list(places) for kind, places in sorted(model.labels.seen.items())},
        "temperatures": {kind: round(value, 4) for kind, value in sorted(model.temperatures.items())},
        "calibration": {
            kind: [[round(item.confidence, 5), int(item.wrong)] for item in rows]
            for kind, rows in sorted(bundle.calibration.items())
        },
        "card": dict(bundle.card),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path.with_suffix(".npz"), allow_pickle=False, **arrays)
    path.with_suffix(".json").write_text(json.dumps(rest, separators=(",", ":")) + "\n", encoding="utf-8")


def load(path: Path) -> Bundle:
    """Return the bundle at `path`.npz and `path`.json.

    Raises:
        PredictionError: there is none, or it is of another version.
    """
    try:
        rest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
            state = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    except FileNotFoundError:
        raise PredictionError(f"there is no world model at {path}; train one with `ecot distill`") from None
    except (OSError, ValueError) as error:
        raise PredictionError(f"the world model at {path} cannot be read: {error}") from None
    if rest.get("schema") != SCHEMA:
        raise PredictionError(f"the world model at {path} is of another version; train one with `ecot distill`")
    network = Network(Size(**rest["size"]))
    network.load_state_dict(state)
    known = {kind: frozenset(words) for kind, words in rest["known"].items()}
    vocabulary = Vocabulary(known, {word: number for number, word in enumerate(rest["words"], start=2)})
    labels = Labels(rest["verdicts"], rest["codes"], rest["seen"])
    model = SmallModel(network, vocabulary, labels, temperatures=rest["temperatures"], name=rest["name"])
    calibration = {
        kind: [Checked(float(confidence), bool(wrong)) for confidence, wrong in rows]
        for kind, rows in rest["calibration"].items()
    }
    return Bundle(model=model, calibration=calibration, card=rest["card"])
