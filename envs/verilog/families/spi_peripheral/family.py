"""A peripheral on SPI: four modes, either bit order, words that go and come as streams, underrun and overrun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ecot.envs.verilog.bench.drawing import Drawing, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, noise, phase, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.spi_peripheral.model import Peripheral
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Pinout

_FILLERS = {
    "zeros": "all bits 0",
    "ones": "all bits 1",
    "again": "once more the word that was loaded last (0 where none was loaded since reset)",
}
_OVERRUNS = {
    "keep": "the new word is dropped and the one that waits stays",
    "replace": "the new word takes the place of the one that waits, which is lost",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    pinout.add("clock_in", ("sclk", "spi_clock"), "input", "clock of the bus")
    pinout.add("select", ("cs_n", "spi_select_n"), "input", "0 while the module is selected")
    pinout.add("mosi", ("mosi", "spi_receive"), "input", "bits to the module")
    pinout.add("miso", ("miso", "spi_send"), "output", "bits from the module")
    pinout.add("tx_valid", ("tx_valid", "send_valid"), "input", "a word to send is offered")
    pinout.add("tx_data", ("tx_data", "send_data"), "input", "the word to send", width=width)
    pinout.add("tx_ready", ("tx_ready", "send_ready"), "output", "a word is loaded at the next edge")
    pinout.add("rx_valid", ("rx_valid", "received_valid"), "output", "a received word waits")
    pinout.add("rx_data", ("rx_data", "received_data"), "output", "the received word", width=width)
    pinout.add("rx_ready", ("rx_ready", "received_ready"), "input", "the received word is taken")
    pinout.add("overrun", ("overrun", "receive_overrun"), "output", "a word came while another waited")
    return pinout


def _fill(params: Params) -> Mapping[str, str]:
    words, width = _pinout(params).words(), params["width"]
    polarity, phase_bit = divmod(params["mode"], 2)
    upwards, select = params["order"] == "low_first", words["select"]
    edges = (f"from {polarity} to {1 - polarity}", f"from {1 - polarity} to {polarity}")
    count_bits = (width - 1).bit_length()
    filler = {"zeros": f"{width}'d0", "ones": f"~{width}'d0", "again": "sent"}[params["filler"]]
    first, last = (0, width - 1) if upwards else (width - 1, 0)
    again = params["filler"] == "again"
    return {
        **words,
        "width": str(width),
        "left": str(width - 1),
        "mode": str(params["mode"]),
        "polarity": str(polarity),
        "phase": str(phase_bit),
        "rest": str(polarity),
        "read_edge": edges[phase_bit],
        "shift_edge": edges[1 - phase_bit],
        "order_text": f"bit {first} first and bit {last} last",
        "load_text": f"at a rising edge of `{words['clock']}` at which a selection begins, and at a shift edge"
        if not phase_bit
        else "at a shift edge",
        "lost_text": " So a word that is loaded behind the last bit of a selection is not sent at all; it is lost."
        if not phase_bit
        else "",
        "begin_text": "" if not phase_bit else f" A selection begins with `{words['miso']}` at 0.",
        "filler_text": _FILLERS[params["filler"]],
        "overrun_text": _OVERRUNS[params["overrun"]],
        "pulse": words["clock_in"] if not polarity else f"!{words['clock_in']}",
        "wrong_pulse": words["clock_in"] if polarity else f"!{words['clock_in']}",
        "reads": "trailing" if phase_bit else "leading",
        "shifts": "leading" if phase_bit else "trailing",
        "begins": "" if phase_bit else f" || (!{select} && !was_selected)",
        "filler": filler,
        "count_left": str(count_bits - 1),
        "last_count": f"{count_bits}'d{width - 1}",
        "one": f"{count_bits}'d1",
        "none": f"{count_bits}'d0",
        "grown": f"{{{words['mosi']}, incoming}}" if upwards else f"{{incoming, {words['mosi']}}}",
        "grown_wrong": f"{{{words['mosi']}, incoming}}" if not upwards else f"{{incoming, {words['mosi']}}}",
        "kept_bits": f"word[{width - 1}:1]" if upwards else f"word[{width - 2}:0]",
        "kept_bits_wrong": f"word[{width - 1}:1]" if not upwards else f"word[{width - 2}:0]",
        "incoming_left": str(width - 2),
        "shift": ">>" if upwards else "<<",
        "first_bit": str(first),
        "kept_when": "ends" if params["overrun"] == "replace" else f"ends && (!waits || {words['rx_ready']})",
        "sent": f"    reg [{width - 1}:0] sent;" if again else "",
        "sent_reset": f"            sent <= {width}'d0;" if again else "",
        "sent_load": "            if (loads)\n                sent <= next;" if again else "",
    }  # fmt: skip


class _Items:
    """Draws what the controller does."""

    def __init__(self, params: Params, draw: Drawing) -> None:
        self._width, self._draw = int(params["width"]), draw

    def word(self) -> list[int]:
        """Bits of a word."""
        value = self._draw.bits(self._width)
        return [value >> index & 1 for index in range(self._width)]

    def selection(self, words: int, *, more: int = 0, slow: bool = True, gap: int = 2) -> dict[str, Any]:
        """One selection: some words, some bits more, at an even or uneven pace."""
        random = self._draw.random
        bits = [bit for _ in range(words) for bit in self.word()] + self.word()[:more]
        halves = [(random.randrange(1, 4), random.randrange(1, 4)) if slow else (1, 1) for _ in bits]
        rest = {"gap": gap, "lead": random.randrange(1, 4), "trail": random.randrange(1, 3)}
        return {**rest, "halves": halves, "bits": bits}


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    """Words at full pace, words that run over and under, selections that end early, a reset in the middle."""
    pinout, random, items = _pinout(params), draw.random, _Items(params, draw)
    names = {key: port.name for key, port in pinout.ports.items()}
    polarity, phase_bit = divmod(params["mode"], 2)
    pins = {"select": names["select"], "clock": names["clock_in"], "data": names["mosi"]}
    idle = {names["select"]: 1, names["clock_in"]: polarity}
    width = params["width"]

    def run(
        selections: Sequence[Mapping[str, Any]],
        *,
        most: int,
        ready: Sequence[tuple[int, int]],
        reset: int = 0,
        cut: int = 0,
    ) -> Phase:
        words = [
            {
                "gap": random.randrange(most + 1),
                "values": {names["tx_data"]: draw.bits(width)},
                "junk": {names["tx_data"]: draw.bits(width)},
            }
            for _ in range(40)
        ]
        controller = {"kind": "spi", **pins, "polarity": polarity, "phase": phase_bit, "items": list(selections)}
        sender = {"kind": "source", "background": True, "valid": [names["tx_valid"]], "ready": [names["tx_ready"]]}
        takes = [(count, {names["rx_ready"]: level}) for count, level in ready]
        receiver = {"kind": "repeat", "background": True, "steps": takes}
        players = [controller, {**sender, "items": words}, receiver]
        return phase(pinout, players=players, idle=idle, opening=noise(pinout, draw, reset), cut=cut, drain=4)

    rare = [pair for _ in range(12) for pair in ((random.randrange(1, 3), 1), (random.randrange(3, 7 * width), 0))]
    often = [(random.randrange(1, 4), random.getrandbits(1)) for _ in range(40)]
    timed = items.selection(3, slow=False)
    second = timed["gap"] + timed["lead"] + 4 * width - 2 + phase_bit
    beside = [(second, 0), (1, 1), (2 * width - 1, 0), (1, 1), (8 * width, 0)]
    ended = [items.selection(words, more=more) for words, more in ((0, width - 1), (1, 1), (0, 1), (1, width // 2))]
    random.shuffle(ended)
    return [
        run([items.selection(3, slow=False, gap=0), items.selection(1, slow=False)], most=0, ready=[(1, 1)], reset=2),
        run([items.selection(4, slow=False), items.selection(0)], most=3 * width, ready=rare),
        run([timed], most=0, ready=beside, reset=1),
        run([*ended, items.selection(1)], most=width, ready=often),
        run([items.selection(3)], most=0, ready=often, cut=random.randrange(width, 4 * width)),
        run([items.selection(1, gap=0, slow=False), items.selection(2)], most=3 * width, ready=rare, reset=1),
        run([items.selection(3, slow=False), items.selection(1, gap=1)], most=width, ready=rare),
    ]  # fmt: skip


def _points(params: Params) -> Sequence[Point]:
    return [
        Point("kind", ("loaded", "received", "ended")),
        Point("given", (False, True)),
        Point("kept", (False, True)),
        Point("beside one that is taken", (False, True)),
        Point("bits left", (0, 1, params["width"] - 1)),
        Point("words", (0, 1, 2, 3)),
    ]


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Peripheral, params), open_in_reset=("tx_ready",))


FAMILY: Family = Family(
    name="spi_peripheral",
    revision=1,
    level=4,
    title="peripheral on SPI",
    choices={
        "mode": (0, 1, 2, 3),
        "order": ("high_first", "low_first"),
        "width": (6, 8, 12),
        "filler": tuple(_FILLERS),
        "overrun": tuple(_OVERRUNS),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("spi_peripheral", "spi_target", "serial_peripheral"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points),
    tags=("bus", "spi"),
)
