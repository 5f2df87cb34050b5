"""The registers of a candidate around its first wrong sample: a second simulation that writes them down.

Only where it is asked for (`feedback="full+internals"`): it costs an elaboration and a run. The run holds what the
first one held, the candidate and its inputs, and nothing to compare with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ecot.envs.sandbox import Workspace
from ecot.envs.types import Diagnostic, Label, Request, StageResult
from ecot.envs.verilog.driver import AFTER_EDGE_NS, BEFORE_EDGE_NS, CYCLE_NS, MODULE
from ecot.envs.verilog.waves import VCDVCD

__all__ = ["with_internals"]

_DRIVER, _DUMPER, _DUMP, _PROGRAM = "driver.v", "internals.v", "internals.vcd", "internals.vvp"
_CYCLES = 3
"""Cycles before the wrong sample that are shown."""
_COLUMNS = 12
"""Registers that are shown, those nearest to the top first."""
_WIDEST = 32
"""Bits of a register that are shown."""
_LONGEST = 2_000_000
"""Characters of a dump that are read."""
_PLACE = re.compile(r" at (?P<time>\d+) ns \(cycle (?P<cycle>\d+), (?P<edge>before|after) the rising edge\)")
_VARIABLE = re.compile(r"^\$var\s+(?:reg|integer|logic)\s+(\d+)\s+\S+\s+(\S+)(?:\s+\[[^\]]*\])?\s+\$end")


@dataclass(frozen=True, slots=True)
class _Register:
    """A register by its path below the candidate's top, and its values by time in picoseconds."""

    path: str
    width: int
    changes: tuple[tuple[int, str], ...]

    def at(self, time: int) -> str:
        """The value at the end of a time step, all x before the first."""
        value = "x" * self.width
        for moment, bits in self.changes:
            if moment > time:
                break
            value = bits
        return value.rjust(self.width, value[0] if value[0] in "xz" else "0")


def with_internals(workspace: Workspace, request: Request, result: StageResult) -> StageResult:
    """Return a simulation that failed with a further diagnostic, the registers around the first wrong sample.

    The result stays as it is where it is no mismatch of a family's simulation, or where the design holds no register.

    Args:
        workspace: of the job, as the simulation left it.
        request: that was judged.
        result: of the stage.

    Raises:
        SandboxError: the host is at fault.
    """
    place = _PLACE.search(result.diagnostics[0].message) if result.diagnostics else None
    if result.name != "simulate" or result.label is not Label.MISMATCH or place is None:
        return result
    cycle, after = int(place["cycle"]), place["edge"] == "after"
    registers = _registers(_dump(workspace, request, cycle=cycle))
    if not registers:
        return result
    symbol = result.diagnostics[0].symbol
    message = "\n".join(
        [f"registers up to the first wrong sample of `{symbol}`:", *_table(registers, cycle, after=after)]
    )
    diagnostic = Diagnostic(tool="vvp", code="internals", message=message)
    first, *rest = result.diagnostics
    return replace(result, diagnostics=(first, diagnostic, *rest))


def _dump(workspace: Workspace, request: Request, *, cycle: int) -> str:
    """Play the same vectors once more, and return the dump of the cycles that matter; empty where that fails."""
    entry = request.task.bundle.entry
    start, stop = max(0, cycle - _CYCLES) * CYCLE_NS, (cycle + 1) * CYCLE_NS
    lines = [
        "module ecot_internals;",
        "  initial begin",
        f"    #{start};",
        f'    $dumpfile("{_DUMP}");',
        f"    $dumpvars(0, {MODULE}.dut);",
        f"    #{stop - start} $finish(0);",
        "  end",
        "endmodule",
    ]
    workspace.write(_DUMPER, "\n".join(lines) + "\n")
    for file in request.task.bundle.files:
        if file.path == _DRIVER:
            workspace.write(_DRIVER, file.text)
    workspace.write(entry, request.candidate.source)
    roots = ["-s", MODULE, "-s", "ecot_internals"]
    built = workspace.run(["iverilog", "-g2012", "-Wno-timescale", *roots, "-o", _PROGRAM, _DRIVER, _DUMPER, entry])
    if not built.ok:
        return ""
    limits = request.effective_limits
    ran = workspace.run(["vvp", "-n", _PROGRAM], limits=replace(limits, cpu_seconds=limits.cpu_seconds / 2))
    return (workspace.read(_DUMP) or "")[:_LONGEST] if ran.ok else ""


def _registers(dump: str) -> Sequence[_Register]:
    """What a process assigns, nearest to the top first; ports and nets are left out."""
    names = _paths(dump)
    if not names:
        return []
    read = VCDVCD(vcd_string=dump[: dump.rfind("\n") + 1])
    found = []
    for reference in read.references_to_ids:
        path = reference.partition("[")[0].split(".", 2)[-1]
        if path in names and names[path] <= _WIDEST:
            found.append(_Register(path, names[path], tuple(read[reference].tv)))
    return sorted(found, key=lambda item: (item.path.count("."), list(names).index(item.path)))[:_COLUMNS]


def _paths(dump: str) -> Mapping[str, int]:
    """Width of every register by its path below the candidate's top."""
    scopes, found = list[str](), dict[str, int]()
    for line in dump.partition("$enddefinitions")[0].splitlines():
        words = line.split()
        if words[:1] == ["$scope"]:
            scopes.append(words[2])
        elif words[:1] == ["$upscope"]:
            scopes.pop()
        elif match := _VARIABLE.match(line.strip()):
            found[".".join([*scopes[2:], match[2]])] = int(match[1])
    return found


def _table(registers: Sequence[_Register], cycle: int, *, after: bool) -> list[str]:
    """A row per sample; the registers are read when the outputs are sampled."""
    rows = [["cycle", "edge", *(item.path for item in registers)]]
    for number in range(max(0, cycle - _CYCLES), cycle + 1):
        for edge, moment in (("before", BEFORE_EDGE_NS), ("after", AFTER_EDGE_NS)):
            if number < cycle or edge == "before" or after:
                time = (number * CYCLE_NS + moment) * 1000
                rows.append([str(number), edge, *(item.at(time) for item in registers)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [*lines[:-1], f"{lines[-1]}  <- first wrong"]
