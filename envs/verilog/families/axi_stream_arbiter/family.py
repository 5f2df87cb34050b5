"""An arbiter between AXI streams: packets or words, three policies, an offer that never changes its mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, rehearsed
from ecot.envs.verilog.clocking import RESETS, Clocking, listed
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

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


def _clocking(params: Params) -> Clocking:
    return Clocking.of(_NAMING[params["naming"]], params["reset"])


def _keys(params: Params) -> str:
    """The inputs by key."""
    return "abc"[: params["inputs"]]


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports = _clocking(params).ports()
    for key in _keys(params):
        ports |= streams.stream_ports(params["naming"], key, width=params["width"], last=True, receives=True)
    ports |= streams.stream_ports(params["naming"], "out", width=params["width"], last=True, receives=False)
    if params["source"]:
        ports["origin"] = Port(name="origin", direction="output", width=2, description="number of the input, from 0")
    return ports


class Arbiter:
    """The specification over numbers of inputs. Nothing is known before the first reset."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        self.events: list[Event] = []
        self._params, self._clocking, self._keys = params, _clocking(params), _keys(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._known = False
        self._owner: int | None = None
        self._served = 0

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        readies = [f"{key}_ready" for key in self._keys]
        keys = [*readies, "out_valid", "out_data", "out_last", *(["origin"] if self._params["source"] else [])]
        values: dict[str, int | None] = dict.fromkeys(keys)
        if self._known:
            chosen = self._chosen(inputs)
            values["out_valid"] = int(chosen is not None and self._offers(inputs, chosen))
            for number, key in enumerate(self._keys):
                values[f"{key}_ready"] = int(number == chosen and bool(inputs[self._names["out_ready"]]))
            if chosen is not None and values["out_valid"]:
                values["out_data"] = inputs[self._names[f"{self._keys[chosen]}_data"]]
                values["out_last"] = inputs[self._names[f"{self._keys[chosen]}_last"]]
                if "origin" in values:
                    values["origin"] = chosen
        return {self._names[key]: value for key, value in values.items()}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
            return
        chosen = self._chosen(inputs) if self._known else None
        if chosen is None or not self._offers(inputs, chosen):
            return
        last = inputs[self._names[f"{self._keys[chosen]}_last"]]
        rivals = sum(self._offers(inputs, number) for number in range(len(self._keys))) - 1
        taken = inputs[self._names["out_ready"]]
        if taken:
            data = inputs[self._names[f"{self._keys[chosen]}_data"]]
            self.events.append({"input": chosen, "last": last, "rivals": rivals, "data": data})
        if taken and (last or self._params["grant"] == "word"):
            self._owner, self._served = None, chosen
        else:
            self._owner = chosen

    def _chosen(self, inputs: Inputs) -> int | None:
        if self._owner is not None:
            return self._owner
        order = list(range(len(self._keys)))
        if self._params["policy"] == "fixed_high":
            order.reverse()
        elif self._params["policy"] == "round_robin":
            order = [(self._served + 1 + number) % len(order) for number in order]
        return next((number for number in order if self._offers(inputs, number)), None)

    def _offers(self, inputs: Inputs, number: int) -> bool:
        return bool(inputs[self._names[f"{self._keys[number]}_valid"]])

    def _reset(self) -> None:
        self._known, self._owner, self._served = True, None, len(self._keys) - 1


def _fill(params: Params) -> Mapping[str, str]:
    words = {key: port.name for key, port in _ports(params).items()}
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
        **_clocking(params).fill(),
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
        "owner_update": _owner_update(params, words["out_valid"]),
        "third_ready": f"    assign {words['c_ready']} = {words['out_ready']};" if "c_ready" in words else "",
    }


def _owner_update(params: Params, offered: str) -> str:
    """The register of the chosen input; in a circle it also tells who was served last, and so needs a reset."""
    if params["policy"] != "round_robin":
        return f"    always @(posedge {_clocking(params).clock})\n        if ({offered})\n            owner <= chosen;"
    clocking, first = _clocking(params).fill(), params["inputs"] - 1
    return (
        f"    always @({clocking['edges']})\n        if ({clocking['reset_active']})\n"
        f"            owner <= 2'd{first};\n        else if ({offered})\n            owner <= chosen;"
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
    ports, keys = _ports(params), _keys(params)

    def offers(gap: int) -> list[dict[str, object]]:
        lengths = [[draw.random.choice((1, 1, 2, 3, 4)) for _ in range(8)] for _ in keys]
        return [
            streams.offer(ports, key, streams.packets(draw, params["width"], lengths[number]), draw, gap)
            for number, key in enumerate(keys)
        ]

    return streams.traffic(ports, _clocking(params), draw, offers=offers)


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
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=Arbiter,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points, crosses=lambda params: [("input", "last"), ("input", "rivals")]),
    tags=("stream", "arbiter"),
)
