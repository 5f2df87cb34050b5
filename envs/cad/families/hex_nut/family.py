"""A hexagonal nut blank: a hexagon with a bore, chamfered at the bore's upper end."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The chamfer of the bore: a ring of triangular section; its volume by Pappus."""
    size, radius = float(params["chamfer"]), float(params["bore"]) / 2
    return size**2 / 2 * 2 * math.pi * (radius + size / 3)


FAMILY = Family(
    name="hex_nut",
    revision=1,
    level=2,
    title="hexagonal nut blank",
    sizes={
        "flats": (16, 18, 24, 30),
        "height": (6, 8, 10, 13, 16),
        "bore": (6.8, 8.5, 10.2),
        "chamfer": (0.5, 0.8, 1),
        "side": ("x", "y"),
    },
    smallest=_smallest,
    fill=lambda params: {
        "corners": f"{params['flats'] / math.cos(math.pi / 6):.4f}",
        "turn": "30" if params["side"] == "x" else "0",
        "corner_axis": "y" if params["side"] == "x" else "x",
    },
    tags=("sketch",),
)
