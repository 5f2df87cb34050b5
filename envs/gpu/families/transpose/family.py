"""Transposition, reversal and rotation of a matrix by a kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]
    how = {"values": "integers", "low": -1000, "high": 1000} if dtype == "int32" else {}
    rows, columns = random.randint(33, 60), random.randint(20, 70)
    return [
        Case((tensor(rows, columns, dtype=dtype, **how),)),
        Case((tensor(rows, columns, dtype=dtype, **how),)),
        Case((tensor(random.randint(3, 40), random.randint(3, 40), dtype=dtype, layout="transposed", **how),)),
        Case((tensor(32, 16, dtype=dtype, layout="sliced", **how),)),
        Case((tensor(1, 9, dtype=dtype, **how),)),
        Case((tensor(5, 0, dtype=dtype, **how),)),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    return {
        "dtype": params["dtype"],
        "call": {"transpose": "x.t().contiguous()", "rotate": "x.rot90(-1)", "flip": "x.flip(0, 1)"}[params["kind"]],
        "what": {
            "transpose": "rows become columns",
            "rotate": "turned by a quarter clockwise",
            "flip": "both dimensions reversed",
        }[params["kind"]],
        "turned": {"transpose": "columns, rows", "rotate": "columns, rows", "flip": "rows, columns"}[params["kind"]],
        "place": {
            "transpose": "j[None, :] * stride + i[:, None]",
            "rotate": "j[None, :] * stride + (rows - 1 - i)[:, None]",
            "flip": "(rows - 1 - i)[:, None] * stride + (columns - 1 - j)[None, :]",
        }[params["kind"]],
    }


FAMILY = Family(
    name="transpose",
    level=1,
    title="a matrix in another order",
    choices={
        "name": ("reorder", "turn", "rearrange", "moved"),
        "kind": ("transpose", "rotate", "flip"),
        "dtype": ("float32", "float16", "int32"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    copies=False,
    tags=("movement",),
)
