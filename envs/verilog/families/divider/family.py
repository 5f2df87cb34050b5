"""A sequential divider: width, signs and rounding, bits a cycle, division by zero, start and acknowledgement."""

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

_ROUNDING = {
    "unsigned": "All operands and results are unsigned. The quotient is the exact quotient rounded down to an integer; "
    "the remainder is `{dividend}` minus quotient times `{divisor}`, from 0 to `{divisor}` - 1.",
    "truncate": "All operands and results are signed, in two's complement. The quotient is the exact quotient rounded "
    "towards zero; the remainder is `{dividend}` minus quotient times `{divisor}`, so it has the sign of `{dividend}` "
    "or is 0.",
    "floor": "All operands and results are signed, in two's complement. The quotient is the exact quotient rounded "
    "down (towards minus infinity); the remainder is `{dividend}` minus quotient times `{divisor}`, so it has the "
    "sign of `{divisor}` or is 0.",
}
_ZERO = {
    "ones": "Where `{divisor}` is 0, every bit of the quotient is 1 and the remainder is `{dividend}`. Such an "
    "operation takes as many edges as any other.",
    "flag": "Where `{divisor}` is 0, the quotient is 0, the remainder is `{dividend}` and `{error}` is 1; every other "
    "operation leaves `{error}` at 0. Such an operation takes as many edges as any other.",
    "fast": "Where `{divisor}` is 0, every bit of the quotient is 1, the remainder is `{dividend}` and `{error}` is 1; "
    "every other operation leaves `{error}` at 0. Such an operation takes one edge instead of {pace}: the edge right "
    "after the one that starts it is the finishing edge.",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    signed = params["signs"] != "unsigned"
    add_control_inputs(pinout, params)
    pinout.add("dividend", ("num", "dividend"), "input", "what is divided", width=width)
    pinout.add("divisor", ("den", "divisor"), "input", "what it is divided by", width=width)
    add_control_outputs(pinout)
    pinout.add("quotient", ("quo", "quotient"), "output", "the quotient", width=width)
    pinout.add("remainder", ("rem", "remainder"), "output", "the remainder", width=width)
    if params["zero"] != "ones":
        pinout.add("error", ("err", "divide_error"), "output", "the latest result is of a division by zero")
    for key in ("dividend", "divisor", "quotient", "remainder"):
        pinout.ports[key] = replace(pinout.ports[key], signed=signed)
    return pinout


def _operate(params: Params, pins: Pins) -> Result:
    """The division in integers without bounds."""
    width, signs = params["width"], params["signs"]
    edges, modulus = width // params["bits"], 1 << width
    dividend, divisor = (
        value - modulus if signs != "unsigned" and value >= modulus // 2 else value
        for value in (pins["dividend"], pins["divisor"])
    )
    if divisor == 0:
        quotient = 0 if params["zero"] == "flag" else modulus - 1
        values = {"quotient": quotient, "remainder": pins["dividend"], "error": 1}
        return Result(1 if params["zero"] == "fast" else edges, values)
    quotient, rest = divmod(dividend, divisor)
    if signs == "truncate" and rest and quotient < 0:
        quotient, rest = quotient + 1, rest - divisor
    return Result(edges, {"quotient": quotient % modulus, "remainder": rest % modulus, "error": 0})


def _core(params: Params) -> Operation:
    return Operation(params, partial(_operate, params), {"quotient": 0, "remainder": 0, "error": 0})


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words() | {"pace": str(params["width"] // params["bits"])}
    lowest = 1 << params["width"] - 1
    signed = params["signs"] != "unsigned"
    pairs = _pairs(params, [(13, 4), (-13, 4)] if signed else [(13, 5), (2, 3)])
    cycles = example_cycles(params, [*pairs, *_pairs(params, [(5, 0)])], partial(_operate, params))
    shown = [f"`{words[key]}`" for key in ("quotient", "remainder", "error") if key in words]
    return (
        words
        | control_text(params, words)
        | _verilog(params, words)
        | {
            "width": str(params["width"]),
            "number_kind": "signed" if signed else "unsigned",
            "rounding_text": _ROUNDING[params["signs"]].format_map(words),
            "zero_text": _ZERO[params["zero"]].format_map(words),
            "results": ", ".join(shown[:-1]) + f" and {shown[-1]}",
            "bits_word": {1: "one bit", 2: "two bits"}[params["bits"]],
            "pace_remark": f" unless `{words['divisor']}` is 0 (rule 7)" if params["zero"] == "fast" else "",
            "overflow_text": f"- {-lowest} divided by -1 is {lowest}, which does not fit: the quotient is then "
            f"{-lowest} and the remainder 0."
            if signed
            else f"- A dividend smaller than the divisor gives 0 with the dividend as the remainder; {2 * lowest - 1} "
            "divided by 1 is a legal operation too.",
            "example": pinout.example(partial(_core, params), cycles),
        }
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    width, signs, zero = params["width"], params["signs"], params["zero"]
    signed, floor = signs != "unsigned", signs == "floor"
    top = f"[{width - 1}]"
    flag, fast = zero != "ones", zero == "fast"
    dividend, divisor = words["dividend"], words["divisor"]
    fixed_quotient = (
        "negate ? (inexact ? ~digits_out : -digits_out) : digits_out"
        if floor
        else ("negate ? -digits_out : digits_out")
    )
    fixed_rest = "below ? -rest_out : rest_out"
    if floor:
        fixed_rest = f"inexact ? (below ? amount - rest_out : rest_out - amount) : ({fixed_rest})"
    chain = f"    wire [{width - 2}:0] rest_mid;\n    wire [{width - 1}:0] digits_mid;\n"
    steps = (
        "    divide_step first (rest, digits, amount, rest_out, digits_out);\n"
        if params["bits"] == 1
        else chain + "    divide_step first (rest, digits, amount, rest_mid, digits_mid);\n"
        "    divide_step second (rest_mid, digits_mid, amount, rest_out, digits_out);\n"
    )
    return control_verilog(params, words) | {
        "left": str(width - 1),
        "second_left": str(width - 2),
        "last_count": str(width // params["bits"] - 1),
        "count_left": str((width // params["bits"] - 1).bit_length() - 1),
        "sign_registers": "    reg below;\n    reg negate;\n" * signed,
        "load_signs": f"            below <= {dividend}{top};\n" * signed
        + f"            negate <= {dividend}{top} ^ {divisor}{top};\n" * signed,
        "rest_out_left": str(width - 1 - signed),
        "dividend_size": f"{dividend}{top} ? -{dividend} : {dividend}" if signed else dividend,
        "divisor_size": f"{divisor}{top} ? -{divisor} : {divisor}" if signed else divisor,
        "steps": steps,
        "inexact_wire": "    wire inexact = negate && rest_out != 0;\n" * floor,
        "fixed_quotient": fixed_quotient if signed else "digits_out",
        "fixed_rest": fixed_rest if signed else "rest_out",
        "zero_quotient": f"{width}'d0" if zero == "flag" else f"{{{width}{{1'b1}}}}",
        "last": "count == 0 || by_zero" if fast else "count == 0",
        "late_last": f"count == {2 ** ((width // params['bits'] - 1).bit_length()) - 1}" + " || by_zero" * fast,
        "fault_register": "    reg fault;\n" * flag,
        "fault_reset": "            fault <= 1'b0;\n" * flag,
        "fault_update": "                fault <= by_zero;\n" * flag,
        "fault_assign": f"    assign {words.get('error')} = fault;\n" * flag,
    }


def _pairs(params: Params, values: Sequence[tuple[int, int]]) -> list[Pins]:
    modulus = 1 << params["width"]
    return [{"dividend": dividend % modulus, "divisor": divisor % modulus} for dividend, divisor in values]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every sign, extremes, equal and neighbouring operands, zero on either side, then random ones of all sizes."""
    top, half = (1 << params["width"]) - 1, 1 << params["width"] - 1
    directed = [(13, 4), (-13, 4), (13, -4), (-13, -4), (12, 4), (-12, 4), (half, -1), (half - 1, 1), (top, 1)]
    directed += [(half, 1), (0, 3), (3, 0), (0, 0), (-3, 0), (half, half), (half - 1, half), (half, half - 1), (5, 5)]
    directed += [(top, half - 1), (4, 5), (-4, 5), (half, 3), (half, -3)]

    def draw() -> Pins:
        dividend = random.getrandbits(params["width"])
        size = random.randrange(params["width"] + 1)
        divisor = random.getrandbits(size) if size else 0
        return _pairs(params, [(dividend, random.choice((divisor, -divisor)))])[0]

    play = Play(operate=partial(_operate, params), directed=_pairs(params, directed), draw=draw, cycles=500)
    return _pinout(params).drive(play.stimulus(random))


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(_core, params))


FAMILY = Family(
    name="divider",
    revision=1,
    level=3,
    title="sequential divider",
    choices={
        "width": (4, 6, 8),
        "signs": ("unsigned", "truncate", "floor"),
        "bits": (1, 2),
        "zero": ("ones", "flag", "fast"),
        "done": DONE,
        "busy": BUSY,
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("divider", "div_unit", "sequential_divider"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "arithmetic"),
)
