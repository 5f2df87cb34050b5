"""The specification of the AXI4-Lite registers: two independent channels over a bank of integers."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.bench.registers import Bank
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins

WIDTH = 32
CODES = {"okay": 0, "slverr": 2, "decerr": 3}


class Registers:
    """The bank and the responses that wait, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """No response waits; `events` takes the accesses that are made."""
        self._params, self._events, self._bank = params, events, Bank(params, WIDTH)
        self._written: int | None = None
        self._read: tuple[int, int] | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """The three readies, the responses that wait, and the control register."""
        ready = int(self._takes_write(pins))
        data, code = self._read or (None, None)
        return {
            "awready": ready,
            "wready": ready,
            "arready": int(self._read_free(pins)),
            "bvalid": int(self._written is not None),
            "bresp": self._written,
            "rvalid": int(self._read is not None),
            "rdata": data,
            "rresp": code,
            "control": self._bank.words[max(self._bank.words.keys() - {self._bank.read_only})],
        }

    def step(self, pins: Pins) -> None:
        """Responses may leave, a read and a write may be taken."""
        bank, takes_write = self._bank, self._takes_write(pins)
        takes_read = bool(pins["arvalid"]) and self._read_free(pins)
        if pins["bready"]:
            self._written = None
        if pins["rready"]:
            self._read = None
        if takes_read:
            index = pins["araddr"] >> 2
            code = "okay" if bank.mapped(index) else self._params["error"]
            self._read = (bank.read(index, pins.get("status", 0)), CODES[code])
            self._events.append({"kind": "read", "read of": bank.target(index), "index": index, "data": self._read[0]})
        if takes_write:
            index = pins["awaddr"] >> 2
            code = "okay" if bank.writable(index) else "slverr" if bank.mapped(index) else self._params["error"]
            self._written = CODES[code]
            bank.write(index, pins["wdata"], pins["wstrb"])
            self._events.append(
                {"kind": "write", "write to": bank.target(index), "index": index, "data": pins["wdata"],
                 "strobes": pins["wstrb"], "beside a read": takes_read}
            )  # fmt: skip

    def _takes_write(self, now: Pins) -> bool:
        waits = self._written is not None and not (self._params["flow"] == "overlap" and now["bready"])
        return bool(now["awvalid"] and now["wvalid"]) and not waits

    def _read_free(self, now: Pins) -> bool:
        return self._read is None or bool(self._params["flow"] == "overlap" and now["rready"])
