"""A flanged bushing: two cylinders and a bore."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The collar that stands out."""
    ring = float(params["collar"]) ** 2 - float(params["outer"]) ** 2
    return math.pi / 4 * ring * float(params["collar_height"])


FAMILY = Family(
    name="bushing",
    revision=1,
    level=1,
    title="flanged bushing",
    sizes={
        "outer": (16, 20, 24, 28),
        "bore": (8, 10, 12),
        "length": (15, 20, 25, 32),
        "collar": (32, 36, 40),
        "collar_height": (2, 3, 4, 5),
        "axis": ("x", "z"),
    },
    smallest=_smallest,
    fill=lambda params: {
        "plane": "XY" if params["axis"] == "z" else "YZ",
        "start_plane": f"{params['axis']} = 0",
    },
    tags=("boolean",),
)
