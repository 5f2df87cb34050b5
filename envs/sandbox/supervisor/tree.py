"""All processes of one run: what they use together, and how they are ended together."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LONGEST_PAUSE_SECONDS = 0.05
_MOST_LISTED = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """What a tree used at one moment.

    Attributes:
        cpu_seconds: of all processes alive and of those that they waited for.
        memory_bytes: resident, summed; pages that processes share count more than once.
        tasks: processes and threads.
        running: whether any of them had work for a processor.
        processes: their numbers.
        own_seconds: processor time of each, without that of its children, by number.
    """

    cpu_seconds: float
    memory_bytes: int
    tasks: int
    running: bool
    processes: frozenset[int]
    own_seconds: Mapping[int, float]


class Books:
    """Processor time of a tree over its life, in two ways of which the larger counts.

    The kernel adds a process to its parent's account when the parent waits for it, and to nobody's if the parent said
    that it never will. So we also add up what each process had used when it was last seen.
    """

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self._gone_seconds = 0.0
        self._last: Mapping[int, float] = {}

    def enter(self, seen: Sample) -> None:
        """Take in what one look showed."""
        now = seen.own_seconds
        self._gone_seconds += sum(used for process, used in self._last.items() if now.get(process, -1.0) < used)
        self._last = now
        self.cpu_seconds = max(self.cpu_seconds, seen.cpu_seconds, self._gone_seconds + sum(now.values()))


def below(process: int, *, spared: Collection[int] = (), most: int = _MOST_LISTED) -> list[int]:
    """The descendants of a process but the `spared` children and theirs; not all where there are more than `most`."""
    found = {child: None for child in _children(process) if child not in spared}
    waiting = list(found)
    while waiting and len(found) <= most:
        for child in _children(waiting.pop()):
            if child not in found:
                found[child] = None
                waiting.append(child)
    return list(found)


def sample(processes: Collection[int]) -> Sample:
    """Look at each process once; those that end meanwhile are passed over."""
    children, memory, tasks, running = 0, 0, 0, False
    own: dict[int, float] = {}
    for process in processes:
        try:
            fields = _read(f"/proc/{process}/stat").rpartition(b")")[2].split()
        except OSError:
            continue
        own[process] = (int(fields[11]) + int(fields[12])) / _TICKS
        children += int(fields[13]) + int(fields[14])
        memory += int(fields[21]) * _PAGE
        threads = int(fields[17])
        tasks += max(threads, 1)
        running = running or fields[0] == b"R" or (threads > 1 and _any_thread_runs(process))
    cpu = sum(own.values()) + children / _TICKS
    return Sample(cpu, memory, tasks, running, frozenset(own), own)


def proportional_memory(processes: Collection[int]) -> int:
    """Resident bytes in which a shared page counts once in all; resident bytes where the kernel does not tell."""
    total = 0
    for process in processes:
        try:
            lines = _read(f"/proc/{process}/smaps_rollup").splitlines()
            total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:"))
        except (OSError, StopIteration):
            total += sample([process]).memory_bytes
    return total


def tasks_of(user: int) -> int:
    """Count the processes and threads of a user, as far as they can be seen."""
    count = 0
    for name in _names("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and Path(f"/proc/{name}").stat().st_uid == user:
                count += sample([int(name)]).tasks
    return count


def end(listing: Callable[[], list[int]], *, everyone: bool) -> float:
    """Kill and reap until none is left; return the processor seconds of those reaped here.

    It does not give up: what is left when a supervisor ends is nobody's.

    Args:
        listing: the processes to end.
        everyone: whether a signal to everyone reaches these processes only, because of Landlock's scope. It leaves no
            gap for those that fork faster than they are found.
    """
    cpu, pause = 0.0, 0.0005
    while True:
        if everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        left = listing() or listing()  # the kernel may leave out some while others come and go
        if not left:
            return cpu
        for number in () if everyone else (signal.SIGSTOP, signal.SIGKILL):  # what is stopped does not fork meanwhile
            for process in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, number)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        for process in left:
            with contextlib.suppress(ChildProcessError):
                _, _, usage = os.wait4(process, os.WNOHANG)
                cpu += usage.ru_utime + usage.ru_stime


def _children(process: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in _names(f"/proc/{process}/task"):
            with contextlib.suppress(OSError):
                found += [int(word) for word in _read(f"/proc/{process}/task/{thread}/children").split()]
    return found


def _any_thread_runs(process: int) -> bool:
    with contextlib.suppress(OSError):
        for thread in _names(f"/proc/{process}/task"):
            with contextlib.suppress(OSError):
                if _read(f"/proc/{process}/task/{thread}/stat").rpartition(b")")[2].split()[0] == b"R":
                    return True
    return False


def _names(folder: str) -> list[str]:
    return os.listdir(folder)  # noqa: PTH208 - names are wanted, many times a second


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, 65536):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)
