"""What is compiled once for a machine: start-up code, HAL, headers, and the model's part that is written in C."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ecot.envs.embedded.device.header import header
from ecot.envs.embedded.device.tables import interrupts
from ecot.envs.embedded.tools import CROSS_COMPILER, HOST_COMPILER
from ecot.envs.errors import ConfigError, SandboxError
from ecot.envs.sandbox.prepared import prepared
from ecot.envs.tools import version_of

CMSIS_VARIABLE = "ECOT_STM32_INCLUDE"
"""Environment variable: folders of a user's own CMSIS or HAL headers, separated by colons, found before ours."""
MACHINE = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
FLAGS = (
    *MACHINE,
    "-std=gnu11",
    "-O2",
    "-g",
    "-Wall",
    "-ffunction-sections",
    "-fdata-sections",
    "-DSTM32F407xx",
    "-fno-diagnostics-show-caret",
    "-fdiagnostics-color=never",
    "-fno-tree-loop-distribute-patterns",
)
LINK_FLAGS = (
    *MACHINE,
    "--specs=nano.specs",
    "--specs=nosys.specs",
    "-nostartfiles",
    "-Wl,--gc-sections",
    "-Wl,--no-warn-rwx-segments",
    "-Wl,--print-memory-usage",
)
_BUILD_SECONDS = 300.0
_CORE_HANDLERS = (
    "NMI",
    "HardFault",
    "MemManage",
    "BusFault",
    "UsageFault",
    "",
    "",
    "",
    "",
    "SVC",
    "DebugMon",
    "",
    "PendSV",
    "SysTick",
)
_LAST_INTERRUPT = 81


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where it lies.

    Attributes:
        folder: of headers, objects and linker script.
        library: `counter.c` for this machine.
        includes: arguments that name the folders of headers.
        objects: that every firmware is linked with.
        script: of the linker.
    """

    folder: Path
    library: Path
    includes: tuple[str, ...]
    objects: tuple[str, ...]
    script: Path


@cache
def runtime() -> Runtime:
    """Return the runtime, compiled when first asked for on this machine.

    Raises:
        ToolchainMissing: there is no folder to keep it in.
        ConfigError: a folder of the user's headers is not there.
        SandboxError: it does not compile.
    """
    own = tuple(filter(None, os.environ.get(CMSIS_VARIABLE, "").split(":")))
    missing = [folder for folder in own if not Path(folder).is_dir()]
    if missing:
        raise ConfigError(f"{CMSIS_VARIABLE} names {missing[0]!r}, which is no folder; give folders that hold headers")
    sources = _sources()
    facts = [version_of(CROSS_COMPILER) or "", version_of(HOST_COMPILER) or "", *FLAGS, *own]
    facts += [f"{name}\0{text}" for name, text in sorted(sources.items())]
    folder = prepared("embedded", facts, lambda place: _build(place, sources))
    includes = tuple(f"-I{path}" for path in (*own, folder / "include"))
    objects = tuple(str(path) for path in sorted(folder.glob("*.o")))
    return Runtime(folder, folder / "counter.so", includes, objects, folder / "stm32f407.ld")


def _sources() -> dict[str, str]:
    place = files("ecot.envs.embedded.firmware")
    found = {
        item.name: item.read_text(encoding="utf-8")
        for item in place.iterdir()
        if item.name.endswith((".c", ".h", ".ld"))
    }
    found["stm32f407xx.h"] = header()
    found["vectors.h"] = vectors()
    found["counter.c"] = files("ecot.envs.embedded.chip").joinpath("counter.c").read_text(encoding="utf-8")
    return found


def vectors() -> str:
    """Return the vector table as C, with a handler of its name for every exception (RM0090, table 62)."""
    names = [f"{name}_Handler" if name else "" for name in _CORE_HANDLERS]
    by_number = {number: f"{name}_IRQHandler" for name, number in interrupts().items()}
    names += [by_number.get(number, "") for number in range(_LAST_INTERRUPT + 1)]
    lines = [f"WEAK_HANDLER({name})" for name in names if name]
    entries = ",\n    ".join(["(void (*)(void))(&_estack)", "Reset_Handler", *(name or "0" for name in names)])
    return "\n".join(
        [
            *lines,
            '__attribute__((section(".isr_vector"), used)) void (*const vector_table_[])(void) = {',
            f"    {entries}",
            "};",
        ]
    )


def _build(folder: Path, sources: dict[str, str]) -> None:
    include = folder / "include"
    include.mkdir()
    for name, text in sources.items():
        (include if name.endswith(".h") else folder).joinpath(name).write_text(text, encoding="utf-8")
    _run(["gcc", "-O2", "-shared", "-fPIC", "-o", "counter.so", "counter.c"], folder)
    for name in sorted(sources):
        if name.endswith(".c") and name != "counter.c":
            _run(["arm-none-eabi-gcc", *FLAGS, "-Iinclude", "-c", name, "-o", f"{name[:-2]}.o"], folder)


def _run(argv: Sequence[str], folder: Path) -> None:
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False)
    if done.returncode:
        raise SandboxError(f"{argv[-1]} does not compile on this machine: {done.stderr.strip()[-600:]}")
