"""One microcontroller: processor, memories, peripherals and the board around it, run to a horizon."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, UcError
from unicorn import arm_const as arm
from unicorn import unicorn_const as constants

from ecot.envs.embedded.chip.board import Board
from ecot.envs.embedded.chip.counter import REGIONS, Counter
from ecot.envs.embedded.chip.exceptions import Exceptions, Fault
from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.chip.registers import Registers
from ecot.envs.embedded.chip.schedule import NEVER, Schedule
from ecot.envs.embedded.chip.wiring import Wiring
from ecot.envs.embedded.device.tables import instances

FLASH, FLASH_SIZE = 0x08000000, 0x100000
MEMORIES = ((0x20000000, 0x20000), (0x10000000, 0x10000))
"""SRAM1 with SRAM2, and the memory that only the processor reaches (RM0090, 2.3.1)."""
SYSTEM, SYSTEM_SIZE = 0x1FFF0000, 0x10000
RESET_HERTZ = 16_000_000
_NO_ADDRESS = 1
_BKPT, _SVC, _EXIT = 7, 2, 8
_BIT_BAND, _BIT_BAND_MEMORY = 0x42000000, 0x22000000
_WFI, _WFE = 0xBF30, 0xBF20


class Machine:
    """A chip with a program in its flash.

    Args:
        library: path of `counter.c`, compiled.
        segments: address and bytes of what is in the flash.
        budget: of work: an instruction is 1, an access that is not plain `access_cost`.
        access_cost: see `budget`.
    """

    def __init__(
        self, library: str, segments: Sequence[tuple[int, bytes]], *, budget: int = 10**9, access_cost: int = 100
    ) -> None:
        self.engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self.engine.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
        self.registers = Registers(self.engine)
        self.schedule = Schedule(RESET_HERTZ)
        self.counter = Counter(library, self.engine, read=self._slow_read, write=self._slow_write)
        self.counter.state.budget, self.counter.state.access_cost = budget, access_cost
        self._build_memory(segments)
        self.faults: list[Fault] = []
        self.notes: dict[str, int] = {}
        self.resets: list[tuple[int, str]] = []
        self.ended = ""
        self.sleeping = False
        self._reset_cause = ""
        self._stopped_by = 0
        self._bad_access: tuple[int, int, int] | None = None
        self._bad_instruction = False
        self.peripherals: dict[str, Peripheral] = {}
        self._pages: dict[int, list[Peripheral]] = {}
        self.board = Board(self)
        self.wiring = Wiring(self)
        self.exceptions = Exceptions(self)
        self.engine.hook_add(constants.UC_HOOK_INTR, self._on_interrupt)
        self.engine.hook_add(constants.UC_HOOK_MEM_INVALID, self._on_bad_access)
        self.engine.hook_add(constants.UC_HOOK_INSN_INVALID, self._on_bad_instruction)

    def _build_memory(self, segments: Sequence[tuple[int, bytes]]) -> None:
        image = bytearray(b"\xff" * FLASH_SIZE)
        for address, data in segments:
            start = address - FLASH
            if start >= 0 and start + len(data) <= FLASH_SIZE:
                image[start : start + len(data)] = data
        self.image = bytes(image)
        execute = constants.UC_PROT_READ | constants.UC_PROT_EXEC
        # The flash also stands at 0, as after a start from it (RM0090, 2.4).
        self._flash = ctypes.create_string_buffer(self.image, FLASH_SIZE)
        for base in (FLASH, 0):
            self.engine.mem_map_ptr(base, FLASH_SIZE, execute, ctypes.addressof(self._flash))
        for base, size in MEMORIES:
            self.engine.mem_map(base, size)
        self.engine.mem_map(SYSTEM, SYSTEM_SIZE, execute)
        self.engine.mem_write(0x1FFF7A10, struct.pack("<3I", 0x0032003A, 0x30345106, 0x36383133))
        self.engine.mem_write(0x1FFF7A22, struct.pack("<H", FLASH_SIZE // 1024))

    def add(self, kinds: Mapping[str, Callable[[Machine, Any], Peripheral]]) -> None:
        """Place every peripheral of the tables that one of `kinds` (by block) makes."""
        for name, instance in instances().items():
            kind = kinds.get(instance.block.name)
            if kind is not None:
                made = kind(self, instance)
                self.peripherals[name] = made
                first, last = instance.base >> 10, (instance.base + 4 * max(made.registers)) >> 10
                for page in range(first, last + 1):
                    self._pages.setdefault(page, []).append(made)
        for found in self._pages.values():
            found.sort(key=lambda item: -item.instance.base)

    def window(self, base: int, words: int) -> tuple[memoryview, memoryview]:
        """The shadow of a peripheral's registers, and which of them are read plainly."""
        for start, size in REGIONS:
            if start <= base < start + size:
                first = (base - start) // 4
                return self.counter.shadow[start][first : first + words], self.counter.fast[start][
                    first : first + words
                ]
        raise ValueError(f"no region holds {base:#010x}")

    # Accesses

    def synchronise(self) -> None:
        """Bring the model to the time of the present access."""
        self.schedule.advance(self.counter.now())

    def _slow_read(self, address: int, size: int) -> int:
        self.synchronise()
        value = self.load(address, size)
        self.look()
        return value

    def _slow_write(self, address: int, size: int, value: int) -> None:
        self.synchronise()
        self.store(address, size, value)
        self.look()

    def _peripheral(self, address: int) -> Peripheral | None:
        for made in self._pages.get(address >> 10, ()):
            if made.instance.base <= address:
                return made
        return None

    def load(self, address: int, size: int) -> int:
        """Read a peripheral register, or memory through its bit-band alias."""
        if address >= 0xE0000000 and address < 0xE0042000:
            return self.exceptions.load(address, size)
        if _BIT_BAND <= address < _BIT_BAND + 0x2000000:
            target, bit = self._banded(address, _BIT_BAND, 0x40000000)
            return (self.load(target, 4) >> bit) & 1
        if _BIT_BAND_MEMORY <= address < _BIT_BAND_MEMORY + 0x2000000:
            target, bit = self._banded(address, _BIT_BAND_MEMORY, 0x20000000)
            return (self.word(target) >> bit) & 1
        made = self._peripheral(address)
        if made is None:
            self.fault_at(address)
            return 0
        return made.load(address - made.instance.base, size)

    def store(self, address: int, size: int, value: int) -> None:
        """Write a peripheral register, or memory through its bit-band alias."""
        if address >= 0xE0000000 and address < 0xE0042000:
            self.exceptions.store(address, size, value)
            return
        if _BIT_BAND <= address < _BIT_BAND + 0x2000000:
            target, bit = self._banded(address, _BIT_BAND, 0x40000000)
            # Read, change one bit, write, as the bus matrix does.
            self.store(target, 4, self.load(target, 4) & ~(1 << bit) | (value & 1) << bit)
            return
        if _BIT_BAND_MEMORY <= address < _BIT_BAND_MEMORY + 0x2000000:
            target, bit = self._banded(address, _BIT_BAND_MEMORY, 0x20000000)
            self.put_word(target, self.word(target) & ~(1 << bit) | (value & 1) << bit)
            return
        made = self._peripheral(address)
        if made is None:
            self.fault_at(address)
            return
        made.store(address - made.instance.base, size, value)

    @staticmethod
    def _banded(address: int, alias: int, base: int) -> tuple[int, int]:
        offset = address - alias
        byte, bit = offset >> 5, (offset >> 2) & 7
        return base + (byte & ~3), bit + 8 * (byte & 3)

    def word(self, address: int) -> int:
        """A word of memory."""
        return int.from_bytes(self.engine.mem_read(address, 4), "little")

    def put_word(self, address: int, value: int) -> None:
        """Set a word of memory."""
        self.engine.mem_write(address, struct.pack("<I", value & 0xFFFFFFFF))

    def fault_at(self, address: int) -> None:
        """The processor reached for a peripheral address where nothing answers."""
        self._bad_access = (constants.UC_MEM_READ_UNMAPPED, address, self.counter.state.access_pc)
        self.halt()

    def note_gated(self, name: str) -> None:
        """A write to a peripheral without a clock was lost."""
        self.notes[f"gated {name}"] = self.notes.get(f"gated {name}", 0) + 1

    def look(self) -> None:
        """Stop after the present block where an exception, or an event that just came up, wants attention."""
        exceptions = self.exceptions
        self.counter.state.deadline = (
            0 if exceptions.pending and exceptions.wants_entry() else self.schedule.next_cycle()
        )

    def halt(self) -> None:
        """Stop the processor at once."""
        self.counter.state.stopping = 1
        self.engine.emu_stop()

    def request_reset(self, cause: str) -> None:
        """Reset the chip before its next block."""
        self._reset_cause = cause
        self.halt()

    # Running

    def start(self) -> None:
        """Load stack pointer and program counter from the vector table."""
        stack, entry = struct.unpack_from("<2I", self.image)
        self.engine.reg_write(arm.UC_ARM_REG_CONTROL, 0)
        self.engine.reg_write(arm.UC_ARM_REG_XPSR, 0x01000000)
        for name in (arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_BASEPRI, arm.UC_ARM_REG_FAULTMASK):
            self.engine.reg_write(name, 0)
        self.engine.reg_write(arm.UC_ARM_REG_SP, stack)
        self.engine.reg_write(arm.UC_ARM_REG_LR, 0xFFFFFFFF)
        self.pc = entry & ~1
        self.sleeping = False
        if not FLASH <= self.pc < FLASH + FLASH_SIZE:
            self.fail(Fault("vector", self.pc, self.pc))

    def run(self, horizon: int) -> None:
        """Run until a time in picoseconds; `ended` then says how: `horizon`, `budget`, `fault`, `idle` or `lockup`."""
        self.schedule.at_time(horizon, lambda: self._end("horizon"))
        state = self.counter.state
        while not self.ended:
            self.schedule.advance(state.cycles)
            if self.ended:
                break
            if self._reset_cause:
                self._reset()
            if self.exceptions.wants_entry():
                self.sleeping = False
                self.exceptions.enter()
            elif self.sleeping:
                if self.exceptions.wakes():
                    self.sleeping = False
                    continue
                upcoming = self.schedule.next_cycle()
                if upcoming == NEVER:
                    self._end("idle")
                    break
                state.cycles = max(state.cycles, upcoming)
                continue
            if self.ended:
                break
            if state.work >= state.budget:
                self._end("budget")
                break
            self._execute()

    def _execute(self) -> None:
        state = self.counter.state
        state.deadline = self.schedule.next_cycle()
        self.exceptions.set_mask_watch(state)
        state.stopping = 0
        self._stopped_by = 0
        try:
            self.engine.emu_start(self.pc | 1, _NO_ADDRESS)
        except UcError as error:
            if not (self._bad_access or self._bad_instruction or self._stopped_by):
                self._bad_instruction = True
                self.notes[f"emulator {error}"] = 1
        self.counter.settle()
        self.pc = self.registers.read(arm.UC_ARM_REG_PC)
        if self._bad_access:
            _, address, pc = self._bad_access
            self._bad_access = None
            self.exceptions.bus_fault(address, pc)
        elif self._stopped_by:
            self._take(self._stopped_by)
        elif self._bad_instruction:
            self._bad_instruction = False
            self.exceptions.usage_fault(self.pc)
        elif not state.stopping:
            self._slept()

    def _take(self, number: int) -> None:
        if number == _EXIT:
            self.exceptions.leave(self.pc | 1)
        elif number == _SVC:
            self.exceptions.supervisor_call()
        elif number == _BKPT:
            self.exceptions.breakpoint(self.pc)
        else:
            self.exceptions.usage_fault(self.pc)

    def _slept(self) -> None:
        """The processor stopped by itself: at a wait for an interrupt or an event."""
        try:
            word = int.from_bytes(self.engine.mem_read(self.pc - 2, 2), "little")
        except UcError:
            word = 0
        if word in (_WFI, _WFE):
            self.sleeping = True
        self.counter.state.cycles += 1

    def _on_interrupt(self, engine: Uc, number: int, user: object) -> None:
        self._stopped_by = number
        engine.emu_stop()

    def _on_bad_access(self, engine: Uc, kind: int, address: int, size: int, value: int, user: object) -> bool:
        self._bad_access = (kind, address, engine.reg_read(arm.UC_ARM_REG_PC))
        return False

    def _on_bad_instruction(self, engine: Uc, user: object) -> bool:
        self._bad_instruction = True
        return False

    def _end(self, how: str) -> None:
        self.ended = self.ended or how

    def fail(self, fault: Fault) -> None:
        """End the run at a fault that nothing handles."""
        self.faults.append(fault)
        self._end("fault")

    def _reset(self) -> None:
        cause, self._reset_cause = self._reset_cause, ""
        self.resets.append((self.schedule.picoseconds(), cause))
        if len(self.resets) > 64:
            self._end("resets")
            return
        self.exceptions.reset()
        for made in self.peripherals.values():
            made.reset()
        rcc: Any = self.peripherals["RCC"]
        rcc.note_cause(cause)
        self.start()
