"""Registers behind a bus that carries one access at a time, with wait cycles: what APB and Wishbone have alike.

Ports by key: `address`, `write`, `written`, `strobes`, `ready`, `shown`, `error`, `status`, `control`, and the two keys
that make a request when both are 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ecot.envs.verilog.bench import registers
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Phase, noise, phase
from ecot.envs.verilog.bench.registers import Bank
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS
from ecot.envs.verilog.family import Params, Port
from ecot.envs.verilog.pinout import Pinout, Pins

CHOICES: Mapping[str, tuple[Any, ...]] = {
    **registers.CHOICES,
    "width": (16, 32),
    "read_waits": (0, 1, 2),
    "write_waits": (0, 1, 2),
    "errors": ("none", "nothing", "both"),
    "reset": RESETS,
}
"""Wait cycles of reads and of writes, and what is an error: an index without register, or also a refused write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What tells two buses apart.

    Attributes:
        request: keys of the two ports that are 1 during an access.
        instead: whether the error output ends an access in place of the ready output, not together with it.
        by_bytes: whether addresses count bytes.
    """

    request: tuple[str, str]
    instead: bool
    by_bytes: bool

    def low_bits(self, params: Params) -> int:
        """Bits of an address below the index."""
        return (int(params["width"]) // 8).bit_length() - 1 if self.by_bytes else 0

    def address_width(self, params: Params) -> int:
        """Bits of an address."""
        return registers.INDEX_BITS + self.low_bits(params)


class Target:
    """The specification over a bank of integers, after a reset."""

    def __init__(self, params: Params, style: Style, events: list[Event]) -> None:
        """No access is under way; `events` takes those that end."""
        self._params, self._style, self._events = params, style, events
        self._bank, self._waited = Bank(params, params["width"]), 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """An answer in the last cycle of an access, and the control register."""
        shown, error, ready = 0, 0, 0
        if self._ends(pins):
            error = int(self._fails(pins))
            ready = int(not (self._style.instead and error))
            shown = 0 if pins["write"] else self._bank.read(self._index(pins), pins.get("status", 0))
        control = self._bank.words[registers.control_of(self._params)]
        return {"ready": ready, "shown": shown, "error": error, "control": control}

    def step(self, pins: Pins) -> None:
        """An access waits or ends."""
        if not self._ends(pins):
            self._waited = self._waited + 1 if self._requested(pins) else 0
            return
        bank, index, kind = self._bank, self._index(pins), "write" if pins["write"] else "read"
        event = {"kind": kind, "target": bank.target(index), "index": index, "failed": self._fails(pins)}
        if pins["write"]:
            self._events.append({**event, "data": pins["written"], "strobes": pins["strobes"]})
            bank.write(index, pins["written"], pins["strobes"])
        else:
            self._events.append({**event, "data": bank.read(index, pins.get("status", 0))})
        self._waited = 0

    def _requested(self, now: Pins) -> bool:
        return all(now[key] for key in self._style.request)

    def _ends(self, now: Pins) -> bool:
        waits = self._params["write_waits" if now["write"] else "read_waits"]
        return self._requested(now) and self._waited >= waits

    def _index(self, now: Pins) -> int:
        return now["address"] >> self._style.low_bits(self._params)

    def _fails(self, now: Pins) -> bool:
        index, errors = self._index(now), self._params["errors"]
        refused = bool(now["write"]) and index == self._bank.read_only and errors == "both"
        return errors != "none" and (not self._bank.mapped(index) or refused)


def scoreboard(params: Params, pinout: Pinout, style: Style) -> Reporting:
    """Return the model of a draw; only the control register is known during a reset."""
    return Reporting(pinout, partial(Target, params, style), open_in_reset=("ready", "shown", "error"))


def valid(params: Params) -> bool:
    """A refused write needs a register that refuses."""
    return bool(params["errors"] != "both" or params["read_only"] != "none")


def fill(params: Params, words: Mapping[str, str], style: Style) -> dict[str, str]:
    """Texts and pieces of Verilog, over the names of the ports by key."""
    width, low = params["width"], style.low_bits(params)
    bank = registers.fill(
        params,
        width,
        status=words.get("status", ""),
        control=words["control"],
        by_bytes=style.by_bytes,
        status_moment="in the cycle that ends the read",
    )
    failing = f"index > {params['count'] - 1}"
    if params["errors"] == "both":
        failing += f" || ({words['write']} && index == {registers.read_only_of(params)})"
    reads, writes = params["read_waits"], params["write_waits"]
    return {
        **words,
        **bank,
        "word_writes": bank["word_writes"].replace("written", words["written"]),
        "byte_mask": bank["byte_mask"].replace("strobes", words["strobes"]),
        "index_slice": f"[{low + 2}:{low}]" if low else "",
        "requested": " && ".join(words[key] for key in style.request),
        "waits": str(writes) if reads == writes else f"({words['write']} ? 2'd{writes} : 2'd{reads})",
        "failing": failing,
        "zero": f"{width}'d0",
        "read_waits": _cycles(reads),
        "write_waits": _cycles(writes),
        "data_width": str(width),
    }


def _cycles(count: int) -> str:
    return ("no wait cycle", "one wait cycle", "two wait cycles")[count]


def phases(
    params: Params,
    draw: Drawing,
    pinout: Pinout,
    style: Style,
    *,
    kind: Mapping[str, Any],
) -> Sequence[Phase]:
    """Reads of every place, writes and reads of every place, a reset in the middle, random accesses, requests given up.

    Args:
        params: of the draw.
        draw: for everything random.
        pinout: of the draw.
        style: of the bus.
        kind: the player that makes accesses, without its items.
    """
    width, ports = params["width"], pinout.ports
    every = [
        {"index": i, "low": 0, "strobes": (1 << width // 8) - 1, "gap": 0, "data": draw.bits(width)} for i in range(8)
    ]
    reads = [{**item, "write": 0} for item in every]
    some = range(1, (1 << width // 8) - 1)
    partial = [
        {**item, "write": 1, "data": draw.bits(width), "strobes": draw.random.choice(some)} for item in every * 2
    ]
    random = [{**registers.access(draw, params, width), "write": draw.random.getrandbits(1)} for _ in range(44)]

    def run(items: Sequence[Mapping[str, Any]], *, reset: int = 0, cut: int = 0) -> Phase:
        pins = [_pins(item, draw, ports, params, style) for item in items]
        players: list[dict[str, Any]] = [{**kind, "items": pins}]
        if "status" in ports:
            steps = [(draw.random.randrange(1, 4), {ports["status"].name: draw.bits(width)}) for _ in range(40)]
            players.append({"kind": "repeat", "background": True, "steps": steps})
        return phase(pinout, players=players, opening=noise(pinout, draw, reset), cut=cut)

    first, second = ({ports[key].name: 1 for key in style.request} | {ports["write"].name: bit} for bit in (0, 1))
    steps = [(1, first), (1, {ports[style.request[0]].name: 0}), (2, second), (1, {ports[style.request[1]].name: 0})]
    given_up = [(1, noise(pinout, draw, 1)[0] | values) for _, values in steps * 3]
    return [
        run(reads, reset=2),
        run([{**item, "write": 1} for item in every] + reads),
        run([{**item, "write": 1, "data": item["data"] ^ ((1 << width) - 1)} for item in every] + reads),
        run(partial + reads),
        run(random[:20], cut=draw.random.randrange(12, 30)),
        run(reads, reset=2),
        run(random[20:]),
        phase(pinout, players=[{"kind": "pattern", "steps": given_up}], drain=2),
        run([{**item, "write": 1, "data": draw.bits(width)} for item in every] + reads),
        run([], reset=1),
        run(reads),
    ]


def _pins(
    item: Mapping[str, Any], draw: Drawing, ports: Mapping[str, Port], params: Params, style: Style
) -> dict[str, Any]:
    """One access as pins, and what stands there before it."""
    low = style.low_bits(params)
    values = {
        "address": item["index"] << low | item["low"] & (1 << low) - 1,
        "write": item["write"],
        "written": item["data"],
        "strobes": item["strobes"],
    }
    return {
        "gap": item["gap"],
        "values": {ports[key].name: value for key, value in values.items()},
        "junk": {ports[key].name: draw.bits(ports[key].width) for key in values},
        "junk_enable": draw.random.getrandbits(1),
    }


def points(params: Params) -> Sequence[Point]:
    """Kinds, places, strobes and failures."""
    strobes = [1 << lane for lane in range(params["width"] // 8)]
    return [
        Point("kind", ("read", "write")),
        Point("target", registers.targets(params)),
        Point("index", tuple(range(registers.PLACES))),
        Point("strobes", (*strobes, (1 << len(strobes)) - 1)),
        Point("failed", (False,) if params["errors"] == "none" else (False, True)),
    ]


def crosses(params: Params) -> Sequence[Sequence[str]]:
    """Every kind at every place."""
    return [("kind", "index")]
