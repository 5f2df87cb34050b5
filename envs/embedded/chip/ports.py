"""General-purpose pins, their way to the interrupt lines, and the choice of that way (RM0090, 8, 9, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.device.pins import functions

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.board import Pin
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

_SETS_PINS = 2
"""What `counter.c` is told of a register whose writes it may drop where they change nothing."""
_RESET = {"A": (0xA8000000, 0x64000000, 0x0C000000), "B": (0x00000280, 0x00000100, 0x000000C0)}
"""MODER, PUPDR and OSPEEDR of the ports that hold the debug pins (RM0090, 8.4)."""


class Port(Peripheral):
    """Sixteen pins."""

    def __init__(self, machine: Machine, instance: Instance) -> None:
        self.letter = instance.name[-1]
        super().__init__(machine, instance)
        self.pins: list[Pin] = []
        self.outputs: dict[str, int | None] = {}

    def connect(self) -> None:
        """Take hold of the board's pins."""
        board = self.machine.board
        self.pins = [board.pins[f"P{self.letter}{number}"] for number in range(16)]
        for number, pin in enumerate(self.pins):
            pin.listeners.append(lambda level, number=number: self._changed(number, level))  # type: ignore[misc]
        self.refresh(0xFFFF)

    def _set_fast(self) -> None:
        super()._set_fast()
        self.fast[self.places["BSRR"]] = _SETS_PINS if self.clocked else 0

    def _reset_words(self) -> None:
        super()._reset_words()
        for name, value in zip(("MODER", "PUPDR", "OSPEEDR"), _RESET.get(self.letter, ()), strict=False):
            self.put(name, value)

    def restarted(self) -> None:
        """Every pin is an input again."""
        self.outputs.clear()
        self.refresh(0xFFFF)

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Pins follow their registers."""
        if name == "BSRR":
            before = self.get("ODR")
            # Setting wins where both are written (RM0090, 8.4.7).
            after = before & ~(value >> 16) | value & 0xFFFF
            self.put("ODR", after)
            if before != after:
                self.refresh(before ^ after)
        elif name == "ODR":
            self.refresh(old ^ new)
        elif name in ("MODER", "OTYPER", "PUPDR", "AFR0", "AFR1"):
            self.refresh(0xFFFF)

    def mode(self, number: int) -> int:
        """0 input, 1 output, 2 alternate function, 3 analogue."""
        return self.get("MODER") >> 2 * number & 3

    def signals(self, number: int) -> tuple[str, ...]:
        """The signals that a pin in alternate function carries; none in another mode."""
        if self.mode(number) != 2:
            return ()
        choice = self.get(f"AFR{number // 8}") >> 4 * (number % 8) & 15
        return functions().get((f"P{self.letter}{number}", choice), ())

    def refresh(self, mask: int) -> None:
        """Work out anew what the chip does to the pins of `mask`."""
        if not self.pins:
            return
        modes, data, kinds, pulls = self.get("MODER"), self.get("ODR"), self.get("OTYPER"), self.get("PUPDR")
        signals = self.machine.wiring.signals
        while mask:
            number = (mask & -mask).bit_length() - 1
            mask &= mask - 1
            pin, mode = self.pins[number], modes >> 2 * number & 3
            chip, driver = None, ""
            if mode == 1:
                chip, driver = data >> number & 1, "gpio"
            elif mode == 2:
                for signal in self.signals(number):
                    if signals.get(signal) is not None:
                        chip, driver = signals[signal], signal
            if chip == 1 and kinds >> number & 1:
                chip = None
            pull = {1: 1, 2: 0}.get(pulls >> 2 * number & 3) if mode != 3 else None
            pin.chip, pin.driver, pin.pull = chip, driver, pull
            board = self.machine.board
            board.update(pin)
            if mode == 3:
                self.clear_bits("IDR", 1 << number)
            else:
                self._show(number, pin.level)

    def _show(self, number: int, level: int) -> None:
        value = self.get("IDR")
        self.put("IDR", value | 1 << number if level else value & ~(1 << number))

    def _changed(self, number: int, level: int) -> None:
        if self.mode(number) != 3:
            self._show(number, level)
        self.machine.wiring.edge(self.letter, number, level)


class Syscfg(Peripheral):
    """Which port a line of EXTI listens to."""

    def port_of(self, line: int) -> str:
        """The letter of the port."""
        choice = self.get(f"EXTICR{line // 4}") >> 4 * (line % 4) & 15
        return "ABCDEFGHI"[choice] if choice < 9 else ""


class Exti(Peripheral):
    """Edges of pins, and of a few peripherals, become interrupts."""

    _LINES = ("EXTI0", "EXTI1", "EXTI2", "EXTI3", "EXTI4")

    def edge(self, line: int, level: int) -> None:
        """The input of a line changed."""
        wanted = self.get("RTSR") if level else self.get("FTSR")
        if wanted >> line & 1:
            self.trigger(line)

    def trigger(self, line: int) -> None:
        """The selected edge came."""
        if (self.get("IMR") | self.get("EMR")) >> line & 1:
            if self.get("IMR") >> line & 1:
                self.set_bits("PR", 1 << line)
            if self.get("EMR") >> line & 1:
                self.machine.sleeping = False
        self._lines()

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Software triggers; acknowledged requests fall."""
        if name == "SWIER":
            for line in range(23):
                if (new & ~old) >> line & 1:
                    self.trigger(line)
        if name == "PR":
            self.put("SWIER", self.get("SWIER") & ~value)
        self._lines()

    def _lines(self) -> None:
        active = self.get("PR") & self.get("IMR")
        exceptions = self.machine.exceptions
        for number, name in enumerate(self._LINES):
            exceptions.line(name, high=bool(active >> number & 1))
        exceptions.line("EXTI9_5", high=bool(active & 0x3E0))
        exceptions.line("EXTI15_10", high=bool(active & 0xFC00))
        for number, name in ((16, "PVD"), (17, "RTC_Alarm"), (21, "TAMP_STAMP"), (22, "RTC_WKUP")):
            exceptions.line(name, high=bool(active >> number & 1))
