"""The one protocol below every toolchain: a workspace in which untrusted code is compiled and run.

Two mechanisms speak it, `bubblewrap.py` and `landlock.py`; `choose.py` picks one. What a mechanism does not contain on
this kernel is said by its `gaps()` and shown by `ecot doctor`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from ecot.envs.errors import SandboxError
from ecot.envs.types import Limits

__all__ = ["CallResult", "Cell", "Exhausted", "ProcessResult", "Sandbox", "WallClockError", "Workspace"]


class WallClockError(SandboxError):
    """The wall-clock backstop fired, and the machine took the time, not the candidate: run the job again, alone."""


class Exhausted(StrEnum):
    """Which limit ended a process tree.

    `CPU` also stands for time slept away: the wall-clock backstop fired on a tree that did not want a processor.
    """

    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    SCRATCH = "scratch"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """What a process tree left behind.

    Attributes:
        exit_code: of the first process; None where a signal or a limit ended it.
        signal: number of the signal that ended the first process; 0 if none did.
        stdout: decoded as UTF-8 with replacement, at most `Limits.output_kib` together with `stderr`.
        stderr: likewise.
        cpu_seconds: user and system time of the whole tree.
        peak_memory_mib: largest resident memory of the tree that the watcher saw.
        exhausted: the limit that was reached; None if none was.
        seconds: wall clock.
    """

    exit_code: int | None
    signal: int = 0
    stdout: str = ""
    stderr: str = ""
    cpu_seconds: float = field(default=0.0, compare=False)
    peak_memory_mib: float = field(default=0.0, compare=False)
    exhausted: Exhausted | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the first process exited with 0 within its limits."""
        return self.exit_code == 0 and self.exhausted is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What a Python function in a forked, confined child returned.

    Attributes:
        value: its return value, a JSON value; None where it did not return.
        error: `TypeName: message` of the exception that it raised; empty if none.
        process: of the child, as for a command.
    """

    value: Any
    error: str
    process: ProcessResult


class Workspace(Protocol):
    """One job's scratch folder, with the means to run programs on it. Gone when its context ends.

    Paths are relative to the scratch folder; one that leaves it raises `ValueError`. Nothing of one workspace is seen
    by the next, and no process outlives the `run` or `call` that started it.
    """

    def write(self, path: str, text: str) -> None:
        """Place a file, folders included.

        Raises:
            SandboxError: the host has no room, or the cell is gone.
        """

    def read(self, path: str, *, limit_kib: int = 4096) -> str | None:
        """Return a regular file's text (UTF-8 with replacement), None if there is none; links are not followed.

        Text past `limit_kib` is cut off.
        """

    def run(self, argv: Sequence[str], *, limits: Limits | None = None, stdin: str = "") -> ProcessResult:
        """Run a program to its end in the scratch folder, under its own process tree, which is killed as a whole.

        Raises:
            SandboxError: the program could not be started. `WallClockError`: the wall-clock backstop (five times
                `limits.cpu_seconds`) fired because the machine kept the tree waiting; run the job again, alone.
        """

    def call(self, function: str, argument: Any, *, limits: Limits | None = None) -> CallResult:
        """Call `package.module:function` with one JSON value in a forked child of the fork server.

        The child is confined like a program that is run, before the function is entered. The function's module is one
        of the cell's `preload`, or, as far as the mechanism lets the child see them, one of an installed package; never
        from the scratch folder, and of this package only if it was preloaded, as its source is out of sight. What the
        function returns is as trustworthy as the code that runs in it.

        Raises:
            SandboxError: as for `run`.
        """


class Cell(Protocol):
    """One worker's confined supervisor: started once, serves one workspace after another."""

    def workspace(self, limits: Limits) -> AbstractContextManager[Workspace]:
        """A fresh scratch folder of `limits.scratch_mib`; `limits` are the default of each run in it."""

    def close(self) -> None:
        """End the supervisor and everything under it; twice is harmless."""


class Sandbox(Protocol):
    """A mechanism that can confine, on this machine."""

    @property
    def name(self) -> str:
        """`bubblewrap`, `landlock` or `none`."""

    def gaps(self) -> Sequence[str]:
        """What this mechanism does not contain on this kernel, one sentence each."""

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Cell:
        """Start a supervisor.

        Args:
            preload: modules that the fork server imports before it confines anything. Of modules of this package, the
                packages above them are not executed, so that the server holds what they need and nothing else.
            environment: variables for the programs, beside a fixed small set; nothing is inherited.

        Raises:
            SandboxError: it did not start; the message says how to enable it.
        """
