"""The slave of a four-phase handshake: wait states, withdrawn requests, when data are taken, reads and levels vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_LEVELS = {"high": (("req", "request"), ("ack", "acknowledge")), "low": (("req_n", "request_n"), ("ack_n", "done_n"))}


def _pinout(params: Params) -> Pinout:
    pinout, width, level = Pinout(params), params["width"], params["level"]
    request, acknowledge = _LEVELS[level]
    pinout.add("request", request, "input", f"the master wants a transfer, active {level}")
    if params["kind"] == "read_write":
        pinout.add("write", ("wr", "write"), "input", "the transfer is a write (1) or a read (0)")
    pinout.add("data", ("wdata", "write_data"), "input", "word to be written", width=width)
    pinout.add("acknowledge", acknowledge, "output", f"the transfer is done, active {level}")
    if params["kind"] == "read_write":
        pinout.add("word", ("rdata", "read_data"), "output", "word of the latest read", width=width)
    else:
        pinout.add("word", ("word", "stored_word"), "output", "word of the latest write", width=width)
    if params["busy"]:
        pinout.add("busy", ("busy", "in_wait"), "output", "a request waits for its acknowledge")
    return pinout


class _Slave:
    """The specification: how many edges ago the present request was accepted, and whether it is acknowledged."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._age: int | None = None
        self._acknowledged = False
        self._taken: tuple[int, int] = (0, 0)
        self._stored = self._read = 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        word = self._read if self._params["kind"] == "read_write" else self._stored
        active = int(self._params["level"] == "high")
        acknowledge = active if self._acknowledged else 1 - active
        return {"acknowledge": acknowledge, "word": word, "busy": int(self._age is not None)}

    def step(self, pins: Pins) -> None:
        wanted = pins["request"] == int(self._params["level"] == "high")
        offered = (pins.get("write", 1), pins["data"])
        if self._acknowledged:
            self._acknowledged = wanted
        elif self._age is None:
            if wanted:
                self._age, self._taken = 0, offered
        elif not wanted and self._params["withdrawn"] == "abandoned":
            self._age = None
        else:
            self._age += 1
            if self._age == self._params["waits"]:
                self._transfer(*(self._taken if self._params["taken"] == "request" else offered))

    def _transfer(self, write: int, data: int) -> None:
        self._age, self._acknowledged = None, True
        if write:
            self._stored = data
        else:
            self._read = self._stored


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    active = "1" if params["level"] == "high" else "0"
    both = params["kind"] == "read_write"
    data = f"`{words['write']}` and `{words['data']}`" if both else f"`{words['data']}`"
    moment = "accepts the request" if params["taken"] == "request" else "makes the transfer"
    only_writes = f"A transfer stores `{words['data']}`, and `{words['word']}` always shows the stored word."
    shown = f"a read copies it to `{words['word']}`, which a write leaves as it is."
    return words | _verilog(params, words) | {
        "active": active,
        "idle": "0" if active == "1" else "1",
        "waits": str(params["waits"]),
        "ordinal": {4: "fourth", 6: "sixth", 7: "seventh"}[params["waits"]],
        "width": str(params["width"]),
        "kinds": "reads and writes" if both else "writes",
        "taken_text": f"{data} {'are' if both else 'is'} taken at the rising edge that {moment}; at other edges "
        f"{'they do' if both else 'it does'} not matter.",
        "transfer_text": "The module stores one word. "
        + (f"A write stores `{words['data']}`; {shown}" if both else only_writes),
        "withdrawn_text": _withdrawn(params, words, active),
        "busy_text": f"`{words['busy']}` is 1 while the module is waiting and 0 otherwise." if params["busy"] else "",
        "example": pinout.example(lambda: _Slave(params), _example(params)),
    }  # fmt: skip


def _withdrawn(params: Params, words: Mapping[str, str], active: str) -> str:
    request, acknowledge = words["request"], words["acknowledge"]
    if params["withdrawn"] == "abandoned":
        return (
            f"Any of these {params['waits']} edges that does not find `{request}` at {active} ends the request "
            "instead: there is no transfer and no acknowledge, and the module is idle again."
        )
    return (
        f"While the module is waiting, `{request}` does not matter. Where the master has taken it away by then, "
        f"`{acknowledge}` is {active} for one cycle only."
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    waits, width, high = params["waits"], params["width"], params["level"] == "high"
    both, early = params["kind"] == "read_write", params["taken"] == "request"
    data, write = ("taken", "writes") if early else (words["data"], words.get("write"))
    access = f"if ({write})\n    stored <= {data};\nelse\n    copied <= stored;" if both else f"stored <= {data};"
    take = [f"taken <= {words['data']};", *([f"writes <= {words.get('write')};"] if both else [])]
    registers = [f"reg [{width - 1}:0] stored;"] + [f"reg [{width - 1}:0] copied;"] * both
    registers += [f"reg [{width - 1}:0] taken;"] * early + ["reg writes;"] * (early and both)
    return {
        "count_left": f"[{(waits - 1).bit_length() - 1}:0] ",
        "first_count": str(waits - 1),
        "short_count": str(waits - 2),
        "wanted": words["request"] if high else f"!{words['request']}",
        "registers": _lines(registers, 1),
        "resets": _lines(["stored <= 0;"] + ["copied <= 0;"] * both, 3),
        "take": _lines(take if early else [], 3),
        "access": _lines(access.split("\n"), 4),
        "abandons": "if (!wanted)\n                waiting <= 1'b0;\n            else " * _gives_up(params),
        "keeps_on": "if (!wanted)\n                waiting <= 1'b0;\n            else " * (not _gives_up(params)),
        "assigns": _lines(
            [
                f"assign {words['acknowledge']} = {'done' if high else '!done'};",
                f"assign {words['word']} = {'copied' if both else 'stored'};",
                *([f"assign {words['busy']} = waiting;"] if params["busy"] else []),
            ],
            1,
        ),
    }


def _gives_up(params: Params) -> bool:
    return bool(params["withdrawn"] == "abandoned")


def _lines(lines: Sequence[str], depth: int) -> str:
    return "\n".join(f"{'    ' * depth}{line}" for line in lines)


def _transfer(params: Params, random: Random, *, held: int, apart: int) -> list[dict[str, int]]:
    """A request of `held` cycles and a pause, with other data in every cycle; `request` is 1 where active."""
    return [
        {"request": int(cycle < held), "write": random.getrandbits(1), "data": random.getrandbits(params["width"])}
        for cycle in range(held + apart)
    ]


def _levelled(params: Params, cycles: Sequence[Mapping[str, int]]) -> list[Mapping[str, int]]:
    """Cycles with the request at the level of its port."""
    low = int(params["level"] == "low")
    return [{**cycle, "request": cycle.get("request", 0) ^ low} for cycle in cycles]


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A write, then a read where there is one, or a second write; other data come in the cycles between."""
    held = params["waits"] + 2
    first = [{"request": 1, "write": 1, "data": 3 + cycle} for cycle in range(held)]
    second = [{"request": 1, "data": 15 - cycle} for cycle in range(held)]
    return _levelled(params, [{"reset": 1}, *first, {}, *second, {}, {}])


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Requests of every length with every pause, a reset after every number of cycles, then requests as they come."""
    waits = params["waits"]
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "request": 1, "write": 1, "data": 5}, {}]
    lengths = [(held, apart) for held in (1, 2, *range(waits - 1, waits + 4)) for apart in (1, 2, waits + 1)]
    random.shuffle(lengths)
    for held, apart in lengths:
        cycles += _transfer(params, random, held=held, apart=apart)
    for held in range(1, waits + 4):
        cycles += _transfer(params, random, held=waits + 2, apart=1) + _transfer(params, random, held=held, apart=0)
        cycles += [{"reset": 1, "request": held & 1, "write": 1, "data": 9}, {"request": 0}, {"request": 0}]
    end = max(400, len(cycles) + 60)
    while len(cycles) < end:
        cycles += _transfer(params, random, held=random.randrange(1, 9), apart=random.choice((1, 1, 2, 3)))
        cycles[-1]["reset"] = int(random.random() < 0.06)
    return _levelled(params, cycles)


FAMILY = Family(
    name="bus_handshake",
    revision=1,
    level=3,
    title="slave of a four-phase handshake",
    choices={
        "width": (4, 6, 8),
        "waits": (4, 6, 7),
        "kind": ("write", "read_write"),
        "withdrawn": ("abandoned", "finished"),
        "taken": ("request", "transfer"),
        "level": tuple(_LEVELS),
        "busy": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Slave(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming",),
    tags=("sequential", "state machine", "bus"),
)
