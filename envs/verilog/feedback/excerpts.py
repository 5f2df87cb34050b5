"""The line of source that a tool complains about, with a caret below the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ecot.envs.types import Diagnostic, StageResult

__all__ = ["excerpted", "with_excerpt"]

_MOST = 8
"""Diagnostics that show their line; as many as feedback shows."""
_WIDEST = 160
"""Characters of a line that are shown."""


def excerpted(result: StageResult, *, entry: str, source: str) -> StageResult:
    """Return a failed stage whose diagnostics show the lines of the candidate that they name.

    Args:
        result: of a stage; one that passed stays as it is.
        entry: path of the candidate.
        source: its text.
    """
    if result.passed or not any(item.file == entry and item.line for item in result.diagnostics):
        return result
    lines = source.split("\n")
    shown = [with_excerpt(item, lines) if item.file == entry else item for item in result.diagnostics[:_MOST]]
    return replace(result, diagnostics=(*shown, *result.diagnostics[_MOST:]))


def with_excerpt(item: Diagnostic, lines: Sequence[str]) -> Diagnostic:
    r"""Return a diagnostic with the line that it names, and a caret where its column or its symbol is.

    Args:
        item: of a tool.
        lines: of the file that it names.

    >>> item = Diagnostic(tool="t", code="c", message="what?", file="m.v", line=2, symbol="b")
    >>> print(with_excerpt(item, ["module m;", "  assign a = b;"]).message)
    what?
        2 |   assign a = b;
          |              ^
    """
    if not 0 < item.line <= len(lines):
        return item
    text = lines[item.line - 1].rstrip("\r").expandtabs(1)
    column = item.column or _column(text, item.symbol)
    cut = text if len(text) <= _WIDEST else f"{text[:_WIDEST]} ..."
    margin = max(5, len(str(item.line)) + 4)
    shown = [item.message, f"{item.line:>{margin}} | {cut}"]
    if 0 < column <= _WIDEST:
        shown.append(f"{'':>{margin}} | {' ' * (column - 1)}^")
    return replace(item, column=column, message="\n".join(shown))


def _column(text: str, symbol: str) -> int:
    """Where a symbol stands in a line, from 1; 0 where it does not, or more than once."""
    places = [match.start() + 1 for match in re.finditer(rf"(?<!\w){re.escape(symbol)}(?!\w)", text)] if symbol else []
    return places[0] if len(places) == 1 else 0
