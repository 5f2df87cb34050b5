"""The synchronous serial interface as a master, and the devices on its wires (RM0090, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.chip.peripheral import Peripheral

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

RXNE, TXE, MODF, OVR, BSY = 1, 2, 1 << 5, 1 << 6, 1 << 7


class Spi(Peripheral):
    """One SPI, full duplex; a slave waits for ever, as no other master is on the board."""

    peculiar = frozenset({"DR"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """Nothing under way."""
        self.machine.schedule.cancel(getattr(self, "_event", 0))
        self._event = 0
        self._waiting: int | None = None
        self._received = 0
        self._status_read = False
        self._refresh()

    def _frame_cycles(self) -> int:
        rcc: Any = self.machine.peripherals["RCC"]
        return rcc.divider(self.instance.bus) * (2 << (self.get("CR1") >> 3 & 7)) * self._bits()  # type: ignore[no-any-return]

    def _bits(self) -> int:
        return 16 if self.get("CR1") >> 11 & 1 else 8

    def load(self, offset: int, size: int) -> int:
        """Reading SR is the second half of taking an overrun back."""
        if offset == 8 and self.clocked:
            value = super().load(offset, size)
            if self._status_read:
                self.clear_bits("SR", OVR)
                self._status_read = False
                self._refresh()
            return value
        return super().load(offset, size)

    def read(self, name: str) -> int:
        """DR holds what came in."""
        self._status_read = bool(self.get("SR") & OVR)
        self.clear_bits("SR", RXNE)
        self._refresh()
        return self._received

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Send, or take over the settings."""
        if name == "DR":
            self._send(value & (0xFFFF if self._bits() == 16 else 0xFF))
        elif name == "CR1":
            if new & 4 and not new >> 9 & 1 and not self.get("CR2") & 4 and new >> 6 & 1:
                self._mode_fault()  # NSS as an input: no pin holds it high
            elif new & 4 and new >> 9 & 1 and not new >> 8 & 1 and new >> 6 & 1:
                self._mode_fault()
        self._refresh()

    def _mode_fault(self) -> None:
        self.set_bits("SR", MODF)
        self.clear_bits("CR1", 1 << 6 | 4)
        self.machine.notes[f"modf {self.name}"] = 1

    def _send(self, data: int) -> None:
        control = self.get("CR1")
        if not (control >> 6 & 1 and control & 4):
            return
        if self._event:
            self._waiting = data
            self.clear_bits("SR", TXE)
        else:
            self._shift(data)

    def _shift(self, data: int) -> None:
        self.set_bits("SR", BSY | TXE)
        started = self.machine.schedule.now
        self._event = self.machine.schedule.at(started + self._frame_cycles(), lambda: self._done(data, started))

    def _done(self, data: int, started: int) -> None:
        self._event = 0
        received = self._exchange(data, started)
        if self.get("SR") & RXNE:
            self.set_bits("SR", OVR)
        else:
            self._received = received
            self.set_bits("SR", RXNE)
        if self._waiting is not None:
            data, self._waiting = self._waiting, None
            self._shift(data)
        else:
            self.clear_bits("SR", BSY)
        self._refresh()

    def _exchange(self, data: int, started: int) -> int:
        """What comes back over the wires, while a word goes out."""
        wiring, board, bits = self.machine.wiring, self.machine.board, self._bits()
        mode, lowest_first = self.get("CR1") & 3, self.get("CR1") >> 7 & 1
        schedule = self.machine.schedule
        rate = round(bits * schedule.hertz / self._frame_cycles())
        clocks, leads = wiring.pins_of(f"{self.name}_SCK"), wiring.pins_of(f"{self.name}_MOSI")
        if not clocks:
            self.machine.notes[f"unrouted {self.name}_SCK"] = 1
            return 0
        outgoing = _reversed(data, bits) if lowest_first else data
        answer, selected = None, []
        for device in board.slaves.get(self.name, []):
            if clocks[0] == device.clock_pin and device.is_selected():
                selected.append(device.name)
                heard = outgoing if leads and leads[0] == device.data_pin else 0
                answer = device.exchange(heard, bits, mode=mode, hertz=rate)
        back = wiring.routed(f"{self.name}_MISO")
        result = answer if answer is not None and back else (1 << bits) - 1
        entry = [schedule.picoseconds(started), data, result, bits, rate, mode, "+".join(selected)]
        board.transfer(self.name, entry)
        return _reversed(result, bits) if lowest_first else result

    def _refresh(self) -> None:
        status, control = self.get("SR"), self.get("CR2")
        self.fast[2] = bool(self.clocked and not self._status_read)
        wanted = (
            (control >> 7 & 1 and status & TXE)
            or (control >> 6 & 1 and status & RXNE)
            or (control >> 5 & 1 and status & (OVR | MODF))
        )
        self.machine.wiring.line(self.name, self.name, high=bool(wanted))
        on = bool(self.get("CR1") >> 6 & 1)
        self.machine.wiring.dma_level(f"{self.name}_TX", high=bool(on and control >> 1 & 1 and status & TXE))
        self.machine.wiring.dma_level(f"{self.name}_RX", high=bool(control & 1 and status & RXNE))


def _reversed(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2)
