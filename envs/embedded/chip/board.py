"""What is soldered around the chip: nets with their levels, what drives them, who listens, and the record of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine

MOST_EDGES = 40_000
"""Edges kept in a record; more end the run."""


class Pin:
    """One pin: what the chip does to it, what the board does to it, and the level that results.

    Attributes:
        chip: 0 or 1 as the chip drives it, None where it does not.
        driver: who drives it on the chip's side: `gpio`, or a signal such as `TIM3_CH1`.
        pull: 1, 0 or None: the chip's own resistor.
        outside: 0 or 1 as the board drives it, None where it does not.
        outside_pull: 1, 0 or None: a resistor on the board.
        volts: analogue level that the board puts there.
    """

    __slots__ = (
        "chip",
        "driver",
        "edges",
        "level",
        "listeners",
        "name",
        "outside",
        "outside_pull",
        "pull",
        "volts",
        "watched",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.chip: int | None = None
        self.driver = ""
        self.pull: int | None = None
        self.outside: int | None = None
        self.outside_pull: int | None = None
        self.volts: float | None = None
        self.level = 0
        self.edges: list[tuple[int, int, str]] = []
        self.watched = False
        self.listeners: list[Callable[[int], None]] = []

    def resolved(self) -> int:
        """The level, by who is stronger; a pin that nobody holds keeps its charge, and so its level."""
        if self.chip is not None:
            return self.chip
        for value in (self.outside, self.pull, self.outside_pull):
            if value is not None:
                return value
        return self.level


class Board:
    """All pins, and the record of what they and the buses did."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.pins: dict[str, Pin] = {
            f"P{port}{number}": Pin(f"P{port}{number}") for port in "ABCDEFGHI" for number in range(16)
        }
        self.frames: dict[str, list[list[Any]]] = {}
        self.transfers: dict[str, list[list[Any]]] = {}
        self.edges = 0
        self.slaves: dict[str, list[Any]] = {}
        self.receivers: dict[str, list[Callable[[int], None]]] = {}

    def update(self, pin: Pin) -> None:
        """Take the level of a pin anew, and tell who listens where it changed."""
        level = pin.resolved()
        if level == pin.level:
            return
        pin.level = level
        if pin.watched:
            driver = pin.driver if pin.chip is not None else ""
            pin.edges.append((self.machine.schedule.picoseconds(), level, driver))
            self.edges += 1
            if self.edges > MOST_EDGES:
                self.machine.counter.state.budget = 0
        for listener in pin.listeners:
            listener(level)

    def drive(self, name: str, level: int | None) -> None:
        """The board drives a pin, or lets it go."""
        pin = self.pins[name]
        pin.outside = level
        self.update(pin)

    def frame(self, signal: str, entry: list[Any]) -> None:
        """Keep what a serial port put on its wire."""
        self.frames.setdefault(signal, []).append(entry)

    def transfer(self, bus: str, entry: list[Any]) -> None:
        """Keep what a synchronous bus moved."""
        self.transfers.setdefault(bus, []).append(entry)
