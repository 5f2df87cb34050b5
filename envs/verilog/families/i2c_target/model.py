"""The specification of the I2C target: what the lines do, read as events, over a list of registers."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins

PLACES = 8
"""Values of the pointer where it is not refused."""


def initial_of(params: Params, index: int) -> int:
    """What reset puts into a register."""
    return {"numbers": 0x11 * (index + 1), "steps": 0x80 >> index, "gaps": 0xFF ^ 1 << index}[str(params["initial"])]


class Target:
    """Registers, their pointer and the byte under way, after a reset."""

    def __init__(self, params: Params) -> None:
        """Nobody has begun a transfer."""
        self._params = params
        self._count = int(params["count"])
        self._words = [initial_of(params, index) for index in range(self._count)]
        self._before = {"scl": 1, "sda": 1}
        self._role, self._pointer, self._pulls = "none", 0, 0
        self._bits: list[int] | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """The pull on the line, and the register that hardware sees."""
        return {"pull": self._pulls, "sda_out": 1 - self._pulls, "control": self._words[0]}

    def step(self, pins: Pins) -> None:
        """One rising edge of the module's clock."""
        before, self._before = self._before, {"scl": pins["scl"], "sda": pins["sda"]}
        if before["scl"] and pins["scl"] and before["sda"] != pins["sda"]:
            self._role, self._bits, self._pulls = "none" if pins["sda"] else "address", None, 0
        elif self._role == "none" or before["scl"] == pins["scl"]:
            return
        elif pins["scl"]:
            self._read(pins["sda"])
        else:
            self._next(pins)

    def _read(self, bit: int) -> None:
        """A rising edge of the line's clock; the ninth bit matters where the controller gives it."""
        if self._bits is None:
            return
        self._bits.append(bit)
        if self._role == "send" and len(self._bits) == 9 and bit:
            self._role = "none"

    def _next(self, pins: Pins) -> None:
        """A falling edge of the line's clock: it begins a bit."""
        if self._bits is None:
            self._bits = []
        elif len(self._bits) == 8 and self._role != "send":
            self._pulls = int(self._accepts(int("".join(map(str, self._bits)), 2)))
            self._role = self._role if self._pulls else "none"
            return
        elif len(self._bits) == 9:
            self._role = {"address": "pointer", "pointer": "write"}.get(self._role, self._role)
            self._bits = []
        self._pulls = 0
        if self._role == "read" or (self._role == "send" and not self._bits):
            self._role, self._sent = "send", self._shown(pins)
            self._pointer = self._following()
        if self._role == "send" and len(self._bits) < 8:
            self._pulls = 1 - (self._sent >> 7 - len(self._bits) & 1)

    def _accepts(self, byte: int) -> bool:
        """What a whole byte does; whether it is acknowledged."""
        if self._role == "address":
            if byte >> 1 == self._params["address"]:
                self._role = "read" if byte & 1 else "address"
                return True
            return False
        if self._role == "pointer":
            if self._params["beyond"] == "refused" and byte >= self._count:
                return False
            self._pointer = byte % PLACES
            return True
        if self._pointer < self._count - int(self._params["status"]):
            self._words[self._pointer] = byte
        self._pointer = self._following()
        return True

    def _shown(self, pins: Pins) -> int:
        if self._params["status"] and self._pointer == self._count - 1:
            return pins["status"]
        return self._words[self._pointer] if self._pointer < self._count else 0

    def _following(self) -> int:
        """The pointer after a byte."""
        if self._params["advance"] == "stays":
            return self._pointer
        return (self._pointer + 1) % (self._count if self._params["beyond"] == "refused" else PLACES)
