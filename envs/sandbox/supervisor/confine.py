"""The steps by which a fresh child gives up everything that a candidate must not have, before any of its code runs."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import signal
import time
from dataclasses import dataclass
from typing import Any

from ecot.envs.sandbox.supervisor import kernel, seccomp, tree
from ecot.envs.sandbox.supervisor.landlock_rules import Rules

_OPEN_FILES = 256
_MOST_FILES = 1 << 30
_STACK_BYTES = 8 << 20
_ADDRESS_FACTOR, _ADDRESS_BYTES = 8, 16 << 30
_SPARE_TASKS = 8
_COUNT_SECONDS = 10.0


class Neighbours:
    """The processes and threads that the kernel counts together with a tree when it limits their number.

    Attributes:
        tasks: how many; None where the kernel does not limit them.
    """

    def __init__(self, tasks: int | None, *, of_user: int | None = None) -> None:
        """Start with a number that stays, or, `of_user`, with a spare for what the tasks of that user may become."""
        self.tasks = tasks
        self._spare = tasks or 0
        self._user = of_user
        self._counted = -math.inf

    def count_again(self) -> None:
        """Count, unless it stays or was counted a moment ago."""
        now = time.monotonic()
        if self._user is not None and now - self._counted > _COUNT_SECONDS:
            self.tasks = self._spare + tree.tasks_of(self._user)
            self._counted = now


@dataclass(frozen=True, slots=True)
class Confinement:
    """How children of one supervisor are confined.

    Attributes:
        scratch: where they start.
        namespaces: whether each gets a process namespace, under a user namespace of the supervisor.
        rules: of Landlock; None where it is not used.
        filter: of system calls, assembled; None where it is not used.
        neighbours: of the tree, as the kernel counts.
    """

    scratch: str
    namespaces: bool
    rules: Rules | None
    filter: bytes | None
    neighbours: Neighbours

    def fork(self) -> int:
        """Fork a child, into namespaces of its own where this is the way; 0 in the child."""
        self.neighbours.count_again()
        return kernel.fork(kernel.CLONE_NEWPID | kernel.CLONE_NEWNS) if self.namespaces else os.fork()

    def enter(self, budget: dict[str, Any], *, kept: int, dumpable: bool) -> None:
        """Confine this process, a child just forked. Raises `OSError` where any step fails: none is optional.

        Args:
            budget: the fields of `Limits`.
            kept: the one descriptor, beside the standard ones, that stays open.
            dumpable: whether processes of the same user may look into this one, as the supervisor must to count what
                it holds. Not where a candidate runs below this process rather than in it.
        """
        os.setsid()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # Python ignores the first two, and catches one
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for target in range(3):
            os.dup2(nothing, target)
        kernel.prefer_as_victim()
        if self.namespaces:
            kernel.mount_processes()
        else:
            kernel.die_with_parent()
        os.chdir(self.scratch)
        self._limit(budget)
        if self.rules is not None:
            self.rules.apply()
        _close_all_but(kept)
        if self.namespaces:
            kernel.drop_capabilities()
        kernel.forgo_privileges()
        kernel.set_dumpable(dumpable)
        if self.filter is not None:
            seccomp.install(self.filter)

    def _limit(self, budget: dict[str, Any]) -> None:
        seconds = math.ceil(budget["cpu_seconds"]) + 1
        scratch, memory = int(budget["scratch_mib"]) << 20, int(budget["memory_mib"]) << 20
        limits = {
            resource.RLIMIT_CPU: (seconds, seconds + 1),
            resource.RLIMIT_FSIZE: (scratch, scratch),
            resource.RLIMIT_AS: (_ADDRESS_FACTOR * memory + _ADDRESS_BYTES,) * 2,
            resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
            resource.RLIMIT_CORE: (0, 0),
            resource.RLIMIT_MEMLOCK: (1 << 16, 1 << 16),
            resource.RLIMIT_STACK: (_STACK_BYTES, _STACK_BYTES),
        }
        if self.neighbours.tasks is not None:
            limits[resource.RLIMIT_NPROC] = (self.neighbours.tasks + int(budget["processes"]) + _SPARE_TASKS,) * 2
        for limit, (soft, hard) in limits.items():
            _, most = resource.getrlimit(limit)
            if most != resource.RLIM_INFINITY:
                soft, hard = min(soft, most), min(hard, most)
            with contextlib.suppress(ValueError):  # another bound of the kernel's; the present limit is lower still
                resource.setrlimit(limit, (soft, hard))


def _close_all_but(kept: int) -> None:
    os.closerange(3, kept)
    os.closerange(kept + 1, _MOST_FILES)
