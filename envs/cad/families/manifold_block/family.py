"""A hydraulic manifold: a block with a blind main bore and ports drilled into it from above."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One port, from the top of the block to the crest of the main bore."""
    depth = float(params["height"] / 2 - params["main"] / 2)
    return math.pi / 4 * float(params["port"]) ** 2 * depth


def _valid(params: Params) -> bool:
    """The ports lie over the main bore, which ends inside the block."""
    row = (params["ports"] - 1) * params["pitch"] + params["first"] + params["port"] / 2
    return bool(
        row < params["main_depth"] and params["main_depth"] + 5 < params["length"] and params["port"] < params["main"]
    )


FAMILY = Family(
    name="manifold_block",
    revision=1,
    level=4,
    title="manifold with crossing bores",
    sizes={
        "length": (70, 80, 100),
        "width": (25, 30, 36),
        "height": (28, 32, 40),
        "main": (10, 12, 14),
        "main_depth": (58, 64, 75),
        "port": (5, 6, 8),
        "ports": (2, 3, 4),
        "first": (12, 15),
        "pitch": (14, 16, 18),
    },
    smallest=_smallest,
    fill=lambda params: {"axis_height": f"{params['height'] / 2:g}"},
    valid=_valid,
    tags=("functional", "boolean"),
)
