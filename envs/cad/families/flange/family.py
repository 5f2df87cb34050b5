"""A pipe flange: disc, hub, bore and a circle of bolt holes."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One bolt hole."""
    return math.pi / 4 * float(params["bolt"]) ** 2 * float(params["thickness"])


def _valid(params: Params) -> bool:
    """The bolt circle lies between hub and rim, and bolts stand apart."""
    circle, bolt = params["bolt_circle"], params["bolt"]
    inside = circle - bolt > params["hub"] + 4 and circle + bolt < params["outer"] - 4
    return bool(inside and params["bore"] + 6 <= params["hub"] and math.pi * circle / params["bolts"] > bolt + 4)


FAMILY = Family(
    name="flange",
    revision=1,
    level=4,
    title="pipe flange with a bolt circle",
    sizes={
        "outer": (80, 90, 100, 120),
        "thickness": (8, 10, 12),
        "hub": (36, 40, 46),
        "hub_height": (14, 18, 24),
        "bore": (20, 25, 30),
        "bolt_circle": (60, 66, 76, 84),
        "bolts": (4, 6, 8),
        "bolt": (6.5, 9, 11),
    },
    smallest=_smallest,
    fill=lambda params: {
        "total": str(params["thickness"] + params["hub_height"]),
        "step": f"{360 / params['bolts']:g}",
    },
    valid=_valid,
    tags=("functional", "pattern"),
)
