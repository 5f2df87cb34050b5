"""Puts the peripherals into a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecot.envs.embedded.chip.analog import Adc, AdcCommon, Dac
from ecot.envs.embedded.chip.bus_i2c import I2c
from ecot.envs.embedded.chip.bus_spi import Spi
from ecot.envs.embedded.chip.clock import Flash, Power, Rcc
from ecot.envs.embedded.chip.dma import Dma, DmaStream
from ecot.envs.embedded.chip.machine import Machine
from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.chip.ports import Exti, Port, Syscfg
from ecot.envs.embedded.chip.serial import Usart
from ecot.envs.embedded.chip.small import Crc, Rng
from ecot.envs.embedded.chip.timer import Timer
from ecot.envs.embedded.chip.watchdogs import IndependentWatchdog, WindowWatchdog

KINDS = {
    "RCC": Rcc,
    "FLASH": Flash,
    "PWR": Power,
    "GPIO": Port,
    "SYSCFG": Syscfg,
    "EXTI": Exti,
    "USART": Usart,
    "TIM": Timer,
    "SPI": Spi,
    "I2C": I2c,
    "ADC": Adc,
    "ADC_Common": AdcCommon,
    "DAC": Dac,
    "DMA": Dma,
    "DMA_Stream": DmaStream,
    "IWDG": IndependentWatchdog,
    "WWDG": WindowWatchdog,
    "CRC": Crc,
    "RNG": Rng,
    "DBGMCU": Peripheral,
}
"""The class of every layout of registers."""


def build(library: str, segments: Sequence[tuple[int, bytes]], *, budget: int = 10**9, hse: int = 8_000_000) -> Machine:
    """Return a chip with all its peripherals, ready to start.

    Args:
        library: path of `counter.c`, compiled.
        segments: address and bytes of the program.
        budget: of work.
        hse: frequency of the crystal; 0 for none.
    """
    machine = Machine(library, segments, budget=budget)
    machine.add(KINDS)
    rcc: Any = machine.peripherals["RCC"]
    rcc.hse = hse
    machine.wiring.connect()
    rcc.restarted()
    return machine
