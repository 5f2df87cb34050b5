"""Files of a scratch folder, handled on the assumption that whoever filled it wants to mislead: no link is followed."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Sequence

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 64
"""Folders in folders that `usage` looks into."""


def write(root: str, path: str, data: bytes) -> None:
    """Write a file under `root`, folders included; what stands in its way is removed, never written through."""
    *folders, name = path.split("/")
    folder = _enter(root, folders, create=True)
    try:
        _remove(name, folder)
        descriptor = os.open(
            name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=folder
        )
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
    finally:
        os.close(folder)


def read(root: str, path: str, limit: int) -> bytes | None:
    """Return up to `limit` bytes of a regular file under `root`; None where there is none."""
    *folders, name = path.split("/")
    try:
        folder = _enter(root, folders, create=False)
    except OSError:
        return None
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    try:
        return _up_to(descriptor, limit) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    finally:
        os.close(descriptor)


def clear(root: str, *, parent: int | None = None) -> None:
    """Delete everything under `root`, however deep, without a path that could grow too long for the system."""
    os.chmod(root, 0o700, dir_fd=parent)
    current = os.open(root, _FOLDER, dir_fd=parent)
    above: list[str] = []
    try:
        while True:
            below = _delete_files(current)
            if below is not None:
                os.chmod(below, 0o700, dir_fd=current)
                current = _replace(current, os.open(below, _FOLDER, dir_fd=current))
                above.append(below)
            elif above:
                current = _replace(current, os.open("..", _FOLDER, dir_fd=current))
                os.rmdir(above.pop(), dir_fd=current)
            else:
                return
    finally:
        os.close(current)


def usage(root: str, most_files: int) -> tuple[int, int]:
    """Return the bytes on disk and the number of files under `root`, both as far as counted.

    Counting ends at `most_files`, and takes whatever lies deeper than 64 folders for that many, so that nobody can
    make it long.
    """
    size, count = 0, 0
    waiting = [(os.open(root, _FOLDER), 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            for entry in os.scandir(folder):
                count += 1
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False) and depth < _DEEPEST and len(waiting) < _DEEPEST:
                        waiting.append((os.open(entry.name, _FOLDER, dir_fd=folder), depth + 1))
                    elif entry.is_dir(follow_symlinks=False):
                        count = max(count, most_files)
        except OSError:
            pass  # it vanished while we looked
        finally:
            os.close(folder)
        if count >= most_files:
            break
    for folder, _ in waiting:
        os.close(folder)
    return size, count


def _enter(root: str, folders: Sequence[str], *, create: bool) -> int:
    current = os.open(root, _FOLDER)
    try:
        for name in folders:
            if create:
                _make_folder(name, current)
            current = _replace(current, os.open(name, _FOLDER, dir_fd=current))
    except BaseException:
        os.close(current)
        raise
    return current


def _make_folder(name: str, parent: int) -> None:
    try:
        os.mkdir(name, 0o755, dir_fd=parent)
    except FileExistsError:
        if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=parent)
            os.mkdir(name, 0o755, dir_fd=parent)


def _remove(name: str, parent: int) -> None:
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        pass
    except OSError:
        clear(name, parent=parent)
        os.rmdir(name, dir_fd=parent)


def _replace(old: int, new: int) -> int:
    os.close(old)
    return new


def _up_to(descriptor: int, limit: int) -> bytes:
    parts, left = [], limit
    while left:
        part = os.read(descriptor, min(left, 1 << 20))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _delete_files(folder: int) -> str | None:
    """Delete files until a folder is met, and return its name; None where nothing is left."""
    while True:
        with os.scandir(folder) as entries:
            batch = list(itertools.islice(entries, 1000))
        if not batch:
            return None
        for entry in batch:
            if entry.is_dir(follow_symlinks=False):
                return entry.name
            os.unlink(entry.name, dir_fd=folder)
