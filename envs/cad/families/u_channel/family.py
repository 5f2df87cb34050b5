"""A U channel with a row of holes in its web."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One hole."""
    return math.pi / 4 * float(params["diameter"]) ** 2 * float(params["web"])


def _valid(params: Params) -> bool:
    """The row fits into the length, and a hole between the flanges."""
    row = (params["holes"] - 1) * params["pitch"] + params["diameter"]
    return bool(row + 8 < params["length"] and params["diameter"] + 2 * params["flange"] + 2 < params["width"])


FAMILY = Family(
    name="u_channel",
    revision=1,
    level=2,
    title="U channel with a row of holes",
    sizes={
        "length": (60, 80, 100, 120),
        "width": (24, 30, 36),
        "height": (15, 18, 24),
        "web": (2, 3, 4),
        "flange": (2, 3),
        "holes": (3, 4, 5),
        "pitch": (14, 18, 20),
        "diameter": (4, 5, 6.6),
    },
    smallest=_smallest,
    valid=_valid,
    tags=("extrusion", "pattern"),
)
