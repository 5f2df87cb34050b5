"""Registers behind a bus that carries one access at a time, with wait cycles: what APB and Wishbone have alike.

Ports by key: `address`, `write`, `written`, `strobes`, `ready`, `shown`, `error`, `status`, `control`, and the two keys
that make a request when both are 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecot.envs.verilog.bench import registers
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Phase, noise, phase
from ecot.envs.verilog.bench.registers import Bank
from ecot.envs.verilog.clocking import RESETS, Clocking
from ecot.envs.verilog.family import Inputs, Outputs, Params, Port

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
    """The specification over a bank of integers. Nothing is known before the first reset."""

    def __init__(self, params: Params, ports: Mapping[str, Port], clocking: Clocking, style: Style) -> None:
        """A module that has not been reset."""
        self.events: list[Event] = []
        self._params, self._clocking, self._style = params, clocking, style
        self._names = {key: port.name for key, port in ports.items()}
        self._bank: Bank | None = None
        self._waited = 0

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        values: dict[str, int] = {}
        if self._bank is not None:
            values["control"] = self._bank.words[registers.control_of(self._params)]
            if not self._clocking.resets(inputs):
                values |= self._answer(self._bank, self._by_key(inputs))
        keys = [key for key in ("ready", "shown", "error", "control") if key in self._names]
        return {self._names[key]: values.get(key) for key in keys}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
        elif self._bank is not None:
            self._step(self._bank, self._by_key(inputs))

    def _answer(self, bank: Bank, now: Mapping[str, int]) -> dict[str, int]:
        if not self._ends(now):
            return {"ready": 0, "shown": 0, "error": 0}
        index, error = self._index(now), int(self._fails(bank, now))
        shown = 0 if now["write"] else bank.read(index, now.get("status", 0))
        return {"ready": int(not (self._style.instead and error)), "shown": shown, "error": error}

    def _step(self, bank: Bank, now: Mapping[str, int]) -> None:
        if not self._ends(now):
            self._waited = self._waited + 1 if self._requested(now) else 0
            return
        index, kind = self._index(now), "write" if now["write"] else "read"
        event = {"kind": kind, "target": bank.target(index), "index": index, "failed": self._fails(bank, now)}
        if now["write"]:
            self.events.append({**event, "data": now["written"], "strobes": now["strobes"]})
            bank.write(index, now["written"], now["strobes"])
        else:
            self.events.append({**event, "data": bank.read(index, now.get("status", 0))})
        self._waited = 0

    def _requested(self, now: Mapping[str, int]) -> bool:
        return all(now[key] for key in self._style.request)

    def _ends(self, now: Mapping[str, int]) -> bool:
        waits = self._params["write_waits" if now["write"] else "read_waits"]
        return self._requested(now) and self._waited >= waits

    def _index(self, now: Mapping[str, int]) -> int:
        return now["address"] >> self._style.low_bits(self._params)

    def _fails(self, bank: Bank, now: Mapping[str, int]) -> bool:
        refused = bool(now["write"]) and self._index(now) == bank.read_only and self._params["errors"] == "both"
        return self._params["errors"] != "none" and (not bank.mapped(self._index(now)) or refused)

    def _by_key(self, inputs: Inputs) -> dict[str, int]:
        return {key: inputs[name] for key, name in self._names.items() if name in inputs}

    def _reset(self) -> None:
        self._bank, self._waited = Bank(self._params, self._params["width"]), 0


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
    ports: Mapping[str, Port],
    clocking: Clocking,
    style: Style,
    *,
    kind: Mapping[str, Any],
) -> Sequence[Phase]:
    """Reads of every place, writes and reads of every place, a reset in the middle, random accesses, requests given up.

    Args:
        params: of the draw.
        draw: for everything random.
        ports: by key.
        clocking: of the draw.
        style: of the bus.
        kind: the player that makes accesses, without its items.
    """
    width = params["width"]
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
        return phase(ports, clocking, players=players, opening=noise(ports, draw, reset), cut=cut)

    first, second = ({ports[key].name: 1 for key in style.request} | {ports["write"].name: bit} for bit in (0, 1))
    steps = [(1, first), (1, {ports[style.request[0]].name: 0}), (2, second), (1, {ports[style.request[1]].name: 0})]
    given_up = [(1, noise(ports, draw, 1)[0] | values) for _, values in steps * 3]
    return [
        run(reads, reset=2),
        run([{**item, "write": 1} for item in every] + reads),
        run([{**item, "write": 1, "data": item["data"] ^ ((1 << width) - 1)} for item in every] + reads),
        run(partial + reads),
        run(random[:20], cut=draw.random.randrange(12, 30)),
        run(reads, reset=2),
        run(random[20:]),
        phase(ports, clocking, players=[{"kind": "pattern", "steps": given_up}], drain=2),
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
