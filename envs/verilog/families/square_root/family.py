"""An integer square root, a digit a cycle: fraction digits, rounding, a second result, start and acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import isqrt
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

_ROUNDING = {
    "down": "`{root}` is the largest integer whose square is not larger than S.",
    "up": "`{root}` is the smallest integer whose square is not smaller than S. It has one bit more than rounding down "
    "would need, because the roots of the largest numbers round up to {limit}.",
    "nearest": "`{root}` is the integer nearest to the exact root of S; the exact root never lies in the middle of two "
    "integers. It has one bit more than rounding down would need, because the roots of the largest numbers round up to "
    "{limit}.",
}
_EXTRA = {
    "none": "There is no further result.",
    "remainder": "At the finishing edge `{remainder}` takes S minus the square of the new `{root}`.",
    "exact": "At the finishing edge `{exact}` becomes 1 where S is the square of an integer, and 0 where it is not.",
}


def _digits(params: Params) -> int:
    """Binary digits of the root rounded down."""
    return int(params["width"] // 2 + params["fraction"])


def _pinout(params: Params) -> Pinout:
    pinout, digits = Pinout(params), _digits(params)
    add_control_inputs(pinout, params)
    pinout.add("radicand", ("x", "radicand"), "input", "the number, unsigned", width=params["width"])
    add_control_outputs(pinout)
    pinout.add("root", ("r", "root"), "output", "its square root", width=digits + (params["rounding"] != "down"))
    if params["extra"] == "remainder":
        pinout.add("remainder", ("rem", "remainder"), "output", "what is left", width=digits + 1)
    if params["extra"] == "exact":
        pinout.add("exact", ("ex", "is_square"), "output", "the root is exact")
    return pinout


def _operate(params: Params, pins: Pins) -> Result:
    scaled = pins["radicand"] << 2 * params["fraction"]
    below = isqrt(scaled)
    root = {
        "down": below,
        "up": isqrt(scaled - 1) + 1 if scaled else 0,
        "nearest": (isqrt(4 * scaled) + 1) // 2,
    }[params["rounding"]]
    values = {"root": root, "remainder": scaled - root * root, "exact": int(below * below == scaled)}
    return Result(_digits(params), values)


def _core(params: Params) -> Operation:
    return Operation(params, partial(_operate, params), {"root": 0, "remainder": 0, "exact": 0})


def _fill(params: Params) -> Mapping[str, str]:
    pinout, digits, fraction = _pinout(params), _digits(params), params["fraction"]
    words = pinout.words() | {"pace": str(digits), "limit": str(1 << digits)}
    operands: list[Pins] = [{"radicand": value} for value in (49, 50, (1 << params["width"]) - 1)]
    cycles = example_cycles(params, operands, partial(_operate, params))
    scaled = f"S is `{words['radicand']}` times {4**fraction}, so that `{words['root']}` is the root of "
    scaled += (
        f"`{words['radicand']}` with {'one binary digit' if fraction == 1 else 'two binary digits'} after the point."
    )
    results = [f"`{words[key]}`" for key in ("root", "remainder", "exact") if key in words]
    return (
        words
        | control_text(params, words)
        | _verilog(params, words)
        | {
            "width": str(params["width"]),
            "scale_text": scaled if fraction else f"S is the value of `{words['radicand']}`.",
            "rounding_text": _ROUNDING[params["rounding"]].format_map(words),
            "extra_text": _EXTRA[params["extra"]].format_map(words),
            "results": " and ".join(results) + (" take the new results" if results[1:] else " takes the new result"),
            "worked": _worked(params),
            "example": pinout.example(partial(_core, params), cycles),
        }
    )


def _worked(params: Params) -> str:
    """Roots of some numbers, as the specification gives them."""
    values = (0, 1, 2, 3, 6, 7, 12, 13, (1 << params["width"]) - 1)
    roots = [_operate(params, {"radicand": value}).values["root"] for value in values]
    return ", ".join(f"{root} for {value}" for value, root in zip(values, roots, strict=True))


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    digits, width, rounding, extra = _digits(params), params["width"], params["rounding"], params["extra"]
    up = {"down": "", "up": " + (rest_out != 0)", "nearest": " + (rest_out > found_out)"}
    other = {"down": "up", "up": "nearest", "nearest": "down"}[rounding]
    count_left = (digits - 1).bit_length() - 1
    return control_verilog(params, words) | {
        "radicand_left": str(width - 1),
        "radicand_below": str(width - 2),
        "root_left": str(digits - 1),
        "held_left": str(digits - 2),
        "rest_left": str(digits - 1),
        "rest_out_left": str(digits),
        "shifted_left": str(digits + 1),
        "shown_left": str(digits - 1 + (rounding != "down")),
        "count_left": str(count_left),
        "last_count": str(digits - 1),
        "rounded": "found_out" + up[rounding],
        "other_rounded": "found_out" + up[other],
        "extra_register": f"    reg [{digits}:0] rest_shown;\n" * (extra == "remainder")
        + "    reg square;\n" * (extra == "exact"),
        "extra_reset": "            rest_shown <= 0;\n" * (extra == "remainder")
        + "            square <= 1'b0;\n" * (extra == "exact"),
        "extra_update": "                rest_shown <= rest_out;\n" * (extra == "remainder")
        + "                square <= rest_out == 0;\n" * (extra == "exact"),
        "assigns": f"    assign {words.get('remainder')} = rest_shown;\n" * (extra == "remainder")
        + f"    assign {words.get('exact')} = square;\n" * (extra == "exact"),
    }


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Squares with their neighbours, single bits, both ends, then random numbers of all sizes."""
    top = (1 << params["width"]) - 1
    values = [0, 1, 2, 3, top, top - 1, top // 2, top // 2 + 1, 6, 7, 12, 13]
    values += [root * root + step for root in (4, (1 << params["width"] // 2) - 1) for step in (-1, 0, 1)]

    def draw() -> Pins:
        root = random.randrange(1 << params["width"] // 2)
        near = min(top, max(0, root * root + random.choice((-1, 0, 1, root, root + 1))))
        return {"radicand": random.choice((near, random.getrandbits(params["width"])))}

    directed: list[Pins] = [{"radicand": value} for value in values]
    play = Play(operate=partial(_operate, params), directed=directed, draw=draw, cycles=480)
    return _pinout(params).drive(play.stimulus(random))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(_core, params))


def _valid(params: Params) -> bool:
    """A remainder is not negative."""
    return bool(params["extra"] != "remainder" or params["rounding"] == "down")


FAMILY = Family(
    name="square_root",
    revision=1,
    level=3,
    title="integer square root, sequential",
    choices={
        "width": (6, 8, 10),
        "fraction": (0, 1, 2),
        "rounding": ("down", "up", "nearest"),
        "extra": ("none", "remainder", "exact"),
        "done": DONE,
        "busy": BUSY,
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("square_root", "sqrt_unit", "root_finder"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "arithmetic"),
)
