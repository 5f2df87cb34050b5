"""Length and statistics of the packets of a stream: a result per packet, on a stream of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout, Pins

_NAMING = {"valid": "short", "axis": "long", "suffixed": "suffixed"}
_STATISTIC = {
    "sum": "the sum of its words modulo 2^{width}",
    "parity": "the exclusive or of its words, bit by bit",
    "greatest": "the greatest of its words, as numbers without sign",
    "least": "the least of its words, as numbers without sign",
    "first": "its first word",
}
_JOINED = {
    "sum": "{so_far} + {data}",
    "parity": "{so_far} ^ {data}",
    "greatest": "{data} > {so_far} ? {data} : {so_far}",
    "least": "{data} < {so_far} ? {data} : {so_far}",
    "first": "{so_far}",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout({**params, "naming": _NAMING[params["naming"]]})
    width, bits = params["width"], params["length_bits"]
    ports = pinout.ports
    ports |= streams.stream_ports(params["naming"], "in", width=width, last=True, receives=True)
    ports |= streams.stream_ports(params["naming"], "out", width=width, last=False, receives=False)
    ports["length"] = Port(name="length", direction="output", width=bits, description="length of the packet in words")
    return pinout


class Counter:
    """The specification over the list of words of the present packet, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """No word has come, and no result waits; `events` takes packets and waits."""
        self._params, self._events = params, events
        self._words: list[int] = []
        self._result: list[int] | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Whether a word is taken, and the result that waits."""
        ready = int(self._takes(pins))
        if self._result is None:
            return {"in_ready": ready, "out_valid": 0, "out_data": None, "length": None}
        statistic, length = self._statistic(self._result), self._length(len(self._result))
        return {"in_ready": ready, "out_valid": 1, "out_data": statistic, "length": length}

    def step(self, pins: Pins) -> None:
        """A result may leave, and a word may come."""
        takes, held = self._takes(pins), self._result is not None
        if held and pins["out_ready"]:
            self._result = None
        elif held:
            self._events.append({"kind": "waits"})
        if pins["in_valid"] and takes:
            self._words.append(pins["in_data"])
            if pins["in_last"]:
                over = len(self._words) >= 1 << int(self._params["length_bits"])
                self._events.append(
                    {"kind": "packet", "length": min(len(self._words), 6), "over": over, "beside": held}
                )
                self._result, self._words = self._words, []

    def _takes(self, now: Pins) -> bool:
        return self._result is None or bool(self._params["overlap"] and now["out_ready"])

    def _length(self, words: int) -> int:
        size = 1 << int(self._params["length_bits"])
        return min(words, size - 1) if self._params["overflow"] == "stops" else words % size

    def _statistic(self, words: Sequence[int]) -> int:
        parity = 0
        for word in words:
            parity ^= word
        size = 1 << int(self._params["width"])
        of = {
            "sum": sum(words) % size,
            "parity": parity,
            "greatest": max(words),
            "least": min(words),
            "first": words[0],
        }
        return of[str(self._params["statistic"])]


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Counter, params), open_in_reset=("in_ready",))


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    width, bits, most = params["width"], params["length_bits"], (1 << params["length_bits"]) - 1
    step = f"total + {bits}'d1" if params["overflow"] == "wraps" else f"(&total ? total : total + {bits}'d1)"
    joined = _JOINED[params["statistic"]].format(so_far="gathered", data=words["in_data"])
    return {
        **words,
        "data_left": str(width - 1),
        "length_left": str(bits - 1),
        "statistic_text": _STATISTIC[params["statistic"]].format(width=width),
        "length_text": f"number of its words modulo 2^{bits}"
        if params["overflow"] == "wraps"
        else f"number of its words, and {most} where there are more than {most}",
        "ready_text": f"`{words['in_ready']}` is 1 where no result waits or `{words['out_ready']}` is 1, otherwise 0"
        if params["overlap"]
        else f"`{words['in_ready']}` is 1 where no result waits, otherwise 0",
        "beside_text": " A result that leaves and the last word of the next packet may share an edge; then the next "
        "result waits at once."
        if params["overlap"]
        else "",
        "room": f"!{words['out_valid']} || {words['out_ready']}" if params["overlap"] else f"!{words['out_valid']}",
        "first_length": f"{bits}'d1",
        "next_length": step,
        "other_length": f"(&total ? total : total + {bits}'d1)"
        if params["overflow"] == "wraps"
        else f"total + {bits}'d1",
        "joined": joined,
        "zero_length": f"{bits}'d0",
    }


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout = _pinout(params)
    over = 1 << params["length_bits"]

    def offers(gap: int) -> list[dict[str, object]]:
        lengths = [draw.random.choice((1, 1, 2, 3, 4, 5, 6)) for _ in range(6)]
        lengths.insert(draw.random.randrange(1, 4), draw.random.choice((over, over + 1, over - 1)))
        return [streams.offer(pinout.ports, "in", streams.packets(draw, params["width"], lengths), draw, min(gap, 2))]

    return streams.traffic(pinout, draw, offers=offers)


def _points(params: Params) -> Sequence[Point]:
    return [
        Point("kind", ("packet", "waits")),
        Point("length", (1, 2, 3, 4, 5, 6)),
        Point("over", (False, True)),
        Point("beside", (False, True) if params["overlap"] else (False,)),
    ]


FAMILY: Family = Family(
    name="stream_packet_counter",
    revision=1,
    level=4,
    title="length and statistics of packets",
    choices={
        "statistic": tuple(_STATISTIC),
        "length_bits": (2, 3),
        "overflow": ("wraps", "stops"),
        "overlap": (False, True),
        "width": (4, 6, 8),
        "reset": RESETS,
        "naming": streams.STYLES,
        "top": ("stream_packet_counter", "frame_statistics", "packet_meter"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points),
    tags=("stream", "packets"),
)
