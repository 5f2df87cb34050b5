"""Reads what a simulation wrote down: plays the plan again against the recorded outputs, and lets the model judge.

The inputs follow from the plan and the outputs, so the record holds outputs alone, and no line of it can claim that
something else was asked. A record that ends before the play does, or goes on after it, is damaged.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecot.envs.errors import TaskError
from ecot.envs.types import Diagnostic
from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.bench.plan import Plan, Scoreboard
from ecot.envs.verilog.bench.players import Play
from ecot.envs.verilog.driver import outputs_of
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.trace import Expected, Verdict, judge_trace

_EARLIER = 4
"""Transactions that are told before the first mismatch."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged record.

    Attributes:
        verdict: as for a trace of vectors.
        expected: what the model says of every cycle that was played.
        trace: the outputs, a line of bits a cycle.
        events: transactions that the model reported.
    """

    verdict: Verdict
    expected: tuple[Expected, ...]
    trace: str
    events: tuple[Event, ...]


def judge_record(text: str | None, plan: Plan, model: Scoreboard, ports: Sequence[Port]) -> Judged:
    """Compare a record with what the model says.

    Raises:
        TaskError: the play hangs although every output is as the model says.
    """
    lines, damage = _lines(text, sum(port.width for port in outputs_of(ports)))
    if damage is not None:
        return Judged(Verdict(max(1, len(lines)), max(1, len(lines)), (damage,)), (), "", ())
    play, expected, counts = Play(plan), [], []
    formats = [(port.name, f"0{port.width}b") for port in outputs_of(ports)]
    pins = play.step("")
    for number, bits in enumerate(lines):
        if pins is None:
            break
        outputs = dict(model.settle(pins))
        values = [(outputs.get(name), form) for name, form in formats]
        wanted = "" if any(value is None for value, _ in values) else "".join(format(*pair) for pair in values)
        expected.append(Expected(number, False, pins, outputs, wanted))
        counts.append(len(model.events))
        model.clock(pins)
        pins = play.step(bits)
    trace, events = "\n".join(lines), model.events
    found = judge_trace("\n".join(lines[: len(expected)]), expected, ports)
    if not found.diagnostics:
        found = _unfinished(found, played=len(expected), written=len(lines), ended=pins is None)
        if not found.diagnostics and play.hung:
            raise TaskError("a play hangs although all outputs are as the model says")
    elif (first := _first_wrong(expected, lines, ports)) is not None:
        found = replace(found, diagnostics=_with_events(found.diagnostics, events[: counts[first]]))
    return Judged(found, tuple(expected), trace, tuple(events))


def _lines(text: str | None, width: int) -> tuple[list[str], Diagnostic | None]:
    """The outputs of each cycle, and what is wrong with the form of the record."""
    lines: list[str] = []
    for line in (text or "").splitlines():
        try:
            number, bits = json.loads(line)
            whole = number == len(lines) and len(bits) == width and set("01xz").issuperset(bits)
        except (ValueError, TypeError, RecursionError):
            whole = False
        if not whole:
            message = (
                f"entry {len(lines) + 1} of the record is not {width} bits of its cycle; the simulation was disturbed"
            )
            return lines, Diagnostic(tool="judge", code="trace_damaged", message=message)
        lines.append(bits)
    if not lines:
        message = "the simulation ended before anything was recorded"
        return lines, Diagnostic(tool="judge", code="simulation_ended_early", message=message)
    return lines, None


def _unfinished(verdict: Verdict, *, played: int, written: int, ended: bool) -> Verdict:
    """The verdict on a record that is right as far as it goes."""
    if not ended:
        message = f"the simulation ended after {written} cycles, in the middle of its plan"
        damage = Diagnostic(tool="judge", code="simulation_ended_early", message=message)
    elif written > played:
        message = f"the record holds {written} cycles instead of {played}; the simulation was disturbed"
        damage = Diagnostic(tool="judge", code="trace_damaged", message=message)
    else:
        return verdict
    return Verdict(verdict.samples, max(1, verdict.samples), (damage,))


def _first_wrong(expected: Sequence[Expected], lines: Sequence[str], ports: Sequence[Port]) -> int | None:
    """The first cycle in which some output is not what the model says."""
    for index, item in enumerate(expected):
        position = 0
        for port in outputs_of(ports):
            value, bits = item.outputs.get(port.name), lines[index][position : position + port.width]
            position += port.width
            if value is not None and bits != f"{value:0{port.width}b}":
                return index
    return None


def _with_events(diagnostics: Sequence[Diagnostic], events: Sequence[Event]) -> tuple[Diagnostic, ...]:
    """The first diagnostic, completed by the transactions that had ended before."""
    shown = [f"  {len(events) - len(events[-_EARLIER:]) + number}: {_told(event)}" for number, event in
             enumerate(events[-_EARLIER:], start=1)]  # fmt: skip
    text = "\n".join(["transactions before it:", *shown]) if shown else "no transaction had ended before it"
    first, *others = diagnostics
    return (replace(first, message=f"{first.message}\n{text}"), *others)


def _told(event: Event) -> str:
    return ", ".join(
        f"{key} {value:#x}" if type(value) is int and value > 9 else f"{key} {value}" for key, value in event.items()
    )
