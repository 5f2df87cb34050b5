"""Synthesis: the script that Yosys runs on a candidate alone, and what is read from its reports.

Two results come of one run. The netlist that is simulated is word-level (`proc`, `flatten`, no optimisation that
chooses values for unknowns): it is what synthesis understood, and as few unknowns are lost or made as can be. Cells are
counted after `synth` made simple gates of the design; area and delay after ABC mapped those to `cells.lib`, a library
of our own, by a fixed recipe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.diagnostics import parse_latches, parse_yosys

NETLIST = "netlist.v"
SCRIPT = "synthesise.ys"
LOOP_SCRIPT = "loops.ys"
LIBRARY = "cells.lib"
QUICK = "strash;map;topo;print_stats"
"""What ABC does for every candidate."""
THOROUGH = "strash;ifraig;dch;map;topo;print_stats"
"""What it does where figures decide: equal parts are merged, other structures are tried."""
_AREA_OF_OTHERS = 12.0
"""Counted for a cell that the library lacks (a register that loads asynchronously), above what any of its own has."""
_LATCH_CELL = re.compile(r"\$_?(?:DLATCH|SR|DLATCHSR|ADLATCH)")
_CELL = re.compile(r"^\s+(\$_\w+_|\$\w+)\s+(\d+)$", re.MULTILINE)
_MAPPED = re.compile(r"ABC: .* delay =\s*([\d.]+)\s+lev =\s*(\d+)")
_AREA = re.compile(r"Chip area for (?:top )?module '\S+': ([\d.]+)")
_UNKNOWN_AREA = re.compile(r"Area for cell type (\S+) is unknown")
_MAPPED_CELL = re.compile(r"^\s+[A-Z]\w*\s+(\d+)$", re.MULTILINE)
_WIRE_BITS = re.compile(r"Number of wire bits:\s+(\d+)")
_LOOP_LINE = re.compile(r"^Warning: found logic loop", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reports:
    """The texts that a run of the script leaves behind; None where it did not come that far."""

    process: str | None
    wiring: str | None
    loops: str | None
    statistics: str | None
    mapping: str | None
    library: str | None


def script(entry: str, top: str, *, recipe: str = QUICK) -> str:
    """Return the commands for Yosys; `recipe` is ABC's part.

    `chtype` turns `===` into `==`: hardware cannot see an x, so a netlist must not either.
    """
    return "\n".join(
        [
            *_elaboration(entry, top),
            "tee -q -o wiring.log check",
            "chtype -set $eq t:$eqx",
            "chtype -set $ne t:$nex",
            "memory_collect",
            "opt_clean",
            f"write_verilog -noattr {NETLIST}",
            f"synth -top {top} -flatten -noabc -run begin:check",
            "tee -q -o statistics.log stat",
            f"dfflibmap -liberty {LIBRARY}",
            f"tee -q -o mapping.log abc -liberty {LIBRARY} -script +{recipe}",
            "opt_clean",
            f"tee -q -o library.log stat -liberty {LIBRARY}",
            "",
        ]
    )


def loop_script(entry: str, top: str) -> str:
    """Return the commands that look for loops among gates.

    Asked for where words show a loop: a word-level cell seems to feed itself where a carry ripples through a vector.
    """
    lines = [*_elaboration(entry, top), "techmap", "simplemap", "opt_clean", "tee -q -o loops.log check", ""]
    return "\n".join(lines)


def _elaboration(entry: str, top: str) -> list[str]:
    return [
        f"read_verilog -sv {entry}",
        f"hierarchy -check -top {top}",
        "tee -q -o process.log proc",
        "flatten",
        "opt_clean",
    ]


def faults(reports: Reports, *, latches: bool) -> tuple[Diagnostic, ...]:
    """Return why the design is not acceptable hardware, although Yosys went through: latches, loops, double drivers."""
    found = list(parse_latches(reports.process or "")) if not latches else []
    wiring = parse_yosys(reports.wiring or "")
    found += [item for item in wiring if item.code == "multiple_drivers"]
    if loops_in(reports.loops):
        found.append(_loop(reports.loops or ""))
    if not latches and not found and any(_LATCH_CELL.match(cell) for cell in cells(reports.statistics or "")):
        message = "the design holds state in latches or set-reset loops instead of clocked registers"
        found.append(Diagnostic(tool="yosys", code="latch", message=message))
    return tuple(found)


def loops_in(log: str | None) -> bool:
    """Whether a `check` report holds a loop."""
    return _LOOP_LINE.search(log or "") is not None


def _loop(log: str) -> Diagnostic:
    wires = list(dict.fromkeys(re.findall(r"^\s+wire \\([\w.]+)", log, re.MULTILINE)))
    lines = sorted({int(line) for line in re.findall(r"\.s?v:(\d+)\b", log)})
    through = f" through {', '.join(f'`{name}`' for name in wires[:4])}" if wires else ""
    message = f"a combinational loop{through}: a signal depends on itself without a register in between"
    return Diagnostic(
        tool="yosys",
        code="combinational_loop",
        message=message,
        line=lines[0] if lines else 0,
        symbol=wires[0] if wires else "",
    )


def cells(statistics: str) -> Mapping[str, int]:
    """Return the count of each type of cell in a `stat` report."""
    return {name: int(count) for name, count in _CELL.findall(statistics)}


def metrics(reports: Reports) -> Mapping[str, float | int]:
    """Return what was measured.

    Of the design in simple gates: `cells`, `flip_flops`, `wire_bits` and `cells_<type>`. Mapped to the library:
    `area_nand2` (in areas of a two-input NAND), `mapped_cells`, and `longest_path_ns` and `longest_path_gates`
    between registers and ports.
    """
    counts, library = cells(reports.statistics or ""), reports.library or ""
    found: dict[str, float | int] = {
        "cells": sum(counts.values()),
        "flip_flops": sum(count for name, count in counts.items() if "FF" in name),
    }
    bits, area = _WIRE_BITS.search(reports.statistics or ""), _AREA.search(library)
    if bits:
        found["wire_bits"] = int(bits[1])
    by_type: dict[str, int] = {}
    for name, count in counts.items():
        kind = re.sub(r"^\$_|_$", "", name).split("_")[0].lower()
        by_type[kind] = by_type.get(kind, 0) + count
    found |= {f"cells_{kind}": count for kind, count in sorted(by_type.items())}
    others = sum(cells(library)[name] for name in _UNKNOWN_AREA.findall(library))
    found["area_nand2"] = round((float(area[1]) if area else 0.0) + _AREA_OF_OTHERS * others, 2)
    found["mapped_cells"] = sum(int(count) for count in _MAPPED_CELL.findall(library)) + others
    return {**found, **_path(reports.mapping or "")}


def _path(mapping: str) -> Mapping[str, float | int]:
    """The longest path; a design of wires and registers has none. ABC counts in thousandths of the library's unit."""
    found = _MAPPED.findall(mapping)
    picoseconds, gates = found[-1] if found else ("0", "0")
    return {"longest_path_ns": float(picoseconds) / 1000.0, "longest_path_gates": int(gates)}
