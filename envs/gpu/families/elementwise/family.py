"""Arithmetic on several tensors, with scalars that are passed at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

LOADS = {
    1: "x = tl.load(x_ptr + offsets, mask=inside).to(tl.float32)",
    2: "x = tl.load(x_ptr + offsets, mask=inside).to(tl.float32)\n"
    "    y = tl.load(y_ptr + offsets, mask=inside).to(tl.float32)",
}
TABLE = {
    "axpby": (("x", "y"), ("a", "b"), "a * x + b * y", "a * x + b * y"),
    "lerp": (("x", "y"), ("t",), "torch.lerp(x, y, t)", "x + t * (y - x)"),
    "clamp": (("x",), ("low", "high"), "x.clamp(low, high)", "tl.minimum(tl.maximum(x, low), high)"),
    "where": (("x", "y", "choice"), (), "torch.where(choice, x, y)", "tl.where(choice != 0, x, y)"),
    "hypot": (("x", "y"), (), "(x * x + y * y).sqrt()", "tl.sqrt(x * x + y * y)"),
    "addcmul": (("x", "y", "z"), ("a",), "x + a * y * z", "x + a * y * z"),
}


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype, kind = params["dtype"], params["kind"]

    def case(*shape: int, layout: str = "contiguous") -> Case:
        x, y = tensor(*shape, dtype=dtype, layout=layout), tensor(*shape, dtype=dtype, shift=0.5)
        a, b = random.choice((0.5, 2.0, -1.5)), random.choice((0.25, 3.0, 1.0))
        z = tensor(*shape, dtype=dtype)
        third = {"where": tensor(*shape, dtype="bool", values="boolean"), "addcmul": z}.get(kind)
        scalars = {"axpby": (a, b), "lerp": (b,), "clamp": (-abs(a), b), "addcmul": (a,)}.get(kind, ())
        tensors = (x,) if kind == "clamp" else (x, y) if third is None else (x, y, third)
        return Case((*tensors, *scalars))

    n = random.randint(300, 900)
    return [
        case(n),
        case(n),
        case(random.randint(3, 12), random.randint(10, 40), layout="transposed"),
        case(4, 3, 9, layout="sliced"),
        case(1),
        case(0, 3),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind = params["kind"]
    names, scalars, call, kernel = TABLE[kind]
    return {
        "dtype": params["dtype"],
        "signature": ", ".join([f"{n}: torch.Tensor" for n in names] + [f"{s}: float" for s in scalars]),
        "arguments": ", ".join([*names, *scalars]),
        "call": call,
        "parameters": ", ".join([f"{n}_ptr" for n in names] + ["out_ptr", *scalars]),
        "given": ", ".join([f"{n}.contiguous()" for n in names] + ["out", *scalars]),
        "loads": LOADS[min(len(names), 2)],
        "load_third": f"{names[2]} = tl.load({names[2]}_ptr + offsets, mask=inside)" if len(names) > 2 else "",
        "kernel": kernel,
    }


FAMILY = Family(
    name="elementwise",
    level=1,
    title="an expression of several tensors",
    choices={
        "name": ("combine", "expression", "arithmetic", "mix"),
        "kind": ("axpby", "lerp", "clamp", "where", "hypot", "addcmul"),
        "dtype": ("float32", "float16", "bfloat16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("elementwise",),
)
