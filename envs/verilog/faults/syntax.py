"""Questions to the tree-sitter tree of a Verilog module: what surrounds a node, what is declared, what is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from ecot.envs.mutation import descendants, text_of

ROUTINES = ("function_declaration", "task_declaration")


def ancestor(node: Node, *types: str) -> Node | None:
    """The nearest node above of one of these types."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above


def clocked(node: Node) -> bool | None:
    """Whether a node lies in a process with a clock edge; None outside of any process."""
    process = node if node.type == "always_construct" else ancestor(node, "always_construct")
    if process is None:
        return None
    return any(item.type == "edge_identifier" for item in descendants(process))


def children(node: Node, kind: str) -> list[Node]:
    """The direct children of one type."""
    return [child for child in node.children if child.type == kind]


def declared_signals(module: Node) -> Mapping[str, str]:
    """The scalar and vector signals of a module, by name, each with its range as written."""
    found: dict[str, str] = {}
    declarations = ("ansi_port_declaration", "data_declaration", "net_declaration")
    for node in descendants(module):
        if node.type not in declarations or ancestor(node, *ROUTINES) or "integer" in text_of(node).split():
            continue
        ranges = [text_of(item) for item in descendants(node) if item.type == "packed_dimension"]
        for item in descendants(node):
            named = item.type in ("variable_decl_assignment", "net_decl_assignment")
            if named and not children(item, "unpacked_dimension"):
                found[text_of(item.children[0])] = "".join(ranges)
        port = node.child_by_field_name("port_name")
        if port is not None:
            found[text_of(port)] = "".join(ranges)
    return found


def reads(node: Node) -> Iterator[tuple[Node, str]]:
    """The identifiers that expressions under a node read."""
    for item in descendants(node):
        holder = item.parent
        if item.type != "hierarchical_identifier" or holder is None or holder.type != "primary":
            continue
        if ancestor(item, "event_control") is None:
            yield item, text_of(item)


def edge_signals(module: Node) -> set[str]:
    """The signals whose edges a process of the module waits for."""
    return {
        name
        for node in descendants(module)
        if node.type == "event_expression" and children(node, "edge_identifier")
        for name in re.findall(r"\w+", text_of(node))
    }
