"""A universal shift register: operations and their codes, serial ports, enable, reserved codes and reset vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, spelled
from ecot.envs.verilog.families.shift_register.text import fill
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_SETS: Mapping[str, tuple[str, ...]] = {
    "classic": ("HOLD", "SHR", "SHL", "LOAD"),
    "arithmetic": ("HOLD", "SHR", "SHL", "ASR", "LOAD"),
    "rotate": ("HOLD", "SHR", "SHL", "ROR", "ROL", "LOAD"),
    "full": ("HOLD", "SHR", "SHL", "ASR", "ROR", "ROL", "CLR", "LOAD"),
}


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _code_width(params: Params) -> int:
    operations = _SETS[params["operations"]]
    return (len(operations) - 1).bit_length()


def _codes(params: Params) -> dict[int, str]:
    """The operation of every code that has one."""
    last = (1 << _code_width(params)) - 1
    ascending = params["encoding"] == "ascending"
    return {(index if ascending else last - index): name for index, name in enumerate(_SETS[params["operations"]])}


def _reset_value(params: Params) -> int:
    full = (1 << params["width"]) - 1
    value: int = {"zeros": 0, "ones": full, "stripes": 0x5555_5555 & full}[params["reset_value"]]
    return value


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key, in the order of the interface table."""
    ports = _clocking(params).ports()

    def add(key: str, short: str, long: str, direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], short, long, direction)
        ports[key] = Port(name=name, direction=direction, width=width, description=description)

    if params["enable"] != "none":
        low = params["enable"] == "low"
        words = ("en_n", "enable_n") if low else ("en", "enable")
        add("enable", *words, "input", f"operation enable, active {params['enable']}")
    add("mode", "op", "mode", "input", "operation code", _code_width(params))
    add("data", "d", "parallel_in", "input", "value for LOAD", params["width"])
    if params["serial_in"] == "pair":
        add("from_left", "sil", "serial_in_left", "input", "bit that SHR shifts into the top")
        add("from_right", "sir", "serial_in_right", "input", "bit that SHL shifts into bit 0")
    else:
        add("from_left", "si", "serial_in", "input", "bit that SHR shifts into the top and SHL into bit 0")
    add("state", "q", "parallel_out", "output", "the register", params["width"])
    if params["serial_out"] == "ends":
        add("left", "sol", "serial_out_left", "output", "the top bit of the register")
        add("right", "sor", "serial_out_right", "output", "bit 0 of the register")
    if params["serial_out"] == "last":
        add("last", "so", "serial_out", "output", "the bit that was shifted out last, registered")
    return ports


def _fill(params: Params) -> dict[str, str]:
    ports, clocking = _ports(params), _clocking(params)
    example = driven(_example(params), ports, clocking)
    return fill(
        params,
        ports=ports,
        clocking=clocking,
        codes=_codes(params),
        reset_value=_reset_value(params),
        model=_Register(params),
        example=example,
    )


class _Register:
    """The register as a list of bits, bit 0 first. It is None until the first reset."""

    def __init__(self, params: Params) -> None:
        self._params, self._clocking = params, _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._codes = _codes(params)
        self._bits: list[int] | None = None
        self._last = 0

    def settle(self, inputs: Inputs) -> Outputs:
        if self._clocking.resets_at_once(inputs):
            self._reset()
        bits = self._bits
        values = {
            "state": None if bits is None else sum(bit << place for place, bit in enumerate(bits)),
            "left": None if bits is None else bits[-1],
            "right": None if bits is None else bits[0],
            "last": None if bits is None else self._last,
        }
        return {self._names[key]: value for key, value in values.items() if key in self._names}

    def clock(self, inputs: Inputs) -> None:
        if self._clocking.resets(inputs):
            self._reset()
        elif self._bits is not None and self._enabled(inputs):
            self._bits, self._last = self._operate(self._codes.get(inputs[self._names["mode"]], ""), self._bits, inputs)

    def _reset(self) -> None:
        self._bits = [_reset_value(self._params) >> place & 1 for place in range(self._params["width"])]
        self._last = 0

    def _enabled(self, inputs: Inputs) -> bool:
        kind = self._params["enable"]
        return kind == "none" or inputs[self._names["enable"]] == int(kind == "high")

    def _operate(self, operation: str, bits: list[int], inputs: Inputs) -> tuple[list[int], int]:
        """The next bits, and the bit that was shifted out last."""
        lowest, *upper = bits
        *lower, highest = bits
        if operation in ("SHR", "ASR", "ROR"):
            entering = {"SHR": inputs[self._names["from_left"]], "ASR": highest, "ROR": lowest}[operation]
            return [*upper, entering], lowest
        if operation in ("SHL", "ROL"):
            serial = inputs[self._names.get("from_right", self._names["from_left"])]
            return [serial if operation == "SHL" else highest, *lower], highest
        if operation == "LOAD":
            return [inputs[self._names["data"]] >> place & 1 for place in range(len(bits))], 0
        if operation == "CLR" or (operation == "" and self._params["reserved"] == "clear"):
            return [0] * len(bits), 0
        return bits, self._last


def _active(params: Params) -> int:
    """The level of the enable port at which operations take place."""
    return int(params["enable"] != "low")


def _example(params: Params) -> list[dict[str, int]]:
    """Reset, a load and one of each operation."""
    code_of = {operation: code for code, operation in _codes(params).items()}
    enable, data = {"enable": _active(params)}, (0b1011 << (params["width"] - 4)) | 0b10
    cycles = [{"reset": 1, **enable}, {**enable, "mode": code_of["LOAD"], "data": data}]
    moves = [name for name in _SETS[params["operations"]] if name not in ("LOAD", "HOLD", "CLR")]
    cycles += [{**enable, "mode": code_of[name], "from_left": 1, "from_right": 1} for name in moves]
    return [*cycles, {**enable, "mode": code_of["HOLD"]}]


def _directed(params: Params, rng: Random) -> list[dict[str, int]]:
    """Every code from several loaded values, enabled and not; then random bits shifted all the way through."""
    full, width = (1 << params["width"]) - 1, params["width"]
    code_of = {operation: code for code, operation in _codes(params).items()}
    enable, load = _active(params), code_of["LOAD"]
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "enable": enable, "mode": load, "data": 0x66 & full}]
    for value in (1, 1 << (width - 1), 0x5A5A_5A5A & full, full):
        for code in range(1 << _code_width(params)):
            serial = {"from_left": rng.randrange(2), "from_right": rng.randrange(2), "data": full - value}
            cycles.append({"enable": enable, "mode": load, "data": value})
            cycles += [{"enable": enable, "mode": code, **serial}, {"enable": 1 - enable, "mode": code, **serial}]
    for operation in ("SHR", "SHL"):
        cycles += [{"reset": 1, "enable": enable, "mode": code_of[operation]}]
        bits = [rng.randrange(2) for _ in range(width + 2)]
        cycles += [
            {"enable": enable, "mode": code_of[operation], "from_left": bit, "from_right": 1 - bit} for bit in bits
        ]
    return cycles


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    width, codes = params["width"], 1 << _code_width(params)
    cycles, mode = _directed(params, rng), 0
    while len(cycles) < 390:
        mode = mode if rng.random() < 0.5 else rng.randrange(codes)
        cycles.append(
            {
                "reset": int(rng.random() < 0.03),
                "enable": rng.choice((_active(params), _active(params), _active(params), 1 - _active(params))),
                "mode": mode,
                "data": rng.randrange(1 << width),
                "from_left": rng.randrange(2),
                "from_right": rng.randrange(2),
            }
        )
    return driven(cycles, _ports(params), _clocking(params))


def _valid(params: Params) -> bool:
    """A full set of codes leaves none reserved."""
    return not (params["operations"] in ("classic", "full") and params["reserved"] != "hold")


FAMILY = Family(
    name="shift_register",
    revision=1,
    level=2,
    title="universal shift register",
    choices={
        "width": (4, 5, 8, 12, 16, 24, 32),
        "operations": tuple(_SETS),
        "encoding": ("ascending", "descending"),
        "reserved": ("hold", "clear"),
        "serial_in": ("pair", "single"),
        "serial_out": ("none", "ends", "last"),
        "enable": ("none", "high", "low"),
        "reset": RESETS,
        "reset_value": ("zeros", "ones", "stripes"),
        "naming": NAMINGS,
    },
    ports=lambda params: tuple(_ports(params).values()),
    fill=_fill,
    model=_Register,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("sequential",),
)
