"""Converters between voltages and numbers: ADC and DAC (RM0090, 13, 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.device.pins import ANALOG

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

REFERENCE_VOLTS = 3.3
AWD, EOC, JEOC, JSTRT, STRT, OVR = 1, 2, 4, 8, 16, 32
_SAMPLES = (3, 15, 28, 56, 84, 112, 144, 480)
_TRIGGERS = (
    "TIM1_CC1",
    "TIM1_CC2",
    "TIM1_CC3",
    "TIM2_CC2",
    "TIM2_CC3",
    "TIM2_CC4",
    "TIM2_TRGO",
    "TIM3_CC1",
    "TIM3_TRGO",
    "TIM4_CC4",
    "TIM5_CC1",
    "TIM5_CC2",
    "TIM5_CC3",
    "TIM8_CC1",
    "TIM8_TRGO",
    "EXTI11",
)
_DAC_TRIGGERS = ("TIM6_TRGO", "TIM8_TRGO", "TIM7_TRGO", "TIM5_TRGO", "TIM2_TRGO", "TIM4_TRGO", "EXTI9", "software")
_START_UP = 3_000_000
"""Picoseconds until a converter that was switched on is stable (DS8626, 5.3.20)."""


class AdcCommon(Peripheral):
    """What the three converters share."""


class Adc(Peripheral):
    """One converter: regular sequences, single, continuous or triggered; injected sequences by software."""

    peculiar = frozenset({"DR"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """Off."""
        self.machine.schedule.cancel(getattr(self, "_event", 0))
        self._event = 0
        self._place = 0
        self._stable_at = 0
        self._held = False
        self._lines()

    def _clock(self) -> int:
        """Cycles of the converter's clock (RM0090, 13.13.16)."""
        rcc: Any = self.machine.peripherals["RCC"]
        common = self.machine.peripherals["ADC"]
        divider: int = rcc.divider("APB2") * 2 * ((common.get("CCR") >> 16 & 3) + 1)
        hertz = self.machine.schedule.hertz / divider
        if hertz > 36_000_000:
            self.machine.notes[f"overclocked {self.name}"] = round(hertz)
        return divider

    def _channel(self, place: int) -> int:
        register, index = ("SQR3", place) if place < 6 else ("SQR2", place - 6) if place < 12 else ("SQR1", place - 12)
        return self.get(register) >> 5 * index & 31

    def _length(self) -> int:
        return (self.get("SQR1") >> 20 & 15) + 1 if self.get("CR1") >> 8 & 1 else 1

    def _cycles(self, channel: int) -> int:
        register, index = ("SMPR2", channel) if channel < 10 else ("SMPR1", channel - 10)
        samples = _SAMPLES[self.get(register) >> 3 * index & 7]
        return (samples + (12, 10, 8, 6)[self.get("CR1") >> 24 & 3]) * self._clock()

    def measure(self, channel: int) -> int:
        """The code of a channel now."""
        if channel < 16:
            pin = self.machine.board.pins[ANALOG[self.name][channel]]
            volts = pin.volts if pin.volts is not None else REFERENCE_VOLTS * pin.level
        else:
            enabled = self.machine.peripherals["ADC"].get("CCR") >> 23 & 1
            volts = {16: 0.76, 17: 1.21}.get(channel, 0.0) if enabled and self.name == "ADC1" else 0.0
        bits = (12, 10, 8, 6)[self.get("CR1") >> 24 & 3]
        return max(0, min((1 << bits) - 1, int(volts / REFERENCE_VOLTS * (1 << bits))))

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Switch on, start, stop."""
        if name == "CR2":
            self.machine.wiring.converters_wait |= bool(new >> 28 & 3)
            if new & 1 and not old & 1:
                self._stable_at = self.machine.schedule.now + self.machine.schedule.cycles_in(_START_UP)
            elif not new & 1:
                self.machine.schedule.cancel(self._event)
                self._event = 0
            if value >> 30 & 1:
                self.clear_bits("CR2", 1 << 30)
                self._start()
            if value >> 22 & 1:
                self.clear_bits("CR2", 1 << 22)
                self._inject()
        if name == "SR" and old & OVR and not new & OVR:
            self._held = False
        self._lines()

    def _start(self) -> None:
        if not self.get("CR2") & 1 or self._event:
            return
        self.set_bits("SR", STRT)
        self._place = 0
        self._next(max(self.machine.schedule.now, self._stable_at))

    def _next(self, when: int) -> None:
        channel = self._channel(self._place)
        self._event = self.machine.schedule.at(when + self._cycles(channel), lambda: self._converted(channel))

    def _converted(self, channel: int) -> None:
        self._event = 0
        code = self.measure(channel)
        self._watch(channel, code)
        control = self.get("CR2")
        dma = bool(control >> 8 & 1)
        if (dma or control >> 10 & 1) and self._held and self.get("SR") & EOC:
            self.set_bits("SR", OVR)
            self._lines()
            return
        self.put("DR", code << 4 if control >> 11 & 1 else code)
        last = self._place + 1 >= self._length()
        if last or control >> 10 & 1:
            self.set_bits("SR", EOC)
        self._held = True
        if dma:
            self._held = False
            self.machine.wiring.dma_request(self.name)
        self._place = 0 if last else self._place + 1
        if not last or control >> 1 & 1:
            self._next(self.machine.schedule.now)
        self._lines()

    def _watch(self, channel: int, code: int) -> None:
        control = self.get("CR1")
        watched = control >> 23 & 1 and (not control >> 9 & 1 or control & 31 == channel)
        if watched and not self.get("LTR") <= code <= self.get("HTR"):
            self.set_bits("SR", AWD)

    def _inject(self) -> None:
        if not self.get("CR2") & 1:
            return
        count = (self.get("JSQR") >> 20 & 3) + 1 if self.get("CR1") >> 8 & 1 else 1
        # A sequence of n takes the last n places (RM0090, 13.13.12).
        channels = [self.get("JSQR") >> 5 * (4 - count + index) & 31 for index in range(count)]
        cycles = sum(self._cycles(channel) for channel in channels)
        self.set_bits("SR", JSTRT)
        self.machine.schedule.at(
            max(self.machine.schedule.now, self._stable_at) + cycles, lambda: self._injected(channels)
        )

    def _injected(self, channels: list[int]) -> None:
        for index, channel in enumerate(channels):
            code = self.measure(channel) - self.get(f"JOFR{index + 1}")
            self.put(f"JDR{index + 1}", code & 0xFFFF)
        self.set_bits("SR", JEOC)
        self._lines()

    def external_trigger(self, name: str) -> None:
        """A timer's event came."""
        control = self.get("CR2")
        if self.clocked and control >> 28 & 3 and _TRIGGERS[control >> 24 & 15] == name:
            self._start()

    def read(self, name: str) -> int:
        """DR holds the result; reading it takes EOC back."""
        self.clear_bits("SR", EOC)
        self._held = False
        self._lines()
        return self.get("DR")

    def _lines(self) -> None:
        status, control = self.get("SR"), self.get("CR1")
        wanted = (
            (status & EOC and control >> 5 & 1)
            or (status & AWD and control >> 6 & 1)
            or (status & JEOC and control >> 7 & 1)
            or (status & OVR and control >> 26 & 1)
        )
        self.machine.wiring.line("ADC", self.name, high=bool(wanted))


class Dac(Peripheral):
    """Two channels; what they put out is in the record."""

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Values go out at once, or at their trigger."""
        if name.startswith("DHR"):
            if name.endswith("D"):
                self._hold(1, name, new & 0xFFFF if name != "DHR8RD" else new & 0xFF)
                self._hold(2, name, new >> 16 if name != "DHR8RD" else new >> 8 & 0xFF)
            else:
                self._hold(int(name[-1]), name, new)
        elif name == "SWTRIGR":
            for number in (1, 2):
                if value >> (number - 1) & 1 and self._trigger_of(number) == "software":
                    self._out(number)
        elif name == "CR":
            for number in (1, 2):
                bit = 16 * (number - 1)
                if (new & ~old) >> bit & 1:
                    self._out(number)

    def _hold(self, number: int, name: str, value: int) -> None:
        code = value >> 4 if "L" in name else value << 4 if "DHR8" in name else value
        self.__dict__.setdefault("held", {})[number] = code & 0xFFF
        if not self.get("CR") >> (16 * (number - 1) + 2) & 1:
            self._out(number)

    def _trigger_of(self, number: int) -> str:
        control = self.get("CR") >> 16 * (number - 1)
        return _DAC_TRIGGERS[control >> 3 & 7] if control >> 2 & 1 else ""

    def external_trigger(self, name: str) -> None:
        """A timer's trigger output came."""
        for number in (1, 2):
            if self.clocked and self._trigger_of(number) == name:
                self._out(number)

    def _out(self, number: int) -> None:
        control = self.get("CR") >> 16 * (number - 1)
        if not control & 1:
            return
        code = self.__dict__.get("held", {}).get(number, 0)
        if code != self.get(f"DOR{number}") or "seen" not in self.__dict__:
            self.put(f"DOR{number}", code)
            self.machine.board.transfer(f"DAC{number}", [self.machine.schedule.picoseconds(), code])
        if control >> 12 & 1:
            self.machine.wiring.dma_request(f"DAC{number}")
