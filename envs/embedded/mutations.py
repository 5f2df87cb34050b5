"""The faults of firmware in C: a table of mutation operators, classed by what an engineer would call them.

Three operators are kept back from whoever writes checks.
"""

from __future__ import annotations

from functools import lru_cache

import tree_sitter_c

from ecot.envs.domain import Mutation
from ecot.envs.embedded import mutation_sites as sites
from ecot.envs.mutation import MutationLanguage, Operator, mutations, replace_tokens

__all__ = ["LANGUAGE", "mutate"]

_BEHAVIOUR = (
    Operator(name="drop_statement", kind="missing_statement", propose=sites.dropped_statement, limit=24),
    Operator(name="drop_volatile", kind="missing_volatile", propose=sites.dropped_volatile),
    Operator(name="off_by_one", kind="off_by_one", propose=sites.off_by_one, limit=12),
    Operator(
        name="swap_relational",
        kind="condition_error",
        propose=replace_tokens(
            {"<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="), "==": ("!=",), "!=": ("==",)},
            within=sites.in_expression,
        ),
    ),
    Operator(
        name="swap_arithmetic",
        kind="wrong_operator",
        propose=replace_tokens(
            {"+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "%": ("/",)}, within=sites.in_expression
        ),
    ),
    Operator(
        name="swap_bitwise",
        kind="wrong_operator",
        propose=replace_tokens(
            {"&": ("|",), "|": ("&",), "^": ("|",), "<<": (">>",), ">>": ("<<",)}, within=sites.in_expression
        ),
    ),
    Operator(
        name="swap_assignment",
        kind="wrong_operator",
        propose=replace_tokens(
            {"|=": ("&=",), "&=": ("|=",), "^=": ("|=",), "+=": ("-=",), "-=": ("+=",)}, within=sites.in_assignment
        ),
    ),
    Operator(name="drop_complement", kind="wrong_operator", propose=sites.dropped_operator("~")),
    Operator(name="drop_negation", kind="condition_error", propose=sites.dropped_operator("!")),
    Operator(name="negate_condition", kind="condition_error", propose=sites.negated_condition, limit=6),
    Operator(name="wrong_bit", kind="wrong_bit", propose=sites.wrong_bit, limit=8),
    Operator(name="wrong_bus", kind="wrong_register", propose=sites.wrong_bus),
    Operator(name="wrong_pin", kind="wrong_register", propose=sites.wrong_port, limit=2),
    Operator(name="shrink_array", kind="buffer_overrun", propose=sites.shrunk_array),
    Operator(name="drop_else", kind="condition_error", propose=sites.dropped_else),
    Operator(name="drop_break", kind="state_machine_error", propose=sites.dropped_break),
)
_KEPT = (
    Operator(name="stick_condition", kind="condition_error", propose=sites.stuck_condition, kept=True, limit=8),
    Operator(name="swap_operands", kind="wrong_operator", propose=sites.swapped_operands, kept=True, limit=6),
    Operator(name="double_number", kind="wrong_constant", propose=sites.doubled_number, kept=True, limit=8),
)
_SYNTAX = (
    Operator(name="forget_semicolon", kind="missing_semicolon", propose=sites.missing_token(";"), limit=2),
    Operator(name="forget_brace", kind="unclosed_brackets", propose=sites.missing_token(")", "}"), limit=2),
    Operator(name="misspell_identifier", kind="undeclared_identifier", propose=sites.misspelt_identifier, limit=2),
    Operator(name="misspell_function", kind="undefined_symbol", propose=sites.misspelt_function, limit=2),
)
LANGUAGE = MutationLanguage(
    grammar=tree_sitter_c.language,
    comments=r"//[^\n]*|(?s:/\*.*?\*/)",
    operators=(*_BEHAVIOUR, *_KEPT, *_SYNTAX),
)


@lru_cache(maxsize=256)
def mutate(source: str) -> tuple[Mutation, ...]:
    """Return every single fault of a firmware, in a fixed order."""
    return mutations(source, LANGUAGE)
