"""A sandbox that writes down what a toolchain does in it, and the same commands run bare for comparison."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from ecot.envs.sandbox import CallResult, Cell, ProcessResult, Sandbox, Workspace
from ecot.envs.types import Limits


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was placed in the scratch folder."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that was run there."""

    argv: tuple[str, ...]
    stdin: str


@dataclass(frozen=True, slots=True)
class Called:
    """A Python function that was called in a confined child."""

    function: str
    argument: Any


Deed = Written | Ran | Called


@dataclass(slots=True)
class Recording:
    """What was done, by all workers together.

    Attributes:
        deeds: in order; that of different workers interleaved.
        seconds: wall clock inside `run` and `call`.
    """

    deeds: list[Deed] = field(default_factory=list)
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def commands(self) -> int:
        """How many programs and functions ran."""
        return sum(not isinstance(deed, Written) for deed in self.deeds)

    def add(self, deed: Deed) -> None:
        """Note a deed."""
        with self._lock:
            self.deeds.append(deed)

    @contextmanager
    def timed(self, deed: Deed) -> Iterator[None]:
        """Note a deed and the time that it takes."""
        self.add(deed)
        began = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds += time.perf_counter() - began

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self.deeds, self.seconds = [], 0.0


class RecordingSandbox:
    """Passes everything on to a mechanism and writes it down in `recording`."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.recording = Recording()

    @property
    def name(self) -> str:
        """Of the mechanism inside."""
        return self._inner.name

    def gaps(self) -> Sequence[str]:
        """Those of the mechanism inside."""
        return self._inner.gaps()

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Cell:
        """A cell of the mechanism inside, watched."""
        return _RecordingCell(self._inner.cell(preload=preload, environment=environment), self.recording)


class _RecordingCell:
    def __init__(self, inner: Cell, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording

    def workspace(self, limits: Limits) -> AbstractContextManager[Workspace]:
        return self._watched(limits)

    @contextmanager
    def _watched(self, limits: Limits) -> Iterator[Workspace]:
        with self._inner.workspace(limits) as workspace:
            yield _RecordingWorkspace(workspace, self._recording)

    def close(self) -> None:
        self._inner.close()


class _RecordingWorkspace:
    def __init__(self, inner: Workspace, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording

    def write(self, path: str, text: str) -> None:
        self._recording.add(Written(path, text))
        self._inner.write(path, text)

    def read(self, path: str, *, limit_kib: int = 4096) -> str | None:
        return self._inner.read(path, limit_kib=limit_kib)

    def run(self, argv: Sequence[str], *, limits: Limits | None = None, stdin: str = "") -> ProcessResult:
        with self._recording.timed(Ran(tuple(argv), stdin)):
            return self._inner.run(argv, limits=limits, stdin=stdin)

    def call(self, function: str, argument: Any, *, limits: Limits | None = None) -> CallResult:
        with self._recording.timed(Called(function, argument)):
            return self._inner.call(function, argument, limits=limits)


def bare_seconds(deeds: Sequence[Deed]) -> float:
    """Do the same in a plain temporary folder, and return the seconds of the commands alone.

    Programs run under `subprocess`, functions are called in this process. Placing files is not counted, so that the
    comparison is strict on whoever is compared.
    """
    total = 0.0
    with tempfile.TemporaryDirectory(prefix="ecot-bench-") as folder:
        for deed in deeds:
            if isinstance(deed, Written):
                path = Path(folder, deed.path)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(deed.text, encoding="utf-8", errors="replace")
                continue
            began = time.perf_counter()
            _do(deed, folder)
            total += time.perf_counter() - began
    return total


def _do(deed: Ran | Called, folder: str) -> None:
    if isinstance(deed, Ran):
        subprocess.run(deed.argv, cwd=folder, input=deed.stdin, capture_output=True, text=True, check=False)
        return
    module, _, name = deed.function.partition(":")
    getattr(import_module(module), name)(deed.argument)
