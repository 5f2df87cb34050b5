"""The twenty types of fault that repair tasks ask for, in four categories, named as the VeriRepair benchmark has them.

Names and categories are those of arXiv 2603.16790 (appendix G.2), which lists twenty names and four categories; that
each category holds five of the names, in their order, is inferred. A fault's `kind` is the name in snake case.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FAULT_TYPES"]

FAULT_TYPES: Mapping[str, tuple[str, ...]] = {
    "syntax": (
        "missing semicolon",
        "missing end",
        "unclosed brackets",
        "illegal keyword usage",
        "invalid literal format",
    ),
    "type and structure": (
        "bit-width mismatch",
        "faulty indexing",
        "type error",
        "undefined module",
        "module connection error",
    ),
    "timing and state machines": (
        "sensitivity list error",
        "blocking/non-blocking misuse",
        "reset logic error",
        "state machine error",
        "race condition",
    ),
    "semantics and logic": (
        "non-synthesizable construct",
        "algorithm error",
        "gate logic error",
        "condition error",
        "latch inference",
    ),
}
