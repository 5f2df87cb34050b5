"""A seven-segment decoder: digits, polarity, order of the segments, shapes, blanking and a lamp test vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, numbered

_LIT = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg", "abcefg", "cdefg",
        "adef", "bcdeg", "adefg", "aefg")  # fmt: skip
"""Lit segments of the digits 0 to F: a at the top, then clockwise b to f, g in the middle."""
_BARE = {6: "cdefg", 7: "abcf", 9: "abcfg"}
"""Other shapes in use: 6 and 9 without their tails, 7 with a hook."""
_BEYOND = {
    "blank": "no segment is lit",
    "dash": "segment g alone is lit",
    "hexadecimal": "",
    "error": "segments a, d and g are lit",
}
_CONTROLS = {"none": (), "blank": ("blank",), "test": ("test",), "both": ("blank", "test"), "ripple": ("ripple",)}


def _lit(params: Params, digit: int) -> str:
    """The lit segments of a digit, controls aside."""
    if digit > 9 and params["beyond"] != "hexadecimal":
        return {"blank": "", "dash": "g", "error": "adg"}[params["beyond"]]
    return _BARE.get(digit, _LIT[digit]) if params["shapes"] == "bare" else _LIT[digit]


def _word(params: Params, lit: str) -> int:
    """The segments as a word, in the order and with the polarity of the draw."""
    order = "abcdefg" if params["order"] == "a_low" else "gfedcba"
    word = sum(1 << place for place, segment in enumerate(order) if segment in lit)
    return word ^ 0x7F if params["active"] == "low" else word


def _wiring(params: Params) -> Wiring:
    wiring, controls = Wiring(params), _CONTROLS[params["controls"]]
    wiring.add("digit", ("num", "digit"), "input", "digit to be shown", width=4)
    if "blank" in controls:
        wiring.add("blank", ("bl", "blank"), "input", "1 blanks the display")
    if "test" in controls:
        wiring.add("test", ("lt", "lamp_test"), "input", "1 lights all segments")
    if "ripple" in controls:
        wiring.add("ripple", ("rbi", "ripple_in"), "input", "1 blanks a zero")
    wiring.add("segments", ("seg", "segments"), "output", f"segments, lit when {params['active']}", width=7)
    if "ripple" in controls:
        wiring.add("ripple_out", ("rbo", "ripple_out"), "output", "1 where a zero was blanked")
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    digit = pins["digit"]
    suppressed = pins.get("ripple", 0) == 1 and digit == 0
    lit = "" if suppressed or pins.get("blank", 0) else _lit(params, digit)
    first = params["first"]
    if pins.get("test", 0) and not (first == "blank" and pins.get("blank", 0)):
        lit = "abcdefg"
    return {"segments": _word(params, lit), "ripple_out": int(suppressed)}


def _fill(params: Params) -> dict[str, str]:
    wiring, controls = _wiring(params), _CONTROLS[params["controls"]]
    words = wiring.words()
    hexadecimal = params["beyond"] == "hexadecimal"
    codes = {digit: f"{_word(params, _lit(params, digit)):07b}" for digit in range(16)}
    arms = [f"4'd{digit}: pattern = 7'b{codes[digit]};" for digit in range(15 if hexadecimal else 10)]
    none, full = f"7'b{_word(params, ''):07b}", f"7'b{_word(params, 'abcdefg'):07b}"
    shown = "pattern"
    if "ripple" in controls:
        shown = f"suppressed ? {none} : pattern"
    if "blank" in controls:
        shown = f"{words['blank']} ? {none} : pattern"
    if "test" in controls and "blank" in controls and params["first"] == "blank":
        shown = f"{words['blank']} ? {none} : {words['test']} ? {full} : pattern"
    elif "test" in controls:
        shown = f"{words['test']} ? {full} : {shown}"
    return {
        **words,
        "rules": numbered(_rules(params, words)),
        "table": _table(params),
        "example": wiring.example(lambda pins: _function(params, pins), _cases(), decimal=("digit",), most=8),
        "arms": "\n            ".join(arms),
        "last_arm": f"default: pattern = 7'b{codes[15]};",
        "swapped_arms": "\n            ".join(
            [arms[0].replace("4'd0", "4'd8"), *arms[1:8], arms[8].replace("4'd8", "4'd0"), *arms[9:]]
        ),
        "suppressed_line": f"wire suppressed = {words['ripple']} && {words['digit']} == 4'd0;"
        if "ripple" in words
        else "",
        "segments_line": f"assign {words['segments']} = {shown};",
        "inverted_line": f"assign {words['segments']} = ~({shown});",
        "mirrored_line": f"wire [6:0] shown = {shown};\n    assign {words['segments']} = "
        "{shown[0], shown[1], shown[2], shown[3], shown[4], shown[5], shown[6]};",
        "ripple_line": f"assign {words['ripple_out']} = suppressed;" if "ripple" in words else "",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    segments, level = words["segments"], int(params["active"] == "high")
    ends = ("a", "g") if params["order"] == "a_low" else ("g", "a")
    beyond = _BEYOND[params["beyond"]]
    rules = [
        f"A segment is lit while its bit of `{segments}` is {level}. Bit 0 is segment {ends[0]} and so on in the order "
        f"of the alphabet{'' if ends[0] == 'a' else ', backwards'}, to bit 6, segment {ends[1]}.",
        "Segment a is at the top; b, c, d, e and f follow clockwise; g is the bar in the middle.",
        f"`{words['digit']}` lights the segments of the table below"
        + ("." if not beyond else f"; for 10 to 15, {beyond}."),
    ]
    blank, test, ripple = words.get("blank"), words.get("test"), words.get("ripple")
    if blank:
        rules.append(f"While `{blank}` is 1, no segment is lit.")
    if test:
        rules.append(f"While `{test}` is 1, all segments are lit, whatever the digit is.")
    if blank and test:
        winner = blank if params["first"] == "blank" else test
        rules.append(f"Where both are 1, `{winner}` wins.")
    if ripple:
        rules.append(
            f"While `{ripple}` is 1, the digit 0 lights no segment and `{words['ripple_out']}` is 1; in every other "
            f"case `{words['ripple_out']}` is 0."
        )
    return rules


def _table(params: Params) -> str:
    count = 16 if params["beyond"] == "hexadecimal" else 10
    rows = [f"| {digit} | {' '.join(_lit(params, digit))} |" for digit in range(count)]
    return "\n".join(["| digit | lit segments |", "|---|---|", *rows])


def _cases() -> list[dict[str, int]]:
    cases: list[dict[str, int]] = [{"digit": digit} for digit in (0, 7, 10, 15)]
    cases += [{"digit": 0, "ripple": 1}, {"digit": 5, "ripple": 1, "blank": 1}, {"digit": 5, "test": 1}]
    return [*cases, {"digit": 5, "test": 1, "blank": 1}]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every digit under every control, in any order."""
    cases = _cases() + [{"digit": digit} for digit in range(16)]
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=0)


def _valid(params: Params) -> bool:
    """Who wins is a question of two controls only."""
    return bool(params["controls"] == "both" or params["first"] == "blank")


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="seven_segment",
    revision=1,
    level=1,
    title="seven-segment decoder",
    choices={
        "beyond": tuple(_BEYOND),
        "shapes": ("full", "bare"),
        "order": ("a_low", "a_high"),
        "active": ("high", "low"),
        "controls": tuple(_CONTROLS),
        "first": ("blank", "test"),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "display"),
)
