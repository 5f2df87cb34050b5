"""Reductions of a whole tensor to one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    most, two = params["size"], params["kind"] == "dot"

    def case(*shape: int, layout: str = "contiguous") -> Case:
        count = 1
        for extent in shape:
            count *= extent
        one = tensor(*shape, layout=layout, shift=0.3)
        return Case((one, tensor(*shape)) if two else (one,), max(1, count))

    n = random.randint(most // 2, most)
    return [
        case(n),
        case(n),
        case(random.randint(4, 12), random.randint(20, 50), layout="transposed"),
        case(5, 33, layout="sliced"),
        case(1),
        *([] if params["kind"] in ("mean", "amax") else [case(0)]),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    two = kind == "dot"
    return {
        "call": {
            "sum": "x.sum()",
            "mean": "x.mean()",
            "square_sum": "(x * x).sum()",
            "amax": "x.amax()",
            "dot": "(x * y).sum()",
        }[kind],
        "signature": "x: torch.Tensor, y: torch.Tensor" if two else "x: torch.Tensor",
        "arguments": "x, y" if two else "x",
        "second_pointer": "y_ptr, " if two else "",
        "second_argument": "y.contiguous(), " if two else "",
        "load_second": "y = tl.load(y_ptr + offsets, mask=inside, other=0.0)" if two else "",
        "term": {"square_sum": "x * x", "dot": "x * y"}.get(kind, "x"),
        "reduce": "max" if kind == "amax" else "sum",
        "padding": '-float("inf")' if kind == "amax" else "0.0",
        "finish": " / n" if kind == "mean" else "",
        "block": str(params["block"]),
        "empty": "at least one element" if kind in ("mean", "amax") else "any number of elements, none included",
    }


FAMILY = Family(
    name="total",
    level=1,
    title="one number from a whole tensor",
    choices={
        "name": ("total", "reduce_all", "whole", "collapse"),
        "kind": ("sum", "mean", "square_sum", "amax", "dot"),
        "size": (700, 2500, 5000),
        "block": (256, 512),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction",),
)
