"""Which class of fault a change in a Verilog module is, told by where it stands in the syntax tree."""

from __future__ import annotations

import re

from tree_sitter import Node

from ecot.envs.mutation import descendants, text_of
from ecot.envs.verilog.faults.syntax import ancestor, children, clocked

IN_DESIGN = "algorithm_error"
"""The class where no finer one fits."""
ASSIGNMENTS = ("nonblocking_assignment", "blocking_assignment")
_RESET_NAME = re.compile(r"(?i)(^|_)[an]?(reset|rst|clear|clr|init)(_|n\b|b\b|\b|$)")
_CHOICES = ("conditional_statement", "case_item", "loop_statement", "loop_generate_construct")


def branches(node: Node) -> tuple[list[Node], list[Node]]:
    """Conditions and statements of an if-else chain; one statement more than conditions where it ends in `else`."""
    return children(node, "cond_predicate"), children(node, "statement_or_null")


def reset_branch(node: Node) -> Node | None:
    """The statement that a chain runs in reset, where its first condition is a reset."""
    conditions, statements = branches(node)
    process = ancestor(node, "always_construct")
    if process is None or not clocked(node) or len(statements) < 2:
        return None
    events = [item for item in descendants(process) if item.type == "event_expression"]
    edges = {text_of(item).split()[-1] for item in events if not children(item, "event_expression")}
    names = set(re.findall(r"\w+", text_of(conditions[0])))
    return statements[0] if names & edges or any(map(_RESET_NAME.search, names)) else None


def kind_here(node: Node) -> str:
    """The class of a wrong value, told by where it stands."""
    if ancestor(node, "case_item_expression", "case_expression"):
        return case_kind(node)
    if ancestor(node, "cond_predicate"):
        return condition_kind(node)
    chain = ancestor(node, "conditional_statement")
    while chain is not None:
        branch = reset_branch(chain)
        if branch is not None and branch.start_byte <= node.start_byte < branch.end_byte:
            return "reset_logic_error"
        chain = ancestor(chain, "conditional_statement")
    return IN_DESIGN


def condition_kind(node: Node) -> str:
    """The class of a wrong condition: that of the reset is a fault of the reset."""
    predicate = node if node.type == "cond_predicate" else ancestor(node, "cond_predicate")
    chain = predicate.parent if predicate is not None else None
    if predicate is None or chain is None or reset_branch(chain) is None:
        return "condition_error"
    return "reset_logic_error" if children(chain, "cond_predicate")[0] == predicate else "condition_error"


def case_kind(node: Node) -> str:
    """The class of a wrong arm: of a state machine where the `case` looks at a register, of the algorithm elsewhere."""
    statement = node if node.type == "case_statement" else ancestor(node, "case_statement")
    subject = children(statement, "case_expression") if statement is not None else []
    if not subject:
        return IN_DESIGN
    return "state_machine_error" if text_of(subject[0]) in registers(subject[0]) else IN_DESIGN


def registers(node: Node) -> set[str]:
    """The signals of the surrounding module that a clocked process assigns."""
    module = ancestor(node, "module_declaration")
    processes = [item for item in descendants(module) if item.type == "always_construct"] if module is not None else []
    assigned = (_target(item) for process in processes if clocked(process) for item in descendants(process))
    return {name for name in assigned if name}


def _target(node: Node) -> str:
    """The signal that an assignment of a process writes, without its index; empty for any other node."""
    if node.type not in ASSIGNMENTS:
        return ""
    found = re.match(r"\s*\{?\s*(\w+)", text_of(node))
    return found[1] if found else ""


def latch_kind(removed: Node) -> str:
    """The class of a forgotten piece of a process: a latch where a signal is left without a value on some path."""
    process = ancestor(removed, "always_construct")
    if process is None or clocked(removed):
        return IN_DESIGN
    always: set[str] = set()
    lost: set[str] = set()
    for item in descendants(process):
        name = _target(item)
        inside = removed.start_byte <= item.start_byte < removed.end_byte
        if name and inside:
            lost.add(name)
        elif name and _unconditional(item):
            always.add(name)
    return "latch_inference" if lost - always else IN_DESIGN


def _unconditional(node: Node) -> bool:
    """Whether a process always gets to a statement."""
    return ancestor(node, *_CHOICES, "always_construct") == ancestor(node, "always_construct")
