"""Reset and clock control, flash interface, power controller: what programs set up first (RM0090, 3, 5, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.device.tables import instances

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

HSI = 16_000_000
LSI, LSE = 32_000, 32_768
MICROSECOND = 10**6
_READY: Mapping[str, tuple[str, int, int, int]] = {
    "HSI": ("CR", 0, 1, 2 * MICROSECOND),
    "HSE": ("CR", 16, 17, 500 * MICROSECOND),
    "PLL": ("CR", 24, 25, 200 * MICROSECOND),
    "PLLI2S": ("CR", 26, 27, 200 * MICROSECOND),
    "LSE": ("BDCR", 0, 1, 2000 * MICROSECOND),
    "LSI": ("CSR", 0, 1, 30 * MICROSECOND),
}
"""Register, enable bit, ready bit, and how long a source takes (DS8626, 5.3.8 to 5.3.11; usual values of crystals)."""
_RESET_FLAGS = {"pin": 26, "power": 27, "software": 28, "iwdg": 29, "wwdg": 30}
_MAXIMUM = {"SYSCLK": 168_000_000, "PCLK1": 42_000_000, "PCLK2": 84_000_000}


class Rcc(Peripheral):
    """Clock tree and clock gates.

    Attributes:
        hse: frequency of the crystal; 0 where the board has none.
        violations: what the clock set-up breaks, each once.
    """

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.hse = 8_000_000
        self.violations: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._cause_flags = 1 << 26 | 1 << 27 | 1 << 25
        self.set_bits("CSR", self._cause_flags)
        self.listeners: list[Peripheral] = []
        self.hclk = HSI

    def note_cause(self, cause: str) -> None:
        """A reset happened: its flag joins those that were not removed."""
        self._cause_flags |= 1 << _RESET_FLAGS[cause] | 1 << 26
        self.put("CSR", self.get("CSR") & 0xFFFFFF | self._cause_flags)

    def restarted(self) -> None:
        """All clocks are as after power-on, but the backup domain keeps its own."""
        for number in self._waiting.values():
            self.machine.schedule.cancel(number)
        self._waiting.clear()
        self._apply_clock()
        self._apply_gates()

    # Frequencies

    def sysclk(self) -> int:
        """Hertz of the system clock."""
        chosen = self.get("CFGR") >> 2 & 3
        return {0: HSI, 1: self.hse, 2: self.pll()}.get(chosen, HSI) or HSI

    def pll(self) -> int:
        """Hertz of the main PLL's output, 0 where its factors make none."""
        factors = self.get("PLLCFGR")
        source = self.hse if factors >> 22 & 1 else HSI
        divide, multiply, post = factors & 63, factors >> 6 & 511, 2 * (factors >> 16 & 3) + 2
        if not source or divide < 2 or not 50 <= multiply <= 432:
            return 0
        return source * multiply // divide // post

    def ahb_divider(self) -> int:
        """From the system clock to the processor's."""
        value = self.get("CFGR") >> 4 & 15
        return 1 if value < 8 else (2, 4, 8, 16, 64, 128, 256, 512)[value - 8]

    def divider(self, bus: str) -> int:
        """From the processor's clock to a bus's."""
        if bus.startswith("AHB"):
            return 1
        value = self.get("CFGR") >> (10 if bus == "APB1" else 13) & 7
        return 1 if value < 4 else 2 << (value - 4)

    def timer_divider(self, bus: str) -> int:
        """From the processor's clock to that of a bus's timers: twice the bus's where that is divided (RM0090, 7.2)."""
        divider = self.divider(bus)
        return divider if divider == 1 else divider // 2

    # Registers

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Start sources, switch clocks, open gates."""
        if name in ("CR", "BDCR", "CSR"):
            self._start_sources(name, old, new)
            if name == "CSR" and value >> 24 & 1:
                self._cause_flags = 0
                self.put("CSR", new & 0x3)
        elif name == "CFGR":
            self._switch(new)
        elif name == "CIR":
            ready = new & 0x3F & ~(value >> 16 & 0x3F)
            self.put("CIR", new & 0x3F00 | ready)
        elif name.endswith("RSTR"):
            self._apply_resets(name.removesuffix("RSTR"), old, new)
        elif name.endswith("ENR") and "LP" not in name:
            self._apply_gates()
        if name == "PLLCFGR" and self.get("CR") >> 24 & 1 and old != new:
            self._violate("PLLCFGR was written while the PLL was on: the write has no effect")
            self.put("PLLCFGR", old)

    def _start_sources(self, register: str, old: int, new: int) -> None:
        for source, (where, enable, ready, delay) in _READY.items():
            if where != register or (old ^ new) >> enable & 1 == 0:
                continue
            self.machine.schedule.cancel(self._waiting.pop(source, 0))
            if not new >> enable & 1:
                if self._drives(source):
                    self.set_bits(where, 1 << enable)
                else:
                    self.clear_bits(where, 1 << ready)
            elif source == "PLL" and not self.get("CR") >> (17 if self.get("PLLCFGR") >> 22 & 1 else 1) & 1:
                self._violate("the PLL was switched on before its source was ready")
            elif source != "HSE" or self.hse:
                cycles = self.machine.schedule.cycles_in(delay)
                self._waiting[source] = self.machine.schedule.at(
                    self.machine.schedule.now + cycles,
                    lambda where=where, ready=ready: self._ready(where, ready),  # type: ignore[misc]
                )

    def _ready(self, where: str, ready: int) -> None:
        self.set_bits(where, 1 << ready)

    def _drives(self, source: str) -> bool:
        """Whether the system clock comes from a source, so that it cannot be switched off."""
        status = self.get("CFGR") >> 2 & 3
        through = {0: "HSI", 1: "HSE", 2: "PLL"}[min(status, 2)]
        if through == "PLL":
            return source in ("PLL", "HSE" if self.get("PLLCFGR") >> 22 & 1 else "HSI")
        return source == through

    def _switch(self, value: int) -> None:
        wanted = value & 3
        register, _, ready, _ = _READY[{0: "HSI", 1: "HSE"}.get(wanted, "PLL")]
        if wanted < 3 and self.get(register) >> ready & 1 and (wanted != 2 or self.pll()):
            value = value & ~0xC | wanted << 2
        elif wanted < 3:
            self._violate(f"SW selects {('HSI', 'HSE', 'PLL')[wanted]}, which is not ready: the switch does not happen")
        self.put("CFGR", value)
        self._apply_clock()

    def _apply_clock(self) -> None:
        hertz = self.sysclk() // self.ahb_divider()
        if hertz != self.hclk:
            self.hclk = hertz
        self.machine.schedule.change_clock(hertz)
        self.check()
        for made in self.listeners:
            made.clock_switched()

    def check(self) -> None:
        """Note what the clocks break: maxima (DS8626, 5.3.1), wait states (RM0090, table 10), PLL input and VCO."""
        system = self.sysclk()
        speeds = {
            "SYSCLK": system,
            "PCLK1": self.hclk // self.divider("APB1"),
            "PCLK2": self.hclk // self.divider("APB2"),
        }
        for bus, hertz in speeds.items():
            if hertz > _MAXIMUM[bus]:
                self._violate(f"{bus} runs at {hertz} Hz, above its maximum of {_MAXIMUM[bus]} Hz")
        flash = self.machine.peripherals.get("FLASH")
        states = flash.get("ACR") & 7 if flash else 7
        needed = max(0, -(-self.hclk // 30_000_000) - 1)
        if states < needed:
            self._violate(f"the flash needs {needed} wait states at {self.hclk} Hz (2.7 V to 3.6 V) and has {states}")
        if self.get("CFGR") >> 2 & 3 == 2:
            factors = self.get("PLLCFGR")
            source = self.hse if factors >> 22 & 1 else HSI
            reference = source / max(1, factors & 63)
            if not 950_000 <= reference <= 2_100_000:
                self._violate(f"the PLL's input is {reference:.0f} Hz; it must lie between 0.95 MHz and 2.1 MHz")
            oscillator = reference * (factors >> 6 & 511)
            if not 100_000_000 <= oscillator <= 432_000_000:
                self._violate(
                    f"the PLL's oscillator runs at {oscillator:.0f} Hz; it must lie between 100 MHz and 432 MHz"
                )

    def _violate(self, words: str) -> None:
        self.violations.setdefault(words, self.machine.schedule.picoseconds())

    def _apply_gates(self) -> None:
        for name, made in self.machine.peripherals.items():
            enable = instances()[name].enable
            if enable:
                register = f"{made.instance.bus}ENR"
                made.switch_clock(on=bool(self.get(register) & _bit(register, enable)))

    def _apply_resets(self, bus: str, old: int, new: int) -> None:
        for made in self.machine.peripherals.values():
            name = "ADC" if made.instance.block.name == "ADC" else made.name
            mask = _bit(f"{bus}RSTR", f"{name}RST")
            if made.instance.bus == bus and mask and new & mask and not old & mask:
                made.reset()


def _bit(register: str, name: str) -> int:
    return next((item.mask for item in instances()["RCC"].block[register].fields if item.name == name), 0)


class Flash(Peripheral):
    """Wait states; programming the flash stays locked."""

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Wait states are checked against the clock."""
        if name == "ACR":
            rcc = self.machine.peripherals["RCC"]
            rcc.check()  # type: ignore[attr-defined]
            # Without the instruction cache every branch waits for the flash (RM0090, 3.5.2).
            self.machine.counter.state.refill = 1 + (0 if new >> 9 & 1 else new & 7)


class Power(Peripheral):
    """The regulator answers at once."""

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """The voltage scale is ready after it was chosen."""
        if name == "CR":
            self.set_bits("CSR", 1 << 14)
            if value & 1 << 3:
                self.clear_bits("CSR", 2)
