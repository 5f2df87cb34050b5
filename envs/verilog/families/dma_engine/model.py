"""The specification of `dma_engine` as a program: a transfer is a coroutine that asks for access after access."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins

LENGTH_BITS = 4
"""Bits of the length register."""

_Access = tuple[str, int, int]
"""What the memory port shows for a cycle: `read`, `write` or `none`, address, word."""


class Engine:
    """An engine that was just reset."""

    def __init__(self, params: Params) -> None:
        """All registers 0, nothing under way."""
        self._params = params
        self._source = self._destination = self._length = 0
        self._transfer: Generator[_Access, Pins, None] | None = None
        self._access: _Access = ("none", 0, 0)
        self._ended = False

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """The register asked for, and the access under way."""
        kind, where, word = self._access
        status = int(self._transfer is not None) + 2 * self._ended
        return {
            "shown": (self._source, self._destination, self._length, status)[pins["place"]],
            "request": int(kind != "none"),
            "writes": int(kind == "write"),
            "where": where,
            "word": word,
            "busy": status & 1,
            "interrupt": int(self._ended),
        }

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        control = pins["given"] if pins["store"] and pins["place"] == 3 else 0
        if control & 2:
            self._ended = False
        if self._transfer is None:
            self._write(pins)
            if control & 1:
                self._start()
        elif control & 4 and self._params["abort"]:
            self._transfer, self._access = None, ("none", 0, 0)
        else:
            self._advance(pins)

    def _write(self, pins: Pins) -> None:
        if pins["store"]:
            address = pins["given"] & (1 << self._params["address"]) - 1
            if pins["place"] == 0:
                self._source = address
            elif pins["place"] == 1:
                self._destination = address
            elif pins["place"] == 2:
                self._length = pins["given"] & (1 << LENGTH_BITS) - 1

    def _start(self) -> None:
        if self._length == 0 and self._params["empty"] == "nothing":
            self._ended = True
        else:
            self._transfer = self._accesses()
            self._access = next(self._transfer)

    def _advance(self, pins: Pins) -> None:
        try:
            if self._transfer is not None:
                self._access = self._transfer.send(pins)
        except StopIteration:
            self._transfer, self._access, self._ended = None, ("none", 0, 0), True

    def _accesses(self) -> Generator[_Access, Pins, None]:
        whole = self._length or 1 << LENGTH_BITS
        while whole:
            words: list[int] = []
            burst = min(whole, self._params["burst"])
            late = False
            for _ in range(burst):
                while True:
                    pins = yield "read", self._source, 0
                    if late:
                        words.append(pins["read"])
                        late = False
                    if pins["ready"]:
                        break
                self._source = self._next(self._source, "source")
                if self._params["latency"]:
                    late = True
                else:
                    words.append(pins["read"])
            if late:
                words.append((yield "none", 0, 0)["read"])
            for word in words:
                while not (yield "write", self._destination, word)["ready"]:
                    pass
                self._destination = self._next(self._destination, "destination")
                whole -= 1
                self._length = whole

    def _next(self, address: int, side: str) -> int:
        return address if self._params["fixed"] == side else (address + 1) & (1 << self._params["address"]) - 1
