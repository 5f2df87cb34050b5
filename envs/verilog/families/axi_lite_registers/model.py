"""The specification of the AXI4-Lite registers: two independent channels over a bank of integers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.bench.registers import Bank
from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.family import Inputs, Outputs, Params, Port

WIDTH = 32
CODES = {"okay": 0, "slverr": 2, "decerr": 3}


class Registers:
    """The bank and the responses that wait. Nothing is known before the first reset."""

    def __init__(self, params: Params, ports: Mapping[str, Port], clocking: Clocking) -> None:
        """A module that has not been reset."""
        self.events: list[Event] = []
        self._params = params
        self._names = {key: port.name for key, port in ports.items()}
        self._clocking = clocking
        self._bank: Bank | None = None
        self._written: int | None = None
        self._read: tuple[int, int] | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        if self._bank is None:
            values: dict[str, Any] = {}
        else:
            now = self._by_key(inputs)
            values = {
                "bvalid": int(self._written is not None),
                "bresp": self._written,
                "rvalid": int(self._read is not None),
                "rdata": self._read[0] if self._read else None,
                "rresp": self._read[1] if self._read else None,
                "control": self._bank.words[max(self._bank.words.keys() - {self._bank.read_only})],
            }
            if not self._clocking.resets(inputs):
                ready = int(self._takes_write(now))
                values |= {"awready": ready, "wready": ready, "arready": int(self._read_free(now))}
        keys = ("awready", "wready", "bvalid", "bresp", "arready", "rvalid", "rdata", "rresp", "control")
        return {self._names[key]: values.get(key) for key in keys}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
        elif self._bank is not None:
            self._step(self._bank, self._by_key(inputs))

    def _step(self, bank: Bank, now: Mapping[str, int]) -> None:
        takes_write, takes_read = self._takes_write(now), now["arvalid"] and self._read_free(now)
        if now["bready"]:
            self._written = None
        if now["rready"]:
            self._read = None
        if takes_read:
            index = now["araddr"] >> 2
            code = "okay" if bank.mapped(index) else self._params["error"]
            self._read = (bank.read(index, now.get("status", 0)), CODES[code])
            self.events.append({"kind": "read", "read of": bank.target(index), "index": index, "data": self._read[0]})
        if takes_write:
            index = now["awaddr"] >> 2
            code = "okay" if bank.writable(index) else "slverr" if bank.mapped(index) else self._params["error"]
            self._written = CODES[code]
            bank.write(index, now["wdata"], now["wstrb"])
            self.events.append(
                {"kind": "write", "write to": bank.target(index), "index": index, "data": now["wdata"],
                 "strobes": now["wstrb"], "beside a read": bool(takes_read)}
            )  # fmt: skip

    def _takes_write(self, now: Mapping[str, int]) -> bool:
        waits = self._written is not None and not (self._params["flow"] == "overlap" and now["bready"])
        return bool(now["awvalid"] and now["wvalid"]) and not waits

    def _read_free(self, now: Mapping[str, int]) -> bool:
        return self._read is None or bool(self._params["flow"] == "overlap" and now["rready"])

    def _by_key(self, inputs: Inputs) -> dict[str, int]:
        return {key: inputs[name] for key, name in self._names.items() if name in inputs}

    def _reset(self) -> None:
        self._bank, self._written, self._read = Bank(self._params, WIDTH), None, None
