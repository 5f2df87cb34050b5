"""Stands by a process tree until it ends or must be ended, and says what it used and which limit it reached."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
class Child:
    """The first process of a tree, with our ends of its pipes.

    Attributes:
        process: its number.
        streams: descriptor of standard output, standard error, and, third, of an account: what a function returned,
            or how a program started and ended, written by our own process above it.
        stdin: descriptor of its standard input, or None.
        text: what is still to be written there.
    """

    process: int
    streams: tuple[int, int, int]
    stdin: int | None
    text: memoryview


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of its cell a watch needs.

    Attributes:
        listing: the processes of the tree.
        everyone: see `tree.end`.
        namespace: whether the end of the first process ends all others.
        room: in the scratch folder.
        host: descriptor on which something arrives only if the host gave up.
    """

    listing: Callable[[], list[int]]
    everyone: bool
    namespace: bool
    room: Room
    host: int


@dataclass(slots=True)
class Report:
    """How a tree ended; `status` is as `os.wait4` returns it, `error` a number where a program could not be started."""

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

    def __init__(self, child: Child, budget: Budget, surroundings: Surroundings) -> None:
        self._child = child
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
        """Wait, enforce, clean up.

        Raises:
            TreeSurvives: processes are left that could not be ended.
        """
        child, report = self._child, self._report
        end = os.pidfd_open(child.process)
        try:
            for descriptor in (end, self._around.host, *child.streams):
                self._poll.register(descriptor, select.POLLIN)
            for descriptor in child.streams:
                _never_wait(descriptor)
            if child.stdin is not None:
                _never_wait(child.stdin)
                self._poll.register(child.stdin, select.POLLOUT)
            self._follow(end)
        finally:
            os.close(end)
            self._finish()
        return report

    def _follow(self, end: int) -> None:
        report, wall = self._report, _WALL_FACTOR * float(self._budget["cpu_seconds"])
        look = self._started + _FIRST_LOOK_SECONDS
        while report.exhausted is None and not report.starved and not report.abandoned:
            ready = self._poll.poll(max(0.0, look - time.monotonic()) * 1000)
            for descriptor, event in ready:
                if descriptor == self._around.host:
                    report.abandoned = True
                elif descriptor == self._child.stdin:
                    self._feed(event)
                elif descriptor != end:
                    self._take(descriptor)
            if any(descriptor == end for descriptor, _ in ready):
                return
            if (now := time.monotonic()) >= look:
                self._look()
                if now - self._started > wall and report.exhausted is None:
                    self._judge_wall_clock()
                look = time.monotonic() + random.uniform(*_LOOK_SECONDS)

    def _look(self) -> None:
        report, budget = self._report, self._budget
        seen = tree.sample(self._around.listing())
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
        elif seen.tasks > int(budget["processes"]) + self._around.namespace:
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
        which = self._child.streams.index(descriptor)
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
        child = self._child
        if child.stdin is None:
            return
        try:
            child.text = child.text[os.write(child.stdin, child.text[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            child.text = child.text[:0]
        if not child.text or event & select.POLLERR:
            self._poll.unregister(child.stdin)
            os.close(child.stdin)
            child.stdin = None

    def _finish(self) -> None:
        """End what is left, and collect the rest of what it wrote and used."""
        child, report, around = self._child, self._report, self._around
        try:
            if around.namespace:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.process, signal.SIGKILL)
                _, report.status, usage = os.wait4(child.process, 0)
            else:
                report.status, usage = _end_first(child.process)
            cpu = usage.ru_utime + usage.ru_stime
            if not around.namespace:
                cpu += tree.end(around.listing, everyone=around.everyone)
            self._drain()
        finally:
            for descriptor in (*child.streams, *([child.stdin] if child.stdin is not None else [])):
                os.close(descriptor)
        report.seconds = time.monotonic() - self._started
        report.cpu_seconds = max(report.cpu_seconds, cpu)
        report.memory_bytes = max(report.memory_bytes, usage.ru_maxrss * 1024)
        if report.exhausted is None and not report.starved:
            report.exhausted = self._late_finding()

    def _drain(self) -> None:
        deadline = time.monotonic() + _LATE_SECONDS
        for descriptor in self._child.streams:
            before = -1
            which = self._child.streams.index(descriptor)
            while len(self._taken[which]) != before and time.monotonic() < deadline:
                before = len(self._taken[which])
                with contextlib.suppress(KeyError):  # it is not polled any more
                    self._take(descriptor)

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


def _end_first(process: int) -> tuple[int, Any]:
    """Reap the first process of a tree; killed where it is still alive."""
    done, status, usage = os.wait4(process, os.WNOHANG)
    if done:
        return status, usage
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    return status, usage


def _never_wait(descriptor: int) -> None:
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK)
