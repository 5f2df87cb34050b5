"""Scaled dot-product attention without the matrix of scores in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, width, heads = params["dtype"], params["width"], params["heads"]

    def case(batch: int, queries: int, keys: int, layout: str = "contiguous", scale: float = 1.0) -> Case:
        q = tensor(batch, heads, queries, width, dtype=dtype, layout=layout, scale=scale)
        k, v = (tensor(batch, heads, keys, width, dtype=dtype, layout=layout) for _ in range(2))
        return Case((q, k, v), max(width, keys), rounded=True)

    length = random.randint(34, 50)
    return [
        case(1, length, length),
        case(1, length, length),
        case(2, random.randint(3, 20), random.randint(21, 40), "transposed"),
        case(1, 40, random.randint(17, 30), "sliced", scale=40.0),
        case(1, 1, 1),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    width, causal = params["width"], params["causal"]
    return {
        "dtype": params["dtype"],
        "width": str(width),
        "scale": repr(width**-0.5),
        "mask": ", attn_mask=allowed" if causal else "",
        "make_mask": "allowed = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()" if causal else "",
        "words": "query i sees keys 0 to i" if causal else "every query sees every key",
        "counts": "(keys[None, :] < K) & (keys[None, :] <= queries[:, None])" if causal else "keys[None, :] < K",
        "block": "32",
        "precise": ', input_precision="ieee"' if params["dtype"] == "float32" else "",
    }


FAMILY = Family(
    name="attention",
    level=3,
    title="attention over one head at a time",
    choices={
        "name": ("ModelNew", "Attention"),
        "causal": (False, True),
        "width": (20, 24, 40),
        "dtype": ("float32", "float16"),
        "heads": (1, 2),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    model=True,
    tags=("matrix", "block"),
)
