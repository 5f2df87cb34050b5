"""A parallel CRC: polynomial, word, start value, bit orders, final inversion, control and form of the result vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_POLYNOMIALS = {
    "4/3": "x^4 + x + 1",
    "5/5": "x^5 + x^2 + 1",
    "6/2f": "x^6 + x^5 + x^3 + x^2 + x + 1",
    "8/7": "x^8 + x^2 + x + 1",
    "8/31": "x^8 + x^5 + x^4 + 1",
    "12/80f": "x^12 + x^11 + x^3 + x^2 + x + 1",
    "15/4599": "x^15 + x^14 + x^10 + x^8 + x^7 + x^4 + x^3 + 1",
    "16/1021": "x^16 + x^12 + x^5 + 1",
    "16/8005": "x^16 + x^15 + x^2 + 1",
}
_CONTROL = {
    "none": "There is no input that starts a new message: {otherwise}.",
    "clear": "Where `{control}` is 1, the remainder returns to its start value and no word is accepted, whatever "
    "`{valid}` is.",
    "first": "Where a word is accepted and `{control}` is 1, the word is the first of a new message: it is processed "
    "as if the remainder had its start value. `{control}` has no effect where no word is accepted.",
}


def _width(params: Params) -> int:
    return int(params["polynomial"].split("/")[0])


def _start(params: Params) -> int:
    """The remainder of an empty message."""
    full = (1 << _width(params)) - 1
    return {"zeros": 0, "ones": full, "alternating": full // 3 * 2 & full}[params["start"]]


def _pinout(params: Params) -> Pinout:
    pinout, framed = Pinout(params), params["result"] == "framed"
    pinout.add("valid", ("vld", "data_valid"), "input", "there is a word")
    pinout.add("data", ("din", "data"), "input", "the word", width=params["word"])
    if params["control"] == "clear":
        pinout.add("control", ("clr", "clear"), "input", "start a new message")
    if params["control"] == "first":
        pinout.add("control", ("sof", "first_word"), "input", "the word is the first of a message")
    if framed:
        pinout.add("last", ("eof", "last_word"), "input", "the word is the last of a message")
    about = "CRC of the latest complete message" if framed else "CRC of the message so far"
    pinout.add("crc", ("crc", "checksum"), "output", about, width=_width(params))
    if framed:
        pinout.add("done", ("rdy", "checksum_ready"), "output", "a message was completed by the latest edge")
    return pinout


def _remainder(value: int, divisor: int) -> int:
    """Of a division of polynomials over two elements, each an integer with a bit per power."""
    size = divisor.bit_length()
    while value.bit_length() >= size:
        value ^= divisor << value.bit_length() - size
    return value


def _mirrored(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


class _Checksum:
    """The specification, by long division of one word at a time."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._width = _width(params)
        self._divisor = 1 << self._width | int(params["polynomial"].split("/")[1], 16)
        self._rest, self._result, self._done = _start(params), 0, 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        framed = self._params["result"] == "framed"
        return {"crc": self._result if framed else self._shown(), "done": self._done}

    def step(self, pins: Pins) -> None:
        control, self._done = self._params["control"], 0
        if control == "clear" and pins["control"]:
            self._rest = _start(self._params)
        elif pins["valid"]:
            if control == "first" and pins["control"]:
                self._rest = _start(self._params)
            self._accept(pins["data"])
            if pins.get("last"):
                self._result, self._done, self._rest = self._shown(), 1, _start(self._params)

    def _accept(self, data: int) -> None:
        word = self._params["word"]
        if self._params["bits_in"] == "lowest":
            data = _mirrored(data, word)
        self._rest = _remainder(self._rest << word ^ data << self._width, self._divisor)

    def _shown(self) -> int:
        rest = self._rest ^ ((1 << self._width) - 1 if self._params["inverted"] else 0)
        return _mirrored(rest, self._width) if self._params["bits_out"] == "mirrored" else rest


def _fill(params: Params) -> Mapping[str, str]:
    pinout, width = _pinout(params), _width(params)
    words, framed = pinout.words(), params["result"] == "framed"
    otherwise = "a message ends with its last word" if framed else "after a reset, all words make one message"
    shown = _Checksum(params).outputs({})["crc"]
    zeroed = [f"`{words[key]}`" for key in ("crc", "done") if framed]
    return words | _verilog(params, words) | {
        "width": str(width),
        "word": str(params["word"]),
        "top_bit": str(params["word"] - 1),
        "crc_left": str(width - 1),
        "polynomial_text": _POLYNOMIALS[params["polynomial"]],
        "start_text": f"{width}'b{_start(params):0{width}b}",
        "order_text": f"from `{words['data']}[0]` up to `{words['data']}[{params['word'] - 1}]`"
        if params["bits_in"] == "lowest"
        else f"from `{words['data']}[{params['word'] - 1}]` down to `{words['data']}[0]`",
        "final_text": _final_text(params, words),
        "control_text": _CONTROL[params["control"]].format_map({**words, "otherwise": otherwise}),
        "result_text": _result_text(params, words),
        "reset_state": f" and sets {listed(zeroed)} to 0"
        if framed
        else f", so that `{words['crc']}` shows {width}'b{shown:0{width}b}",
        "example": pinout.example(lambda: _Checksum(params), _example(params)),
    }  # fmt: skip


def _final_text(params: Params, words: Mapping[str, str]) -> str:
    width = _width(params)
    inverted = "with all bits inverted" if params["inverted"] else "without inversion"
    if params["bits_out"] == "mirrored":
        return (
            f"the remainder {inverted} and with its bits in reverse order: bit 0 of the CRC belongs to "
            f"x^{width - 1}, bit {width - 1} to x^0"
        )
    return f"the remainder {inverted}, its bits in order: bit i of the CRC belongs to x^i"


def _result_text(params: Params, words: Mapping[str, str]) -> str:
    if params["result"] == "running":
        return f"At any time `{words['crc']}` shows the CRC of the words accepted so far."
    return (
        "Where a word is accepted and `{last}` is 1, the word is the last of its message: `{crc}` takes the CRC of the "
        "message with this word, `{done}` becomes 1, and the remainder returns to its start value, so that the next "
        "word may begin the next message at the next edge. `{crc}` keeps its value at all other edges; `{done}` "
        "becomes 0 at all other edges. Without an accepted word `{last}` has no effect."
    ).format_map(words)


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution, which goes through a word bit by bit."""
    width, word, framed = _width(params), params["word"], params["result"] == "framed"
    up = params["bits_in"] == "lowest"
    control, begin = words.get("control"), f"{width}'d{_start(params)}"
    bits = ", ".join(f"next[{place}]" for place in range(width))
    kept = ", ".join(f"rest[{place}]" for place in range(width))
    mirrored, mark = params["bits_out"] == "mirrored", "~" if params["inverted"] else ""
    ascending, descending = (
        f"place = 0; place < {word}; place = place + 1",
        f"place = {word - 1}; place >= 0; place = place - 1",
    )
    source, listing = ("next", bits) if framed else ("rest", kept)
    return {
        "begin": begin,
        "divisor": f"{width}'h{params['polynomial'].split('/')[1]}",
        "base": f"{control} ? {begin} : rest" if params["control"] == "first" else "rest",
        "loop": ascending if up else descending,
        "other_loop": descending if up else ascending,
        "clear_branch": f"if ({control}) begin\n            rest <= {begin};\n"
        + "            finished <= 1'b0;\n" * framed
        + "        end else "
        if params["control"] == "clear"
        else "",
        "declarations": f"    reg [{width - 1}:0] result;\n    reg finished;\n" * framed,
        "resets": "            result <= 0;\n            finished <= 1'b0;\n" * framed,
        "after": f"{words.get('last')} ? {begin} : next" if framed else "next",
        "shown": f"{mark}{{{listing}}}" if mirrored else f"{mark}{source}",
        "updates": f"            finished <= {words.get('last')};\n            if ({words.get('last')})\n"
        "                result <= shown;\n" * framed,
        "idle_branch": " else\n            finished <= 1'b0;\n" if framed else "\n",
        "crc_value": "result" if framed else "shown",
        "assigns": f"    assign {words.get('done')} = finished;\n" * framed,
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A message of two words with a pause, then one of one word."""
    full = (1 << params["word"]) - 1
    return [
        {"reset": 1},
        {"valid": 1, "data": 1, "control": int(params["control"] == "first")},
        {"data": full},
        {"valid": 1, "data": full - 1, "last": 1},
        {"control": 1},
        {"valid": 1, "data": full, "control": int(params["control"] == "first"), "last": 1},
        {},
        {},
    ]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Every bit alone after a reset, long messages, controls with and without a word, then random frames."""
    word, begin = params["word"], int(params["control"] == "first")
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "valid": 1, "data": 1, "last": 1}, {}]
    for place in range(word):
        head = {"valid": 1, "data": 1 << place, "control": begin, "last": place & 1}
        cycles += [head, {"valid": 1}] if place & 2 else [head]
        cycles += [{"reset": 1}] if params["control"] == "none" or place % 3 == 0 else [{"control": 1}]
    cycles += [{"valid": 1, "data": random.getrandbits(word)} for _ in range(12)]
    cycles += [{"last": 1, "data": 1}, {"control": 1, "last": 1}, {"data": 1}, {"valid": 1, "last": 1, "data": 1}]
    cycles += [{"valid": 1, "data": 1, "last": 1, "control": 1}, {}, {"valid": 1}, {"reset": 1, "valid": 1}, {}]
    while len(cycles) < 320:
        busy, size = random.choice((0.3, 0.8, 1.0)), random.randrange(1, 9)
        for number in range(size):
            while random.random() > busy:
                loose = {"data": random.getrandbits(word), "last": random.randrange(2)}
                cycles.append({**loose, "control": int(random.random() < (0.5 if begin else 0.1))})
            control = int(number == 0 if begin else random.random() < 0.05)
            data, last = random.getrandbits(word), int(number == size - 1)
            cycles.append({"valid": 1, "data": data, "last": last, "control": control})
            cycles += [{"reset": 1, "valid": 1, "data": data}] * (random.random() < 0.02)
    for _ in range(60):
        after = {"valid": 1, "data": random.getrandbits(word), "control": random.randrange(2)}
        cycles.append(one_change({**cycles[-1], "reset": 0}, after, random))
    steady = {"valid": 1, "data": 1, "control": 0}
    cycles += [steady, {**steady, "reset": 1}, steady, steady, {**steady, "control": 1}, steady, steady]
    return cycles


FAMILY = Family(
    name="crc_parallel",
    revision=1,
    level=4,
    title="parallel CRC",
    choices={
        "polynomial": tuple(_POLYNOMIALS),
        "word": (2, 3, 4, 8, 12),
        "start": ("zeros", "ones", "alternating"),
        "bits_in": ("highest", "lowest"),
        "bits_out": ("straight", "mirrored"),
        "inverted": (False, True),
        "control": ("none", "clear", "first"),
        "result": ("running", "framed"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("crc_parallel", "crc_engine", "checksum_unit"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Checksum(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "arithmetic", "communication"),
)
