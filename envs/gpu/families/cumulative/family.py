"""Running sums, products and maxima along the last dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

PADDING = {"cumsum": "0.0", "cumprod": "1.0", "cummax": '-float("inf")'}
"""What lanes behind a row hold where the scan begins there."""


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]
    rows, columns = random.randint(3, 7), random.randint(60, 250)
    near = {"shift": 1.0, "scale": 0.05} if params["kind"] == "cumprod" else {}
    return [
        Case((tensor(rows, columns, dtype=dtype, **near),), columns),
        Case((tensor(rows, columns, dtype=dtype, **near),), columns),
        Case((tensor(4, random.randint(5, 30), dtype=dtype, layout="transposed", **near),), 30),
        Case((tensor(2, 64, dtype=dtype, layout="sliced", **near),), 64),
        Case((tensor(2, 1, dtype=dtype),), 1),
        Case((tensor(0, 7, dtype=dtype),), 7),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind, reverse = params["kind"], params["reverse"]
    call = f"x.{'flip(-1).' if reverse else ''}{kind}(dim=-1){'.values' if kind == 'cummax' else ''}"
    combine = {"cumsum": "a + b", "cumprod": "a * b", "cummax": "tl.maximum(a, b)"}[kind]
    return {
        "dtype": params["dtype"],
        "call": f"{call}.flip(-1)" if reverse else call,
        "combine": combine,
        "reverse": str(reverse),
        "what": {"cumsum": "sum", "cumprod": "product", "cummax": "maximum"}[kind],
        "direction": "from the right" if reverse else "from the left",
        "other": f", other={PADDING[kind]}" if reverse else "",
    }


FAMILY = Family(
    name="cumulative",
    level=1,
    title="a running total of each row",
    choices={
        "name": ("running", "scan_rows", "cumulate", "prefix"),
        "kind": ("cumsum", "cumprod", "cummax"),
        "reverse": (False, True),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("scan", "row"),
)
