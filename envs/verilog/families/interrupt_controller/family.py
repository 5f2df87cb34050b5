"""An interrupt controller with claim and complete: sources, triggers, priorities and preemption vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.interrupt_controller.text import text, verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins
from ecot.envs.verilog.systems import pinout_of

ENABLE, PENDING, SERVICE, CLAIM, URGENT = range(5)
"""Addresses of the registers."""


def _pinout(params: Params) -> Pinout:
    return pinout_of(
        params,
        [
            ("lines", "irq", "interrupt_lines", "input", params["count"], "the interrupt lines; source *i* is bit *i*"),
            ("store", "wr", "reg_write", "input", 1, "a register is written"),
            ("fetch", "rd", "reg_read", "input", 1, "a register is read"),
            ("place", "addr", "reg_address", "input", 3 if params["order"] == "urgent" else 2, "the register"),
            ("given", "wdata", "reg_wdata", "input", 8, "the value to write"),
            ("shown", "rdata", "reg_rdata", "output", 8, "the value read, combinational"),
            ("request", "req", "request", "output", 1, "a source is to be served"),
            ("number", "id", "request_number", "output", 3, "number of that source"),
        ],
    )


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    example = pinout.example(lambda: Controller(params), _example(params))
    return words | text(params, words) | verilog(params, words) | {"example": example}


class Controller:
    """The specification, over sets of source numbers."""

    def __init__(self, params: Params) -> None:
        """A controller that was just reset."""
        self._params, count = params, params["count"]
        self._enabled = set(range(count)) if params["start"] == "enabled" else set()
        self._pending: set[int] = set()
        self._served: set[int] = set()
        self._urgent: set[int] = set()
        self._before: set[int] = set()

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """The request and the register asked for."""
        winner = self._winner()
        claim = 0 if winner is None else winner + 1
        sets = {ENABLE: self._enabled, PENDING: self._pending, SERVICE: self._served, URGENT: self._urgent}
        found = sets.get(pins["place"], set())
        return {
            "request": int(winner is not None),
            "number": winner or 0,
            "shown": claim if pins["place"] == CLAIM else sum(1 << source for source in found),
        }

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        winner, high = self._winner(), _members(pins["lines"])
        claimed = {winner} if pins["fetch"] and pins["place"] == CLAIM and winner is not None else set()
        written = {pins["place"]} if pins["store"] else set()
        given = _members(pins["given"]) & set(range(self._params["count"]))
        if self._params["trigger"] == "edge":
            cleared = claimed | (given if PENDING in written else set())
            self._pending = (self._pending - cleared) | (high - self._before)
        else:
            self._pending = (self._pending | (high - self._served)) - claimed
        completed = {pins["given"] - 1} if CLAIM in written else set()
        self._served = (self._served - completed) | claimed
        if ENABLE in written:
            self._enabled = given
        if URGENT in written:
            self._urgent = given
        self._before = high

    def _rank(self, source: int) -> tuple[bool, int]:
        """Lower is served first."""
        if self._params["order"] == "urgent":
            return source not in self._urgent, source
        return False, -source if self._params["order"] == "highest" else source

    def _winner(self) -> int | None:
        waiting = (self._pending & self._enabled) - self._served
        if self._params["nesting"] == "none" and self._served:
            return None
        if self._params["nesting"] == "higher":
            waiting = {item for item in waiting if all(self._rank(item) < self._rank(other) for other in self._served)}
        return min(waiting, key=self._rank, default=None)


def _members(bits: int) -> set[int]:
    return {place for place in range(bits.bit_length()) if bits >> place & 1}


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Two sources come, one is claimed, a third comes, both are served and completed."""
    claim = {"fetch": 1, "place": CLAIM}
    return [
        {"reset": 1},
        {"store": 1, "place": ENABLE, "given": 0b1110},
        {"lines": 0b0110, "place": PENDING},
        {"place": PENDING},
        claim,
        {"lines": 0b1001, "place": SERVICE},
        {"place": PENDING},
        claim,
        {"store": 1, "place": CLAIM, "given": 3 if params["order"] == "highest" else 2},
        claim,
        {"place": SERVICE},
    ]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every source alone and every pair, meetings of events at one edge, resets, then random traffic by loads."""
    count, every = params["count"], (1 << params["count"]) - 1
    top = 4 if params["order"] == "urgent" else 3
    claim = {"fetch": 1, "place": CLAIM}

    def write(place: int, given: int, **others: int) -> dict[str, int]:
        return {"store": 1, "place": place, "given": given, **others}

    def finish(**others: int) -> list[dict[str, int]]:
        return [write(CLAIM, source + 1, **others) for source in range(count)]

    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "lines": every}, {}, {"lines": every}, {"place": 1}]
    cycles += [write(ENABLE, 255, reset=1), {"place": ENABLE}, write(ENABLE, 0x5A), {"place": ENABLE, "fetch": 1}]
    cycles += [{"lines": every}, {"place": PENDING}, {}, claim, {"place": SERVICE}, {"reset": 1}, {"place": SERVICE}]
    cycles += [{"place": PENDING}, write(ENABLE, 255)]
    for source in range(count):
        # A line that stays high over claim and completion, then comes again at the edge of each.
        line = 1 << source
        cycles += [{"lines": line}, {"lines": line, **claim}, {"lines": line, "place": PENDING}]
        cycles += [write(CLAIM, source + 1, lines=line), {"lines": line, "place": PENDING}, claim, {}]
        cycles += [
            {"lines": line, **write(PENDING, line)},
            {**write(PENDING, 255), "lines": 0},
            {**claim, "lines": line},
        ]
        cycles += [{"lines": 0}, {"lines": line, **claim}, write(CLAIM, (source + 1) % count + 1), *finish(), claim]
        cycles += [*finish()[::-1], {"place": PENDING}]
    for _ in range(3):
        cycles += [write(URGENT % (top + 1), random.getrandbits(8)), write(ENABLE, 255), {"lines": every}]
        cycles += [claim, {"place": SERVICE}] * 3 + [write(CLAIM, 0), write(CLAIM, 255), {"place": SERVICE}]
        for source in random.sample(range(count), count):
            cycles += [write(CLAIM, source + 1), claim, {"place": SERVICE}]
        cycles += [*finish(), {"reset": int(random.random() < 0.5)}]
    # Each pair of a source that is served and one that comes then.
    for served in range(count):
        cycles += [
            {"reset": 1},
            write(ENABLE, 255),
            write(top, random.getrandbits(8)),
            {"lines": 1 << served},
            {},
            claim,
        ]
        cycles += [{"lines": every & ~(1 << served)}, {}, {"place": SERVICE}, claim, {"place": SERVICE}, claim]
    while len(cycles) < 480:
        busy = random.choice((0.1, 0.3, 0.6))
        for _ in range(16):
            lines = sum(1 << place for place in range(count) if random.random() < busy)
            cycle = random.choice(
                (claim, {"place": random.randrange(top + 1)}, write(CLAIM, random.randrange(count + 2)))
            )
            if random.random() < 0.12:
                cycle = write(random.randrange(top + 1), random.getrandbits(8) | random.choice((0, 255)))
            cycles.append({**cycle, "lines": lines, "reset": int(random.random() < 0.005)})
    return _pinout(params).drive(cycles)


FAMILY = Family(
    name="interrupt_controller",
    revision=1,
    level=5,
    title="interrupt controller with claim and complete",
    choices={
        "count": (4, 6, 8),
        "trigger": ("edge", "level"),
        "order": ("lowest", "highest", "urgent"),
        "nesting": ("none", "higher", "any"),
        "start": ("disabled", "enabled"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("interrupt_controller", "intc", "irq_unit"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Controller(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "bus", "priority"),
)
