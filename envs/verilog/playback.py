"""The forgery check of a self-checking testbench: candidate and testbench are simulated apart, joined by recordings.

In the run that is checked the two shared a process. Here the inputs recorded there are played into the candidate alone,
and what it answers is played to the testbench alone, by a stub in the place of the module under test. The testbench of
that last run holds nothing of the candidate, so that its verdict is its own; and it must have given the inputs that the
candidate was played. What was read from the testbench, or printed in its name, is not there to be had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.verilog.disguise import nonce_of
from ecot.envs.verilog.family import Port, Role
from ecot.envs.verilog.waves import Waves, read_waves

DIRECTIVES = "directives.sv"
STUB = "stub.sv"
_DRIVER, _PROGRAM, _VECTORS, _ANSWERS, _DUMP = "alone.sv", "alone.vvp", "alone.txt", "stub.txt", "alone.vcd"
_DUMP_KIB = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a candidate showed alone.

    Attributes:
        process: the last program that ran.
        answers: a line per moment at which an output changed: picoseconds since the one before, and all outputs' bits;
            None where there are none to be had.
    """

    process: ProcessResult
    answers: tuple[str, ...] | None


def play_alone(
    workspace: Workspace,
    waves: Waves,
    source: str,
    *,
    top: str,
    ports: Sequence[Port],
    overrides: Mapping[str, str],
    entry: str,
    timescale: str,
    end: int,
    early: bool,
) -> Played:
    """Play recorded inputs into a candidate alone.

    Args:
        workspace: files `alone.*` in it are written over.
        waves: of a run with the testbench, in picoseconds.
        source: the candidate's.
        top: its module.
        ports: of the module.
        overrides: parameters by name.
        entry: the candidate's file.
        timescale: what a source without one gets.
        end: when the run ended.
        early: whether inputs that change together with a clock come before it.

    Raises:
        SandboxError: the host is at fault.
    """
    inputs, outputs = of_direction(ports, "input"), of_direction(ports, "output")
    module = f"alone_{nonce_of('alone', source)}"
    workspace.write(_DRIVER, _driver(module, top, inputs, outputs, overrides, early=early))
    workspace.write(DIRECTIVES, f"`resetall\n`timescale {timescale}\n")
    workspace.write(entry, source)
    workspace.write(_VECTORS, "".join(f"{line}\n" for line in changes(waves, inputs, end=end)))
    workspace.write(_DUMP, "")
    argv = ["iverilog", "-g2012", "-Wno-timescale", "-s", module, "-o", _PROGRAM, _DRIVER, DIRECTIVES, entry]
    built = workspace.run(argv)
    if not built.ok:
        return Played(process=built, answers=None)
    process = workspace.run(["vvp", "-n", _PROGRAM])
    if not process.ok:
        return Played(process=process, answers=None)
    try:
        answers = read_waves(workspace.read(_DUMP, limit_kib=_DUMP_KIB) or "")
    except ValueError:
        return Played(process=process, answers=None)
    if any(f"out_{port.name}" not in answers for port in outputs):
        return Played(process=process, answers=None)
    named = {port.name: answers[f"out_{port.name}"] for port in outputs}
    return Played(process=process, answers=tuple(changes(named, outputs, end=None)))


def write_stub(
    workspace: Workspace, answers: Sequence[str], *, top: str, ports: Sequence[Port], overrides: Mapping[str, str]
) -> None:
    """Place the stub that stands in for the module under test, and what it answers."""
    outputs = of_direction(ports, "output")
    total = sum(port.width for port in outputs)
    parameters = ", ".join(f"parameter {name} = {value}" for name, value in overrides.items())
    lines = [
        "`resetall",
        "`timescale 1ps/1ps",
        f"module {top} {f'#({parameters}) ' if parameters else ''}(",
        ",\n".join(f"  {port.direction} wire [{port.width - 1}:0] {port.name}" for port in ports),
        ");",
        f"  reg [{total - 1}:0] answers = {{{total}{{1'bx}}}};",
        f"  reg [{total - 1}:0] following;",
        "  integer file, delta;",
    ]
    high = total - 1
    for port in outputs:
        lines.append(f"  assign {port.name} = answers[{high}:{high - port.width + 1}];")
        high -= port.width
    lines += [
        "  initial begin",
        f'    file = $fopen("{_ANSWERS}", "r");',
        '    while ($fscanf(file, "%d %b", delta, following) == 2) begin',
        "      if (delta != 0) #delta;",
        "      answers <= following;",
        "    end",
        "  end",
        "endmodule",
        "",
    ]
    workspace.write(STUB, "\n".join(lines))
    workspace.write(_ANSWERS, "".join(f"{line}\n" for line in answers))


def changes(waves: Waves, ports: Sequence[Port], *, end: int | None) -> list[str]:
    """Return a line for every moment at which one of some signals changed: the time since the one before, all bits.

    Args:
        waves: by name.
        ports: whose signals, in this order.
        end: of the run, which gets a line too; None for none.
    """
    times = {0, *(time for port in ports for time in waves[port.name].times), *(() if end is None else (end,))}
    ordered = sorted(times)
    lines = []
    for before, time in zip([0, *ordered], ordered, strict=False):
        bits = "".join(waves[port.name].at(time) for port in ports)
        lines.append(f"{time - before} {bits or '0'}")
    return lines


def of_direction(ports: Sequence[Port], direction: str) -> list[Port]:
    """Return the ports of one direction."""
    return [port for port in ports if port.direction == direction]


def _driver(
    module: str,
    top: str,
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    overrides: Mapping[str, str],
    *,
    early: bool,
) -> str:
    total = max(1, sum(port.width for port in inputs))
    parameters = ", ".join(f".{name}({value})" for name, value in overrides.items())
    connections, clocks, others, high = list[str](), list[str](), list[str](), total - 1
    for port in inputs:
        span = f"[{high}:{high - port.width + 1}]"
        connections.append(f".{port.name}(inputs{span})")
        (clocks if port.role is Role.CLOCK else others).append(span)
        high -= port.width
    connections += [f".{port.name}(out_{port.name})" for port in outputs]
    arrow = "=" if early else "<="
    changed = [f"      inputs{span} {arrow} following{span};" for span in others]
    clocked = [f"      inputs{span} = following{span};" for span in clocks]
    return "\n".join(
        [
            "`timescale 1ps/1ps",
            f"module {module};",
            f"  reg [{total - 1}:0] inputs, following;",
            *(f"  wire [{port.width - 1}:0] out_{port.name};" for port in outputs),
            "  integer file, delta;",
            f"  {top} {f'#({parameters}) ' if parameters else ''}dut ({', '.join(connections)});",
            "  initial begin",
            f'    $dumpfile("{_DUMP}");',
            f"    $dumpvars(0, {', '.join(f'out_{port.name}' for port in outputs)});",
            f'    file = $fopen("{_VECTORS}", "r");',
            '    while ($fscanf(file, "%d %b", delta, following) == 2) begin',
            "      if (delta != 0) #delta;",
            *([*changed, *clocked] if early else [*clocked, *changed]),
            "    end",
            "    $finish(0);",
            "  end",
            "endmodule",
            "",
        ]
    )
