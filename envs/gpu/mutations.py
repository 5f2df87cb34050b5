"""How a Triton source goes wrong: operators over its syntax tree, in the words of those who debug kernels.

Node names are those of tree-sitter-python. Most operators look inside `@triton.jit` functions; some look at the launch.
Those marked as kept are withheld from whoever writes checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Node

from ecot.envs.domain import Mutation
from ecot.envs.mutation import Change, MutationLanguage, Operator, mutations, replace, replace_tokens, text_of

__all__ = ["LANGUAGE", "mutate"]

_REDUCTIONS = {"sum": "max", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax", "cumsum": "cumprod"}
_FUNCTIONS = {
    "exp": "exp2",
    "exp2": "exp",
    "log": "log2",
    "log2": "log",
    "sqrt": "rsqrt",
    "rsqrt": "sqrt",
    "sin": "cos",
    "cos": "sin",
    "maximum": "minimum",
    "minimum": "maximum",
    "atomic_add": "atomic_max",
    "floor": "ceil",
}
_SIGNS = {"+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "&": ("|",), "%": ("//",), "//": ("%",)}
_OPPOSITE_NUMBERS = {"0.0": "1.0", "1.0": "0.0", "0": "1", "1": "2", "-1": "0"}


def _ancestor(node: Node, *kinds: str) -> Node | None:
    above = node.parent
    while above is not None and above.type not in kinds:
        above = above.parent
    return above


def in_kernel(node: Node) -> bool:
    """Whether a node stands in the body of a `@triton.jit` function."""
    definition = _ancestor(node, "decorated_definition")
    while definition is not None:
        decorators = [text_of(item) for item in definition.children if item.type == "decorator"]
        body = definition.child_by_field_name("definition")
        body = body.child_by_field_name("body") if body is not None else None
        if any(re.match(r"@triton\.jit\b", text) for text in decorators) and body is not None:
            return body.start_byte <= node.start_byte
        definition = _ancestor(definition, "decorated_definition")
    return False


def _call_name(node: Node) -> str:
    function = node.child_by_field_name("function") if node.type == "call" else None
    return text_of(function) if function is not None else ""


def _keyword(call: Node, name: str) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    for item in arguments.children if arguments is not None else ():
        label = item.child_by_field_name("name") if item.type == "keyword_argument" else None
        if label is not None and text_of(label) == name:
            return item
    return None


def drop_mask(node: Node) -> Iterator[Change]:
    """A load or store forgets its mask, and with it `other`."""
    if _call_name(node) in ("tl.load", "tl.store", "tl.atomic_add") and in_kernel(node):
        mask, other = _keyword(node, "mask"), _keyword(node, "other")
        if mask is not None:
            edits = [replace(mask, "mask=None").edits[0]]
            edits += [replace(other, "other=None").edits[0]] if other is not None else []
            yield Change(tuple(edits))


def wrong_other(node: Node) -> Iterator[Change]:
    """Masked lanes are filled with the wrong value. Not before a product, where one operand's zeros suffice."""
    definition = _ancestor(node, "function_definition")
    if (
        _call_name(node) == "tl.load"
        and in_kernel(node)
        and definition is not None
        and "tl.dot(" not in text_of(definition)
    ):
        other = _keyword(node, "other")
        value = other.child_by_field_name("value") if other is not None else None
        if value is not None:
            yield replace(value, "1.0" if text_of(value) in ("0.0", "0") else "0.0")


def forget_other(node: Node) -> Iterator[Change]:
    """Masked lanes are left undefined."""
    if _call_name(node) == "tl.load" and in_kernel(node):
        other = _keyword(node, "other")
        if other is not None:
            yield replace(other, "other=None")


def wrong_comparison(node: Node) -> Iterator[Change]:
    """A bound is off by one."""
    if node.type == "comparison_operator" and in_kernel(node):
        for token in node.children:
            table = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
            if not token.is_named and token.type in table:
                yield replace(token, table[token.type])


def wrong_axis(node: Node) -> Iterator[Change]:
    """A reduction goes along another axis, or a program looks at another dimension of the grid."""
    if node.type == "keyword_argument" and in_kernel(node):
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None and text_of(name) == "axis" and text_of(value) in ("0", "1"):
            yield replace(value, "1" if text_of(value) == "0" else "0")
    if _call_name(node) == "tl.program_id" and in_kernel(node):
        arguments = node.child_by_field_name("arguments")
        for item in arguments.named_children if arguments is not None else ():
            if item.type == "integer":
                yield replace(item, "1" if text_of(item) == "0" else "0")


def swapped_operands(node: Node) -> Iterator[Change]:
    """Two operands of a difference or a quotient change places."""
    if node.type == "binary_operator" and in_kernel(node):
        sign = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if sign is not None and sign.type in ("-", "/") and left is not None and right is not None:
            yield Change((replace(left, text_of(right)).edits[0], replace(right, text_of(left)).edits[0]))


def wrong_function(node: Node) -> Iterator[Change]:
    """Another function of `tl` is called."""
    if node.type == "attribute" and in_kernel(node):
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if owner is not None and name is not None and text_of(owner) in ("tl", "tl.math"):
            other = _FUNCTIONS.get(text_of(name)) or _REDUCTIONS.get(text_of(name))
            if other:
                yield replace(name, other)


def wrong_number(node: Node) -> Iterator[Change]:
    """A constant of the arithmetic is another."""
    if node.type in ("float", "integer") and in_kernel(node) and _ancestor(node, "keyword_argument") is None:
        if node.parent is not None and node.parent.type == "argument_list" and node.type == "integer":
            return
        text = text_of(node)
        yield replace(node, _OPPOSITE_NUMBERS.get(text) or (f"{text} * 2" if node.type == "integer" else f"{text}1"))


def wrong_stride(node: Node) -> Iterator[Change]:
    """The launch passes the stride of another dimension, or of another size."""
    if node.type == "call" and not in_kernel(node):
        function = node.child_by_field_name("function")
        if function is not None and function.type == "attribute" and text_of(function).endswith((".stride", ".size")):
            arguments = node.child_by_field_name("arguments")
            for item in arguments.named_children if arguments is not None else ():
                if item.type == "integer":
                    yield replace(item, "1" if text_of(item) == "0" else "0")


def small_grid(node: Node) -> Iterator[Change]:
    """The grid is one program short where it was rounded up."""
    if _call_name(node) == "triton.cdiv" and not in_kernel(node):
        arguments = node.child_by_field_name("arguments")
        named = arguments.named_children if arguments is not None else []
        if len(named) == 2:
            yield replace(node, f"max(1, {text_of(named[0])} // {text_of(named[1])})")


def lost_accumulation(node: Node) -> Iterator[Change]:
    """A sum over a loop is overwritten by its last term."""
    if node.type == "augmented_assignment" and in_kernel(node):
        for token in node.children:
            if token.type in ("+=", "*="):
                yield replace(token, "=")
                yield replace(token, "-=" if token.type == "+=" else "+=")


def lost_precision(node: Node) -> Iterator[Change]:
    """A cast to `float32` before the arithmetic goes to eight bits of precision."""
    if node.type == "attribute" and in_kernel(node) and text_of(node) == "tl.float32":
        yield replace(node, "tl.bfloat16")


def allow_tf32(node: Node) -> Iterator[Change]:
    """A product at full precision is done in TF32."""
    if node.type == "string" and in_kernel(node) and text_of(node) == '"ieee"':
        yield replace(node, '"tf32"')


def lost_argument(node: Node) -> Iterator[Change]:
    """A `tl.dot` forgets what it was to add to."""
    if _call_name(node) == "tl.dot" and in_kernel(node):
        arguments = node.child_by_field_name("arguments")
        named = arguments.named_children if arguments is not None else []
        if len(named) >= 3 and named[2].type == "identifier":
            yield replace(named[2], "None")


def undeclared_name(node: Node) -> Iterator[Change]:
    """A value is read under a name that nobody bound."""
    operand = node.parent is not None and node.parent.type in ("binary_operator", "comparison_operator")
    if node.type == "identifier" and operand and in_kernel(node) and text_of(node) != "tl":
        yield replace(node, f"{text_of(node)}_")


def not_a_power_of_two(node: Node) -> Iterator[Change]:
    """A block is not rounded up to a power of two."""
    if _call_name(node) == "triton.next_power_of_2" and not in_kernel(node):
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.named_children:
            yield replace(node, f"{text_of(arguments.named_children[0])}")


def _arithmetic(parent: Node) -> bool:
    return parent.type == "binary_operator" and in_kernel(parent)


_Named = tuple[str, str, Callable[[Node], Iterator[Change]], bool, int | None]
_TABLE: tuple[_Named, ...] = (
    ("drop_mask", "missing_mask", drop_mask, False, None),
    ("forget_other", "undefined_lanes", forget_other, False, None),
    ("fill_wrongly", "wrong_padding", wrong_other, False, None),
    ("shift_bound", "wrong_bound", wrong_comparison, False, None),
    ("swap_axis", "wrong_axis", wrong_axis, False, None),
    ("swap_operands", "wrong_operator", swapped_operands, False, None),
    ("call_another", "wrong_function", wrong_function, False, None),
    ("change_number", "wrong_constant", wrong_number, False, 12),
    ("swap_stride", "wrong_stride", wrong_stride, False, None),
    ("shrink_grid", "wrong_grid", small_grid, False, None),
    ("forget_sum", "lost_accumulation", lost_accumulation, False, None),
    ("halve_precision", "precision_loss", lost_precision, True, None),
    ("allow_tf32", "precision_loss", allow_tf32, True, None),
    ("drop_accumulator", "lost_accumulation", lost_argument, True, None),
    ("misspell", "undeclared_identifier", undeclared_name, False, 4),
    ("forget_power_of_two", "type_error", not_a_power_of_two, False, None),
)

LANGUAGE = MutationLanguage(
    grammar=tree_sitter_python.language,
    comments=r"#[^\n]*",
    operators=(
        Operator(
            name="swap_operator",
            kind="wrong_operator",
            propose=replace_tokens(_SIGNS, within=_arithmetic),
        ),
        *(Operator(name=name, kind=kind, propose=propose, kept=kept, limit=limit)
          for name, kind, propose, kept, limit in _TABLE),
    ),
)  # fmt: skip


@lru_cache(maxsize=256)
def mutate(source: str) -> tuple[Mutation, ...]:
    """Return every single fault of a Triton source, in a fixed order."""
    return mutations(source, LANGUAGE)
