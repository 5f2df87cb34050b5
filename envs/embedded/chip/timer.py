"""Timers: counting, compare and PWM outputs, capture, slave modes, dead time (RM0090, 17 to 20).

Nothing runs between events. A counter is known by the cycle at which it last held a known value; overflows and matches
are events in cycles, so that what a timer makes on a pin is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecot.envs.embedded.chip.peripheral import Peripheral
from ecot.envs.embedded.chip.schedule import NEVER

if TYPE_CHECKING:
    from ecot.envs.embedded.chip.machine import Machine
    from ecot.envs.embedded.device.tables import Instance

CHANNELS = {
    "TIM1": 4,
    "TIM2": 4,
    "TIM3": 4,
    "TIM4": 4,
    "TIM5": 4,
    "TIM6": 0,
    "TIM7": 0,
    "TIM8": 4,
    "TIM9": 2,
    "TIM10": 1,
    "TIM11": 1,
    "TIM12": 2,
    "TIM13": 1,
    "TIM14": 1,
}
WIDE = ("TIM2", "TIM5")
"""The timers of 32 bits; all others have 16 (RM0090, 18.2)."""
ADVANCED = ("TIM1", "TIM8")
_LINES = {
    "TIM1": ("TIM1_UP_TIM10", "TIM1_CC", "TIM1_TRG_COM_TIM11", "TIM1_BRK_TIM9"),
    "TIM8": ("TIM8_UP_TIM13", "TIM8_CC", "TIM8_TRG_COM_TIM14", "TIM8_BRK_TIM12"),
    "TIM6": ("TIM6_DAC",),
    "TIM9": ("TIM1_BRK_TIM9",),
    "TIM10": ("TIM1_UP_TIM10",),
    "TIM11": ("TIM1_TRG_COM_TIM11",),
    "TIM12": ("TIM8_BRK_TIM12",),
    "TIM13": ("TIM8_UP_TIM13",),
    "TIM14": ("TIM8_TRG_COM_TIM14",),
}
_MASTERS = {
    "TIM1": ("TIM5", "TIM2", "TIM3", "TIM4"),
    "TIM2": ("TIM1", "TIM8", "TIM3", "TIM4"),
    "TIM3": ("TIM1", "TIM2", "TIM5", "TIM4"),
    "TIM4": ("TIM1", "TIM2", "TIM3", "TIM8"),
    "TIM5": ("TIM2", "TIM3", "TIM4", "TIM8"),
    "TIM8": ("TIM1", "TIM2", "TIM4", "TIM5"),
    "TIM9": ("TIM2", "TIM3", "TIM10", "TIM11"),
    "TIM12": ("TIM4", "TIM5", "TIM13", "TIM14"),
}
"""Whose trigger output is the internal trigger 0 to 3 of a timer (RM0090, tables 93, 97, 101)."""
UIF, TIF, BIF = 1, 1 << 6, 1 << 7


class Timer(Peripheral):
    """One timer of any kind; what its kind lacks reads as zero and does nothing."""

    peculiar = frozenset({"CNT", "CCR1", "CCR2", "CCR3", "CCR4"})

    def __init__(self, machine: Machine, instance: Instance) -> None:
        super().__init__(machine, instance)
        self.channels = CHANNELS[self.name]
        self.top = 0xFFFFFFFF if self.name in WIDE else 0xFFFF
        self._shadow = {"arr": self.top, "psc": 0}
        self.restarted()

    def restarted(self) -> None:
        """At rest, with all outputs off."""
        self.machine.schedule.cancel(getattr(self, "_event", 0))
        self.put("ARR", self.top)
        self._count, self._since, self._down, self._running = 0, self.machine.schedule.now, False, False
        self._arr, self._psc, self._repeat = self.top, 0, 0
        self._compare = [0, 0, 0, 0]
        self._reference = [False] * 4
        self._edges = [0, 0, 0, 0]
        self._inputs = [0, 0, 0, 0]
        self._event = 0
        self._step = self._cycles_per_step()
        self._outputs: dict[str, int | None] = {}
        for number in range(self.channels):
            self._output(number)
        self._lines()

    # Counting

    def _cycles_per_step(self) -> int:
        rcc = self.machine.peripherals.get("RCC")
        divider: int = rcc.timer_divider(self.instance.bus) if rcc else 1  # type: ignore[attr-defined]
        return divider * (self._psc + 1)

    def clock_switched(self) -> None:
        """The clock was gated, or its frequency changed: what was counted stays."""
        self._settle()
        self._plan()

    def _counts_by_itself(self) -> bool:
        mode = self.get("SMCR") & 7
        return self._running and self.clocked and mode not in (1, 2, 3) and mode != 7 and self._gate_open()

    def _gate_open(self) -> bool:
        return self.get("SMCR") & 7 != 5 or bool(self._trigger_level())

    def _centre(self) -> bool:
        return bool(self.get("CR1") >> 5 & 3)

    def count(self) -> int:
        """The counter now."""
        if not self._counting:
            return self._count
        passed = max(0, self.machine.schedule.now - self._since) // self._step
        if self._down:
            value = self._count - passed
            return value if value >= 0 else (self._arr - (-value - 1) % (self._arr + 1))
        value = self._count + passed
        if value <= self._arr or self._count > self._arr:
            return value & self.top
        return value % (self._arr + 1)

    _counting = False

    def _settle(self) -> None:
        """Write down what the counter holds now, and since when."""
        now = self.machine.schedule.now
        if self._counting:
            passed = max(0, now - self._since) // self._step
            self._count = self.count()
            self._since += passed * self._step
        else:
            self._since = now
        self._counting = self._counts_by_itself()
        if self._counting and not self._was_counting:
            self._since = now
        self._was_counting = self._counting
        step = self._cycles_per_step()
        if step != self._step:
            self._step, self._since = step, now

    _was_counting = False

    def _interested(self) -> bool:
        """Whether an update means anything: a flag to set, an output to move, a request to make."""
        return bool(
            not self.get("SR") & UIF
            or self.get("CR1") & 8
            or self.get("DIER") & 0x101
            or self.get("CR2") >> 4 & 7
            or self._repeat
            or self._centre()
            or self._drives()
            or self._arr != self.get("ARR") & self.top
            or self._psc != self.get("PSC")
        )

    def _drives(self) -> bool:
        return bool(self.get("CCER") & 0x5555)

    def _plan(self) -> None:
        """Find the next event, the end of the present pass or a match before it; comes after `_settle`."""
        schedule = self.machine.schedule
        schedule.cancel(self._event)
        self._event = 0
        self._counting = self._was_counting = self._counts_by_itself()
        if not self._counting or not self._arr:
            return
        count = self._count
        best = NEVER
        if self._interested():
            best = self._steps_to_end(count)
        for number in self._busy_channels():
            if self._watches(number):
                best = min(best, self._steps_to_match(count, self._compare[number]))
        if best != NEVER:
            self._event = schedule.at(self._since + best * self._step, self._reached)

    def _steps_to_end(self, count: int) -> int:
        if self._down:
            return max(1, count) if self._centre() else count + 1
        if count > self._arr:
            return self.top + 1 - count
        return max(1, self._arr - count) if self._centre() else self._arr + 1 - count

    def _steps_to_match(self, count: int, value: int) -> int:
        ahead = count - value if self._down else value - count
        return ahead if ahead > 0 and value <= self._arr else NEVER

    def _watches(self, number: int) -> bool:
        if self._selection(number):
            return False
        flagged = self.get("SR") >> (number + 1) & 1
        wanted = self.get("DIER") & (0x202 << number) or self.get("CCER") >> 4 * number & 5
        return bool(wanted or not flagged or self.get("CR2") >> 4 & 7 >= 3)

    def _reached(self) -> None:
        self._event = 0
        before_end = self._steps_left()
        self._settle()
        if before_end:
            self._matches()
        else:
            self._end_of_pass()
        self._plan()

    def _steps_left(self) -> bool:
        """Whether the event that just came is a match within the pass."""
        passed = (self.machine.schedule.now - self._since) // self._step
        return passed < self._steps_to_end(self._count)

    def _end_of_pass(self) -> None:
        self._since = self.machine.schedule.now
        if self._centre():
            self._down = not self._down
            self._count = self._arr if self._down else 0
            modes = self.get("CR1") >> 5 & 3
            self._update(self._count)
            if modes:
                self._matches()
            return
        self._count = self._arr if self._down else 0
        self._update(self._count)
        self._count = min(self._count, self._arr) if not self._down else self._arr
        self._matches()

    def _update(self, count: int) -> None:
        """An update event, unless the repetition counter or UDIS holds it back."""
        if self._repeat:
            self._repeat -= 1
            self._references(wrap=True)
            return
        self._repeat = self.get("RCR") & 0xFF if self.name in ADVANCED else 0
        if not self.get("CR1") & 2:
            self._take_preloads()
            self.set_bits("SR", UIF)
            if self.get("DIER") & 0x100:
                self.machine.wiring.dma_request(f"{self.name}_UP")
            self._trigger_output(2)
        if self.get("CR1") & 8:
            self.clear_bits("CR1", 1)
            self._running = False
        self._references(wrap=True)
        self._lines()

    def _take_preloads(self) -> None:
        self._arr, self._psc = self.get("ARR") & self.top, self.get("PSC")
        self._step = self._cycles_per_step()
        for number in range(self.channels):
            if not self._selection(number):
                self._compare[number] = self.get(f"CCR{number + 1}") & self.top

    # Compare

    def _selection(self, number: int) -> int:
        """0 for an output, else which input a channel captures."""
        return self.get(f"CCMR{number // 2 + 1}") >> 8 * (number % 2) & 3

    def _mode(self, number: int) -> int:
        return self.get(f"CCMR{number // 2 + 1}") >> (8 * (number % 2) + 4) & 7

    def _busy_channels(self) -> Sequence[int]:
        """The channels at which a match means more than a flag that is set already."""
        flags = ((1 << self.channels) - 1) << 1
        if self.get("SR") & flags == flags and not self.machine.wiring.converters_wait:
            used = (
                self.get("CCER")
                or self.get("DIER") & 0x1E1E
                or self.get("CR2") & 0x40
                or self.get("CR2") & 0x30 == 0x30
            )
            return range(self.channels) if used else ()
        return range(self.channels)

    def _matches(self) -> None:
        for number in self._busy_channels():
            if self._compare[number] == self._count and self._selection(number) == 0:
                self.set_bits("SR", 2 << number)
                if self.get("DIER") & 0x200 << number:
                    self.machine.wiring.dma_request(f"{self.name}_CH{number + 1}")
                mode = self._mode(number)
                if mode in (1, 2, 3):
                    self._reference[number] = {1: True, 2: False}.get(mode, not self._reference[number])
                    self._output(number)
                if number == 0:
                    self._trigger_output(3)
                self.machine.wiring.trigger(f"{self.name}_CC{number + 1}")
        self._references()
        self._lines()

    def _references(self, *, wrap: bool = False) -> None:
        """PWM and forced levels follow from the counter."""
        if not self.get("CCMR1") | self.get("CCMR2"):
            return
        for number in range(self.channels):
            mode = self._mode(number)
            if self._selection(number) or mode in (0, 1, 2, 3):
                continue
            if mode in (4, 5):
                level = mode == 5
            else:
                value = self._compare[number]
                level = self._count <= value if self._down else self._count < value
                if self._down and not self._centre() and value == 0:
                    level = False if self._count else level
                level = level if mode == 6 else not level
            if level != self._reference[number]:
                self._reference[number] = level
                self._output(number)
                if level:
                    self._trigger_output(4 + number)

    def _output(self, number: int) -> None:
        """Bring a channel's level to its pins."""
        enables = self.get("CCER") >> 4 * number
        advanced = self.name in ADVANCED
        on = not advanced or bool(self.get("BDTR") >> 15 & 1)
        reference = self._reference[number]
        plain, inverse = f"{self.name}_CH{number + 1}", f"{self.name}_CH{number + 1}N"
        dead = self._dead_time() if advanced and enables & 1 and enables & 4 else 0
        active = self._selection(number) == 0
        level = int(reference) ^ (enables >> 1 & 1) if enables & 1 and on and active else None
        other = (
            (int(not reference) if enables & 1 else int(reference)) ^ (enables >> 3 & 1)
            if enables & 4 and on and active
            else None
        )
        if not advanced:
            other = None
        self._drive(plain, level, reference, dead)
        if advanced and number < 3:
            self._drive(inverse, other, not reference, dead)

    def _drive(self, signal: str, level: int | None, rises: bool, dead: int) -> None:
        if self._outputs.get(signal) == level:
            return
        before = self._outputs.get(signal)
        self._outputs[signal] = level
        if dead and rises and level is not None and before is not None:
            self.machine.schedule.at(self.machine.schedule.now + dead, lambda: self._late(signal, level))
        else:
            self.machine.wiring.drive(signal, level)

    def _late(self, signal: str, level: int) -> None:
        if self._outputs.get(signal) == level:
            self.machine.wiring.drive(signal, level)

    def _dead_time(self) -> int:
        """Cycles of dead time (RM0090, 17.4.18)."""
        code = self.get("BDTR") & 0xFF
        if code < 0x80:
            steps = code
        elif code < 0xC0:
            steps = (64 + (code & 63)) * 2
        elif code < 0xE0:
            steps = (32 + (code & 31)) * 8
        else:
            steps = (32 + (code & 31)) * 16
        return steps * (1 << (self.get("CR1") >> 8 & 3)) * (self._cycles_per_step() // (self._psc + 1))

    # Inputs

    def input(self, channel: int, level: int) -> None:
        """The pin of a channel changed; channels count from 1."""
        before, self._inputs[channel - 1] = self._inputs[channel - 1], level
        if not self.clocked or before == level or channel > self.channels:
            return
        self._settle()
        mode = self.get("SMCR") & 7
        if mode in (1, 2, 3) and channel < 3:
            self._encode(channel, level, mode)
        for number in range(self.channels):
            selection = self._selection(number)
            source = number + 1 if selection == 1 else (number ^ 1) + 1 if selection == 2 else 0
            if source == channel and self.get("CCER") >> 4 * number & 1 and self._edge_fits(number, level):
                self._capture(number)
        trigger = self.get("SMCR") >> 4 & 7
        if (trigger == 5 and channel == 1) or (trigger == 6 and channel == 2):
            if self._edge_fits(channel - 1, level):
                self._triggered()
        elif trigger == 4 and channel == 1:
            self._triggered()
        self._plan()
        self._lines()

    def _edge_fits(self, number: int, level: int) -> bool:
        kind = self.get("CCER") >> (4 * number + 1)
        if kind & 1 and kind & 4:
            return True
        return bool(level) != bool(kind & 1)

    def _capture(self, number: int) -> None:
        self._edges[number] += 1
        prescaler = 1 << (self.get(f"CCMR{number // 2 + 1}") >> (8 * (number % 2) + 2) & 3)
        if self._edges[number] % prescaler:
            return
        if self.get("SR") >> (number + 1) & 1:
            self.set_bits("SR", 0x200 << number)
        self.put(f"CCR{number + 1}", self.count())
        self.set_bits("SR", 2 << number)
        if self.get("DIER") & 0x200 << number:
            self.machine.wiring.dma_request(f"{self.name}_CH{number + 1}")

    def _encode(self, channel: int, level: int, mode: int) -> None:
        """Count an edge of a quadrature encoder (RM0090, table 92)."""
        if (mode == 1 and channel != 2) or (mode == 2 and channel != 1) or not self._running:
            return
        first = self._inputs[0] ^ (self.get("CCER") >> 1 & 1)
        second = self._inputs[1] ^ (self.get("CCER") >> 5 & 1)
        up = (first != second) if channel == 1 else (first == second)
        self._count = self._count + 1 if up else self._count - 1
        if self._count > self._arr or self._count < 0:
            self._count = 0 if self._count > self._arr else self._arr
            self._update(self._count)
        self.clear_bits("CR1", 0x10)
        if not up:
            self.set_bits("CR1", 0x10)

    def _trigger_level(self) -> int:
        return self._inputs[{5: 0, 6: 1}.get(self.get("SMCR") >> 4 & 7, 0)]

    def triggered_by(self, master: str) -> None:
        """Another timer's trigger output came."""
        choice = self.get("SMCR") >> 4 & 7
        sources = _MASTERS.get(self.name, ())
        if self.clocked and choice < len(sources) and sources[choice] == master and self.get("SMCR") & 7:
            self._settle()
            self._triggered()
            self._plan()
            self._lines()

    def _triggered(self) -> None:
        """The selected trigger came: what it does is the slave mode."""
        mode = self.get("SMCR") & 7
        if mode == 0:
            return
        self.set_bits("SR", TIF)
        if mode == 4:
            self._restart(software=False)
        elif mode == 6:
            self.set_bits("CR1", 1)
            self._running = True
        elif mode == 7 and self._running:
            self._prescaled = self._prescaled + 1
            if self._prescaled > self._psc:
                self._prescaled = 0
                self._count += 1
                if self._count > self._arr:
                    self._count = 0
                    self._update(0)
                self._matches()

    _prescaled = 0

    def _trigger_output(self, mode: int) -> None:
        if self.get("CR2") >> 4 & 7 == mode:
            self.machine.wiring.trigger(f"{self.name}_TRGO")
            for other in self.machine.wiring.timers:
                if other is not self:
                    other.triggered_by(self.name)

    # Registers

    def read(self, name: str) -> int:
        """The counter, and captures, whose reading takes their flag back."""
        if name == "CNT":
            return self.count()
        number = int(name[-1]) - 1
        if number < self.channels and self._selection(number) and self.get("SR") >> (number + 1) & 1:
            self.clear_bits("SR", 2 << number)
            self._lines()
        return self.get(name)

    def wrote(self, name: str, old: int, new: int, value: int) -> None:
        """Take over what was written, at once or at the next update."""
        self._settle()
        if name == "CR1":
            self._wrote_control(old, new)
        elif name == "EGR":
            self._generate(value)
        elif name == "CNT":
            self._count, self._since = new & self.top, self.machine.schedule.now
            self._references()
        elif name == "ARR":
            self.put("ARR", new & self.top)
            if not self.get("CR1") & 0x80:
                self._arr = new & self.top
        elif name.startswith("CCR"):
            self._wrote_compare(int(name[-1]) - 1, new)
        elif name in ("CCER", "CCMR1", "CCMR2", "BDTR"):
            self._references()
            for number in range(self.channels):
                self._output(number)
        self._plan()
        self._lines()

    def _wrote_control(self, old: int, new: int) -> None:
        if new & 1 and not old & 1:
            self._running = True
            self._since = self.machine.schedule.now
            if not self._centre():
                self._down = bool(new & 0x10)
            self._plan()
            if self._selection(0) == 0:
                self._references()
            self._trigger_output(1)
        elif not new & 1:
            self._running = False
        if not self._centre() and (old ^ new) & 0x10:
            self._down = bool(new & 0x10)

    def _wrote_compare(self, number: int, value: int) -> None:
        if number >= self.channels:
            return
        value &= self.top
        self.put(f"CCR{number + 1}", value)
        preload = self.get(f"CCMR{number // 2 + 1}") >> (8 * (number % 2) + 3) & 1
        if not self._selection(number) and not (preload and self._running):
            self._compare[number] = value
            if preload:
                return
            self._references()

    def _generate(self, value: int) -> None:
        if value & 1:
            self._restart(software=True)
        for number in range(self.channels):
            if value >> (number + 1) & 1:
                if self._selection(number):
                    self._capture(number)
                else:
                    self.set_bits("SR", 2 << number)
        if value & 0x80 and self.name in ADVANCED:
            self.set_bits("SR", BIF)
            self.clear_bits("BDTR", 1 << 15)
            for number in range(self.channels):
                self._output(number)

    def _restart(self, *, software: bool) -> None:
        """Start anew, with all preloads taken (RM0090, 18.4.6)."""
        control = self.get("CR1")
        self._take_preloads()
        self._since = self.machine.schedule.now
        self._count = self._arr if self._down and not self._centre() else 0
        self._repeat = self.get("RCR") & 0xFF if self.name in ADVANCED else 0
        if not control & 2 and not control & 4:
            self.set_bits("SR", UIF)
            if self.get("DIER") & 0x100:
                self.machine.wiring.dma_request(f"{self.name}_UP")
            self._trigger_output(2)
        if software:
            self._trigger_output(0)
        self._matches()

    def _lines(self) -> None:
        active = self.get("SR") & self.get("DIER")
        names = _LINES.get(self.name, (self.name,))
        if len(names) == 1:
            self.machine.wiring.line(names[0], self.name, high=bool(active & 0xDF))
            return
        for name, mask in zip(names, (UIF, 0x1E, TIF | 0x20, BIF), strict=True):
            self.machine.wiring.line(name, self.name, high=bool(active & mask))
