"""What judges compile once for a machine: a folder that the programs of every cell may read and none may write.

Only source of ours is compiled here, outside of the sandbox. A folder is complete or not there: it is renamed into
place.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ecot.envs.errors import ToolchainMissing
from ecot.envs.sandbox import view

__all__ = ["prepared"]


def prepared(name: str, facts: Sequence[str], make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` filled, on this machine, for these facts.

    Args:
        name: opens the folder's name.
        facts: all that decides its content, such as sources and versions.
        make: writes into an empty folder; runs once.

    Raises:
        ToolchainMissing: there is no folder to keep it in.
    """
    home = view.built()
    if home is None:
        raise ToolchainMissing(f"{name} needs a folder to compile into; set XDG_CACHE_HOME")
    folder = home / f"{name}-{hashlib.sha256(chr(0).join(facts).encode()).hexdigest()[:16]}"
    with _locked(home / f"{name}.lock"):
        if not folder.is_dir():
            _fill(folder, make)
    return folder


def _fill(folder: Path, make: Callable[[Path], None]) -> None:
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        make(building)
        for path in (building, *building.rglob("*")):
            executable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if executable else 0o644)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time compiles; the others wait and find it done."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
