"""The specification of the Avalon registers: a bank of integers, and the reads that are on their way."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.bench.registers import Bank, control_of
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pins

CODES = {"none": 0, "slave": 2, "decode": 3}
"""What the response says of a read without register, by parameter `errors`."""


class Registers:
    """The bank, the present request's age and the answers in flight, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """No request and no answer; `events` takes the accesses when they are taken."""
        self._params, self._events = params, events
        self._bank, self._age = Bank(params, params["width"]), 0
        self._flight: deque[tuple[int, int] | None] = deque([None] * int(params["latency"]))

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Whether a request must wait, and the answer to the read that was taken some edges ago."""
        idle = int(self._params["idle"] == "high")
        shown, response = self._flight[0] or (None, None)
        return {
            "waits": int(not self._takes(pins)) if self._asked(pins) else idle,
            "answered": int(self._flight[0] is not None),
            "shown": shown,
            "response": response,
            "control": self._bank.words[control_of(self._params)],
        }

    def step(self, pins: Pins) -> None:
        """A request waits or is taken, and answers come nearer."""
        takes, answer = self._takes(pins), None
        if takes:
            bank, index = self._bank, pins["address"]
            event = {"target": bank.target(index), "index": index, "failed": not bank.mapped(index)}
            if pins["write"]:
                self._events.append(
                    {"kind": "write", **event, "data": pins["written"], "strobes": pins["strobes"]}
                )  # fmt: skip
                bank.write(index, pins["written"], pins["strobes"])
            else:
                answer = (
                    bank.read(index, pins.get("status", 0)),
                    0 if bank.mapped(index) else CODES[str(self._params["errors"])],
                )
                others = sum(item is not None for item in list(self._flight)[1:])
                self._events.append({"kind": "read", **event, "data": answer[0], "others in flight": others})
        self._age = 0 if takes or not self._asked(pins) else self._age + 1
        self._flight.popleft()
        self._flight.append(answer)

    def _asked(self, pins: Pins) -> bool:
        return bool(pins["read"] or pins["write"])

    def _takes(self, pins: Pins) -> bool:
        return self._asked(pins) and self._age >= self._params["write_waits" if pins["write"] else "read_waits"]
