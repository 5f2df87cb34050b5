"""Lookup of rows of a table, with an optional scale and a padding index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, index = params["dtype"], params["index"]

    def case(count: int, width: int, many: int, layout: str = "contiguous") -> Case:
        table = tensor(many, width, dtype=dtype, layout=layout)
        return Case((tensor(count, dtype=index, values="integers", low=0, high=many), table))

    count, width = random.randint(10, 30), random.randint(20, 70)
    return [
        case(count, width, 50),
        case(count, width, 50),
        case(random.randint(5, 20), random.randint(3, 40), 9, "transposed"),
        case(8, 64, 5, "sliced"),
        case(3, 1, 4),
        case(0, 16, 3),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    scale, padding = params["scale"], params["padding"]
    zero = " A row of index 0 is all zeros." if padding else ""
    times = "" if scale == 1.0 else f" * {scale}"
    return {
        "dtype": params["dtype"],
        "index": params["index"],
        "call": f"(table * (torch.arange(len(table)) > 0)[:, None])[indices.long()]{times}"
        if padding
        else f"table[indices.long()]{times}",
        "zero": zero,
        "value": f"tl.where(index > 0, x, 0.0){times}" if padding else f"x{times}",
    }


FAMILY = Family(
    name="embedding",
    level=1,
    title="rows of a table by index",
    choices={
        "name": ("lookup", "rows_of", "embed", "take_rows"),
        "scale": (1.0, 0.5, 4.0),
        "padding": (False, True),
        "dtype": ("float32", "float16"),
        "index": ("int64", "int32"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("movement", "index"),
)
