"""A delay of a stream, counted in words: each word meets the one that moved some words earlier."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Pinout, Pins

_NAMING = {"valid": "short", "axis": "long", "suffixed": "suffixed"}
_WORK = {
    "plain": "is that word",
    "difference": "is `{data}` minus that word, modulo 2^{width}",
    "sum": "is `{data}` plus that word, modulo 2^{width}",
    "flips": "has a 1 exactly in the bits in which `{data}` and that word differ",
}
_VERILOG = {"plain": "{old}", "difference": "{data} - {old}", "sum": "{data} + {old}", "flips": "{data} ^ {old}"}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout({**params, "naming": _NAMING[params["naming"]]})
    for key, receives in (("in", True), ("out", False)):
        pinout.ports |= streams.stream_ports(params["naming"], key, width=params["width"], last=True, receives=receives)
    return pinout


def _filling(params: Params) -> int:
    """What stands in for words before the first."""
    return {"zeros": 0, "ones": (1 << int(params["width"])) - 1, "one": 1}[str(params["filling"])]


class Delay:
    """The specification over a queue of the last words, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """No word has moved; `events` takes what words do."""
        self._params, self._events = params, events
        self._past, self._moved = self._empty(), 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """The handshakes pass through; data mean something beside a valid."""
        data, last = (self._met(pins["in_data"]), pins["in_last"]) if pins["in_valid"] else (None, None)
        return {"out_valid": pins["in_valid"], "in_ready": pins["out_ready"], "out_data": data, "out_last": last}

    def step(self, pins: Pins) -> None:
        """A word may move."""
        if not pins["in_valid"]:
            return
        if not pins["out_ready"]:
            self._events.append({"kind": "waits"})
            return
        early = self._moved < int(self._params["depth"])
        word = {0: "zeros", (1 << int(self._params["width"])) - 1: "ones"}.get(pins["in_data"], "other")
        self._events.append({"kind": "moves", "early": early, "last": pins["in_last"], "word": word})
        self._past.append(pins["in_data"])
        self._past.popleft()
        self._moved += 1
        if pins["in_last"] and self._params["restart"]:
            self._past, self._moved = self._empty(), 0

    def _empty(self) -> deque[int]:
        """What words find that come before others have moved."""
        return deque([_filling(self._params)] * int(self._params["depth"]))

    def _met(self, word: int) -> int:
        old, size = self._past[0], 1 << int(self._params["width"])
        return {"plain": old, "difference": word - old, "sum": word + old, "flips": word ^ old}[
            str(self._params["work"])
        ] % size


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Delay, params))


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    width, depth = params["width"], params["depth"]
    old = f"word_{depth - 1}"
    before = [words["in_data"], *(f"word_{index}" for index in range(depth - 1))]
    filling = f"{width}'d{_filling(params)}"
    again = f"moves && {words['in_last']} ? {filling} : " if params["restart"] else ""
    shifts = [
        f"            word_{index} <= {again.removeprefix('moves && ')}{name};" for index, name in enumerate(before)
    ]
    since = (
        "since reset or since a word with its last bit at 1, whichever came later"
        if params["restart"]
        else "since reset"
    )
    return {
        **words,
        "depth": "one word" if depth == 1 else f"{depth} words",
        "behind": "the word that moved immediately before it"
        if depth == 1
        else f"the word that moved {depth} words before it",
        "number": str(depth),
        "since": since,
        "restart_text": " A word whose last bit is 1 is the last that counts: the next one finds no words before it."
        if params["restart"]
        else " The last bit has no influence on this.",
        "filling_text": f"{_filling(params)}",
        "work_text": _WORK[params["work"]].format(data=words["in_data"], width=width),
        "registers": "\n".join(f"    reg [{width - 1}:0] word_{index};" for index in range(depth)),
        "resets": "\n".join(f"            word_{index} <= {filling};" for index in range(depth)),
        "shifts": "\n".join(shifts),
        "result": _VERILOG[params["work"]].format(data=words["in_data"], old=old),
        "extra": f"    reg [{width - 1}:0] further;\n    always @(posedge {words['clock']})\n        if (moves)\n"
        f"            further <= {old};",
        "further_result": _VERILOG[params["work"]].format(data=words["in_data"], old="further"),
    }


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout = _pinout(params)

    def offers(gap: int) -> list[dict[str, object]]:
        lengths = [draw.random.choice((1, 5, 6)), *(draw.random.choice((1, 2, 3, 5, 6)) for _ in range(4))]
        return [streams.offer(pinout.ports, "in", streams.packets(draw, params["width"], lengths), draw, gap)]

    return streams.traffic(pinout, draw, offers=offers)


def _points(params: Params) -> Sequence[Point]:
    return [
        Point("kind", ("moves", "waits")),
        Point("early", (False, True)),
        Point("last", (0, 1)),
        Point("word", ("zeros", "ones", "other")),
    ]


FAMILY: Family = Family(
    name="stream_delay",
    revision=1,
    level=4,
    title="delay of a stream in words",
    choices={
        "depth": (1, 2, 3, 4),
        "work": tuple(_WORK),
        "filling": ("zeros", "ones", "one"),
        "restart": (False, True),
        "width": (4, 6, 8),
        "reset": RESETS,
        "naming": streams.STYLES,
        "top": ("stream_delay", "word_delay", "delay_line"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=lambda params: [("early", "last")]),
    tags=("stream", "delay"),
)
