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


def source(*, valid: Sequence[str], ready: Sequence[str], items: Sequence[Mapping[str, Any]]) -> Player:
    """Offer items one after the other by a valid and ready handshake.

    Args:
        valid: pins that are 1 while an item is offered.
        ready: outputs of which any at 1 takes the item.
        items: each with `gap` (cycles before it), `values` (pins while it is offered) and `junk` (before that).
    """
    for item in items:
        for _ in range(item["gap"]):
            yield {**dict.fromkeys(valid, 0), **item["junk"]}
        offered = {**dict.fromkeys(valid, 1), **item["values"]}
        taken = False
        while not taken:
            seen = yield offered
            taken = any(seen[name] == "1" for name in ready)


def apb(*, select: str, enable: str, ready: str, items: Sequence[Mapping[str, Any]]) -> Player:
    """Transfer items over APB: a setup cycle, then access cycles until the design is ready."""
    for item in items:
        for _ in range(item["gap"]):
            yield {select: 0, enable: item["junk_enable"], **item["junk"]}
        yield {select: 1, enable: 0, **item["values"]}
        while (yield {select: 1, enable: 1, **item["values"]})[ready] != "1":
            pass


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


def spi_device(*, select: str, clock: str, answer: str, leading: int, shift_on: str, frames: Sequence[str]) -> Player:
    """Stand at the far end of an SPI controller: shift out a frame of bits per selection.

    Args:
        select: output of the controller, active low.
        clock: output of the controller.
        answer: pin on which this device speaks.
        leading: level that the clock takes at its leading edge.
        shift_on: `leading`, or `trailing` where the first bit stands from the selection on.
        frames: bits of each selection, first bit first; played again from the start when they end.
    """
    turn = position = 0
    before, selected = "", False
    driven = 0
    while True:
        seen = yield {answer: driven}
        if seen[select] != "0":
            turn += selected
            selected, before = False, seen[clock]
            continue
        frame = frames[turn % len(frames)]
        if not selected:
            selected, position = True, 0
            if shift_on == "trailing":
                driven, position = int(frame[0]), 1
        elif seen[clock] != before and (seen[clock] == str(leading)) == (shift_on == "leading"):
            driven, position = int(frame[position % len(frame)]), position + 1
        before = seen[clock]


def i2c_device(*, clock: str, low: str, line: str, answers: Sequence[Mapping[str, Any]]) -> Player:
    """Stand at the far end of an I2C controller: acknowledge what it sends, speak when it reads.

    Args:
        clock: output of the controller: the level of SCL.
        low: output of the controller: 1 while it pulls SDA low.
        line: pin that carries the level of SDA.
        answers: per frame, `acknowledge` (bits: 1 acknowledges) of the first byte and the second, and `data`, the byte
            that is spoken where the first byte asks to read; used again from the start when they end.
    """
    turn = 0
    mine = 1
    level, scl, bit = 1, "1", -1
    sent: list[int] = []
    while True:
        seen = yield {line: level}
        sda = 0 if seen[low] == "1" or not mine else 1
        if scl == "1" and seen[clock] == "1" and level == 1 and sda == 0:
            bit, sent, mine = 0, [], 1
        elif scl == "1" and seen[clock] == "1" and level == 0 and sda == 1:
            turn += bit >= 0
            bit, mine = -1, 1
        elif bit >= 0 and scl == "0" and seen[clock] == "1":
            sent.append(sda)
            bit += 1
        elif bit >= 0 and scl == "1" and seen[clock] == "0":
            mine = _i2c_answer(bit, sent, answers[turn % len(answers)])
            sda = 0 if seen[low] == "1" or not mine else 1
        level, scl = sda, seen[clock]


def _i2c_answer(bit: int, sent: Sequence[int], answer: Mapping[str, Any]) -> int:
    """What a device lets SDA be while bit number `bit` of a frame (nine to a byte) is transferred."""
    byte, place = divmod(bit, 9)
    reads = byte > 0 and sent[7] == 1
    if reads and place < 8:
        return int(answer["data"]) >> (7 - place) & 1
    if place == 8 and not reads:
        return 1 - int(answer["acknowledge"][byte % 2])
    return 1


def i2c_host(*, clock: str, line: str, low: str, steps: Sequence[tuple[int, int, int]]) -> Player:
    """Drive SCL and SDA as the host of an I2C bus on which the design is a peripheral.

    Args:
        clock: pin that carries SCL.
        line: pin that carries the level of SDA: low where the host or the design pulls it low.
        low: output of the design: 1 while it pulls SDA low.
        steps: cycles, SCL, and SDA as the host lets it be.
    """
    pulled = 0
    for count, scl, sda in steps:
        for _ in range(count):
            seen = yield {clock: scl, line: 0 if pulled else sda}
            pulled = int(seen[low] == "1")


PLAYERS: Mapping[str, Callable[..., Player]] = {
    "source": source,
    "apb": apb,
    "pattern": pattern,
    "repeat": repeat,
    "spi_device": spi_device,
    "i2c_device": i2c_device,
    "i2c_host": i2c_host,
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
