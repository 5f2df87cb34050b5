"""The lower half of an electronics enclosure: walls, rounded corners, four standoffs with pilot holes."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """One pilot hole."""
    return math.pi / 4 * float(params["pilot"]) ** 2 * float(params["standoff_height"])


def _valid(params: Params) -> bool:
    """The standoffs stand clear of walls and corners, and of each other."""
    room = params["standoff"] / 2 + params["wall"] + params["radius"] / 2
    return bool(
        params["board_x"] / 2 + room < params["width"] / 2 and params["board_y"] / 2 + room < params["depth"] / 2
    )


FAMILY = Family(
    name="enclosure",
    revision=1,
    level=4,
    title="enclosure with standoffs",
    sizes={
        "width": (70, 80, 95),
        "depth": (50, 60),
        "height": (22, 28, 34),
        "wall": (1.5, 2, 2.5),
        "radius": (4, 5),
        "board_x": (44, 50, 56),
        "board_y": (30, 34),
        "standoff": (6, 7),
        "standoff_height": (5, 6, 8),
        "pilot": (2.2, 2.6, 3),
    },
    smallest=_smallest,
    fill=lambda params: {
        "inner_radius": f"{params['radius'] - params['wall']:g}",
        "top": f"{params['wall'] + params['standoff_height']:g}",
    },
    min_wall=1.4,
    valid=_valid,
    tags=("functional", "shell"),
)
