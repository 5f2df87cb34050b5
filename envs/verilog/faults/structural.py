"""Faults for repair tasks alone: what a design of one module seldom offers a place for.

Proposers as in `faults.py`. They restructure more than a mutation operator does, so no mutation score rests on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from ecot.envs.mutation import Change, Edit, descendants, remove, replace, text_of
from ecot.envs.verilog.faults.kinds import branches, registers, reset_branch
from ecot.envs.verilog.faults.syntax import ancestor, children, clocked, declared_signals

_FIXED_RANGE = re.compile(r"(\[\d+:\d+\])?")


def split_reset(node: Node) -> Iterator[Change]:
    """The reset branch moves to a process of its own, so that two processes write the same registers at one edge."""
    if node.type != "conditional_statement" or reset_branch(node) is None:
        return
    process = ancestor(node, "always_construct")
    controls = [item for item in descendants(process) if item.type == "event_control"] if process is not None else []
    conditions, statements = branches(node)
    following = children(node, "else")[0].next_sibling
    if process is None or not controls or following is None or len(controls) > 1:
        return
    own = f"\n    always {text_of(controls[0])}\n        if ({text_of(conditions[0])}) {text_of(statements[0])}"
    rest = Edit(node.start_byte, following.start_byte, "")
    yield Change((rest, Edit(process.end_byte, process.end_byte, own)))


def wait_inside_process(node: Node) -> Iterator[Change]:
    """A clocked process waits for a second edge in its body, as a testbench would."""
    if node.type != "always_construct" or not clocked(node):
        return
    controls = [item for item in descendants(node) if item.type == "event_control"]
    body = controls[0].next_sibling if len(controls) == 1 else None
    edge = re.search(r"(posedge|negedge)\s+\w+", text_of(controls[0])) if controls else None
    if body is not None and edge is not None:
        yield Change((Edit(controls[0].end_byte, controls[0].end_byte, f" @({edge[0]})"),))


def timed_process(node: Node) -> Iterator[Change]:
    """A combinational process is run by time instead of by its inputs."""
    if node.type == "event_control" and clocked(node) is False:
        yield replace(node, "#1")


def wrong_next_state(node: Node) -> Iterator[Change]:
    """A state machine goes to another of its states."""
    if node.type not in ("nonblocking_assignment", "blocking_assignment"):
        return
    module = ancestor(node, "module_declaration")
    values = [item for item in descendants(node) if item.type == "hierarchical_identifier"]
    constants = _constants(module) if module is not None else []
    chosen = values[-1] if values else None
    if chosen is None or text_of(chosen) not in constants or not _case_of_register(node):
        return
    place = constants.index(text_of(chosen))
    for step in (1, len(constants) - 1):
        yield replace(chosen, constants[(place + step) % len(constants)])


def _constants(module: Node) -> list[str]:
    """The local parameters that a `case` of the module names."""
    named = {text_of(item) for item in descendants(module) if item.type == "case_item_expression"}
    found = [text_of(item.children[0]) for item in descendants(module) if item.type == "param_assignment"]
    states = [name for name in found if name in named]
    return states if len(states) > 1 else []


def _case_of_register(node: Node) -> bool:
    statement = ancestor(node, "case_statement")
    subject = children(statement, "case_expression") if statement is not None else []
    return bool(subject) and text_of(subject[0]) in registers(subject[0])


def misspelt_port(node: Node) -> Iterator[Change]:
    """An instance connects a port that its module does not have."""
    if node.type == "named_port_connection":
        names = children(node, "simple_identifier")
        if names:
            yield replace(names[0], f"{text_of(names[0])}_in")


def dropped_connection(node: Node) -> Iterator[Change]:
    """An instance leaves a port open."""
    value = node.child_by_field_name("connection") if node.type == "named_port_connection" else None
    if value is not None:
        yield remove(value)


def missing_helper(node: Node) -> Iterator[Change]:
    """An assignment is handed to a module that nobody wrote."""
    found = _simple_assignment(node)
    if found is not None:
        target, value, _ = found
        yield replace(node, f"{target}_logic u_{target} (.result({target}), .value({value}));")


def reversed_helper(node: Node) -> Iterator[Change]:
    """An assignment is handed to a module of its own, whose two ports are connected in the wrong order."""
    found, module = _simple_assignment(node), ancestor(node, "module_declaration")
    if found is None or module is None or _FIXED_RANGE.fullmatch(found[2]) is None:
        return
    target, value, extent = found
    ports = f"input wire {extent}{' ' if extent else ''}value, output wire {extent}{' ' if extent else ''}result"
    helper = f"\n\nmodule {target}_stage ({ports});\n    assign result = value;\nendmodule"
    instance = replace(node, f"{target}_stage u_{target} ({target}, {value});")
    yield Change((*instance.edits, Edit(module.end_byte, module.end_byte, helper)))


def _simple_assignment(node: Node) -> tuple[str, str, str] | None:
    """Target, value and range of a continuous assignment of one whole signal."""
    assignments = [item for item in descendants(node) if item.type == "net_assignment"]
    module = ancestor(node, "module_declaration")
    if node.type != "continuous_assign" or len(assignments) != 1 or module is None:
        return None
    target, value = text_of(assignments[0].children[0]), text_of(assignments[0].children[-1])
    signals = declared_signals(module)
    return (target, value, signals[target]) if target in signals else None
