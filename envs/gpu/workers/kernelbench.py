"""Runs a KernelBench problem made small: its constants are divided by a power of two until a CPU can judge it.

The rule is recorded, so that nobody takes the result for a score of the benchmark: whole numbers above `LEAST` that
stand at the top of the file, alone, in tuples or in products, are divided by 2^k, to `LEAST` at least. The smallest k
is taken with which the problem runs, in float64 too, on inputs and parameters of at most `MOST_ELEMENTS` each.
"""

from __future__ import annotations

from ecot.envs.gpu.workers import reference  # first, as it decides how many threads numpy starts

import ast  # isort: skip
import types  # isort: skip
from collections.abc import Mapping  # isort: skip
from typing import Any  # isort: skip

import torch  # isort: skip

from ecot.envs.gpu.workers import tensors  # isort: skip

LEAST = 8
MOST_ELEMENTS = 70_000
MOST_HALVINGS = 20
_CALLS = 3


def prepare(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Shrink a problem, draw its inputs and answer them.

    Args:
        argument: `specification`, the problem's file; `precision`; `seed`.

    Returns:
        As `reference.prepare`, with `init`, the arguments of the constructor, `halvings`, the k of the rule, and
        `described`, a list of shapes a case. Where no k fits: `impossible`, the reason.
    """
    reason = "its sizes do not stand at the top of the file"
    for halvings in range(MOST_HALVINGS + 1):
        module = types.ModuleType("specification")
        try:
            exec(compile(shrunk(argument["specification"], halvings), "problem.py", "exec"), module.__dict__)  # noqa: S102
            torch.manual_seed(0)
            made = _sizes(module)
        except Exception as error:  # noqa: BLE001 - a problem may raise anything where its sizes do not fit together
            reason = f"halved {halvings} times it raises {type(error).__name__}: {error}"[:300]
            continue
        if made is not None:
            try:
                return {**_answers(module, argument, made), "halvings": halvings}
            except Exception as error:  # noqa: BLE001 - likewise
                reason = f"halved {halvings} times it raises {type(error).__name__}: {error}"[:300]
    return {"impossible": reason}


def shrunk(text: str, halvings: int) -> str:
    """Return the file with the whole numbers at its top divided."""
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.Assign):
            node.value = _Halve(halvings).visit(node.value)
    return ast.unparse(tree)


class _Halve(ast.NodeTransformer):
    def __init__(self, halvings: int) -> None:
        self._halvings = halvings

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        whole = all(isinstance(item, ast.Constant | ast.BinOp | ast.operator) for item in ast.walk(node))
        return self.visit(ast.Constant(eval(ast.unparse(node)))) if whole else node  # noqa: S307

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if type(node.value) is int and node.value > LEAST:
            return ast.Constant(max(LEAST, node.value >> self._halvings))
        return node


def _sizes(module: types.ModuleType) -> tuple[Any, list[Any]] | None:
    """Constructor's arguments and model, where all is small enough; `meta` tensors cost nothing to look at."""
    init = list(module.get_init_inputs())
    with torch.device("meta"):
        inputs = module.get_inputs()
    given = [item for item in inputs if isinstance(item, torch.Tensor)]
    if sum(item.numel() for item in given) > MOST_ELEMENTS:
        return None
    with torch.device("meta"):
        model = module.Model(*init)
    if sum(item.numel() for item in model.state_dict().values()) > MOST_ELEMENTS:
        return None
    return module.Model(*init), init


def _answers(module: types.ModuleType, argument: Mapping[str, Any], made: tuple[Any, list[Any]]) -> dict[str, Any]:
    model, init = made
    with torch.no_grad():
        for value in model.state_dict().values():
            if value.is_floating_point():
                value.add_(0.05 * torch.rand(value.shape))
    state = {name: value.clone() for name, value in model.state_dict().items()}
    longest = max((size for value in state.values() for size in value.shape), default=1)
    cases, judged = [], []
    for call in range(_CALLS):
        torch.manual_seed(reference.seed_of(f"{argument['seed']} {call}"))
        drawn = list(module.get_inputs())
        sizes = [size for item in drawn if isinstance(item, torch.Tensor) for size in item.shape]
        answers = reference.answer(model, drawn, argument["precision"], max([longest, *sizes]))
        judged.append(answers)
        args = [tensors.encode(item) if isinstance(item, torch.Tensor) else item for item in drawn]
        cases.append({"args": args, "expected": [item.encode() for item in answers]})
    torch.manual_seed(1)
    again = reference.answer(model, drawn, argument["precision"], longest)
    random = any(not one.right.equal(other.right) for one, other in zip(judged[-1], again, strict=True))
    weak = ["its answer is random"] if random else reference.weak(judged, exact=False)
    return {
        "state": {name: tensors.encode(value) for name, value in state.items()},
        "cases": cases,
        "weak": weak,
        "init": init,
        "described": [[_shape_of(item) for item in case["args"]] for case in cases],
    }


def _shape_of(item: Any) -> Any:
    return {"dtype": item["dtype"], "shape": item["shape"]} if isinstance(item, dict) else item
