"""Diagonal linear recurrences, the core of state-space models, with a gate or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    dtype = params["dtype"]

    def case(batch: int, length: int, width: int, layout: str = "contiguous") -> Case:
        args = [tensor(batch, length, width, dtype=dtype, layout=layout)]
        args += [tensor(batch, length, width, dtype=dtype, values="uniform", low=0.3, high=0.98)]
        args += [tensor(batch, length, width, dtype=dtype)] if params["gated"] else []
        return Case(tuple(args), length)

    length, width = random.randint(20, 40), random.randint(20, 50)
    return [
        case(2, length, width),
        case(2, length, width),
        case(1, random.randint(2, 12), 9, "transposed"),
        case(1, 16, 32, "sliced"),
        case(2, 1, 3),
        case(0, 4, 4),
    ]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    gated, reset = params["gated"], params["reset"]
    names = ["x", "decay", *(["gate"] if gated else [])]
    return {
        "dtype": params["dtype"],
        "signature": ", ".join(f"{name}: torch.Tensor" for name in names),
        "arguments": ", ".join(names),
        "output": "torch.sigmoid(gate[:, t]) * state" if gated else "state",
        "state": "(decay[:, t] * state if t % 8 else 0 * state) + x[:, t]"
        if reset
        else "decay[:, t] * state + x[:, t]",
        "forget": "d = tl.where(t % 8 == 0, 0.0, d)" if reset else "",
        "words": "; every eighth step, the first included, starts from nothing" if reset else "",
        "pointer": "gate_ptr, " if gated else "",
        "argument": "gate.contiguous(), " if gated else "",
        "load_gate": "g = tl.load(gate_ptr + place, mask=inside).to(tl.float32)" if gated else "",
        "value": "state / (1.0 + tl.exp(-g))" if gated else "state",
    }


FAMILY = Family(
    name="recurrence",
    level=3,
    title="a linear recurrence over time",
    choices={
        "name": ("recurrence", "state_space", "decay_scan", "linear_scan"),
        "gated": (False, True),
        "reset": (False, True),
        "dtype": ("float32", "float16"),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    tags=("scan", "block"),
)
