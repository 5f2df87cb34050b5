"""Reads what Icarus and Yosys print into diagnostics with a class, a line and a symbol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ecot.envs.types import Diagnostic

MAX_DIAGNOSTICS = 20
"""Diagnostics kept of one tool run."""
MAX_LOG = 16_000
"""Characters kept of one log."""
MAX_MESSAGE = 400
"""Characters kept of one message."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A class of message: the first group of the expression, where there is one, is the symbol."""

    code: str
    expression: re.Pattern[str]


def _table(*rows: tuple[str, str]) -> tuple[_Pattern, ...]:
    return tuple(_Pattern(code, re.compile(expression)) for code, expression in rows)


_ICARUS = _table(
    (
        "syntax_error",
        r"syntax error|malformed statement|[Mm]alformed|[Ii]nvalid (?:module item|event control)|Errors in|^I give up",
    ),
    ("undefined_macro", r"macro (\S+) undefined"),
    ("unknown_module", r"Unknown module type: (\S+)"),
    (
        "duplicate_module",
        r"Module (\S+) was already declared|'(\S+)' has already been declared in this scope.*a module",
    ),
    (
        "duplicate_declaration",
        r"'(\S+)' has already been declared|(\S+) has already been declared|Duplicate declaration",
    ),
    ("unknown_port", r"port ``(\S+?)'' is not a port of|port '(\S+?)' is not a port"),
    ("port_count", r"Wrong number of ports"),
    ("port_width", r"Port \d+ \((\S+?)\) of \S+ expects"),
    ("unconnected_input", r"dangling input port \d+ \((\S+?)\) floating"),
    ("undeclared_identifier", r"Unable to bind wire/reg/memory [`'](\S+?)'|Unable to bind parameter [`'](\S+?)'"),
    ("undeclared_identifier", r"Could not find variable ``(\S+?)''|Net (\S+) is not defined in this context"),
    ("undeclared_identifier", r"Unable to (?:bind|elaborate|assign)[^`']*[`'](\S+?)'"),
    ("unknown_function", r"No function named [`'](\S+?)'|Enable of unknown task [`'](\S+?)'"),
    ("unknown_parameter", r"parameter [`']?(\S+?)[`']? not found"),
    ("invalid_lvalue", r"(\S+) is not a valid l-value|Invalid l-value"),
    ("invalid_lvalue", r"reg (\S+); cannot be driven by|cannot be driven by (?:primitives|continuous)"),
    ("multiple_drivers", r"(\S+) Unable to assign to unresolved wires|net/uwire (\S+) cannot have multiple drivers"),
    ("multiple_drivers", r"[Vv]ariable '(\S+)' cannot have multiple drivers|cannot be both (?:driven|assigned)"),
    ("explicit_cast_needed", r"requires an explicit cast"),
    ("argument_count", r"Too (?:many|few) arguments|Wrong number of arguments"),
    ("recursive_instance", r"You can not instantiate module (\S+) within itself"),
    ("endless_process", r"always process does not have any delay"),
    ("unsupported", r"^sorry:|not supported|not yet supported"),
    ("select_out_of_range", r"(?:bit|part) select .* (?:is|of) .*vector (\w+)|out of range|Replacing select"),
    ("no_sensitivity", r"found no sensitivities"),
    ("array_sensitivity", r"is sensitive to all \d+ words in array '(\S+)'"),
    ("not_constant", r"must be constant|not constant|constant expression"),
    ("range_error", r"[Dd]imensions|invalid range|bad range"),
    ("assertion", r"assert: |Assertion|internal error"),
)

_YOSYS = _table(
    ("latch", r"Latch inferred for signal [`'\"]\\?\S+?\.\\?(\S+?)'"),
    ("syntax_error", r"syntax error"),
    ("multiple_drivers", r"multiple conflicting drivers for \S+?\.\\?(\S+)"),
    ("combinational_loop", r"logic loop"),
    ("mixed_edges", r"Multiple edge sensitive events|edge sensitive events"),
    ("unsynthesizable", r"System task [`'](\S+?)' outside initial|[Nn]on-constant|While loops are only allowed"),
    ("unsynthesizable", r"Can't resolve (?:task|function) name [`']\\?(\S+?)'"),
    ("unsynthesizable", r"is not constant|Failed to (?:evaluate|detect)|[Uu]nsupported|not supported"),
    ("unknown_module", r"[Mm]odule [`']\\?\S+?' referenced in module .* is not part of the design|not found"),
    ("unknown_port", r"does not have a port named '(\S+?)'"),
    ("port_count", r"has only \d+ ports"),
    ("unknown_parameter", r"does not have a parameter named '(\S+?)'"),
    ("undefined_macro", r"undefined macro [`'](\S+?)\."),
    ("implicit_net", r"Identifier [`']\\(\S+?)' is implicitly declared"),
    ("undriven", r"Wire \S+?\.\\?(\S+?)(?: \[\d+\])? is used but has no driver"),
    ("procedural_wire", r"wire '\\?(\S+?)' is assigned in a block"),
    ("continuous_register", r"reg '\\?(\S+?)' is assigned in a continuous"),
    ("tristate", r"tri-state"),
    ("select_out_of_range", r"[Rr]ange select out of bounds on signal [`']\\?(\S+?)'"),
)

_ICARUS_LINE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+): (?P<rest>.*)$")
_ICARUS_MORE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>[\d.]+):\s{2,}: ?(?P<rest>.*)$")
_YOSYS_LINE = re.compile(r"^(?:(?P<file>[^\s:]+):(?P<line>\d+): )?(?P<kind>ERROR|Warning): (?P<rest>.*)$")
_YOSYS_PLACE = re.compile(r"(?P<file>[\w./-]+\.s?v):(?P<line>\d+)")
_NOISE = re.compile(r"^\d+ error\(s\) during elaboration|^Elaboration failed|^\*\*\*|^\s+\S+ referenced \d+ times|^$")


def scrub(text: str) -> str:
    """Return a log without temporary paths and addresses, capped.

    >>> scrub("/tmp/ivrlh5cf90b9c: gone at 0x7ffe12345678")
    '/tmp/...: gone at 0x...'
    """
    text = re.sub(r"/tmp/[\w./-]+", "/tmp/...", text)  # noqa: S108 - a text, not a place
    text = re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x...", text)
    return text if len(text) <= MAX_LOG else f"{text[:MAX_LOG]}\n[cut after {MAX_LOG} characters]\n"


def parse_icarus(log: str) -> tuple[Diagnostic, ...]:
    """Return what `iverilog` said: errors first, then warnings, each in its order; repeated messages once."""
    found: list[tuple[bool, Diagnostic]] = []
    for line in log.splitlines():
        more = _ICARUS_MORE.match(line)
        if more and found:
            error, item = found[-1]
            found[-1] = (error, replace(item, message=f"{item.message} ({more['rest']})"))
            continue
        if not _NOISE.match(line):
            found.append(_icarus_line(line))
    errors = [item for error, item in found if error]
    if any(item.line for item in errors):
        errors = [item for item in errors if item.line]
    return _distinct([*errors, *(item for error, item in found if not error)])


def _icarus_line(line: str) -> tuple[bool, Diagnostic]:
    match = _ICARUS_LINE.match(line)
    file, number, rest = (match["file"], int(match["line"]), match["rest"]) if match else ("", 0, line)
    warning = rest.startswith("warning: ")
    message = rest.removeprefix("warning: ").removeprefix("error: ").strip()
    code, symbol = _classify(message, _ICARUS)
    code = code or ("warning" if warning else "elaboration_error")
    return not warning, Diagnostic(
        tool="iverilog", code=code, message=_short(message), file=file, line=number, symbol=symbol
    )


def parse_yosys(log: str) -> tuple[Diagnostic, ...]:
    """Return what `yosys` said: errors, then warnings; the bits of one signal are reported once."""
    errors: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    lines = log.splitlines()
    for index, line in enumerate(lines):
        match = _YOSYS_LINE.match(line)
        if match is None:
            continue
        detail = " ".join(item.strip() for item in _indented(lines[index + 1 :]))
        message = f"{match['rest']} {detail}".strip()
        code, symbol = _classify(message, _YOSYS)
        place = match if match["file"] else _YOSYS_PLACE.search(message)
        if code == "latch":
            message = _latch_words(symbol)
        item = Diagnostic(
            tool="yosys",
            code=code or ("synthesis_error" if match["kind"] == "ERROR" else "warning"),
            message=_short(_plain(message)),
            file=place["file"] if place else "",
            line=int(place["line"]) if place else 0,
            symbol=symbol,
        )
        (errors if match["kind"] == "ERROR" else warnings).append(item)
    return _distinct([*errors, *warnings], by_symbol=True)


def parse_latches(log: str) -> tuple[Diagnostic, ...]:
    """Return a diagnostic per signal for which Yosys' `proc` inferred a latch."""
    found = []
    for line in log.splitlines():
        if line.startswith("Latch inferred"):
            place = _YOSYS_PLACE.search(line)
            symbol = _classify(line, _YOSYS)[1]
            message = _latch_words(symbol)
            file, number = (place["file"], int(place["line"])) if place else ("", 0)
            found.append(Diagnostic(tool="yosys", code="latch", message=message, file=file, line=number, symbol=symbol))
    return _distinct(found, by_symbol=True)


def _latch_words(symbol: str) -> str:
    return (
        f"a latch was inferred for `{symbol}`: on some path through the process it keeps its old value; assign it on "
        "every path, or clock the process"
    )


def _indented(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("    "):
            return
        yield line


def _classify(message: str, patterns: Iterable[_Pattern]) -> tuple[str, str]:
    """The code and symbol of a message, both empty where no pattern fits."""
    for pattern in patterns:
        match = pattern.expression.search(message)
        if match:
            symbol = next((group for group in match.groups() if group), "")
            return pattern.code, symbol.strip("`'\\,;:.")
    return "", ""


def _short(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]} ..."


def _plain(message: str) -> str:
    """Yosys' spelling of names without its backslashes and generated parts."""
    message = re.sub(r"\$procdff\$\d+", "register", re.sub(r"\$\w+\$[\w./-]+:\d+\$\d+", "generated", message))
    return re.sub(r"\\(?=[\w.$])", "", message)


def _distinct(items: Iterable[Diagnostic], *, by_symbol: bool = False) -> tuple[Diagnostic, ...]:
    kept: dict[object, Diagnostic] = {}
    for item in items:
        key = (item.code, item.symbol, item.line) if by_symbol and item.symbol else item
        kept.setdefault(key, item)
    return tuple(kept.values())[:MAX_DIAGNOSTICS]
