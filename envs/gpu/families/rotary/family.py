"""Rotation of pairs of features by angles that grow with the position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, heads = params["dtype"], params["heads"]

    def case(length: int, width: int, layout: str = "contiguous") -> Case:
        angles = tensor(length, width // 2, values="uniform", low=-3.0, high=3.0)
        return Case((tensor(length, heads, width, dtype=dtype, layout=layout), angles))

    length, width = random.randint(4, 12), 2 * random.randint(10, 30)
    return [
        case(length, width),
        case(length, width),
        case(5, 6, "transposed"),
        case(3, 32, "sliced"),
        case(1, 2),
        case(0, 8),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    halves, sign = params["paired"] == "halves", "-" if params["inverse"] else ""
    return {
        "dtype": params["dtype"],
        "sine": f"{sign}torch.sin(angles)",
        "split": "a, b = x.chunk(2, dim=-1)" if halves else "a, b = x[..., 0::2], x[..., 1::2]",
        "join": "torch.cat((first, second), dim=-1)" if halves else "torch.stack((first, second), dim=-1).flatten(-2)",
        "pairs": "of each row's left and right half" if halves else "of neighbours (0 and 1, 2 and 3, ...)",
        "left": "offsets" if halves else "2 * offsets",
        "right": "half + offsets" if halves else "2 * offsets + 1",
        "way": "backwards" if params["inverse"] else "forwards",
        "sign": "-" if params["inverse"] else "",
    }


FAMILY = Family(
    name="rotary",
    level=2,
    title="rotary position embedding",
    choices={
        "name": ("rotate", "rotary", "rope", "turn_pairs"),
        "paired": ("halves", "neighbours"),
        "dtype": ("float32", "float16"),
        "heads": (1, 2, 3),
        "inverse": (False, True),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    held_out=True,
    tags=("elementwise", "fused"),
)
