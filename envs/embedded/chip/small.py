"""Small peripherals: checksum, random numbers, debug identity (RM0090, 4, 24, 38)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.chip.peripheral import Peripheral

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

_POLYNOMIAL = 0x04C11DB7


class Crc(Peripheral):
    """The checksum of Ethernet, a word at a time, highest bit first."""

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """A word goes in; a reset starts anew."""
        if name == "DR":
            state = old ^ value
            for _ in range(32):
                state = (state << 1 ^ (_POLYNOMIAL if state >> 31 else 0)) & 0xFFFFFFFF
            self.put("DR", state)
        elif name == "CR" and value & 1:
            self.put("DR", 0xFFFFFFFF)


class Rng(Peripheral):
    """Random words, one every 40 cycles of the 48 MHz clock; none without the PLL that makes it."""

    peculiar = frozenset({"DR"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.random = Random("random numbers of the chip")
        self._event = 0

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Switching it on starts the first word."""
        if name == "CR" and new & 4:
            self._soon()
        self._lines()

    def _soon(self) -> None:
        rcc: Any = self.machine.peripherals["RCC"]
        if not rcc.get("CR") >> 25 & 1:
            self.set_bits("SR", 2 | 1 << 5)
        elif not self._event:
            cycles = self.machine.schedule.cycles_in(40 * 10**12 // 48_000_000)
            self._event = self.machine.schedule.at(self.machine.schedule.now + cycles, self._ready)

    def _ready(self) -> None:
        self._event = 0
        self.put("DR", self.random.getrandbits(32))
        self.set_bits("SR", 1)
        self._lines()

    def read(self, name: str) -> int:
        """A word is read once."""
        value = self.get("DR") if self.get("SR") & 1 else 0
        self.clear_bits("SR", 1)
        if self.get("CR") & 4:
            self._soon()
        self._lines()
        return value

    def _lines(self) -> None:
        self.machine.wiring.line("HASH_RNG", self.name, high=bool(self.get("CR") & 8 and self.get("SR") & 0x61))
