"""A block with a step and a groove: three boxes, added and taken away."""

from __future__ import annotations

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The groove."""
    return float(params["depth"] * params["groove_width"] * params["groove_depth"])


FAMILY = Family(
    name="stepped_block",
    revision=1,
    level=1,
    title="block with a step and a groove",
    sizes={
        "width": (40, 50, 60, 70),
        "depth": (20, 25, 32),
        "low": (8, 10, 12),
        "high": (18, 22, 26, 30),
        "step": (18, 22, 26),
        "groove_width": (3, 4, 5, 6),
        "groove_depth": (1.5, 2, 3),
    },
    smallest=_smallest,
    fill=lambda params: {
        "groove_from": f"{(params['width'] + params['step']) / 2 - params['groove_width'] / 2:g}",
        "groove_to": f"{(params['width'] + params['step']) / 2 + params['groove_width'] / 2:g}",
        "groove_floor": f"{params['low'] - params['groove_depth']:g}",
    },
    tags=("boolean",),
)
