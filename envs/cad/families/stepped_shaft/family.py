"""A turned shaft of three diameters with a chamfered end and a keyway."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The chamfer: a ring of triangular section; its volume by Pappus."""
    size, radius = float(params["chamfer"]), float(params["small"]) / 2
    return size**2 / 2 * 2 * math.pi * (radius - size / 3)


FAMILY = Family(
    name="stepped_shaft",
    revision=1,
    level=3,
    title="stepped shaft with a keyway",
    sizes={
        "large": (30, 36, 40),
        "middle": (20, 24, 28),
        "small": (12, 15, 18),
        "large_length": (15, 20, 30),
        "middle_length": (20, 25, 40),
        "small_length": (18, 24, 30),
        "chamfer": (1, 1.5, 2),
        "key_width": (4, 5, 6),
        "key_depth": (2.5, 3),
    },
    smallest=_smallest,
    fill=lambda params: {
        "first": str(params["large_length"]),
        "second": str(params["large_length"] + params["middle_length"]),
        "total": str(params["large_length"] + params["middle_length"] + params["small_length"]),
        "key_floor": f"{params['middle'] / 2 - params['key_depth']:g}",
    },
    held_out=True,
    tags=("revolve",),
)
