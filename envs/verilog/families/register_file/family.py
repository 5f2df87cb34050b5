"""A register file: size, ports, lanes, a register that is always zero, bypass, read registers and reset contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_WRITERS = "ab"
_READERS = "xyz"
_COLLISION = {
    "one": "",
    "first": "Where both write ports write the same lane of the same register at one edge, port a wins. ",
    "second": "Where both write ports write the same lane of the same register at one edge, port b wins. ",
}


def _size(params: Params) -> tuple[int, int]:
    """Registers and bits of each."""
    registers, width = params["size"].split("x")
    return int(registers), int(width)


def _writers(params: Params) -> str:
    return _WRITERS[: 1 if params["writers"] == "one" else 2]


def _readers(params: Params) -> str:
    return _READERS[: params["readers"]]


def _initial(params: Params, place: int) -> int:
    """What a register holds after a reset."""
    ones = params["contents"] == "ones" and not (params["zero"] and place == 0)
    return (1 << _size(params)[1]) - 1 if ones else 0


def _pinout(params: Params) -> Pinout:
    pinout, (registers, width) = Pinout(params), _size(params)
    address, lanes = (registers - 1).bit_length(), params["lanes"]
    for side in _writers(params):
        about = f"write port {side}: write" + (", lane i where bit i is 1" if lanes > 1 else "")
        pinout.add(f"write_{side}", (f"we_{side}", f"write_enable_{side}"), "input", about, width=lanes)
        names = (f"waddr_{side}", f"write_address_{side}")
        pinout.add(f"place_{side}", names, "input", f"write port {side}: number of the register", width=address)
        pinout.add(f"data_{side}", (f"wdata_{side}", f"write_data_{side}"), "input", "what to write", width=width)
    for side in _readers(params):
        names = (f"raddr_{side}", f"read_address_{side}")
        pinout.add(f"place_{side}", names, "input", f"read port {side}: number of the register", width=address)
        about = f"read port {side}: contents, {params['read']}"
        pinout.add(f"data_{side}", (f"rdata_{side}", f"read_data_{side}"), "output", about, width=width)
    return pinout


class _File:
    """The specification, over a list of registers; a write keeps the bits outside its lanes."""

    def __init__(self, params: Params) -> None:
        self._params = params
        (registers, width), lanes = _size(params), params["lanes"]
        self._writers, self._readers = _writers(params), _readers(params)
        lane = (1 << width // lanes) - 1
        self._bits = [
            sum(lane << number * (width // lanes) for number in range(lanes) if enables >> number & 1)
            for enables in range(1 << lanes)
        ]
        self._held = [_initial(params, place) for place in range(registers)]
        self._read = dict.fromkeys(self._readers, 0)

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        shown = self._look(pins) if self._params["read"] == "combinational" else self._read
        return {f"data_{side}": shown[side] for side in self._readers}

    def step(self, pins: Pins) -> None:
        self._read = self._look(pins)
        self._held = self._written(pins)

    def _written(self, pins: Pins) -> list[int]:
        held = self._held.copy()
        for side in self._writers[::-1] if self._params["writers"] == "first" else self._writers:
            place, bits = pins[f"place_{side}"], self._bits[pins[f"write_{side}"]]
            if place < len(held) and (place or not self._params["zero"]):
                held[place] = held[place] & ~bits | pins[f"data_{side}"] & bits
        return held

    def _look(self, pins: Pins) -> dict[str, int]:
        held = self._written(pins) if self._params["bypass"] else self._held
        places = {side: pins[f"place_{side}"] for side in self._readers}
        return {side: held[place] if place < len(held) else 0 for side, place in places.items()}


def _fill(params: Params) -> Mapping[str, str]:
    pinout, (registers, width) = _pinout(params), _size(params)
    words = pinout.words()
    example = pinout.example(lambda: _File(params), _example(params))
    return words | _text(params, words) | _verilog(params, words) | {
        "registers": str(registers),
        "last": str(registers - 1),
        "width": str(width),
        "example": example,
    }  # fmt: skip


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    registers, width = _size(params)
    combinational, odd = params["read"] == "combinational", registers & registers - 1
    reads = listed([f"`{words[f'data_{side}']}`" for side in _readers(params)])
    rules = [f"   - {_write_rule(params, words, side)}" for side in _writers(params)]
    when = "at the same time" if combinational else "at the edge that reads"
    now = "shows what the register would hold after a rising edge with the present inputs outside reset"
    bypass = {
        (True, True): f"A read port {now}: what is being written is visible at once, in the lanes that are being "
        "written, whether or not the reset is active.",
        (
            True,
            False,
        ): "A read port shows what the register holds; what is being written becomes visible after the edge.",
        (False, True): "Where the edge that reads also writes the register, the read port takes the new value (new in "
        "the lanes that are written).",
        (False, False): "Where the edge that reads also writes the register, the read port takes the old value.",
    }
    ones = params["contents"] == "ones"
    return {
        "write_rules": "\n".join(rules),
        "collision_text": _COLLISION[params["writers"]],
        "odd_text": f"There is no register {registers} or above: writes to such a number change nothing, reads of it "
        "give 0."
        if odd
        else "Every number that the address inputs can hold is a register.",
        "zero_text": f"Register 0 always reads as 0; writes to it change nothing, and are not seen by reads {when} "
        "either."
        if params["zero"]
        else "Register 0 is a register like any other.",
        "read_text": "Reading is combinational: each read port shows the register that its address names, without an "
        "edge."
        if combinational
        else "At every rising edge outside reset, each read port takes the contents of the register that its address "
        "names, and shows them until the next edge. There is no read enable.",
        "bypass_text": bypass[combinational, params["bypass"]],
        "reset_state": ("sets every bit of every register to " + ("1" if ones else "0"))
        + (" (register 0 still reads as 0)" if ones and params["zero"] else "")
        + ("" if combinational else f" and {reads} to 0"),
        "lanes_text": f" A register has {params['lanes']} lanes of {width // params['lanes']} bits each, lane 0 at the "
        "least significant end."
        if params["lanes"] > 1
        else "",
        "timing_text": "The read data follow the inputs without waiting for an edge."
        if combinational
        else "The read data come from registers and change right after rising edges, or by a reset.",
    }


def _write_rule(params: Params, words: Mapping[str, str], side: str) -> str:
    write, place, data = (f"`{words[f'{key}_{side}']}`" for key in ("write", "place", "data"))
    if params["lanes"] > 1:
        return (
            f"Port {side}: each lane i for which bit i of {write} is 1, of the register with number {place}, takes "
            f"lane i of {data}. The other lanes of the register keep their values."
        )
    return f"Port {side}: where {write} is 1, the register with number {place} takes {data}."


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: the contents are one long vector, and `next` is what a rising edge makes of it."""
    (registers, width), lanes = _size(params), params["lanes"]
    order = _writers(params)[:: -1 if params["writers"] == "first" else 1]
    return {
        "bits_left": str(registers * width - 1),
        "first_place": "1" if params["zero"] else "0",
        "other_place": "0" if params["zero"] else "1",
        "initial": "{" + ", ".join(f"{width}'d{_initial(params, place)}" for place in reversed(range(registers))) + "}",
        "stores": "".join(_store(side, words, width=width, lanes=lanes) for side in order),
        "source": "next" if params["bypass"] else "bank",
        "other_source": "bank" if params["bypass"] else "next",
        **_reads(params, words),
    }


def _store(side: str, words: Mapping[str, str], *, width: int, lanes: int) -> str:
    """What one write port does to the register `place`."""
    write, place, data = (words[f"{key}_{side}"] for key in ("write", "place", "data"))
    size, lines = width // lanes, ""
    for lane in range(lanes):
        bit, offset = (f"[{lane}]", f" + {lane * size}") if lanes > 1 else ("", "")
        part = f"[{lane * size + size - 1}:{lane * size}]" if lanes > 1 else ""
        lines += f"            if ({write}{bit} && {place} == place)\n"
        lines += f"                next[place * {width}{offset.replace(' + 0', '')} +: {size}] = {data}{part};\n"
    return lines


def _reads(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    registers, width = _size(params)
    odd, registered = registers & registers - 1, params["read"] == "registered"
    declarations = resets = updates = assigns = ""
    for side in _readers(params):
        place = words[f"place_{side}"]
        found = f"looked[{place} * {width} +: {width}]"
        found = f"({place} < {registers}) ? {found} : {width}'d0" if odd else found
        declarations += f"    reg [{width - 1}:0] read_{side};\n" * registered
        resets += f"            read_{side} <= 0;\n" * registered
        updates += f"            read_{side} <= {found};\n" * registered
        assigns += f"    assign {words[f'data_{side}']} = {f'read_{side}' if registered else found};\n"
    return {"declarations": declarations, "resets": resets, "updates": updates, "assigns": assigns}


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A register written and read at once, then read, then overwritten in its lowest lane."""
    width, every = _size(params)[1], (1 << params["lanes"]) - 1
    reads = {f"place_{side}": number for side, number in zip(_readers(params), (2, 3, 0), strict=False)}
    first = {"write_a": every, "place_a": 2, "data_a": (1 << width) - 6}
    rival = {"write_b": every, "place_b": 2, "data_b": 5}
    last = {"write_a": 1, "place_a": 2, "data_a": 3}
    zero = {"write_a": every, "place_a": 0, "data_a": 7, "place_x": 0}
    return [{"reset": 1}, {**reads, **first}, reads, {**reads, **first, **rival}, {**reads, **last}, reads,
            {**reads, **zero}, {**reads, "place_x": 0}, reads]  # fmt: skip


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Every register by every port and lane beside reads of it and its neighbours, then crowded random traffic."""
    (registers, width), every = _size(params), (1 << params["lanes"]) - 1
    top = 1 << (registers - 1).bit_length()

    def cycle(*, near: int, busy: float, **others: int) -> dict[str, int]:
        pins = dict(others)
        for side in _WRITERS + _READERS:
            pins.setdefault(f"place_{side}", near if random.random() < 0.5 else random.randrange(top))
        for side in _WRITERS:
            pins.setdefault(f"data_{side}", random.getrandbits(width))
            enables = random.choice((every, random.randint(1, every)))
            pins.setdefault(f"write_{side}", enables if random.random() < busy else 0)
        return pins

    cycles = [cycle(near=1, busy=1.0, reset=1)]
    cycles += [cycle(near=0, busy=0.0, place_x=place, place_y=place, place_z=place) for place in range(top)]
    for place in [*range(top), *random.sample(range(top), top)]:
        for side in _WRITERS:
            alone = {f"write_{other}": 0 for other in _WRITERS if other != side}
            here = {f"place_{key}": place for key in side + _READERS}
            cycles.append(cycle(near=place, busy=1.0, **here, **alone))
            cycles.append(cycle(near=place, busy=0.0, **here))
    cycles += [cycle(near=0, busy=0.0, place_x=place, place_y=place, place_z=place) for place in range(top)]
    cycles.append(cycle(near=1, busy=1.0, reset=1))
    cycles += [cycle(near=0, busy=0.0, place_x=place, place_y=place, place_z=place) for place in range(top)]
    while len(cycles) < 260:
        near, busy = random.randrange(top), random.choice((0.2, 0.7, 1.0))
        cycles += [cycle(near=near, busy=busy, reset=int(random.random() < 0.01)) for _ in range(4)]
    for key in 3 * [f"{kind}_{side}" for side in _WRITERS for kind in ("write", "place", "data")]:
        cycles += _noticed(key, cycle(near=1, busy=0.0), random=random, top=top, width=width, every=every)
    return cycles


def _noticed(
    key: str, cycle: Mapping[str, int], *, random: Random, top: int, width: int, every: int
) -> list[dict[str, int]]:
    """A write that comes about by a change of one input alone, read afterwards, and again after a reset in between."""
    before, place = random.sample(range(top), 2)
    write, target, data = (f"{kind}_{key[-1]}" for kind in ("write", "place", "data"))
    old = {**cycle, write: every, target: place, data: random.randrange(1 << width)}
    old[key] = {write: 0, target: before, data: old[data] ^ (1 << width) - 1}[key]
    new = {**old, write: every, target: place} | ({data: random.randrange(1 << width)} if key == data else {})
    look = {**new, write: 0, **{f"place_{side}": place for side in _READERS}}
    kept = {**look, "reset": 0}
    return [old, new, look, {**kept, "reset": 1}, kept, kept] if random.random() < 0.3 else [old, new, look]


FAMILY = Family(
    name="register_file",
    revision=1,
    level=4,
    title="register file",
    choices={
        "size": ("4x8", "4x12", "6x8", "8x4", "8x8"),
        "readers": (1, 2, 3),
        "writers": ("one", "first", "second"),
        "lanes": (1, 2, 4),
        "zero": (False, True),
        "read": ("combinational", "registered"),
        "bypass": (False, True),
        "contents": ("zeros", "ones"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("register_file", "regfile", "register_bank"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _File(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "memory", "processor"),
)
