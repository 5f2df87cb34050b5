"""No confinement at all: programs run as the caller, with limits on resources only.

For whoever accepts it knowingly (`sandbox="none"`), inside a container made for the purpose, say. Nothing keeps a
candidate from the network, from other files or from the processes of the same user.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import CallResult, Exhausted, ProcessResult
from ecot.envs.types import Limits

_CALL = """
import importlib, json, os, sys
channel = os.fdopen(int(sys.argv[2]), "w")
module, _, name = sys.argv[1].partition(":")
try:
    answer = {"value": getattr(importlib.import_module(module), name)(json.load(sys.stdin)), "error": ""}
    text = json.dumps(answer)
except Exception as error:
    text = json.dumps({"value": None, "error": f"{type(error).__name__}: {error}"})
channel.write(text)
channel.close()
"""


class UnconfinedWorkspace:
    """A temporary folder of the host."""

    def __init__(self, folder: Path, limits: Limits, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._limits = limits
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            **environment,
        }

    def _path(self, path: str) -> Path:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise ValueError(f"{path!r} leaves the scratch folder; use a relative path without '..'")
        return self._folder / path

    def write(self, path: str, text: str) -> None:
        """See `Workspace.write`."""
        target = self._path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")

    def read(self, path: str, *, limit_kib: int = 4096) -> str | None:
        """See `Workspace.read`."""
        target = self._path(path)
        if target.is_symlink() or not target.is_file():
            return None
        with target.open("rb") as file:
            return file.read(limit_kib * 1024).decode("utf-8", errors="replace")

    def run(self, argv: Sequence[str], *, limits: Limits | None = None, stdin: str = "") -> ProcessResult:
        """See `Workspace.run`."""
        return self._execute(argv, limits or self._limits, stdin, channels=())

    def call(self, function: str, argument: Any, *, limits: Limits | None = None) -> CallResult:
        """See `Workspace.call`."""
        reader, writer = os.pipe()
        argv = [sys.executable, "-P", "-c", _CALL, function, str(writer)]
        try:
            process = self._execute(argv, limits or self._limits, json.dumps(argument), channels=(writer,))
        finally:
            os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as channel:
            answer = json.loads(channel.read() or '{"value": null, "error": ""}')
        return CallResult(value=answer["value"], error=answer["error"], process=process)

    def _execute(
        self, argv: Sequence[str], limits: Limits, stdin: str, *, channels: Sequence[int]
    ) -> ProcessResult:
        def confine() -> None:
            seconds = max(1, round(limits.cpu_seconds))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limits.scratch_mib << 20, limits.scratch_mib << 20))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=self._environment,
                pass_fds=channels,
                start_new_session=True,
                preexec_fn=confine,  # noqa: PLW1509
            )
        except OSError as error:
            raise SandboxError(f"could not start {argv[0]!r}: {error}") from error
        try:
            stdout, stderr = child.communicate(stdin.encode(), timeout=5 * limits.cpu_seconds)
        except subprocess.TimeoutExpired as error:
            raise SandboxError(f"{argv[0]!r} ran past the wall clock of {5 * limits.cpu_seconds:g} s") from error
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cap = limits.output_kib * 1024
        exhausted = None
        if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            exhausted = Exhausted.CPU
        elif len(stdout) + len(stderr) > cap:
            exhausted = Exhausted.OUTPUT
        return ProcessResult(
            exit_code=child.returncode if child.returncode >= 0 and exhausted is None else None,
            signal=max(0, -child.returncode),
            stdout=stdout[:cap].decode("utf-8", errors="replace"),
            stderr=stderr[: max(0, cap - len(stdout))].decode("utf-8", errors="replace"),
            cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            exhausted=exhausted,
            seconds=time.monotonic() - started,
        )


class UnconfinedCell:
    """Holds nothing but the environment of its programs."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @contextmanager
    def workspace(self, limits: Limits) -> Iterator[UnconfinedWorkspace]:
        """See `Cell.workspace`."""
        folder = Path(tempfile.mkdtemp(prefix="ecot-"))
        try:
            yield UnconfinedWorkspace(folder, limits, self._environment)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """See `Cell.close`."""


class Unconfined:
    """The mechanism that confines nothing."""

    name = "none"

    def gaps(self) -> Sequence[str]:
        """See `Sandbox.gaps`."""
        return ("Nothing is confined: a candidate can read, write and connect as the user who runs it.",)

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> UnconfinedCell:
        """See `Sandbox.cell`."""
        return UnconfinedCell(dict(environment or {}))
