"""A plate with two parallel slots and bevelled corners."""

from __future__ import annotations

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One bevelled corner."""
    return float(params["bevel"]) ** 2 / 2 * float(params["thickness"])


FAMILY = Family(
    name="slotted_plate",
    revision=1,
    level=2,
    title="plate with two slots and bevelled corners",
    sizes={
        "width": (60, 70, 80, 100),
        "depth": (40, 48, 56),
        "thickness": (3, 4, 5, 6),
        "slot_length": (24, 30, 36),
        "slot_width": (5, 6, 8),
        "spacing": (16, 20, 24),
        "bevel": (4, 5, 6, 8),
    },
    smallest=_smallest,
    fill=lambda params: {
        "half_spacing": f"{params['spacing'] / 2:g}",
        "centres": f"{params['slot_length'] - params['slot_width']:g}",
    },
    tags=("sketch",),
)
