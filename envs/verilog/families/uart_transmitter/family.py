"""A UART transmitter: bit time, frame format, line polarity, feeding, flow control and status vary."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_FEED = {
    "pause": "`{ready}` is 1 exactly while {gate}no frame is being sent, so that frames are at least one cycle apart. "
    "A word "
    "is accepted at a rising edge outside reset that finds `{valid}` and `{ready}` at 1, and its frame begins right "
    "after "
    "that edge",
    "seamless": "`{ready}` is 1 exactly while {gate}either no frame is being sent, or the one being sent is in its "
    "very "
    "last cycle, so that frames may follow each other without a pause. A word is accepted at a rising edge outside "
    "reset "
    "that finds `{valid}` and `{ready}` at 1, and its frame begins right after that edge",
    "buffered": "The module holds one waiting word. `{ready}` is 1 exactly while no word is waiting. A word is "
    "accepted at "
    "a rising edge outside reset that finds `{valid}` and `{ready}` at 1, and waits from then on. At a later rising "
    "edge "
    "while {gate}a word is waiting, and either no frame is being sent or the one being sent is in its very last cycle, "
    "the word stops waiting and its frame begins right after that edge; no word is accepted at such an edge",
}


def _frame_bits(params: Params) -> int:
    return 1 + int(params["bits"]) + int(params["parity"] != "none") + int(params["stops"])


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    pinout.add("valid", ("vld", "data_valid"), "input", "there is a word to send")
    pinout.add("data", ("din", "data"), "input", "the word", width=params["bits"])
    pinout.add("ready", ("rdy", "data_ready"), "output", "a word can be accepted")
    if params["gated"]:
        pinout.add("gate", ("cts", "clear_to_send"), "input", "a frame may begin")
    pinout.add("line", ("txd", "serial_out"), "output", "the line")
    if params["status"] == "busy":
        pinout.add("status", ("bsy", "busy"), "output", "something is being sent or waits")
    if params["status"] == "done":
        pinout.add("status", ("dn", "frame_done"), "output", "the latest edge ended a frame")
    return pinout


class _Transmitter:
    """The specification, over the levels that the line will have in the coming cycles."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._levels: deque[int] = deque()
        self._waiting: int | None = None
        self._ended = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        busy = bool(self._levels) or self._waiting is not None
        level = self._levels[0] if self._levels else 1
        return {
            "line": level ^ int(self._params["line"] == "inverted"),
            "ready": int(self._ready(pins)),
            "status": int(busy if self._params["status"] == "busy" else self._ended),
        }

    def step(self, pins: Pins) -> None:
        accepted, begins = pins["valid"] and self._ready(pins), self._may_begin(pins)
        self._ended = len(self._levels) == 1
        if self._levels:
            self._levels.popleft()
        if self._params["feed"] != "buffered":
            if accepted:
                self._begin(pins["data"])
        elif self._waiting is not None and begins:
            self._begin(self._waiting)
            self._waiting = None
        elif accepted:
            self._waiting = pins["data"]

    def _may_begin(self, pins: Pins) -> bool:
        ending = 0 if self._params["feed"] == "pause" else 1
        return len(self._levels) <= ending and pins.get("gate", 1) == 1

    def _ready(self, pins: Pins) -> bool:
        return self._waiting is None if self._params["feed"] == "buffered" else self._may_begin(pins)

    def _begin(self, data: int) -> None:
        bits = [data >> place & 1 for place in range(self._params["bits"])]
        parity = {"none": [], "even": [sum(bits) % 2], "odd": [1 - sum(bits) % 2], "mark": [1], "space": [0]}
        ordered = bits if self._params["order"] == "lowest" else bits[::-1]
        for bit in [0, *ordered, *parity[self._params["parity"]], *[1] * self._params["stops"]]:
            self._levels.extend([bit] * self._params["divider"])


_PARITY = {
    "none": "no parity bit",
    "even": "a parity bit that makes the number of ones among data bits and parity bit even",
    "odd": "a parity bit that makes the number of ones among data bits and parity bit odd",
    "mark": "a parity bit that is always 1",
    "space": "a parity bit that is always 0",
}
_STATUS = {
    "none": "There is no status output.",
    "busy": "`{status}` is 1 exactly while a frame is being sent{waits}.",
    "done": "`{status}` is 1 for one cycle, right after each rising edge that ends a frame, whether or not the next "
    "one "
    "begins at that edge, and 0 otherwise.",
}


def _fill(params: Params) -> Mapping[str, str]:
    pinout, bits, buffered = _pinout(params), params["bits"], params["feed"] == "buffered"
    words = pinout.words()
    gate = f"`{words.get('gate')}` is 1 and " if params["gated"] else ""
    length = _frame_bits(params)
    stops = "one stop bit, 1" if params["stops"] == 1 else f"{params['stops']} stop bits, 1 each"
    held = ["the frame"] + ["the waiting word"] * buffered
    return words | _verilog(params, words) | {
        "bits": str(bits),
        "divider": str(params["divider"]),
        "cycles": f"{params['divider']} cycles",
        "frame_bits": str(length),
        "frame_cycles": str(length * params["divider"]),
        "order_text": f"from bit 0 up to bit {bits - 1}" if params["order"] == "lowest" else f"from bit {bits - 1} "
        "down "
        "to bit 0",
        "parity_text": _PARITY[params["parity"]],
        "stop_text": stops,
        "line_text": "bits appear on the line as they are" if params["line"] == "plain" else "bits appear on the line "
        "inverted: a bit 1 as 0 and a bit 0 as 1",
        "feed_text": _FEED[params["feed"]].format_map({**words, "gate": gate}),
        "gate_text": f"`{words['gate']}` decides whether a frame may begin; a frame that has begun is sent to its end "
        "whatever it is."
        if params["gated"]
        else "There is no flow control from the other side.",
        "status_text": _STATUS[params["status"]].format_map({**words, "waits": " or a word is waiting" * buffered}),
        "reset_state": f"gives up {listed(held)}"
        + (f" and sets `{words['status']}` to 0" if params["status"] == "done" else ""),
        "timing_text": f"`{words['ready']}` follows `{words['gate']}` without waiting for an edge; all other outputs "
        "depend"
        if params["gated"] and not buffered
        else "All outputs depend",
        "example": pinout.example(lambda: _Transmitter(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: a shift register whose right end is on the line."""
    bits, length, divider = params["bits"], _frame_bits(params), params["divider"]
    buffered, data = params["feed"] == "buffered", words["data"]
    word = "waiting" if buffered else data
    straight, mirrored = word, "{" + ", ".join(f"{word}[{place}]" for place in range(bits)) + "}"
    low = params["order"] == "lowest"
    parity = {"none": "", "even": f"^{word}, ", "odd": f"~^{word}, ", "mark": "1'b1, ", "space": "1'b0, "}
    ends = f"{params['stops']}'d{(1 << params['stops']) - 1}, {parity[params['parity']]}"
    gate = f" && {words.get('gate')}" if params["gated"] else ""
    free = "left == 0" + ("" if params["feed"] == "pause" else " || left == 1 && tick == 0")
    status = {"busy": "left != 0" + " || is_waiting" * buffered, "done": "ended", "none": ""}[params["status"]]
    ended = params["status"] == "done"
    hold = (
        "            if (begins)\n                is_waiting <= 1'b0;\n"
        f"            else if ({words['valid']} && {words['ready']}) begin\n"
        f"                is_waiting <= 1'b1;\n                waiting <= {data};\n            end\n"
    )
    return {
        "left": str(length - 1),
        "count_left": str(length.bit_length() - 1),
        "tick_left": str((divider - 1).bit_length() - 1),
        "declarations": f"    reg [{bits - 1}:0] waiting;\n    reg is_waiting;\n" * buffered
        + "    reg ended;\n" * ended,
        "free": f"({free}){gate}",
        "ready_value": "!is_waiting" if buffered else "free",
        "begins": "free && is_waiting" if buffered else f"free && {words['valid']}",
        "frame": f"{{{ends}{straight if low else mirrored}, 1'b0}}",
        "other_frame": f"{{{ends}{mirrored if low else straight}, 1'b0}}",
        "last_tick": str(divider - 1),
        "short_tick": str(divider - 2),
        "less_bits": str(length - 1),
        "resets": "            is_waiting <= 1'b0;\n" * buffered + "            ended <= 1'b0;\n" * ended,
        "updates": hold * buffered + "            ended <= left == 1 && tick == 0;\n" * ended,
        "mark": "!" if params["line"] == "inverted" else "",
        "assigns": f"    assign {words.get('status')} = {status};\n" * (params["status"] != "none"),
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """One word that is no palindrome."""
    word = {5: 0b10011, 7: 0b1001011, 8: 0b11001011}[params["bits"]]
    rest = [{"gate": 1}] * (_frame_bits(params) * params["divider"] + 2)
    return [{"reset": 1}, {"gate": 1}, {"valid": 1, "data": word, "gate": 1}, *rest]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Words one by one and in a row, offered before, at and after the end of a frame, a closed gate, and resets."""
    bits, length = params["bits"], _frame_bits(params) * params["divider"]

    def cycle(valid: float, gate: float = 1.0, **others: int) -> dict[str, int]:
        pins = {"valid": int(random.random() < valid), "gate": int(random.random() < gate)}
        return pins | {"data": random.getrandbits(bits), **others}

    cycles = [cycle(1, reset=1), cycle(1, reset=1), cycle(0), cycle(0)]
    cycles += [cycle(1, data=1)] + [cycle(0) for _ in range(length + 3)]
    cycles += [cycle(1, 1) for _ in range(2 * length + 6)] + [cycle(0, 0) for _ in range(length + 3)]
    cycles += [cycle(1, 0) for _ in range(3)] + [cycle(0, 1) for _ in range(length // 2)]
    cycles += [cycle(1, reset=1)] + [cycle(0) for _ in range(3)]
    cycles += [cycle(1) for _ in range(4)] + [cycle(0, 1, reset=1)] + [cycle(0) for _ in range(3)]
    while len(cycles) < max(380, 9 * length):
        valid, gate = random.choice((0.05, 0.3, 1.0)), random.choice((0.1, 0.6, 1.0))
        cycles += [cycle(valid, gate, reset=int(random.random() < 0.1 / length)) for _ in range(length)]
    return cycles


FAMILY = Family(
    name="uart_transmitter",
    revision=1,
    level=4,
    title="UART transmitter",
    choices={
        "divider": (2, 3, 4, 5),
        "bits": (5, 7, 8),
        "parity": ("none", "even", "odd", "mark", "space"),
        "stops": (1, 2),
        "order": ("lowest", "highest"),
        "line": ("plain", "inverted"),
        "feed": ("pause", "seamless", "buffered"),
        "gated": (False, True),
        "status": ("none", "busy", "done"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("uart_transmitter", "uart_tx", "serial_sender"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Transmitter(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "communication", "state machine"),
)
