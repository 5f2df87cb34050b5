"""The types of fault of firmware by category, as repair tasks list them; a `kind` is the name in snake case."""

from __future__ import annotations

from collections.abc import Mapping

FAULT_TYPES: Mapping[str, tuple[str, ...]] = {
    "build": ("missing semicolon", "unclosed brackets", "undeclared identifier", "undefined symbol"),
    "peripheral": (
        "missing clock enable",
        "wrong pin mode",
        "wrong alternate function",
        "wrong prescaler",
        "wrong register",
        "wrong bit",
    ),
    "interrupt": ("missing interrupt enable", "unacknowledged flag", "wrong priority", "missing volatile"),
    "logic": (
        "missing statement",
        "condition error",
        "wrong operator",
        "wrong constant",
        "off-by-one",
        "buffer overrun",
        "state machine error",
    ),
}
