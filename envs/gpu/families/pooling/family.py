"""Maximum and mean over windows of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, window = params["dtype"], params["window"]

    def case(rows: int, length: int, layout: str = "contiguous") -> Case:
        return Case((tensor(rows, length, dtype=dtype, layout=layout, shift=-1.0),), window)

    rows, length = random.randint(3, 7), random.randint(60, 150)
    return [
        case(rows, length),
        case(rows, length),
        case(5, random.randint(8, 30), "transposed"),
        case(2, 64, "sliced"),
        case(1, window),
        case(0, 12),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind, window = params["kind"], params["window"]
    return {
        "dtype": params["dtype"],
        "window": str(window),
        "step": str(params["step"]),
        "kind": "maximum" if kind == "max" else "mean",
        "call": f"x.unfold(-1, {window}, {params['step']}).{'amax' if kind == 'max' else 'mean'}(dim=-1)",
        "start": '-float("inf")' if kind == "max" else "0.0",
        "update": "tl.maximum(total, x)" if kind == "max" else "total + x",
        "result": "total" if kind == "max" else f"total / {window}.0",
    }


FAMILY = Family(
    name="pooling",
    level=1,
    title="pooling of a sequence",
    choices={
        "name": ("pool", "window_pool", "reduce_windows", "downsample"),
        "kind": ("max", "mean"),
        "window": (2, 3, 5),
        "step": (1, 2, 3),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("window",),
)
