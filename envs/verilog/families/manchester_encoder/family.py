"""A Manchester encoder, bit by bit: convention, length of a half, level between bits, enable, complementary line."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_CODE = {
    "rising": "A bit that is 1 is sent as the level 0 in the first half and 1 in the second; a bit that is 0 as 1 in "
    "the first half and 0 in the second.",
    "falling": "A bit that is 1 is sent as the level 1 in the first half and 0 in the second; a bit that is 0 as 0 in "
    "the first half and 1 in the second.",
    "differential": "The second half of a bit always has the opposite level of its first half. The first half of a bit "
    "that is 1 has the level that `{line}` has just before it; the first half of a bit that is 0 has the opposite of "
    "that level.",
}
_AFTER = {
    "return": "goes to {rest}, its level at rest",
    "hold": "keeps the level of the second half",
}


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    if params["enable"]:
        pinout.add("enable", ("en", "clock_enable"), "input", "1 at the edges that count")
    pinout.add("valid", ("vld", "bit_valid"), "input", "there is a bit to send")
    pinout.add("data", ("d", "bit_in"), "input", "the bit")
    pinout.add("ready", ("rdy", "bit_ready"), "output", "a bit would be taken")
    pinout.add("active", ("act", "sending"), "output", "a bit is being sent")
    pinout.add("line", ("q", "line_out"), "output", "the line")
    if params["complement"]:
        pinout.add("inverse", ("qn", "line_out_n"), "output", "the line, inverted")
    return pinout


class Encoder:
    """The specification, over the levels that are still to come."""

    def __init__(self, params: Params) -> None:
        """At rest, just after a reset."""
        self._params = params
        self._level = int(params["rest"])
        self._coming: deque[int] = deque()
        self._sends = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; only `ready` depends on an input, the enable."""
        return {
            "ready": int(self._counts(pins) and not self._coming),
            "active": int(self._sends),
            "line": self._level,
            "inverse": 1 - self._level,
        }

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        if not self._counts(pins):
            return
        if not self._coming and pins["valid"]:
            first = {"rising": 1 - pins["data"], "falling": pins["data"]}.get(
                self._params["code"], self._level if pins["data"] else 1 - self._level
            )
            self._coming.extend([first] * self._params["half"] + [1 - first] * self._params["half"])
        self._sends = bool(self._coming)
        if self._coming:
            self._level = self._coming.popleft()
        elif self._params["after"] == "return":
            self._level = int(self._params["rest"])

    def _counts(self, pins: Pins) -> bool:
        return bool(pins.get("enable", 1))


def _fill(params: Params) -> Mapping[str, str]:
    pinout, half = _pinout(params), params["half"]
    words = pinout.words() | {"rest": str(params["rest"])}
    enable = words.get("enable")
    counted = (
        f"An edge at which `{enable}` is 1 is a *counted* edge. At all other edges outside reset nothing changes."
        if enable
        else "Every rising edge outside reset is a *counted* edge."
    )
    return (
        words
        | _verilog(params, words)
        | {
            "half": f"{half} counted edges" if half > 1 else "one counted edge",
            "bit_edges": str(2 * half),
            "counted_text": counted,
            "ready_condition": f"`{enable}` is 1 and " if enable else "",
            "code_text": _CODE[params["code"]].format_map(words),
            "after_text": _AFTER[params["after"]].format_map(words),
            "inverse_text": f" `{words.get('inverse')}` is always the opposite of `{words['line']}`."
            * params["complement"],
            "inverse_reset": f" and `{words.get('inverse')}` to {1 - params['rest']}" * params["complement"],
            "ready_timing": f"`{words['ready']}` is combinational: it follows `{enable}` at once. All other outputs "
            if enable
            else "All outputs ",
            "example": pinout.example(partial(Encoder, params), _example(params)),
        }
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    half, data, long = params["half"], words["data"], params["half"] > 1
    first = {"rising": f"!{data}", "falling": data, "differential": f"{data} ? level : !level"}[params["code"]]
    other = {"rising": data, "falling": f"!{data}", "differential": f"{data} ? !level : level"}[params["code"]]
    load = f"                count <= {half - 1};\n" * long
    return {
        "count_register": f"    reg [{(half - 1).bit_length() - 1}:0] count;\n" * long,
        "count_load": load,
        "count_down": "            if (count != 0)\n                count <= count - 1'b1;\n            else " * long
        or "            ",
        "ends": "busy && second && count == 0" if long else "busy && second",
        "takes": (f"{words['enable']} && " if params["enable"] else "") + "(!busy || ends)",
        "guard": f"if ({words['enable']}) " if params["enable"] else "",
        "first_level": first,
        "other_level": other,
        "return_level": f"                level <= 1'b{params['rest']};\n" * (params["after"] == "return"),
        "inverse_assign": f"    assign {words.get('inverse')} = !level;\n" * params["complement"],
    }


def _example(params: Params) -> list[dict[str, int]]:
    """Three bits without a gap, then rest, then one bit."""
    cycles: list[dict[str, int]] = [{"reset": 1}, {"enable": 1}]
    for bit in (1, 0, 0):
        cycles += [{"enable": 1, "valid": 1, "data": bit}, *[{"enable": 1}] * (2 * params["half"] - 1)]
    return [*cycles, {"enable": 1}, {"enable": 0, "valid": 1, "data": 1}, *[{"enable": 1, "valid": 1, "data": 1}] * 3]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """All runs of three bits with and without gaps, offers at every moment, pauses and resets, then random bits."""
    length = 2 * params["half"]
    rest = {"enable": 1, "data": 1}
    cycles: list[dict[str, int]] = [{"reset": 1, "enable": 1, "valid": 1}, rest, {"enable": 0, "valid": 1}, rest]

    def send(bit: int, *, gap: int = 0, held: bool = False) -> list[dict[str, int]]:
        offer = {"enable": 1, "valid": 1, "data": bit}
        noise = [{"enable": 1, "valid": int(held), "data": random.randrange(2)} for _ in range(length - 1)]
        return [offer, *noise, *[rest] * gap]

    for code in range(8):
        for place in range(3):
            cycles += send(code >> place & 1, held=bool(code & 1))
        cycles += [rest] * (1 + code % 3)
        for place in range(2):
            cycles += send(code >> place & 1, gap=1 + place)
    for moment in range(length + 1):
        for bit in (0, 1):
            cycles += [*send(bit)[:moment], {"enable": 0, "valid": 1, "data": 1 - bit}, {"data": bit}]
            cycles += [*send(bit)[moment:], rest, {"reset": 1, "enable": 1, "valid": 1, "data": bit}]
            cycles += [*send(1 - bit)[:moment], {"reset": 1, "enable": bit}, rest, rest]
    floor = max(380, len(cycles) + 100)
    while len(cycles) < floor:
        eager, awake = random.choice((1.0, 0.7, 0.2)), random.choice((1.0, 0.6))
        for _ in range(random.randrange(4, 20)):
            cycle = {"valid": int(random.random() < eager), "enable": int(random.random() < awake)}
            cycles.append({**cycle, "data": random.randrange(2), "reset": int(random.random() < 0.01)})
    return _pinout(params).drive(cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Encoder, params))


FAMILY = Family(
    name="manchester_encoder",
    revision=1,
    level=3,
    title="Manchester encoder",
    choices={
        "code": ("rising", "falling", "differential"),
        "half": (1, 2, 3, 4),
        "rest": (0, 1),
        "after": ("return", "hold"),
        "enable": (False, True),
        "complement": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("manchester_encoder", "line_encoder", "biphase_encoder"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "serial"),
)
