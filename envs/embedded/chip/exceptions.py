"""Exceptions: NVIC, SysTick, the system control block, entry to handlers and return (ARMv7-M ARM, B1.5, B3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unicorn import UcError
from unicorn import arm_const as arm

from ecot.envs.embedded.device.tables import interrupts

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine

HARD, MEMORY, BUS, USAGE, SVC, DEBUG, PENDSV, SYSTICK = 3, 4, 5, 6, 11, 12, 14, 15
ENTRY_CYCLES, EXIT_CYCLES = 12, 10
"""Cortex-M4 TRM, 3.9: from the request to the handler's first instruction, and back."""
_THREAD = 256
_FRAME = (
    arm.UC_ARM_REG_R0,
    arm.UC_ARM_REG_R1,
    arm.UC_ARM_REG_R2,
    arm.UC_ARM_REG_R3,
    arm.UC_ARM_REG_R12,
    arm.UC_ARM_REG_LR,
)
_FLOATS = tuple(arm.UC_ARM_REG_S0 + index for index in range(16))
_MASKS = (arm.UC_ARM_REG_FAULTMASK, arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_BASEPRI)
_STATE = (arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_SP)
_CPUID = 0x410FC241


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that ended the run, or was handled.

    Attributes:
        kind: `bus`, `usage`, `hard`, `vector`, `breakpoint` or `lockup`.
        address: that was reached for.
        pc: of the instruction.
        status: the configurable fault status register.
        registers: r0 to r3, r12, lr, sp.
    """

    kind: str
    address: int
    pc: int
    status: int = 0
    registers: tuple[int, ...] = ()


class Exceptions:
    """The interrupt controller and the system control space."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.trace: list[tuple[int, int]] | None = None
        self.reset()

    def reset(self) -> None:
        """Nothing pending, active or enabled."""
        self.enabled = 0
        self.pending = 0
        self.lines = 0
        self.active: list[int] = []
        self.priority = bytearray(16 + 96)
        self.group = 0
        self.vector_table = 0x08000000
        self.icsr = self.scr = self.shcsr = self.cfsr = self.hfsr = self.bfar = 0
        self.ccr = 0x200
        self.cpacr = 0
        self.tick = SysTick(self)
        self.plain: dict[int, int] = {}
        self._floats_used: list[bool] = []

    # Requests

    def request(self, name: str) -> None:
        """Make an interrupt of the chip pending, by its name."""
        self.pend(16 + interrupts()[name])

    def pend(self, number: int) -> None:
        """Make an exception pending."""
        self.pending |= 1 << number

    def line(self, name: str, *, high: bool) -> None:
        """A peripheral holds its request, or lets it go."""
        number = 16 + interrupts()[name]
        if high:
            if not self.lines >> number & 1:
                self.lines |= 1 << number
                self.pending |= 1 << number
        else:
            self.lines &= ~(1 << number)

    def _group_of(self, priority: int) -> int:
        return priority >> 4 >> max(0, self.group - 3) << max(0, self.group - 3) if self.group > 3 else priority >> 4

    def _rank(self, number: int) -> int:
        """The priority that preempts: group only; the faults that have a fixed one lie below 0."""
        if number == HARD:
            return -1
        if number == 2:
            return -2
        return self._group_of(self.priority[number])

    def running(self) -> int:
        """The priority of what runs, its masks left aside."""
        return min((self._rank(number) for number in self.active), default=_THREAD)

    def _masks(self) -> int:
        faultmask, primask, basepri = self.machine.registers.read_many(_MASKS)
        if faultmask & 1:
            return -1
        if primask & 1:
            return 0
        basepri &= 0xF0
        return self._group_of(basepri) if basepri else _THREAD

    def best(self) -> int:
        """The pending and enabled exception of the highest priority; 0 if none is."""
        candidates = self.pending & (self.enabled << 16 | 0xFFFF)
        best, found = (_THREAD + 1, 0, 0), 0
        while candidates:
            number = (candidates & -candidates).bit_length() - 1
            candidates &= candidates - 1
            key = (self._rank(number), self.priority[number] >> 4, number)
            if not found or key < best:
                best, found = key, number
        return found

    def wants_entry(self) -> bool:
        """Whether an exception is to be entered now."""
        if not self.pending:
            return False
        best = self.best()
        return bool(best) and self._rank(best) < min(self.running(), self._masks())

    def wakes(self) -> bool:
        """Whether a wait for an interrupt ends: masked by PRIMASK or not."""
        best = self.best()
        return bool(best) and self._rank(best) < self.running()

    def set_mask_watch(self, state: Any) -> None:
        """Have the counter look at the masks where only they keep an exception out."""
        best = self.best() if self.pending else 0
        waits = bool(best) and self._rank(best) < self.running()
        state.masked = 1 if waits else 0
        if waits:
            state.pending_priority = max(0, self._rank(best)) << 4

    # Entry and return

    def enter(self) -> None:
        """Enter the best pending exception."""
        number = self.best()
        self.pending &= ~(1 << number)
        self._enter(number, self.machine.pc)

    def _enter(self, number: int, return_to: int, *, cycles: int = ENTRY_CYCLES) -> None:
        machine, registers = self.machine, self.machine.registers
        xpsr, control, stack = registers.read_many(_STATE)
        xpsr |= 0x01000000
        floats = bool(control & 4)
        process = bool(control & 2) and not self.active
        aligned = stack & ~7 if self.ccr & 0x200 else stack & ~3
        padded = stack != aligned
        values = registers.read_many(_FRAME)
        frame = struct.pack("<8I", *values, return_to | 0, xpsr & ~0x200 | padded << 9)
        if floats:
            frame += struct.pack("<18I", *registers.read_many(_FLOATS), registers.read(arm.UC_ARM_REG_FPSCR), 0)
        stack = aligned - len(frame)
        try:
            machine.engine.mem_write(stack, frame)
        except UcError:
            machine.fail(Fault("stack", stack, return_to, self.cfsr | 1 << 12, self._registers()))
            return
        registers.write(arm.UC_ARM_REG_SP, stack)
        mode = (0xF1 if self.active else 0xFD if process else 0xF9) & (0xEF if floats else 0xFF)
        registers.write(arm.UC_ARM_REG_CONTROL, control & ~6 if not self.active else control & ~4)
        # Entering a handler exchanges the stacks, which the emulator does as it takes the number of the exception.
        if process:
            registers.write(arm.UC_ARM_REG_PSP, stack)
        registers.write(arm.UC_ARM_REG_XPSR, (xpsr & 0xF8000000) | 0x01000000 | number)
        registers.write(arm.UC_ARM_REG_LR, 0xFFFFFF00 | mode)
        self.active.append(number)
        if self.trace is not None:
            self.trace.append((machine.schedule.picoseconds(), number))
        try:
            entry = machine.word(self.vector_table + 4 * number)
        except UcError:
            entry = 0
        machine.pc = entry & ~1
        machine.counter.state.cycles += cycles
        machine.counter.state.work += cycles
        if not entry & 1:
            machine.fail(Fault("vector", entry, return_to, self.cfsr, self._registers()))

    def leave(self, code: int) -> None:
        """Return from the innermost handler; `code` is what was loaded into the program counter."""
        machine, registers = self.machine, self.machine.registers
        if not self.active or code & 0xFFFFFF00 != 0xFFFFFF00:
            machine.fail(Fault("usage", code, machine.pc, self.cfsr | 1 << 18, self._registers()))
            return
        number = self.active.pop()
        if self.lines >> number & 1:
            self.pending |= 1 << number
        if number in (HARD, 2):
            registers.write(arm.UC_ARM_REG_FAULTMASK, 0)
        floats, process, thread = not code & 0x10, bool(code & 4), bool(code & 8)
        if thread and not self.active:
            # Back in thread mode before the stack is read: the emulator then holds the right one in SP.
            xpsr = registers.read(arm.UC_ARM_REG_XPSR)
            registers.write(arm.UC_ARM_REG_XPSR, (xpsr & 0xF8000000) | 0x01000000)
            control = registers.read(arm.UC_ARM_REG_CONTROL) & ~6
            registers.write(arm.UC_ARM_REG_CONTROL, control | (2 if process else 0))
        stack = registers.read(arm.UC_ARM_REG_SP)
        size = 104 if floats else 32
        try:
            frame = bytes(machine.engine.mem_read(stack, size))
        except UcError:
            machine.fail(Fault("stack", stack, machine.pc, self.cfsr | 1 << 11, self._registers()))
            return
        values = struct.unpack_from("<8I", frame)
        registers.write_many(_FRAME, values[:6])
        if floats:
            words = struct.unpack_from("<17I", frame, 32)
            registers.write_many(_FLOATS, words[:16])
            registers.write(arm.UC_ARM_REG_FPSCR, words[16])
        registers.write(arm.UC_ARM_REG_SP, stack + size + (4 if values[7] & 0x200 else 0))
        registers.write(
            arm.UC_ARM_REG_XPSR, (values[7] & 0xFE00FC00) | 0x01000000 | (self.active[-1] if self.active else 0)
        )
        control = registers.read(arm.UC_ARM_REG_CONTROL)
        registers.write(arm.UC_ARM_REG_CONTROL, control | 4 if floats else control & ~4)
        machine.pc = values[6] & ~1
        if self.trace is not None:
            self.trace.append((machine.schedule.picoseconds(machine.counter.state.cycles), -number))
        state = machine.counter.state
        state.cycles += EXIT_CYCLES
        state.work += EXIT_CYCLES
        if not self.active and self.scr & 2:
            machine.sleeping = True

    def supervisor_call(self) -> None:
        """The processor executed SVC."""
        if self._rank(SVC) < min(self.running(), self._masks()):
            self._enter(SVC, self.machine.pc)
        else:
            self._hard(Fault("hard", 0, self.machine.pc, self.cfsr, self._registers()))

    def breakpoint(self, pc: int) -> None:
        """BKPT without a debugger is a hard fault (ARMv7-M ARM, C1.6)."""
        self.hfsr |= 1 << 31
        self._hard(Fault("breakpoint", pc, pc, self.cfsr, self._registers()))

    # Faults

    def bus_fault(self, address: int, pc: int) -> None:
        """A precise fault of an access, or of a fetch where `address` is that of an instruction."""
        fetch = address & ~1 == pc & ~1
        self.cfsr |= 1 << 8 if fetch else (1 << 9 | 1 << 15)
        self.bfar = address
        fault = Fault("bus", address, pc, self.cfsr, self._registers())
        self.machine.pc = pc
        self._raise(BUS, 17, fault)

    def usage_fault(self, pc: int, bit: int = 16) -> None:
        """An undefined instruction, or what the control register traps."""
        self.cfsr |= 1 << bit
        self._raise(USAGE, 18, Fault("usage", pc, pc, self.cfsr, self._registers()))

    def _raise(self, number: int, enable: int, fault: Fault) -> None:
        if self.shcsr >> enable & 1 and self._rank(number) < min(self.running(), self._masks()):
            self._handle(number, fault)
        else:
            self.hfsr |= 1 << 30
            self._hard(fault)

    def _hard(self, fault: Fault) -> None:
        if self.running() <= -1:
            self.machine.fail(Fault("lockup", fault.address, fault.pc, fault.status, fault.registers))
            return
        self._handle(HARD, fault)

    def _handle(self, number: int, fault: Fault) -> None:
        """Enter a fault's handler where the program has one of its own; the one that only loops ends the run."""
        machine = self.machine
        if self._only_loops(number):
            machine.fail(fault)
            return
        machine.faults.append(fault)
        if len(machine.faults) > 100:
            machine.fail(fault)
            return
        self._enter(number, fault.pc)

    def _only_loops(self, number: int) -> bool:
        try:
            entry = self.machine.word(self.vector_table + 4 * number) & ~1
            return bytes(self.machine.engine.mem_read(entry, 2)) == b"\xfe\xe7"
        except UcError:
            return True

    def _registers(self) -> tuple[int, ...]:
        return tuple(self.machine.registers.read_many((*_FRAME, arm.UC_ARM_REG_SP)))

    # Registers at 0xE000E000

    def load(self, address: int, size: int) -> int:
        """A read of the system control space."""
        value = self._word(address & ~3) >> 8 * (address & 3)
        return value if size == 4 else value & ((1 << 8 * size) - 1)

    def _word(self, address: int) -> int:
        offset = address - 0xE000E000
        if 0x10 <= offset < 0x20:
            return self.tick.load(offset)
        if 0x100 <= offset < 0x380:
            bits, word = (self.enabled, self.pending >> 16), offset >> 2 & 7
            chosen = bits[0] if offset < 0x200 else bits[1] if offset < 0x300 else self._active_bits()
            return chosen >> 32 * word & 0xFFFFFFFF
        if 0x400 <= offset < 0x460:
            return int.from_bytes(self.priority[16 + offset - 0x400 : 20 + offset - 0x400], "little")
        if 0xD18 <= offset < 0xD24:
            return int.from_bytes(self.priority[4 + offset - 0xD18 : 8 + offset - 0xD18], "little")
        if address == 0xE0001004:
            return self._cycle_count()
        known = {
            0x004: 0x2,
            0xD00: _CPUID,
            0xD04: self._icsr(),
            0xD08: self.vector_table,
            0xD0C: 0xFA050000 | self.group << 8,
            0xD10: self.scr,
            0xD14: self.ccr,
            0xD24: self.shcsr | self._active_system(),
            0xD28: self.cfsr,
            0xD2C: self.hfsr,
            0xD38: self.bfar,
            0xD34: self.bfar,
            0xD88: self.cpacr,
            0xF40: 0x10110021,
            0xF44: 0x11000011,
        }
        return known.get(offset, self.plain.get(address, 0))

    def _active_bits(self) -> int:
        return sum(1 << number - 16 for number in self.active if number >= 16)

    def _active_system(self) -> int:
        places = {MEMORY: 0, BUS: 1, USAGE: 3, SVC: 7, DEBUG: 8, PENDSV: 10, SYSTICK: 11}
        return sum(1 << places[number] for number in self.active if number in places)

    def _icsr(self) -> int:
        best = self.best()
        value = self.active[-1] if self.active else 0
        value |= best << 12 | (1 << 22 if self.pending >> 16 else 0) | (1 << 11 if len(self.active) <= 1 else 0)
        return value | (1 << 26 if self.pending >> SYSTICK & 1 else 0) | (1 << 28 if self.pending >> PENDSV & 1 else 0)

    def _cycle_count(self) -> int:
        base = self.plain.get(0xE0001004, 0)
        if not self.plain.get(0xE0001000, 0) & 1:
            return base
        return (base + self.machine.schedule.now - self.plain.get(-1, 0)) & 0xFFFFFFFF

    def store(self, address: int, size: int, value: int) -> None:
        """A write to the system control space."""
        offset = address - 0xE000E000
        if 0x400 <= offset < 0x460 or 0xD18 <= offset < 0xD24:
            first = 16 + offset - 0x400 if offset < 0xD00 else 4 + offset - 0xD18
            for index in range(size):
                self.priority[first + index] = value >> 8 * index & 0xF0
            return
        if 0x10 <= offset < 0x20:
            self.tick.store(offset, value)
        elif 0x100 <= offset < 0x300:
            self._store_bits(offset, value << 32 * (offset >> 2 & 7))
        elif offset == 0xF00:
            self.pend(16 + (value & 0x1FF))
        else:
            self._store_control(offset, address, value)

    def _store_bits(self, offset: int, bits: int) -> None:
        if offset < 0x180:
            self.enabled |= bits
        elif offset < 0x200:
            self.enabled &= ~bits
        elif offset < 0x280:
            self.pending |= bits << 16
        else:
            self.pending &= ~(bits << 16) | self.lines

    def _store_control(self, offset: int, address: int, value: int) -> None:
        if offset == 0xD04:
            for bit, number, sets in (
                (28, PENDSV, True),
                (27, PENDSV, False),
                (26, SYSTICK, True),
                (25, SYSTICK, False),
            ):
                if value >> bit & 1:
                    self.pending = self.pending | 1 << number if sets else self.pending & ~(1 << number)
        elif offset == 0xD08:
            self.vector_table = value & 0xFFFFFF80
        elif offset == 0xD0C:
            if value >> 16 == 0x05FA:
                self.group = value >> 8 & 7
                if value & 4:
                    self.machine.request_reset("software")
        elif offset == 0xD10:
            self.scr = value & 0x16
        elif offset == 0xD14:
            self.ccr = value & 0x31B
        elif offset == 0xD24:
            self.shcsr = value & 0x70000
        elif offset == 0xD28:
            self.cfsr &= ~value
        elif offset == 0xD2C:
            self.hfsr &= ~value
        elif offset == 0xD88:
            self.cpacr = value
        elif address in (0xE0001000, 0xE0001004):
            if address == 0xE0001000:
                self.plain[0xE0001004] = self._cycle_count()
            self.plain[address] = value
            self.plain[-1] = self.machine.schedule.now
        else:
            self.plain[address] = value


class SysTick:
    """The system timer: 24 bits, counts down, reloads (ARMv7-M ARM, B3.3)."""

    def __init__(self, owner: Exceptions) -> None:
        self._owner = owner
        self._schedule = owner.machine.schedule
        self.control = 0
        self.reload = 0
        self._value = 0
        self._zero_at = 0
        self._flag = False
        self._event = 0
        # CTRL is read plainly as long as reading it takes no flag back.
        self._words, self._fast = owner.machine.window(0xE000E010, 4)
        self._show()

    def _show(self) -> None:
        self._words[0], self._fast[0] = self.control, not self._flag

    def _step(self) -> int:
        """Cycles per count: the processor clock, or an eighth of it (RM0090, 7.2)."""
        return 1 if self.control & 4 else 8

    def _current(self) -> int:
        if not self.control & 1:
            return self._value
        left = -(-(self._zero_at - self._schedule.now) // self._step())
        return 0 if left > self.reload else max(left, 0)

    def load(self, offset: int) -> int:
        """A read of a register."""
        if offset == 0x10:
            flag, self._flag = self._flag, False
            self._show()
            return self.control | flag << 16
        return {0x14: self.reload, 0x18: self._current(), 0x1C: 0x40000000 | 18749}.get(offset, 0)

    def store(self, offset: int, value: int) -> None:
        """A write to a register."""
        if offset == 0x10:
            self._value = self._current()
            self.control = value & 7
            self._show()
            self._plan()
        elif offset == 0x14:
            self.reload = value & 0xFFFFFF
        elif offset == 0x18:
            self._value, self._flag = 0, False
            self._show()
            self._plan()

    def _plan(self) -> None:
        self._schedule.cancel(self._event)
        self._event = 0
        if self.control & 1 and (self._value or self.reload):
            # From 0 the next count loads the reload value, so that a period is one count longer than that.
            self._zero_at = self._schedule.now + (self._value or self.reload + 1) * self._step()
            self._event = self._schedule.at(self._zero_at, self._reached)

    def _reached(self) -> None:
        self._flag = True
        self._show()
        if self.control & 2:
            self._owner.pend(SYSTICK)
        self._event = self._value = 0
        if self.reload:
            self._zero_at = self._schedule.now + (self.reload + 1) * self._step()
            self._event = self._schedule.at(self._zero_at, self._reached)
