"""Where the extremum of each row stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    most = params["columns"]
    rows, columns = random.randint(4, 9), random.randint(most // 2, most)
    return [
        Case((tensor(rows, columns),)),
        Case((tensor(rows, columns),)),
        Case((tensor(random.randint(3, 9), random.randint(2, 40), layout="transposed", shift=-9.0),)),
        Case((tensor(5, most, layout="sliced"),)),
        Case((tensor(6, columns, values="integers", low=0, high=5),)),
        Case((tensor(3, 1),)),
        Case((tensor(0, 8),)),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    worst = '-float("inf")' if kind == "argmax" else 'float("inf")'
    return {"kind": kind, "extremum": kind[3:], "padding": worst, "columns": str(params["columns"])}


FAMILY = Family(
    name="argmax",
    level=1,
    title="the place of the largest element of each row",
    choices={
        "name": ("find_rows", "place_of_extremum", "locate", "row_index"),
        "kind": ("argmax", "argmin"),
        "columns": (64, 200, 500, 1000),
        "dtype": ("float32",),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row"),
)
