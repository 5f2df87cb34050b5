"""A dot product: the order of the sum is free within a tolerance, which compilers do not know."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.assembly.arrays import GIVEN, floats, sizes
from ecot.envs.assembly.family import Call, Family, Function, Parameter, Params, Role


def _assembly(params: Params) -> dict[str, str]:
    """Pieces of the solution: what is done with a pair of vectors, and with a pair of numbers."""
    suffix = {"float": "s", "double": "d"}[params["kind"]]
    vectors = []
    for number in range(4):
        place = f"rax+{32 * number}" if number else "rax"
        if params["product"] == "dot":
            vectors.append(f"    vfmadd231p{suffix} ymm{number}, ymm{number + 4}, [rsi+{place}]")
        else:
            vectors.append(f"    vsubp{suffix} ymm{number + 4}, ymm{number + 4}, [rsi+{place}]")
            vectors.append(f"    vfmadd231p{suffix} ymm{number}, ymm{number + 4}, ymm{number + 4}")
    one = [f"    vfmadd231s{suffix} xmm0, xmm4, [rsi+rax]"]
    if params["product"] == "distance":
        one = [f"    vsubs{suffix} xmm4, xmm4, [rsi+rax]", f"    vfmadd231s{suffix} xmm0, xmm4, xmm4"]
    return {
        "vectors": "\n".join(vectors),
        "one": "\n".join(one),
        "suffix": suffix,
        "shift": {"float": "2", "double": "3"}[params["kind"]],
        "bytes": {"float": "4", "double": "8"}[params["kind"]],
        "last": "    vmovshdup xmm1, xmm0\n    vaddps  xmm0, xmm0, xmm1" if params["kind"] == "float" else "",
    }


def _function(params: Params) -> Function:
    return Function(
        name=params["top"],
        parameters=(
            Parameter(name="left", type=params["kind"], role=Role.INPUT),
            Parameter(name="right", type=params["kind"], role=Role.INPUT),
            Parameter(name="size", type="size_t"),
        ),
        returns=params["kind"],
        tolerance={"float": 1e-4, "double": 1e-11}[params["kind"]],
    )


def _call(params: Params, random: Random, size: int) -> Call:
    """Every term is large enough to be missed."""
    left = floats(random, params["kind"], size, low=0.6, high=1.0)
    return left, floats(random, params["kind"], size, low=1.6, high=2.0), size


def _calls(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, size) for size in sizes(random, most=300)]


def _bench(params: Params, random: Random) -> Sequence[Call]:
    return [_call(params, random, random.randint(1400, 1500)) for _ in range(24)]


FAMILY = Family(
    name="dot_product",
    revision=1,
    level=2,
    title="products of floating-point arrays",
    choices={
        "kind": ("float", "double"),
        "product": ("dot", "distance"),
        "isa": ("v3",),
        "given": GIVEN,
        "top": ("dot_product", "similarity", "weigh"),
    },
    function=_function,
    calls=_calls,
    bench=_bench,
    target=1.7,
    target_in_c=1.5,
    fill=lambda params: {
        "term": {"dot": "left[index] * right[index]", "distance": "difference * difference"}[params["product"]],
        "before": {"dot": "", "distance": f"{params['kind']} difference = left[index] - right[index];"}[
            params["product"]
        ],
        "formula": {"dot": "left[i] * right[i]", "distance": "(left[i] - right[i]) * (left[i] - right[i])"}[
            params["product"]
        ],
        "mode": {"dot": "ymm0", "distance": "ymm4"}[params["product"]],
        "tolerance": {"float": "0.0001", "double": "0.00000000001"}[params["kind"]],
        "mark": {"dot": "*", "distance": "-"}[params["product"]],
        "lane_term": {"dot": "term", "distance": "term * term"}[params["product"]],
        **_assembly(params),
    },
    tags=("reduction", "floating point"),
)
