"""What the cross compiler and the linker say, as diagnostics without paths of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ecot.envs.types import Diagnostic

_MESSAGE = re.compile(
    r"^(?P<file>[^\s:]+):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<kind>fatal error|error|warning): (?P<text>.*)$"
)
_UNDEFINED = re.compile(r"(?:(?P<file>[\w./-]+):(?P<line>\d+): )?undefined reference to `(?P<symbol>[^']+)'")
_MULTIPLE = re.compile(r"(?:(?P<file>[\w./-]+):(?P<line>\d+): )?multiple definition of `(?P<symbol>[^']+)'")
_OVERFLOW = re.compile(r"region `(?P<region>\w+)' overflowed by (?P<bytes>\d+) bytes")
_SECTION = re.compile(r"section `(?P<section>[^']+)' will not fit in region `(?P<region>\w+)'")
_USAGE = re.compile(r"^\s*(?P<region>FLASH|RAM|CCMRAM):\s+(?P<used>\d+) (?P<unit>B|KB|MB|GB)\s", re.M)
_CODES = tuple(
    (code, re.compile(expression))
    for code, expression in (
        ("undeclared_identifier", r"'(?P<symbol>\w+)' undeclared"),
        ("unknown_member", r"has no member named '(?P<symbol>\w+)'"),
        ("implicit_function", r"implicit declaration of function '(?P<symbol>\w+)'"),
        ("unknown_type", r"unknown type name '(?P<symbol>\w+)'"),
        ("missing_header", r"(?P<symbol>[\w./]+): No such file"),
        ("conflicting_types", r"conflicting types for '(?P<symbol>\w+)'"),
        ("redefinition", r"redefinition of '(?P<symbol>\w+)'"),
        ("wrong_argument_count", r"too (?:few|many) arguments to function '(?P<symbol>\w+)'"),
        ("syntax_error", r"expected .*(?:before|at end)"),
    )
)
_MOST = 20
_PATH = re.compile(r"(?:/[\w.+-]+){2,}/(?=[\w.+-]+)")


def scrub(text: str) -> str:
    """Drop the folders of this machine from a tool's words."""
    return _PATH.sub("", text)


def parse_compiler(text: str) -> tuple[Diagnostic, ...]:
    """Return the errors of the compiler first, then its warnings, at most twenty."""
    found = [_compiled(match) for match in map(_MESSAGE.match, scrub(text).splitlines()) if match]
    ordered = sorted(found, key=lambda item: item.code == "warning")
    return tuple(ordered[:_MOST])


def _compiled(match: re.Match[str]) -> Diagnostic:
    text, symbol, code = match["text"], "", "error" if match["kind"] != "warning" else "warning"
    if code == "error":
        for name, expression in _CODES:
            found = expression.search(text)
            if found:
                code, symbol = name, found.groupdict().get("symbol") or ""
                break
    return Diagnostic(
        tool="gcc",
        code=code,
        message=text,
        file=match["file"],
        line=int(match["line"]),
        column=int(match["column"] or 0),
        symbol=symbol,
    )


def parse_linker(text: str) -> tuple[Diagnostic, ...]:
    """Return what keeps the parts from becoming one: overflowing regions first."""
    found = list(dict.fromkeys(_linked(scrub(text))))
    return tuple(sorted(found, key=lambda item: item.code != "region_overflow")[:_MOST])


def _linked(text: str) -> Iterator[Diagnostic]:
    for line in text.splitlines():
        overflow = _OVERFLOW.search(line)
        if overflow:
            words = f"the program needs {overflow['bytes']} bytes more than {overflow['region']} has"
            yield Diagnostic(tool="ld", code="region_overflow", message=words, symbol=overflow["region"])
        for expression, code, words in (
            (_UNDEFINED, "undefined_symbol", "is used and nowhere defined"),
            (_MULTIPLE, "multiple_definition", "is defined more than once"),
        ):
            match = expression.search(line)
            if match:
                yield Diagnostic(
                    tool="ld",
                    code=code,
                    message=f"{match['symbol']} {words}",
                    symbol=match["symbol"],
                    file=(match["file"] or "").rpartition("/")[2],
                    line=int(match["line"] or 0),
                )


def memory_usage(text: str) -> dict[str, int]:
    """Return the bytes that the linker placed, by region.

    >>> memory_usage("           FLASH:        1236 B         1 MB      0.12%")
    {'flash_bytes': 1236}
    """
    units = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
    return {
        f"{match['region'].lower()}_bytes": int(match["used"]) * units[match["unit"]] for match in _USAGE.finditer(text)
    }
