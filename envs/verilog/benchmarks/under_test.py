"""Finds the module under test in a testbench that comes without a description of itself: its name, place and ports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyslang.ast import Compilation, SymbolKind
from pyslang.syntax import SyntaxKind, SyntaxNode, SyntaxTree

from ecot.envs.errors import TaskError
from ecot.envs.verilog.disguise import module_names, renamed
from ecot.envs.verilog.family import Port, Role

_CLOCK = re.compile(r"clk|clock", re.IGNORECASE)
_RESET = re.compile(r"rst|reset", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderTest:
    """The module under test.

    Attributes:
        top: its name in the testbench.
        testbench: the testbench's own module.
        path: hierarchical name of the instance, the testbench first.
        ports: with the widths that the testbench gives them.
        overrides: values of parameters that the instance overrides, by name.
        solution: the reference design under the name that the testbench asks for.
    """

    top: str
    testbench: str
    path: str
    ports: tuple[Port, ...]
    overrides: Mapping[str, str]
    solution: str


def under_test(testbench: str, design: str) -> UnderTest:
    """Return what a testbench tests.

    The module is the one that the testbench instantiates and does not define. Where the design defines no module of
    this name, its own top module is renamed.

    Args:
        testbench: whole source.
        design: the reference, whole source.

    Raises:
        TaskError: the testbench tests no module or several, or the design has not the ports that it connects.
    """
    own = module_names(testbench)
    foreign = list(dict.fromkeys(name for name in instantiated(testbench) if name not in own))
    if len(foreign) != 1:
        raise TaskError(f"the testbench instantiates {len(foreign)} modules that it does not define, instead of one")
    top = foreign[0]
    modules = module_names(design)
    if top not in modules:
        inner = set(instantiated(design))
        tops = [name for name in modules if name not in inner]
        if len(tops) != 1:
            raise TaskError(f"the design has no module {top!r} and {len(tops)} modules that nothing instantiates")
        design = renamed(design, tops[0], top)
    compilation = Compilation()  # its symbols do not keep it alive
    compilation.addSyntaxTree(SyntaxTree.fromText(f"{design}\n{testbench}"))
    instance = _instance(compilation, top)
    return UnderTest(
        top=top,
        testbench=str(instance.hierarchicalPath).partition(".")[0],
        path=str(instance.hierarchicalPath),
        ports=tuple(_ports(instance, top)),
        overrides=dict(_overrides(testbench, top, instance)),
        solution=design,
    )


def instantiated(source: str) -> Iterator[str]:
    """Yield the names of the modules that a source instantiates, in order, each as often as it does."""
    tree = SyntaxTree.fromText(source)  # its nodes do not keep it alive
    stack: list[Any] = [tree.root]
    while stack:
        node = stack.pop()
        if node.kind == SyntaxKind.HierarchyInstantiation:
            yield node.type.valueText
        stack.extend(reversed([item for item in node if isinstance(item, SyntaxNode)]))


def _instance(compilation: Compilation, top: str) -> Any:
    found: list[Any] = []

    def visit(symbol: Any) -> None:
        if symbol.kind == SymbolKind.Instance and symbol.definition.name == top:
            found.append(symbol)

    compilation.getRoot().visit(visit)
    inside = [symbol for symbol in found if "." in str(symbol.hierarchicalPath)]
    if not inside:
        raise TaskError(f"the testbench does not instantiate {top!r} in a way that can be elaborated")
    return inside[0]


def _ports(instance: Any, top: str) -> Iterator[Port]:
    for port in instance.body.portList:
        kind = str(getattr(port, "direction", "")).rpartition(".")[2].lower()
        direction = {"in": "input", "out": "output"}.get(kind)
        width = int(getattr(getattr(port, "type", None), "bitWidth", 0))
        if direction is None or not width:
            raise TaskError(f"port {port.name!r} of {top!r} is neither an input nor an output of fixed width")
        role = Role.DATA
        if direction == "input" and width == 1:
            role = Role.CLOCK if _CLOCK.search(port.name) else Role.RESET if _RESET.search(port.name) else Role.DATA
        yield Port(
            name=port.name, direction=direction, width=width, description="", role=role, signed=bool(port.type.isSigned)
        )


def _overrides(testbench: str, top: str, instance: Any) -> Iterator[tuple[str, str]]:
    """Parameters that are given by name at the instance, with their values; a text stays one."""
    texts = _named_parameters(testbench, top)
    for item in instance.body:
        if item.kind == SymbolKind.Parameter and item.name in texts:
            yield item.name, texts[item.name] or str(item.value)


def _named_parameters(testbench: str, top: str) -> Mapping[str, str]:
    """By name, the quoted text that is given; empty for any other value."""
    found = re.search(rf"\b{re.escape(top)}\s*#\s*\((.*?)\)\s*\w+\s*\(", testbench, re.DOTALL)
    return dict(re.findall(r"\.(\w+)\s*\(\s*(\"[^\"]*\")?", found[1])) if found else {}
