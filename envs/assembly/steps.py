"""The words of the assembler, the compiler and the linker, as diagnostics."""

from __future__ import annotations

import re
from typing import Any

from ecot.envs.assembly.tools import ASSEMBLER, CAPSTONE, GCC, LINKER
from ecot.envs.stages import said
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic

__all__ = ["engine", "parse_assembler", "parse_compiler", "parse_linker"]

_MESSAGE = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+): (?P<kind>Error|Warning|Fatal error): (?P<text>.*)$", re.MULTILINE
)
_COMPILER = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>error|warning|fatal error): (?P<text>.*)$",
    re.MULTILINE,
)
_CODES = (
    ("unknown_instruction", r"no such instruction"),
    ("unknown_directive", r"unknown pseudo-op"),
    ("wrong_operands", r"operand|mismatch|number of"),
    ("bad_register", r"bad register|register name"),
    ("bad_expression", r"expression|junk|missing|expecting"),
    ("duplicate_symbol", r"already defined"),
    ("isa_level", r"not supported"),
)
_SHOWN = 12


def engine(*names: str) -> str:
    """Return the names of what ran with their versions, as `StageResult.engine` has it."""
    tools = {"gcc": GCC, "as": ASSEMBLER, "ld": LINKER, "capstone": CAPSTONE}
    return " ".join(f"{name}-{version_of(tools[name]) or 'missing'}" if name in tools else name for name in names)


def parse_assembler(text: str) -> tuple[Diagnostic, ...]:
    """Return the errors of the GNU assembler, warnings after them.

    >>> parse_assembler("f.s:3: Error: no such instruction: `mvo %eax,%ebx'")[0].code
    'unknown_instruction'
    """
    return _parse(_MESSAGE, text, "as", code=_code_of)


def parse_compiler(text: str) -> tuple[Diagnostic, ...]:
    """Return the errors of gcc, warnings after them.

    >>> parse_compiler("f.c:3:5: error: 'x' undeclared")[0].line
    3
    """
    found = _parse(_COMPILER, text, "gcc", code=lambda text: "c_error")
    return found or parse_assembler(text)


def _parse(pattern: re.Pattern[str], text: str, tool: str, *, code: Any) -> tuple[Diagnostic, ...]:
    errors, warnings = list[Diagnostic](), list[Diagnostic]()
    for match in pattern.finditer(text):
        wrong = "arning" not in match["kind"]
        found = match.groupdict()
        item = Diagnostic(
            tool=tool,
            code=code(found["text"]) if wrong else "warning",
            message=found["text"][:300],
            file=found["file"],
            line=int(found["line"]),
            column=int(found.get("column") or 0),
        )
        (errors if wrong else warnings).append(item)
    return tuple((errors + warnings)[:_SHOWN])


def _code_of(text: str) -> str:
    return next((code for code, pattern in _CODES if re.search(pattern, text)), "assembler_error")


def parse_linker(text: str, *, function: str) -> tuple[Diagnostic, ...]:
    """Return the errors of the linker, each symbol once."""
    found: dict[str, Diagnostic] = {}
    for symbol in re.findall(r"undefined (?:reference to|symbol) [`']([^'`]+)'", text):
        message = f"`{symbol}` is used and defined nowhere"
        if symbol == function:
            message = f"`{symbol}` is not defined; define the label and make it global with `.globl {symbol}`"
        found.setdefault(symbol, said("ld", "undefined_symbol", message, symbol=symbol))
    for symbol in re.findall(r"multiple definition of [`']([^'`]+)'", text):
        found.setdefault(symbol, said("ld", "duplicate_symbol", f"`{symbol}` is defined twice", symbol=symbol))
    for line in re.findall(r"relocation truncated to fit: (\S+)", text):
        found.setdefault(line, said("ld", "relocation", f"an address does not fit its field ({line})"))
    return tuple(found.values())[:_SHOWN] or (said("ld", "link_error", "the linker failed without a message"),)
