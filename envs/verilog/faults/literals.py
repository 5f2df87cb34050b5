"""Verilog number literals as values: what lies beside one, written as its author would."""

from __future__ import annotations

import re

_BASED = re.compile(r"(?P<size>[0-9]+)?\s*'(?P<sign>[sS])?(?P<base>[bBoOdDhH])\s*(?P<digits>[0-9a-fA-FxXzZ?_]+)")
_RADIX = {"b": 2, "o": 8, "d": 10, "h": 16}
_FORMAT = {"b": "b", "o": "o", "d": "d", "h": "x"}


def neighbours(literal: str) -> tuple[str, ...]:
    """Return the literals one above and one below, wrapped at the width; empty where there is no single value.

    >>> neighbours("4'd15")
    ("4'd0", "4'd14")
    >>> neighbours("0")
    ('1',)
    """
    if literal.isdigit():
        value = int(literal)
        return tuple(str(other) for other in (value + 1, value - 1) if other >= 0)
    match = _BASED.fullmatch(literal)
    if match is None or re.search(r"[xXzZ?]", match["digits"]):
        return ()
    base = match["base"].lower()
    value = int(match["digits"].replace("_", ""), _RADIX[base])
    modulus = 1 << int(match["size"] or 32)
    return tuple(dict.fromkeys(_written(match, other % modulus) for other in (value + 1, value - 1)))


def _written(match: re.Match[str], value: int) -> str:
    base = match["base"].lower()
    digits = format(value, _FORMAT[base])
    if base != "d":
        digits = digits.zfill(len(match["digits"].replace("_", "")))
    if any(letter.isupper() for letter in match["digits"]):
        digits = digits.upper()
    return match.string[: match.start("digits")] + digits


def fixed_bit_flipped(literal: str) -> tuple[str, ...]:
    """Return a binary pattern with its last fixed bit flipped; empty for any other literal.

    >>> fixed_bit_flipped("4'b01??")
    ("4'b00??",)
    """
    match = _BASED.fullmatch(literal)
    if match is None or match["base"].lower() != "b" or not re.search(r"[xXzZ?]", match["digits"]):
        return ()
    bits = [index for index in range(match.start("digits"), len(literal)) if literal[index] in "01"]
    if not bits:
        return ()
    return (literal[: bits[-1]] + "10"[int(literal[bits[-1]])] + literal[bits[-1] + 1 :],)
