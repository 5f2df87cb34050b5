"""The system calls that a candidate's programs are refused, as a filter that the kernel runs.

Refused: the network and every other socket, looking into other processes, new namespaces and mounts, key rings, shared
memory that outlives its user or that nobody accounts for, loading programs into the kernel, changing the priority or
the limits of other processes. Anything else is left alone: what files a program reaches is not decided here.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from ecot.envs.sandbox.supervisor.kernel import MACHINE, check, syscall

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# Numbers on x86_64 and on aarch64; None where the call does not exist.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "iopl": (172, None),
    "ioperm": (173, None),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "fanotify_init": (300, 262),
    "modify_ldt": (154, None),
    "vmsplice": (278, 75),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
# Programs fall back to something older where these seem not to exist.
_ABSENT: dict[str, tuple[int | None, int | None]] = {
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
# Refused where the argument of this position is not 0, which means the caller itself.
_OTHERS: dict[str, tuple[int, int, int]] = {
    "prlimit64": (302, 261, 0),
    "setpriority": (141, 140, 1),
    "sched_setaffinity": (203, 122, 0),
    "sched_setscheduler": (144, 119, 0),
    "sched_setparam": (142, 118, 0),
    "sched_setattr": (314, 274, 0),
    "ioprio_set": (251, 30, 1),
}
_SIGNALS: dict[str, tuple[int | None, int | None]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
}
# Attributes of files are outside of what Landlock decides.
_MODES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
}
_ATTRIBUTES: dict[str, tuple[int | None, int | None]] = {
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
_CLONE = (56, 220)
_IOCTL = (16, 29)
_PRCTL = (157, 167)
_NEW_NAMESPACES = 0x7E020000
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_PR_SET_DUMPABLE = 4

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

Instruction = tuple[int, int, int, int]


def program(*, signals: bool, attributes: bool, modes: bool) -> bytes:
    """Assemble the filter.

    Args:
        signals: whether a program may send signals; what keeps it from its neighbours is then something else.
        attributes: whether a program may change owners, times and extended attributes of files. Where it may not, the
            calls are answered with success and do nothing, as many tools insist on that.
        modes: likewise for the modes of files.

    Raises:
        OSError: there is no table for this processor.
    """
    if MACHINE not in _COLUMN:
        raise OSError(errno.ENOSYS, f"no table of system calls for the processor {MACHINE!r}")
    column = _COLUMN[MACHINE]
    code: list[Instruction] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, _ARCHITECTURE[MACHINE]), (_RETURN, 0, 0, _KILL)]
    code.append((_LOAD, 0, 0, _NUMBER))
    if MACHINE == "x86_64":  # the x32 numbers, a second way to every call
        code += [(_AT_LEAST, 0, 1, 0x40000000), _failure(errno.ENOSYS)]
    answers = [(_REFUSED, errno.EPERM), (_ABSENT, errno.ENOSYS)]
    answers += [] if signals else [(_SIGNALS, errno.EPERM)]
    answers += [] if attributes else [(_ATTRIBUTES, 0)]
    answers += [] if modes else [(_MODES, 0)]
    for table, answer in answers:
        for numbers in table.values():
            code += _refuse(numbers[column], answer)
    for *pair, position in _OTHERS.values():
        code += _refuse_where(pair[column], position, [(_EQUAL, 1, 0, 0), _failure(errno.EPERM)])
    code += _refuse_where(_CLONE[column], 0, [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _failure(errno.EPERM)])
    code += _refuse_where(_PRCTL[column], 0, [(_EQUAL, 0, 1, _PR_SET_DUMPABLE), _failure(errno.EPERM)])
    for request in _TERMINAL_INPUT:
        code += _refuse_where(_IOCTL[column], 1, [(_EQUAL, 0, 1, request), _failure(errno.EPERM)])
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def install(filter_bytes: bytes) -> None:
    """Put this process and all that it starts under the filter, for good."""
    count = len(filter_bytes) // 8
    buffer = ctypes.create_string_buffer(filter_bytes, len(filter_bytes))
    record = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(buffer)))
    mode_filter, allow_speculation = 1, 4  # the flag spares the tools a slowdown that older kernels would impose
    check(syscall(_SECCOMP[MACHINE], mode_filter, allow_speculation, ctypes.cast(record, ctypes.c_void_p)), "seccomp")


def _failure(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)


def _refuse(number: int | None, answer: int) -> list[Instruction]:
    return [] if number is None else [(_EQUAL, 0, 1, number), _failure(answer)]


def _refuse_where(number: int, position: int, condition: list[Instruction]) -> list[Instruction]:
    argument = (_LOAD, 0, 0, _ARGUMENTS + 8 * position)  # the lower half: both processors are little-endian
    restore = (_LOAD, 0, 0, _NUMBER)
    return [(_EQUAL, 0, len(condition) + 2, number), argument, *condition, restore]
