"""The specification of the SPI peripheral: lists of bits of the word that comes and of the word that goes."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins


class Peripheral:
    """What was received and what is still to be sent, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """Not selected, no word waits; `events` takes words loaded, words received and words given up."""
        self._events = events
        self._polarity, self._phase = divmod(int(params["mode"]), 2)
        self._width, self._upwards = int(params["width"]), params["order"] == "low_first"
        self._filler, self._replaces = str(params["filler"]), params["overrun"] == "replace"
        self._before = {"select": 1, "clock": self._polarity}
        self._incoming: list[int] = []
        self._outgoing: list[int] = []
        self._shown, self._last, self._overrun, self._words = 0, 0, 0, 0
        self._waiting: int | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """The bit that goes out, the word that waits, and whether the next edge loads a word."""
        return {
            "miso": self._shown,
            "rx_valid": int(self._waiting is not None),
            "rx_data": self._waiting,
            "tx_ready": int(self._loads(pins)),
            "overrun": self._overrun,
        }

    def step(self, pins: Pins) -> None:
        """One rising edge of the module's clock."""
        loads, shifts, reads = self._loads(pins), self._shifts(pins), self._reads(pins)
        free = self._waiting is None or bool(pins["rx_ready"])
        taken = self._waiting is not None and bool(pins["rx_ready"])
        if taken:
            self._waiting = None
        self._overrun = 0
        if loads:
            self._load(pins)
        elif shifts:
            self._shown = self._outgoing.pop(0)
        if reads:
            self._incoming.append(pins["mosi"])
            if len(self._incoming) == self._width:
                self._receive(free=free, beside=taken)
        if pins["select"]:
            if self._before["select"] == 0:
                self._events.append({"kind": "ended", "bits left": len(self._incoming), "words": min(self._words, 3)})
            self._incoming, self._shown, self._words = [], 0, 0
        self._before = {"select": pins["select"], "clock": pins["clock_in"]}

    def _load(self, pins: Pins) -> None:
        fillers = {"zeros": 0, "ones": (1 << self._width) - 1, "again": self._last}
        self._last = pins["tx_data"] if pins["tx_valid"] else fillers[self._filler]
        self._shown, *self._outgoing = self._bits(self._last)
        self._events.append({"kind": "loaded", "given": bool(pins["tx_valid"]), "data": self._last})

    def _receive(self, *, free: bool, beside: bool) -> None:
        order = self._incoming[::-1] if self._upwards else self._incoming
        word = int("".join(map(str, order)), 2)
        self._events.append({"kind": "received", "data": word, "kept": free, "beside one that is taken": beside})
        if free or self._replaces:
            self._waiting = word
        self._overrun, self._incoming = int(not free), []
        self._words += 1

    def _bits(self, word: int) -> list[int]:
        bits = [word >> index & 1 for index in range(self._width)]
        return bits if self._upwards else bits[::-1]

    def _turns(self, pins: Pins, level: int) -> bool:
        """Whether the clock has changed to a level while the module stayed selected."""
        stayed = not pins["select"] and not self._before["select"]
        return stayed and pins["clock_in"] == level and self._before["clock"] != level

    def _reads(self, pins: Pins) -> bool:
        return self._turns(pins, self._polarity if self._phase else 1 - self._polarity)

    def _shifts(self, pins: Pins) -> bool:
        return self._turns(pins, 1 - self._polarity if self._phase else self._polarity)

    def _loads(self, pins: Pins) -> bool:
        begins = not self._phase and self._before["select"] == 1 and not pins["select"]
        return bool(begins) or (self._shifts(pins) and not self._incoming)
