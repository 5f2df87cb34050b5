"""What sandboxes take for granted of this machine's devices, and what mends it where it does not hold."""

from __future__ import annotations

import stat
from pathlib import Path

NULL = Path("/dev/null")
_FOR_ALL = 0o666


def null_problem(path: Path = NULL) -> str:
    """Return what is wrong with `/dev/null`, with the remedy; empty where it is as it should be.

    A tool that ran as root with `-o /dev/null` may have put a file in its place. Candidates run as a user that nobody
    has, so a device that only root may write is as bad: no sandbox starts a program then.

    Args:
        path: of the device.
    """
    mend = f"as root: rm -f {path} && mknod -m 666 {path} c 1 3"
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror}), so no sandbox works; {mend}"
    if not stat.S_ISCHR(mode):
        return f"{path} is no character device, but something put in its place, so no sandbox works; {mend}"
    if mode & _FOR_ALL != _FOR_ALL:
        shown = stat.filemode(mode)
        return f"{path} is {shown}, not readable and writable by all, so no sandbox works; as root: chmod 666 {path}"
    return ""
