"""Scaled dot-product attention without the matrix of scores in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, width, heads = params["dtype"], params["width"], params["heads"]

    def case(queries: int, keys: int, layout: str = "contiguous") -> Case:
        q = tensor(1, heads, queries, width, dtype=dtype, layout=layout)
        return Case((q, *(tensor(1, heads, keys, width, dtype=dtype) for _ in range(2))), max(width, keys))

    length = random.randint(34, 60)
    return [
        case(length, length),
        case(length, length),
        case(random.randint(3, 20), random.randint(21, 40), "transposed"),
        case(32, 32, "sliced"),
        case(1, 1),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    width, causal = params["width"], params["causal"]
    block = 32 if width > 16 else 16
    return {
        "dtype": params["dtype"],
        "width": str(width),
        "scale": repr(width**-0.5),
        "mask": ", attn_mask=allowed" if causal else "",
        "make_mask": "allowed = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()" if causal else "",
        "words": "query i sees keys 0 to i" if causal else "every query sees every key",
        "counts": "(keys[None, :] < K) & (keys[None, :] <= queries[:, None])" if causal else "keys[None, :] < K",
        "other": ", other=0.0" if width == 24 else "",
        "block": str(block),
        "precise": ', input_precision="ieee"' if params["dtype"] == "float32" else "",
    }


FAMILY = Family(
    name="attention",
    level=3,
    title="attention over one head at a time",
    choices={
        "name": ("ModelNew", "Attention"),
        "causal": (False, True),
        "width": (16, 32, 24),
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
