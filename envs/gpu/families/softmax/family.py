"""Softmax along the last dimension of a matrix, with a temperature, plain or in logarithms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """A plain matrix twice, then odd, strided, one-column and empty ones."""
    dtype, most = params["dtype"], params["columns"]
    rows, columns = random.randint(5, 12), random.randint(most // 2 + 1, most - 1)
    few = random.randint(2, 40)
    return [
        Case((tensor(rows, columns, dtype=dtype, scale=3.0),), columns),
        Case((tensor(rows, columns, dtype=dtype, scale=3.0),), columns),
        Case((tensor(random.randint(9, 17), few, dtype=dtype, layout="transposed", shift=4.0),), few),
        Case((tensor(4, most, dtype=dtype, layout="sliced", shift=-50.0),), most),
        Case((tensor(3, 1, dtype=dtype),), 1),
        Case((tensor(0, columns, dtype=dtype),), columns),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The expression, the formula and the kernel's last step."""
    scale, log = params["scale"], params["log"]
    scaled = "x" if scale == 1.0 else f"x * {scale}"
    return {
        "operator": "log_softmax" if log else "softmax",
        "scaled": scaled,
        "scale": str(scale),
        "columns": str(params["columns"]),
        "dtype": params["dtype"],
        "result": "x - tl.log(total)" if log else "tl.exp(x) / total",
        "meaning": "the logarithm of the softmax" if log else "the softmax",
    }


FAMILY = Family(
    name="softmax",
    level=1,
    title="softmax of rows",
    choices={
        "name": ("softmax", "row_softmax", "softmax_rows", "normalise_rows"),
        "dtype": ("float32", "float16", "bfloat16"),
        "scale": (1.0, 0.5, 0.25, 2.0),
        "log": (False, True),
        "columns": (128, 200, 512),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row"),
)
