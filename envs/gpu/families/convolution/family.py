"""Depthwise convolution in one dimension, with padding and stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, taps, bias = params["dtype"], params["taps"], params["bias"]

    def case(batch: int, channels: int, length: int, layout: str = "contiguous") -> Case:
        args = (tensor(batch, channels, length, dtype=dtype, layout=layout), tensor(channels, taps, dtype=dtype))
        return Case((*args, tensor(channels, dtype=dtype)) if bias else args, taps)

    channels, length = random.randint(3, 7), random.randint(40, 140)
    return [
        case(2, channels, length),
        case(2, channels, length),
        case(1, 5, random.randint(6, 30), "transposed"),
        case(1, 4, 64, "sliced"),
        case(1, 1, 6),
        case(0, 2, 9),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    taps, causal, bias = params["taps"], params["causal"], params["bias"]
    names = ["x", "weight", *(["bias"] if bias else [])]
    return {
        "dtype": params["dtype"],
        "taps": str(taps),
        "signature": ", ".join(f"{name}: torch.Tensor" for name in names),
        "arguments": ", ".join(names),
        "pad": f"x = torch.nn.functional.pad(x, ({taps - 1}, 0))" if causal else "",
        "bias": "bias" if bias else "None",
        "words": f"with {taps - 1} zeros put before the first sample, so that the result is as long as `x`"
        if causal
        else f"without padding, so that the result is {taps - 1} shorter than `x`",
        "length": "length" if causal else f"length - {taps - 1}",
        "place": f"offsets + tap - {taps - 1}" if causal else "offsets + tap",
        "valid": "inside & (place >= 0)" if causal else "inside",
        "other": ", other=0.0" if causal else "",
        "pointer": "bias_ptr, " if bias else "",
        "argument": "bias, " if bias else "",
        "start": " + tl.load(bias_ptr + channel).to(tl.float32)" if bias else "",
    }


FAMILY = Family(
    name="convolution",
    level=1,
    title="a one-dimensional convolution of each channel",
    choices={
        "name": ("convolve", "filter_channels", "depthwise", "conv"),
        "taps": (3, 4, 5),
        "causal": (False, True),
        "bias": (False, True),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("window",),
)
