"""Where in a C program a fault can sit, and what it changes there; the table is in `mutations.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from ecot.envs.mutation import Change, Edit, remove, replace, text_of

_KINDS = (
    ("missing_clock_enable", re.compile(r"\bRCC->\w+ENR\b|__HAL_RCC_\w+_CLK_ENABLE")),
    ("wrong_alternate_function", re.compile(r"->AFR\b|\.Alternate\b")),
    ("wrong_pin_mode", re.compile(r"->(?:MODER|OTYPER|PUPDR)\b|\.(?:Mode|Pull)\b")),
    (
        "wrong_prescaler",
        re.compile(r"->(?:PSC|ARR|BRR|CCR|LOAD|RLR)\b|IWDG->PR\b|\.(?:Prescaler|Period|BaudRate)\b|SysTick_Config"),
    ),
    ("unacknowledged_flag", re.compile(r"(?:->SR|EXTI->PR|->LIFCR|->HIFCR)\s*(?:&?=)")),
    ("wrong_priority", re.compile(r"SetPriority")),
    ("missing_interrupt_enable", re.compile(r"NVIC_EnableIRQ|->DIER\b|->IMR\b")),
)
_EXPRESSIONS = ("binary_expression",)
_BUSES = {"AHB1ENR": "APB1ENR", "APB1ENR": "APB2ENR", "APB2ENR": "APB1ENR", "AHB2ENR": "AHB1ENR"}
_BIT = re.compile(r"[A-Z][A-Z0-9]+_\w+_\w+")
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)")


def _statement(node: Node) -> Node | None:
    while node is not None and node.type not in ("expression_statement", "declaration", "return_statement"):
        if node.parent is None:
            return None
        node = node.parent
    return node


def _kind(node: Node) -> str:
    """What a fault in a statement is called by what the statement does; empty for the operator's own."""
    statement = _statement(node)
    words = text_of(statement) if statement is not None else ""
    return next((kind for kind, expression in _KINDS if expression.search(words)), "")


def _in_preprocessor(node: Node) -> bool:
    parent: Node | None = node
    while parent is not None:
        if parent.type.startswith("preproc"):
            return True
        parent = parent.parent
    return False


def in_expression(parent: Node) -> bool:
    """Whether a token is the operator of a binary expression."""
    return parent.type in _EXPRESSIONS and not _in_preprocessor(parent)


def in_assignment(parent: Node) -> bool:
    """Whether a token is the operator of an assignment."""
    return parent.type == "assignment_expression"


def dropped_statement(node: Node) -> Iterator[Change]:
    """An assignment, an update or a call is forgotten."""
    if node.type != "expression_statement" or not node.named_children:
        return
    if node.named_children[0].type in ("assignment_expression", "call_expression", "update_expression"):
        # A body without braces needs a statement to stay.
        if node.parent is not None and node.parent.type == "compound_statement":
            yield remove(node, kind=_kind(node))
        else:
            yield replace(node, ";", kind=_kind(node))


def dropped_volatile(node: Node) -> Iterator[Change]:
    """A variable that an interrupt changes is not volatile any more."""
    if node.type == "type_qualifier" and text_of(node) == "volatile":
        yield Change((Edit(node.start_byte, node.end_byte + 1, ""),))


def off_by_one(node: Node) -> Iterator[Change]:
    """A number is one more, or one less."""
    if node.type != "number_literal" or _in_preprocessor(node):
        return
    match = _NUMBER.fullmatch(text_of(node))
    if match is None:
        return
    value, base = int(match[1], 0), 16 if match[1][:2].lower() == "0x" else 10
    for other in (value + 1, value - 1):
        if other >= 0:
            written = f"0x{other:X}" if base == 16 else str(other)
            yield replace(node, written + match[2], kind=_kind(node))


def doubled_number(node: Node) -> Iterator[Change]:
    """A number is twice what it should be."""
    if node.type == "number_literal" and not _in_preprocessor(node):
        match = _NUMBER.fullmatch(text_of(node))
        if match is not None and int(match[1], 0) > 1:
            yield replace(node, f"{2 * int(match[1], 0)}{match[2]}", kind=_kind(node))


def dropped_operator(token: str) -> Callable[[Node], Iterator[Change]]:
    """A proposer that forgets a prefix operator."""

    def propose(node: Node) -> Iterator[Change]:
        if node.type == "unary_expression" and node.children and node.children[0].type == token:
            first = node.children[0]
            yield Change((Edit(first.start_byte, first.end_byte, ""),), _kind(node) if token == "~" else "")  # noqa: S105

    return propose


def _condition(node: Node) -> Node | None:
    if node.type in ("if_statement", "while_statement", "do_statement"):
        found = node.child_by_field_name("condition")
        return found.named_children[0] if found is not None and found.named_children else None
    if node.type == "for_statement":
        return node.child_by_field_name("condition")
    return None


def negated_condition(node: Node) -> Iterator[Change]:
    """A condition means its opposite."""
    found = _condition(node)
    if found is not None:
        yield replace(found, f"!({text_of(found)})")


def stuck_condition(node: Node) -> Iterator[Change]:
    """A condition always holds, or never."""
    found = _condition(node)
    if found is not None and node.type != "for_statement" and found.type != "number_literal":
        yield replace(found, "1")
        yield replace(found, "0")


def dropped_else(node: Node) -> Iterator[Change]:
    """What happens otherwise is forgotten."""
    if node.type == "else_clause":
        yield remove(node)


def dropped_break(node: Node) -> Iterator[Change]:
    """A case falls through into the next."""
    if node.type == "break_statement":
        yield replace(node, ";")


def wrong_bit(node: Node) -> Iterator[Change]:
    """Another bit of the same register that the program also names."""
    if node.type != "identifier" or not _BIT.fullmatch(text_of(node)) or _in_preprocessor(node):
        return
    root = node
    while root.parent is not None:
        root = root.parent
    mine = text_of(node)
    prefix = mine.rpartition("_")[0]
    others = sorted(set(re.findall(rf"\b{re.escape(prefix)}_\w+\b", text_of(root))) - {mine})
    if others:
        yield replace(node, others[0], kind=_kind(node))
    elif prefix.startswith("RCC_"):
        yield replace(node, "0", kind="missing_clock_enable")


def wrong_bus(node: Node) -> Iterator[Change]:
    """The enable register of another bus."""
    if node.type == "field_identifier" and text_of(node) in _BUSES:
        yield replace(node, _BUSES[text_of(node)], kind="missing_clock_enable")


def wrong_port(node: Node) -> Iterator[Change]:
    """The next port."""
    if node.type == "identifier" and re.fullmatch(r"GPIO[A-H]", text_of(node)) and not _in_preprocessor(node):
        yield replace(node, f"GPIO{chr(ord(text_of(node)[-1]) + 1)}")


def shrunk_array(node: Node) -> Iterator[Change]:
    """An array is one shorter than what is written into it."""
    if node.type != "array_declarator":
        return
    size = node.child_by_field_name("size")
    if (
        size is not None
        and size.type == "number_literal"
        and text_of(size).rstrip("uU").isdigit()
        and int(text_of(size).rstrip("uU")) > 1
    ):
        yield replace(size, str(int(text_of(size).rstrip("uU")) // 2))


def swapped_operands(node: Node) -> Iterator[Change]:
    """The two sides of an operator whose order matters change places."""
    if node.type != "binary_expression" or _in_preprocessor(node):
        return
    left, operator, right = (node.child_by_field_name(name) for name in ("left", "operator", "right"))
    if (
        left is None
        or operator is None
        or right is None
        or operator.type not in ("-", "/", "%", "<<", ">>", "<", ">", "<=", ">=")
    ):
        return
    yield Change(
        (Edit(left.start_byte, left.end_byte, text_of(right)), Edit(right.start_byte, right.end_byte, text_of(left))),
        _kind(node),
    )


def missing_token(*tokens: str) -> Callable[[Node], Iterator[Change]]:
    """A proposer that forgets one of some tokens."""

    def propose(node: Node) -> Iterator[Change]:
        if not node.is_named and node.type in tokens:
            yield replace(node, "")

    return propose


def misspelt_identifier(node: Node) -> Iterator[Change]:
    """A name that nothing declares."""
    if node.type == "identifier" and _BIT.fullmatch(text_of(node)):
        yield replace(node, f"{text_of(node)}_")


def misspelt_function(node: Node) -> Iterator[Change]:
    """A call of a function that exists nowhere: it compiles with a warning and does not link."""
    if node.type == "call_expression":
        function = node.child_by_field_name("function")
        if function is not None and function.type == "identifier":
            yield replace(function, f"{text_of(function)}_now")
