"""An angle bracket with holes in both legs and a rounded inner edge."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The rounding of the inner edge, or a hole where that is less."""
    rounding = (1 - math.pi / 4) * float(params["radius"]) ** 2 * float(params["width"])
    hole = math.pi / 4 * float(params["diameter"]) ** 2 * float(params["thickness"])
    return min(rounding, hole)


def _valid(params: Params) -> bool:
    """The holes stay clear of the rounding and of the edges."""
    room = params["thickness"] + params["radius"] + params["diameter"] / 2 + 1
    return bool(min(params["leg"], params["height"]) * 0.65 > room and params["diameter"] + 6 < params["width"])


FAMILY = Family(
    name="l_bracket",
    revision=1,
    level=3,
    title="angle bracket with a rounded inner edge",
    sizes={
        "leg": (40, 50, 60),
        "height": (30, 40, 55),
        "width": (20, 25, 30),
        "thickness": (4, 5, 6),
        "radius": (3, 4, 5),
        "diameter": (5, 6.5, 8),
    },
    smallest=_smallest,
    fill=lambda params: {
        "foot_hole": f"{params['leg'] * 0.7:g}",
        "wall_hole": f"{params['height'] * 0.7:g}",
        "half_width": f"{params['width'] / 2:g}",
        "inner": str(params["thickness"] + params["radius"]),
    },
    valid=_valid,
    tags=("functional",),
)
