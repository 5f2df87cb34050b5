"""A parser of packets: header, length, payload, checksum; illegal lengths, resynchronisation, gaps that end one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_SUM = {
    "sum": "the sum of {covered}, modulo 256",
    "xor": "the bitwise exclusive or of {covered}",
    "complement": "the byte that makes the sum of {covered} and of the checksum itself a multiple of 256",
}
_RESYNC = {
    False: "A byte that ends a packet by rule 3 or 5 is consumed by it: it begins no new packet, even where it is "
    "{header_byte}.",
    True: "A byte that makes the length illegal or the checksum wrong, and that is {header_byte}, is at the same time "
    "the header of a new packet, and the length is the next byte accepted. A checksum that is right begins no packet, "
    "even where it is {header_byte}.",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    pinout.add("valid", ("vld", "byte_valid"), "input", "there is a byte")
    pinout.add("data", ("din", "byte_in"), "input", "the byte", width=8)
    pinout.add("inside", ("act", "in_packet"), "output", "a packet is under way")
    pinout.add("payload_valid", ("pvld", "payload_valid"), "output", "a payload byte is there")
    pinout.add("payload", ("pdata", "payload_byte"), "output", "the payload byte", width=8)
    pinout.add("good", ("good", "packet_good"), "output", "a packet ended well")
    pinout.add("bad", ("bad", "packet_bad"), "output", "a packet ended badly")
    return pinout


def _checksum(params: Params, length: int, payload: Sequence[int]) -> int:
    covered = [length, *payload] if params["covers_length"] else list(payload)
    if params["checksum"] == "xor":
        parity = [sum(byte >> bit & 1 for byte in covered) % 2 for bit in range(8)]
        return sum(one << bit for bit, one in enumerate(parity))
    return (sum(covered) if params["checksum"] == "sum" else -sum(covered)) % 256


def _lengths(params: Params) -> range:
    return range(0 if params["empty"] else 1, params["longest"] + 1)


class Parser:
    """The specification, over the list of bytes since the header; None between packets."""

    def __init__(self, params: Params) -> None:
        """Between packets, just after a reset."""
        self._params = params
        self._taken: list[int] | None = None
        self._pause = 0
        self._payload = 0
        self._event = ""

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; none depends on the inputs."""
        events = {key: int(self._event == key) for key in ("payload_valid", "good", "bad")}
        return {"inside": int(self._taken is not None), "payload": self._payload, **events}

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        self._event = ""
        if pins["valid"]:
            self._pause = 0
            self._accept(pins["data"])
        elif self._taken is not None and self._params["gap"]:
            self._pause += 1
            if self._pause == self._params["gap"]:
                self._end("bad")

    def _accept(self, byte: int) -> None:
        if self._taken is None:
            self._taken = [] if byte == self._params["header"] else None
            return
        self._taken.append(byte)
        length, *rest = self._taken
        fails = length not in _lengths(self._params)
        if not fails and len(rest) == length + 1:
            fails = byte != _checksum(self._params, length, rest[:-1])
            if not fails:
                self._end("good")
        elif rest:
            self._payload, self._event = byte, "payload_valid"
        if fails:
            self._end("bad")
            self._taken = [] if self._params["resync"] and byte == self._params["header"] else None

    def _end(self, event: str) -> None:
        self._taken, self._event, self._pause = None, event, 0


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words() | {"header_byte": f"{params['header']:02X}", "longest": str(params["longest"])}
    covered = {"covered": "the length and all payload bytes" if params["covers_length"] else "all payload bytes"}
    nothing = " The checksum of an empty payload is 00." * (params["empty"] and not params["covers_length"])
    gap = (
        f"Where `{words['valid']}` is 0 at {params['gap']} rising edges in a row while a packet is under way, the "
        "packet ends badly at the last of them. The count starts anew with every byte accepted."
        if params["gap"]
        else "A packet may pause for any number of edges."
    )
    return (
        words
        | _verilog(params, words)
        | {
            "shortest": str(_lengths(params)[0]),
            "sum_text": _SUM[params["checksum"]].format_map(covered) + "." + nothing,
            "resync_text": _RESYNC[params["resync"]].format_map(words),
            "gap_text": gap,
            "empty_text": "A length of 0 is legal: the checksum follows at once."
            if params["empty"]
            else "A length of 0 is illegal.",
            "example": pinout.example(partial(Parser, params), _example(params)),
        }
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    data, gap, resync = words["data"], params["gap"], params["resync"]
    bits = (gap - 1).bit_length() if gap else 0
    again = f"{data} == HEADER ? LENGTH : HUNT" if resync else "HUNT"
    counter = f""" else if (state != HUNT) begin
                pause <= pause + 1'b1;
                if (pause == {gap - 1}) begin
                    state <= HUNT;
                    failed <= 1'b1;
                end
            end"""
    return {
        "header_value": f"8'h{params['header']:02X}",
        "left_left": str(params["longest"].bit_length() - 1),
        "illegal": f"{data} > {params['longest']}" + ("" if params["empty"] else f" || {data} == 0"),
        "lax_illegal": f"{data} > {params['longest'] + 1}" + ("" if params["empty"] else f" || {data} == 0"),
        "again": again,
        "after_length": f"{data} == 0 ? CHECK : PAYLOAD" if params["empty"] else "PAYLOAD",
        "start_value": data if params["covers_length"] else "0",
        "other_start": "0" if params["covers_length"] else data,
        "operator": "^" if params["checksum"] == "xor" else "+",
        "right": f"check + {data} == 8'd0" if params["checksum"] == "complement" else f"check == {data}",
        "pause_register": f"    reg [{bits - 1}:0] pause;\n" * bool(gap),
        "pause_clear": "                pause <= 0;\n" * bool(gap),
        "pause_count": counter if gap else "",
    }


def _packet(params: Params, payload: Sequence[int], *, error: int = 0) -> list[int]:
    """The bytes of a packet whose checksum is off by some bits."""
    return [params["header"], len(payload), *payload, _checksum(params, len(payload), payload) ^ error]


def _bytes(values: Sequence[int]) -> list[dict[str, int]]:
    return [{"valid": 1, "data": value} for value in values]


def _example(params: Params) -> list[dict[str, int]]:
    """A packet with a pause, noise, a wrong checksum, an illegal length."""
    first = _bytes(_packet(params, [17, 34]))
    cycles = [{"reset": 1}, *first[:3], {"data": 99}, *first[3:], *_bytes([1])]
    cycles += [*_bytes(_packet(params, [5], error=2)), *_bytes([params["header"], params["longest"] + 1]), {}]
    return [*cycles, *_bytes([params["header"], params["header"], 1, 7]), *[{}] * 4]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every length, every wrong bit of a checksum, headers everywhere, pauses and resets, then random packets."""
    header, longest = params["header"], params["longest"]

    def some(length: int) -> list[int]:
        return [random.choice((random.getrandbits(8), header)) for _ in range(length)]

    cycles: list[dict[str, int]] = [{"reset": 1, "valid": 1, "data": header}, *_bytes([1, 1])]
    for length in range(longest + 1):
        cycles += [*_bytes(_packet(params, [random.getrandbits(8) for _ in range(length)])), *_bytes([header ^ 1])]
    for bit in range(8):
        cycles += _bytes([header ^ 1 << bit, 1, *_packet(params, some(1 + bit % longest), error=1 << bit)])
        cycles += _bytes([header, 1 << bit, *_packet(params, some(1 + bit % 2)), header, 1 | 1 << bit])
        cycles += [{"reset": 1}]
    for illegal in (0, longest + 1, 255, header):
        cycles += _bytes([header, illegal, 1, 9, *_packet(params, some(2))])
    # A wrong checksum that is the header, a right one, and headers as payload.
    cycles += _bytes([header, 1, header ^ 3, header, 1, 4, 4, *_packet(params, [header] * longest)])
    for value in (header, -header % 256, header - 1, 1 - header, -header - 1):
        cycles += _bytes([*_packet(params, [value % 256]), 1, *_packet(params, [4]), 0])
    whole = _bytes(_packet(params, some(2)))
    for place in range(1, len(whole)):
        for pause in sorted({1, 2, max(1, params["gap"] - 1), max(1, params["gap"])}):
            cycles += [*whole[:place], *[{"data": header}] * pause, *whole[place:]]
        cycles += [*whole[:place], {"reset": 1, "valid": 1, "data": header}, *whole[1:], {}, {}]
    floor = len(cycles) + 120
    while len(cycles) < floor:
        error = random.choice((0, 0, 0, 1 << random.randrange(8)))
        for cycle in _bytes(_packet(params, some(random.randrange(longest + 1)), error=error)):
            cycles += [{"data": random.getrandbits(8)} for _ in range(random.choice((0, 0, 0, 0, 0, 1, 2, 6)))]
            cycles.append(cycle)
    return _pinout(params).drive(cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Parser, params))


FAMILY = Family(
    name="packet_parser",
    revision=1,
    level=3,
    title="packet parser",
    choices={
        "header": (0x5A, 0x7E, 0xA5, 0xD3),
        "longest": (3, 4, 6, 7),
        "empty": (False, True),
        "checksum": ("sum", "xor", "complement"),
        "covers_length": (False, True),
        "resync": (False, True),
        "gap": (0, 3, 4),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("packet_parser", "frame_parser", "deframer"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    held_out=True,
    tags=("sequential", "state machine"),
)
