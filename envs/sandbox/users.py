"""Numbers of users that nobody has: what a cell runs as where we are root."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_FIRST, _LAST = 1_000_000_000, 2_000_000_000
"""Above what system accounts, people, containers and directory services are given."""


def unprivileged_user() -> int | None:
    """A number of its own for one cell, so that no other process is of the same user; None where we are not root.

    Drawn, not counted: several processes start cells without knowing of each other. In a container whose user
    namespace is smaller, from the upper half of that.
    """
    if os.getuid() != 0:
        return None
    first, last = _FIRST, _LAST
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if not any(int(start) <= first and last <= int(start) + int(count) for start, _, count in ranges):
        start, count = max(((int(start), int(count)) for start, _, count in ranges), key=lambda item: item[1])
        first, last = start + count // 2, start + count - 2
    return first + secrets.randbelow(max(1, last - first))
