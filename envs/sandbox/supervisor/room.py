"""How much a scratch folder still holds: asked of its file system where it has one of its own, else counted."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection
from pathlib import Path

from ecot.envs.sandbox.supervisor import scratch

FILES_PER_MIB = 256
"""Files and folders that a scratch folder may hold, for each MiB of its size."""

_LOOKS_PER_COUNT = 5


class Room:
    """The room in one scratch folder, by the measure of one budget."""

    def __init__(self, folder: str, size_mib: int, *, sized: bool) -> None:
        self._folder = folder
        self._size = size_mib << 20
        self._files = size_mib * FILES_PER_MIB
        self._sized = sized
        self._looks = 0

    def is_full(self, processes: Collection[int], *, final: bool = False) -> bool:
        """Whether nothing more fits; False where it is too early to count again.

        Args:
            processes: those that may hold files open that have no name any more.
            final: whether this is the last look, which is never too early.
        """
        if self._sized:
            status = os.statvfs(self._folder)
            return status.f_bavail == 0 or status.f_favail == 0
        self._looks += 1
        if not final and self._looks % _LOOKS_PER_COUNT:
            return False
        size, files = scratch.usage(self._folder, self._files)
        return size + _nameless(processes, Path(self._folder).stat().st_dev) > self._size or files >= self._files


def _nameless(processes: Collection[int], device: int) -> int:
    """Bytes in files that were deleted but are still open."""
    sizes: dict[int, int] = {}
    for process in processes:
        with contextlib.suppress(OSError):
            for opened in Path(f"/proc/{process}/fd").iterdir():
                with contextlib.suppress(OSError):
                    status = opened.stat()
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink and status.st_dev == device:
                        sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())
