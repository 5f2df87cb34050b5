"""A small assembly: a plate with a bore, and a headed pin that stands in it with clearance."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The gap of the fit, over the plate's thickness: a pin that fills its hole is another part."""
    gap = float(params["pin"] + params["clearance"]) ** 2 - float(params["pin"]) ** 2
    return math.pi / 4 * gap * float(params["thickness"])


FAMILY = Family(
    name="pin_in_plate",
    revision=1,
    level=5,
    title="pin in a plate, with clearance",
    sizes={
        "side": (40, 50, 60),
        "thickness": (8, 10, 12),
        "pin": (10, 12, 16),
        "clearance": (0.2, 0.3, 0.5),
        "head": (20, 24, 28),
        "head_height": (4, 5, 6),
        "length": (24, 30, 36),
    },
    smallest=_smallest,
    fill=lambda params: {
        "hole": f"{params['pin'] + params['clearance']:g}",
        "below": f"{params['length'] - params['thickness']:g}",
        "top": str(params["thickness"] + params["head_height"]),
    },
    solids=2,
    tags=("assembly",),
)
