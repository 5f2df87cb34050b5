"""Arithmetic of a matrix with a row vector and a column vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

TABLE = {
    "scale_shift": ("matrix * row + column[:, None]", "m * r + c"),
    "outer": ("matrix + column[:, None] * row", "m + c * r"),
    "distance": ("(matrix - row).abs() * column[:, None]", "tl.abs(m - r) * c"),
    "centre": ("(matrix - row - column[:, None]) * 0.5", "(m - r - c) * 0.5"),
}


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]

    def case(rows: int, columns: int, layout: str = "contiguous") -> Case:
        matrix = tensor(rows, columns, dtype=dtype, layout=layout)
        return Case((matrix, tensor(columns, dtype=dtype), tensor(rows, dtype=dtype, shift=0.5)))

    rows, columns = random.randint(17, 40), random.randint(20, 60)
    return [
        case(rows, columns),
        case(rows, columns),
        case(random.randint(3, 20), random.randint(3, 20), "transposed"),
        case(16, 32, "sliced"),
        case(1, 5),
        case(0, 7),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    call, kernel = TABLE[params["kind"]]
    first, second = ("column", "row") if params["swap"] else ("row", "column")
    names = {"row": "down", "column": "across"} if params["swap"] else {"row": "across", "column": "down"}
    return {
        "dtype": params["dtype"],
        "call": call,
        "kernel": kernel,
        "across": "b[None, :]" if params["swap"] else "a[None, :]",
        "down": "a[:, None]" if params["swap"] else "b[:, None]",
        "order": "matrix, row, column",
        "first": first,
        "second": second,
        "note": f"{names['row']} and {names['column']}",
    }


FAMILY = Family(
    name="broadcast",
    level=1,
    title="a matrix with a row and a column",
    choices={
        "name": ("broadcast", "with_vectors", "frame", "spread"),
        "kind": ("scale_shift", "outer", "distance", "centre"),
        "dtype": ("float32", "float16"),
        "swap": (False, True),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("elementwise",),
)
