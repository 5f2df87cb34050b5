"""What all peripherals share: registers by their table, clock gating, plain and peculiar accesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecot.envs.embedded.device.tables import Instance, Register

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine


class Peripheral:
    """One peripheral; a kind of it overrides `wrote`, and names what is not read plainly.

    Attributes:
        peculiar: names of registers whose reading has an effect, or whose value changes with time alone.
    """

    peculiar: frozenset[str] = frozenset()

    def __init__(self, machine: Machine, instance: Instance) -> None:
        self.machine, self.instance, self.name = machine, instance, instance.name
        self.registers: dict[int, tuple[Register, str]] = {}
        self.places: dict[str, int] = {}
        for register in instance.block.registers:
            for index in range(register.count):
                word = register.offset // 4 + index
                name = register.name if register.count == 1 else f"{register.name}{index}"
                self.registers[word] = (register, name)
                self.places[name] = word
        self._masks = {
            word: tuple(register.mask(access) for access in ("rw", "0", "1", "s"))
            for word, (register, _) in self.registers.items()
        }
        size = max(self.registers) + 1
        self.words, self.fast = machine.window(instance.base, size)
        self.clocked = not instance.enable
        self._reset_words()
        self._set_fast()

    def _reset_words(self) -> None:
        for word, (register, _) in self.registers.items():
            self.words[word] = register.reset

    def _set_fast(self) -> None:
        for word, (_, name) in self.registers.items():
            self.fast[word] = self.clocked and name not in self.peculiar

    def reset(self) -> None:
        """Registers take their reset values."""
        self._reset_words()
        self.restarted()

    def restarted(self) -> None:
        """Called after a reset of the registers; drops what goes beyond them."""

    def switch_clock(self, *, on: bool) -> None:
        """The enable bit in RCC changed."""
        if on != self.clocked:
            self.clocked = on
            self._set_fast()
            self.clock_switched()

    def clock_switched(self) -> None:
        """Called after the clock was switched on or off."""

    def get(self, name: str) -> int:
        """The value of a register."""
        return self.words[self.places[name]]

    def put(self, name: str, value: int) -> None:
        """Set a register, as the hardware does."""
        self.words[self.places[name]] = value & 0xFFFFFFFF

    def set_bits(self, name: str, bits: int) -> None:
        """Set bits of a register, as the hardware does."""
        self.words[self.places[name]] |= bits

    def clear_bits(self, name: str, bits: int) -> None:
        """Clear bits of a register, as the hardware does."""
        self.words[self.places[name]] &= ~bits & 0xFFFFFFFF

    def load(self, offset: int, size: int) -> int:
        """A read by the processor or by DMA. Without a clock, registers read as zero (RM0090, 7.3.13)."""
        if not self.clocked:
            return 0
        word = offset >> 2
        entry = self.registers.get(word)
        if entry is None:
            return 0
        value = self.read(entry[1]) if entry[1] in self.peculiar else self.words[word]
        value >>= 8 * (offset & 3)
        return value if size == 4 else value & ((1 << 8 * size) - 1)

    def store(self, offset: int, size: int, value: int) -> None:
        """A write by the processor or by DMA. Without a clock it is lost."""
        if not self.clocked:
            self.machine.note_gated(self.name)
            return
        word = offset >> 2
        entry = self.registers.get(word)
        if entry is None:
            return
        plain, zero, one, only = self._masks[word]
        old = self.words[word]
        if size < 4:
            shift = 8 * (offset & 3)
            lane = ((1 << 8 * size) - 1) << shift
            # What is not written keeps its value, and no flag in it is cleared.
            value = (value << shift) & lane
            untouched = ~lane & 0xFFFFFFFF
        else:
            lane, untouched = 0xFFFFFFFF, 0
        new = (old & ~(plain & lane)) | (value & plain)
        new &= ~zero | value | untouched
        new &= ~(one & value)
        new |= only & value
        self.words[word] = new & 0xFFFFFFFF
        self.wrote(entry[1], old, new & 0xFFFFFFFF, value)

    def read(self, name: str) -> int:
        """The value of a peculiar register, with the effect of reading it."""
        return self.get(name)

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Called after a write: the register's value before and after it, and the word that was written."""
