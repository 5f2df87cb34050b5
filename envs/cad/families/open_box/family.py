"""An open box: a block hollowed out from above, with rounded upright edges."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One rounded upright edge outside, as far as the inside does not follow it: the walls keep their thickness."""
    outer, inner = float(params["radius"]), float(params["radius"] - params["wall"])
    height, floor = float(params["height"]), float(params["wall"])
    return (1 - math.pi / 4) * (outer**2 * height - inner**2 * (height - floor))


FAMILY = Family(
    name="open_box",
    revision=1,
    level=3,
    title="open box with rounded upright edges",
    sizes={
        "width": (50, 60, 80),
        "depth": (36, 40, 50),
        "height": (20, 25, 30),
        "wall": (1.5, 2, 2.5, 3),
        "radius": (4, 5, 6, 8),
    },
    smallest=_smallest,
    fill=lambda params: {"inner_radius": f"{params['radius'] - params['wall']:g}"},
    tags=("shell",),
)
