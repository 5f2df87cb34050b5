"""Serial ports: USART and UART, with the wire that leads out of the chip (RM0090, 30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecot.envs.embedded.chip.peripheral import Peripheral

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

PE, FE, NE, ORE, IDLE, RXNE, TC, TXE = (1 << bit for bit in range(8))
_ERRORS = PE | FE | NE | ORE
_STOP_HALVES = (2, 1, 4, 3)


class Usart(Peripheral):
    """One serial port, asynchronous."""

    peculiar = frozenset({"DR"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """Idle, with nothing to send and nothing received."""
        self.machine.schedule.cancel(getattr(self, "_sending", 0))
        self._received = 0
        self._waiting: int | None = None
        self._sending = 0
        self._ready_at = 0
        self._status_read = False
        self._listening_since = -1
        self._idle_event = 0
        self._refresh()

    def bit_cycles(self) -> int:
        """Cycles of a bit; 0 where the divider makes none (RM0090, 30.3.4)."""
        rate = self.get("BRR")
        if self.get("CR1") >> 15 & 1:
            rate = (rate >> 4) * 8 + (rate & 7)
        rcc = self.machine.peripherals["RCC"]
        divider: int = rcc.divider(self.instance.bus)  # type: ignore[attr-defined]
        return divider * rate if rate >= 8 else 0

    def _data_bits(self) -> int:
        return 9 if self.get("CR1") >> 12 & 1 else 8

    def _stop_halves(self) -> int:
        return _STOP_HALVES[self.get("CR2") >> 12 & 3]

    def _frame_cycles(self) -> int:
        return self.bit_cycles() * (2 * (1 + self._data_bits()) + self._stop_halves()) // 2

    def _on(self, bit: int) -> bool:
        return bool(self.clocked and self.get("CR1") >> 13 & 1 and self.get("CR1") >> bit & 1)

    # Registers

    def load(self, offset: int, size: int) -> int:
        """Reading SR and then DR takes errors back, so the order is kept."""
        if offset == 0 and self.clocked:
            self._status_read = True
            self._refresh()
        return super().load(offset, size)

    def read(self, name: str) -> int:
        """DR holds what was received."""
        cleared = RXNE | (_ERRORS | IDLE if self._status_read else 0)
        self.clear_bits("SR", cleared)
        self._status_read = False
        self._refresh()
        return self._received

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Send, or take over the settings."""
        if name == "DR":
            self._send(value & (0x1FF if self._data_bits() == 9 else 0xFF))
        elif name == "CR1":
            if new >> 3 & 1 and new >> 13 & 1 and not (old >> 3 & 1 and old >> 13 & 1):
                # Enabling the transmitter sends an idle frame first (RM0090, 30.3.2).
                self._ready_at = self.machine.schedule.now + self._frame_cycles()
            if new >> 2 & 1 and new >> 13 & 1:
                if self._listening_since < 0:
                    self._listening_since = self.machine.schedule.now
            else:
                self._listening_since = -1
        self._refresh()

    def _send(self, data: int) -> None:
        if not self._on(3):
            return
        if self._status_read:
            self.clear_bits("SR", TC)
        self._status_read = False
        if self._sending:
            self._waiting = data
            self.clear_bits("SR", TXE)
        else:
            self._shift(data)

    def _shift(self, data: int) -> None:
        schedule = self.machine.schedule
        bit = self.bit_cycles()
        if not bit:
            return
        self.clear_bits("SR", TC)
        start = max(schedule.now, self._ready_at)
        data = self._with_parity(data)
        if self.machine.wiring.routed(f"{self.name}_TX"):
            span = schedule.picoseconds(schedule.now + 10 * bit) - schedule.picoseconds(schedule.now)
            entry = [schedule.picoseconds(start), span / 10, data, self._data_bits(), self._stop_halves()]
            self.machine.board.frame(self.name, entry)
        else:
            self.machine.notes[f"unrouted {self.name}_TX"] = 1
        self._sending = schedule.at(start + self._frame_cycles(), self._sent)

    def _with_parity(self, data: int) -> int:
        if not self.get("CR1") >> 10 & 1:
            return data
        top = self._data_bits() - 1
        data &= (1 << top) - 1
        odd = self.get("CR1") >> 9 & 1
        return data | (data.bit_count() & 1 ^ odd) << top

    def _sent(self) -> None:
        self._sending = 0
        if self._waiting is not None:
            data, self._waiting = self._waiting, None
            self.set_bits("SR", TXE)
            self._shift(data)
        else:
            self.set_bits("SR", TC)
        self._refresh()

    # The wire

    def receive(self, bits: Sequence[int], bit_picoseconds: float, started: int) -> None:
        """A sender put a frame on the line; `bits` from the start bit on, `started` in picoseconds.

        The receiver samples at its own rate, so that a wrong rate reads what it would read.
        """
        own = self.bit_cycles()
        schedule = self.machine.schedule
        if not own or not self._on(2):
            return
        own_time = own * 10**12 / schedule.hertz
        count = self._data_bits() + 2
        ends = schedule.cycle_of(round(started + own_time * (count - 0.5)))
        places = [int((index + 0.5) * own_time / bit_picoseconds) for index in range(count)]
        sampled = [bits[place] if place < len(bits) else 1 for place in places]
        schedule.at(ends, lambda: self._arrived(sampled, started))

    def _arrived(self, sampled: Sequence[int], started: int) -> None:
        schedule = self.machine.schedule
        if not self._on(2) or schedule.picoseconds(max(0, self._listening_since)) > started:
            return
        if sampled[0]:
            self.set_bits("SR", NE)
            return
        data = sum(bit << index for index, bit in enumerate(sampled[1:-1]))
        flags = 0 if sampled[-1] else FE
        if self.get("CR1") >> 10 & 1 and (data.bit_count() & 1) != (self.get("CR1") >> 9 & 1):
            flags |= PE
        if self.get("SR") & RXNE:
            self.set_bits("SR", ORE)
        else:
            self._received = data
            self.set_bits("SR", RXNE | flags)
        schedule.cancel(self._idle_event)
        self._idle_event = schedule.at(schedule.now + self._frame_cycles(), self._fell_idle)
        self._refresh()

    def _fell_idle(self) -> None:
        self._idle_event = 0
        self.set_bits("SR", IDLE)
        self._refresh()

    def _refresh(self) -> None:
        status, control = self.get("SR"), self.get("CR1")
        # Where reading SR is the first half of taking a flag back, it has to be seen.
        self.fast[0] = bool(self.clocked and (self._status_read or not status & (TC | _ERRORS | IDLE)))
        wanted = (
            (control >> 7 & 1 and status & TXE)
            or (control >> 6 & 1 and status & TC)
            or (control >> 5 & 1 and status & (RXNE | ORE))
            or (control >> 4 & 1 and status & IDLE)
            or (control >> 8 & 1 and status & PE)
            or (self.get("CR3") & 1 and self.get("CR3") >> 6 & 1 and status & (FE | NE | ORE))
        )
        self.machine.wiring.line(self.name, self.name, high=bool(wanted and control >> 13 & 1))
        sends = bool(self.get("CR3") >> 7 & 1 and status & TXE and self._on(3))
        self.machine.wiring.dma_level(f"{self.name}_TX", high=sends)
        self.machine.wiring.dma_level(f"{self.name}_RX", high=bool(self.get("CR3") >> 6 & 1 and status & RXNE))

    def clock_switched(self) -> None:
        """Reads of SR follow the clock."""
        self._refresh()
