"""A binary to decimal converter: code of a digit, number range, zeros ahead, order of the digits and a flag vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, corners, numbered, signed_value

_CODES = {
    "8421": "its binary value",
    "excess3": "its binary value plus 3",
    "aiken": "0 to 4 as their binary value, 5 to 9 as their binary value plus 6 (the 2421 code of Aiken)",
}
_FLAGS = {"none": "", "even": "the number is even", "large": "the number has as many digits as there are"}


def _digits(params: Params) -> int:
    """Digits of the largest magnitude."""
    width = params["width"]
    return len(str(1 << width - 1 if params["range"] == "signed" else (1 << width) - 1))


def _code(params: Params, digit: int) -> int:
    return {"8421": digit, "excess3": digit + 3, "aiken": digit if digit < 5 else digit + 6}[params["code"]]


def _blank(params: Params) -> int:
    """The code of a blanked digit."""
    return 0 if params["code"] == "excess3" else 0b1010


def _wiring(params: Params) -> Wiring:
    wiring, width = Wiring(params), params["width"]
    about = "signed, two's complement" if params["range"] == "signed" else "unsigned"
    wiring.add("number", ("bin", "number"), "input", f"number, {about}", width=width)
    units = f"units in the {'lowest' if params['order'] == 'units_low' else 'highest'} four bits"
    wiring.add("digits", ("bcd", "digits"), "output", f"decimal digits, {units}", width=4 * _digits(params))
    if params["range"] == "signed":
        wiring.add("minus", ("neg", "minus"), "output", "1 where the number is below 0")
    if params["flag"] != "none":
        wiring.add("flag", ("flag", "flag"), "output", f"1 where {_FLAGS[params['flag']]}")
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    """The specification on the number as text."""
    number = pins["number"]
    if params["range"] == "signed":
        number = signed_value(number, params["width"])
    text, count = str(abs(number)), _digits(params)
    codes = [_code(params, int(digit)) for digit in text.rjust(count, "0")]
    if params["zeros"] == "blanked":
        codes[: count - len(text)] = [_blank(params)] * (count - len(text))
    if params["order"] == "units_high":
        codes.reverse()
    digits = sum(code << 4 * place for place, code in enumerate(reversed(codes)))
    flag = {"none": False, "even": number % 2 == 0, "large": len(text) == count}[params["flag"]]
    return {"digits": digits, "minus": int(number < 0), "flag": int(flag)}


def _fill(params: Params) -> dict[str, str]:
    wiring = _wiring(params)
    words = wiring.words()
    return {
        **words,
        "width": str(params["width"]),
        "rules": numbered(_rules(params, words)),
        "example": wiring.example(lambda pins: _function(params, pins), _cases(params), decimal=("number",)),
        **_verilog(params, words),
    }


def _verilog(params: Params, words: dict[str, str]) -> dict[str, str]:
    """Digits by shifting the number in and correcting each digit ahead of a shift, then codes, then blanks."""
    width, count, number = params["width"], _digits(params), words["number"]
    magnitude = f"{number}[{width - 1}] ? (~{number} + 1'b1) : {number}" if params["range"] == "signed" else number
    coded = {
        "8421": "digit",
        "excess3": "digit + 4'd3",
        "aiken": "(digit < 4'd5) ? digit : digit + 4'd6",
    }[params["code"]]
    lines, order = [], []
    for place in range(count):
        top = 4 * place + 3
        lines.append(f"wire [3:0] code{place};")
        lines.append(f"coder coder{place} (.digit(decimal[{top}:{top - 3}]), .code(code{place}));")
        blanked = params["zeros"] == "blanked" and place > 0
        ahead = f"decimal[{4 * count - 1}:{4 * place}] == 0"
        shown = f"({ahead}) ? 4'd{_blank(params)} : code{place}" if blanked else f"code{place}"
        lines.append(f"wire [3:0] shown{place} = {shown};")
        order.append(f"shown{place}")
    joined = order[::-1] if params["order"] == "units_low" else order
    flag = {
        "none": "",
        "even": f"!{number}[0]",
        "large": f"decimal[{4 * count - 1}:{4 * count - 4}] != 4'd0",
    }[params["flag"]]
    return {
        "bits": str(width),
        "count": str(count),
        "decimal_top": str(4 * count - 1),
        "magnitude_line": f"wire [{width - 1}:0] magnitude = {magnitude};",
        "digit_lines": "\n    ".join(lines),
        "digits_line": f"assign {words['digits']} = {{{', '.join(joined)}}};",
        "reversed_line": f"assign {words['digits']} = {{{', '.join(joined[::-1])}}};",
        "minus_line": f"assign {words['minus']} = {number}[{width - 1}];" if "minus" in words else "",
        "flag_line": f"assign {words['flag']} = {flag};" if flag else "",
        "coded": coded,
        "wrong_coded": "digit ^ 4'd1",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    count, digits = _digits(params), words["digits"]
    top = 4 * count - 1
    units, highest = f"`{digits}[3:0]`", f"`{digits}[{top}:{top - 3}]`"
    if params["order"] == "units_high":
        units, highest = highest, units
    signed = params["range"] == "signed"
    number = f"the magnitude of `{words['number']}`" if signed else f"`{words['number']}`"
    blanks = ""
    if params["zeros"] == "blanked":
        blanks = (
            f"Zeros ahead of the first other digit are blank: each is 4'b{_blank(params):04b} instead of its code. "
            "The units are never blanked."
        )
    return [
        f"`{digits}` holds the {count} decimal digits of {number}, four bits each: {units} is the digit of the units, "
        f"{highest} that of the {10 ** (count - 1)}s.",
        f"The code of a digit is {_CODES[params['code']]}.",
        blanks,
        f"`{words['minus']}` is 1 exactly where `{words['number']}` is below 0; the smallest number, "
        f"-{1 << params['width'] - 1}, has a magnitude too."
        if signed
        else "",
        f"`{words['flag']}` is 1 exactly where {_FLAGS[params['flag']]} "
        f"({'0 is even' if params['flag'] == 'even' else f'its magnitude is {10 ** (count - 1)} or more'})."
        if params["flag"] != "none"
        else "",
    ]


def _cases(params: Params) -> list[dict[str, int]]:
    width = params["width"]
    full = (1 << width) - 1
    return [{"number": number} for number in (0, 9 & full, 10 & full, full, 1 << width - 1, 7, *corners(width))]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """The corners and every neighbour of a round number."""
    cases = _cases(params)
    for round_number in (10, 20, 50, 90, 100, 110, 200, 500, 990, 1000, 1010, 2000):
        cases += [{"number": sign * (round_number + step)} for step in (-1, 0, 1) for sign in (1, -1)]
    cases = [{"number": case["number"] % (1 << params["width"])} for case in cases]
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=150)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="binary_to_bcd",
    revision=1,
    level=1,
    title="binary to decimal converter",
    choices={
        "width": (5, 6, 7, 8, 9, 10),
        "range": ("unsigned", "signed"),
        "code": tuple(_CODES),
        "zeros": ("shown", "blanked"),
        "order": ("units_low", "units_high"),
        "flag": tuple(_FLAGS),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    tags=("combinational", "arithmetic", "display"),
)
