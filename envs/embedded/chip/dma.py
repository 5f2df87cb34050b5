"""The two DMA controllers: streams, channels, flags (RM0090, 10)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from unicorn import UcError

from ecot.envs.embedded.chip.peripheral import Peripheral

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

_CHANNELS = {
    "DMA1": (
        "SPI3_RX - SPI3_RX SPI2_RX SPI2_TX SPI3_TX - SPI3_TX",
        "I2C1_RX - TIM7_UP - TIM7_UP I2C1_RX I2C1_TX I2C1_TX",
        "TIM4_CH1 - - TIM4_CH2 - - TIM4_UP TIM4_CH3",
        "- TIM2_UP/TIM2_CH3 I2C3_RX - I2C3_TX TIM2_CH1 TIM2_CH2/TIM2_CH4 TIM2_UP/TIM2_CH4",
        "UART5_RX USART3_RX UART4_RX USART3_TX UART4_TX USART2_RX USART2_TX UART5_TX",
        "- - TIM3_CH4/TIM3_UP - TIM3_CH1 TIM3_CH2 - TIM3_CH3",
        "TIM5_CH3/TIM5_UP TIM5_CH4 TIM5_CH1 TIM5_CH4 TIM5_CH2 - TIM5_UP -",
        "- TIM6_UP I2C2_RX I2C2_RX USART3_TX DAC1 DAC2 I2C2_TX",
    ),
    "DMA2": (
        "ADC1 - TIM8_CH1/TIM8_CH2/TIM8_CH3 - ADC1 - TIM1_CH1/TIM1_CH2/TIM1_CH3 -",
        "- - ADC2 ADC2 - - - -",
        "ADC3 ADC3 - - - - - -",
        "SPI1_RX - SPI1_RX SPI1_TX - SPI1_TX - -",
        "- - USART1_RX - - USART1_RX - USART1_TX",
        "- USART6_RX USART6_RX - - - USART6_TX USART6_TX",
        "- TIM1_CH1 TIM1_CH2 TIM1_CH1 TIM1_CH4 TIM1_UP TIM1_CH3 -",
        "- TIM8_UP TIM8_CH1 TIM8_CH2 TIM8_CH3 - - TIM8_CH4",
    ),
}
"""Requests by channel and stream (RM0090, tables 42 and 43)."""
_SHIFTS = (0, 6, 16, 22)
_FIFO, _DIRECT, _ERROR, _HALF, _DONE = 1, 4, 8, 16, 32
_UNREACHABLE = range(0x10000000, 0x10010000)
_DELAY = 8
"""Cycles from a request to its transfer."""


class DmaStream(Peripheral):
    """The registers of one stream; what they do is the controller's business."""

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Enabling starts; what may not change while enabled does not."""
        controller: Any = self.machine.peripherals[self.name.partition("_")[0]]
        number = int(self.name[-1])
        if name == "CR":
            if old & 1 and new & 1:
                # Only the interrupt enables may change while the stream runs (RM0090, 10.5.5).
                self.put("CR", old & ~0x1E | new & 0x1E)
            controller.switched(number, was_on=bool(old & 1))
        elif name in ("NDTR", "PAR") and self.get("CR") & 1:
            self.put(name, old)


class Dma(Peripheral):
    """One controller with its eight streams."""

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.restarted()

    def restarted(self) -> None:
        """All streams are off."""
        self._total = [0] * 8
        self._left: list[bytearray] = [bytearray() for _ in range(8)]
        self._busy = [False] * 8

    def _stream(self, number: int) -> Peripheral:
        return self.machine.peripherals[f"{self.name}_Stream{number}"]

    def _requests(self, number: int) -> tuple[str, ...]:
        channel = self._stream(number).get("CR") >> 25 & 7
        words = _CHANNELS[self.name][channel].split()[number]
        return () if words == "-" else tuple(words.split("/"))

    def switched(self, number: int, *, was_on: bool) -> None:
        """A stream's control register was written."""
        stream = self._stream(number)
        control = stream.get("CR")
        if control & 1 and not was_on:
            if not stream.get("NDTR"):
                stream.clear_bits("CR", 1)
                return
            self._total[number] = stream.get("NDTR")
            self._left[number] = bytearray()
            self._place = getattr(self, "_place", {})
            self._place[number] = [0, 0]
            if control >> 6 & 3 == 2:
                self._copy(number)
            else:
                for name in self._requests(number):
                    if name in self.machine.wiring.requests:
                        self._soon(number, name)
        elif not control & 1 and was_on:
            self._flag(number, _DONE)
        self._lines(number)

    def serve(self, name: str, *, single: bool) -> None:
        """A peripheral asks."""
        for number in range(8):
            if self._stream(number).get("CR") & 1 and name in self._requests(number):
                if single:
                    self.machine.schedule.at(self.machine.schedule.now + _DELAY, partial(self._move, number))
                else:
                    self._soon(number, name)

    def _soon(self, number: int, name: str) -> None:
        if not self._busy[number]:
            self._busy[number] = True
            self.machine.schedule.at(self.machine.schedule.now + _DELAY, lambda: self._again(number, name))

    def _again(self, number: int, name: str) -> None:
        self._busy[number] = False
        if name in self.machine.wiring.requests and self._stream(number).get("CR") & 1:
            self._move(number)
            if name in self.machine.wiring.requests and self._stream(number).get("CR") & 1:
                self._soon(number, name)

    def _copy(self, number: int) -> None:
        """Memory to memory, which only the second controller can: as fast as the bus, so at once."""
        if self.name == "DMA1":
            self._fail(number)
            return
        items = self._total[number]
        self.machine.schedule.at(self.machine.schedule.now + 4 * items, lambda: self._copied(number))

    def _copied(self, number: int) -> None:
        while self._stream(number).get("CR") & 1 and self._stream(number).get("NDTR"):
            self._move(number)

    def _move(self, number: int) -> None:
        """Move one item between the peripheral port and memory."""
        stream = self._stream(number)
        control, left = stream.get("CR"), stream.get("NDTR")
        if not control & 1 or not left:
            return
        width = 1 << (control >> 11 & 3)
        memory_width = 1 << (control >> 13 & 3) if stream.get("FCR") & 4 else width
        outside, inside = self._place[number]
        port = stream.get("PAR") + outside
        memory = stream.get("M1AR" if control >> 18 & 1 and control >> 19 & 1 else "M0AR") + inside
        try:
            if control >> 6 & 3 == 1:
                if len(self._left[number]) < width:
                    self._left[number] += self._load(memory, memory_width)
                    self._place[number][1] += memory_width if control >> 10 & 1 else 0
                data, self._left[number] = self._left[number][:width], self._left[number][width:]
                self._store(port, bytes(data))
            else:
                self._left[number] += self._load(port, width)
                while len(self._left[number]) >= memory_width:
                    data, self._left[number] = self._left[number][:memory_width], self._left[number][memory_width:]
                    self._store(
                        stream.get("M1AR" if control >> 18 & 1 and control >> 19 & 1 else "M0AR")
                        + self._place[number][1],
                        bytes(data),
                    )
                    self._place[number][1] += memory_width if control >> 10 & 1 else 0
        except (UcError, ValueError):
            self._fail(number)
            return
        self._place[number][0] += width if control >> 9 & 1 else 0
        stream.put("NDTR", left - 1)
        self._progress(number, left - 1)

    def _progress(self, number: int, left: int) -> None:
        stream = self._stream(number)
        total = self._total[number]
        if left == total - (total + 1) // 2 and total > 1:
            self._flag(number, _HALF)
        if not left:
            self._flag(number, _DONE)
            control = stream.get("CR")
            if control >> 8 & 1 or control >> 18 & 1:
                stream.put("NDTR", total)
                self._place[number] = [0, 0]
                if control >> 18 & 1:
                    stream.put("CR", control ^ 1 << 19)
            else:
                stream.clear_bits("CR", 1)
        self._lines(number)
        self.machine.look()

    def _load(self, address: int, size: int) -> bytes:
        if address in _UNREACHABLE:
            raise ValueError("the memory of the processor alone")
        if address >= 0x40000000:
            return self.machine.load(address, size).to_bytes(4, "little")[:size]
        return bytes(self.machine.engine.mem_read(address, size))

    def _store(self, address: int, data: bytes) -> None:
        if address in _UNREACHABLE or address < 0x20000000:
            raise ValueError("not writable by DMA")
        if address >= 0x40000000:
            self.machine.store(address, len(data), int.from_bytes(data, "little"))
        else:
            self.machine.engine.mem_write(address, data)

    def _fail(self, number: int) -> None:
        self._stream(number).clear_bits("CR", 1)
        self._flag(number, _ERROR)
        self._lines(number)

    def _flag(self, number: int, flag: int) -> None:
        self.set_bits("HISR" if number > 3 else "LISR", flag << _SHIFTS[number % 4])

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Flags are cleared through the clear registers."""
        if name in ("LIFCR", "HIFCR"):
            self.clear_bits(name.replace("FCR", "SR"), value)
            for number in range(8):
                self._lines(number)

    def _lines(self, number: int) -> None:
        flags = self.get("HISR" if number > 3 else "LISR") >> _SHIFTS[number % 4]
        control = self._stream(number).get("CR")
        wanted = (flags & _DONE and control & 16) or (flags & _HALF and control & 8) or (flags & _ERROR and control & 4)
        name = f"{self.name}_Stream{number}"
        self.machine.wiring.line(name, name, high=bool(wanted))
