"""Makes a right design larger and slower: its registers are kept in another code, and decoded wherever they are read.

The machine stays the same, value for value, so the rewriting is right by construction. Synthesis cannot undo it: what
values a register takes is known only from the whole history, which no step of the recipe looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from ecot.envs.mutation import descendants, parse, text_of
from ecot.envs.verilog.faults.mutations import LANGUAGE
from ecot.envs.verilog.faults.syntax import ancestor, children, edge_signals

_DECLARATION = re.compile(r"reg\s*(?P<sign>signed)?\s*(?:\[(?P<high>\d+):0\])?\s*(?P<names>\w+(?:\s*,\s*\w+)*)\s*;")


@dataclass(frozen=True, slots=True)
class _Register:
    name: str
    width: int
    signed: bool


@dataclass(frozen=True, slots=True)
class _Code:
    """How a register is kept: its width, and the Verilog that encodes `value` and decodes the kept word."""

    width: Callable[[int], int]
    encode: Callable[[int], str]
    decode: Callable[[str, int], str]
    least: int


def _offset(width: int) -> str:
    return f"{width}'d{((1 << width) // 3) | 1}"


_CODES: Mapping[str, _Code] = {
    "gray": _Code(
        width=lambda width: width,
        encode=lambda width: "value ^ (value >> 1)",
        decode=lambda kept, width: (
            "{" + ", ".join(f"^{kept}[{width - 1}:{bit}]" for bit in reversed(range(width))) + "}"
        ),
        least=2,
    ),
    "offset": _Code(
        width=lambda width: width,
        encode=lambda width: f"value + {_offset(width)}",
        decode=lambda kept, width: f"{kept} - {_offset(width)}",
        least=2,
    ),
    "pair": _Code(
        width=lambda width: 2 * width,
        encode=lambda width: "{~value, value}",
        decode=lambda kept, width: f"{kept}[{width - 1}:0] & ~{kept}[{2 * width - 1}:{width}]",
        least=1,
    ),
}
CODES = tuple(_CODES)
"""The codes: reflected binary, a constant added, each bit beside its inverse."""


def recode(source: str, code: str) -> str | None:
    """Return a design of one module with its registers kept in `code`, None where there is none that could be.

    Args:
        source: clean, as solutions are written: registers are declared by literal ranges and assigned as a whole.
        code: one of `CODES`.
    """
    root = parse(source, LANGUAGE).root_node
    modules = [node for node in root.children if node.type == "module_declaration"]
    if len(modules) != 1:
        return None
    chosen = _registers(modules[0], _CODES[code])
    if not chosen:
        return None
    data, edits = source.encode(), []
    for node in descendants(modules[0]):
        if node.type == "nonblocking_assignment" and text_of(node.children[0]) in chosen:
            name, value = text_of(node.children[0]), text_of(node.children[-1])
            edits.append((node.start_byte, node.end_byte, f"{name}_kept <= {name}_coded({value})"))
        elif node.type == "data_declaration" and _DECLARATION.fullmatch(text_of(node)):
            names = [name for name in _names(node) if name in chosen]
            if names:
                edits.append((node.start_byte, node.end_byte, _declared(node, chosen, _CODES[code])))
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode()


def _registers(module: Node, code: _Code) -> Mapping[str, _Register]:
    """The registers that are assigned as a whole, in clocked processes only."""
    found, partly = set[str](), set[str]()
    for node in descendants(module):
        if node.type == "nonblocking_assignment":
            target = text_of(node.children[0])
            (found if re.fullmatch(r"\w+", target) else partly).add(re.split(r"\W", target)[0])
        elif node.type in ("blocking_assignment", "net_assignment"):
            partly.add(re.split(r"\W", text_of(node).strip())[0])
    kept: dict[str, _Register] = {}
    for node in descendants(module):
        match = _DECLARATION.fullmatch(text_of(node)) if node.type == "data_declaration" else None
        if match is None or ancestor(node, "function_declaration") is not None:
            continue
        width = int(match["high"] or 0) + 1
        for name in _names(node):
            if name in found - partly - edge_signals(module) and width >= code.least:
                kept[name] = _Register(name, width, bool(match["sign"]))
    return kept


def _names(declaration: Node) -> list[str]:
    match = _DECLARATION.fullmatch(text_of(declaration))
    named = [item for item in descendants(declaration) if item.type == "variable_decl_assignment"]
    plain = match is not None and all(not children(item, "unpacked_dimension") for item in named)
    return [name.strip() for name in match["names"].split(",")] if match and plain else []


def _declared(node: Node, chosen: Mapping[str, _Register], code: _Code) -> str:
    lines, indent = [], " " * node.start_point[1]
    match = _DECLARATION.fullmatch(text_of(node))
    span = f"[{match['high']}:0] " if match and match["high"] else ""
    for name in _names(node):
        if name not in chosen:
            sign = "signed " if match and match["sign"] else ""
            lines.append(f"reg {sign}{span}{name};")
            continue
        register = chosen[name]
        kept, width = f"{name}_kept", register.width
        sign = "signed " if register.signed else ""
        wide = code.width(width)
        lines += [
            f"reg [{wide - 1}:0] {kept};",
            f"wire {sign}[{width - 1}:0] {name} = {code.decode(kept, width)};",
            f"function [{wide - 1}:0] {name}_coded(input [{width - 1}:0] value);",
            f"    {name}_coded = {code.encode(width)};",
            "endfunction",
        ]
    return f"\n{indent}".join(lines)
