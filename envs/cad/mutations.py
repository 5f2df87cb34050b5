"""Seeds single faults into CAD scripts: what people and models get wrong in dimensions, planes and booleans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import tree_sitter_python
from tree_sitter import Node

from ecot.envs.domain import Mutation
from ecot.envs.mutation import (
    Change,
    Edit,
    MutationLanguage,
    Operator,
    mutations,
    replace,
    replace_tokens,
    text_of,
)

__all__ = ["LANGUAGE", "mutate"]

_BOOLEANS = {"cut": "union", "union": "cut", "intersect": "union"}
_DROPPED = frozenset(
    {
        "fillet",
        "chamfer",
        "hole",
        "cboreHole",
        "cskHole",
        "shell",
        "cut",
        "union",
        "cutBlind",
        "cutThruAll",
        "translate",
    }
    | {"rotate", "mirror", "clean", "rotateAboutCenter"}
)
_SELECTS = frozenset({"edges", "faces", "vertices", "wires"})
_PLANES = {"XY": "XZ", "XZ": "YZ", "YZ": "XY"}
_SELECTORS = {">": "<", "<": ">", "|": "#", "#": "|"}


def _mostly(node: Node) -> bool:
    """Whether a number is a size or a place: no index, and no step of a range."""
    parent = node.parent
    return parent is not None and parent.type not in ("subscript", "slice")


def _numbers(change: Callable[[float, bool], str | None]) -> Callable[[Node], Iterator[Change]]:
    def propose(node: Node) -> Iterator[Change]:
        if node.type not in ("integer", "float") or not _mostly(node):
            return
        value = float(text_of(node).replace("_", ""))
        made = change(value, node.type == "integer")
        if made is not None:
            yield replace(node, made)

    return propose


def _larger(value: float, whole: bool) -> str:
    return f"{value + 1:g}" if whole else f"{value + 0.5:g}"


def _smaller(value: float, whole: bool) -> str | None:
    if value <= 1:
        return None
    return f"{value - 1:g}" if whole else f"{value * 0.75:g}"


def _doubled(value: float, whole: bool) -> str | None:
    return f"{value * 2:g}" if value else None


def _negated(node: Node) -> Iterator[Change]:
    if node.type not in ("integer", "float", "identifier") or node.parent is None:
        return
    if node.parent.type == "argument_list" and text_of(node) not in ("0", "True", "False", "cq"):
        yield replace(node, f"-{text_of(node)}")


def _method(node: Node) -> Node | None:
    """The name of the method that a call calls."""
    function = node.child_by_field_name("function") if node.type == "call" else None
    return function.child_by_field_name("attribute") if function is not None and function.type == "attribute" else None


def _receiver(node: Node) -> Node | None:
    function = node.child_by_field_name("function")
    return function.child_by_field_name("object") if function is not None else None


def _other_boolean(node: Node) -> Iterator[Change]:
    method = _method(node)
    if method is not None and text_of(method) in _BOOLEANS:
        yield replace(method, _BOOLEANS[text_of(method)])


def _other_rounding(node: Node) -> Iterator[Change]:
    method = _method(node)
    table = {"fillet": "chamfer", "chamfer": "fillet", "cutThruAll": "union"}
    if method is not None and text_of(method) in ("fillet", "chamfer"):
        yield replace(method, table[text_of(method)])


def _dropped_call(node: Node) -> Iterator[Change]:
    method = _method(node)
    if method is None or text_of(method) not in _DROPPED:
        return
    kept = _receiver(node)
    # A selection goes with what was done to it.
    while kept is not None and kept.type == "call" and text_of(_method(kept) or kept) in _SELECTS:
        kept = _receiver(kept)
    if kept is not None and kept.type in ("call", "identifier"):
        yield Change((Edit(kept.end_byte, node.end_byte, ""),))


def _string(node: Node) -> str | None:
    text = text_of(node)
    return text[1:-1] if node.type == "string" and len(text) > 2 and text[0] in "\"'" else None


def _other_plane(node: Node) -> Iterator[Change]:
    content = _string(node)
    if content in _PLANES:
        yield replace(node, f'"{_PLANES[content]}"')


def _other_selector(node: Node) -> Iterator[Change]:
    content = _string(node)
    if content is None or content[0] not in _SELECTORS:
        return
    yield replace(node, f'"{_SELECTORS[content[0]]}{content[1:]}"')
    if len(content) == 2 and content[1] in "XYZ":
        yield replace(node, f'"{content[0]}{"YZX"["XYZ".index(content[1])]}"')


def _swapped_arguments(node: Node) -> Iterator[Change]:
    if node.type not in ("argument_list", "tuple"):
        return
    values = [child for child in node.named_children if child.type != "keyword_argument"]
    for first, second in pairwise(values):
        if text_of(first) != text_of(second) and "string" not in (first.type, second.type):
            edits = (
                Edit(first.start_byte, first.end_byte, text_of(second)),
                Edit(second.start_byte, second.end_byte, text_of(first)),
            )
            yield Change(edits)


def _diameter_for_radius(node: Node) -> Iterator[Change]:
    """`d / 2` becomes `d`."""
    right = node.child_by_field_name("right") if node.type == "binary_operator" else None
    left = node.child_by_field_name("left") if node.type == "binary_operator" else None
    operator = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    if left is None or right is None or operator is None:
        return
    if text_of(operator) == "/" and text_of(right) == "2":
        yield replace(node, text_of(left))


def _flipped_flag(node: Node) -> Iterator[Change]:
    if node.type in ("true", "false"):
        yield replace(node, "False" if node.type == "true" else "True")


def _lost_item(node: Node) -> Iterator[Change]:
    """A list of points loses its last one."""
    if node.type != "list" or len(node.named_children) < 2:
        return
    last, before = node.named_children[-1], node.named_children[-2]
    yield Change((Edit(before.end_byte, last.end_byte, ""),))


def _arithmetic(node: Node) -> bool:
    return node.type in ("binary_operator", "augmented_assignment")


_OPERATORS = (
    Operator(name="enlarge_number", kind="wrong_dimension", propose=_numbers(_larger), limit=14),
    Operator(name="reduce_number", kind="wrong_dimension", propose=_numbers(_smaller), limit=10),
    Operator(name="negate_argument", kind="wrong_sign", propose=_negated, limit=6),
    Operator(
        name="replace_arithmetic",
        kind="wrong_operator",
        propose=replace_tokens({"+": "-", "-": "+", "*": "/"}, within=_arithmetic),
        limit=8,
    ),
    Operator(name="swap_boolean", kind="wrong_boolean", propose=_other_boolean),
    Operator(name="drop_operation", kind="missing_feature", propose=_dropped_call),
    Operator(name="change_plane", kind="wrong_plane", propose=_other_plane),
    Operator(name="change_selector", kind="wrong_selector", propose=_other_selector),
    Operator(name="swap_arguments", kind="swapped_arguments", propose=_swapped_arguments, limit=8),
    Operator(name="take_diameter_for_radius", kind="radius_diameter", propose=_diameter_for_radius, kept=True),
    Operator(name="double_number", kind="wrong_dimension", propose=_numbers(_doubled), kept=True, limit=8),
    Operator(name="change_rounding", kind="wrong_operation", propose=_other_rounding, kept=True),
    Operator(name="flip_flag", kind="wrong_flag", propose=_flipped_flag, kept=True),
    Operator(name="lose_point", kind="missing_feature", propose=_lost_item, kept=True),
)
LANGUAGE = MutationLanguage(grammar=tree_sitter_python.language, comments=r"#[^\n]*", operators=_OPERATORS)


def mutate(source: str) -> Sequence[Mutation]:
    """Return every single fault of a script, operators in the order of their table."""
    return mutations(source, LANGUAGE)
