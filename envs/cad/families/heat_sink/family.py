"""A heat sink: a base with upright fins and four fixing holes in its margins."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One fixing hole."""
    return math.pi / 4 * float(params["hole"]) ** 2 * float(params["base"])


def _valid(params: Params) -> bool:
    """The fins stand between the margins, with gaps."""
    span = (params["fins"] - 1) * params["pitch"] + params["fin"]
    return bool(span <= params["width"] - 2 * params["margin"] and params["pitch"] > params["fin"] + 1)


FAMILY = Family(
    name="heat_sink",
    revision=1,
    level=4,
    title="heat sink with straight fins",
    sizes={
        "width": (60, 70, 80),
        "depth": (40, 50, 60),
        "base": (3, 4, 5),
        "height": (15, 20, 25),
        "fins": (5, 6, 7, 9),
        "fin": (1, 1.5, 2),
        "pitch": (4, 5, 6),
        "margin": (9, 10),
        "hole": (3.2, 4.2, 5.2),
    },
    smallest=_smallest,
    fill=lambda params: {
        "hole_x": f"{(params['width'] - params['margin']) / 2:g}",
        "hole_y": f"{params['depth'] / 2 - 6:g}",
        "fin_height": str(params["height"] - params["base"]),
    },
    valid=_valid,
    tags=("functional", "pattern"),
)
