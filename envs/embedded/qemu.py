"""The second engine: QEMU's STM32F405 board, an independent model of processor, NVIC, SysTick and USART.

It has no GPIO, DMA, I2C, RCC or flash interface, and its timers count past their period (seen with QEMU 7.2), so that
it judges no task; it is asked for a second opinion on what both models have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ecot.envs.sandbox import Workspace
from ecot.envs.types import Limits

ARGV = (
    "qemu-system-arm",
    "-M",
    "netduinoplus2",
    "-display",
    "none",
    "-monitor",
    "none",
    "-serial",
    "stdio",
    "-no-reboot",
    "-kernel",
)
LIMITS = Limits(cpu_seconds=10.0, memory_mib=1024, processes=32, scratch_mib=32, output_kib=256)
_PROGRAM = re.compile(r"^/\* program: (\w+) \*/$", re.M)


def serial_output(workspace: Workspace, elf: str) -> str:
    """Return what a firmware sends on USART1 until it resets itself; semihosting is off.

    Raises:
        SandboxError: QEMU could not be started.
    """
    done = workspace.run([*ARGV, elf], limits=LIMITS)
    return done.stdout


@cache
def programs() -> Mapping[str, str]:
    """The cross-check programs by name: each says over USART1 what it finds, and then resets the chip."""
    folder = files("ecot.envs.embedded.crosscheck")
    parts = _PROGRAM.split(folder.joinpath("programs.c").read_text(encoding="utf-8"))
    opening = folder.joinpath("report.h").read_text(encoding="utf-8")
    return {name: f"{opening}{text}" for name, text in zip(parts[1::2], parts[2::2], strict=True)}
