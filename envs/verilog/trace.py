"""Judges a trace against a family's model, bit by bit, in a process that never held candidate code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.driver import clock_of, inputs_of, outputs_of, sample_time_ns
from ecot.envs.verilog.family import Inputs, Model, Outputs, Port

_CONTEXT_CYCLES = 4
_TABLE_COLUMNS = 10
"""More inputs than these are left out of the table of earlier cycles."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the model says of one sample."""

    cycle: int
    after_edge: bool
    inputs: Inputs
    outputs: Outputs


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged trace.

    Attributes:
        samples: that the trace must hold.
        wrong_samples: in which at least one output is wrong.
        diagnostics: empty exactly when the trace is right.
    """

    samples: int
    wrong_samples: int
    diagnostics: tuple[Diagnostic, ...]


def expect(model: Model, ports: Sequence[Port], cycles: Sequence[Inputs]) -> list[Expected]:
    """Play a fresh model over a stimulus, sampled as the driver samples."""
    samples, clocked = [], bool(clock_of(ports))
    for cycle, inputs in enumerate(cycles):
        samples.append(Expected(cycle, False, inputs, dict(model.settle(inputs))))
        if clocked:
            model.clock(inputs)
            samples.append(Expected(cycle, True, inputs, dict(model.settle(inputs))))
    return samples


def judge_trace(text: str | None, expected: Sequence[Expected], ports: Sequence[Port]) -> Verdict:
    """Compare a trace with what the model says; an x or z where a value is asked for is wrong.

    A trace that ends early, holds more lines than samples or anything but bits is wrong as a whole: the candidate
    ended or disturbed the simulation, and none of its samples counts.
    """
    damage = _damage(text, len(expected), ports)
    if damage is not None:
        return Verdict(len(expected), len(expected), (damage,))
    samples = [dict(_split(line, ports)) for line in (text or "").splitlines()]
    wrong = {
        port.name: [index for index, item in enumerate(expected) if not _agrees(item, samples[index], port)]
        for port in outputs_of(ports)
    }
    found = {name: indices for name, indices in wrong.items() if indices}
    ranked = sorted(found, key=lambda name: found[name][0])
    diagnostics = tuple(
        _mismatch(name, found[name], expected, samples, ports, table=position == 0)
        for position, name in enumerate(ranked)
    )
    return Verdict(len(expected), len(set().union(*found.values())), diagnostics)


def compare_traces(rtl: str, netlist: str, expected: Sequence[Expected], ports: Sequence[Port]) -> Verdict:
    """Compare two complete traces: an x of the design as written may become a value, a value nothing else.

    Where the specification leaves an output open, an x of the netlist is no difference either: unknown start values
    travel further through gates than through an `if`.
    """
    diagnostics, differing = [], set()
    pairs = list(zip(rtl.splitlines(), netlist.splitlines(), strict=True))
    for port in outputs_of(ports):
        indices = []
        for index, (first, second) in enumerate(pairs):
            before, after = dict(_split(first, ports))[port.name], dict(_split(second, ports))[port.name]
            open_ = expected[index].outputs.get(port.name) is None
            if any(a in "01" and a != b and not (open_ and b in "xz") for a, b in zip(before, after, strict=True)):
                indices.append(index)
        if indices:
            differing.update(indices)
            item, bits = expected[indices[0]], [dict(_split(line, ports))[port.name] for line in pairs[indices[0]]]
            diagnostics.append(
                Diagnostic(
                    tool="judge",
                    code="netlist_differs",
                    symbol=port.name,
                    message=f"`{port.name}` of the synthesised netlist differs from the source {_when(item)}: "
                    f"source {_binary(bits[0])}, netlist {_binary(bits[1])}; {_inputs(item, ports)}",
                )
            )
    return Verdict(len(pairs), len(differing), tuple(diagnostics))


def _damage(text: str | None, count: int, ports: Sequence[Port]) -> Diagnostic | None:
    """What is wrong with the form of a trace, None if it is whole."""
    lines = (text or "").splitlines()
    width = sum(port.width for port in outputs_of(ports))
    for number, line in enumerate(lines[:count], start=1):
        if len(line) != width or not set(line) <= set("01xzXZ"):
            message = f"sample {number} of {count} is not {width} bits; the simulation was disturbed"
            return Diagnostic(tool="judge", code="trace_damaged", message=message)
    if len(lines) < count:
        message = f"the simulation ended after {len(lines)} of {count} samples"
        return Diagnostic(tool="judge", code="simulation_ended_early", message=message)
    if len(lines) > count:
        message = f"the trace holds {len(lines)} samples instead of {count}; the simulation was disturbed"
        return Diagnostic(tool="judge", code="trace_damaged", message=message)
    return None


def _split(line: str, ports: Sequence[Port]) -> Iterator[tuple[str, str]]:
    position = 0
    for port in outputs_of(ports):
        yield port.name, line[position : position + port.width].lower()
        position += port.width


def _agrees(item: Expected, sample: Mapping[str, str], port: Port) -> bool:
    value = item.outputs.get(port.name)
    return value is None or sample[port.name] == f"{value:0{port.width}b}"


def _mismatch(
    name: str,
    wrong: Sequence[int],
    expected: Sequence[Expected],
    samples: Sequence[Mapping[str, str]],
    ports: Sequence[Port],
    *,
    table: bool,
) -> Diagnostic:
    """The first wrong sample of one output, with the cycles that led to it."""
    first = expected[wrong[0]]
    port = next(port for port in ports if port.name == name)
    bits, value = samples[wrong[0]][name], first.outputs[name]
    wanted = f"{value:0{port.width}b}"
    asked = sum(1 for item in expected if item.outputs.get(name) is not None)
    lines = [
        f"`{name}` is wrong {_when(first)}: expected {_binary(wanted)}, got {_binary(bits)}; {_inputs(first, ports)}; "
        f"wrong in {len(wrong)} of {asked} samples"
    ]
    if table:
        lines += _table(name, wrong[0], expected, samples, ports)
    unknown = set(bits) & set("xz")
    code = "unknown_value" if unknown and all(a == b for a, b in zip(bits, wanted, strict=True) if a in "01") else ""
    return Diagnostic(tool="judge", code=code or "wrong_value", symbol=name, message="\n".join(lines))


def _when(item: Expected) -> str:
    moment = "after the rising edge" if item.after_edge else "before the rising edge"
    return f"at {sample_time_ns(item.cycle, after_edge=item.after_edge)} ns (cycle {item.cycle}, {moment})"


def _inputs(item: Expected, ports: Sequence[Port]) -> str:
    values = ", ".join(f"{port.name}={_number(item.inputs[port.name], port.width)}" for port in inputs_of(ports))
    return f"inputs {values}"


def _number(value: int, width: int) -> str:
    return str(value) if width == 1 else f"{width}'h{value:0{(width + 3) // 4}x}"


def _binary(bits: str) -> str:
    text = f"{len(bits)}'b{bits}"
    return f"{text} ({int(bits, 2)})" if len(bits) > 1 and set(bits) <= set("01") else text


def _table(
    name: str, last: int, expected: Sequence[Expected], samples: Sequence[Mapping[str, str]], ports: Sequence[Port]
) -> list[str]:
    """The cycles up to the first wrong sample, a row per sample."""
    inputs = inputs_of(ports)[:_TABLE_COLUMNS]
    heads = ["cycle", "edge", *(port.name for port in inputs), f"{name} expected", f"{name} got"]
    first = max(0, expected[last].cycle - _CONTEXT_CYCLES)
    rows = [heads]
    for index in range(last + 1):
        item = expected[index]
        if item.cycle < first:
            continue
        value, bits = item.outputs.get(name), samples[index][name]
        wanted = "any" if value is None else f"{value:0{len(bits)}b}"
        given = [_number(item.inputs[port.name], port.width) for port in inputs]
        rows.append([str(item.cycle), "after" if item.after_edge else "before", *given, wanted, bits])
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [*lines[:-1], f"{lines[-1]}  <- first wrong"]
