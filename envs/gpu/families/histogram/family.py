"""Counts of small integers, with weights or without, by atomics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    bins, weighted = params["bins"], params["weighted"]
    low, high = (-3, bins + 3) if params["clamped"] else (0, bins)

    def case(n: int, layout: str = "contiguous") -> Case:
        values = tensor(n, dtype=params["index"], values="integers", low=low, high=high, layout=layout)
        return Case((values, tensor(n, shift=1.0)) if weighted else (values,), max(1, n // bins))

    n = random.randint(300, 900)
    return [case(n), case(n), case(random.randint(10, 200), "sliced"), case(256, "offset"), case(1), case(0)]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    weighted, bins, clamped = params["weighted"], params["bins"], params["clamped"]
    values = f"values.clamp(0, {bins - 1})" if clamped else "values"
    return {
        "bins": str(bins),
        "index": params["index"],
        "signature": "values: torch.Tensor, weights: torch.Tensor" if weighted else "values: torch.Tensor",
        "arguments": "values, weights" if weighted else "values",
        "call": f"torch.zeros({bins}, dtype=weights.dtype).index_add(0, {values}.long(), weights)"
        if weighted
        else f"torch.bincount({values}, minlength={bins})",
        "what": "the sum of the weights" if weighted else "how many there are, as `int64`,",
        "type": "weights.dtype" if weighted else "torch.int64",
        "pointer": "weights_ptr, " if weighted else "",
        "argument": "weights.contiguous(), " if weighted else "",
        "term": "tl.load(weights_ptr + offsets, mask=inside)" if weighted else "tl.full((BLOCK,), 1, tl.int64)",
        "zero": "0.0" if weighted else "0",
        "clamp": f"value = tl.minimum(tl.maximum(value, 0), {bins - 1})" if clamped else "",
        "range": f"any integers; those below 0 count as 0, those above {bins - 1} as {bins - 1}"
        if clamped
        else f"integers from 0 to {bins - 1}",
    }


FAMILY = Family(
    name="histogram",
    level=1,
    title="how often each value occurs",
    choices={
        "name": ("count", "histogram", "tally", "bin_up"),
        "weighted": (False, True),
        "bins": (8, 16, 31, 64),
        "clamped": (False, True),
        "index": ("int64", "int32"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("atomics", "index"),
)
