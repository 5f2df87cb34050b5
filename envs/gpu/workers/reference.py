"""Runs a specification: draws the inputs of hidden cases, and says what is right and how far off an answer may be.

No candidate ever runs in this process. What is right is computed in float64. What is tolerated is measured: four times
the error that PyTorch itself makes at the permitted precision on the same inputs, and one unit in the last place.
"""

from __future__ import annotations

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", TRITON_DEFAULT_FP_FUSION="1")

import copy
import hashlib
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from ecot.envs.gpu.workers import tensors

torch.set_num_threads(1)
_BINS = 8
_LEAST_IN_BIN = 64
_WIDE = 4
_FACTOR = 4.0
Conversion = Callable[[torch.Tensor], torch.Tensor]
_UNITS: Mapping[str, float] = {"ieee": 2.0**-24, "tf32": 2.0**-11, "fp16-accumulate": 2.0**-11}
"""Relative rounding error of one step at each permitted precision."""


def prepare(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the cases of a task and answer them.

    Args:
        argument: `specification`, Python text; `form`, `function` or `model`; `name` of what is specified in it;
            `init`, its constructor's arguments; `cases`, each with `args` (see `draw`) and `reduction`, how many terms
            enter an output; `precision`; `seed`.

    Returns:
        `state`, the parameters; `cases`, each with `args` as the candidate gets them and `expected`, a list of `{dtype,
        shape, values, tolerance}` with float64 bytes; `weak`, why cheap answers would pass; empty for a sound task.
    """
    generator = torch.Generator().manual_seed(seed_of(argument["seed"]))
    torch.manual_seed(seed_of(f"{argument['seed']} state"))
    subject, state = _subject(argument)
    cases: list[dict[str, Any]] = []
    judged: list[list[Judged]] = []
    for case in argument["cases"]:
        drawn = [draw(item, generator) for item in case["args"]]
        rounded = bool(case.get("rounded"))
        judged.append(answer(subject, drawn, argument["precision"], int(case.get("reduction", 1)), rounded=rounded))
        cases.append(
            {
                "args": [tensors.encode(item) if isinstance(item, torch.Tensor) else item for item in drawn],
                "expected": [item.encode() for item in judged[-1]],
            }
        )
    return {
        "state": {name: tensors.encode(value) for name, value in state.items()},
        "cases": cases,
        "weak": weak(judged, exact=argument["precision"] == "ieee"),
    }


def seed_of(text: str) -> int:
    """Return a generator's seed for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _subject(argument: Mapping[str, Any]) -> tuple[Callable[..., Any], Mapping[str, torch.Tensor]]:
    module = types.ModuleType("specification")
    exec(compile(argument["specification"], "specification.py", "exec"), module.__dict__)  # noqa: S102 - the judge's own text
    subject = getattr(module, argument["name"])
    if argument["form"] == "function":
        return subject, {}
    model = subject(*argument["init"])
    with torch.no_grad():
        for value in model.state_dict().values():
            if value.is_floating_point():
                value.add_(0.25 * torch.rand(value.shape))
    return model, model.state_dict()


def draw(value: Any, generator: torch.Generator) -> Any:
    """Return an argument: numbers stay, a mapping tells how to draw a tensor.

    Its keys are `shape`, `dtype`, `values` (`normal`, `uniform`, `integers`, `boolean`, `permutation`, `sorted`),
    `low`, `high`, `scale`, `shift`, and `layout` (`contiguous`, `transposed`, `sliced`, `offset`).
    """
    if not isinstance(value, Mapping):
        return value
    shape, dtype = list(value["shape"]), tensors.DTYPES[value["dtype"]]
    return _laid_out(_values(value, shape, generator).to(dtype), value.get("layout", "contiguous"))


def _values(value: Mapping[str, Any], shape: list[int], generator: torch.Generator) -> torch.Tensor:
    drawn: torch.Tensor
    low, high = value.get("low", 0), value.get("high", 1)
    match value.get("values", "normal"):
        case "normal":
            drawn = torch.randn(shape, generator=generator)
            return drawn.mul(float(value.get("scale", 1.0))).add(float(value.get("shift", 0.0)))
        case "uniform":
            return torch.rand(shape, generator=generator).mul(float(high - low)).add(float(low))
        case "integers":
            return torch.randint(low, high, shape, generator=generator)
        case "sorted":
            return torch.randint(low, high, shape, generator=generator).sort(dim=-1).values
        case "boolean":
            return torch.rand(shape, generator=generator).lt(float(value.get("share", 0.5)))
        case "permutation":
            return torch.randperm(math.prod(shape), generator=generator).reshape(shape)
        case other:
            raise ValueError(f"no way to draw {other!r}")


def _laid_out(tensor: torch.Tensor, layout: str) -> torch.Tensor:
    match layout:
        case "contiguous":
            return tensor
        case "transposed" if tensor.dim() >= 2:
            return tensor.transpose(-1, -2).contiguous().transpose(-1, -2)
        case "sliced" if tensor.dim() >= 1:
            wide = torch.zeros([*tensor.shape[:-1], tensor.shape[-1] + 3], dtype=tensor.dtype)
            wide[..., 1:-2] = tensor
            return wide[..., 1:-2]
        case "offset" | "transposed" | "sliced":
            flat = torch.zeros(tensor.numel() + 5, dtype=tensor.dtype)
            flat[5:] = tensor.reshape(-1)
            return flat[5:].view(tensor.shape)
        case other:
            raise ValueError(f"no layout {other!r}")


class Judged:
    """One output of one case: what is right, and how far off an answer may be, element by element."""

    def __init__(self, right: torch.Tensor, own: torch.Tensor, rough: torch.Tensor, tolerance: torch.Tensor) -> None:
        self.right, self.own, self.rough, self.tolerance = right, own, rough, tolerance

    def encode(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = tensors.encode_values(self.right.to(torch.float64))
        return {
            "dtype": tensors.name_of(self.own.dtype),
            "shape": values["shape"],
            "values": values["data"],
            "tolerance": tensors.encode_values(self.tolerance)["data"],
        }

    def accepts(self, answer: torch.Tensor) -> bool:
        """Whether an answer would pass."""
        right, answer = self.right.to(torch.float64), answer.to(torch.float64).expand(self.right.shape)
        same = (answer == right) | (answer.isnan() & right.isnan())
        return bool((same | ((answer - right).abs() <= self.tolerance)).all())


def answer(
    subject: Callable[..., Any], drawn: Sequence[Any], precision: str, reduction: int, *, rounded: bool = False
) -> list[Judged]:
    """Return the outputs of a specification for arguments, with what is tolerated."""
    right = _run(subject, drawn, _exact)
    own = _run(subject, drawn, _truncated if precision == "tf32" else _kept)
    rough = _run(subject, drawn, _halved)
    unit = _UNITS[precision]
    made = []
    for exact, native, halved in zip(right, own, rough, strict=True):
        allowed = tolerance(exact, native, unit=unit, reduction=reduction, rounded=rounded)
        made.append(Judged(exact, native, halved, allowed))
    return made


def _run(subject: Callable[..., Any], drawn: Sequence[Any], convert: Conversion) -> list[Any]:
    arguments = [convert(item.clone()) if isinstance(item, torch.Tensor) else item for item in drawn]
    if isinstance(subject, torch.nn.Module):
        subject = copy.deepcopy(subject)
        for part in subject.modules():
            for name, parameter in part.named_parameters(recurse=False):
                part.register_parameter(name, torch.nn.Parameter(convert(parameter.detach()), requires_grad=False))
            for name, buffer in part.named_buffers(recurse=False):
                part.register_buffer(name, convert(buffer))
    with torch.no_grad():
        result = subject(*arguments)
    return list(result) if isinstance(result, tuple | list) else [result]


def _exact(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.double() if tensor.is_floating_point() else tensor


def _kept(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def _halved(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half().double() if tensor.is_floating_point() else tensor


def _truncated(tensor: torch.Tensor) -> torch.Tensor:
    """Rounded to the ten bits of TF32, to nearest even."""
    if tensor.dtype != torch.float32:
        return tensor
    bits = tensor.contiguous().view(torch.int32)
    rounded = (bits + 0x0FFF + ((bits >> 13) & 1)) & ~0x1FFF
    return rounded.view(torch.float32).reshape(tensor.shape)


def tolerance(
    right: torch.Tensor, own: torch.Tensor, *, unit: float, reduction: int, rounded: bool = False
) -> torch.Tensor:
    """Return how far from `right` an answer may be, element by element; zero where values are no floating numbers.

    Allowed is four times the largest error that PyTorch made, at least what a sum of `reduction` terms in another order
    may differ by (a random walk of roundings), and one unit in the last place of the answer's type. Answers of 16 bits
    are sorted by magnitude into bins, each with its neighbours' errors, as errors grow with the magnitude. Those of 32
    bits are one bin, so that a formula that cancels near zero, as `tanh` by exponentials does, may be used.

    Args:
        right: float64.
        own: PyTorch's answer, of the type that the answer shall have.
        unit: relative rounding error of one step.
        reduction: terms that enter one element.
        rounded: whether intermediate results may be rounded to the answer's type.
    """
    if not own.is_floating_point():
        return torch.zeros(right.shape, dtype=torch.float64)
    flat = right.reshape(-1)
    finite = flat.isfinite()
    magnitude = torch.where(finite, flat.abs(), torch.zeros_like(flat))
    error = torch.where(finite, (own.reshape(-1).double() - flat).abs(), torch.zeros_like(flat)).nan_to_num(0.0)
    allowed = torch.zeros_like(flat)
    scale = magnitude.square().mean().sqrt() if flat.numel() else torch.tensor(0.0)
    bins = max(1, min(_BINS, flat.numel() // _LEAST_IN_BIN)) if own.element_size() < _WIDE else 1
    pieces = magnitude.argsort().tensor_split(bins)
    worst = [error[piece].max() if piece.numel() else torch.tensor(0.0, dtype=torch.float64) for piece in pieces]
    for index, piece in enumerate(pieces):
        local = magnitude[piece].square().mean().sqrt() if piece.numel() else scale
        walk = unit * math.sqrt(reduction) * (scale if reduction > 1 else local)
        walk = torch.maximum(walk, torch.finfo(own.dtype).eps / 2 * scale) if rounded else walk
        near = torch.stack(worst[max(0, index - 1) : index + 2]).max()
        allowed[piece] = _FACTOR * torch.maximum(near, walk)
    return (allowed + _last_place(magnitude, own.dtype)).reshape(right.shape)


def _last_place(magnitude: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    facts = torch.finfo(dtype)
    exponent = torch.floor(torch.log2(magnitude.clamp_min(facts.smallest_normal)))
    return torch.exp2(exponent) * facts.eps


def weak(judged: Sequence[Sequence[Judged]], *, exact: bool) -> list[str]:
    """Return which cheap answers would pass all cases: a task that they pass is broken."""
    items = [item for case in judged for item in case if item.right.numel()]
    if not items:
        return ["anything passes"]
    pooled = torch.cat([item.right.reshape(-1).double() for item in items])
    pooled = pooled[pooled.isfinite()]
    mean = pooled.mean() if pooled.numel() else torch.tensor(0.0)
    middle = pooled.median() if pooled.numel() else mean
    found = [
        f"{name} would pass"
        for name, value in (("zeros", 0.0), ("ones", 1.0), ("the mean", float(mean)), ("the median", float(middle)))
        if all(item.accepts(torch.full(item.right.shape, value, dtype=torch.float64)) for item in items)
    ]
    single = [item for item in items if item.own.dtype == torch.float32]
    if exact and single and all(item.accepts(item.rough) for item in single):
        found.append("half precision would pass")
    return found
