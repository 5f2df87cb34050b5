"""Small devices on the board's buses: what they hear, what they answer, what they remember."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.board import Board
    from ecot.envs.embedded.chip.machine import Machine

MILLISECOND = 1_000_000_000


class SpiDevice:
    """A device with clock, data and select lines; 8-bit words, highest bit first.

    In a mode that is not among its own it samples on the wrong edge, and every word comes one bit late; so it does
    where the clock is too fast for it.
    """

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        self.machine, self.board = machine, machine.board
        self.name = str(facts["name"])
        self.clock_pin, self.data_pin = facts["clock"], facts["data"]
        self.modes = tuple(facts.get("modes", (0, 3)))
        self.fastest = facts.get("hertz", 10_000_000)
        self.position = 0
        select = facts.get("select")
        self._select = self.board.pins[select] if select else None
        if self._select is not None:
            self._select.outside_pull = 1
            self.board.update(self._select)
            self._select.listeners.append(self._selected)

    def is_selected(self) -> bool:
        """Whether its select line is low; a device without one always listens."""
        return self._select is None or self._select.level == 0

    def _selected(self, level: int) -> None:
        if level == 0:
            self.position = 0
            self.begin()
        else:
            self.end()

    def begin(self) -> None:
        """The select line fell."""

    def end(self) -> None:
        """The select line rose."""

    def exchange(self, value: int, bits: int, *, mode: int, hertz: int) -> int:
        """A word passed: return what was on the way back meanwhile."""
        words = [value >> 8 & 0xFF, value & 0xFF] if bits == 16 else [value & 0xFF]
        result = 0
        for word in words:
            if mode not in self.modes or hertz > self.fastest:
                word = word >> 1 | (word & 1) << 7
            answer = self.byte(word)
            if mode not in self.modes or hertz > self.fastest:
                answer = answer >> 1
            result = result << 8 | answer
        return result

    def byte(self, value: int) -> int:
        """One byte went in: return the one that went out."""
        return 0xFF

    def note(self, *entry: Any) -> None:
        """Keep what happened in the record, under the device's name."""
        self.board.transfer(self.name, [self.machine.schedule.picoseconds(), *entry])


class ShiftRegister(SpiDevice):
    """Eight outputs that take what was shifted in when `latch` rises, as a 74HC595."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self._count = facts.get("stages", 1)
        self._held = 0
        latch = self.board.pins[facts["latch"]]
        latch.listeners.append(self._latched)

    def byte(self, value: int) -> int:
        """See `SpiDevice.byte`."""
        out = int(self._held >> 8 * (self._count - 1) & 0xFF)
        self._held = (self._held << 8 | value) & (1 << 8 * self._count) - 1
        return out

    def _latched(self, level: int) -> None:
        if level:
            self.note("latch", self._held)


class SpiMemory(SpiDevice):
    """A serial EEPROM of 8-bit words and 16-bit addresses, as a 25LC256: WREN, WRITE, READ, RDSR."""

    PAGE = 64

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self.data = bytearray(b"\xff" * facts.get("size", 32768))
        for address, value in facts.get("content", {}).items():
            self.data[int(address)] = value
        self._enabled = False
        self._busy_until = 0
        self._command = self._address = 0
        self._page: dict[int, int] = {}

    def begin(self) -> None:
        """See `begin` above."""
        self._command = self._address = 0
        self._page = {}

    def _busy(self) -> bool:
        return self.machine.schedule.picoseconds() < self._busy_until

    def byte(self, value: int) -> int:
        """See `SpiDevice.byte`."""
        place, self.position = self.position, self.position + 1
        if place == 0:
            self._command = value
            if value == 6 and not self._busy():
                self._enabled = True
            elif value == 4:
                self._enabled = False
            return 0xFF
        if self._command == 5:
            return int(self._busy()) | int(self._enabled) << 1
        if self._command not in (2, 3) or self._busy():
            return 0xFF
        if place < 3:
            self._address = (self._address << 8 | value) % len(self.data)
            return 0xFF
        if self._command == 3:
            return self.data[(self._address + place - 3) % len(self.data)]
        base = self._address // self.PAGE * self.PAGE
        self._page[base + (self._address + place - 3) % self.PAGE] = value
        return 0xFF

    def end(self) -> None:
        """See `end` above."""
        if self._command == 2 and self._page and self._enabled and not self._busy():
            for address, value in self._page.items():
                self.data[address % len(self.data)] = value
            self.note("write", *[item for pair in sorted(self._page.items()) for item in pair])
            self._enabled = False
            self._busy_until = self.machine.schedule.picoseconds() + 5 * MILLISECOND


class SpiConverter(SpiDevice):
    """An analogue-to-digital converter of eight channels and ten bits, as an MCP3008."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self._codes = list(facts["codes"])
        self._channel: int | None = None

    def begin(self) -> None:
        """See `begin` above."""
        self._channel = None
        self._started = False

    _started = False

    def byte(self, value: int) -> int:
        """See `SpiDevice.byte`."""
        if not self._started:
            self._started = value == 1
            return 0xFF
        if self._channel is None:
            self._channel = value >> 4 & 7 if value & 0x80 else 0
            return int(self._codes[self._channel]) >> 8 & 3
        code = int(self._codes[self._channel]) & 0xFF
        self.note("convert", self._channel)
        return code


class I2cDevice:
    """A device with an address; a subclass moves bytes."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        self.machine, self.board = machine, machine.board
        self.name, self.address = str(facts["name"]), int(facts["address"])

    def is_ready(self) -> bool:
        """Whether it answers to its address now."""
        return True

    def begin(self, *, read: bool) -> None:
        """It was addressed."""

    def write(self, value: int) -> bool:
        """A byte came; whether it is acknowledged."""
        return True

    def read(self, *, ack: bool) -> int:
        """A byte is wanted; `ack` says whether another one will be."""
        return 0xFF

    def end(self) -> None:
        """The stop condition came."""

    def note(self, *entry: Any) -> None:
        """Keep what happened in the record, under the device's name."""
        self.board.transfer(self.name, [self.machine.schedule.picoseconds(), *entry])


class I2cMemory(I2cDevice):
    """A serial EEPROM of 256 bytes with an 8-bit address and pages, as a 24C02: silent for 5 ms after a write."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self.data = bytearray(b"\xff" * 256)
        for address, value in facts.get("content", {}).items():
            self.data[int(address)] = value
        self._page_size = facts.get("page", 8)
        self._place = 0
        self._pointed = False
        self._page: dict[int, int] = {}
        self._busy_until = 0

    def is_ready(self) -> bool:
        """See `I2cDevice.is_ready`."""
        return self.machine.schedule.picoseconds() >= self._busy_until

    def begin(self, *, read: bool) -> None:
        """See `begin` above."""
        self._pointed = False
        self._page = {}

    def write(self, value: int) -> bool:
        """See `I2cDevice.write`."""
        if not self._pointed:
            self._place, self._pointed = value, True
            return True
        self._page[self._place] = value
        base = self._place // self._page_size * self._page_size
        self._place = base + (self._place + 1 - base) % self._page_size
        return True

    def read(self, *, ack: bool) -> int:
        """See `I2cDevice.read`."""
        value = self.data[self._place]
        self._place = (self._place + 1) & 0xFF
        return value

    def end(self) -> None:
        """See `end` above."""
        if self._page:
            for place, value in self._page.items():
                self.data[place] = value
            self.note("write", *[item for pair in sorted(self._page.items()) for item in pair])
            self._busy_until = self.machine.schedule.picoseconds() + 5 * MILLISECOND
            self._page = {}


class I2cRegisters(I2cDevice):
    """A device of registers behind a pointer, each some bytes wide, as a temperature sensor or a port expander."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self._width = facts.get("width", 1)
        self._values = {int(number): list(values) for number, values in facts["registers"].items()}
        self._increments = facts.get("increments", False)
        self._pointer = 0
        self._index = 0
        self._pointed = False

    def begin(self, *, read: bool) -> None:
        """See `begin` above."""
        self._pointed = False
        self._index = 0

    def write(self, value: int) -> bool:
        """See `I2cDevice.write`."""
        if not self._pointed:
            self._pointer, self._pointed = value, True
            return True
        known = self._values.setdefault(self._pointer, [0] * self._width)
        if self._index < len(known):
            known[self._index] = value
        self.note("set", self._pointer, self._index, value)
        self._advance()
        return True

    def read(self, *, ack: bool) -> int:
        """See `I2cDevice.read`."""
        known = self._values.get(self._pointer, [0xFF] * self._width)
        value = known[self._index] if self._index < len(known) else 0xFF
        self._advance()
        return value

    def _advance(self) -> None:
        self._index += 1
        if self._increments and self._index >= self._width:
            self._index, self._pointer = 0, self._pointer + 1

    def change(self, number: int, values: list[int]) -> None:
        """The device measured something new."""
        self._values[number] = values


class I2cListener(I2cDevice):
    """A device that takes what it is sent, a transaction at a time, as a display."""

    def __init__(self, machine: Machine, facts: dict[str, Any]) -> None:
        super().__init__(machine, facts)
        self._bytes: list[int] = []

    def write(self, value: int) -> bool:
        """See `I2cDevice.write`."""
        self._bytes.append(value)
        return True

    def end(self) -> None:
        """See `end` above."""
        if self._bytes:
            self.note("bytes", *self._bytes)
        self._bytes = []

    def begin(self, *, read: bool) -> None:
        """See `begin` above."""
        self.end()


DEVICES: dict[str, Any] = {
    "shift_register": ShiftRegister,
    "spi_memory": SpiMemory,
    "spi_converter": SpiConverter,
    "i2c_memory": I2cMemory,
    "i2c_registers": I2cRegisters,
    "i2c_listener": I2cListener,
}
"""Every device by the name that a stimulus gives it."""


def attach(board: Board, bus: str, facts: dict[str, Any]) -> Any:
    """Put a device on a bus."""
    device = DEVICES[facts["device"]](board.machine, facts)
    board.slaves.setdefault(bus, []).append(device)
    return device
