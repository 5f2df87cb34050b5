"""Sum, mean, extremum, variance and norm along the last dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

CALLS = {
    "sum": "x.sum(dim=-1)",
    "mean": "x.mean(dim=-1)",
    "amax": "x.amax(dim=-1)",
    "amin": "x.amin(dim=-1)",
    "var": "x.var(dim=-1, unbiased=True)",
    "norm": "torch.linalg.vector_norm(x, dim=-1)",
    "logsumexp": "torch.logsumexp(x, dim=-1)",
}
_PLAIN = {"padding": "0.0", "before": ""}
KERNELS = {
    "sum": {**_PLAIN, "reduced": "tl.sum(x, axis=0)"},
    "mean": {**_PLAIN, "reduced": "tl.sum(x, axis=0) / columns"},
    "amax": {**_PLAIN, "padding": '-float("inf")', "reduced": "tl.max(x, axis=0)"},
    "amin": {**_PLAIN, "padding": 'float("inf")', "reduced": "tl.min(x, axis=0)"},
    "var": {
        "padding": "0.0",
        "before": "x = tl.where(inside, x - tl.sum(x, axis=0) / columns, 0.0)",
        "reduced": "tl.sum(x * x, axis=0) / (columns - 1)",
    },
    "norm": {**_PLAIN, "reduced": "tl.sqrt(tl.sum(x * x, axis=0))"},
    "logsumexp": {
        "padding": '-float("inf")',
        "before": "top = tl.max(x, axis=0)",
        "reduced": "top + tl.log(tl.sum(tl.exp(x - top), axis=0))",
    },
}


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]
    rows, columns = random.randint(4, 9), random.randint(130, 500)
    few = random.randint(3, 60)
    return [
        Case((tensor(rows, columns, dtype=dtype, shift=0.5),), columns),
        Case((tensor(rows, columns, dtype=dtype, shift=0.5),), columns),
        Case((tensor(random.randint(2, 9), few, dtype=dtype, layout="transposed", shift=-2.0),), few),
        Case((tensor(5, 64, dtype=dtype, layout="sliced"),), 64),
        Case((tensor(3, 2, dtype=dtype),), 2),
        Case((tensor(0, 33, dtype=dtype),), 33),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    return {"dtype": params["dtype"], "call": CALLS[kind], "kind": kind, **KERNELS[kind]}


FAMILY = Family(
    name="row_reduce",
    level=1,
    title="a reduction of each row",
    choices={
        "name": ("reduce_rows", "row_reduce", "reduce_last", "per_row"),
        "kind": ("sum", "mean", "amax", "amin", "var", "norm", "logsumexp"),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row"),
)
