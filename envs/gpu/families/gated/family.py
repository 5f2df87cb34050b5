"""Gated linear units: an activation of one half of a row times the other half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]

    def case(rows: int, half: int, layout: str = "contiguous") -> Case:
        return Case((tensor(rows, 2 * half, dtype=dtype, layout=layout, scale=2.0),))

    rows, half = random.randint(4, 12), random.randint(40, 150)
    return [
        case(rows, half),
        case(rows, half),
        case(6, random.randint(2, 30), "transposed"),
        case(3, 64, "sliced"),
        case(2, 1),
        case(0, 8),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    function = {"silu": "torch.nn.functional.silu", "gelu": "torch.nn.functional.gelu"}.get(kind, f"torch.{kind}")
    return {
        "dtype": params["dtype"],
        "function": function,
        "kind": kind,
        "halves": "gate, value" if params["first"] else "value, gate",
        "order": "left" if params["first"] else "right",
        "gate_at": "0" if params["first"] else "half",
        "value_at": "half" if params["first"] else "0",
        "gated": {
            "silu": "gate / (1.0 + tl.exp(-gate))",
            "gelu": "0.5 * gate * (1.0 + tl.erf(gate * 0.7071067811865476))",
            "sigmoid": "1.0 / (1.0 + tl.exp(-gate))",
            "relu": "tl.maximum(gate, 0.0)",
        }[kind],
    }


FAMILY = Family(
    name="gated",
    level=2,
    title="a gate times a value, from two halves of each row",
    choices={
        "name": ("gated", "glu", "gate_rows", "gated_unit"),
        "kind": ("silu", "gelu", "sigmoid", "relu"),
        "first": (True, False),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("elementwise", "fused"),
)
