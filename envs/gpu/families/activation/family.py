"""Activation functions on tensors of any shape and layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

CALLS = {
    "relu": "torch.relu(x)",
    "silu": "torch.nn.functional.silu(x)",
    "gelu": "torch.nn.functional.gelu(x)",
    "tanh": "torch.tanh(x)",
    "softplus": "torch.nn.functional.softplus(x)",
    "sigmoid": "torch.sigmoid(x)",
    "leaky_relu": "torch.nn.functional.leaky_relu(x, 0.125)",
    "elu": "torch.nn.functional.elu(x)",
}
KERNELS = {
    "relu": "tl.maximum(x, 0.0)",
    "silu": "x / (1.0 + tl.exp(-x))",
    "gelu": "0.5 * x * (1.0 + tl.erf(x * 0.7071067811865476))",
    "tanh": "2.0 / (1.0 + tl.exp(-2.0 * x)) - 1.0",
    "softplus": "tl.maximum(x, 0.0) + tl.log(1.0 + tl.exp(-tl.abs(x)))",
    "sigmoid": "1.0 / (1.0 + tl.exp(-x))",
    "leaky_relu": "tl.where(x > 0.0, x, 0.125 * x)",
    "elu": "tl.where(x > 0.0, x, tl.exp(tl.minimum(x, 0.0)) - 1.0)",
}


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]
    n = random.randint(700, 1500)
    return [
        Case((tensor(n, dtype=dtype, scale=2.0),)),
        Case((tensor(n, dtype=dtype, scale=2.0),)),
        Case((tensor(random.randint(5, 20), random.randint(20, 60), dtype=dtype, layout="transposed"),)),
        Case((tensor(3, 5, 7, dtype=dtype, layout="sliced", scale=4.0),)),
        Case((tensor(1, dtype=dtype),)),
        Case((tensor(0, 4, dtype=dtype),)),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    return {"dtype": params["dtype"], "call": CALLS[kind], "kind": kind, "kernel": KERNELS[kind]}


FAMILY = Family(
    name="activation",
    level=1,
    title="an activation function, element by element",
    choices={
        "name": ("activate", "activation", "apply_activation", "act"),
        "kind": ("relu", "silu", "gelu", "tanh", "softplus", "sigmoid", "leaky_relu", "elu"),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("elementwise",),
)
