"""A block that narrows evenly towards its top, with a blind pocket."""

from __future__ import annotations

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The pocket."""
    return float(params["pocket"]) ** 2 * float(params["pocket_depth"])


def _valid(params: Params) -> bool:
    """The top has room for the pocket."""
    return bool(min(params["width"], params["depth"]) - 2 * params["inset"] > params["pocket"] + 3)


FAMILY = Family(
    name="tapered_block",
    revision=1,
    level=3,
    title="tapered block with a pocket",
    sizes={
        "width": (40, 48, 60),
        "depth": (30, 36, 44),
        "height": (20, 25, 32),
        "inset": (4, 6, 8),
        "pocket": (8, 10, 12),
        "pocket_depth": (3, 4, 6),
    },
    smallest=_smallest,
    fill=lambda params: {
        "top_width": str(params["width"] - 2 * params["inset"]),
        "top_depth": str(params["depth"] - 2 * params["inset"]),
        "pocket_floor": str(params["height"] - params["pocket_depth"]),
    },
    valid=_valid,
    tags=("loft",),
)
