"""A rectangular plate with one drilled hole, off its centre."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The hole."""
    return math.pi / 4 * float(params["diameter"]) ** 2 * float(params["thickness"])


def _valid(params: Params) -> bool:
    """Some material stands around the hole."""
    edge = params["diameter"] / 2 + 2
    return bool(params["hole_x"] + edge < params["width"] / 2 and params["hole_y"] + edge < params["depth"] / 2)


FAMILY = Family(
    name="drilled_plate",
    revision=1,
    level=1,
    title="plate with a drilled hole",
    sizes={
        "width": (40, 50, 60, 80, 100),
        "depth": (30, 36, 45, 54),
        "thickness": (4, 6, 8, 10),
        "diameter": (5, 6.5, 8, 10),
        "hole_x": (4, 7, 12, 18),
        "hole_y": (0, 3, 6),
    },
    smallest=_smallest,
    valid=_valid,
    tags=("boolean",),
)
