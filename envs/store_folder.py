"""The folder of a trajectory store: the file that says what it is, and the lock that makes its writer the only one."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from ecot.envs.errors import StoreError
from ecot.envs.types import SCHEMA

MARKER = "store.json"
FORMAT = "ecot-trajectories"


def begin_writing(path: Path, node: str) -> int:
    """Make the folder, take the lock of a node, and return its descriptor; closing that gives the lock back.

    Raises:
        StoreError: the host refuses, the folder holds other things, or another process of the node is writing.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _make_marker(path)
        check_marker(path)
        descriptor = os.open(path / f"{node}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"cannot write a trajectory store at {path}: {error.strerror}; choose another output"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        writer = os.pread(descriptor, 100, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise StoreError(
            f"{path} is being written by process {writer} of this machine; wait for it, or choose another output"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _make_marker(path: Path) -> None:
    marker = path / MARKER
    if marker.exists():
        return
    strangers = [item.name for item in path.iterdir() if not item.name.startswith(".")]
    if strangers and MARKER not in strangers:  # another node may have made it just now
        raise StoreError(f"{path} holds other things ({min(strangers)}); choose an empty or new folder as output")
    draft = path / f".{MARKER}.{os.getpid()}"
    draft.write_text(json.dumps({"format": FORMAT, "schema": SCHEMA}) + "\n", encoding="utf-8")
    draft.replace(marker)


def check_marker(path: Path) -> None:
    """Raise `StoreError` unless a folder is a store of the schema that this package reads."""
    try:
        found = json.loads((path / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"there is no trajectory store at {path}; `ecot collect output={path}` makes one") from None
    except NotADirectoryError:
        raise StoreError(f"{path} is a file; a trajectory store is a folder") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {path / MARKER}: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StoreError(f"{path / MARKER} does not describe a trajectory store; is {path} the right folder?")
    if found.get("schema") != SCHEMA:
        raise StoreError(
            f"{path} is of schema {found.get('schema')!r}, this package reads {SCHEMA}; use the version that wrote it"
        )


def sync_folder(path: Path) -> None:
    """Have the host put the names of new files on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
