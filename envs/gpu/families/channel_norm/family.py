"""Batch normalisation at inference with an activation and a residual, as a module with buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    channels = params["channels"]

    def case(batch: int, length: int, layout: str = "contiguous") -> Case:
        x = tensor(batch, channels, length, layout=layout, scale=2.0)
        return Case((x, tensor(batch, channels, length)) if params["residual"] else (x,))

    length = random.randint(50, 130)
    return [
        case(2, length),
        case(2, length),
        case(1, random.randint(2, 20), "transposed"),
        case(1, 64, "sliced"),
        case(2, 1),
        case(0, 8),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    activation, residual = params["activation"], params["residual"]
    before = "y + residual" if residual else "y"
    return {
        "channels": str(params["channels"]),
        "eps": str(params["eps"]),
        "signature": "x: torch.Tensor, residual: torch.Tensor" if residual else "x: torch.Tensor",
        "result": {"none": before, "relu": f"torch.relu({before})"}.get(
            activation, f"torch.nn.functional.silu({before})"
        ),
        "words": "no activation" if activation == "none" else f"the activation `{activation}`",
        "pointer": "r_ptr, " if residual else "",
        "argument": "residual.contiguous(), " if residual else "",
        "add": "y += tl.load(r_ptr + place, mask=inside)" if residual else "",
        "activated": {"none": "y", "relu": "tl.maximum(y, 0.0)", "silu": "y / (1.0 + tl.exp(-y))"}[activation],
    }


FAMILY = Family(
    name="channel_norm",
    level=3,
    title="normalisation of channels with stored statistics",
    choices={
        "name": ("ModelNew", "ChannelNorm"),
        "activation": ("none", "relu", "silu"),
        "residual": (False, True),
        "channels": (3, 6),
        "eps": (1e-05, 0.001),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    model=True,
    init=lambda params: (params["channels"],),
    tags=("elementwise", "block"),
)
