"""The filter of system calls, run by an interpreter of its few instructions."""

from __future__ import annotations

import errno
import struct

import pytest

from ecot.envs.sandbox.supervisor import seccomp

X86_64 = 0xC000003E
ALLOWED, KILLED = 0x7FFF0000, 0x80000000

pytestmark = pytest.mark.skipif(seccomp.MACHINE != "x86_64", reason="the numbers below are those of x86_64")


def verdict(program: bytes, number: int, *arguments: int, architecture: int = X86_64) -> int:
    """What the kernel would answer."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    code = list(struct.iter_unpack("HBBI", program))
    position, accumulator = 0, 0
    while True:
        operation, if_true, if_false, constant = code[position]
        position += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, constant)
            case 0x06:
                return constant
            case 0x15:
                position += if_true if accumulator == constant else if_false
            case 0x35:
                position += if_true if accumulator >= constant else if_false
            case 0x45:
                position += if_true if accumulator & constant else if_false
            case other:
                raise AssertionError(f"unknown instruction {other:#x}")


def refused(number: int) -> int:
    return 0x00050000 | number


STRICT = seccomp.program(signals=False, attributes=False, modes=False)
OPEN = seccomp.program(signals=True, attributes=True, modes=True)


@pytest.mark.parametrize("program", [STRICT, OPEN], ids=["strict", "open"])
@pytest.mark.parametrize("number", [0, 1, 2, 3, 9, 12, 57, 58, 59, 61, 231, 257, 262])
def test_what_every_program_needs_is_allowed(program, number):
    assert verdict(program, number) == ALLOWED


@pytest.mark.parametrize("program", [STRICT, OPEN], ids=["strict", "open"])
@pytest.mark.parametrize("number", [41, 53, 101, 310, 311, 165, 272, 308, 250, 321, 298, 323, 29, 68, 240, 304, 438])
def test_what_no_program_needs_is_refused(program, number):
    assert verdict(program, number) == refused(errno.EPERM)


@pytest.mark.parametrize("number", [319, 425, 435, 447])
def test_what_has_an_older_form_seems_not_to_exist(number):
    assert verdict(OPEN, number) == refused(errno.ENOSYS)


@pytest.mark.parametrize("flag", [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_fork_into_new_namespaces_is_refused_and_others_are_not(flag):
    assert verdict(OPEN, 56, flag | 17) == refused(errno.EPERM)
    assert verdict(OPEN, 56, 0x4111 | 17) == ALLOWED


def test_a_process_may_limit_itself_but_nobody_else():
    for number in (302, 203, 144, 142, 314):
        assert verdict(OPEN, number, 0) == ALLOWED
        assert verdict(OPEN, number, 77) == refused(errno.EPERM)
    for number in (141, 251):
        assert verdict(OPEN, number, 1, 0) == ALLOWED
        assert verdict(OPEN, number, 1, 77) == refused(errno.EPERM)


def test_signals_and_attributes_depend_on_what_else_contains_them():
    for number in (62, 200, 234, 129, 297, 424):
        assert verdict(OPEN, number) == ALLOWED
        assert verdict(STRICT, number) == refused(errno.EPERM)
    for number in (90, 91, 268, 452, 92, 280, 188):
        assert verdict(OPEN, number) == ALLOWED
        assert verdict(STRICT, number) == refused(0)


def test_other_numberings_of_the_calls_are_no_way_round():
    assert verdict(OPEN, 41, architecture=0x40000003) == KILLED
    assert verdict(OPEN, 0x40000000 | 41) == refused(errno.ENOSYS)


def test_pushing_input_into_a_terminal_is_refused():
    assert verdict(OPEN, 16, 0, 0x5412) == verdict(OPEN, 16, 0, 0x541C) == refused(errno.EPERM)
    assert verdict(OPEN, 16, 0, 0x5401) == ALLOWED
