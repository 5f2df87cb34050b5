"""The specification of the cache: per set a dictionary from tags to words, in the order in which lines are replaced."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins


class Cache:
    """The lines, after a reset."""

    def __init__(self, params: Params) -> None:
        """No set holds a line."""
        self._sets = int(params["sets"])
        self._policy, self._organisation = str(params["policy"]), str(params["organisation"])
        self._ways = 1 if self._organisation == "direct" else 2
        self._lines: list[dict[int, int]] = [{} for _ in range(self._sets)]
        self._dirty: list[set[int]] = [set() for _ in range(self._sets)]

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """What the request and the memory see."""
        values: dict[str, int | None] = dict.fromkeys(("shown", "mem_address", "mem_written"))
        values |= {"done": 0, "mem_read": 0, "mem_write": 0}
        index, tag = self._place(pins)
        victim = self._stale(pins)
        if victim is not None:
            word = self._lines[index][victim]
            return {**values, "mem_write": 1, "mem_address": victim * self._sets + index, "mem_written": word}
        if pins["read"]:
            if tag in self._lines[index]:
                return {**values, "done": 1, "shown": self._lines[index][tag]}
            return {**values, "mem_read": 1, "mem_address": pins["address"]}
        if pins["write"] and self._policy == "back":
            return {**values, "done": 1}
        if pins["write"]:
            ready, word = pins["mem_ready"], pins["written"]
            return {**values, "done": ready, "mem_write": 1, "mem_address": pins["address"], "mem_written": word}
        return values

    def step(self, pins: Pins) -> None:
        """A line may be used, stored, filled, installed or cleaned; then all may be dropped."""
        self._serve(pins)
        if pins.get("invalidate"):
            for lines, dirty in zip(self._lines, self._dirty, strict=True):
                lines.clear()
                dirty.clear()

    def _serve(self, pins: Pins) -> None:
        index, tag = self._place(pins)
        lines, victim = self._lines[index], self._stale(pins)
        if victim is not None:
            if pins["mem_ready"]:
                self._dirty[index].discard(victim)
        elif pins["read"] and tag in lines:
            self._place_line(index, tag, lines[tag])
        elif pins["read"] and pins["mem_ready"]:
            self._place_line(index, tag, pins["mem_shown"])
        elif pins["write"] and self._policy == "back":
            self._place_line(index, tag, pins["written"])
            self._dirty[index].add(tag)
        elif pins["write"] and pins["mem_ready"] and (tag in lines or self._policy == "through_allocate"):
            self._place_line(index, tag, pins["written"])

    def _place_line(self, index: int, tag: int, word: int) -> None:
        """Put a word into a line, which is made where there is none; the first key of the set is the next victim."""
        lines = self._lines[index]
        if tag in lines and self._organisation != "lru":
            lines[tag] = word
            return
        lines.pop(tag, None)
        if len(lines) == self._ways:
            del lines[next(iter(lines))]
        lines[tag] = word

    def _stale(self, pins: Pins) -> int | None:
        """The tag of the line that must be written back before the request goes on."""
        index, tag = self._place(pins)
        lines = self._lines[index]
        if not (pins["read"] or pins["write"]) or tag in lines or len(lines) < self._ways:
            return None
        victim = next(iter(lines))
        return victim if victim in self._dirty[index] else None

    def _place(self, pins: Pins) -> tuple[int, int]:
        tag, index = divmod(pins["address"], self._sets)
        return index, tag
