"""The forgery check: a candidate that passed beside its reference is simulated again without it, and judged from here.

The inputs and the reference's outputs are recorded in a run that holds no candidate. A driver plays the inputs into the
candidate alone, at the recorded times, and writes down its outputs as they stand before anything changes. They are
compared in this process. What was read from the reference, or printed in its name, is not there to be had.

A testbench may change inputs in the very step in which a clock rises, in an order that a dump does not show. At first
clocks are replayed before all other inputs, which follow by non-blocking assignment. Where the reference itself does
not reproduce its outputs so, other inputs are put before the clock at single moments, found by trying (`settle`). Where
no order is found the check is not available for the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.types import Diagnostic
from ecot.envs.verilog.disguise import nonce_of
from ecot.envs.verilog.family import Port, Role
from ecot.envs.verilog.waves import SAMPLING_CLOCK, Waves, agrees, edges

_ATTEMPTS = 100
"""Orders that are tried to make a reference reproduce."""
_DRIVER, _PROGRAM, _VECTORS, _TRACE = "replay.sv", "replay.vvp", "replay.txt", "replay.log"
RESET_DIRECTIVES = "directives.sv"
"""A file that stands between ours and the candidate's, so that no directive crosses."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a trusted run of the reference showed.

    Attributes:
        ports: of the module.
        events: a line per moment at which an input changed: the time since the one before, and all inputs' bits.
        undecided: index into `events` of each moment at which a clock and another input changed together.
        early: those of `undecided` at which the other inputs come before the clock.
        samples: index into `events` of each sample the testbench took.
        expected: the reference's outputs at each sample, all in port order.
        start: the inputs' bits before the first event.
    """

    ports: tuple[Port, ...]
    events: tuple[str, ...]
    undecided: tuple[int, ...]
    samples: tuple[int, ...]
    expected: tuple[str, ...]
    start: str
    early: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What became of a replay.

    Attributes:
        process: the last program that ran.
        diagnostics: why the replay does not show the recorded outputs; empty exactly when it does.
        wrong: index of the first sample that differs; None where none does, or where the trace as a whole is damaged.
    """

    process: ProcessResult
    diagnostics: tuple[Diagnostic, ...]
    wrong: int | None = None


def record(waves: Waves, ports: Sequence[Port], *, samples: int) -> Recording:
    """Return what to replay, from the waves of a run of the reference.

    Args:
        waves: inputs by name, outputs as `<name>_ref`, and the sampling clock.
        ports: of the module under test.
        samples: how many the testbench took; edges after them do not count.

    Raises:
        ValueError: the waves lack a signal.
    """
    inputs, outputs = _inputs(ports), [port for port in ports if port.direction == "output"]
    names = [*(port.name for port in inputs), *(f"{port.name}_ref" for port in outputs), SAMPLING_CLOCK]
    missing = [name for name in names if name not in waves]
    if missing:
        raise ValueError(f"the recorded run lacks the signal {missing[0]!r}")
    sampled = edges(waves[SAMPLING_CLOCK])[:samples]
    changes = {time for port in inputs for time in waves[port.name].times if time > 0}
    times = sorted(changes | set(sampled) | {0})
    places = {time: index for index, time in enumerate(times)}
    lines = [f"{time - before} {_bits(waves, inputs, time)}" for before, time in zip([0, *times], times, strict=False)]
    clocked, others = (
        {time for port in inputs if (port.role is Role.CLOCK) is clock for time in waves[port.name].times}
        for clock in (True, False)
    )
    return Recording(
        ports=tuple(ports),
        events=tuple(lines),
        undecided=tuple(places[time] for time in sorted(clocked & others) if time > 0),
        samples=tuple(places[time] for time in sampled),
        expected=tuple("".join(waves[f"{port.name}_ref"].before(time) for port in outputs) for time in sampled),
        start=_bits(waves, inputs, 0),
    )


def play(workspace: Workspace, recording: Recording, source: str, *, top: str, entry: str, seed: object) -> Replay:
    """Replay a recording into a candidate alone, and compare.

    Args:
        workspace: files `replay.*` in it are written over.
        recording: of the reference.
        source: the candidate's.
        top: its module.
        entry: its file.
        seed: the name of the driver's module depends on it.

    Raises:
        SandboxError: the host is at fault.
    """
    module = f"replay_{nonce_of('replay', seed, source)}"
    workspace.write(_DRIVER, _driver(module, top, recording))
    workspace.write(RESET_DIRECTIVES, "`resetall\n")
    workspace.write(entry, source)
    early = recording.early
    lines = [f"{int(index in early)} {line}\n" for index, line in enumerate(recording.events)]
    workspace.write(_VECTORS, "".join(lines))
    workspace.write(_TRACE, "")
    flags = ["-g2012", "-Wno-timescale", "-s", module, "-o", _PROGRAM]
    built = workspace.run(["iverilog", *flags, _DRIVER, RESET_DIRECTIVES, entry])
    if not built.ok:
        message = "the source does not elaborate without the testbench: it leans on names outside of itself"
        return Replay(process=built, diagnostics=(_said("not_self_contained", message),))
    process = workspace.run(["vvp", "-n", _PROGRAM])
    trace = (workspace.read(_TRACE, limit_kib=64 * 1024) or "").splitlines()
    return _compared(process, trace, recording)


def settle(workspace: Workspace, recording: Recording, solution: str, *, top: str, entry: str) -> Recording | None:
    """Return a recording in an order under which the reference reproduces its own outputs; None where none is found.

    Args:
        workspace: as for `play`.
        recording: of the reference.
        solution: the reference as a candidate.
        top: its module.
        entry: its file.

    Raises:
        SandboxError: the host is at fault.
    """
    for _ in range(_ATTEMPTS):
        replay = play(workspace, recording, solution, top=top, entry=entry, seed="settle")
        if replay.process.exhausted is not None:
            return None
        if not replay.diagnostics:
            return recording
        before = -1 if replay.wrong is None else recording.samples[replay.wrong]
        # What goes wrong at a sample was decided at the last moment before it, or at one that left a trace until then.
        options = [index for index in recording.undecided if index < before and index not in recording.early]
        if not options:
            return None
        recording = replace(recording, early=recording.early | {options[-1]})
    return None


def _compared(process: ProcessResult, trace: Sequence[str], recording: Recording) -> Replay:
    if len(trace) != len(recording.events):
        message = f"the simulation apart from the testbench shows {len(trace)} of {len(recording.events)} moments"
        return Replay(process=process, diagnostics=(_said("simulation_disturbed", message),))
    width = len(recording.expected[0]) if recording.expected else 0
    wrong = [
        index
        for index, (event, expected) in enumerate(zip(recording.samples, recording.expected, strict=True))
        if len(trace[event]) != width or not agrees(expected, trace[event].lower())
    ]
    if not wrong:
        return Replay(process=process, diagnostics=())
    first = wrong[0]
    position, name = 0, ""
    for port in recording.ports:
        if port.direction == "output" and not name:
            span = slice(position, position + port.width)
            if not agrees(recording.expected[first][span], trace[recording.samples[first]].lower()[span]):
                name = port.name
            position += port.width
    message = (
        f"simulated apart from the reference, `{name}` differs from it at sample {first + 1} of "
        f"{len(recording.samples)}, and {len(wrong)} samples are wrong in all"
    )
    return Replay(process=process, diagnostics=(_said("differs_apart", message, symbol=name),), wrong=first)


def _driver(module: str, top: str, recording: Recording) -> str:
    """The text of the driver; bit 0 of its vectors is a filler, so that a module without inputs is no special case."""
    inputs, outputs = _inputs(recording.ports), [port for port in recording.ports if port.direction == "output"]
    total, width = sum(port.width for port in inputs) + 1, sum(port.width for port in outputs)
    connections, high = list[str](), total - 1
    clocks, others = list[str](), list[str]()
    for port in inputs:
        span = f"[{high}:{high - port.width + 1}]"
        connections.append(f".{port.name}(inputs{span})")
        (clocks if port.role is Role.CLOCK else others).append(span)
        high -= port.width
    high = width - 1
    for port in outputs:
        connections.append(f".{port.name}(outputs[{high}:{high - port.width + 1}])")
        high -= port.width
    start = "".join(
        bits if port.role is Role.CLOCK else "x" * port.width for port, bits in _values(recording.start, inputs)
    )
    return "\n".join(
        [
            "`timescale 1ps/1ps",
            f"module {module};",
            f"  reg [{total - 1}:0] inputs = {total}'b{start}0;",
            f"  reg [{total - 1}:0] following;",
            f"  wire [{width - 1}:0] outputs;",
            "  integer vectors, trace, delta, early;",
            f"  {top} dut ({', '.join(connections)});",
            "  initial begin",
            f'    vectors = $fopen("{_VECTORS}", "r");',
            f'    trace = $fopen("{_TRACE}", "w");',
            '    while ($fscanf(vectors, "%d %d %b", early, delta, following) == 3) begin',
            "      #delta;",
            '      $fdisplay(trace, "%b", outputs);',
            *(f"      if (early) inputs{span} = following{span};" for span in others),
            *(f"      inputs{span} = following{span};" for span in clocks),
            *(f"      inputs{span} <= following{span};" for span in others),
            "    end",
            "    $finish(0);",
            "  end",
            "endmodule",
            "",
        ]
    )


def _inputs(ports: Sequence[Port]) -> list[Port]:
    return [port for port in ports if port.direction == "input"]


def _bits(waves: Waves, inputs: Sequence[Port], time: int) -> str:
    """The inputs from a time on, with the filler."""
    return "".join(waves[port.name].at(time) for port in inputs) + "0"


def _values(bits: str, ports: Sequence[Port]) -> list[tuple[Port, str]]:
    values, position = [], 0
    for port in ports:
        values.append((port, bits[position : position + port.width]))
        position += port.width
    return values


def _said(code: str, message: str, *, symbol: str = "") -> Diagnostic:
    return Diagnostic(tool="judge", code=code, message=message, symbol=symbol)
