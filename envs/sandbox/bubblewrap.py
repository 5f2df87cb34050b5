"""Confinement by namespaces: bubblewrap builds a small read-only system, in which each run gets a corner of its own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import view
from ecot.envs.sandbox.cell import Plan, SupervisedCell, programs_environment
from ecot.envs.sandbox.supervisor.establish import Setup
from ecot.envs.sandbox.users import unprivileged_user

_SCRATCH = "/scratch"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN")
"""What the supervisor of root needs to turn into somebody else, before its first job; see `establish.py`."""
_SHARED_NOTHING = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


class Bubblewrap:
    """See `Sandbox`. As root, the cell's system is built with root's means, and programs run as another user."""

    name = "bubblewrap"

    def gaps(self) -> Sequence[str]:
        """See `Sandbox.gaps`."""
        return (
            "Kernel bugs: programs talk to the kernel of the host, through a filter of system calls.",
            "Processor time is seen every 10 to 20 ms; what a process spends that its parent refuses to account for "
            "(SIGCHLD ignored), in shorter pieces, is bounded by the wall clock only.",
            "Programs can read the installed system (/usr, /opt), the interpreter and its packages, this one excepted.",
        )

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> SupervisedCell:
        """See `Sandbox.cell`."""
        program = shutil.which("bwrap")
        if program is None:
            raise SandboxError("bubblewrap is not installed; install it with `apt-get install bubblewrap`")

        def plan() -> Plan:
            user = unprivileged_user()
            setup = Setup(
                mechanism=self.name,
                scratch=_SCRATCH,
                user=user,
                readable=[],
                covered=[str(path) for path in view.own()],
                environment=programs_environment(_SCRATCH, environment),
                modules=view.modules(),
                preload=list(preload),
                server=[],
            )
            return Plan(setup=setup, prefix=_prefix(program, privileged=user is not None))

        return SupervisedCell(plan)


@cache
def _prefix(program: str, *, privileged: bool) -> tuple[str, ...]:
    words = [program, *_SHARED_NOTHING, "--as-pid-1", "--info-fd", "{report}", "--hostname", "sandbox"]
    if privileged:
        words += ["--cap-drop", "ALL"]
        for capability in _CAPABILITIES:
            words += ["--cap-add", capability]
    else:
        words += ["--unshare-user"]
    shown = (*view.system(), *view.interpreter(), *_own())
    for folder in sorted({Path("/dev"), *(parent for path in shown for parent in path.parents)})[1:]:
        words += ["--dir", str(folder)]  # otherwise bubblewrap makes it, for its own user only
    for path in shown:
        words += _show(path)
    for name in _DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    words += ["--symlink", "/proc/self/fd", "/dev/fd", "--proc", "/proc", "--dir", _SCRATCH, "--remount-ro", "/"]
    return (*words, "--")


def _own() -> Sequence[Path]:
    """Our package, for the supervisor, which covers it before the first program."""
    whole, *rooms = view.own()
    return dict.fromkeys((view.package(), whole, *rooms))  # type: ignore[return-value]


def _show(path: Path) -> list[str]:
    if path.is_symlink() and path.parent == Path("/"):
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)]
