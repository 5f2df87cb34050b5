"""Builds what judges need, apart from any candidate: the runner, the compiler's code, and the values that are expected.

Nothing of a candidate ever enters this cell, so that what it returns is ours.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ecot.envs.assembly.calls import Result, binary, check_file, parse
from ecot.envs.assembly.family import Call, Function
from ecot.envs.assembly.tools import check_processor
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.prompts import load
from ecot.envs.sandbox import Cell, Workspace
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Limits

__all__ = ["COMPILER", "RUNNER", "compile_assembly", "compile_object", "expected", "link", "runner"]

RUNNER = "runner.o"
LAYOUT = "layout.ld"
_PACKAGE = "ecot.envs.assembly"
COMPILER = (
    *("-ffreestanding", "-fno-pie", "-fno-stack-protector", "-fcf-protection=none"),
    *("-fno-asynchronous-unwind-tables", "-fno-tree-loop-distribute-patterns", "-fno-ident"),
)
"""What every C source of a task is compiled with, beside level of optimisation and of the processor: no C library is
there, so no loop may become a call to one."""
_CHECKED = ("-O1", "-g0", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
_LIMITS = Limits(cpu_seconds=20.0, memory_mib=1024, processes=16, scratch_mib=64, output_kib=65536)
_MILLISECONDS = 4000
"""Processor time of all calls of a specification together."""
_lock = threading.RLock()


@dataclass(slots=True)
class _Held:
    """The cell of this process; one that was forked off starts its own."""

    process: int = 0
    cell: Cell | None = None


_held = _Held()


def _cell() -> Cell:
    if _held.cell is None or _held.process != os.getpid():
        _held.cell, _held.process = choose().cell(), os.getpid()
    return _held.cell


def compile_assembly(source: str, *, optimise: str, isa: str) -> str:
    """Return the compiler's assembly for a C function.

    Args:
        source: in C, free of includes but of the standard ones.
        optimise: `-O2` or `-O3`.
        isa: `v2` or `v3`.

    Raises:
        TaskError: it does not compile.
        SandboxError: the host is at fault.
    """
    return _compiled(source, (*COMPILER, optimise, f"-march=x86-64-{isa}", "-S"))


def compile_object(source: str, flags: Sequence[str]) -> bytes:
    """Return the object file of a C source or, with `-x assembler` among the flags, of an assembly source.

    Raises:
        TaskError: it does not compile.
        SandboxError: the host is at fault.
    """
    return base64.b64decode(_compiled(source, (*flags, "-c")))


@lru_cache(maxsize=512)
def _compiled(source: str, flags: tuple[str, ...]) -> str:
    with _lock, _cell().workspace(_LIMITS) as workspace:
        workspace.write("source.c", source)
        done = workspace.run(["gcc", *flags, "-o", "made", "source.c"])
        if not done.ok:
            raise TaskError(f"the C source of a task does not compile: {done.stderr.strip()[:400]}")
        if "-S" in flags:
            return (workspace.read("made") or "").partition("\n")[2]  # without the name of the file
        return _bytes_as_text(workspace, "made")


def _bytes_as_text(workspace: Workspace, path: str) -> str:
    done = workspace.run(["base64", "-w0", path])
    if not done.ok:
        raise SandboxError(f"base64 failed on {path!r}: {done.stderr.strip()[:200]}")
    return done.stdout


def runner() -> bytes:
    """Return the object file of the program around a candidate's function.

    Raises:
        ToolchainMissing: the processor is too old for it.
    """
    check_processor()
    return compile_object(load(_PACKAGE, "runner.c"), (*COMPILER, "-O2", "-mgeneral-regs-only"))


def link(workspace: Workspace, objects: Sequence[str], *, function: str, output: str) -> tuple[bool, str]:
    """Link object files of the workspace with the runner; return whether that went well, and the linker's words.

    Raises:
        SandboxError: the host is at fault.
    """
    workspace.write(RUNNER, binary(runner()))
    workspace.write(LAYOUT, load(_PACKAGE, "layout.ld"))
    done = workspace.run(
        ["ld", "-static", "-nostdlib", "-z", "noexecstack", "--no-warn-rwx-segments", "-T", LAYOUT,
         f"--defsym=ecot_function={function}", "-o", output, RUNNER, *objects]
    )  # fmt: skip
    return done.ok, done.stderr


@lru_cache(maxsize=64)
def _specification(source: str) -> bytes:
    return compile_object(source, (*COMPILER, *_CHECKED, "-march=x86-64-v2"))


def expected(source: str, function: Function, calls: Sequence[Call]) -> list[Result]:
    """Return what the specification answers, from a build that traps undefined behaviour, against guard pages.

    Raises:
        TaskError: it is broken: it does not build, breaks a rule of its own language, or takes too long.
        SandboxError: the host is at fault.
    """
    made = _specification(source)
    with _lock, _cell().workspace(_LIMITS) as workspace:
        workspace.write("specification.o", binary(made))
        linked, words = link(workspace, ["specification.o"], function=function.name, output="specification")
        if not linked:
            raise TaskError(f"the specification of {function.name!r} does not link: {words.strip()[:400]}")
        workspace.write("calls.bin", binary(check_file(function, calls)))
        done = workspace.run(["./specification", "check", "calls.bin", str(_MILLISECONDS)])
    results, fault, ended = parse(done.stdout)
    if fault is not None:
        raise TaskError(
            f"the specification of {function.name!r} has undefined behaviour or faults (signal {fault.signal}) in call "
            f"{fault.call}: {calls[fault.call]!r:.300}; the task is broken, leave it out"
        )
    if not ended or len(results) != len(calls):
        raise TaskError(f"the specification of {function.name!r} ended early: {done.stderr.strip()[:300]}")
    broken = next((index for index, result in enumerate(results) if result.findings), None)
    if broken is not None:
        raise TaskError(f"the specification of {function.name!r} writes where it may not, in call {broken}")
    return results
