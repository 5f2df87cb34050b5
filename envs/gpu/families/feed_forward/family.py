"""A feed-forward block as a module with parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.drawn import Params
from ecot.envs.gpu.family import Case, Family, tensor

RESIDUAL = "r_ptr + rows[:, None] * r_row + columns[None, :] * r_column"


def cases(params: Params, random: Random) -> Sequence[Case]:
    """Odd sizes twice, then other layouts and corner cases."""
    width = params["width"]

    def case(rows: int, layout: str = "contiguous") -> Case:
        return Case((tensor(rows, width, layout=layout),), 2 * width)

    rows = random.randint(17, 40)
    return [case(rows), case(rows), case(random.randint(2, 15), "transposed"), case(16, "sliced"), case(1), case(0)]


def fill(params: Params) -> Mapping[str, str]:
    """The words and expressions of a draw."""
    kind, width = params["kind"], params["width"]
    inner = {"relu": "torch.relu(self.up(x))", "silu": "torch.nn.functional.silu(self.up(x))"}[kind]
    bias, residual = params["bias"], params["residual"]
    return {
        "bias": str(bias),
        "width": str(width),
        "kind": kind,
        "body": f"x + self.down({inner})" if residual else f"self.down({inner})",
        "bias_text": "`up.bias`, `down.bias`, " if bias else "",
        "activated": "tl.maximum(y, 0.0)" if kind == "relu" else "y / (1.0 + tl.exp(-y))",
        "bias_pointer": "b_ptr, " if bias else "",
        "add_bias": "y += tl.load(b_ptr + columns, mask=columns < N)[None, :]" if bias else "",
        "up_bias": "self.up.bias, " if bias else "",
        "down_bias": "self.down.bias, " if bias else "",
        "residual_parameters": ", r_ptr, r_row, r_column" if residual else "",
        "residual_arguments": ", x, x.stride(0), x.stride(1)" if residual else "",
        "add_residual": f"else:\n        y += tl.load({RESIDUAL}, mask=inside)" if residual else "",
    }


FAMILY = Family(
    name="feed_forward",
    level=3,
    title="two linear layers with an activation between",
    choices={
        "name": ("ModelNew", "FeedForward"),
        "kind": ("relu", "silu"),
        "residual": (False, True),
        "bias": (True, False),
        "width": (20, 36),
    },
    cosmetic=("name",),
    cases=cases,
    fill=fill,
    entry=lambda params: str(params["name"]),
    model=True,
    init=lambda params: (params["width"], 2 * params["width"]),
    tags=("matrix", "block"),
)
