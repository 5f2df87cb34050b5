"""Cosine similarity, distance and projection of pairs of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

TABLE = {
    "cosine": (
        "torch.nn.functional.cosine_similarity(a, b, dim=-1, eps=EPS)",
        "ab / tl.sqrt(tl.maximum(aa * bb, EPS * EPS))",
    ),
    "squared_distance": ("((a - b) ** 2).sum(dim=-1)", "aa - 2.0 * ab + bb"),
    "projection": ("(a * b).sum(dim=-1) / ((b * b).sum(dim=-1) + EPS)", "ab / (bb + EPS)"),
}


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]

    def case(rows: int, width: int, layout: str = "contiguous") -> Case:
        return Case(
            (tensor(rows, width, dtype=dtype, layout=layout), tensor(rows, width, dtype=dtype, shift=0.4)), width
        )

    rows, width = random.randint(4, 9), random.randint(70, 200)
    return [
        case(rows, width),
        case(rows, width),
        case(6, random.randint(3, 40), "transposed"),
        case(3, 64, "sliced"),
        case(2, 2),
        case(0, 16),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    call, kernel = TABLE[params["kind"]]
    return {
        "dtype": params["dtype"],
        "call": call.replace("EPS", str(params["eps"])),
        "kernel": kernel.replace("EPS", str(params["eps"])),
    }


FAMILY = Family(
    name="cosine",
    level=2,
    title="the likeness of pairs of rows",
    choices={
        "name": ("likeness", "compare_rows", "pairwise", "similarity"),
        "kind": ("cosine", "squared_distance", "projection"),
        "dtype": ("float32", "float16"),
        "eps": (1e-08, 1e-06),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row", "fused"),
)
