"""Product of two matrices, at several precisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, layouts, one row, and an empty inner dimension."""
    dtype = params["dtype"]

    def case(m: int, k: int, n: int, left: str = "contiguous", right: str = "contiguous") -> Case:
        args = (tensor(m, k, dtype=dtype, layout=left), tensor(k, n, dtype=dtype, layout=right))
        return Case(args, max(1, k))

    m, k, n = random.randint(33, 70), random.randint(65, 140), random.randint(33, 70)
    return [
        case(m, k, n),
        case(m, k, n),
        case(64, 128, 64),
        case(random.randint(3, 30), random.randint(17, 90), random.randint(3, 30), "transposed", "sliced"),
        case(1, random.randint(2, 40), random.randint(2, 40), "offset", "transposed"),
        case(5, 0, 7),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """Types and the precision of the product."""
    precise = params["precision"] == "ieee" and params["dtype"] == "float32"
    return {
        "dtype": params["dtype"],
        "product": 'tl.dot(a, b, total, input_precision="ieee")' if precise else "tl.dot(a, b, total)",
        "block": "32",
    }


FAMILY = Family(
    name="matmul",
    level=1,
    title="matrix product",
    choices={
        "name": ("matmul", "multiply", "matrix_product", "gemm", "mm", "product"),
        "dtype": ("float32", "float16"),
        "precision": ("ieee", "tf32", "fp16-accumulate"),
    },
    valid=lambda params: (
        (params["precision"] == "fp16-accumulate") <= (params["dtype"] == "float16")
        and (params["precision"] == "tf32") <= (params["dtype"] == "float32")
    ),
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    precision=lambda params: str(params["precision"]),
    tags=("matrix",),
)
