"""The steps by which a fresh child gives up everything that a candidate must not have, before any of its code runs."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import signal
from dataclasses import dataclass
from typing import Any

from ecot.envs.sandbox.supervisor import kernel, seccomp
from ecot.envs.sandbox.supervisor.landlock_rules import Rules

_OPEN_FILES = 256
_MOST_FILES = 1 << 30
_STACK_BYTES = 8 << 20
_ADDRESS_FACTOR, _ADDRESS_BYTES = 8, 16 << 30
_SPARE_TASKS = 8


@dataclass(frozen=True, slots=True)
class Confinement:
    """How children of one supervisor are confined.

    Attributes:
        scratch: where they start.
        namespaces: whether each gets a process namespace, under a user namespace of the supervisor.
        rules: of Landlock; None where it is not used.
        filter: of system calls, assembled; None where it is not used.
        tasks: processes and threads of the same user that do not belong to the tree; None where they are not known,
            so that the kernel cannot be asked to count.
    """

    scratch: str
    namespaces: bool
    rules: Rules | None
    filter: bytes | None
    tasks: int | None

    def fork(self) -> int:
        """Fork a child, into namespaces of its own where this is the way; 0 in the child."""
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
        if self.tasks is not None:
            limits[resource.RLIMIT_NPROC] = (self.tasks + int(budget["processes"]) + _SPARE_TASKS,) * 2
        for limit, (soft, hard) in limits.items():
            _, most = resource.getrlimit(limit)
            if most != resource.RLIM_INFINITY:
                soft, hard = min(soft, most), min(hard, most)
            with contextlib.suppress(ValueError):  # another bound of the kernel's; the present limit is lower still
                resource.setrlimit(limit, (soft, hard))


def _close_all_but(kept: int) -> None:
    os.closerange(3, kept)
    os.closerange(kept + 1, _MOST_FILES)
