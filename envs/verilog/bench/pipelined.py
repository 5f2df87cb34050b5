"""Registers behind a bus that takes the next access while it answers the last: what AHB-Lite and OBI have alike.

Ports by key: `address`, `write`, `written`, `ready` (an access is taken), `answered` (a response, where it has a port
of its own), `shown`, `error`, `status` and `control`; the family adds those that make a request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ecot.envs.verilog.bench import bus, registers
from ecot.envs.verilog.bench.drawing import Drawing, Event
from ecot.envs.verilog.bench.plan import Phase, noise, phase
from ecot.envs.verilog.bench.registers import Bank
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pinout, Pins

Access = Mapping[str, Any]
"""One access as it is drawn: `index`, `low`, `strobes`, `gap`, `data` and `write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What tells two buses apart.

    Attributes:
        asks: whether inputs by key make a request.
        strobes: the bytes that a request writes, as bits.
        late_data: whether the data to write come in the response, not with the request.
        long_errors: whether an error takes one cycle more, and shows in both of the last two.
    """

    asks: Callable[[Mapping[str, int]], bool]
    strobes: Callable[[Mapping[str, int]], int]
    late_data: bool
    long_errors: bool


class Target:
    """The specification over a bank of integers, after a reset."""

    def __init__(self, params: Params, style: Style, events: list[Event]) -> None:
        """No access is under way; `events` takes those that end."""
        self._params, self._style, self._events = params, style, events
        self._bank = Bank(params, params["width"])
        self._taken: Mapping[str, int] | None = None
        self._passed = 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """An answer to the access that was taken last, and the control register."""
        control = self._bank.words[registers.control_of(self._params)]
        taken = self._taken
        if taken is None:
            return {"ready": 1, "answered": 0, "shown": 0, "error": 0, "control": control}
        if left := self._left(taken):
            failing = int(self._style.long_errors and left == 1 and self._fails(taken))
            return {"ready": 0, "answered": 0, "shown": 0, "error": failing, "control": control}
        shown = 0 if taken["write"] else self._bank.read(taken["index"], pins.get("status", 0))
        return {"ready": 1, "answered": 1, "shown": shown, "error": int(self._fails(taken)), "control": control}

    def step(self, pins: Pins) -> None:
        """An access waits, or ends beside the next one."""
        if self._taken is not None and self._left(self._taken):
            self._passed += 1
            return
        asks = self._style.asks(pins)
        if self._taken is not None:
            self._finish(self._taken, pins, beside=asks)
        self._taken, self._passed = None, 0
        if asks:
            low = (int(self._params["width"]) // 8).bit_length() - 1
            index, strobes = pins["address"] >> low, self._style.strobes(pins)
            self._taken = {"index": index, "write": pins["write"], "strobes": strobes, "data": pins["written"]}

    def _finish(self, taken: Mapping[str, int], now: Pins, *, beside: bool) -> None:
        bank, index, kind = self._bank, taken["index"], "write" if taken["write"] else "read"
        event = {"kind": kind, "target": bank.target(index), "index": index, "failed": self._fails(taken)}
        event["beside a request"] = beside
        if taken["write"]:
            data = now["written"] if self._style.late_data else taken["data"]
            self._events.append({**event, "data": data, "strobes": taken["strobes"]})
            bank.write(index, data, taken["strobes"])
        else:
            self._events.append({**event, "data": bank.read(index, now.get("status", 0))})

    def _left(self, taken: Mapping[str, int]) -> int:
        """Cycles before the last one of an access."""
        waits = int(self._params["write_waits" if taken["write"] else "read_waits"])
        return waits + int(self._style.long_errors and self._fails(taken)) - self._passed

    def _fails(self, taken: Mapping[str, int]) -> bool:
        index, errors = taken["index"], self._params["errors"]
        refused = bool(taken["write"]) and index == self._bank.read_only and errors == "both"
        return errors != "none" and (not self._bank.mapped(index) or refused)


def scoreboard(params: Params, pinout: Pinout, style: Style) -> Reporting:
    """Return the model of a draw; only the control register is known during a reset."""
    open_in_reset = ("ready", "answered", "shown", "error")
    return Reporting(pinout, partial(Target, params, style), open_in_reset=open_in_reset)


def valid(params: Params) -> bool:
    """Something must be able to wait, or the processor would be held up by nothing."""
    return bus.valid(params) and bool(params["read_waits"] or params["write_waits"])


def fill(params: Params, words: Mapping[str, str], *, data: str) -> dict[str, str]:
    """Texts and pieces of Verilog, over the names of the ports by key.

    The solution keeps a request in `index`, `writing` and `strobes`.

    Args:
        params: of the draw.
        words: names of the ports by key.
        data: what a write stores, as Verilog.
    """
    inner = {**words, "write": "writing", "strobes": "strobes", "written": data, "request": ""}
    style = bus.Style(request=("request", "request"), instead=False, by_bytes=True)
    low = style.low_bits(params)
    return {
        **bus.fill(params, inner, style),
        **words,
        "strobes_left": str(params["width"] // 8 - 1),
        "low_text": f"bits {low - 1} to 0" if low > 1 else "bit 0",
        "index_text": f"Bits {low + 2} to {low}",
    }


def phases(
    params: Params,
    draw: Drawing,
    pinout: Pinout,
    *,
    player: Callable[[Sequence[Access], Drawing], Mapping[str, Any]],
) -> Sequence[Phase]:
    """Reads of every place, writes and reads of every place, a reset in the middle, random accesses.

    Args:
        params: of the draw.
        draw: for everything random.
        pinout: of the draw.
        player: makes the player that performs accesses.
    """
    width, ports = params["width"], pinout.ports
    lanes = range(width // 8)
    every = [
        {"index": i, "low": 0, "strobes": (1 << width // 8) - 1, "gap": 0, "data": draw.bits(width)} for i in range(8)
    ]
    reads = [{**item, "write": 0} for item in every]
    writes = [{**item, "write": 1} for item in every]
    partial = [
        {**item, "write": 1, "data": draw.bits(width), "low": lane, "strobes": 1 << lane}
        for item, lane in zip(every * 2, draw.random.sample([*lanes] * 8, 16), strict=True)
    ]
    mixed = [{**registers.access(draw, params, width), "write": draw.random.getrandbits(1)} for _ in range(50)]

    def run(items: Sequence[Access], *, reset: int = 0, cut: int = 0) -> Phase:
        players: list[Mapping[str, Any]] = [player(items, draw)]
        if "status" in ports:
            steps = [(draw.random.randrange(1, 4), {ports["status"].name: draw.bits(width)}) for _ in range(40)]
            players.append({"kind": "repeat", "background": True, "steps": steps})
        return phase(pinout, players=players, opening=noise(pinout, draw, reset), cut=cut)

    return [
        run(reads, reset=2),
        run(writes + reads),
        run([{**item, "data": item["data"] ^ ((1 << width) - 1)} for item in writes] + reads),
        run(partial + reads),
        run(mixed[:25], cut=draw.random.randrange(12, 30)),
        run(reads, reset=2),
        run(mixed[25:]),
        run([pair for couple in zip(writes, reads, strict=True) for pair in couple]),
        run([], reset=1),
        run(reads),
    ]
