"""Stands by a process tree until it ends or must be ended, and says what it used and which limit it reached."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from ecot.envs.sandbox.supervisor import tree
from ecot.envs.sandbox.supervisor.room import Room

_FIRST_LOOK_SECONDS = 0.008
_LOOK_SECONDS = (0.01, 0.02)
_WALL_FACTOR = 5.0
_CHUNK = 1 << 16
_MOST_RESULT_BYTES = 1 << 24
_STARVED_SHARE = 0.5
_LATE_SECONDS = 1.0

Budget = dict[str, Any]
"""The fields of `Limits`, by name."""


@dataclass(slots=True)
class Pipes:
    """Both ends of the pipes of a child.

    Attributes:
        ours: descriptors that we read: standard output, standard error and, for a function, its account.
        theirs: what the child gets: standard input, output, error and, for a function, its account.
        stdin: descriptor of our end of its standard input, or None.
        text: what is still to be written there.
    """

    ours: list[int]
    theirs: list[int]
    stdin: int | None
    text: memoryview

    @classmethod
    def open(cls, stdin: bytes, *, account: bool) -> Pipes:
        """Open what a child needs; standard input is empty where there is no text for it."""
        outputs = [os.pipe() for _ in range(3 if account else 2)]
        source, sink = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), None)
        ours, theirs = [reader for reader, _ in outputs], [source, *(writer for _, writer in outputs)]
        for descriptor in (*ours, *([] if sink is None else [sink])):
            os.set_blocking(descriptor, False)
        return cls(ours, theirs, sink, memoryview(stdin))

    def pass_on(self) -> None:
        """Close the child's ends, which it holds now."""
        for descriptor in self.theirs:
            os.close(descriptor)
        self.theirs = []

    def close(self) -> None:
        """Close what is open."""
        self.close_stdin()
        for descriptor in (*self.ours, *self.theirs):
            os.close(descriptor)
        self.ours, self.theirs = [], []

    def close_stdin(self) -> None:
        """Let the child's input end."""
        if self.stdin is not None:
            os.close(self.stdin)
            self.stdin = None


@dataclass(slots=True)
class Ending:
    """How the first process of a tree ended, and what all of it used.

    Attributes:
        status: as `os.wait4` returns it.
        error: number of the error for which a program could not be started, else 0.
        cpu_seconds: of all processes that anybody waited for.
        memory_bytes: largest resident memory of one process.
    """

    status: int = 0
    error: int = 0
    cpu_seconds: float = 0.0
    memory_bytes: int = 0


class Watched(Protocol):
    """A tree of processes, as whoever started it sees it."""

    @property
    def end_signal(self) -> int:
        """Descriptor that becomes readable when the first process has ended."""

    def processes(self) -> list[int]:
        """Those alive."""

    def finish(self, *, forced: bool) -> Ending:
        """End what is left; all of it, where `forced`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of its cell a watch needs.

    Attributes:
        room: in the scratch folder.
        host: descriptor on which something arrives only if the host gave up.
    """

    room: Room
    host: int


@dataclass(slots=True)
class Report:
    """What a tree did, wrote and used; see `Ending` for the first fields."""

    status: int = 0
    error: int = 0
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    account: bytearray = field(default_factory=bytearray)
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    exhausted: str | None = None
    starved: bool = False
    abandoned: bool = False
    seconds: float = 0.0


def kept_waiting(looks: int, *, running: int, news: int) -> bool:
    """Tell a tree that the machine kept waiting from one that slept its time away, when the wall clock ran out.

    It used less than a fifth of the wall clock by then. One that had work for a processor at half of the looks, which
    come at irregular times, was kept waiting; unless it had new processes at every other look, whose time can escape
    the books.

    Args:
        looks: how often we looked.
        running: how often some thread had work for a processor.
        news: how often there was a process that had not been there the last time.
    """
    return running >= _STARVED_SHARE * looks and news < _STARVED_SHARE * looks


class Watch:
    """One tree under one budget."""

    def __init__(self, pipes: Pipes, watched: Watched, budget: Budget, surroundings: Surroundings) -> None:
        self._pipes = pipes
        self._watched = watched
        self._budget = budget
        self._around = surroundings
        self._report = Report()
        self._taken = (self._report.stdout, self._report.stderr, self._report.account)
        self._started = time.monotonic()
        self._poll = select.poll()
        self._room_in_output = int(budget["output_kib"]) * 1024
        self._looks = self._looks_running = self._looks_with_news = 0
        self._known: frozenset[int] = frozenset()
        self._books = tree.Books()

    def until_end(self) -> Report:
        """Wait, enforce, clean up."""
        ended = False
        try:
            for descriptor in (self._watched.end_signal, self._around.host, *self._pipes.ours):
                self._poll.register(descriptor, select.POLLIN)
            if self._pipes.stdin is not None:
                self._poll.register(self._pipes.stdin, select.POLLOUT)
            ended = self._follow()
        finally:
            ending = self._watched.finish(forced=not ended)
            self._drain()
            self._pipes.close()
        self._conclude(ending)
        return self._report

    def _follow(self) -> bool:
        """Return whether the first process ended, by itself."""
        report, wall = self._report, _WALL_FACTOR * float(self._budget["cpu_seconds"])
        end = self._watched.end_signal
        look = self._started + _FIRST_LOOK_SECONDS
        while report.exhausted is None and not report.starved and not report.abandoned:
            ready = self._poll.poll(max(0.0, look - time.monotonic()) * 1000)
            for descriptor, event in ready:
                if descriptor == self._around.host:
                    report.abandoned = True
                elif descriptor == self._pipes.stdin:
                    self._feed(event)
                elif descriptor != end:
                    self._take(descriptor)
            if any(descriptor == end for descriptor, _ in ready):
                return True
            if (now := time.monotonic()) >= look:
                self._look()
                if now - self._started > wall and report.exhausted is None:
                    self._judge_wall_clock()
                look = time.monotonic() + random.uniform(*_LOOK_SECONDS)
        return False

    def _look(self) -> None:
        report, budget = self._report, self._budget
        seen = tree.sample(self._watched.processes())
        self._looks += 1
        self._looks_running += seen.running
        self._looks_with_news += bool(seen.processes - self._known)
        self._known = seen.processes
        self._books.enter(seen)
        report.cpu_seconds = max(report.cpu_seconds, self._books.cpu_seconds)
        memory, allowed = seen.memory_bytes, int(budget["memory_mib"]) << 20
        if memory > allowed:
            memory = tree.proportional_memory(seen.processes)
        report.memory_bytes = max(report.memory_bytes, memory)
        if memory > allowed:
            report.exhausted = "memory"
        elif seen.tasks > int(budget["processes"]):
            report.exhausted = "processes"
        elif report.cpu_seconds > float(budget["cpu_seconds"]):
            report.exhausted = "cpu"
        elif self._around.room.is_full(seen.processes):
            report.exhausted = "scratch"

    def _judge_wall_clock(self) -> None:
        if kept_waiting(self._looks, running=self._looks_running, news=self._looks_with_news):
            self._report.starved = True
        else:
            self._report.exhausted = "cpu"

    def _take(self, descriptor: int) -> None:
        which = self._pipes.ours.index(descriptor)
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self._poll.unregister(descriptor)
            return
        taken = self._taken[which]
        if which == 2:
            taken += data
            over = len(taken) > _MOST_RESULT_BYTES
        else:
            taken += data[: self._room_in_output]
            self._room_in_output -= len(data)
            over = self._room_in_output < 0
        if over:
            self._report.exhausted = self._report.exhausted or "output"
            self._room_in_output = 0

    def _feed(self, event: int) -> None:
        pipes = self._pipes
        if pipes.stdin is None:
            return
        try:
            pipes.text = pipes.text[os.write(pipes.stdin, pipes.text[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            pipes.text = pipes.text[:0]
        if not pipes.text or event & select.POLLERR:
            self._poll.unregister(pipes.stdin)
            pipes.close_stdin()

    def _drain(self) -> None:
        """Read what is left in the pipes of those that ended."""
        deadline = time.monotonic() + _LATE_SECONDS
        for which, descriptor in enumerate(self._pipes.ours):
            before = -1
            while len(self._taken[which]) != before and time.monotonic() < deadline:
                before = len(self._taken[which])
                with contextlib.suppress(KeyError):  # it is not polled any more
                    self._take(descriptor)

    def _conclude(self, ending: Ending) -> None:
        report = self._report
        report.status, report.error = ending.status, ending.error
        report.seconds = time.monotonic() - self._started
        report.cpu_seconds = max(report.cpu_seconds, ending.cpu_seconds)
        report.memory_bytes = max(report.memory_bytes, ending.memory_bytes)
        if report.exhausted is None and not report.starved:
            report.exhausted = self._late_finding()

    def _late_finding(self) -> str | None:
        """A limit that was passed between two looks."""
        report, budget = self._report, self._budget
        if report.cpu_seconds > float(budget["cpu_seconds"]) or os.WTERMSIG(report.status) == signal.SIGXCPU:
            return "cpu"
        if report.memory_bytes > int(budget["memory_mib"]) << 20:
            return "memory"
        if os.WTERMSIG(report.status) == signal.SIGXFSZ or self._around.room.is_full((), final=True):
            return "scratch"
        return None
