"""Routing of tokens to the best k experts by a softmax of logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

SUM_FIRST = """left = p
    kept = 0.0
    for i in tl.static_range(TOP):
        kept += tl.max(left, axis=0)
        left = tl.where(offsets == tl.argmax(left, axis=0), -float("inf"), left)"""


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    experts = params["experts"]

    def case(tokens: int, layout: str = "contiguous", shift: float = 0.0) -> Case:
        return Case((tensor(tokens, experts, layout=layout, scale=2.0, shift=shift),), experts)

    tokens = random.randint(10, 30)
    return [
        case(tokens),
        case(tokens),
        case(random.randint(2, 9), "transposed"),
        case(16, "sliced", 60.0),
        case(1, shift=-200.0),
        case(0),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    k, renormalise = params["k"], params["renormalise"]
    return {
        "k": str(k),
        "experts": str(params["experts"]),
        "index": params["index"],
        "normal": "weights = weights / weights.sum(dim=-1, keepdim=True)" if renormalise else "",
        "words": ", divided by their sum" if renormalise else "",
        "divide": "weight / kept" if renormalise else "weight",
        "probability": "e" if renormalise else "e / tl.sum(e, axis=0)",
        "sum_first": SUM_FIRST if renormalise else "",
    }


FAMILY = Family(
    name="expert_gate",
    level=3,
    title="the experts of each token and their weights",
    choices={
        "name": ("route", "choose_experts", "expert_gate", "dispatch"),
        "k": (1, 2, 3),
        "experts": (5, 11, 13),
        "renormalise": (False, True),
        "index": ("int64", "int32"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    valid=lambda params: not (params["k"] == 1 and params["renormalise"]),
    tags=("index", "block"),
)
