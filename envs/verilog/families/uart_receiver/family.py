"""A UART receiver: bit time, frame format, sampling, start check, synchroniser, delivery and error handling vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.families.uart_receiver.text import fill, last_bit, offset
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins


def _pinout(params: Params) -> Pinout:
    pinout, flagged = Pinout(params), params["errors"] == "flagged"
    pinout.add("line", ("rxd", "serial_in"), "input", "the line")
    if params["delivery"] == "hold":
        pinout.add("take", ("ack", "word_taken"), "input", "the word at the output is taken")
    pinout.add("data", ("dout", "word"), "output", "the word received", width=params["bits"])
    pinout.add("valid", ("vld", "word_valid"), "output", "there is a word")
    if params["delivery"] == "hold":
        pinout.add("overrun", ("ovr", "overrun"), "output", "the latest edge lost a word")
    if flagged and params["parity"] != "none":
        pinout.add("parity_error", ("perr", "parity_error"), "output", "the word has a wrong parity bit")
    if flagged:
        pinout.add("frame_error", ("ferr", "frame_error"), "output", "the word has a wrong stop bit")
    else:
        pinout.add("error", ("err", "frame_dropped"), "output", "the latest edge dropped a frame")
    return pinout


class _Receiver:
    """The specification, over the list of bits seen since a frame began."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._pipe = [1] * params["stages"]
        self._frame: list[int] | None = None
        self._broken = False
        self._state = dict.fromkeys(("data", "valid", "overrun", "parity_error", "frame_error", "error"), 0)

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        return self._state

    def step(self, pins: Pins) -> None:
        self._pipe.append(pins["line"] ^ (self._params["line"] == "inverted"))
        seen, taken = self._pipe.pop(0), self._params["delivery"] == "pulse" or pins["take"]
        valid = 0 if taken else self._state["valid"]
        self._state |= {"valid": valid, "overrun": 0, "error": 0}
        if self._frame is not None:
            self._continue(self._frame, seen)
        elif self._broken:
            self._broken = not seen
        elif not seen:
            self._frame = [seen]

    def _continue(self, frame: list[int], seen: int) -> None:
        frame.append(seen)
        bit, place = divmod(len(frame) - 1, self._params["divider"])
        if place != offset(self._params):
            return
        if bit == 0 and self._params["start"] == "confirm" and self._decide(frame, 0):
            self._frame = None
        elif bit == last_bit(self._params):
            self._frame = None
            self._deliver([self._decide(frame, number) for number in range(1, bit + 1)])

    def _decide(self, frame: list[int], bit: int) -> int:
        end = bit * self._params["divider"] + offset(self._params)
        looked = frame[end - 2 : end + 1] if self._params["sampling"] == "majority" else frame[end : end + 1]
        return sorted(looked)[len(looked) // 2]

    def _deliver(self, bits: list[int]) -> None:
        word, stop = bits[: self._params["bits"]], bits[-1]
        wrong = sum(bits[:-1]) % 2 != (self._params["parity"] == "odd") if self._params["parity"] != "none" else False
        self._broken = not stop
        if self._params["errors"] == "dropped" and (wrong or not stop):
            self._state["error"] = 1
        elif self._state["valid"]:
            self._state["overrun"] = 1
        else:
            ordered = word if self._params["order"] == "lowest" else word[::-1]
            data = sum(bit << place for place, bit in enumerate(ordered))
            self._state |= {"data": data, "valid": 1, "parity_error": int(wrong), "frame_error": 1 - stop}


def _frame(params: Params, data: int, *, wrong: bool = False, stop: int = 1) -> list[int]:
    """The bits of a frame, in the order of the line."""
    bits = [data >> place & 1 for place in range(params["bits"])]
    parity = [(sum(bits) + (params["parity"] == "odd") + wrong) % 2] if params["parity"] != "none" else []
    return [0, *(bits if params["order"] == "lowest" else bits[::-1]), *parity, stop]


def _cycles(params: Params, bits: Sequence[int]) -> list[dict[str, int]]:
    """A cycle per clock of bits on the line."""
    flip = int(params["line"] == "inverted")
    return [{"line": bit ^ flip} for bit in bits for _ in range(params["divider"])]


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """One word that is no palindrome."""
    word = {5: 0b10011, 7: 0b1001011, 8: 0b11001011}[params["bits"]]
    idle = _cycles(params, [1])
    return [
        {**idle[0], "reset": 1},
        idle[0],
        *_cycles(params, _frame(params, word)),
        *idle,
        {**idle[0], "take": 1},
        *idle,
    ]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Good frames in a row and apart, wrong parities and stop bits, breaks, false starts, noise, words left, resets."""
    high, low, bits = _cycles(params, [1]), _cycles(params, [0]), params["bits"]
    cycles = [{**low[0], "reset": 1, "take": 1}, {**high[0], "reset": 1}, *high]

    def send(*, take: float, noise: float = 0.0, wrong: bool = False, stop: int = 1, flip: int = 0) -> None:
        frame = _frame(params, random.getrandbits(bits), wrong=wrong, stop=stop)
        for number, cycle in enumerate(_cycles(params, frame)):
            odd = flip and number % params["divider"] == flip
            line = cycle["line"] ^ int(odd or random.random() < noise)
            cycles.append({"line": line, "take": int(random.random() < take)})

    send(take=0)
    send(take=0)
    cycles.extend([*high[:2], {**high[0], "take": 1}, *high[:2]])
    send(take=1, wrong=True)
    send(take=0.9, stop=0)
    cycles.extend([*low[:2], *high[:2]])
    for size in range(1, params["divider"]):
        cycles.extend([*low[:size], *high, *high])
    send(take=0.3)
    send(take=0, stop=0, wrong=True)
    cycles.extend(high)
    send(take=0.5)
    cycles.extend([*low, *low, {**low[0], "reset": 1, "take": 1}])
    for flip in range(max(0, offset(params) - 2), offset(params) + 1):
        send(take=1, flip=flip)
        cycles.extend(high[: flip + 1])
    end = len(cycles) + 4 * params["divider"] * (last_bit(params) + 1)
    while len(cycles) < end:
        noise, wrong, stop = random.choice((0, 0, 0.05, 0.15)), random.random() < 0.2, int(random.random() < 0.8)
        send(take=random.choice((0, 0.03, 1)), noise=noise, wrong=wrong, stop=stop)
        cycles.extend(high[: random.randrange(params["divider"])])
    return cycles


FAMILY = Family(
    name="uart_receiver",
    revision=1,
    level=4,
    title="UART receiver",
    choices={
        "divider": (3, 4, 5, 6),
        "bits": (5, 7, 8),
        "parity": ("none", "even", "odd"),
        "order": ("lowest", "highest"),
        "line": ("plain", "inverted"),
        "stages": (0, 2),
        "start": ("trust", "confirm"),
        "sampling": ("middle", "majority"),
        "delivery": ("pulse", "hold"),
        "errors": ("flagged", "dropped"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("uart_receiver", "uart_rx", "serial_listener"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=lambda params: fill(
        params, _pinout(params).words(), example=_pinout(params).example(lambda: _Receiver(params), _example(params))
    ),
    model=lambda params: Clocked(_pinout(params), lambda: _Receiver(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "communication", "state machine"),
)
