"""A delay of a stream, counted in words: each word meets the one that moved some words earlier."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Point
from ecot.envs.verilog.bench.machine import Machine
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.clocking import RESETS, Clocking
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_NAMING = {"valid": "short", "axis": "long", "suffixed": "suffixed"}
_WORK = {
    "plain": "is that word",
    "difference": "is `{data}` minus that word, modulo 2^{width}",
    "sum": "is `{data}` plus that word, modulo 2^{width}",
    "flips": "has a 1 exactly in the bits in which `{data}` and that word differ",
}
_VERILOG = {"plain": "{old}", "difference": "{data} - {old}", "sum": "{data} + {old}", "flips": "{data} ^ {old}"}


def _clocking(params: Params) -> Clocking:
    return Clocking.of(_NAMING[params["naming"]], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports, width = _clocking(params).ports(), params["width"]
    ports |= streams.stream_ports(params["naming"], "in", width=width, last=True, receives=True)
    return ports | streams.stream_ports(params["naming"], "out", width=width, last=True, receives=False)


def _filling(params: Params) -> int:
    """What stands in for words before the first."""
    return {"zeros": 0, "ones": (1 << int(params["width"])) - 1, "one": 1}[str(params["filling"])]


class Delay(Machine):
    """The specification over a queue of the last words."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        super().__init__(_ports(params), _clocking(params))
        self._params = params
        self._past: deque[int] = deque()
        self._moved = 0

    def clear(self) -> None:
        """No word has moved."""
        self._past = deque([_filling(self._params)] * int(self._params["depth"]))
        self._moved = 0

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs, in reset too."""
        values = dict(super().settle(inputs))
        if self._known:
            values |= {self._outputs[key]: value for key, value in self.answer(self._by_key(inputs)).items()}
        return values

    def stored(self) -> Mapping[str, int | None]:
        """Every output depends on the inputs."""
        return {}

    def answer(self, now: Mapping[str, int]) -> Mapping[str, int | None]:
        """The handshakes pass through; data mean something beside a valid."""
        values: dict[str, int | None] = {"out_valid": now["in_valid"], "in_ready": now["out_ready"]}
        if now["in_valid"]:
            values |= {"out_data": self._met(now["in_data"]), "out_last": now["in_last"]}
        return values

    def step(self, now: Mapping[str, int]) -> None:
        """A word may move."""
        if not now["in_valid"]:
            return
        if not now["out_ready"]:
            self.events.append({"kind": "waits"})
            return
        early = self._moved < int(self._params["depth"])
        word = {0: "zeros", (1 << int(self._params["width"])) - 1: "ones"}.get(now["in_data"], "other")
        self.events.append({"kind": "moves", "early": early, "last": now["in_last"], "word": word})
        self._past.append(now["in_data"])
        self._past.popleft()
        self._moved += 1
        if now["in_last"] and self._params["restart"]:
            self.clear()

    def _met(self, word: int) -> int:
        old, size = self._past[0], 1 << int(self._params["width"])
        return {"plain": old, "difference": word - old, "sum": word + old, "flips": word ^ old}[
            str(self._params["work"])
        ] % size


def _fill(params: Params) -> Mapping[str, str]:
    words = {key: port.name for key, port in _ports(params).items()}
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
        **_clocking(params).fill(),
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
    ports = _ports(params)

    def offers(gap: int) -> list[dict[str, object]]:
        lengths = [draw.random.choice((1, 5, 6)), *(draw.random.choice((1, 2, 3, 5, 6)) for _ in range(4))]
        return [streams.offer(ports, "in", streams.packets(draw, params["width"], lengths), draw, gap)]

    return streams.traffic(ports, _clocking(params), draw, offers=offers)


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
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=Delay,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=lambda params: [("early", "last")]),
    tags=("stream", "delay"),
)
