"""ECoT/Assembly-v0: write x86-64 assembly that is right and measurably faster than what gcc makes of the same C."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ecot.envs.assembly.tools import TOOLS
from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, register
from ecot.envs.fault_tables import packaged_tables
from ecot.envs.repair import repair_of
from ecot.envs.types import Label

DOMAIN = register(
    Domain(
        id="ECoT/Assembly-v0",
        title="x86-64 assembly, faster than gcc",
        description=(
            "The agent writes a function in x86-64 assembly from its C source, in half of the tasks with gcc's own "
            "assembly beside it. The GNU assembler and linker build it, a disassembler checks what the object may "
            "hold, it is run against guard pages on hidden inputs, and timed against the better of gcc -O2 and -O3. "
            "Expected values come from the C source, built with checks for undefined behaviour, in a cell that never "
            "holds a candidate."
        ),
        language="x86-64 assembly",
        fences=("asm", "s", "gas", "assembly", "x86asm", "nasm"),
        tools=TOOLS,
        stages=("assemble", "link", "rules", "run", "abi", "speed"),
        labels={
            Label.PASS: "right on every hidden input, and faster than gcc's code by more than noise",
            Label.UNVERIFIED: "right, but a stage was left out, or identical code differed too much to measure a gain",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule over the assembled object is broken, or the source reads files",
            Label.COMPILATION_ERROR: "the assembler refuses the source",
            Label.LINK_ERROR: "the function or another symbol is not defined, or an address does not fit",
            Label.RUNTIME_ERROR: "an illegal instruction, a division that faults, a crash, or a broken promise of the "
            "calling convention",
            Label.MEMORY_FAULT: "memory outside of the buffers is read or written",
            Label.MISMATCH: "a result is wrong, on the hidden inputs or on those that are timed",
            Label.TIMEOUT: "the calls do not come to an end",
            Label.RESOURCE_LIMIT: "a tool ran out of memory, processes, disk or output",
            Label.NO_IMPROVEMENT: "right, and not shown to be faster than gcc's code",
        },
        sources={"families": deferred(f"{__name__}.source:FamilySource")},
        default_source="families",
        toolchain=deferred(f"{__name__}.toolchain:stages"),
        score=deferred(f"{__name__}.toolchain:score"),
        floor=0.5,
        preload=("ecot.envs.assembly.rules", "ecot.envs.assembly.referee"),
        measured=("speed",),
        mutate=deferred(f"{__name__}.mutations:mutate"),
        mistakes=deferred(f"{__name__}.mistakes:mistakes"),
        equivalent=deferred(f"{__name__}.equivalence:equivalent"),
        draw=deferred(f"{__name__}.picture:draw"),
        judge_packages=("ecot.envs.assembly",),
    )
)


RIGHT = replace(
    DOMAIN,
    stages=("assemble", "link", "rules", "run", "abi"),
    measured=(),
    labels={
        **{label: when for label, when in DOMAIN.labels.items() if label not in (Label.NO_IMPROVEMENT, Label.PASS)},
        Label.PASS: "right on every hidden input",
        Label.UNVERIFIED: "right, but a stage was left out",
    },
    sources={"families": deferred(f"{__name__}.source:RightSource")},
    toolchain=deferred(f"{__name__}.toolchain:correct_stages"),
    mistakes=None,
)
"""The same tasks where only being right counts: what repair starts from, as the code given there may be fast."""

REPAIR = register(repair_of(RIGHT, tables=partial(packaged_tables, "assembly")))

C = register(
    replace(
        DOMAIN,
        id="ECoT/COptimize-v0",
        title="C functions, made faster under fixed flags",
        description=(
            "The agent rewrites a C function so that gcc makes faster code of it, with flags that are the same for "
            "both. It is judged as in ECoT/Assembly-v0: by static rules over the object, on hidden inputs against "
            "guard pages, and in turns with the function that was given."
        ),
        language="C",
        fences=("c", "h"),
        labels={
            **DOMAIN.labels,
            Label.PASS: "right on every hidden input, and faster than the given function by more than noise",
            Label.COMPILATION_ERROR: "gcc refuses the source",
            Label.NO_IMPROVEMENT: "right, and not shown to be faster than the given function",
        },
        sources={"families": deferred(f"{__name__}.c_source:COptimizeSource")},
        mutate=None,
        mistakes=None,
        equivalent=None,
    )
)
