"""Products with matrices of eight-bit integers that carry a scale a row or a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    group, dtype = params["group"], params["dtype"]

    def case(rows: int, groups: int, layout: str = "contiguous") -> Case:
        width = groups * group
        weight = tensor(rows, width, dtype="int8", values="integers", low=-100, high=100, layout=layout)
        scale = tensor(rows, groups, dtype=dtype, values="uniform", low=0.01, high=0.05)
        point = tensor(rows, groups, dtype="int8", values="integers", low=-9, high=9)
        x = tensor(width, dtype=dtype)
        return Case((weight, scale, point, x) if params["zero"] else (weight, scale, x), width)

    rows, groups = random.randint(9, 30), random.randint(2, 5)
    return [
        case(rows, groups),
        case(rows, groups),
        case(random.randint(2, 9), 3, "transposed"),
        case(4, 2, "sliced"),
        case(1, 1),
        case(0, 2),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    zero = params["zero"]
    names = ["weight", "scale", *(["zero"] if zero else []), "x"]
    return {
        "dtype": params["dtype"],
        "group": str(params["group"]),
        "signature": ", ".join(f"{name}: torch.Tensor" for name in names),
        "arguments": ", ".join(names),
        "value": "(groups - zero[:, :, None])" if zero else "groups",
        "words": " less the zero point of its group" if zero else "",
        "pointer": "zero_ptr, " if zero else "",
        "argument": "zero.contiguous(), " if zero else "",
        "shift": "w -= tl.load(zero_ptr + row * groups + g).to(tl.float32)" if zero else "",
    }


FAMILY = Family(
    name="dequantise",
    level=2,
    title="a matrix of bytes with scales, times a vector",
    choices={
        "name": ("dequantise", "byte_product", "scaled_product", "int8_matvec"),
        "group": (16, 32),
        "zero": (False, True),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("matrix", "fused"),
)
