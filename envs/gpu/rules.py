"""Static rules on a kernel candidate: a first fence, with a line number and a word of advice.

Host code may use the few parts of torch and triton that a launch needs, by an allow-list; a kernel may use Triton's
language and nothing else. The rules keep the records of the interpreter out of reach, because these live in the
candidate's process. They are no proof of harmlessness: the sandbox is the wall, and expected values live elsewhere.

`check` runs in a confined child, because hostile text may crash the parser.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ecot.envs.python_rules import DEFAULT_ATTRIBUTES, DEFAULT_NAMES, PythonRules, check_python
from ecot.envs.types import Diagnostic

_WORK = "the kernels do the work; host code may allocate, make views and launch"
_TORCH = frozenset(
    """
    Tensor Size device dtype tensor empty empty_like empty_strided zeros zeros_like ones ones_like full full_like arange
    no_grad inference_mode finfo iinfo is_tensor strided contiguous_format preserve_format channels_last
    float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 short int long uint8 bool
    broadcast_shapes promote_types result_type broadcast_tensors broadcast_to movedim flatten chunk split unbind narrow
    reshape transpose permute squeeze unsqueeze as_strided is_floating_point numel get_default_dtype
    float8_e4m3fn float8_e5m2
    autograd.Function nn.Module nn.Parameter nn.Linear nn.LayerNorm nn.Embedding nn.ModuleList nn.ParameterList
    nn.Conv1d nn.Conv2d nn.BatchNorm1d nn.BatchNorm2d nn.GroupNorm nn.RMSNorm nn.Buffer nn.ModuleDict nn.Identity
    cuda.is_available cuda.current_device cuda.synchronize cuda.device cuda.get_device_properties cuda.device_count
    cuda.get_device_capability
    """.split()  # noqa: SIM905 - quotes would hide the words
)
_TRITON = frozenset({"jit", "autotune", "heuristics", "Config", "cdiv", "next_power_of_2"})
_NAMESPACES = frozenset(
    {"torch", "torch.nn", "torch.cuda", "torch.autograd", "triton", "triton.language", "math", "typing"}
)
_TYPING = frozenset(
    "Any Callable ClassVar Dict Final Iterable Iterator List Literal Mapping Optional Sequence Set Tuple Union".split()  # noqa: SIM905
)
"""Of `typing`, which could also evaluate text."""
_LANGUAGE_INTERNALS = frozenset({"core", "semantic", "standard", "builtins", "ir"})
_HOST_ATTRIBUTES = {
    **dict.fromkeys(("numpy", "tolist", "item", "apply_", "map_"), "it reads values on the host; " + _WORK),
    **dict.fromkeys(
        ("storage", "untyped_storage", "set_", "data", "share_memory_", "as_subclass"), "it reaches raw memory"
    ),
    **dict.fromkeys(
        ("fn", "run", "rewriter", "rewrite", "rewritten_fn", "pre_run_hooks", "add_pre_run_hook", "kernel_hooks"),
        "it reaches the inside of a kernel object; launch it with `kernel[grid](...)`",
    ),
    **dict.fromkeys(
        ("register_hook", "register_forward_hook", "register_forward_pre_hook", "register_module_forward_hook"),
        "a hook runs behind the back of the call that is judged",
    ),
    **dict.fromkeys(
        ("stream", "Stream", "current_stream", "Event", "graph", "CUDAGraph"), "work stays on the given stream"
    ),
}
_BASES = frozenset({"torch.nn.Module", "torch.autograd.Function", "object"})
_KERNEL_BUILTINS = frozenset(
    {"range", "min", "max", "abs", "len", "float", "int", "bool", "print", "sum", "zip", "tuple"}
)
_KERNEL_NODES = (
    *(ast.Import, ast.ImportFrom, ast.Try, ast.With, ast.Raise, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.Lambda, ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await, ast.Delete, ast.GeneratorExp),
    *(ast.DictComp, ast.SetComp, ast.Dict, ast.Set, ast.NamedExpr, ast.Match),
)

RULES = PythonRules(
    imports=("torch", "triton", "math", "typing"),
    refused_imports={
        "torch.utils": _WORK,
        "torch.ops": _WORK,
        "torch.library": _WORK,
        "torch.nn.functional": _WORK,
        "torch.nn.functional.pad": _WORK,
        "triton.runtime": "it reaches the launcher",
        "triton.testing": "timing is the judge's",
        "triton.compiler": "it reaches the compiler",
        "triton.tools": "it reaches the compiler",
    },
    names={name: why for name, why in DEFAULT_NAMES.items() if name not in ("input", "help")},
    attributes={**DEFAULT_ATTRIBUTES, **_HOST_ATTRIBUTES},
)


def check(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Look at a source.

    Args:
        argument: `source`.

    Returns:
        `violations` and `errors`: diagnostics as mappings; an error is text that is no Python.
    """
    source = str(argument["source"])
    found = check_python(source, RULES)
    errors = [asdict(item) for item in found if item.code == "syntax_error"]
    if errors:
        return {"violations": [], "errors": errors}
    tree = ast.parse(source)
    everything = {*found, *_Inspector(tree).inspect()}
    ordered = sorted(everything, key=lambda item: (item.line, item.column, item.code, item.symbol))
    return {"violations": [asdict(item) for item in ordered[:12]], "errors": []}


class _Inspector:
    """The rules of this domain over one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    whole = item.name if item.asname else item.name.split(".")[0]
                    self._modules[item.asname or whole] = whole
            elif isinstance(node, ast.ImportFrom) and node.module:
                for item in node.names:
                    self._modules[item.asname or item.name] = f"{node.module}.{item.name}"
        self._kernels = {
            node.name: node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and any(map(self._is_jit, node.decorator_list))
        }

    def _is_jit(self, node: ast.expr) -> bool:
        target = node.func if isinstance(node, ast.Call) else node
        return self._dotted(target) == "triton.jit"

    def _dotted(self, node: ast.expr) -> str:
        """The dotted name of an expression that starts at an imported name; empty for any other."""
        tail: list[str] = []
        while isinstance(node, ast.Attribute):
            tail.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._modules:
            return ""
        return ".".join([self._modules[node.id], *reversed(tail)])

    def inspect(self) -> Iterator[Diagnostic]:
        """Yield what is refused."""
        parents = {id(child): node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name | ast.Attribute):
                yield from self._module_use(node, parents.get(id(node)))
            elif isinstance(node, ast.ImportFrom) and node.module:
                for item in node.names:
                    yield from self._reference(node, f"{node.module}.{item.name}")
            elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For):
                yield from self._assignment(node)
            elif isinstance(node, ast.Global):
                message = "state between calls earns nothing: every call has fresh inputs"
                yield _refused(node, "global_state", ", ".join(node.names), message)
            elif isinstance(node, ast.ClassDef):
                yield from self._class(node)
        for kernel in self._kernels.values():
            yield from self._kernel(kernel)

    def _module_use(self, node: ast.Name | ast.Attribute, parent: ast.AST | None) -> Iterator[Diagnostic]:
        name = self._dotted(node)
        if not name or (isinstance(parent, ast.Attribute) and name in _NAMESPACES):
            return
        if isinstance(parent, ast.Attribute) and self._known(name):
            return
        if name in _NAMESPACES:
            message = "a module may only be followed by a dot, so that what is used of it can be seen"
            yield _refused(node, "module_value", name, message)
        else:
            yield from self._reference(node, name)

    def _reference(self, node: ast.AST, name: str) -> Iterator[Diagnostic]:
        if name in _NAMESPACES and isinstance(node, ast.ImportFrom):
            return
        if not self._known(name):
            yield _refused(node, "forbidden_call", name, _WORK)

    def _known(self, name: str) -> bool:
        """Whether a dotted name is on the lists, or lies below one that is."""
        head, _, rest = name.partition(".")
        if head in ("math", "__future__"):
            return True
        if head == "typing":
            return rest in _TYPING
        if head == "torch":
            return any(rest == item or rest.startswith(f"{item}.") for item in _TORCH)
        if head == "triton":
            first, _, below = rest.partition(".")
            if first == "language":
                return _LANGUAGE_INTERNALS.isdisjoint(below.split("."))
            return first in _TRITON
        return False

    def _assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For) -> Iterator[Diagnostic]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in (item for whole in targets for item in ast.walk(whole)):
            if isinstance(target, ast.Attribute) and isinstance(target.ctx, ast.Store):
                owner = target.value
                if not (isinstance(owner, ast.Name) and owner.id in ("self", "ctx")):
                    name = ast.unparse(target)
                    yield _refused(target, "monkey_patch", name, "attributes are set on `self` only")
            elif isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store) and target.id in self._modules:
                yield _refused(target, "monkey_patch", target.id, "an imported name keeps its meaning")

    def _class(self, node: ast.ClassDef) -> Iterator[Diagnostic]:
        own = {item.name for item in ast.walk(self._tree) if isinstance(item, ast.ClassDef)}
        for base in node.bases:
            name = self._dotted(base) or ast.unparse(base)
            if name not in _BASES and name not in own:
                message = "derive from `torch.nn.Module` or `torch.autograd.Function` only"
                yield _refused(base, "forbidden_base", name, message)
        for keyword in node.keywords:
            yield _refused(node, "forbidden_base", keyword.arg or "**", "a class takes no keywords")

    def _kernel(self, kernel: ast.FunctionDef) -> Iterator[Diagnostic]:
        bound = {item.arg for item in ast.walk(kernel.args) if isinstance(item, ast.arg)}
        bound |= {n.id for n in ast.walk(kernel) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        constants = set(self._constants())
        for statement in kernel.body:
            for node in ast.walk(statement):
                if isinstance(node, _KERNEL_NODES):
                    word = type(node).__name__
                    yield _refused(node, "not_triton", word, "a kernel is written in Triton's part of Python")
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in bound:
                    yield from self._kernel_name(node, constants)

    def _kernel_name(self, node: ast.Name, constants: set[str]) -> Iterator[Diagnostic]:
        whole = self._modules.get(node.id, "")
        if whole.startswith(("triton.language", "typing")) or whole in (
            "triton",
            "triton.cdiv",
            "triton.next_power_of_2",
        ):
            return
        if whole:
            yield _refused(node, "not_triton", node.id, "a kernel uses Triton's language, not host libraries")
        elif node.id in self._kernels or node.id in constants or node.id in _KERNEL_BUILTINS:
            return
        elif hasattr(builtins, node.id) or any(
            isinstance(item, ast.FunctionDef | ast.ClassDef) and item.name == node.id for item in self._tree.body
        ):
            yield _refused(node, "not_triton", node.id, "a kernel calls `@triton.jit` functions only")

    def _constants(self) -> Iterator[str]:
        """Names of the module that hold plain values."""
        for node in self._tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                calls = [item for item in ast.walk(node.value) if isinstance(item, ast.Call | ast.Lambda)]
                if all(isinstance(c, ast.Call) and self._dotted(c.func).startswith("triton.language") for c in calls):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    yield from (item.id for item in targets if isinstance(item, ast.Name))


def _refused(node: ast.AST, code: str, symbol: str, why: str) -> Diagnostic:
    return Diagnostic(
        tool="rules",
        code=code,
        message=f"`{symbol}` is not allowed: {why}",
        line=getattr(node, "lineno", 1),
        column=getattr(node, "col_offset", -1) + 1,
        symbol=symbol,
    )
