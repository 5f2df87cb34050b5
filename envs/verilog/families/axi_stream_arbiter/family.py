"""An arbiter between AXI streams: packets or words, three policies, an offer that never changes its mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS, listed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout, Pins

_POLICY = {
    "fixed_low": "the first input in the order {order} that offers a word",
    "fixed_high": "the first input in the order {reverse} that offers a word",
    "round_robin": "the first input that offers a word in a circle that begins behind the input served last (the order "
    "is {order}, and then from the start); after a reset it begins at {first}",
}
_GRANT = {
    "packet": "whose last bit is 1",
    "word": "whatever its last bit is",
}
_NAMING = {"valid": "short", "axis": "long", "suffixed": "suffixed"}


def _keys(params: Params) -> str:
    """The inputs by key."""
    return "abc"[: params["inputs"]]


def _pinout(params: Params) -> Pinout:
    pinout = Pinout({**params, "naming": _NAMING[params["naming"]]})
    ports = pinout.ports
    for key in _keys(params):
        ports |= streams.stream_ports(params["naming"], key, width=params["width"], last=True, receives=True)
    ports |= streams.stream_ports(params["naming"], "out", width=params["width"], last=True, receives=False)
    if params["source"]:
        ports["origin"] = Port(name="origin", direction="output", width=2, description="number of the input, from 0")
    return pinout


class Arbiter:
    """The specification over numbers of inputs, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """No input is chosen; `events` takes words that move."""
        self._params, self._keys, self._events = params, _keys(params), events
        self._owner: int | None = None
        self._served = len(self._keys) - 1

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """The offer of the input that is chosen."""
        chosen = self._chosen(pins)
        values: dict[str, int | None] = dict.fromkeys(("out_data", "out_last", "origin"))
        values["out_valid"] = int(chosen is not None and self._offers(pins, chosen))
        for number, key in enumerate(self._keys):
            values[f"{key}_ready"] = int(number == chosen and bool(pins["out_ready"]))
        if chosen is not None and values["out_valid"]:
            key = self._keys[chosen]
            values |= {"out_data": pins[f"{key}_data"], "out_last": pins[f"{key}_last"], "origin": chosen}
        return values

    def step(self, pins: Pins) -> None:
        """A word may move."""
        chosen = self._chosen(pins)
        if chosen is None or not self._offers(pins, chosen):
            return
        last, taken = pins[f"{self._keys[chosen]}_last"], pins["out_ready"]
        rivals = sum(self._offers(pins, number) for number in range(len(self._keys))) - 1
        if taken:
            data = pins[f"{self._keys[chosen]}_data"]
            self._events.append({"input": chosen, "last": last, "rivals": rivals, "data": data})
        if taken and (last or self._params["grant"] == "word"):
            self._owner, self._served = None, chosen
        else:
            self._owner = chosen

    def _chosen(self, pins: Pins) -> int | None:
        if self._owner is not None:
            return self._owner
        order = list(range(len(self._keys)))
        if self._params["policy"] == "fixed_high":
            order.reverse()
        elif self._params["policy"] == "round_robin":
            order = [(self._served + 1 + number) % len(order) for number in order]
        return next((number for number in order if self._offers(pins, number)), None)

    def _offers(self, pins: Pins, number: int) -> bool:
        return bool(pins[f"{self._keys[number]}_valid"])


def _model(params: Params) -> Reporting:
    return Reporting(_pinout(params), partial(Arbiter, params))


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    keys = _keys(params)
    valids = [f"`{words[f'{key}_valid']}`" for key in keys]
    spoken = {"order": listed(valids), "reverse": listed(valids[::-1]), "first": valids[0]}
    readies = [
        f"    assign {words[f'{key}_ready']} = {words['out_ready']} && any && chosen == {number};"
        for number, key in enumerate(keys)
    ]

    def pick(part: str) -> str:
        names = [words[f"{key}_{part}"] for key in keys]
        head = "".join(f"chosen == {number} ? {name} : " for number, name in enumerate(names[:-1]))
        return head + names[-1]

    return {
        **words,
        "count": str(len(keys)),
        "streams": ", ".join(
            f"`{words[f'{key}_valid']}`/`{words[f'{key}_ready']}` (input {n})" for n, key in enumerate(keys)
        ),
        "policy_text": _POLICY[params["policy"]].format_map(spoken),
        "ends_text": _GRANT[params["grant"]],
        "what": "packets" if params["grant"] == "packet" else "words",
        "origin_text": " `origin` is the number of the input." if params["source"] else "",
        "origin_name": " and `origin`" if params["source"] else "",
        "origin_assign": "    assign origin = chosen;" if params["source"] else "",
        "choice": _choice(params, [words[f"{key}_valid"] for key in keys]),
        "pick_valid": pick("valid"),
        "pick_data": pick("data"),
        "pick_last": pick("last"),
        "readies": "\n".join(readies),
        "any": " || ".join(words[f"{key}_valid"] for key in keys),
        "ends": words["out_ready"] + (f" && {words['out_last']}" if params["grant"] == "packet" else ""),
        "owner_update": _owner_update(params, words),
        "third_ready": f"    assign {words['c_ready']} = {words['out_ready']};" if "c_ready" in words else "",
    }


def _owner_update(params: Params, words: Mapping[str, str]) -> str:
    """The register of the chosen input; in a circle it also tells who was served last, and so needs a reset."""
    update = f"if ({words['out_valid']})\n            owner <= chosen;"
    if params["policy"] != "round_robin":
        return f"    always @(posedge {words['clock']})\n        {update}"
    return (
        f"    always @({words['edges']})\n        if ({words['reset_active']})\n"
        f"            owner <= 2'd{params['inputs'] - 1};\n        else {update}"
    )


def _choice(params: Params, valids: Sequence[str]) -> str:
    """The input that is chosen where none is held, as an expression."""
    numbers = list(range(len(valids)))

    def first(order: Sequence[int]) -> str:
        head = "".join(f"{valids[number]} ? 2'd{number} : " for number in order[:-1])
        return f"{head}2'd{order[-1]}"

    if params["policy"] == "round_robin":
        turns = [(f"owner == {n} ? ", [*numbers[n + 1 :], *numbers[: n + 1]]) for n in numbers[:-1]]
        return "".join(f"{test}({first(order)}) : " for test, order in turns) + f"({first(numbers)})"
    return first(numbers if params["policy"] == "fixed_low" else numbers[::-1])


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout, keys = _pinout(params), _keys(params)

    def offers(gap: int) -> list[dict[str, object]]:
        lengths = [[draw.random.choice((1, 1, 2, 3, 4)) for _ in range(8)] for _ in keys]
        return [
            streams.offer(pinout.ports, key, streams.packets(draw, params["width"], lengths[number]), draw, gap)
            for number, key in enumerate(keys)
        ]

    return streams.traffic(pinout, draw, offers=offers)


def _points(params: Params) -> Sequence[Point]:
    return [
        Point("input", tuple(range(params["inputs"]))),
        Point("last", (0, 1)),
        Point("rivals", tuple(range(params["inputs"]))),
    ]


FAMILY: Family = Family(
    name="axi_stream_arbiter",
    revision=1,
    level=4,
    title="arbiter between AXI streams",
    choices={
        "inputs": (2, 3),
        "policy": tuple(_POLICY),
        "grant": tuple(_GRANT),
        "width": (4, 8, 12, 16),
        "source": (False, True),
        "reset": RESETS,
        "naming": streams.STYLES,
        "top": ("axi_stream_arbiter", "stream_mux", "packet_arbiter"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=lambda params: [("input", "last"), ("input", "rivals")]),
    tags=("stream", "arbiter"),
)
