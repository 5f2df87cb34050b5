"""A pipeline with valid and ready at both ends: stages that squeeze out bubbles, or that move together."""

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
_WORK = {
    "add": "adds {constant} to it, modulo 2^{width}",
    "invert": "inverts all of its bits and then adds {constant}, modulo 2^{width}",
    "rotate": "rotates it to the left by one bit (the top bit becomes bit 0) and then flips the bits that are 1 in "
    "{constant}",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout({**params, "naming": _NAMING[params["naming"]]})
    ports, width = pinout.ports, params["width"]
    ports |= streams.stream_ports(params["naming"], "in", width=width, last=False, receives=True)
    ports |= streams.stream_ports(params["naming"], "out", width=width, last=False, receives=False)
    if params["level"]:
        ports["level"] = Port(name="level", direction="output", width=3, description="number of words held")
    return pinout


class Pipeline:
    """The specification over a list of places, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """Every place is free; `events` takes words that enter, wait and leave."""
        self._params, self._events = params, events
        self._places: list[int | None] = [None] * int(params["stages"])

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """What stands in the last place, how many words there are, and whether one more is taken."""
        places = self._places
        return {
            "in_ready": int(self._takes(pins)),
            "out_valid": int(places[-1] is not None),
            "out_data": places[-1],
            "level": sum(word is not None for word in places),
        }

    def step(self, pins: Pins) -> None:
        """Words may move."""
        places, leaves, takes = self._places, pins["out_ready"], self._takes(pins)
        word = pins["in_data"] if pins["in_valid"] and takes else None
        if word is not None:
            held = sum(place is not None for place in places)
            beside = places[-1] is not None and bool(leaves)
            self._events.append({"kind": "enters", "held": held, "data": word, "beside one that leaves": beside})
        if places[-1] is not None and leaves:
            self._events.append({"kind": "leaves", "data": places[-1], "stalled": False})
        elif places[-1] is not None:
            self._events.append({"kind": "waits", "stalled": True})
        if self._params["movement"] == "together":
            if takes:
                places[:] = [word, *places[:-1]]
                places[:] = self._worked(places, range(len(places)))
            return
        if leaves:
            places[-1] = None
        gap = next((index for index in reversed(range(len(places))) if places[index] is None), None)
        if gap is not None:
            places[: gap + 1] = [word, *places[:gap]]
            places[:] = self._worked(places, range(gap + 1))

    def _worked(self, places: Sequence[int | None], moved: range) -> list[int | None]:
        """The places after the work of those stages that took a word."""
        return [word if word is None or index not in moved else self._work(word) for index, word in enumerate(places)]

    def _work(self, word: int) -> int:
        width, constant = int(self._params["width"]), int(self._params["constant"])
        if self._params["work"] == "rotate":
            return ((word << 1 | word >> (width - 1)) ^ constant) % (1 << width)
        return ((~word if self._params["work"] == "invert" else word) + constant) % (1 << width)

    def _takes(self, pins: Pins) -> bool:
        free = self._places[-1:] if self._params["movement"] == "together" else self._places
        return bool(pins["out_ready"]) or None in free


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Pipeline, params), open_in_reset=("in_ready",))


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    stages, width, constant = params["stages"], params["width"], params["constant"]
    before = {0: words["in_data"]} | {index: f"word_{index - 1}" for index in range(1, stages)}
    work = {
        "add": "{word} + {width}'d{constant}",
        "invert": "~{word} + {width}'d{constant}",
        "rotate": "{{{word}[{top}:0], {word}[{left}]}} ^ {width}'d{constant}",
    }[params["work"]]
    values = {"width": width, "constant": constant, "left": width - 1, "top": width - 2}
    moves = [f"    wire move = {words['out_ready']} || !held[{stages - 1}];"]
    enables = ["move"] * stages
    if params["movement"] == "squeeze":
        enables = [f"move_{index}" for index in range(stages)]
        full = [f"&held[{stages - 1}:{index}]" for index in range(stages - 1)] + [f"held[{stages - 1}]"]
        moves = [f"    wire move_{index} = {words['out_ready']} || !({full[index]});" for index in range(stages)]
    steps = [
        f"        if ({enables[index]})\n            word_{index} <= {work.format(word=before[index], **values)};"
        for index in range(stages)
    ]
    flags = [
        f"            if ({enables[index]})\n                held[{index}] <= "
        + (f"{words['in_valid']};" if index == 0 else f"held[{index - 1}];")
        for index in range(stages)
    ]
    return {
        **words,
        "stages": str(stages),
        "plural": "stage" if stages == 1 else "stages",
        "width": str(width),
        "work_text": _WORK[params["work"]].format(constant=constant, width=width),
        "movement_text": _movement(params, words),
        "level_text": f"\n5. **Level.** `{words['level']}` is the number of stages that hold a word."
        if params["level"]
        else "",
        "left": str(stages - 1),
        "first_move": enables[0],
        "last": f"word_{stages - 1}",
        "registers": "\n".join(f"    reg [{width - 1}:0] word_{index};" for index in range(stages)),
        "moves": "\n".join(moves),
        "flags": "\n".join(flags),
        "steps": "\n".join(steps),
        "level_assign": f"    assign level = {' + '.join(f'held[{index}]' for index in range(stages))};"
        if params["level"]
        else "",
        "registered_ready": f"!held[{stages - 1}]",
    }


def _movement(params: Params, words: Mapping[str, str]) -> str:
    if params["movement"] == "together":
        return (
            f"All stages move together, at each rising edge at which `{words['out_ready']}` is 1 or the last stage "
            "holds no word: each passes what it holds, a word or nothing, to the next. "
            f"`{words['in_ready']}` is 1 exactly in front of such an edge."
        )
    return (
        f"A stage moves at a rising edge at which `{words['out_ready']}` is 1, or at which it or some stage behind it "
        "(nearer to the output) holds no word: it takes what the stage before it holds, a word or nothing. So words "
        f"close up while the output waits. `{words['in_ready']}` is 1 exactly in front of an edge at which the first "
        "stage moves."
    )


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout = _pinout(params)

    def offers(gap: int) -> list[dict[str, object]]:
        words = [{"data": draw.bits(params["width"])} for _ in range(20)]
        return [streams.offer(pinout.ports, "in", words, draw, gap)]

    return streams.traffic(pinout, draw, offers=offers)


def _points(params: Params) -> Sequence[Point]:
    held = range(params["stages"] + (1 if params["stages"] == 1 or params["movement"] == "squeeze" else 0))
    return [
        Point("kind", ("enters", "waits", "leaves")),
        Point("held", tuple(held)),
        Point("stalled", (False, True)),
        Point("beside one that leaves", (False, True)),
        Point("data", (0, (1 << params["width"]) - 1)),
    ]


FAMILY: Family = Family(
    name="valid_ready_pipeline",
    revision=1,
    level=4,
    title="pipeline with valid and ready",
    choices={
        "stages": (2, 3, 4),
        "movement": ("squeeze", "together"),
        "work": tuple(_WORK),
        "constant": (1, 3, 6),
        "width": (4, 7, 8),
        "level": (False, True),
        "reset": RESETS,
        "naming": streams.STYLES,
        "top": ("valid_ready_pipeline", "elastic_pipeline", "word_pipeline"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points),
    tags=("stream", "pipeline"),
)
