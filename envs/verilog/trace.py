"""Judges a trace against a family's model, bit by bit, in a process that never held candidate code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.driver import clock_of, inputs_of, outputs_of, sample_time_ns
from ecot.envs.verilog.family import Inputs, Model, Outputs, Port, Role
from ecot.envs.verilog.feedback.symptoms import Observed, symptom

_CONTEXT_CYCLES = 4
_ACTIVE_LOW = re.compile(r"(?i)(_n|_b|_ni|setn|rstn)$|^n_?(rst|reset)")
_TABLE_COLUMNS = 10
"""More inputs than these are left out of the table of earlier cycles."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the model says of one sample.

    Attributes:
        cycle: of the stimulus, from 0.
        after_edge: whether it is taken after the rising edge.
        inputs: values by port.
        outputs: values by port; None where the specification leaves one open.
        bits: the line that the driver must write; empty where an output is open.
    """

    cycle: int
    after_edge: bool
    inputs: Inputs
    outputs: Outputs
    bits: str = ""


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
    formats = [(port.name, f"0{port.width}b") for port in outputs_of(ports)]

    def sample(cycle: int, inputs: Inputs, *, after_edge: bool) -> Expected:
        outputs = dict(model.settle(inputs))
        values = [(outputs.get(name), form) for name, form in formats]
        bits = "" if any(value is None for value, _ in values) else "".join(format(*pair) for pair in values)
        return Expected(cycle, after_edge, inputs, outputs, bits)

    for cycle, inputs in enumerate(cycles):
        samples.append(sample(cycle, inputs, after_edge=False))
        if clocked:
            model.clock(inputs)
            samples.append(sample(cycle, inputs, after_edge=True))
    return samples


def judge_trace(text: str | None, expected: Sequence[Expected], ports: Sequence[Port]) -> Verdict:
    """Compare a trace with what the model says; an x or z where a value is asked for is wrong.

    A trace that ends early, holds more lines than samples or anything but bits is wrong as a whole: the candidate
    ended or disturbed the simulation, and none of its samples counts.
    """
    damage = _damage(text, len(expected), ports)
    if damage is not None:
        return Verdict(len(expected), len(expected), (damage,))
    lines = (text or "").lower().splitlines()
    suspects = [index for index, line in enumerate(lines) if line != expected[index].bits]
    samples = {index: dict(_split(lines[index], ports)) for index in suspects}
    wrong = {
        port.name: [index for index in suspects if not _agrees(expected[index], samples[index], port)]
        for port in outputs_of(ports)
    }
    found = {name: indices for name, indices in wrong.items() if indices}
    ranked = sorted(found, key=lambda name: found[name][0])
    diagnostics = tuple(
        _mismatch(name, found[name], expected, lines, ports, table=position == 0)
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
    unequal = [index for index, (first, second) in enumerate(pairs) if first != second]
    for port in outputs_of(ports):
        indices = []
        for index in unequal:
            first, second = pairs[index]
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
    width, allowed = sum(port.width for port in outputs_of(ports)), set("01xzXZ")
    for number, line in enumerate(lines[:count], start=1):
        if len(line) != width or not allowed.issuperset(line):
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
    lines: Sequence[str],
    ports: Sequence[Port],
    *,
    table: bool,
) -> Diagnostic:
    """The first wrong sample of one output, with the cycles that led to it."""
    first = expected[wrong[0]]
    port = next(port for port in ports if port.name == name)
    bits, value = dict(_split(lines[wrong[0]], ports))[name], first.outputs[name]
    wanted = f"{value:0{port.width}b}"
    asked = sum(1 for item in expected if item.outputs.get(name) is not None)
    text = [
        f"`{name}` is wrong {_when(first)}: expected {_binary(wanted)}, got {_binary(bits)}; {_inputs(first, ports)}; "
        f"wrong in {len(wrong)} of {asked} samples"
    ]
    if table:
        sentence = symptom(_observed(name, wrong, expected, lines, ports))
        text += [f"  {sentence}"] if sentence else []
        text += _table(name, wrong[0], expected, lines, ports)
    unknown = set(bits) & set("xz")
    code = "unknown_value" if unknown and all(a == b for a, b in zip(bits, wanted, strict=True) if a in "01") else ""
    return Diagnostic(tool="judge", code=code or "wrong_value", symbol=name, message="\n".join(text))


def _observed(
    name: str, wrong: Sequence[int], expected: Sequence[Expected], lines: Sequence[str], ports: Sequence[Port]
) -> Observed:
    """One output over the whole run, in bits."""
    start, width = 0, 0
    for port in outputs_of(ports):
        start, width = start + width, port.width
        if port.name == name:
            break
    values = [item.outputs.get(name) for item in expected]
    return Observed(
        wanted=[None if value is None else f"{value:0{width}b}" for value in values],
        got=[line[start : start + width] for line in lines],
        after_edge=[item.after_edge for item in expected],
        in_reset=_in_reset(expected, ports),
        wrong=wrong,
    )


def _in_reset(expected: Sequence[Expected], ports: Sequence[Port]) -> Sequence[bool]:
    """Whether the reset is active at each sample; never where its name and the first cycle disagree on its level."""
    for port in ports:
        if port.role is Role.RESET:
            active = 0 if _ACTIVE_LOW.search(port.name) else 1
            if expected and expected[0].inputs[port.name] == active:
                return [item.inputs[port.name] == active for item in expected]
    return [False] * len(expected)


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
    name: str, last: int, expected: Sequence[Expected], lines: Sequence[str], ports: Sequence[Port]
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
        value, bits = item.outputs.get(name), dict(_split(lines[index], ports))[name]
        wanted = "any" if value is None else f"{value:0{len(bits)}b}"
        given = [_number(item.inputs[port.name], port.width) for port in inputs]
        rows.append([str(item.cycle), "after" if item.after_edge else "before", *given, wanted, bits])
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    table = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [*table[:-1], f"{table[-1]}  <- first wrong"]
