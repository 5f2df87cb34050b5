"""A greatest common divisor, step by step: algorithm, zero operands, a second result, start and acknowledgement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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

_STEP = {
    "subtract": "Where X is larger than Y, X becomes X - Y; where Y is larger than X, Y becomes Y - X.",
    "binary": "Where X and Y are both even, both are halved. Where only one of them is even, it is halved. Where both "
    "are odd, the larger one becomes half of its difference from the smaller one, (X - Y) / 2 or (Y - X) / 2.",
    "remainder": "X becomes Y, and Y becomes X modulo Y, both computed from the values before the edge.",
}
_END = {
    "subtract": "X equals Y, or one of them is 0",
    "binary": "X equals Y, or one of them is 0",
    "remainder": "Y is 0",
}
_ZERO = {
    "natural": "Where one operand is 0 the result is the other one, and 0 where both are.",
    "flag": "Where an operand is 0, the operation takes one edge, without any step, whatever rule 6 says: `{result}` "
    "becomes 0 and `{error}` becomes 1. Every other operation leaves `{error}` at 0.",
}
_EXTRA = {
    "none": "There is no further result.",
    "coprime": "`{coprime}` is 1 exactly while `{result}` is 1.",
    "steps": "At the finishing edge `{steps}` takes the number of steps of the operation.",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    add_control_inputs(pinout, params)
    pinout.add("first", ("a", "operand_a"), "input", "the first operand, unsigned", width=width)
    pinout.add("second", ("b", "operand_b"), "input", "the second operand, unsigned", width=width)
    add_control_outputs(pinout)
    pinout.add("result", ("res", "result"), "output", "the greatest common divisor", width=width)
    if params["extra"] == "coprime":
        pinout.add("coprime", ("cop", "coprime"), "output", "the result is 1")
    if params["extra"] == "steps":
        pinout.add("steps", ("cnt", "step_count"), "output", "number of steps", width=_tally_width(params))
    if params["zero"] == "flag":
        pinout.add("error", ("err", "zero_operand"), "output", "the latest result is of a zero operand")
    return pinout


def _tally_width(params: Params) -> int:
    """Bits of the largest number of steps, which is close to twice the width where operands shrink by factors."""
    width = int(params["width"])
    return width if params["algorithm"] == "subtract" else (2 * width - 2).bit_length()


def _steps(params: Params, first: int, second: int) -> int:
    """The number of steps: for two of the algorithms it follows from the quotients of Euclid's divisions."""
    if params["algorithm"] == "binary":
        return _binary_steps(first, second)
    quotients = []
    while second:
        quotients.append(first // second)
        first, second = second, first % second
    if params["algorithm"] == "remainder":
        return len(quotients)
    return max(0, sum(quotients) - 1)


def _binary_steps(first: int, second: int) -> int:
    steps, pair = 0, sorted((first, second))
    while pair[0] not in (0, pair[1]):
        odd = [value for value in pair if value % 2]
        if len(odd) == 2:
            pair = [pair[0], (pair[1] - pair[0]) // 2]
        else:
            pair = [*(value // 2 for value in pair if value % 2 == 0), *odd]
        pair.sort()
        steps += 1
    return steps


def _operate(params: Params, pins: Pins) -> Result:
    first, second = pins["first"], pins["second"]
    fault = params["zero"] == "flag" and 0 in (first, second)
    result = 0 if fault else math.gcd(first, second)
    steps = 0 if fault else _steps(params, first, second)
    return Result(steps + 1, {"result": result, "coprime": int(result == 1), "steps": steps, "error": int(fault)})


def _core(params: Params) -> Operation:
    return Operation(params, partial(_operate, params), {"result": 0, "coprime": 0, "steps": 0, "error": 0})


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    operands: list[Pins] = [{"first": 12, "second": 8}, {"first": 5, "second": 3}, {"first": 0, "second": 6}]
    cycles = example_cycles(params, operands, partial(_operate, params))
    return (
        words
        | control_text(params, words)
        | _verilog(params, words)
        | {
            "width": str(params["width"]),
            "step_text": _STEP[params["algorithm"]],
            "end_text": _END[params["algorithm"]],
            "zero_text": _ZERO[params["zero"]].format_map(words),
            "extra_text": _EXTRA[params["extra"]].format_map(words),
            "worked": _worked(params),
            "example": pinout.example(partial(_core, params), cycles),
        }
    )


def _worked(params: Params) -> str:
    """The number of steps of some operands, as the specification gives it."""
    pairs = ((12, 8), (8, 12), (15, 1), (7, 7), (9, 6))
    return ", ".join(f"{_steps(params, *pair)} for {pair[0]} and {pair[1]}" for pair in pairs)


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    algorithm, flag, width = params["algorithm"], params["zero"] == "flag", params["width"]
    counted = params["extra"] == "steps"
    ends = "y == 0" if algorithm == "remainder" else "x == y"
    if not flag and algorithm != "remainder":
        ends += " || x == 0 || y == 0"
    value = {"subtract": "x", "binary": "x << twos", "remainder": "x"}[algorithm]
    if not flag and algorithm != "remainder":
        value = value.replace("x", "(x | y)")
    shift_left = (width - 1).bit_length() - 1
    tally_left = _tally_width(params) - 1
    twos = algorithm == "binary"
    return control_verilog(params, words) | {
        "left": str(width - 1),
        "ends": f"by_zero || {ends}" if flag else ends,
        "hasty_ends": f"by_zero || y <= 1 || {ends}" if flag else f"y <= 1 || {ends}",
        "value": f"by_zero ? 0 : {value}" if flag else value,
        "update": _UPDATE[algorithm],
        "twos_register": f"    reg [{shift_left}:0] twos;\n" * twos,
        "twos_load": "            twos <= 0;\n" * twos,
        "zero_register": "    reg by_zero;\n    reg fault;\n" * flag,
        "zero_load": f"            by_zero <= {words['first']} == 0 || {words['second']} == 0;\n" * flag,
        "zero_reset": "            fault <= 1'b0;\n" * flag,
        "zero_update": "                fault <= by_zero;\n" * flag,
        "count_register": f"    reg [{tally_left}:0] tally;\n    reg [{tally_left}:0] tally_shown;\n" * counted,
        "count_load": "            tally <= 0;\n" * counted,
        "count_reset": "            tally_shown <= 0;\n" * counted,
        "count_update": "                tally_shown <= tally;\n" * counted,
        "count_step": "                tally <= tally + 1'b1;\n" * counted,
        "assigns": f"    assign {words.get('error')} = fault;\n" * flag
        + f"    assign {words.get('coprime')} = shown == 1;\n" * (params["extra"] == "coprime")
        + f"    assign {words.get('steps')} = tally_shown;\n" * counted,
    }


_UPDATE = {
    "subtract": """                if (x > y)
                    x <= x - y;
                else
                    y <= y - x;
""",
    "binary": """                if (!x[0] && !y[0])
                    twos <= twos + 1'b1;
                if (!x[0])
                    x <= x >> 1;
                else if (y[0] && x > y)
                    x <= (x - y) >> 1;
                if (!y[0])
                    y <= y >> 1;
                else if (x[0] && y > x)
                    y <= (y - x) >> 1;
""",
    "remainder": """                x <= y;
                y <= x % y;
""",
}


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Equal, coprime and nested operands, powers of two, zeros, the longest operation, then random ones."""
    width = params["width"]
    top, half = (1 << width) - 1, 1 << width - 1
    pairs = [
        (0, 0),
        (0, 6),
        (6, 0),
        (1, 0),
        (0, 1),
        (1, 1),
        (top, top),
        (12, 8),
        (8, 12),
        (half, 2),
        (2, half),
        (3, half),
    ]
    pairs += [(top, top - 1), (top - 1, top), (9, 6), (6, 9), (14, 7), (7, 14), (half, half // 2), (15, 10), (10, 15)]
    pairs += [
        (top, 1),
        (half, 12),
        (12, half),
        (1, 15),
        (top, half),
        (half, top),
        (5, 8),
        (0, top),
        (top, 0),
        (0, half),
    ]

    def draw() -> Pins:
        while True:
            common = random.choice((1, 1, 2, 3, 4, 6))
            first, second = (common * random.randrange(top // common + 1) for _ in range(2))
            if _steps(params, first, second) < 16 and (0 not in (first, second) or random.random() < 0.3):
                return {"first": first, "second": second}

    # Neighbours in Fibonacci's sequence need the most divisions.
    neighbours = (1, 2)
    while sum(neighbours) <= top:
        neighbours = (neighbours[1], sum(neighbours))
    pairs += [neighbours]
    directed: list[Pins] = [{"first": first, "second": second} for first, second in pairs]
    play = Play(operate=partial(_operate, params), directed=directed, draw=draw, cycles=500)
    return _pinout(params).drive(play.stimulus(random))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(_core, params))


FAMILY = Family(
    name="gcd_unit",
    revision=1,
    level=3,
    title="greatest common divisor, sequential",
    choices={
        "width": (4, 6, 8),
        "algorithm": ("subtract", "binary", "remainder"),
        "zero": ("natural", "flag"),
        "extra": ("none", "coprime", "steps"),
        "done": DONE,
        "busy": BUSY,
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("gcd_unit", "gcd", "euclid"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "arithmetic"),
)
