"""How a Verilog source comes not to compile: proposers of forgotten tokens, misspelt names and foreign words.

`mutations.py` names and classes them. Node names are those of tree-sitter-systemverilog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tree_sitter import Node

from ecot.envs.mutation import Change, Proposer, remove, replace, text_of
from ecot.envs.verilog.faults.syntax import ROUTINES, ancestor, declared_signals, reads


def undeclared_identifier(node: Node) -> Iterator[Change]:
    """A signal is read under a name that nobody declared."""
    if node.type == "module_declaration":
        signals = declared_signals(node)
        for site, name in reads(node):
            if name in signals and f"{name}_next" not in signals:
                yield replace(site, f"{name}_next")


def undefined_module(node: Node) -> Iterator[Change]:
    """An instance is of a module that does not exist."""
    kind = node.child_by_field_name("instance_type") if node.type == "module_instantiation" else None
    if kind is not None:
        yield replace(kind, f"{text_of(kind)}_core")


def variable_as_net(node: Node) -> Iterator[Change]:
    """What a process assigns is declared as a net."""
    if node.type == "reg" and ancestor(node, *ROUTINES) is None:
        yield replace(node, "wire")


def missing_token(*tokens: str) -> Proposer:
    """A token of the grammar is forgotten."""

    def propose(node: Node) -> Iterator[Change]:
        if not node.is_named and node.type in tokens:
            yield remove(node) if node.type.isalpha() else replace(node, "")

    return propose


def foreign_keyword(words: Mapping[str, str]) -> Proposer:
    """A keyword of another language stands in place of Verilog's."""

    def propose(node: Node) -> Iterator[Change]:
        if not node.is_named and node.type in words:
            yield replace(node, words[node.type])

    return propose


def invalid_literal(node: Node) -> Iterator[Change]:
    """A based literal holds a digit that its base does not have."""
    digits: Mapping[str, Sequence[str]] = {"binary_number": "2", "decimal_number": "A", "hex_number": "G"}
    value = node.child_by_field_name("value")
    if node.type in digits and value is not None:
        yield replace(value, text_of(value)[:-1] + digits[node.type][0])
