"""Normalisation of rows with a learned scale, and a shift where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]

    def case(rows: int, width: int, layout: str = "contiguous") -> Case:
        args = [tensor(rows, width, dtype=dtype, layout=layout, shift=0.5, scale=2.0)]
        args += [tensor(rows, width, dtype=dtype)] if params["residual"] else []
        args += [tensor(width, dtype=dtype, shift=1.0)]
        args += [tensor(width, dtype=dtype)] if params["kind"] == "layer" else []
        return Case(tuple(args), width)

    rows, width = random.randint(4, 9), random.randint(100, 300)
    return [
        case(rows, width),
        case(rows, width),
        case(5, random.randint(4, 60), "transposed"),
        case(3, 128, "sliced"),
        case(0, 24),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    layer, residual = params["kind"] == "layer", params["residual"]
    names = ["x", *(["residual"] if residual else []), "weight", *(["bias"] if layer else [])]
    call = (
        f"torch.nn.functional.layer_norm(x, x.shape[-1:], weight, bias, {params['eps']})"
        if layer
        else f"torch.nn.functional.rms_norm(x, x.shape[-1:], weight, {params['eps']})"
    )
    return {
        "dtype": params["dtype"],
        "eps": str(params["eps"]),
        "signature": ", ".join(f"{name}: torch.Tensor" for name in names),
        "arguments": ", ".join(names),
        "title": "Layer normalisation" if layer else "RMS normalisation",
        "sum": "x = x + residual" if residual else "",
        "call": call,
        "after": " of the sum of two matrices" if residual else " of a matrix",
        "residual_pointer": "residual_ptr, " if residual else "",
        "residual_argument": "residual.contiguous(), " if residual else "",
        "load_residual": "x += tl.load(residual_ptr + row * width + offsets, mask=inside, other=0.0).to(tl.float32)"
        if residual
        else "",
        "round": "x = x.to(y_ptr.dtype.element_ty).to(tl.float32)" if residual and params["dtype"] != "float32" else "",
        "centre": "x = tl.where(inside, x - tl.sum(x, axis=0) / width, 0.0)" if layer else "",
        "bias_pointer": "bias_ptr, " if layer else "",
        "bias_argument": "bias, " if layer else "",
        "load_bias": "y += tl.load(bias_ptr + offsets, mask=inside).to(tl.float32)" if layer else "",
    }


FAMILY = Family(
    name="normalise",
    level=2,
    title="layer or RMS normalisation of rows, with weights",
    choices={
        "name": ("normalise", "norm_rows", "normalised", "standardise"),
        "kind": ("layer", "rms"),
        "residual": (False, True),
        "eps": (1e-05, 0.001),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("reduction", "row", "fused"),
)
