"""How a Verilog design comes to do something else: proposers that find one kind of site each in a syntax tree.

`mutations.py` names them, classes them and puts them in order. Node names are those of tree-sitter-systemverilog.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from ecot.envs.mutation import Change, Edit, Proposer, descendants, remove, replace, text_of
from ecot.envs.verilog.faults.kinds import (
    ASSIGNMENTS,
    branches,
    case_kind,
    condition_kind,
    kind_here,
    latch_kind,
    reset_branch,
)
from ecot.envs.verilog.faults.literals import fixed_bit_flipped, neighbours
from ecot.envs.verilog.faults.syntax import ROUTINES, ancestor, children, clocked, declared_signals, edge_signals, reads

_DIMENSIONS = (
    "packed_dimension",
    "unpacked_dimension",
    "constant_range",
    "indexed_range",
    "bit_select",
    "delay_control",
)
_ZERO = re.compile(r"([0-9]*\s*'[sS]?[bodhBODH])?[0_]+")


def in_expression(parent: Node) -> bool:
    """Whether a token computes: an operator of an expression, widths and ranges aside."""
    return parent.type in ("expression", "constant_expression") and ancestor(parent, *_DIMENSIONS[:3]) is None


def unary(parent: Node) -> bool:
    """Whether a token is an operator with one operand."""
    return parent.type == "unary_operator"


def off_by_one(node: Node) -> Iterator[Change]:
    """A literal of an expression moves by one, within its width; a pattern has its last fixed bit flipped."""
    if node.type != "primary_literal" or ancestor(node, *_DIMENSIONS) or _is_replication(node):
        return
    text = text_of(node)
    for other in neighbours(text) or fixed_bit_flipped(text):
        yield replace(node, other, kind=kind_here(node))


def _is_replication(node: Node) -> bool:
    """Whether a literal is the count of a replication, `{count{value}}`."""
    around = ancestor(node, "multiple_concatenation", "concatenation", "primary_literal")
    return around is not None and around.type == "multiple_concatenation"


def wrong_index(node: Node) -> Iterator[Change]:
    """A bit, word or slice is taken one place beside the right one."""
    if node.type == "bit_select":
        # The brackets of a plain index are the children of its own node; those of several lie side by side.
        for index in [child for child in node.children if child.is_named]:
            text = text_of(index)
            for other in neighbours(text) if text.isdigit() else (f"{text} + 1",):
                yield replace(index, other)
    elif node.type == "indexed_range":
        base = node.children[0]
        yield replace(base, f"{text_of(base)} + 1")
    elif node.type == "constant_range" and ancestor(node, "select", "constant_select"):
        ends = [child for child in node.children if child.is_named]
        if len(ends) == 2 and all(text_of(end).isdigit() for end in ends):
            left, right = (int(text_of(end)) for end in ends)
            yield Change(_pair(ends[0], str(left + 1), ends[1], str(right + 1)))
            if min(left, right) > 0:
                yield Change(_pair(ends[0], str(left - 1), ends[1], str(right - 1)))


def _pair(first: Node, first_text: str, second: Node, second_text: str) -> tuple[Edit, ...]:
    return replace(first, first_text).edits + replace(second, second_text).edits


def narrow(node: Node) -> Iterator[Change]:
    """A declared vector loses its top bit; that of a constant usually holds nothing but zero."""
    if ancestor(node, "parameter_declaration", "local_parameter_declaration") is None:
        yield from _resized(node, lambda left: str(left - 1) if left > 0 else "", suffix=" - 1")


def widen(node: Node) -> Iterator[Change]:
    """An internal vector gains a bit on top."""
    if ancestor(node, "data_declaration", "net_declaration") is not None:
        yield from _resized(node, lambda left: str(left + 1), suffix=" + 1")


def _resized(node: Node, digits: Callable[[int], str], *, suffix: str) -> Iterator[Change]:
    if node.type != "constant_range" or node.parent is None or node.parent.type != "packed_dimension":
        return
    left = node.children[0]
    text = text_of(left)
    fresh = digits(int(text)) if text.isdigit() else f"{text}{suffix}"
    if fresh:
        yield replace(left, fresh)


def negated_condition(node: Node) -> Iterator[Change]:
    """An `if` tests the opposite."""
    if node.type == "cond_predicate" and node.parent is not None:
        yield replace(node, f"!({text_of(node)})", kind=condition_kind(node))


def stuck_condition(node: Node) -> Iterator[Change]:
    """An `if` always, or never, takes its branch."""
    if node.type == "cond_predicate":
        yield replace(node, "1'b1")
        yield replace(node, "1'b0")


def dropped_operator(*operators: str) -> Proposer:
    """A unary operator is forgotten."""

    def propose(node: Node) -> Iterator[Change]:
        if node.type == "unary_operator" and text_of(node) in operators:
            yield replace(node, "")

    return propose


def swapped_choices(node: Node) -> Iterator[Change]:
    """A conditional expression has its two values exchanged."""
    if node.type == "conditional_expression":
        values = children(node, "expression")[-2:]
        yield Change(_pair(values[0], text_of(values[1]), values[1], text_of(values[0])))


def swapped_operands(node: Node) -> Iterator[Change]:
    """The operands of `-`, a shift, or the first two of a concatenation, are exchanged."""
    if node.type == "expression":
        sign = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if sign is not None and left is not None and right is not None and text_of(sign) in ("-", "<<", ">>", ">>>"):
            yield Change(_pair(left, text_of(right), right, text_of(left)))
    elif node.type == "concatenation":
        parts = children(node, "expression")
        if len(parts) > 1:
            yield Change(_pair(parts[0], text_of(parts[1]), parts[1], text_of(parts[0])))


def dropped_else(node: Node) -> Iterator[Change]:
    """The last `else` of a chain is forgotten."""
    if node.type != "conditional_statement":
        return
    conditions, statements = branches(node)
    words = children(node, "else")
    if len(statements) == len(conditions) + 1:
        edit = Edit(statements[-2].end_byte, statements[-1].end_byte, "")
        yield Change((edit,), latch_kind(statements[-1]))
    for index in range(1, len(conditions)):
        edit = Edit(words[index - 1].start_byte, words[index].start_byte if index < len(words) else node.end_byte, "")
        yield Change((edit,), latch_kind(statements[index]))


def dropped_reset(node: Node) -> Iterator[Change]:
    """The branch that a register block runs in reset is forgotten."""
    if node.type == "conditional_statement" and reset_branch(node) is not None:
        word = children(node, "else")[0]
        following = word.next_sibling
        if following is not None:
            yield Change((Edit(node.start_byte, following.start_byte, ""),))


def dropped_case_item(node: Node) -> Iterator[Change]:
    """One labelled arm of a `case` is forgotten."""
    if node.type == "case_item" and node.children[0].type != "default":
        yield remove(node, kind=case_kind(node))


def dropped_default(node: Node) -> Iterator[Change]:
    """The `default` of a `case` is forgotten."""
    if node.type == "case_item" and node.children[0].type == "default":
        yield remove(node, kind=case_kind(node) if clocked(node) else latch_kind(node))


def swapped_case_bodies(node: Node) -> Iterator[Change]:
    """Two neighbouring arms of a `case` run each other's statement."""
    later = node.next_named_sibling
    if node.type == "case_item" and later is not None and later.type == "case_item":
        first, second = node.children[-1], later.children[-1]
        yield Change(_pair(first, text_of(second), second, text_of(first)), case_kind(node))


def dropped_assignment(node: Node) -> Iterator[Change]:
    """One assignment is forgotten, procedural or continuous."""
    if node.type == "continuous_assign":
        yield remove(node)
    elif node.type in ASSIGNMENTS and ancestor(node, *ROUTINES) is None:
        kind = latch_kind(node) if clocked(node) is False else kind_here(node)
        holder = ancestor(node, "statement_or_null")
        if holder is not None and holder.parent is not None:
            yield remove(holder, kind=kind) if holder.parent.type == "seq_block" else replace(holder, ";", kind=kind)


def stuck_value(node: Node) -> Iterator[Change]:
    """An assignment stores zero instead of what it computes."""
    if node.type in ("nonblocking_assignment", "operator_assignment", "net_assignment"):
        value = node.children[-1]
        loop = ancestor(node, "for_step", "for_initialization")
        if value.type == "expression" and loop is None and not _ZERO.fullmatch(text_of(value)):
            yield replace(value, "0", kind=kind_here(node))


def swapped_assignment(node: Node) -> Iterator[Change]:
    """A blocking assignment becomes non-blocking, or the reverse."""
    if node.type == "nonblocking_assignment":
        kind = "race_condition" if _read_by_another_process(node) else ""
        yield from (replace(token, "=", kind=kind) for token in children(node, "<="))
    elif node.type == "blocking_assignment" and ancestor(node, *ROUTINES) is None and clocked(node) is not None:
        signs = [item for child in node.children for item in child.children if item.type == "assignment_operator"]
        yield from (replace(sign, "<=") for sign in signs if text_of(sign) == "=")


def _read_by_another_process(assignment: Node) -> bool:
    """Whether the register that is written is read at an edge elsewhere, so that the order of processes matters."""
    process, module = ancestor(assignment, "always_construct"), ancestor(assignment, "module_declaration")
    if process is None or module is None:
        return False
    name = re.match(r"\w*", text_of(assignment))
    others = [item for item in descendants(module) if item.type == "always_construct" and item != process]
    return any(clocked(other) and text in (name and name[0],) for other in others for _, text in reads(other))


def dropped_asynchronous_reset(node: Node) -> Iterator[Change]:
    """The edge of an asynchronous reset is missing in the event list."""
    if node.type == "event_expression":
        parts = children(node, "event_expression")
        if len(parts) == 2 and all(children(part, "edge_identifier") for part in parts):
            yield Change((Edit(parts[0].end_byte, parts[1].end_byte, ""),))


def incomplete_sensitivity(node: Node) -> Iterator[Change]:
    """A combinational process does not wake up for one of the signals that it reads."""
    if node.type == "event_expression":
        parts = children(node, "event_expression")
        if len(parts) == 2 and not any(item.type == "edge_identifier" for item in descendants(node)):
            yield Change((Edit(parts[0].end_byte, parts[1].end_byte, ""),))
            yield Change((Edit(parts[0].start_byte, parts[1].start_byte, ""),))
    elif node.type == "event_control" and "*" in text_of(node):
        process, root = ancestor(node, "always_construct"), ancestor(node, "module_declaration")
        if process is None or root is None:
            return
        signals = declared_signals(root)
        read = list(dict.fromkeys(name for _, name in reads(process) if name in signals))
        written = {
            text_of(item).split("[")[0].strip() for item in descendants(process) if item.type == "variable_lvalue"
        }
        read = [name for name in read if name not in written]
        for missing in read if len(read) > 1 else ():
            kept = " or ".join(name for name in read if name != missing)
            yield replace(node, f"@({kept})")


def swapped_identifier(node: Node) -> Iterator[Change]:
    """A signal is read in place of another that is declared with the same range."""
    if node.type != "module_declaration":
        return
    edges = edge_signals(node)
    signals = {name: extent for name, extent in declared_signals(node).items() if name not in edges}
    names = list(signals)
    for site, name in reads(node):
        if name not in signals:
            continue
        start = names.index(name) + 1
        following = [other for other in names[start:] + names[: start - 1] if signals[other] == signals[name]]
        if following:
            connection = ancestor(site, "named_port_connection", "ordered_port_connection")
            yield replace(site, following[0], kind="module_connection_error" if connection else kind_here(site))


def swapped_ports(node: Node) -> Iterator[Change]:
    """Two neighbouring connections of an instance are exchanged."""
    later = node.next_named_sibling
    kinds = ("named_port_connection", "ordered_port_connection")
    if node.type not in kinds or later is None or later.type != node.type:
        return
    first, second = node.child_by_field_name("connection"), later.child_by_field_name("connection")
    first, second = first or node.children[-1], second or later.children[-1]
    if first.type == second.type == "expression":
        yield Change(_pair(first, text_of(second), second, text_of(first)))


def dropped_signedness(node: Node) -> Iterator[Change]:
    """A signed value is taken as unsigned."""
    if node.type == "signed":
        yield remove(node)
    elif node.type == "system_tf_identifier" and text_of(node) == "$signed":
        yield replace(node, "$unsigned")
