"""Scaled softmax of attention scores under a causal, banded or given mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, given = params["dtype"], params["mask"] == "given"

    def case(batch: int, rows: int, columns: int, layout: str = "contiguous") -> Case:
        scores = tensor(batch, rows, columns, dtype=dtype, layout=layout, scale=3.0)
        return Case(
            (scores, tensor(rows, columns, dtype="bool", values="boolean", share=0.9)) if given else (scores,), columns
        )

    rows, columns = random.randint(10, 20), random.randint(40, 80)
    return [
        case(2, rows, columns),
        case(2, rows, columns),
        case(1, 9, 9, "transposed"),
        case(2, 5, 32, "sliced"),
        case(0, 4, 8),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    mask, scale = params["mask"], params["scale"]
    given = mask == "given"
    return {
        "dtype": params["dtype"],
        "scale": str(scale),
        "signature": "scores: torch.Tensor, allowed: torch.Tensor" if given else "scores: torch.Tensor",
        "arguments": "scores, allowed" if given else "scores",
        "make": {
            "causal": "j <= i",
            "band": "(j - i).abs() <= 3",
            "given": "allowed | (j == 0)",
        }[mask],
        "words": {
            "causal": "column j of row i counts where j <= i",
            "band": "column j of row i counts where |i - j| <= 3; a row for which no column does gives NaN",
            "given": "column j of row i counts where `allowed[i, j]` (a `bool` matrix), and column 0 always",
        }[mask],
        "pointer": "allowed_ptr, " if given else "",
        "argument": "allowed.contiguous(), " if given else "",
        "counts": {
            "causal": "j <= i",
            "band": "tl.abs(j - i) <= 3",
            "given": "(tl.load(allowed_ptr + i * columns + j, mask=inside) != 0) | (j == 0)",
        }[mask],
    }


FAMILY = Family(
    name="masked_softmax",
    level=2,
    title="softmax of scores under a mask",
    choices={
        "name": ("masked_softmax", "attend", "weights_of", "allowed_softmax"),
        "mask": ("causal", "band", "given"),
        "scale": (0.125, 0.5, 1.0),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row", "fused"),
)
