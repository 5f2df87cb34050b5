"""A converter between streams of narrow and wide words: direction, ratio, order, packet ends, partial words vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_READY = {
    ("up", "simple"): "`{s_ready}` is 1 exactly while no wide word is complete.",
    (
        "up",
        "full",
    ): "`{s_ready}` is 1 exactly while no wide word is complete or `{m_ready}` is 1. A word accepted at the edge "
    "that delivers a wide word becomes part 0 of the next.",
    ("down", "simple"): "`{s_ready}` is 1 exactly while no part is waiting.",
    (
        "down",
        "full",
    ): "`{s_ready}` is 1 exactly while no part is waiting, or only one part is and `{m_ready}` is 1. A word "
    "accepted at the edge that delivers the last part takes its place.",
}


def _widths(params: Params) -> tuple[int, int]:
    """Bits of an incoming and of an outgoing word."""
    narrow, wide = int(params["narrow"]), int(params["narrow"] * params["ratio"])
    return (narrow, wide) if params["direction"] == "up" else (wide, narrow)


def _pinout(params: Params) -> Pinout:
    pinout, up, (incoming, outgoing) = Pinout(params), params["direction"] == "up", _widths(params)
    number = int(params["ratio"]).bit_length()
    pinout.add("s_valid", ("s_vld", "in_valid"), "input", "there is an incoming word")
    pinout.add("s_ready", ("s_rdy", "in_ready"), "output", "the incoming word can be taken")
    pinout.add("s_data", ("s_data", "in_data"), "input", "incoming word", width=incoming)
    if params["last"]:
        pinout.add("s_last", ("s_last", "in_last"), "input", "the incoming word is the last of a packet")
    if params["counted"] and not up:
        pinout.add("s_parts", ("s_num", "in_parts"), "input", "parts of the incoming word that count", width=number)
    pinout.add("m_valid", ("m_vld", "out_valid"), "output", "there is an outgoing word")
    pinout.add("m_ready", ("m_rdy", "out_ready"), "input", "the outgoing word can be taken")
    pinout.add("m_data", ("m_data", "out_data"), "output", "outgoing word", width=outgoing)
    if params["last"]:
        pinout.add("m_last", ("m_last", "out_last"), "output", "the outgoing word is the last of a packet")
    if params["counted"] and up:
        pinout.add(
            "m_parts", ("m_num", "out_parts"), "output", "parts of the outgoing word that are filled", width=number
        )
    if params["flush"]:
        pinout.add("flush", ("flush", "discard"), "input", "forget everything")
    return pinout


class _Converter:
    """The specification, over a list of parts and whether the packet ends with the last of them."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._up, self._ratio = params["direction"] == "up", int(params["ratio"])
        self._parts: list[int] = []
        self._ends = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        valid, idle = self._valid(), 0 if self._params["idle"] == "zero" else None
        ready = {"s_ready": int(self._ready(pins)), "m_valid": int(valid)}
        if not valid:
            return ready | {"m_data": idle, "m_last": idle, "m_parts": idle}
        ends = self._ends and (self._up or len(self._parts) == 1)
        data = sum(part << place for part, place in zip(self._parts, self._shifts(), strict=False))
        return ready | {
            "m_data": data if self._up else self._parts[0],
            "m_last": int(ends),
            "m_parts": len(self._parts),
        }

    def step(self, pins: Pins) -> None:
        accepts = pins["s_valid"] and self._ready(pins)
        if self._valid() and pins["m_ready"]:
            self._parts = [] if self._up else self._parts[1:]
        if accepts:
            self._ends = bool(pins.get("s_last"))
            self._parts = [*self._parts, pins["s_data"]] if self._up else self._split(pins)
        if pins.get("flush"):
            self._parts = []

    def _shifts(self) -> list[int]:
        """Bits below each part of a wide word, part 0 first."""
        shifts = [int(self._params["narrow"]) * place for place in range(self._ratio)]
        return shifts if self._params["order"] == "low_first" else shifts[::-1]

    def _split(self, pins: Pins) -> list[int]:
        mask, count = (1 << int(self._params["narrow"])) - 1, pins.get("s_parts", self._ratio)
        parts = [pins["s_data"] >> place & mask for place in self._shifts()]
        return parts[: count if 0 < count < self._ratio else self._ratio]

    def _valid(self) -> bool:
        complete = len(self._parts) == self._ratio or (self._ends and bool(self._parts))
        return complete if self._up else bool(self._parts)

    def _ready(self, pins: Pins) -> bool:
        through = self._params["pace"] == "full" and bool(pins["m_ready"])
        if self._up:
            return not self._valid() or through
        return not self._parts or (through and len(self._parts) == 1)


def _fill(params: Params) -> Mapping[str, str]:
    pinout, ratio, narrow = _pinout(params), params["ratio"], params["narrow"]
    words, up = pinout.words(), params["direction"] == "up"
    low = params["order"] == "low_first"
    last_up = (
        f" or where the word accepted has `{words.get('s_last')}` at 1: the parts that are missing are then 0, and "
        f"`{words.get('m_last')}` is 1 with that wide word. With other wide words it is 0"
        if params["last"]
        else ""
    )
    count_up = (
        f" `{words.get('m_parts')}` is the number of parts that were accepted for it." if params["counted"] else ""
    )
    count_down = (
        f"Of an accepted word only the parts 0 to n - 1 are sent, where n is `{words.get('s_parts')}`; where that is "
        "0 or more "
        f"than {ratio}, all parts are."
        if params["counted"]
        else "All parts of an accepted word are sent."
    )
    last_down = (
        f" `{words.get('m_last')}` is 1 with the last part sent of a word that was accepted with "
        f"`{words.get('s_last')}` at 1, "
        "and 0 with all others."
        if params["last"]
        else ""
    )
    through = params["pace"] == "full"
    payload = " and ".join(f"`{words[key]}`" for key in ("m_data", "m_last", "m_parts") if key in words)
    return words | _verilog(params, words) | {
        "ratio": str(ratio),
        "narrow": str(narrow),
        "wide": str(ratio * narrow),
        "task_text": f"gathers {ratio} words of {narrow} bits into one of {ratio * narrow}"
        if up
        else f"splits every word of {ratio * narrow} bits into {ratio} of {narrow}",
        "part_text": f"bits {narrow}i to {narrow}i + {narrow - 1}"
        if low
        else f"bits {narrow}({ratio - 1} - i) to {narrow}({ratio - 1} - i) + {narrow - 1}, so that part 0 is the most "
        "significant",
        "convert_text": "Accepted words become the parts of a wide word, part 0 first. It is complete where all "
        f"{ratio} parts "
        f"were accepted{last_up}. While a wide word is complete, `{words['m_valid']}` is 1 and `{words['m_data']}` is "
        "that "
        f"word.{count_up}"
        if up
        else f"{count_down} They wait from the edge that accepts the word on, and are sent part 0 first: while a part "
        "is "
        f"waiting, `{words['m_valid']}` is 1 and `{words['m_data']}` is the earliest of them; an edge that delivers it "
        f"uncovers the next.{last_down}",
        "ready_text": _READY[params["direction"], params["pace"]].format_map(words),
        "idle_text": f"While `{words['m_valid']}` is 0, every bit of {payload} "
        + ("is 0." if params["idle"] == "zero" else "may have any value."),
        "flush_text": f"A rising edge outside reset that finds `{words['flush']}` at 1 forgets all parts, those of a "
        "word that "
        "it accepts included. What it delivers is delivered; no output depends on it before the edge."
        if params["flush"]
        else "There is no flush: only a reset forgets parts.",
        "timing_text": f"`{words['s_ready']}` follows `{words['m_ready']}` without waiting for an edge; no other "
        "output "
        "depends"
        if through
        else "No output depends",
        "example": pinout.example(lambda: _Converter(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: up, `ended` marks a complete word; down, a word that ends a packet."""
    up, ratio, narrow = params["direction"] == "up", params["ratio"], params["narrow"]
    low, through, last = params["order"] == "low_first", params["pace"] == "full", words.get("s_last")
    wide, number = ratio * narrow, int(ratio).bit_length()
    free = "!ended" if up else "count == 0"
    late = words["m_ready"] if up else f"count == 1 && {words['m_ready']}"
    place = "place" if low else f"({ratio - 1} - place)"
    parts = words.get("s_parts")
    counted = f"({parts} == 0 || {parts} > {ratio}) ? {ratio} : {parts}" if parts else str(ratio)
    shown = "store" if up else f"store[{narrow - 1}:0]" if low else f"store[{wide - 1}:{wide - narrow}]"
    outputs = [(words["m_data"], shown)]
    outputs += [(words["m_last"], "closes" if up else "ended && count == 1")] if params["last"] else []
    outputs += [(words["m_parts"], "count")] if "m_parts" in words else []
    mask = f"{words['m_valid']} ? {{}} : 1'b0" if params["idle"] == "zero" else "{}"
    flush = f" && !{words['flush']}" if params["flush"] else ""
    ends = f"place == {ratio - 1}" + f" || {last}" * params["last"] if up else last
    marked = up or params["last"]
    return {
        "store_left": str(wide - 1),
        "count_left": str(number - 1),
        "declarations": "    reg closes;\n" * (up and params["last"]),
        "ready_value": f"{free} || {late}" if through else free,
        "near_ready": free if through else f"{free} || {late}",
        "place_wires": f"    wire [{number - 1}:0] place = {'deliver ? 0 : count' if through else 'count'};\n"
        f"    wire [{wide - 1}:0] part = {words['s_data']};\n" * up,
        "load": "accept" if up else "accept || deliver",
        "loaded": f"(place == 0 ? {wide}'d0 : store) | part << ({place} * {narrow})"
        if up
        else f"accept ? {words['s_data']} : store {'>>' if low else '<<'} {narrow}",
        "filled": "place + 1'b1" if up else counted,
        "emptied": "0" if up else "count - 1'b1",
        "end_mark": "    reg ended;\n" * marked,
        "end_reset": "            ended <= 1'b0;\n" * marked,
        "ends": f"                ended <= {ends};\n" * marked,
        "stays": "                ended <= ended && !deliver;\n" * up,
        "resets": "            closes <= 1'b0;\n" * (up and params["last"]),
        "updates": f"            if (accept)\n                closes <= {last};\n" * (up and params["last"]),
        "flush_branch": f"if ({words['flush']}) begin\n            count <= 0;\n"
        + "            ended <= 1'b0;\n" * marked
        + "        end else "
        if flush
        else "",
        "valid_value": "ended" if up else "count != 0",
        "assigns": "".join(f"    assign {name} = {mask.format(f'({value})')};\n" for name, value in outputs),
    }  # fmt: skip


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Words one after the other, a receiver that waits, the end of a packet."""
    bits = min(_widths(params)[0], 12)
    words = [{"s_valid": 1, "s_data": 0xA5B6C7 >> number & (1 << bits) - 1, "m_ready": 1} for number in range(5)]
    return [{"reset": 1}, *words[:4], {**words[4], "m_ready": 0, "s_last": 1, "s_parts": 1}, *({"m_ready": 1},) * 4]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Both sides at every pace, packets of every length, every number of parts, flushes and resets at every place."""
    ratio, width = params["ratio"], _widths(params)[0]

    def cycle(valid: float, ready: float, **others: int) -> dict[str, int]:
        pins = {"s_valid": int(random.random() < valid), "m_ready": int(random.random() < ready)}
        pins |= {"s_parts": random.randrange(1 << int(ratio).bit_length()), "s_last": int(random.random() < 0.25)}
        return pins | {"s_data": random.getrandbits(width), **others}

    cycles = [cycle(1, 1, reset=1), cycle(1, 1, reset=1), cycle(0, 0, s_last=1), cycle(0, 1)]
    cycles += [cycle(1, 1, s_last=0, s_parts=ratio) for _ in range(3 * ratio)]
    cycles += [cycle(1, 0, s_last=0, s_parts=ratio) for _ in range(ratio + 3)] + [cycle(0, 1) for _ in range(ratio + 2)]
    for size in range(1, ratio + 2):
        for special in ("flush", "reset", "s_last"):
            cycles += [cycle(1, 1, s_last=0, s_parts=size % (ratio + 1)) for _ in range(size)]
            cycles += [cycle(1, random.randrange(2), **{"s_last": 0, special: 1}), cycle(0, 0), cycle(0, 1, s_last=1)]
            cycles += [cycle(0, 1) for _ in range(random.randrange(ratio + 1))]
    while len(cycles) < 400:
        valid, ready = random.choice(((0.9, 0.3), (0.3, 0.9), (0.6, 0.6), (1.0, 1.0), (1.0, 0.5), (0.5, 1.0)))
        for _ in range(10):
            rare = {"flush": int(random.random() < 0.03), "reset": int(random.random() < 0.01)}
            cycles.append(cycle(valid, ready, **rare))
    for _ in range(40):
        cycles.append(one_change(cycles[-1], cycle(0.7, 0.6, reset=0, flush=0), random))
    return cycles


FAMILY = Family(
    name="width_converter",
    revision=1,
    level=4,
    title="stream width converter",
    choices={
        "direction": ("up", "down"),
        "ratio": (2, 3, 4),
        "narrow": (3, 4, 8),
        "order": ("low_first", "high_first"),
        "last": (False, True),
        "counted": (False, True),
        "pace": ("simple", "full"),
        "idle": ("open", "zero"),
        "flush": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("width_converter", "stream_resizer", "word_gearbox"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Converter(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    # Only the end of a packet leaves a wide word incomplete.
    valid=lambda params: bool(params["direction"] == "down" or params["last"] or not params["counted"]),
    tags=("sequential", "stream", "flow control"),
)
