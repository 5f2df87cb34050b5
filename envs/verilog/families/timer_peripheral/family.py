"""A timer on a register bus: width, direction, when the limit acts, flag, prescaler and output vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.timer_peripheral.text import text, verilog
from ecot.envs.verilog.family import Family, Inputs, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins
from ecot.envs.verilog.systems import pinout_of

CONTROL, PRESCALE, LIMIT, COUNTER, STATUS, COMPARE = range(6)
"""Addresses of the registers."""
_OUTPUTS = {
    "pulse": "1 for one cycle after each event, registered",
    "toggle": "changes at each event, registered",
    "pwm": "1 while the counter is below the compare register",
}


def _pinout(params: Params) -> Pinout:
    return pinout_of(
        params,
        [
            ("store", "wr", "reg_write", "input", 1, "a register is written"),
            ("place", "addr", "reg_address", "input", 3, "the register that is read or written"),
            ("given", "wdata", "reg_wdata", "input", 8, "the value to write"),
            ("shown", "rdata", "reg_rdata", "output", 8, "the value of the register, combinational"),
            ("interrupt", "irq", "interrupt", "output", 1, "the flag is set and its interrupt enabled"),
            ("wave", "out", "timer_out", "output", 1, _OUTPUTS[params["output"]]),
        ],
    )


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    example = pinout.example(lambda: Timer(params), _example(params))
    return words | text(params, words) | verilog(params, words) | {"example": example}


class Timer:
    """The specification: registers in a dictionary, and what an edge does to them, one thing after the other."""

    def __init__(self, params: Params) -> None:
        """A timer that was just reset."""
        self._params = params
        masks = {CONTROL: 7, PRESCALE: 7, STATUS: 1}
        self._masks = {place: masks.get(place, (1 << params["width"]) - 1) for place in range(6)}
        if params["output"] != "pwm":
            del self._masks[COMPARE]
        self._registers = dict.fromkeys(self._masks, 0)
        self._cycles = self._limit = self._wave = 0

    def outputs(self, pins: Pins) -> Mapping[str, int]:
        """The register asked for, the interrupt and the output."""
        registers = self._registers
        wave = self._wave
        if self._params["output"] == "pwm":
            wave = int(registers[COUNTER] < registers[COMPARE])
        interrupt = int(registers[STATUS] and registers[CONTROL] & 4 > 0)
        return {"shown": registers.get(pins["place"], 0), "interrupt": interrupt, "wave": wave}

    def step(self, pins: Pins) -> None:
        """One rising edge."""
        event = self._count()
        limit, running = self._registers[LIMIT], self._registers[CONTROL] & 1
        if event and self._registers[CONTROL] & 2:
            self._registers[CONTROL] &= ~1
        place = pins["place"] if pins["store"] else None
        clears = place == STATUS and pins["given"] & 1
        if place in self._masks and place != STATUS:
            self._registers[place] = pins["given"] & self._masks[place]
        if event and not (clears and self._params["collision"] == "clear"):
            self._registers[STATUS] = 1
        elif clears:
            self._registers[STATUS] = 0
        if event or not running or self._params["limit"] == "at_once":
            self._limit = limit
        if self._params["limit"] == "at_once":
            self._limit = self._registers[LIMIT]
        self._wave = int(event) if self._params["output"] == "pulse" else self._wave ^ event

    def _count(self) -> bool:
        """Make a tick where one is due; whether it was an event."""
        if not self._registers[CONTROL] & 1:
            if self._params["phase"] == "restart":
                self._cycles = 0
            return False
        self._cycles += 1
        if self._cycles <= self._registers[PRESCALE]:
            return False
        self._cycles = 0
        counter, modulus = self._registers[COUNTER], 1 << self._params["width"]
        if self._params["direction"] == "up":
            event = counter == self._limit
            self._registers[COUNTER] = 0 if event else (counter + 1) % modulus
        else:
            event = counter == 0
            self._registers[COUNTER] = self._registers[LIMIT] if event else counter - 1
        return event


def _put(place: int, given: int, **others: int) -> dict[str, int]:
    return {"store": 1, "place": place, "given": given, **others}


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Periods of four ticks of two cycles, with the flag cleared in between; then one shot."""
    cycles = [{"reset": 1}, _put(PRESCALE, 1), _put(LIMIT, 3), _put(COMPARE, 2), _put(CONTROL, 5)]
    cycles += [{"place": COUNTER}] * 12 + [_put(STATUS, 1), _put(CONTROL, 3)]
    return [*cycles, *[{"place": COUNTER}] * 8, {"place": CONTROL}]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Periods and shots, every register changed under way, writes that meet events, stops, resets, random writes."""
    width = params["width"]
    most = (1 << width) - 1
    cycles: list[dict[str, int]] = [{"reset": 1}, _put(CONTROL, 1, reset=1), {"place": CONTROL}]

    def watch(count: int) -> list[dict[str, int]]:
        return [{"place": random.choice((COUNTER, COUNTER, STATUS, CONTROL)), "given": 255} for _ in range(count)]

    for place in range(8):
        cycles += [_put(place, 0xAA if place else 0xA6), {"place": place}, _put(place, 0x54), {"place": place}]
    cycles += [_put(STATUS, 1), {"reset": 1}, *({"place": place} for place in range(8))]
    for prescale, limit, control in ((0, 0, 5), (0, 3, 1), (2, 1, 5), (1, 2, 7), (7, 1, 5), (0, 5, 3), (3, 0, 7)):
        cycles += [_put(PRESCALE, prescale), _put(LIMIT, limit), _put(COMPARE, limit), _put(COUNTER, 0)]
        cycles += [_put(CONTROL, control), *watch(2 * (limit + 1) * (prescale + 1) + 2), _put(STATUS, 1), *watch(3)]
        cycles += [_put(CONTROL, 0), *watch(2)]
    # Writes at each place of a period: one of them meets the event.
    cycles += [_put(PRESCALE, 0), _put(LIMIT, 3), _put(COMPARE, 2)]
    for place, given in ((STATUS, 1), (STATUS, 0), (COUNTER, 2), (LIMIT, 2), (CONTROL, 7), (CONTROL, 1), (PRESCALE, 2)):
        for wait in range(4):
            cycles += [_put(LIMIT, 3), _put(COUNTER, 0), _put(CONTROL, random.choice((5, 7))), *watch(wait)]
            cycles += [_put(place, given), *watch(4), _put(PRESCALE, 0), _put(CONTROL, 0)]
    # The counter beyond the limit, and at its end.
    cycles += [_put(LIMIT, 1), _put(COUNTER, most - 2), _put(CONTROL, 5), *watch(8), _put(LIMIT, most), *watch(4)]
    cycles += [_put(COUNTER, most - 2), *watch(7), _put(CONTROL, 0)]
    # Stops within a prescaled tick, a prescale that shrinks below the cycles counted, resets within all of it.
    cycles += [_put(PRESCALE, 5), _put(LIMIT, 4), _put(COUNTER, 0), _put(CONTROL, 5), *watch(3), _put(CONTROL, 4)]
    cycles += [*watch(2), _put(CONTROL, 5), *watch(9), _put(PRESCALE, 7), *watch(6), _put(PRESCALE, 2), *watch(8)]
    cycles += [{"reset": 1}, {"place": PRESCALE}, _put(LIMIT, 1), _put(PRESCALE, 2), _put(CONTROL, 5), *watch(16)]
    cycles += [{"reset": 1}, *watch(2), _put(CONTROL, 5), *watch(3)]
    while len(cycles) < 560:
        place = random.choice((CONTROL, CONTROL, PRESCALE, LIMIT, COUNTER, STATUS, COMPARE))
        small = random.randrange(4) if place != CONTROL else random.choice((1, 5, 5, 7, 3, 4))
        cycles += [_put(place, small if random.random() < 0.9 else random.getrandbits(8))]
        cycles += [*watch(random.randrange(7)), *[{"reset": 1}] * (random.random() < 0.02)]
    return _pinout(params).drive(cycles)


def _valid(params: Params) -> bool:
    """A counter that counts down uses the limit at events only, so it cannot matter when the limit acts."""
    return bool(params["direction"] == "up" or params["limit"] == "at_once")


FAMILY = Family(
    name="timer_peripheral",
    revision=1,
    level=5,
    title="timer with prescaler, compare and interrupt",
    choices={
        "width": (5, 6, 8),
        "direction": ("up", "down"),
        "limit": ("at_once", "at_event"),
        "collision": ("set", "clear"),
        "phase": ("restart", "keep"),
        "output": ("pulse", "toggle", "pwm"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("timer_peripheral", "timer", "interval_timer"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: Timer(params)),
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "bus", "counter"),
)
