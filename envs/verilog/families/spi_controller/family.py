"""A controller on SPI: four modes, either bit order, a divided clock, words one by one or without letting go."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins
from ecot.envs.verilog.systems import by_reset

_DATA = (
    "steps 0 and 1 have the first bit, steps 2 and 3 the next, and so on to steps {third_last} and {second_last}, "
    "which have the last; step {last} has the level 0",
    "step 0 has the level 0; steps 1 and 2 have the first bit, steps 3 and 4 the next, and so on to steps "
    "{second_last} and {last}, which have the last",
)
_CHAIN = (
    " A word that is taken at the edge that ends an exchange begins the next one there: `{select}` stays at 0, and "
    "step 0 of the new exchange follows step {last} of the old one."
)


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    pinout.add("valid", ("start", "word_valid"), "input", "a word to exchange is offered")
    pinout.add("data", ("data", "word_to_send"), "input", "the word to send", width=width)
    pinout.add("ready", ("ready", "word_ready"), "output", "the word would be taken")
    pinout.add("sclk", ("sclk", "spi_clock"), "output", "clock of the bus")
    pinout.add("select", ("cs_n", "spi_select_n"), "output", "0 while the peripheral is selected")
    pinout.add("mosi", ("mosi", "spi_send"), "output", "bits to the peripheral")
    pinout.add("miso", ("miso", "spi_receive"), "input", "bits from the peripheral")
    pinout.add("done", ("done", "exchange_done"), "output", "a word has just been exchanged")
    pinout.add("received", ("rx", "received_word"), "output", "the word received last", width=width)
    return pinout


def _step_count(params: Params) -> int:
    return 2 * int(params["width"]) + 1


class Controller:
    """The specification over the cycles of an exchange that are still to come."""

    def __init__(self, params: Params) -> None:
        """Idle, just after a reset."""
        self._params = params
        self._polarity, self._phase = divmod(int(params["mode"]), 2)
        self._idle = (self._polarity, 0, False)
        self._present, self._selected = self._idle, 0
        self._coming: deque[tuple[int, int, bool]] = deque()
        self._bits: list[int] = []
        self._received, self._done = 0, 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """All outputs; none depends on an input."""
        clock, data, _ = self._present
        return {
            "ready": int(self._ready()),
            "sclk": clock,
            "select": 1 - self._selected,
            "mosi": data,
            "done": self._done,
            "received": self._received,
        }

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        takes = bool(pins["valid"]) and self._ready()
        self._done = int(self._selected == 1 and not self._coming)
        if self._done:
            order = self._bits[::-1] if self._upwards else self._bits
            self._received = int("".join(map(str, order)), 2)
        if takes:
            self._coming.extend(self._cycles(pins["data"]))
            self._bits = []
        self._selected = int(bool(self._coming))
        self._present = self._coming.popleft() if self._coming else self._idle
        if self._present[2]:
            self._bits.append(pins["miso"])

    @property
    def _upwards(self) -> bool:
        return bool(self._params["order"] == "low_first")

    def _ready(self) -> bool:
        return not self._selected or (bool(self._params["chain"]) and not self._coming)

    def _cycles(self, word: int) -> list[tuple[int, int, bool]]:
        """Clock, data and whether the edge before reads, for each cycle of an exchange."""
        width, cycles = int(self._params["width"]), list[tuple[int, int, bool]]()
        bits = [word >> index & 1 for index in range(width)]
        sent = bits if self._upwards else bits[::-1]
        sent = [0, *sent] if self._phase else [*sent, 0]
        for step in range(_step_count(self._params)):
            pulse, data = step % 2, sent[(step + self._phase) // 2]
            reads = step > 0 and pulse != self._phase
            level = self._polarity ^ pulse
            cycles += [(level, data, reads), *[(level, data, False)] * (int(self._params["divider"]) - 1)]
        return cycles


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words, width, divider = pinout.words(), params["width"], params["divider"]
    polarity, phase = divmod(params["mode"], 2)
    upwards, chain = params["order"] == "low_first", params["chain"]
    steps = _step_count(params)
    bits = steps.bit_length()
    counts = (divider - 1).bit_length()
    first, last = (0, width - 1) if upwards else (width - 1, 0)
    data, miso = words["data"], words["miso"]
    low, high, shift = f"[{width - 2}:0]", f"[{width - 1}:1]", ">>" if upwards else "<<"

    # In phase 0 the first bit goes out when the word is taken, and is not kept.
    rest = data if phase else data + (high if upwards else low)
    kept = width if phase else width - 1
    moves = [f"line <= outgoing[{0 if upwards else kept - 1}];", f"outgoing <= outgoing {shift} 1;"]
    grown = f"{miso}, incoming{high}" if upwards else f"incoming{low}, {miso}"
    reads = [f"incoming <= {{{grown}}};"]
    load = ["line <= 1'b0;" if phase else f"line <= {data}[{first}];", f"outgoing <= {rest};"]
    return {
        **words,
        "reset_exception": by_reset(params),
        "width": str(width),
        "left": str(width - 1),
        "kept_left": str(kept - 1),
        "mode": str(params["mode"]),
        "polarity": str(polarity),
        "phase": str(phase),
        "other": str(1 - polarity),
        "length": "one cycle" if divider == 1 else f"{divider} cycles",
        "steps": str(steps),
        "last_step": str(steps - 1),
        "order_text": f"bit {first} first and bit {last} last",
        "data_text": _DATA[phase].format(last=steps - 1, second_last=steps - 2, third_last=steps - 3),
        "read_text": f"even step (2, 4, ... {steps - 1})" if phase else f"odd step (1, 3, ... {steps - 2})",
        "ready_text": "is 1 while no exchange is under way and in the last cycle of an exchange, and 0 otherwise"
        if chain
        else "is 1 while no exchange is under way, and 0 otherwise",
        "chain_text": _CHAIN.format(select=words["select"], last=steps - 1) if chain else "",
        "step_left": str(bits - 1),
        "step_bits": str(bits),
        "pause": f"    reg [{counts - 1}:0] pause;" if counts else "",
        "pause_start": f"                pause <= {counts}'d0;" if counts else "",
        "pause_step": f"                pause <= pause + {counts}'d1;" if counts else "",
        "pause_over": f"pause == {counts}'d{divider - 1}" if counts else "1'b1",
        "free": "!active || ends" if chain else "!active",
        "other_free": "!active" if chain else "!active || ends",
        "rest": "pulse" if not polarity else "!pulse",
        "other_rest": "!pulse" if not polarity else "pulse",
        "load": _lines(load, 4),
        "at_pulse": _lines(moves if phase else reads, 6),
        "at_rest": _lines(reads if phase else moves, 6),
    }


def _lines(lines: Sequence[str], depth: int) -> str:
    return "\n".join("    " * depth + line for line in lines)


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Words with all extremes, offers at every moment of an exchange, resets within one, then random offers."""
    width, length = params["width"], _step_count(params) * params["divider"]
    full = (1 << width) - 1

    def noise(count: int, *, valid: float = 0.0) -> list[dict[str, int]]:
        return [
            {"valid": int(random.random() < valid), "data": random.getrandbits(width), "miso": random.getrandbits(1)}
            for _ in range(count)
        ]

    def offer(word: int) -> dict[str, int]:
        return {"valid": 1, "data": word, "miso": random.getrandbits(1)}

    cycles = [{"reset": 1}, {"reset": 1, **offer(full)}, *noise(2)]
    for word in (1, full - 1, random.getrandbits(width)):
        cycles += [offer(word), *noise(length + random.randrange(1, 4))]
    cycles += [offer(full), *[{**item, "miso": 0} for item in noise(length)], *noise(1)]
    cycles += [offer(0), *[{**item, "miso": 1} for item in noise(length)], *noise(2)]
    cycles += noise(3 * length, valid=1.0) + noise(length + 2)
    for part in (0.15, 0.5, 0.9):
        cycles += [offer(full ^ 1), *noise(int(part * length)), {"reset": 1, **offer(1)}, *noise(2)]
    cycles += [offer(random.getrandbits(width)), *noise(length - 2), *noise(2, valid=1.0), *noise(length + 1)]
    return _pinout(params).drive(cycles + noise(max(60, 3 * length), valid=0.3))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Controller, params))


FAMILY = Family(
    name="spi_controller",
    revision=1,
    level=4,
    title="controller on SPI",
    choices={
        "mode": (0, 1, 2, 3),
        "order": ("high_first", "low_first"),
        "width": (6, 10, 12),
        "divider": (1, 2, 4),
        "chain": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("spi_controller", "spi_host", "serial_controller"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("bus", "spi"),
)
