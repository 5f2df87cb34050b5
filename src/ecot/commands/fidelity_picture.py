"""Draws how a world model errs: which label it takes for which, and how far its confidence can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from ecot.world_model.dataset import Row
from ecot.world_model.fidelity import confusion, reliability
from ecot.world_model.model import Prediction


def draw(path: Path, rows: Sequence[Row], predictions: Sequence[Prediction]) -> None:
    """Write a PNG of both, side by side."""
    figure = Figure(figsize=(13, 5.5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    counts = confusion(rows, predictions)
    labels = sorted({label for pair in counts for label in pair})
    left.set_xlim(-0.5, len(labels) - 0.5)
    left.set_ylim(len(labels) - 0.5, -0.5)
    totals = {real: sum(count for (other, _), count in counts.items() if other == real) for real in labels}
    for (real, said), count in counts.items():
        place = (labels.index(said) - 0.5, labels.index(real) - 0.5)
        share = count / totals[real]
        left.add_patch(_square(place, share))
        left.text(place[0] + 0.5, place[1] + 0.5, str(count), ha="center", va="center", color=_ink(share), fontsize=8)
    left.set_xticks(range(len(labels)), labels, rotation=40, ha="right", fontsize=8)
    left.set_yticks(range(len(labels)), labels, fontsize=8)
    left.set_xlabel("predicted")
    left.set_ylabel("said by the real tools")
    bins = reliability(rows, predictions)
    right.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    right.plot([sure for sure, _, _ in bins], [fits for _, fits, _ in bins], marker="o", color="C0")
    for sure, fits, count in bins:
        right.annotate(str(count), (sure, fits), textcoords="offset points", xytext=(6, -10), fontsize=8)
    right.set_xlabel("confidence")
    right.set_ylabel("share right")
    right.set_xlim(0, 1.02)
    right.set_ylim(0, 1.02)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)


def _square(place: tuple[float, float], share: float) -> object:
    from matplotlib.patches import Rectangle

    return Rectangle(place, 1, 1, facecolor=(1 - 0.8 * share, 1 - 0.6 * share, 1 - 0.25 * share), edgecolor="white")


def _ink(share: float) -> str:
    return "white" if share > 0.6 else "black"
