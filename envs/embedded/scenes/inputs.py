"""What a board does to a chip, as stimuli: buttons, serial senders, square waves, encoders. Times are nanoseconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

MILLISECOND = 1_000_000
Stimuli = list[dict[str, Any]]


def level(pin: str, at: int, value: int | None) -> dict[str, Any]:
    """A pin is driven to a level, or let go."""
    return {"kind": "level", "pin": pin, "at": at, "level": value}


def pull(pin: str, value: int) -> dict[str, Any]:
    """A resistor on the board holds a pin."""
    return {"kind": "pull", "pin": pin, "level": value}


def press(pin: str, at: int, length: int, *, pressed: int = 0, bounces: Sequence[int] = ()) -> Stimuli:
    """A button goes down and up; `bounces` are spans in which the contact opens and closes by turns at both ends."""
    found = []
    for start, value in ((at, pressed), (at + length, 1 - pressed)):
        found.append(level(pin, start, value))
        when, now = start, value
        for span in bounces:
            when, now = when + span, 1 - now
            found.append(level(pin, when, now))
        if now != value:
            found.append(level(pin, when + 50_000, value))
    return found


def bouncing(random: Random, most: int) -> tuple[int, ...]:
    """Spans of a bouncing contact that come to rest within `most` nanoseconds."""
    count = 2 * random.randrange(2, 5)
    return tuple(random.randrange(most // (4 * count), most // count - 1) for _ in range(count))


def frame_bits(value: int, *, bits: int = 8, parity: str = "none") -> list[int]:
    """A frame from the start bit on."""
    data = [value >> index & 1 for index in range(bits)]
    if parity != "none":
        data.append(sum(data) & 1 ^ (parity == "odd"))
    return [0, *data, 1]


def serial(
    port: str, pin: str, at: int, data: Iterable[int], *, baud: float, gap: int = 0, parity: str = "none"
) -> Stimuli:
    """A sender puts bytes on a line, back to back, or `gap` apart."""
    bit = 1e12 / baud
    found: Stimuli = []
    when = float(at)
    for value in data:
        bits = frame_bits(value, parity=parity)
        found.append({"kind": "frame", "port": port, "pin": pin, "at": round(when), "bits": bits, "bit": bit})
        when += len(bits) * bit / 1000 + gap
    return found


def wave(pin: str, at: int, period: int, high: int, count: int) -> Stimuli:
    """A rectangle of some periods."""
    edges = [(at + number * period + offset, value) for number in range(count) for offset, value in ((0, 1), (high, 0))]
    return [level(pin, when, value) for when, value in edges]


def volts(pin: str, at: int, value: float) -> dict[str, Any]:
    """A voltage stands at a pin."""
    return {"kind": "volts", "pin": pin, "at": at, "volts": value}


def quadrature(first: str, second: str, at: int, steps: int, spacing: int, start: int = 0) -> Stimuli:
    """An encoder turns by so many quarter steps; negative is backwards, and `start` is the phase that it stands in."""
    phases = ((0, 0), (1, 0), (1, 1), (0, 1))
    found, phase = [], start % 4
    for number in range(abs(steps)):
        after = (phase + (1 if steps > 0 else -1)) % 4
        for pin, index in ((first, 0), (second, 1)):
            if phases[phase][index] != phases[after][index]:
                found.append(level(pin, at + number * spacing, phases[after][index]))
        phase = after
    return found
