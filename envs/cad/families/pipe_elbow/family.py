"""A pipe that goes up, turns through a right angle and goes on level, with a flat at its foot."""

from __future__ import annotations

import math

from ecot.envs.cad.family import Family, Params


def _smallest(params: Params) -> float:
    """The base plate, without the pipe in it."""
    area = float(params["plate"]) ** 2 - math.pi / 4 * float(params["outer"]) ** 2
    return area * float(params["plate_height"])


FAMILY = Family(
    name="pipe_elbow",
    revision=1,
    level=3,
    title="pipe elbow with a square foot",
    sizes={
        "outer": (12, 16, 20),
        "wall": (1, 1.5, 2),
        "bend": (16, 20, 25, 30),
        "up": (15, 20, 30),
        "along": (10, 18, 25),
        "plate": (28, 32, 36),
        "plate_height": (2, 3, 4),
        "towards": ("x", "y"),
    },
    smallest=_smallest,
    fill=lambda params: {
        "inner": f"{params['outer'] - 2 * params['wall']:g}",
        "height": str(params["up"] + params["bend"]),
        "plane": "XZ" if params["towards"] == "x" else "YZ",
    },
    tags=("sweep",),
)
