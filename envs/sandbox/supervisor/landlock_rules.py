"""Landlock: rules by which a process forgoes every file that it does not need, without any privilege."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from ecot.envs.sandbox.supervisor.kernel import check, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every processor
_VERSION_QUERY, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_RIGHTS_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_NETWORK = 0b11  # bind and connect over TCP
_SCOPES = 0b11  # abstract sockets and signals stay among the confined

SCOPED = 6
"""The version from which signals to processes outside are refused."""


def version() -> int:
    """The version of Landlock's interface in this kernel; 0 where it is missing or switched off."""
    return max(0, syscall(_CREATE, None, 0, _VERSION_QUERY))


class Rules:
    """What may be reached; everything else may not."""

    def __init__(self) -> None:
        self._version = version()
        self._all = _RIGHTS_BY_VERSION[min(max(self._version, 1), 5)]
        network = _NETWORK if self._version >= 4 else 0
        scopes = _SCOPES if self._version >= SCOPED else 0
        size = 24 if scopes else 16 if network else 8  # older kernels refuse fields that they do not know
        attributes = struct.pack("QQQ", self._all, network, scopes)[:size]
        buffer = ctypes.create_string_buffer(attributes, len(attributes))
        self._ruleset = check(
            syscall(_CREATE, ctypes.cast(buffer, ctypes.c_void_p), len(attributes), 0), "landlock_create_ruleset"
        )

    def read(self, paths: Iterable[str]) -> None:
        """Allow to read and execute what lies at or under these paths; those that do not exist are passed over."""
        for path in paths:
            self._add(path, _EXECUTE | _READ_FILE | _READ_DIR)

    def write(self, paths: Iterable[str]) -> None:
        """Allow to read and write these devices."""
        for path in paths:
            self._add(path, _READ_FILE | _WRITE_FILE)

    def own(self, folder: str) -> None:
        """Allow everything under a folder but making devices."""
        make_character_device, make_block_device = 1 << 6, 1 << 11
        self._add(folder, self._all & ~(make_character_device | make_block_device))

    def apply(self) -> None:
        """Confine this process and all that it starts from now on, for good."""
        check(syscall(_RESTRICT, self._ruleset, 0), "landlock_restrict_self")

    def close(self) -> None:
        """Let go of the rules; they stay in force where they were applied."""
        os.close(self._ruleset)

    def _add(self, path: str, rights: int) -> None:
        try:
            anchor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, PermissionError):
            return
        try:
            if not stat.S_ISDIR(os.fstat(anchor).st_mode):
                rights &= _RIGHTS_OF_FILES
            attributes = ctypes.create_string_buffer(struct.pack("=Qi", rights & self._all, anchor), 12)
            check(syscall(_ADD, self._ruleset, _PATH_BENEATH, ctypes.cast(attributes, ctypes.c_void_p), 0), path)
        finally:
            os.close(anchor)
