"""A fork of a stream into several, at once or one by one, or a join of several into one; with a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from operator import add, and_, xor

from ecot.envs.verilog.bench import streams
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point
from ecot.envs.verilog.bench.plan import Bench, Phase, files_of, ready_pattern, rehearsed
from ecot.envs.verilog.bench.reporting import Reporting
from ecot.envs.verilog.clocking import RESETS, listed
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.pinout import Pinout, Pins

_NAMING = {"valid": "short", "axis": "long", "suffixed": "suffixed"}
_JOINS = {"xor": (xor, "^"), "add": (add, "+"), "and": (and_, "&")}
_COUNT_BITS = 3


def _keys(params: Params) -> str:
    """The branches by key."""
    return "abc"[: params["branches"]]


def _pinout(params: Params) -> Pinout:
    pinout = Pinout({**params, "naming": _NAMING[params["naming"]]})
    ports, forks = pinout.ports, params["shape"] != "join"
    single = "in" if forks else "out"
    style, width = params["naming"], params["width"]
    ports |= streams.stream_ports(style, single, width=width, last=False, receives=forks)
    for key in _keys(params):
        for name, port in streams.stream_ports(style, key, width=width, last=False, receives=not forks).items():
            spelled = port.name.replace("src", "dst").replace("s0", "m0").replace("s1", "m1").replace("s2", "m2")
            ports[name] = replace(port, name=spelled if forks else port.name)
    ports["count"] = Port(name="count", direction="output", width=_COUNT_BITS, description="what has moved since reset")
    return pinout


class ForkJoin:
    """The specification over the set of branches that are done with the present word, after a reset."""

    def __init__(self, params: Params, events: list[Event]) -> None:
        """Nothing has moved; `events` takes words that move or wait."""
        self._params, self._keys, self._events = params, _keys(params), events
        self._served: set[str] = set()
        self._count = 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Handshakes, data and the count."""
        shown = self._joined(pins) if self._params["shape"] == "join" else self._forked(pins)
        return {**shown, "count": self._count}

    def step(self, pins: Pins) -> None:
        """A word may move somewhere."""
        part = "ready" if self._params["shape"] != "join" else "valid"
        up = "".join(str(pins[f"{key}_{part}"]) for key in self._keys)
        valid, ready = ("in_valid", "in_ready") if part == "ready" else ("out_valid", "out_ready")
        both = {**pins, **self.outputs(pins)}
        moves = bool(both[valid] and both[ready])
        if part == "valid" or pins["in_valid"]:
            self._events.append(
                {
                    "kind": "moves" if moves else "waits",
                    "branches": up,
                    "served": len(self._served),
                    "count": self._count,
                }
            )
        if self._params["shape"] == "each" and pins["in_valid"]:
            self._served |= {key for key in self._keys if pins[f"{key}_ready"]}
        if moves:
            self._served = set()
            most = (1 << _COUNT_BITS) - 1
            self._count = min(self._count + 1, most) if self._params["full"] == "stops" else (self._count + 1) & most

    def _joined(self, now: Pins) -> dict[str, int | None]:
        offered = all(now[f"{key}_valid"] for key in self._keys)
        values: dict[str, int | None] = {"out_valid": int(offered), "out_data": None}
        values |= {f"{key}_ready": int(offered and bool(now["out_ready"])) for key in self._keys}
        if offered:
            combine = _JOINS[self._params["work"]][0]
            values["out_data"] = reduce(combine, (now[f"{key}_data"] for key in self._keys)) % self._size()
        return values

    def _forked(self, now: Pins) -> dict[str, int | None]:
        values: dict[str, int | None] = {}
        willing = {key for key in self._keys if now[f"{key}_ready"]}
        values["in_ready"] = int(willing | self._served == set(self._keys))
        for number, key in enumerate(self._keys):
            others = willing >= set(self._keys) - {key}
            valid = bool(now["in_valid"]) and (key not in self._served if self._params["shape"] == "each" else others)
            values |= {f"{key}_valid": int(valid), f"{key}_data": None}
            if valid:
                data = {"same": now["in_data"], "plus": now["in_data"] + number, "invert": now["in_data"]}
                flip = self._size() - 1 if self._params["work"] == "invert" and number else 0
                values[f"{key}_data"] = data[self._params["work"]] % self._size() ^ flip
        return values

    def _size(self) -> int:
        return 1 << int(self._params["width"])


def _model(params: Params) -> Reporting:
    pinout = _pinout(params)
    combinational = [key for key, port in pinout.ports.items() if port.direction == "output" and key != "count"]
    return Reporting(pinout, partial(ForkJoin, params), open_in_reset=combinational)


def _valid(params: Params) -> bool:
    """What is done to data is of the fork or of the join."""
    return bool((params["shape"] == "join") == (params["work"] in _JOINS))


def _fill(params: Params) -> Mapping[str, str]:
    words = _pinout(params).words()
    forks = params["shape"] != "join"
    moves = f"{words['in_valid']} && {words['in_ready']}" if forks else f"{words['out_valid']} && {words['out_ready']}"
    step = f"total + {_COUNT_BITS}'d1"
    return {
        **words,
        "what": "one stream into several" if forks else "several streams into one",
        "task": f"copies each word of one stream to {len(_keys(params))} streams"
        if forks
        else f"makes one word from a word of each of {len(_keys(params))} streams",
        "rules": _rules(params, words),
        "count_what": "the input" if forks else "the output",
        "full_text": "it counts modulo 8" if params["full"] == "wraps" else "it stays at 7 when it has reached it",
        "moves": moves,
        "offers": words["in_valid"] if forks else words["out_valid"],
        "next_count": step if params["full"] == "wraps" else f"&total ? total : {step}",
        "other_count": step if params["full"] == "stops" else f"&total ? total : {step}",
        "logic": _logic(params, words),
        "hasty_logic": _hasty(params, words),
        "reset_served": "no branch is served and " if params["shape"] == "each" else "",
        "stored_text": "`count` comes from a register; the other outputs depend on the present inputs.",
    }


def _rules(params: Params, words: Mapping[str, str]) -> str:
    """The behaviour but for the count."""
    keys = _keys(params)
    valids, readies = ([f"`{words[f'{key}_{part}']}`" for key in keys] for part in ("valid", "ready"))
    if params["shape"] == "join":
        data = [f"`{words[f'{key}_data']}`" for key in keys]
        works = {"xor": "bitwise exclusive or", "add": f"sum modulo 2^{params['width']}", "and": "bitwise and"}
        return (
            f"1. **Offer.** `{words['out_valid']}` is 1 while {listed(valids)} are all 1, and 0 otherwise.\n"
            f"2. **Data.** While `{words['out_valid']}` is 1, `{words['out_data']}` is the {works[params['work']]} of "
            f"{listed(data)}; otherwise it is unspecified.\n"
            f"3. **Taking.** {listed(readies)} are all 1 while `{words['out_valid']}` and `{words['out_ready']}` are "
            "both 1, and all 0 otherwise: words move on all streams at the same edge."
        )
    datas = "\n".join(f"   - `{words[f'{key}_data']}` is {_data_text(params, n, words)}" for n, key in enumerate(keys))
    rule = f"2. **Data.** While the valid of a branch is 1,\n{datas}\n   and while it is 0, its data are unspecified."
    if params["shape"] == "once":
        return (
            f"1. **Offer.** The valid of a branch ({listed(valids)}) is 1 while `{words['in_valid']}` is 1 and the "
            "readies of all *other* branches are 1, and 0 otherwise. It does not depend on the branch's own ready. So "
            f"a word moves on all branches at the same edge.\n{rule}\n"
            f"3. **Taking.** `{words['in_ready']}` is 1 while {listed(readies)} are all 1, and 0 otherwise, whatever "
            f"`{words['in_valid']}` is."
        )
    return (
        f"1. **Offer.** The valid of a branch ({listed(valids)}) is 1 while `{words['in_valid']}` is 1 and the branch "
        "is not *served*, and 0 otherwise. A branch becomes served at a rising edge at which its valid and its "
        "ready are both 1 and the word does not move on the input; at the edge at which the word moves on the input, "
        f"all branches cease to be served. So each branch gets each word once, at its own time.\n{rule}\n"
        f"3. **Taking.** `{words['in_ready']}` is 1 while each branch is served or has its ready at 1, and 0 otherwise"
        f", whatever `{words['in_valid']}` is."
    )


def _data_text(params: Params, number: int, words: Mapping[str, str]) -> str:
    source = f"`{words['in_data']}`"
    if params["work"] == "plus" and number:
        return f"{source} plus {number}, modulo 2^{params['width']},"
    return f"{source} with all bits inverted," if params["work"] == "invert" and number else f"{source},"


def _logic(params: Params, words: Mapping[str, str]) -> str:
    """The body of the solution but for the count."""
    keys, width = _keys(params), params["width"]
    if params["shape"] == "join":
        sign = f" {_JOINS[params['work']][1]} "
        return "\n".join(
            [
                f"    assign {words['out_valid']} = {' && '.join(words[f'{key}_valid'] for key in keys)};",
                f"    assign {words['out_data']} = {sign.join(words[f'{key}_data'] for key in keys)};",
                *(f"    assign {words[f'{k}_ready']} = {words['out_valid']} && {words['out_ready']};" for k in keys),
            ]
        )
    lines = []
    for number, key in enumerate(keys):
        source = words["in_data"]
        if params["work"] == "plus" and number:
            source = f"{source} + {width}'d{number}"
        elif params["work"] == "invert" and number:
            source = f"~{source}"
        lines.append(f"    assign {words[f'{key}_data']} = {source};")
    return "\n".join([*(_once if params["shape"] == "once" else _each)(params, words), *lines])


def _once(params: Params, words: Mapping[str, str]) -> list[str]:
    readies = {key: words[f"{key}_ready"] for key in _keys(params)}
    lines = [f"    assign {words['in_ready']} = {' && '.join(readies.values())};"]
    for key in readies:
        others = " && ".join(name for other, name in readies.items() if other != key)
        lines.append(f"    assign {words[f'{key}_valid']} = {words['in_valid']} && {others};")
    return lines


def _each(params: Params, words: Mapping[str, str]) -> list[str]:
    readies = [words[f"{key}_ready"] for key in _keys(params)]
    left = len(readies) - 1
    lines = [
        f"    reg [{left}:0] served;",
        f"    wire [{left}:0] willing = served | {{{', '.join(reversed(readies))}}};",
        f"    always @({words['edges']})",
        f"        if ({words['reset_active']})\n            served <= 0;",
        f"        else if ({words['in_valid']})\n            served <= &willing ? 0 : willing;",
        f"    assign {words['in_ready']} = &willing;",
    ]
    for number, key in enumerate(_keys(params)):
        lines.append(f"    assign {words[f'{key}_valid']} = {words['in_valid']} && !served[{number}];")
    return lines


def _hasty(params: Params, words: Mapping[str, str]) -> str:
    """As the solution, but one side goes ahead without the other."""
    text = _logic(params, words)
    if params["shape"] == "join":
        return text.replace(f"{words['a_ready']} = {words['out_valid']} && ", f"{words['a_ready']} = ")
    if params["shape"] == "each":
        return text.replace(" && !served[0]", "")
    return text.replace(
        f"{words['a_valid']} = {words['in_valid']} && ", f"{words['a_valid']} = {words['in_valid']} || "
    )


def _phases(params: Params, draw: Drawing) -> Sequence[Phase]:
    pinout, keys, forks = _pinout(params), _keys(params), params["shape"] != "join"
    others = [
        ready_pattern(pinout.ports[f"{key}_ready"].name, draw, share=share)
        for key, share in zip(keys, (0.7, 0.5, 0.6), strict=False)
        if forks
    ]

    def offers(gap: int) -> list[dict[str, object]]:
        sources = ("in",) if forks else keys
        return [
            streams.offer(pinout.ports, key, [{"data": draw.bits(params["width"])} for _ in range(12)], draw, gap)
            for key in sources
        ]

    return streams.traffic(pinout, draw, offers=offers, out=None if forks else "out", others=others)


def _points(params: Params) -> Sequence[Point]:
    count = params["branches"]
    shown = [f"{value:0{count}b}" for value in range(1 << count)]
    served = range(count) if params["shape"] == "each" else (0,)
    return [
        Point("kind", ("moves", "waits")),
        Point("branches", tuple(shown)),
        Point("served", tuple(served)),
        Point("count", tuple(range(1 << _COUNT_BITS))),
    ]


FAMILY: Family = Family(
    name="stream_fork_join",
    revision=1,
    level=4,
    title="fork and join of streams",
    choices={
        "shape": ("once", "each", "join"),
        "work": ("same", "plus", "invert", *_JOINS),
        "branches": (2, 3),
        "full": ("wraps", "stops"),
        "width": (4, 6, 8),
        "reset": RESETS,
        "naming": streams.STYLES,
        "top": ("stream_fork_join", "stream_junction", "word_junction"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=lambda params, random: rehearsed(FAMILY, params, random),
    cosmetic=("naming", "top"),
    valid=_valid,
    judge="cocotb",
    files=lambda params: files_of(FAMILY, params),
    bench=Bench(phases=_phases, points=_points),
    tags=("stream", "fork", "join"),
)
