"""Confinement without namespaces: Landlock for files, a filter of system calls for most of the rest.

For containers and clusters that forbid namespaces. Where we are root, programs run as another user; processes are ended
by a supervisor that adopts every orphan.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ecot.envs.errors import SandboxError
from ecot.envs.sandbox import view
from ecot.envs.sandbox.cell import Plan, SupervisedCell, programs_environment
from ecot.envs.sandbox.supervisor.establish import Setup
from ecot.envs.sandbox.supervisor.landlock_rules import SCOPED, version
from ecot.envs.sandbox.users import unprivileged_user

_HARMLESS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu")


class Landlock:
    """See `Sandbox`."""

    name = "landlock"

    def gaps(self) -> Sequence[str]:
        """See `Sandbox.gaps`."""
        gaps = [
            "Kernel bugs: programs talk to the kernel of the host, through a filter of system calls.",
            "Names, sizes and times of files outside can be asked for, though neither content nor folders can be read.",
            "Scratch space is counted every 50 to 100 ms, not limited by a file system: a program can be ahead by what "
            "it writes meanwhile.",
            "Programs can read the installed system (/usr, /opt), the interpreter and its packages, this one excepted.",
            "Owners, times and extended attributes of files cannot be set: such calls succeed and do nothing.",
        ]
        if os.getuid() != 0:
            gaps.append("Modes of files cannot be set either.")
            gaps.append("Processes are counted every 10 to 20 ms; the kernel itself stops them 1024 above their limit.")
        elif not _open_to_others(view.executable()):
            gaps.append(
                f"The interpreter lies where only root may go ({view.executable()}): programs in Python cannot be run, "
                "and functions can import only what was preloaded."
            )
        if version() < SCOPED:
            gaps.append("Programs cannot send signals, not even to their own children; Linux 6.12 could confine them.")
        return tuple(gaps)

    def cell(self, *, preload: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> SupervisedCell:
        """See `Sandbox.cell`."""
        if version() == 0:
            raise SandboxError("this kernel offers no Landlock (Linux 5.13 or later, with `lsm=landlock,...`)")
        own = view.own()
        shown = (*view.system(), *view.interpreter(), *map(Path, _HARMLESS))
        readable = [str(path) for path in view.without(shown, own)]
        return SupervisedCell(lambda: folder_plan(self.name, preload, environment, readable, unprivileged_user()))


def folder_plan(
    mechanism: str,
    preload: Sequence[str],
    environment: Mapping[str, str] | None,
    readable: Sequence[str],
    user: int | None,
) -> Plan:
    """A supervisor whose scratch folder lies in a temporary folder of the host."""
    folder = Path(tempfile.mkdtemp(prefix="ecot-")).resolve()
    if user is not None:
        os.chown(folder, user, user)
    scratch = str(folder / "scratch")
    setup = Setup(
        mechanism=mechanism,
        scratch=scratch,
        user=user,
        readable=list(readable),
        covered=[],
        environment=programs_environment(scratch, environment),
        modules=view.modules(),
        preload=list(preload),
        server=[],
    )
    return Plan(setup=setup, release=lambda: shutil.rmtree(folder, ignore_errors=True))


def _open_to_others(path: str) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in Path(path).parents)
