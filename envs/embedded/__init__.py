"""ECoT/Embedded-v0: write STM32F407 firmware, judged from outside of the emulated chip."""

from __future__ import annotations

from functools import partial

from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, register
from ecot.envs.embedded.fault_types import FAULT_TYPES
from ecot.envs.embedded.tools import TOOLS
from ecot.envs.fault_tables import packaged_tables
from ecot.envs.repair import repair_of
from ecot.envs.types import Label

DOMAIN = register(
    Domain(
        id="ECoT/Embedded-v0",
        title="STM32F407 firmware",
        description=(
            "The agent writes bare-metal firmware in C for an STM32F407, with registers under their CMSIS names or a "
            "reduced HAL. It is compiled by arm-none-eabi-gcc against start-up code, headers and linker script of the "
            "package and emulated on Unicorn with a model of the chip's peripherals. The verdict is drawn "
            "outside of the "
            "chip: from pin waveforms, bytes on wires and bus transfers, in a process that never ran the firmware."
        ),
        language="c",
        fences=("c", "C", "cpp"),
        tools=TOOLS,
        preload=("ecot.envs.embedded.chip.worker",),
        stages=("rules", "compile", "link", "emulate", "behave"),
        labels={
            Label.PASS: "pins, wires and buses do what the task asks, under every stimulus of the hidden seed",
            Label.UNVERIFIED: "all stages that were asked for passed, but others were left out",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule is broken (a file from outside, semihosting, a vector table of its "
            "own), or the "
            "program broke the emulator",
            Label.COMPILATION_ERROR: "the compiler refuses the source",
            Label.LINK_ERROR: "a symbol is undefined, or defined twice",
            Label.RESOURCE_LIMIT: "code or data do not fit into flash or memory, or a tool ran out of memory, "
            "processes, disk "
            "or output",
            Label.MEMORY_FAULT: "the processor faulted: which fault, address, program counter with file and line, "
            "registers",
            Label.TIMEOUT: "the budget of instructions ended before the simulated time did, or a tool ran out of "
            "processor time",
            Label.MISMATCH: "a waveform, byte or transfer is missing or wrong; a loop that waits in vain is named",
        },
        sources={"families": deferred(f"{__name__}.source:FamilySource")},
        default_source="families",
        toolchain=deferred(f"{__name__}.toolchain:stages"),
        score=deferred(f"{__name__}.toolchain:score"),
        floor=0.1,
        fault_types=FAULT_TYPES,
        mutate=deferred(f"{__name__}.mutations:mutate"),
        mistakes=deferred(f"{__name__}.mistakes:mistakes"),
        draw=deferred(f"{__name__}.waves:draw"),
        equivalent=deferred(f"{__name__}.equivalence:equivalent"),
        judge_packages=("ecot.envs.embedded",),
    )
)

REPAIR = register(repair_of(DOMAIN, tables=partial(packaged_tables, "embedded")))
