"""Cross-entropy of logits with integer classes, optionally smoothed and with an ignored class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    most = params["classes"]
    low = -1 if params["ignored"] else 0

    def case(rows: int, classes: int, layout: str = "contiguous") -> Case:
        logits = tensor(rows, classes, scale=3.0, layout=layout)
        return Case((logits, tensor(rows, dtype=params["index"], values="integers", low=low, high=classes)), classes)

    rows, classes = random.randint(6, 15), random.randint(most // 2, most)
    return [
        case(rows, classes),
        case(rows, classes),
        case(7, random.randint(2, 30), "transposed"),
        case(4, most, "sliced"),
        case(0, 5),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    smoothing, ignored = params["smoothing"], params["ignored"]
    options = ', reduction="none"' + (f", label_smoothing={smoothing}" if smoothing else "")
    options += ", ignore_index=-1" if ignored else ""
    return {
        "options": options,
        "classes": str(params["classes"]),
        "index": params["index"],
        "smoothed": f"(1.0 - {smoothing}) * (total - chosen) + {smoothing} * (total - mean)"
        if smoothing
        else "total - chosen",
        "mean": "mean = tl.sum(tl.where(inside, x, 0.0), axis=0) / classes" if smoothing else "",
        "skip": "loss = tl.where(target < 0, 0.0, loss)" if ignored else "",
        "ignored": " A row of class -1 is ignored: its loss is 0." if ignored else "",
        "smoothing": f" Labels are smoothed by {smoothing}." if smoothing else "",
    }


FAMILY = Family(
    name="cross_entropy",
    level=2,
    title="the cross-entropy of each row with its class",
    choices={
        "name": ("cross_entropy", "loss_of_rows", "class_loss", "row_losses"),
        "smoothing": (0.0, 0.1, 0.2),
        "ignored": (False, True),
        "classes": (10, 100, 300),
        "index": ("int64", "int32"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "index", "fused"),
)
