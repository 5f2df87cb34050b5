"""What a built-in family of kernel tasks is: a PyTorch specification, hidden cases, a permitted precision, texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ecot.envs.drawn import Params

__all__ = ["PRECISIONS", "Case", "Family", "tensor"]

PRECISIONS: Mapping[str, str] = {
    "ieee": "every multiplication and addition in the precision of its operands or better; no TF32, no half-precision "
    'detour for `float32` data (write `input_precision="ieee"` in `tl.dot`)',
    "tf32": "products of `float32` matrices may be rounded to TF32; sums are kept in `float32`",
    "fp16-accumulate": "sums of `float16` products may be kept in `float16`",
}
"""What a candidate may round, by name, with the words of the instruction."""


@dataclass(frozen=True, slots=True)
class Case:
    """One hidden call.

    Attributes:
        args: numbers, None, or what `tensor` returns.
        reduction: how many terms enter one element of the output; 1 for elementwise work.
        rounded: whether intermediate results may be rounded to the type of the operands, as factors of a second matrix
            product are on a tensor core.
    """

    args: tuple[Any, ...]
    reduction: int = 1
    rounded: bool = False


def tensor(*shape: int, dtype: str = "float32", **how: Any) -> dict[str, Any]:
    """Return how an argument is drawn; `how` holds `values`, `low`, `high`, `scale`, `shift`, `share`, `layout`.

    >>> tensor(2, 3, dtype="int64", values="integers", high=5)
    {'shape': [2, 3], 'dtype': 'int64', 'values': 'integers', 'high': 5}
    """
    return {"shape": list(shape), "dtype": dtype, **how}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A folder: `family.py` (this record, as `FAMILY`), `instruction.md`, `specification.torch`, `solution.triton`,
    and `hacks/`, where it has its own.

    Attributes:
        name: of the folder.
        revision: raised by any change of the draws, the text or the checks.
        level: 1, single operators; 2, fused sequences; 3, blocks.
        title: a few words, for tables.
        choices: the values of every parameter; a draw is one element of their product.
        cases: of a draw, corner cases first; shapes may come from the generator, which the hidden seed starts.
        fill: text of every `@{placeholder}` of the folder's texts, for a draw; `entry`, `specification` and `precision`
            are filled in by the source.
        entry: name of the function or class that the reply defines, for a draw.
        model: whether it is a class: the specification then defines `Model`, else a function of the name `entry`.
        init: arguments of the class's constructor.
        precision: a key of `PRECISIONS`, for a draw.
        copies: whether the host code may copy an input into another layout.
        cosmetic: parameters that change names or wording only.
        valid: whether a combination of values is a task; None where all are.
        held_out: the whole family is the split `test_families`.
        tags: free words.
    """

    name: str
    revision: int = 1
    level: int
    title: str
    choices: Mapping[str, Sequence[Any]]
    cases: Callable[[Params, Random], Sequence[Case]]
    fill: Callable[[Params], Mapping[str, str]]
    entry: Callable[[Params], str]
    model: bool = False
    init: Callable[[Params], Sequence[Any]] = lambda params: ()
    precision: Callable[[Params], str] = lambda params: "ieee"
    copies: bool = True
    cosmetic: tuple[str, ...] = ()
    valid: Callable[[Params], bool] | None = None
    held_out: bool = False
    tags: tuple[str, ...] = ()
