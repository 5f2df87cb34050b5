"""Time and what happens when: cycles of the processor clock, and the events that wait for their cycle."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from fractions import Fraction

NEVER = 1 << 62
PICOSECONDS = 10**12


class Schedule:
    """Events in the order of their cycles, and the way from cycles to seconds as the clock changes.

    Attributes:
        now: cycles since power-on; the time of the access or of the event that is being handled.
    """

    def __init__(self, hertz: int) -> None:
        self.now = 0
        self.hertz = hertz
        self._anchor_cycle = 0
        self._anchor_time = Fraction(0)
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._gone: set[int] = set()
        self._number = 0
        self._outside: list[tuple[int, int, Callable[[], None]]] = []
        self._outside_cycle = NEVER

    def at(self, cycle: int, action: Callable[[], None]) -> int:
        """Call `action` at a cycle; returns what `cancel` takes."""
        self._number += 1
        heapq.heappush(self._events, (max(cycle, self.now), self._number, action))
        return self._number

    def cancel(self, number: int) -> None:
        """Forget an event; 0 is none."""
        if number:
            self._gone.add(number)

    def at_time(self, picoseconds: int, action: Callable[[], None]) -> None:
        """Call `action` at a time outside of the chip, whatever its clock does."""
        self._number += 1
        heapq.heappush(self._outside, (picoseconds, self._number, action))
        self._find_outside()

    def after_time(self, picoseconds: int, action: Callable[[], None]) -> None:
        """Call `action` so much later."""
        self.at_time(self.picoseconds() + picoseconds, action)

    def next_cycle(self) -> int:
        """When the next event falls due; `NEVER` if none waits."""
        while self._events and self._events[0][1] in self._gone:
            self._gone.discard(heapq.heappop(self._events)[1])
        inside = self._events[0][0] if self._events else NEVER
        return min(inside, self._outside_cycle)

    def _find_outside(self) -> None:
        self._outside_cycle = self.cycle_of(self._outside[0][0]) if self._outside else NEVER

    def advance(self, cycle: int) -> None:
        """Let everything happen that falls due up to a cycle, each at its own time."""
        while True:
            due = self.next_cycle()
            if due > cycle:
                break
            self.now = max(self.now, due)
            if self._events and self._events[0][0] == due:
                action = heapq.heappop(self._events)[2]
            else:
                action = heapq.heappop(self._outside)[2]
                self._find_outside()
            action()
        self.now = max(self.now, cycle)

    def change_clock(self, hertz: int) -> None:
        """From now on a second has so many cycles."""
        if hertz == self.hertz:
            return
        self._anchor_time = self._time(self.now)
        self._anchor_cycle = self.now
        self.hertz = hertz
        self._find_outside()

    def _time(self, cycle: int) -> Fraction:
        return self._anchor_time + Fraction((cycle - self._anchor_cycle) * PICOSECONDS, self.hertz)

    def picoseconds(self, cycle: int | None = None) -> int:
        """The time of a cycle since power-on, rounded; of the present one where it is None."""
        return round(self._time(self.now if cycle is None else cycle))

    def cycle_of(self, picoseconds: int) -> int:
        """The first cycle at or after a time."""
        ahead = (picoseconds - self._anchor_time) * self.hertz / PICOSECONDS
        return self._anchor_cycle + max(0, -(-ahead.numerator // ahead.denominator))

    def cycles_in(self, picoseconds: int) -> int:
        """How many cycles a span takes at the present clock, at least one."""
        return max(1, round(Fraction(picoseconds * self.hertz, PICOSECONDS)))
