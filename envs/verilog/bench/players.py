"""Players: what stands at the pins of a design while a plan is played, as generators.

A player yields the pins that it drives for one cycle and receives what the design's outputs were just before the
rising edge that ends the cycle, in bits (`0`, `1`, `x`, `z`). So it reacts to a handshake one cycle later, as
synchronous logic does.

This file is placed beside the testbench in the simulator, where nothing of this package can be imported, and it is
imported by the judge, which plays the same plan against the recorded outputs (`replay.py`) or against the model
(`plan.py`). It holds no expected value.

A plan is a JSON value:

    inputs   [[name, width], ...] of the design but the clock, in port order
    outputs  likewise
    phases   [{opening, idle, players, cut, drain, patience}, ...]

A phase plays the cycles of `opening` (mappings that complete `idle`; the reset belongs here), then all `players`
together: until those that are not of the background have ended and `drain` more cycles have passed, or until `cut`
cycles where that is not 0. It takes `patience` cycles at most; a play that needs more ends there, and is `hung`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

Pins = dict[str, int]
Bits = Mapping[str, str]
Player = Generator[Pins, Bits, None]


def source(
    *, valid: Sequence[str], ready: Sequence[str], items: Sequence[Mapping[str, Any]], level: str = "1"
) -> Player:
    """Offer items one after the other by a valid and ready handshake.

    Args:
        valid: pins that are 1 while an item is offered.
        ready: outputs of which any at `level` takes the item.
        items: each with `gap` (cycles before it), `values` (pins while it is offered) and `junk` (before that).
        level: `0` where the outputs say that the item must wait.
    """
    for item in items:
        for _ in range(item["gap"]):
            yield {**dict.fromkeys(valid, 0), **item["junk"]}
        offered = {**dict.fromkeys(valid, 1), **item["values"]}
        taken = False
        while not taken:
            seen = yield offered
            taken = any(seen[name] == level for name in ready)


def apb(*, select: str, enable: str, ready: str, items: Sequence[Mapping[str, Any]]) -> Player:
    """Transfer items over APB: a setup cycle, then access cycles until the design is ready."""
    for item in items:
        for _ in range(item["gap"]):
            yield {select: 0, enable: item["junk_enable"], **item["junk"]}
        yield {select: 1, enable: 0, **item["values"]}
        while (yield {select: 1, enable: 1, **item["values"]})[ready] != "1":
            pass


def spi(*, select: str, clock: str, data: str, polarity: int, phase: int, items: Sequence[Mapping[str, Any]]) -> Player:
    """Select a peripheral (at 0) once an item, and clock its bits out.

    Where the data are not read they are the inverse of the bit that is read next or was read last.

    Args:
        select: pin.
        clock: pin.
        data: pin from the controller to the peripheral.
        polarity: level of the clock at rest.
        phase: 0 where bits are read at the first edge of a clock pulse, 1 where at the second.
        items: each with `gap` (cycles before it, not selected), `lead` and `trail` (cycles of rest around the pulses),
            `halves` (cycles of the first and of the second half of each pulse) and `bits`.
    """
    for item in items:
        bits = item["bits"]
        yield from _held({select: 1, clock: polarity, data: 1 - bits[0] if bits else 0}, item["gap"])
        yield from _held({select: 0, clock: polarity, data: 1 - bits[0] if bits else 0}, item["lead"])
        for bit, halves in zip(bits, item["halves"], strict=True):
            for half, count in enumerate(halves):
                level = 1 - polarity if half == 0 else polarity
                yield from _held({select: 0, clock: level, data: bit if half == phase else 1 - bit}, count)
        yield from _held({select: 0, clock: polarity, data: 0}, item["trail"])


def _held(pins: Pins, count: int) -> Player:
    for _ in range(count):
        yield dict(pins)


def pattern(*, steps: Sequence[tuple[int, Mapping[str, int]]]) -> Player:
    """Drive pins for a number of cycles each, whatever the design does; pins left out keep their value."""
    held: Pins = {}
    for count, values in steps:
        held |= values
        for _ in range(count):
            yield dict(held)


def repeat(*, steps: Sequence[tuple[int, Mapping[str, int]]]) -> Player:
    """A pattern without end, for the background."""
    while True:
        yield from pattern(steps=steps)


PLAYERS: Mapping[str, Callable[..., Player]] = {
    "source": source,
    "apb": apb,
    "spi": spi,
    "pattern": pattern,
    "repeat": repeat,
}
"""Players by the `kind` that a plan names; its other entries but `background` are their arguments."""


class Play:
    """One play of a plan; `step` takes the outputs of one cycle and returns the inputs of the next."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        """A play that has not begun."""
        self.hung = False
        self._outputs: list[tuple[str, int, int]] = []
        position = 0
        for name, width in plan["outputs"]:
            self._outputs.append((name, position, position + width))
            position += width
        self.width = position
        self._run = self._phases(plan["phases"])
        self._begun = False

    def step(self, bits: str) -> Pins | None:
        """Return the inputs of the next cycle, None where the play has ended.

        Args:
            bits: all outputs in the cycle before, the first port at the left; empty for the first cycle.
        """
        try:
            if not self._begun:
                self._begun = True
                return next(self._run)
            return self._run.send({name: bits[first:last] for name, first, last in self._outputs})
        except StopIteration:
            return None

    def _phases(self, phases: Sequence[Mapping[str, Any]]) -> Player:
        for phase in phases:
            for values in phase["opening"]:
                yield {**phase["idle"], **values}
            yield from self._phase(phase)
            if self.hung:
                return

    def _phase(self, phase: Mapping[str, Any]) -> Player:
        """All players of a phase side by side."""
        players = [_engaged(item) for item in phase["players"]]
        foreground = [item.get("background", False) is False for item in phase["players"]]
        pending = [True] * len(players)
        seen: Bits | None = None
        drained, idle = 0, dict(phase["idle"])
        for count in range(phase["patience"]):
            pins = dict(idle)
            for index, player in enumerate(players):
                if pending[index]:
                    try:
                        pins |= next(player) if seen is None else player.send(seen)
                    except StopIteration:
                        pending[index] = False
            if not any(waits and counts for waits, counts in zip(pending, foreground, strict=True)):
                drained += 1
            if (phase["cut"] and count == phase["cut"]) or drained > phase["drain"]:
                return
            seen = yield pins
        self.hung = True


def _engaged(item: Mapping[str, Any]) -> Player:
    arguments = {key: value for key, value in item.items() if key not in ("kind", "background")}
    return PLAYERS[item["kind"]](**arguments)


def packed(inputs: Sequence[Sequence[Any]], pins: Mapping[str, int]) -> int:
    """Return all inputs as one number, the first port at the left."""
    value = 0
    for name, width in inputs:
        value = value << width | pins[name]
    return value
