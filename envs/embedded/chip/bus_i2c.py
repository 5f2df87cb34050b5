"""The two-wire interface as a master, and the devices on its wires (RM0090, 27)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.chip.peripheral import Peripheral

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

SB, ADDR, BTF, STOPF, RXNE, TXE = 1, 2, 4, 1 << 4, 1 << 6, 1 << 7
BERR, ARLO, AF, OVR = 1 << 8, 1 << 9, 1 << 10, 1 << 11
MSL, BUSY, TRA = 1, 2, 4
PE, START, STOP, ACK, POS, SWRST = 1, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 15


class I2c(Peripheral):
    """One I2C in master mode, 7-bit addresses."""

    peculiar = frozenset({"DR", "SR1", "SR2"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """The bus is free."""
        self.machine.schedule.cancel(getattr(self, "_event", 0))
        self._event = 0
        self._seen = 0
        self._device: Any = None
        self._shifting: int | None = None
        self._holding: int | None = None
        self._received: list[int] = []
        self._next_ack = True
        self._stopped_receiving = False
        self._refresh()

    def bit_cycles(self) -> int:
        """Cycles of a bit (RM0090, 27.6.8)."""
        rcc: Any = self.machine.peripherals["RCC"]
        value, fast, duty = self.get("CCR") & 0xFFF, self.get("CCR") >> 15, self.get("CCR") >> 14 & 1
        return rcc.divider(self.instance.bus) * value * ((25 if duty else 3) if fast else 2)  # type: ignore[no-any-return]

    def _routed(self) -> bool:
        wiring = self.machine.wiring
        return wiring.routed(f"{self.name}_SCL") and wiring.routed(f"{self.name}_SDA")

    def _note(self, what: str, value: int = 0, ack: int = 0) -> None:
        schedule = self.machine.schedule
        bit = self.bit_cycles()
        rate = round(schedule.hertz / bit) if bit else 0
        self.machine.board.transfer(self.name, [schedule.picoseconds(), what, value, ack, rate])

    def _after(self, bits: int, action: Any) -> None:
        self.machine.schedule.cancel(self._event)
        self._event = self.machine.schedule.at(self.machine.schedule.now + max(1, bits * self.bit_cycles()), action)

    # Registers

    def read(self, name: str) -> int:
        """Reading the status in its order, or the data, takes flags back."""
        value = self.get(name)
        if name == "SR1":
            self._seen = value
        elif name == "SR2":
            if self._seen & ADDR and self.get("SR1") & ADDR:
                self.clear_bits("SR1", ADDR)
                self._addressed()
            self._seen = 0
        elif name == "DR":
            value = self._take()
        self._refresh()
        return value

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Conditions, addresses and data."""
        if name == "CR1":
            if new & SWRST:
                self._reset_words()
                self.put("CR1", SWRST)
                self.restarted()
                return
            if not new & PE:
                self.put("CR1", new & ~(START | STOP))
                self.put("SR1", 0)
                self.put("SR2", 0)
                self.restarted()
                return
            if new & START and not self._event_pending():
                self._start()
            if new & STOP and not old & STOP:
                self._wants_stop()
        elif name == "DR":
            self._write(value & 0xFF)
        self._refresh()

    def _event_pending(self) -> bool:
        """Whether a byte is on its way, after whose end a start condition would come."""
        return bool(self._event) and self._shifting is not None

    def _start(self) -> None:
        if not self._routed():
            self.machine.notes[f"unrouted {self.name}_SCL"] = 1
            return
        if not self.bit_cycles():
            return
        self._device = None
        self._after(1, self._started)

    def _started(self) -> None:
        self._event = 0
        self.clear_bits("CR1", START)
        self._note("start")
        self._stopped_receiving = False
        self._received.clear()
        self.clear_bits("SR1", TXE | BTF | RXNE)
        self.set_bits("SR1", SB)
        self.put("SR2", MSL | BUSY)
        self._refresh()

    def _write(self, data: int) -> None:
        if self.get("SR1") & SB:
            if self._seen & SB:
                self.clear_bits("SR1", SB)
                self._seen = 0
                self._after(9, lambda: self._address_sent(data))
            return
        if not self.get("SR2") & TRA or not self.get("SR2") & MSL:
            return
        self.clear_bits("SR1", BTF)
        if self._shifting is None:
            self._shift(data)
        else:
            self._holding = data
            self.clear_bits("SR1", TXE)

    def _address_sent(self, data: int) -> None:
        self._event = 0
        device = self.machine.board.slaves.get(self.name, [])
        found = next((item for item in device if item.address == data >> 1 and item.is_ready()), None)
        self._note("address", data, 1 if found else 0)
        if found is None:
            self.set_bits("SR1", AF)
            self._refresh()
            return
        self._device = found
        found.begin(read=bool(data & 1))
        self.put("SR2", MSL | BUSY | (0 if data & 1 else TRA))
        self._next_ack = bool(self.get("CR1") & ACK)
        self.set_bits("SR1", ADDR)
        self._refresh()

    def _addressed(self) -> None:
        """ADDR was taken back: data follows."""
        if self.get("SR2") & TRA:
            self.set_bits("SR1", TXE)
            if self.get("CR1") & STOP:
                self._stop()
        else:
            self._after(9, self._byte_received)
            self._shifting = 0

    # Sending

    def _shift(self, data: int) -> None:
        self._shifting = data
        self.set_bits("SR1", TXE)
        self._after(9, self._byte_sent)

    def _byte_sent(self) -> None:
        self._event = 0
        data, self._shifting = self._shifting or 0, None
        ack = self._device.write(data) if self._device else False
        self._note("write", data, int(ack))
        if not ack:
            self.set_bits("SR1", AF)
        if self.get("CR1") & STOP:
            self._stop()
        elif self.get("CR1") & START:
            self._start()
        elif self._holding is not None and ack:
            data, self._holding = self._holding, None
            self._shift(data)
        elif ack:
            self.set_bits("SR1", TXE | BTF)
        self._refresh()

    # Receiving

    def _byte_received(self) -> None:
        self._event = 0
        self._shifting = None
        ack = self._next_ack if self.get("CR1") & POS else bool(self.get("CR1") & ACK)
        self._next_ack = bool(self.get("CR1") & ACK)
        data = self._device.read(ack=ack) if self._device else 0xFF
        self._note("read", data, int(ack))
        self._received.append(data)
        self.set_bits("SR1", RXNE)
        if not ack:
            self._stopped_receiving = True
        if len(self._received) > 1:
            self.set_bits("SR1", BTF)
        if self.get("CR1") & STOP:
            self._stop()
        elif self.get("CR1") & START and self._stopped_receiving:
            self._start()
        elif len(self._received) < 2 and not self._stopped_receiving:
            self._shifting = 0
            self._after(9, self._byte_received)
        self._refresh()

    def _take(self) -> int:
        if not self._received:
            return self.get("DR")
        value = self._received.pop(0)
        full = bool(self.get("SR1") & BTF)
        self.clear_bits("SR1", BTF)
        if not self._received:
            self.clear_bits("SR1", RXNE)
        if full and not self._stopped_receiving and not self._event and self.get("SR2") & MSL:
            self._shifting = 0
            self._after(9, self._byte_received)
        self.put("DR", value)
        return value

    def _wants_stop(self) -> None:
        if not self.get("SR2") & MSL:
            self.clear_bits("CR1", STOP)
        elif self._shifting is None and not self.get("SR1") & (SB | ADDR):
            self._stop()

    def _stop(self) -> None:
        self.clear_bits("CR1", STOP)
        self.clear_bits("SR1", TXE | BTF if self.get("SR2") & TRA else 0)
        self.put("SR2", 0)
        self._note("stop")
        if self._device:
            self._device.end()
        self._device = None
        self._holding = None

    def _refresh(self) -> None:
        status, control = self.get("SR1"), self.get("CR2")
        # Reading SR1 again changes nothing as long as it is what was read last.
        self.fast[self.places["SR1"]] = bool(self.clocked and self._seen == status)
        events = status & (SB | ADDR | BTF | STOPF) or (control >> 10 & 1 and status & (TXE | RXNE))
        self.machine.wiring.line(f"{self.name}_EV", self.name, high=bool(control >> 9 & 1 and events))
        self.machine.wiring.line(
            f"{self.name}_ER", self.name, high=bool(control >> 8 & 1 and status & (AF | BERR | ARLO | OVR))
        )
        moves = control >> 11 & 1 and not status & (SB | ADDR)
        self.machine.wiring.dma_level(f"{self.name}_TX", high=bool(moves and status & TXE and self.get("SR2") & TRA))
        self.machine.wiring.dma_level(f"{self.name}_RX", high=bool(moves and status & RXNE))
