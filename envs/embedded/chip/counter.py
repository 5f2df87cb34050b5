"""The part of the model that is written in C (`counter.c`), as Python sees it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from unicorn import arm_const as arm
from unicorn import unicorn_const as constants
from unicorn.unicorn_py3.unicorn import uclib

_NEVER = 1 << 62
REGIONS = (
    (0x40000000, 0x80000),  # APB1, APB2, AHB1
    (0x50000000, 0x61000),  # AHB2
    (0x42000000, 0x1000000),  # bit-band alias of the first
    (0x22000000, 0x400000),  # bit-band alias of the memory
    (0xE0000000, 0x100000),  # the processor's own
)
"""Address and size of what is answered by the model."""
_ALIASES = (2, 3)
_HOOK_FROM = 0x22000000


class _Region(ctypes.Structure):
    _fields_ = (
        ("base", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("shadow", ctypes.c_void_p),
        ("fast", ctypes.c_void_p),
    )


_READ = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint64, ctypes.c_uint32)
_WRITE = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_uint32)
_WIDE = ("cycles", "instructions", "deadline", "budget", "work", "polls")
_NARROW = (
    "poll_address",
    "poll_pc",
    "poll_value",
    "block",
    "count",
    "access_pc",
    "refill",
    "masked",
    "pending_priority",
    "stopping",
    "access_cost",
    "reg_pc",
    "reg_primask",
    "reg_basepri",
    "reg_faultmask",
    "reg_xpsr",
)


class CounterState(ctypes.Structure):
    """The fields of `counter` in `counter.c`, in its order, up to the cache."""

    _fields_ = (
        ("engine", ctypes.c_void_p),
        ("reg_read", ctypes.c_void_p),
        ("reg_write", ctypes.c_void_p),
        ("stop", ctypes.c_void_p),
        ("slow_read", _READ),
        ("slow_write", _WRITE),
        *((name, ctypes.c_uint64) for name in _WIDE),
        *((name, ctypes.c_uint32) for name in _NARROW),
        ("regions", _Region * len(REGIONS)),
    )


class Counter:
    """Counts, and answers plain reads from shadows of the registers.

    Args:
        library: path of `counter.c`, compiled.
        engine: the emulator (`unicorn.Uc`).
        read: called with address and size where a read is not plain.
        write: called with address, size and value.
    """

    def __init__(
        self, library: str, engine: Any, *, read: Callable[[int, int], int], write: Callable[[int, int, int], None]
    ) -> None:
        self._library = ctypes.CDLL(library)
        self._library.counter_size.restype = ctypes.c_size_t
        self._library.counter_now.restype = ctypes.c_uint64
        self._memory = ctypes.create_string_buffer(self._library.counter_size())
        self.state = CounterState.from_buffer(self._memory)
        self._engine = engine
        self._handle = getattr(engine._uch, "value", engine._uch)
        self.now: Callable[[], int] = self._library.counter_now
        self.settle: Callable[[], None] = self._library.counter_settle
        state = self.state
        state.engine = self._handle
        state.reg_read = ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p).value
        state.reg_write = ctypes.cast(uclib.uc_reg_write, ctypes.c_void_p).value
        state.reg_xpsr = arm.UC_ARM_REG_XPSR
        state.stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value
        state.slow_read, state.slow_write = _READ(read), _WRITE(write)
        state.deadline = state.budget = _NEVER
        state.refill = 1
        state.reg_pc, state.reg_primask = arm.UC_ARM_REG_PC, arm.UC_ARM_REG_PRIMASK
        state.reg_basepri, state.reg_faultmask = arm.UC_ARM_REG_BASEPRI, arm.UC_ARM_REG_FAULTMASK
        self._library.counter_use(ctypes.byref(state), ctypes.cast(uclib.uc_mem_read, ctypes.c_void_p))
        self.shadow: dict[int, memoryview] = {}
        self.fast: dict[int, memoryview] = {}
        self._kept: list[Any] = []
        for number, (base, size) in enumerate(REGIONS):
            self._map(number, base, size)
        self._hook(constants.UC_HOOK_BLOCK, self._library.counter_block, 1, 0)
        accesses = constants.UC_HOOK_MEM_READ | constants.UC_HOOK_MEM_WRITE
        self._hook(accesses, self._library.counter_access, _HOOK_FROM, 0xFFFFFFFF)

    def _map(self, number: int, base: int, size: int) -> None:
        region = self.state.regions[number]
        region.base, region.size = base, size
        if number not in _ALIASES:  # what stands at an alias is never read plainly
            shadow, fast = (ctypes.c_uint32 * (size // 4))(), (ctypes.c_uint8 * (size // 4))()
            region.shadow, region.fast = ctypes.addressof(shadow), ctypes.addressof(fast)
            self._kept += [shadow, fast]
            self.shadow[base] = memoryview(shadow).cast("B").cast("I")
            self.fast[base] = memoryview(fast).cast("B")
        user = ctypes.c_void_p(ctypes.addressof(region))
        reader = ctypes.cast(self._library.counter_read, ctypes.c_void_p)
        writer = ctypes.cast(self._library.counter_write, ctypes.c_void_p)
        _check(
            uclib.uc_mmio_map(
                self._engine._uch, ctypes.c_uint64(base), ctypes.c_size_t(size), reader, user, writer, user
            )
        )

    def _hook(self, kind: int, function: Any, begin: int, end: int) -> None:
        handle = ctypes.c_size_t()
        _check(
            uclib.uc_hook_add(
                self._engine._uch,
                ctypes.byref(handle),
                ctypes.c_int(kind),
                ctypes.cast(function, ctypes.c_void_p),
                None,
                ctypes.c_uint64(begin),
                ctypes.c_uint64(end),
            )
        )


def _check(status: int) -> None:
    if status:
        raise RuntimeError(f"the emulator refused a mapping or a hook (error {status})")
