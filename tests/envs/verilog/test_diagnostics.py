"""Logs of the tools, as they were printed, against what is read from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecot.envs.encoding import to_json
from ecot.envs.types import Diagnostic
from ecot.envs.verilog.diagnostics import MAX_DIAGNOSTICS, MAX_LOG, parse_icarus, parse_latches, parse_yosys, scrub

GOLDEN = Path(__file__).parents[2] / "golden" / "verilog"
Parser = Callable[[str], tuple[Diagnostic, ...]]


def yosys(log: str) -> tuple[Diagnostic, ...]:
    return parse_latches(log) + parse_yosys(log)


LOGS: dict[str, Parser] = {"icarus-11.0": parse_icarus, "yosys-0.23": yosys}


def sections(name: str) -> Iterator[tuple[str, str]]:
    """A log per design: `=== name`, then what the tool printed."""
    for part in (GOLDEN / f"{name}.log").read_text().split("=== ")[1:]:
        title, _, log = part.partition("\n")
        yield title, log


@pytest.mark.parametrize("name", LOGS)
def test_logs_read_as_they_did(name: str, update_golden: bool) -> None:
    found = {title: [to_json(item) for item in LOGS[name](log)] for title, log in sections(name)}
    path = GOLDEN / f"{name}.json"
    if update_golden:
        path.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(path.read_text())


@pytest.mark.parametrize("name", LOGS)
def test_every_error_has_a_class_of_its_own(name: str) -> None:
    unknown = {
        (title, item.message)
        for title, log in sections(name)
        for item in LOGS[name](log)
        if item.code in ("elaboration_error", "synthesis_error")
    }
    assert unknown == set()


@pytest.mark.parametrize(
    ("title", "code", "line", "symbol"),
    [
        ("syn1", "syntax_error", 3, ""),
        ("undecl", "undeclared_identifier", 2, "dd"),
        ("undecl2", "undeclared_identifier", 2, "qq"),
        ("unkmod", "unknown_module", 2, "sub"),
        ("dup", "duplicate_declaration", 2, "x"),
        ("lval", "invalid_lvalue", 1, "q"),
        ("multi2", "multiple_drivers", 1, "q"),
        ("func", "unknown_function", 2, "foo"),
        ("arity", "argument_count", 3, ""),
        ("brk", "unsupported", 2, ""),
        ("noport", "unknown_port", 2, "d"),
        ("subport", "unknown_port", 2, "z"),
        ("width", "port_width", 2, "d"),
        ("extra", "unconnected_input", 2, "b"),
        ("rec", "recursive_instance", 2, "t"),
        ("inf", "endless_process", 2, ""),
        ("enumcast", "explicit_cast_needed", 2, ""),
    ],
)
def test_icarus_tells_class_line_and_symbol(title: str, code: str, line: int, symbol: str) -> None:
    first = parse_icarus(dict(sections("icarus-11.0"))[title])[0]
    assert (first.code, first.line, first.symbol) == (code, line, symbol)


@pytest.mark.parametrize(
    ("title", "code", "symbol"),
    [
        ("y_latch", "latch", "q"),
        ("always_comb", "latch", "q"),
        ("y_loop", "combinational_loop", ""),
        ("y_twoalways", "multiple_drivers", "q"),
        ("y_bothedge", "mixed_edges", ""),
        ("y_while", "unsynthesizable", ""),
        ("y_wait", "unsynthesizable", "wait"),
        ("y_finish", "unsynthesizable", "$finish"),
        ("unkmod", "unknown_module", ""),
        ("undecl", "implicit_net", "dd"),
    ],
)
def test_yosys_tells_class_and_symbol(title: str, code: str, symbol: str) -> None:
    found = yosys(dict(sections("yosys-0.23"))[title])
    assert (code, symbol) in {(item.code, item.symbol) for item in found}, found


def test_a_clean_log_says_nothing() -> None:
    assert parse_icarus("") == ()
    assert parse_yosys("") == ()
    assert parse_latches("No latch inferred for signal `\\t.\\q' from process `\\t.$proc$a.v:3$1'.") == ()


def test_a_flood_is_cut() -> None:
    log = "\n".join(f"a.v:{line}: error: Unable to bind wire/reg/memory `x{line}' in `t'" for line in range(1000))
    assert len(parse_icarus(log)) == MAX_DIAGNOSTICS
    assert len(scrub("x" * 10 * MAX_LOG)) < MAX_LOG + 100
