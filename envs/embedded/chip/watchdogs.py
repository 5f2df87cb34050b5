"""Both watchdogs (RM0090, 21, 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.chip.clock import LSI
from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.chip.schedule import PICOSECONDS

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance


class IndependentWatchdog(Peripheral):
    """Runs on the internal slow oscillator, and never stops once it runs."""

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """At rest, its registers locked."""
        self._open = False
        self._on = False
        self._round = getattr(self, "_round", 0) + 1

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Keys open, start and refresh; the registers answer to the open key only."""
        if name == "KR":
            key = value & 0xFFFF
            self._open = key == 0x5555
            if key == 0xCCCC and not self._on:
                self._on = True
                self._refresh()
            elif key == 0xAAAA and self._on:
                self._refresh()
        elif name in ("PR", "RLR") and not self._open:
            self.put(name, old)

    def span(self) -> int:
        """Picoseconds until it barks (RM0090, 21.3.4)."""
        return (self.get("RLR") + 1) * (4 << min(6, self.get("PR"))) * PICOSECONDS // LSI

    def _refresh(self) -> None:
        self._round += 1
        mine = self._round
        self.machine.schedule.after_time(self.span(), lambda: self._bark(mine))

    def _bark(self, number: int) -> None:
        if self._on and number == self._round:
            self.machine.request_reset("iwdg")


class WindowWatchdog(Peripheral):
    """Runs on the bus clock; a refresh must come within its window."""

    peculiar = frozenset({"CR"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """At rest."""
        self.machine.schedule.cancel(getattr(self, "_event", 0))
        self._event = 0
        self._since = 0
        self._from = 0x7F
        self.machine.wiring.line("WWDG", "WWDG", high=False)

    def _step(self) -> int:
        rcc: Any = self.machine.peripherals["RCC"]
        return 4096 * (1 << (self.get("CFR") >> 7 & 3)) * rcc.divider("APB1")  # type: ignore[no-any-return]

    def _counter(self) -> int:
        if not self.get("CR") & 0x80:
            return self.get("CR") & 0x7F
        return max(0, self._from - (self.machine.schedule.now - self._since) // self._step())

    def read(self, name: str) -> int:
        """The counter now."""
        return self.get("CR") & 0x80 | self._counter()

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """A refresh outside of the window resets."""
        if name == "CR":
            if old & 0x80 and self._from_before() > self.get("CFR") & 0x7F:
                self.machine.request_reset("wwdg")
                return
            self._from, self._since = value & 0x7F, self.machine.schedule.now
            if new & 0x80:
                self._plan()
        elif name == "SR" and not new & 1:
            self.machine.wiring.line("WWDG", "WWDG", high=False)

    def _from_before(self) -> int:
        return max(0, self._from - (self.machine.schedule.now - self._since) // self._step())

    def _plan(self) -> None:
        schedule = self.machine.schedule
        schedule.cancel(self._event)
        if not self._from & 0x40:
            self.machine.request_reset("wwdg")
            return
        self._event = schedule.at(self._since + (self._from - 0x40) * self._step(), self._early)

    def _early(self) -> None:
        self.set_bits("SR", 1)
        if self.get("CFR") & 1 << 9:
            self.machine.wiring.line("WWDG", "WWDG", high=True)
        self._event = self.machine.schedule.at(self.machine.schedule.now + self._step(), self._bark)

    def _bark(self) -> None:
        self._event = 0
        self.machine.request_reset("wwdg")
