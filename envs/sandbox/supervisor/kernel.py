"""System calls that the standard library does not wrap: namespaces, mounts, capabilities, process attributes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_RDONLY, _MS_BIND = 2, 4, 8, 32, 1, 4096
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 4, 38, 36
_CAPABILITY_VERSION_3 = 0x20080522

MACHINE = platform.machine()
_CLONE = {"x86_64": 56, "aarch64": 220}

_libc = ctypes.CDLL(None, use_errno=True)
_held = ctypes.PyDLL(None, use_errno=True)
"""The same library, called without letting go of the interpreter lock, as a fork must be."""


def check(result: int, what: str) -> int:
    """Return what a call returned.

    Raises:
        OSError: it is negative; `what` names the call.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({what})")
    return result


def syscall(number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """Make a system call by its number; -1 where it failed (see `check`)."""
    padded = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *padded))


def fork(flags: int) -> int:
    """Fork into new namespaces; 0 in the child. For single-threaded processes, as no handler of a fork is run."""
    return check(int(_held.syscall(_CLONE[MACHINE], flags | signal.SIGCHLD, 0, 0, 0, 0)), "clone")


def forgo_privileges() -> None:
    """Make sure that no program started from here gains a privilege, by set-user-id or otherwise."""
    check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "child subreaper")


def die_with_parent() -> None:
    """Have this process killed when the one that forked it ends."""
    check(_libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "parent death signal")


def set_dumpable(dumpable: bool) -> None:
    """Whether processes of the same user may look into this one (its memory, environment and open files)."""
    check(_libc.prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0), "dumpable")


def drop_capabilities() -> None:
    """Empty every capability set of this process."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    check(_libc.capset(header, sets), "capset")


def become(user: int) -> None:
    """Turn from root into an unprivileged user, for good, with a group of the same number and no others."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def enter_own_namespaces() -> None:
    """Get a user namespace in which this process may mount, and a mount namespace that nobody else sees."""
    user, group = os.getuid(), os.getgid()
    set_dumpable(True)  # otherwise the files below belong to root; no candidate is alive yet
    try:
        check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    finally:
        set_dumpable(False)
    check(_libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "make mounts private")


def join_namespaces(user: int, mount: int) -> None:
    """Enter the namespaces behind two open files; the calling process must have one thread only."""
    check(_libc.setns(user, CLONE_NEWUSER), "join user namespace")
    check(_libc.setns(mount, CLONE_NEWNS), "join mount namespace")


def mount_scratch(path: str, *, size_mib: int, inodes: int) -> None:
    """Mount an empty file system of limited size, kept in memory."""
    options = f"size={size_mib}m,nr_inodes={inodes},mode=700".encode()
    check(_libc.mount(b"tmpfs", path.encode(), b"tmpfs", _MS_NOSUID | _MS_NODEV, options), "mount scratch")


def mount_nothing(path: str) -> None:
    """Cover a folder with an empty, read-only one."""
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC | _MS_RDONLY
    check(_libc.mount(b"tmpfs", path.encode(), b"tmpfs", flags, b"size=4k,nr_inodes=1,mode=555"), f"cover {path}")


def mount_processes() -> None:
    """Show the processes of the present process namespace, and no others, in /proc."""
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    check(_libc.mount(b"proc", b"/proc", b"proc", flags, None), "mount /proc")


def uncover_processes() -> None:
    """Take away what bubblewrap, when run by root, mounts over parts of /proc, as root.

    An unprivileged user cannot write there anyhow, and the kernel lets nobody mount another /proc while parts of this
    one are covered.
    """
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for path in reversed(mounted):
        if path.startswith("/proc/"):
            unmount(path)


def unmount(path: str) -> None:
    """Take the uppermost mount off a folder, now or as soon as nothing uses it."""
    check(_libc.umount2(path.encode(), _MNT_DETACH), f"unmount {path}")


def prefer_as_victim() -> None:
    """Let the kernel kill this process before others where memory runs out; best effort."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
