"""A serial CRC: polynomial, start value, inversion, bit order, new messages and what is made of the remainder vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_POWERS: Mapping[str, tuple[int, ...]] = {
    "three": (3, 1, 0),
    "four": (4, 1, 0),
    "five": (5, 2, 0),
    "seven": (7, 3, 0),
    "eight": (8, 2, 1, 0),
    "eight sparse": (8, 5, 4, 0),
    "twelve": (12, 11, 3, 2, 1, 0),
    "sixteen": (16, 12, 5, 0),
}
"""The powers of a generator polynomial, the highest first."""
_ROLES = {
    "checksum": "shows the CRC of a message of single bits",
    "append": "passes a message of single bits on and sends its CRC after it",
    "check": "says whether a message of single bits ends with its CRC",
}
_CONTROLS = {
    "none": "Only a reset begins a new message.",
    "clear": "An edge that finds `{control}` at 1 begins a new message: the remainder becomes the start value, and "
    "nothing else happens at that edge, whatever the other inputs are.",
    "first": "Where an edge accepts a bit and finds `{control}` at 1, the bit is the first of a new message: rule 2 is "
    "applied to the start value instead of the remainder. At an edge that accepts no bit, `{control}` has no effect.",
}


def _width(params: Params) -> int:
    return _POWERS[params["polynomial"]][0]


def _start(params: Params) -> int:
    return {"zeros": 0, "ones": (1 << _width(params)) - 1, "one": 1}[str(params["start"])]


def _divisor(params: Params) -> int:
    """Without the highest power."""
    return sum(1 << power for power in _POWERS[params["polynomial"]][1:])


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), _width(params)
    pinout.add("data", ("din", "data_bit"), "input", "the present bit of the message")
    if params["valid"]:
        pinout.add("valid", ("vld", "bit_valid"), "input", "there is a bit")
    if params["control"] != "none":
        first = params["control"] == "first"
        names, about = (("sof", "first_bit"), "the bit is the first of a message") if first else (
            ("clr", "clear"), "begin a new message")  # fmt: skip
        pinout.add("control", names, "input", about)
    if params["role"] == "append":
        pinout.add("emit", ("emit", "send_crc"), "input", "send the CRC")
        pinout.add("result", ("line", "line"), "output", "what is sent")
    elif params["role"] == "checksum":
        pinout.add("result", ("crc", "checksum"), "output", "CRC of the message so far", width=width)
    else:
        pinout.add("result", ("ok", "intact"), "output", "the message so far ends with its CRC")
    return pinout


class _Serial:
    """The specification, over the set of powers that the remainder holds."""

    def __init__(self, params: Params) -> None:
        self._params, self._width = params, _width(params)
        self._generator = frozenset(_POWERS[params["polynomial"]])
        self._start = frozenset(power for power in range(self._width) if _start(params) >> power & 1)
        self.rest = self._start

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        role, full = self._params["role"], (1 << self._width) - 1
        if role == "append":
            power = 0 if self._params["mirrored"] else self._width - 1
            return {"result": int((power in self.rest) != self._params["inverted"]) if pins["emit"] else pins["data"]}
        if role == "check":
            return {"result": int(self.rest == self.residue())}
        value = sum(1 << (self._width - 1 - power if self._params["mirrored"] else power) for power in self.rest)
        return {"result": value ^ full if self._params["inverted"] else value}

    def step(self, pins: Pins) -> None:
        control = bool(pins.get("control"))
        if control and self._params["control"] == "clear":
            self.rest = self._start
        elif pins.get("emit"):
            move = -1 if self._params["mirrored"] else 1
            self.rest = frozenset(power + move for power in self.rest) & frozenset(range(self._width))
        elif pins.get("valid", 1):
            self.rest = self._divided(self._start if control else self.rest, pins["data"])

    def residue(self) -> frozenset[int]:
        """The remainder of every message that ends with its CRC."""
        rest: frozenset[int] = frozenset()
        for _ in range(self._width):
            rest = self._divided(rest, int(self._params["inverted"]))
        return rest

    def crc_bits(self) -> list[int]:
        """The CRC of the message so far, highest power first."""
        powers = range(self._width - 1, -1, -1)
        return [int((power in self.rest) != self._params["inverted"]) for power in powers]

    def _divided(self, rest: frozenset[int], bit: int) -> frozenset[int]:
        moved = frozenset(power + 1 for power in rest) ^ frozenset([self._width] * bit)
        return moved ^ self._generator if self._width in moved else moved


def _polynomial_text(params: Params) -> str:
    names = {0: "1", 1: "x"}
    return " + ".join(names.get(power, f"x^{power}") for power in _POWERS[params["polynomial"]])


def _result_text(params: Params, words: Mapping[str, str]) -> str:
    width, result = _width(params), words["result"]
    inverted = "inverted" if params["inverted"] else "not inverted"
    if params["role"] == "checksum":
        place = f"bit i is the coefficient of x^({width - 1} - i)" if params["mirrored"] else (
            "bit i is the coefficient of x^i")  # fmt: skip
        return f"`{result}` is the remainder at any time: {place}, every bit {inverted}."
    if params["role"] == "append":
        low = params["mirrored"]
        return (
            f"While `{words['emit']}` is 0, `{result}` is `{words['data']}`. While it is 1, `{result}` is the "
            f"coefficient of x^{0 if low else width - 1} of the remainder, {inverted}. An edge that finds "
            f"`{words['emit']}` at 1 moves the remainder on: every coefficient moves to the next "
            f"{'lower' if low else 'higher'} power, that of x^{0 if low else width - 1} is lost and that of "
            f"x^{width - 1 if low else 0} becomes 0. So {width} cycles send the whole CRC, "
            f"{'lowest' if low else 'highest'} power first; what comes after them is {int(params['inverted'])} for as "
            f"long as `{words['emit']}` stays 1. Sending begins no new message by itself."
        )
    rest = sum(1 << power for power in _Serial(params).residue())
    return (
        f"The CRC of a message is its remainder, every coefficient {inverted}, sent highest power first. A message "
        f"that ends with the CRC of the bits before it always has the remainder {width}'b{rest:0{width}b} (bit i for "
        f"x^i). `{result}` is 1 exactly while the remainder has this value, also while the message has no or few bits."
    )


def _accept_text(params: Params, words: Mapping[str, str]) -> str:
    conditions = [f"`{words.get('valid')}` at 1"] * params["valid"]
    conditions += [f"`{words.get('emit')}` at 0"] * (params["role"] == "append")
    rule = (
        "An edge" + (" that finds " + " and ".join(conditions) if conditions else "") + " accepts a bit of the message"
    )
    rule += " (rule 4 may prevent it)" if params["control"] == "clear" else ""
    return f"{rule}, `{words['data']}`." + (" Other edges accept no bit." if conditions else "")


def _fill(params: Params) -> Mapping[str, str]:
    pinout, width = _pinout(params), _width(params)
    words, full, begin = pinout.words(), (1 << width) - 1, f"{width}'d{_start(params)}"
    control, emit = words.get("control"), words.get("emit")
    texts = {
        "role_text": _ROLES[params["role"]],
        "width": str(width),
        "left": str(width - 1),
        "polynomial_text": _polynomial_text(params),
        "start_text": f"{width}'b{_start(params):0{width}b}",
        "accept_text": _accept_text(params, words),
        "control_text": _CONTROLS[params["control"]].format_map({"control": control}),
        "result_text": _result_text(params, words),
        "timing_text": f"`{words['result']}` follows `{words['data']}` and `{emit}` without waiting for an edge."
        if params["role"] == "append"
        else "The output depends on registers alone.",
    }
    mirror = "{" + ", ".join(f"rest[{place}]" for place in range(width)) + "}"
    mark, low = "~" if params["inverted"] else "", params["mirrored"]
    residue = sum(1 << power for power in _Serial(params).residue())
    shown = {
        "checksum": mark + (mirror if low else "rest"),
        "append": f"{emit} ? {mark}rest[{0 if low else width - 1}] : {words['data']}",
        "check": f"rest == {width}'d{residue}",
    }
    divisor, wrong = _divisor(params), int(f"{_divisor(params):0{width}b}"[::-1], 2)
    moved = f"if ({emit})\n            rest <= rest {'>>' if low else '<<'} 1;\n        else "
    return words | texts | {
        "below": str(width - 2),
        "from": f"({control} ? {begin} : rest)" if params["control"] == "first" else "rest",
        "divisor": f"{width}'d{divisor}",
        "wrong_divisor": f"{width}'d{wrong}",
        "begin": begin,
        "wrong_begin": f"{width}'d{full ^ _start(params)}",
        "clear_branch": f"if ({control})\n            rest <= {begin};\n        else " * (params["control"] == "clear"),
        "emit_branch": moved * (params["role"] == "append"),
        "valid_branch": f"if ({words.get('valid')})\n            " * params["valid"],
        "shown": shown[params["role"]],
        "example": pinout.example(lambda: _Serial(params), _example(params), binary=True),
    }  # fmt: skip


def _present(params: Params, cycle: Mapping[str, int]) -> Pins:
    """The inputs that the draw has; those left out are 0."""
    return {key: cycle.get(key, 0) for key, port in _pinout(params).ports.items() if port.direction == "input"}


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A message of three bits with a pause, then its CRC."""
    first, core = int(params["control"] == "first"), _Serial(params)
    cycles = [{"valid": 1, "data": 1, "control": first}, {"valid": 1}, {"data": 1}, {"valid": 1, "data": 1}]
    for pins in cycles:
        core.step(_present(params, pins))
    crc = [{"valid": 1, "data": bit, "emit": 1} for bit in core.crc_bits()]
    return [{"reset": 1}, *cycles, *crc, {"emit": 1}, {"control": 1}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Messages of many lengths with pauses, each with its CRC or with one bit of it wrong, and cut short at times."""
    width, core = _width(params), _Serial(params)
    cycles: list[dict[str, int]] = []

    def play(**pins: int) -> None:
        nonlocal core
        cycle = {"valid": 1, "control": 0, "emit": 0, "reset": 0, "data": random.getrandbits(1), **pins}
        cycles.append(cycle)
        if cycle["reset"]:
            core = _Serial(params)
        else:
            core.step(_present(params, cycle))

    play(reset=1)
    play(reset=1, control=1, data=1)
    for length in (0, 1, 2, 3, width, width + 1, 2 * width, 7, 11, 5, 9, 4, 13, 6):
        begins = params["control"] == "first" and length
        if params["control"] == "clear":
            play(control=1, valid=length & 1, emit=length >> 1 & 1)
        elif not begins:
            play(reset=1)
        wrong = random.randrange(width) if length & 1 else -1
        for place in range(length):
            play(control=int(bool(begins) and place == 0))
            if random.random() < 0.15:
                play(valid=0, control=int(params["control"] == "first"))
        for place, right in enumerate(core.crc_bits()):
            bit = right if params["role"] != "append" else random.getrandbits(1)
            ignored = params["control"] == "first" and params["role"] == "append" and place == 1
            play(data=bit ^ int(place == wrong), emit=1, control=int(ignored))
        play(valid=0)
        play(valid=0, emit=length & 1)
    for length in range(3, 10):
        for _ in range(length):
            play()
        for bit in core.crc_bits() if params["role"] == "check" and length & 1 else ():
            play(data=bit)
        play(reset=1, emit=1)
    while len(cycles) < 330:
        length = random.choice((2, 5, 9))
        for place in range(length):
            special = {"control": int(random.random() < 0.1), "reset": int(random.random() < 0.04)}
            play(valid=int(random.random() < 0.8), emit=int(random.random() < 0.1 and place > 2), **special)
    for _ in range(40):
        after = {key: random.getrandbits(1) for key in ("valid", "emit", "data")}
        cycles.append(one_change(cycles[-1], after | {"control": 0, "reset": 0}, random))
    return cycles


def _valid(params: Params) -> bool:
    """A verdict has no order of bits; what sends its CRC must be able to begin anew."""
    if params["role"] == "check":
        return not params["mirrored"]
    return bool(params["role"] != "append" or params["control"] != "none")


FAMILY = Family(
    name="serial_crc",
    revision=1,
    level=2,
    title="serial CRC",
    choices={
        "polynomial": tuple(_POWERS),
        "start": ("zeros", "ones", "one"),
        "inverted": (False, True),
        "mirrored": (False, True),
        "role": tuple(_ROLES),
        "control": tuple(_CONTROLS),
        "valid": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("serial_crc", "crc_bit_serial", "crc_unit"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Serial(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "coding"),
)
