"""The processor's registers, read and written without the bindings' way round: an interrupt touches dozens of them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from unicorn.unicorn_py3.unicorn import uclib


class Registers:
    """Registers of 32 bits, one by one or many at a time.

    Args:
        engine: the emulator (`unicorn.Uc`).
    """

    def __init__(self, engine: Any) -> None:
        self._handle = engine._uch
        self._cell = ctypes.c_uint64()
        self._place = ctypes.byref(self._cell)
        self._lists: dict[Sequence[int], tuple[Any, Any, Any, int]] = {}

    def read(self, register: int) -> int:
        """The value of a register."""
        self._cell.value = 0
        uclib.uc_reg_read(self._handle, register, self._place)
        return self._cell.value & 0xFFFFFFFF

    def write(self, register: int, value: int) -> None:
        """Set a register."""
        self._cell.value = value & 0xFFFFFFFF
        uclib.uc_reg_write(self._handle, register, self._place)

    def _list(self, registers: tuple[int, ...]) -> tuple[Any, Any, Any, int]:
        known = self._lists.get(registers)
        if known is None:
            count = len(registers)
            values = (ctypes.c_uint64 * count)()
            places = (ctypes.c_void_p * count)(*(ctypes.addressof(values) + 8 * index for index in range(count)))
            known = self._lists[registers] = ((ctypes.c_int * count)(*registers), places, values, count)
        return known

    def read_many(self, registers: tuple[int, ...]) -> list[int]:
        """The values of some registers."""
        numbers, places, values, count = self._list(registers)
        uclib.uc_reg_read_batch(self._handle, numbers, places, count)
        return [value & 0xFFFFFFFF for value in values]

    def write_many(self, registers: tuple[int, ...], wanted: Sequence[int]) -> None:
        """Set some registers."""
        numbers, places, values, count = self._list(registers)
        values[:] = wanted
        uclib.uc_reg_write_batch(self._handle, numbers, places, count)
