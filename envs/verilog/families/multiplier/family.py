"""A shift-and-add multiplier: widths, signs, early end, accumulation, start and acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.operation import (
    BUSY,
    DONE,
    Operation,
    Play,
    Result,
    add_control_inputs,
    add_control_outputs,
    control_text,
    control_verilog,
    example_cycles,
)
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_SIGNS = {
    "unsigned": "`{left}`, `{right}` and `{product}` are unsigned.",
    "signed": "`{left}`, `{right}` and `{product}` are signed, in two's complement.",
    "mixed": "`{left}` and `{product}` are signed, in two's complement; `{right}` is unsigned.",
    "selected": "Where `{mode}` is 1 at the edge that starts the operation, `{left}`, `{right}` and the product are "
    "signed, in two's complement; where it is 0 they are unsigned.",
}
_SUM = {
    False: "The result is the product of `{left}` and `{right}`, which always fits into {total_width} bits.",
    True: "Where `{add}` is 0 at the edge that starts the operation, the result is the product of `{left}` and "
    "`{right}`. Where it is 1, the result is the sum of that product and the value that `{product}` has until then, "
    "modulo 2^{total_width}: the carry out of the topmost bit is lost.",
}


def _widths(params: Params) -> tuple[int, int]:
    left, right = params["widths"].split("x")
    return int(left), int(right)


def _signed(params: Params) -> tuple[bool, bool]:
    """Whether each operand is declared signed."""
    return params["signs"] in ("signed", "mixed"), params["signs"] == "signed"


def _pinout(params: Params) -> Pinout:
    pinout, (left, right) = Pinout(params), _widths(params)
    add_control_inputs(pinout, params)
    pinout.add("left", ("a", "factor_a"), "input", "the first factor", width=left)
    pinout.add("right", ("b", "factor_b"), "input", "the second factor", width=right)
    if params["signs"] == "selected":
        pinout.add("mode", ("sgn", "signed_mode"), "input", "1 for signed factors")
    if params["accumulates"]:
        pinout.add("add", ("acc", "accumulate"), "input", "1 to add to the previous result")
    add_control_outputs(pinout)
    pinout.add("product", ("p", "product"), "output", "the result", width=left + right)
    declared = _signed(params)
    for key, signed in (("left", declared[0]), ("right", declared[1]), ("product", declared[0])):
        pinout.ports[key] = replace(pinout.ports[key], signed=signed)
    return pinout


class Multiplier(Operation):
    """The specification: the product of integers, and the sum with what was shown before."""

    def __init__(self, params: Params) -> None:
        """A multiplier just after a reset."""
        super().__init__(params, partial(_operate, params), {"product": 0})

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        before = self._shown["product"]
        super().step({**pins, "before": before})


def _operate(params: Params, pins: Pins) -> Result:
    """The product in integers; `before` is the previous result."""
    widths = _widths(params)
    signed = (pins["mode"] == 1,) * 2 if params["signs"] == "selected" else _signed(params)
    left, right = (
        pins[key] - (1 << width) if sign and pins[key] >> width - 1 else pins[key]
        for key, width, sign in zip(("left", "right"), widths, signed, strict=True)
    )
    edges = max(1, abs(right).bit_length()) if params["pace"] == "early" else widths[1]
    total = left * right + (pins.get("before", 0) if pins.get("add") else 0)
    return Result(edges, {"product": total % (1 << sum(widths))})


def _fill(params: Params) -> Mapping[str, str]:
    pinout, widths = _pinout(params), _widths(params)
    words = pinout.words() | {"pace": str(widths[1]), "total_width": str(sum(widths))}
    operands: list[Pins] = [
        {"left": 7, "right": 5, "mode": 0, "add": 0},
        {"left": 3, "right": (1 << widths[1]) - 2, "mode": 1, "add": 1},
        {"left": 9, "right": 0, "mode": 0, "add": 0},
    ]
    cycles = example_cycles(params, operands, partial(_operate, params))
    return (
        words
        | control_text(params, words)
        | _text(params, words)
        | _verilog(params, words)
        | {
            "example": pinout.example(partial(Multiplier, params), cycles),
        }
    )


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    left, right = _widths(params)
    size = "absolute value" if params["signs"] in ("signed", "selected") else "value"
    early = (
        f"An operation takes as many edges as the {size} of `{words['right']}` has binary digits without leading "
        f"zeros, and one where `{words['right']}` is 0: the finishing edge is that number of rising edges after the "
        f"one that starts the operation. For example 5 takes three edges and 1 takes one. The size of "
        f"`{words['left']}` does not matter."
    )
    fixed = f"The finishing edge is the rising edge number {right} after the one that starts the operation."
    taken = [f"`{words[key]}`" for key in ("left", "right", "mode", "add") if key in words]
    return {
        "left_width": str(left),
        "right_width": str(right),
        "operands": ", ".join(taken[:-1]) + f" and {taken[-1]}",
        "sign_text": _SIGNS[params["signs"]].format_map(words),
        "sum_text": _SUM[params["accumulates"]].format_map(words),
        "pace_text": early if params["pace"] == "early" else fixed,
        "accumulates_word": " and adds the product to the previous result on demand" * params["accumulates"],
        "extreme_text": f"- {-1 << left - 1} times {-1 << right - 1} is {1 << left + right - 2}, which fits.\n"
        if params["signs"] in ("signed", "selected")
        else "",
        "abandoned_text": f"- An abandoned operation adds nothing to `{words['product']}`.\n"
        if params["accumulates"] and params["busy"] == "restart"
        else "",
    }


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    (left, right), early, signs = _widths(params), params["pace"] == "early", params["signs"]
    top = {"left": f"{words['left']}[{left - 1}]", "right": f"{words['right']}[{right - 1}]"}
    mode = f"{words['mode']} && " if signs == "selected" else ""
    minus = {key: mode + top[key] for key in ("left", "right")}
    if signs in ("unsigned", "mixed"):
        minus["right"] = ""
    if signs == "unsigned":
        minus["left"] = ""
    sizes = {key: f"({minus[key]}) ? -{words[key]} : {words[key]}" if minus[key] else words[key] for key in minus}
    sign = {"unsigned": "", "mixed": minus["left"]}.get(signs, f"{mode}({top['left']} ^ {top['right']})")
    signed_sum = "negate ? -sum_out : sum_out" if sign else "sum_out"
    count_left = (right - 1).bit_length() - 1
    return control_verilog(params, words) | {
        "total_left": str(left + right - 1),
        "left_left": str(left - 1),
        "right_left": str(right - 1),
        "left_size": sizes["left"],
        "right_size": sizes["right"],
        "sign_register": "    reg negate;\n" * bool(sign),
        "load_sign": f"            negate <= {sign};\n" * bool(sign),
        "count_register": f"    reg [{count_left}:0] count;\n" * (not early),
        "load_count": f"            count <= {right - 1};\n" * (not early),
        "step_count": " else\n                count <= count - 1'b1;" * (not early),
        "last": f"digits[{right - 1}:1] == 0" if early else "count == 0",
        "late_last": "digits == 0" if early else f"count == {2 ** (count_left + 1) - 1}",
        "add_register": "    reg adds;\n" * params["accumulates"],
        "load_add": f"            adds <= {words.get('add')};\n" * params["accumulates"],
        "result": f"({signed_sum}) + (adds ? shown : 0)" if params["accumulates"] else signed_sum,
    }


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Extremes and signs of both factors, single bits, zero, then random factors of all sizes."""
    left, right = _widths(params)
    directed: list[Pins] = []
    for first in (1 << left - 1, (1 << left) - 1, (1 << left - 1) - 1):
        for second in (1 << right - 1, (1 << right) - 1, (1 << right - 1) - 1):
            pins: Pins = {"left": first, "right": second, "add": int(first == second)}
            directed += [{**pins, "mode": 0}, {**pins, "mode": 1}][: 1 + (params["signs"] == "selected")]
    pairs = ((0, 0), (0, 3), (5, 0), (1, 1), (3, 1), (5, 2), (-3, 3), (-3, -3), (3, -3))
    for first, second in pairs:
        pins = {"left": first % (1 << left), "right": second % (1 << right), "mode": 1}
        directed += [{**pins, "add": 0}, {**pins, "add": 1}][: 1 + params["accumulates"]]

    def draw() -> Pins:
        size = random.randrange(right + 1)
        second = random.getrandbits(size) if size else 0
        second = random.choice((second, -second)) % (1 << right)
        return {
            "left": random.getrandbits(left),
            "right": second,
            "mode": random.randrange(2),
            "add": random.randrange(2),
        }

    play = Play(operate=partial(_operate, params), directed=directed, draw=draw, cycles=480)
    return _pinout(params).drive(play.stimulus(random))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Multiplier, params))


FAMILY = Family(
    name="multiplier",
    revision=1,
    level=3,
    title="sequential multiplier",
    choices={
        "widths": ("4x4", "6x4", "4x6", "8x8"),
        "signs": ("unsigned", "signed", "mixed", "selected"),
        "pace": ("fixed", "early"),
        "accumulates": (False, True),
        "done": DONE,
        "busy": BUSY,
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("multiplier", "mul_unit", "shift_add_multiplier"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "arithmetic"),
)
