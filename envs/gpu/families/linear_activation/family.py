"""Matrix product with transposed weights, bias and activation in one kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, bias = params["dtype"], params["bias"]

    def case(m: int, k: int, n: int, layout: str = "contiguous") -> Case:
        args = (tensor(m, k, dtype=dtype, layout=layout), tensor(n, k, dtype=dtype, scale=0.3))
        return Case((*args, tensor(n, dtype=dtype)) if bias else args, k)

    m, k, n = random.randint(17, 50), random.randint(40, 100), random.randint(17, 50)
    return [
        case(m, k, n),
        case(m, k, n),
        case(random.randint(2, 20), random.randint(5, 60), 19, "transposed"),
        case(16, 64, 32, "sliced"),
        case(1, 3, 1),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind, bias = params["kind"], params["bias"]
    linear = f"torch.nn.functional.linear(x, weight{', bias' if bias else ''})"
    calls = {"none": linear, "relu": f"torch.relu({linear})"}
    precise = ', input_precision="ieee"' if params["dtype"] == "float32" else ""
    return {
        "dtype": params["dtype"],
        "call": calls.get(kind, f"torch.nn.functional.{kind}({linear})"),
        "signature": ", ".join(f"{name}: torch.Tensor" for name in ("x", "weight", "bias")[: 3 if bias else 2]),
        "arguments": "x, weight, bias" if bias else "x, weight",
        "kind": "no activation" if kind == "none" else f"the activation `{kind}`",
        "bias": "bias and " if bias else "",
        "pointer": "bias_ptr, " if bias else "",
        "argument": "bias, " if bias else "",
        "add": "total += tl.load(bias_ptr + columns, mask=columns < N)[None, :].to(tl.float32)" if bias else "",
        "activated": {
            "none": "total",
            "relu": "tl.maximum(total, 0.0)",
            "silu": "total / (1.0 + tl.exp(-total))",
            "gelu": "0.5 * total * (1.0 + tl.erf(total * 0.7071067811865476))",
        }[kind],
        "precise": precise,
    }


FAMILY = Family(
    name="linear_activation",
    level=2,
    title="a linear layer with its activation",
    choices={
        "name": ("linear", "dense", "project", "affine"),
        "kind": ("relu", "silu", "gelu", "none"),
        "bias": (True, False),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("matrix", "fused"),
)
