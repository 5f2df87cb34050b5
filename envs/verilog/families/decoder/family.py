"""A decoder: number and polarity of lines, enables, a first number, a thermometer form and an error flag vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, numbered

_ENABLES = {
    "none": (),
    "high": (("en", "enable", 1),),
    "low": (("en_n", "enable_n", 0),),
    "high_low": (("en", "enable", 1), ("en_n", "enable_n", 0)),
    "high_high": (("en0", "enable0", 1), ("en1", "enable1", 1)),
}
_FORMS = {
    "one_hot": "line n alone is active",
    "up_to": "lines 0 to n are active (a thermometer)",
    "below": "lines below n are active (line n itself is not)",
    "others": "every line but line n is active",
}


def _code_width(params: Params) -> int:
    return int(params["lines"] + params["first"] - 1).bit_length()


def _reaches(params: Params) -> bool:
    """Whether there are codes without a line."""
    return (1 << _code_width(params)) > int(params["lines"])


def _wiring(params: Params) -> Wiring:
    wiring, lines, first = Wiring(params), params["lines"], params["first"]
    about = f"code of the line, {first} to {first + lines - 1}"
    wiring.add("code", ("code", "code"), "input", about, width=_code_width(params))
    for number, (short, long, level) in enumerate(_ENABLES[params["enable"]]):
        wiring.add(f"enable{number}", (short, long), "input", f"enable, active {'high' if level else 'low'}")
    about = f"the lines, active {params['active']}"
    wiring.add("lines", ("y", "lines"), "output", about, width=lines)
    if params["error"] and _reaches(params):
        wiring.add("error", ("err", "error"), "output", "1 where an enabled code has no line")
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    lines, number = params["lines"], pins["code"] - params["first"]
    levels = [level for _, _, level in _ENABLES[params["enable"]]]
    enabled = all(pins[f"enable{place}"] == level for place, level in enumerate(levels))
    known = 0 <= number < lines
    active = {
        "one_hot": {number},
        "up_to": set(range(number + 1)),
        "below": set(range(number)),
        "others": set(range(lines)) - {number},
    }[params["form"]]
    word = sum(1 << line for line in active) if enabled and known else 0
    if params["active"] == "low":
        word ^= (1 << lines) - 1
    return {"lines": word, "error": int(enabled and not known)}


def _fill(params: Params) -> dict[str, str]:
    wiring, lines, first = _wiring(params), params["lines"], params["first"]
    words = wiring.words()
    width = _code_width(params)
    index = words["code"] if first == 0 else f"{words['code']} - {width}'d{first}"
    one = f"{{{{{lines - 1}{{1'b0}}}}, 1'b1}}"
    ones = f"{{{lines}{{1'b1}}}}"
    shape = {
        "one_hot": f"{one} << place",
        "up_to": f"~(({ones} << place) << 1)",
        "below": f"~({ones} << place)",
        "others": f"~({one} << place)",
    }[params["form"]]
    conditions = [
        words[f"enable{place}"] if level else f"!{words[f'enable{place}']}"
        for place, (_, _, level) in enumerate(_ENABLES[params["enable"]])
    ]
    limits = [f"{words['code']} >= {width}'d{first}"] if first else []
    limits += [f"{words['code']} <= {width}'d{first + lines - 1}"] if first + lines < 1 << width else []
    inverted = "~" if params["active"] == "low" else ""
    zero = f"{lines}'d0"
    gate = " && ".join([*conditions, *(["known"] if limits else [])])
    return {
        **words,
        "count": str(lines),
        "top_line": str(lines - 1),
        "rules": numbered(_rules(params, words)),
        "example": _example(params, wiring),
        "place_line": f"wire [{width - 1}:0] place = {index};",
        "known_line": f"wire known = {' && '.join(limits)};" if limits else "",
        "shape_line": f"wire [{lines - 1}:0] shape = {shape};",
        "active_line": f"wire [{lines - 1}:0] active = " + (f"({gate}) ? shape : {zero};" if gate else "shape;"),
        "always_line": f"wire [{lines - 1}:0] active = shape;",
        "lines_line": f"assign {words['lines']} = {inverted}active;",
        "wrong_line": f"assign {words['lines']} = {'' if inverted else '~'}active;",
        "error_line": f"assign {words['error']} = {' && '.join([*conditions, '!known'])};" if "error" in words else "",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    lines, first = params["lines"], params["first"]
    level = int(params["active"] == "high")
    enables = [
        f"`{words[f'enable{place}']}` is {level}" for place, (_, _, level) in enumerate(_ENABLES[params["enable"]])
    ]
    number = f"`{words['code']}`" if first == 0 else f"`{words['code']}` - {first}"
    enabled = ""
    if enables:
        enabled = f"The decoder is enabled while {' and '.join(enables)}. While it is not, no line is active"
        enabled += " and there is no error." if "error" in words else "."
    without = ""
    if _reaches(params):
        span = f"A code outside of {first} to {first + lines - 1} has no line: no line is active"
        without = f"{span}, and `{words['error']}` is 1 (else 0)." if "error" in words else f"{span}."
    return [
        f"A line of `{words['lines']}` is active while its bit is {level}; line i is bit i.",
        f"With n = {number}, {_FORMS[params['form']]}.",
        without,
        enabled,
    ]


def _example(params: Params, wiring: Wiring) -> str:
    levels = {f"enable{place}": level for place, (_, _, level) in enumerate(_ENABLES[params["enable"]])}
    first, last = params["first"], params["first"] + params["lines"] - 1
    cases = [{"code": code, **levels} for code in (first, first + 1, last)]
    cases += [{"code": code, **levels} for code in (last + 1, 0)]
    cases.append({"code": first + 1, **{key: 1 - level for key, level in levels.items()}})
    return wiring.example(lambda pins: _function(params, pins), cases, decimal=("code",))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every code under every enable, in any order."""
    count = len(_ENABLES[params["enable"]])
    cases = [
        {"code": code, **{f"enable{place}": setting >> place & 1 for place in range(count)}}
        for code in (*range(1 << _code_width(params)), *range(1 << _code_width(params)))
        for setting in range(1 << count)
    ]
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=20)


def _valid(params: Params) -> bool:
    """An error flag needs codes without a line."""
    return _reaches(params) or not params["error"]


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="decoder",
    revision=1,
    level=1,
    title="decoder",
    choices={
        "lines": (4, 5, 6, 8, 10, 12),
        "first": (0, 1, 3),
        "form": tuple(_FORMS),
        "active": ("high", "low"),
        "enable": tuple(_ENABLES),
        "error": (False, True),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "selection"),
)
