"""Puts the peripherals into a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecot.envs.embedded.chip.clock import Flash, Power, Rcc
from ecot.envs.embedded.chip.machine import Machine
from ecot.envs.embedded.chip.ports import Exti, Port, Syscfg
from ecot.envs.embedded.chip.serial import Usart
from ecot.envs.embedded.chip.timer import Timer

KINDS = {
    "RCC": Rcc,
    "FLASH": Flash,
    "PWR": Power,
    "GPIO": Port,
    "SYSCFG": Syscfg,
    "EXTI": Exti,
    "USART": Usart,
    "TIM": Timer,
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
