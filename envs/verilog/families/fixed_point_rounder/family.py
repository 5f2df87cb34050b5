"""A fixed-point rounder: number range, dropped bits, rounding mode, what overflow does and a flag vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, numbered, signed_value

_MODES = {
    "floor": "rounded down: to the largest integer that is not above it",
    "ceiling": "rounded up: to the smallest integer that is not below it",
    "zero": "rounded towards zero: its fraction is cut off",
    "half_up": "rounded to the nearest integer; halfway between two integers, to the larger one",
    "half_down": "rounded to the nearest integer; halfway between two integers, to the smaller one",
    "half_even": "rounded to the nearest integer; halfway between two integers, to the even one",
    "half_away": "rounded to the nearest integer; halfway between two integers, to the one farther from zero",
    "half_zero": "rounded to the nearest integer; halfway between two integers, to the one nearer to zero",
}
_SIGNED_ONLY = ("zero", "half_away", "half_zero")
"""What is another mode where there are no negative numbers."""
_FLAGS = {"inexact": ("inx", "inexact"), "overflow": ("ovf", "overflow"), "none": ("", "")}


def _integer_bits(params: Params) -> int:
    return int(params["result"] + params["narrower"])


def _width(params: Params) -> int:
    return _integer_bits(params) + int(params["fraction"])


def _wiring(params: Params) -> Wiring:
    wiring, signed = Wiring(params), params["range"] == "signed"
    about = f"fixed-point number with {params['fraction']} fraction bits"
    wiring.add("data", ("din", "value"), "input", about, width=_width(params), signed=signed)
    wiring.add("result", ("dout", "rounded"), "output", "rounded integer", width=params["result"], signed=signed)
    abouts = {"inexact": "1 where the number is no integer", "overflow": "1 where the rounded number does not fit"}
    if params["flag"] != "none":
        wiring.add("flag", _FLAGS[params["flag"]], "output", abouts[params["flag"]])
    return wiring


def _limits(params: Params) -> tuple[int, int]:
    """The smallest and the largest integer of the output."""
    bits = params["result"]
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if params["range"] == "signed" else (0, (1 << bits) - 1)


def _function(params: Params, pins: Pins) -> Pins:
    """The specification: the nearer one of the two integers around the number, by the rule of the mode."""
    number, one = pins["data"], 1 << params["fraction"]
    if params["range"] == "signed":
        number = signed_value(number, _width(params))
    below = number // one
    chosen = below if number == below * one else _choice(params["mode"], number, below, one)
    least, most = _limits(params)
    fits = least <= chosen <= most
    if params["overflow"] == "saturate":
        chosen = max(least, min(most, chosen))
    flag = not fits if params["flag"] == "overflow" else number % one != 0
    return {"result": chosen % (1 << params["result"]), "flag": int(flag)}


def _choice(mode: str, number: int, below: int, one: int) -> int:
    """One of the integers around a number of `number / one` that is none itself."""
    above = below + 1
    smaller, larger = sorted((below, above), key=abs)
    directed = {"floor": below, "ceiling": above, "zero": smaller}
    if mode in directed:
        return directed[mode]
    gaps = number - below * one, above * one - number
    if gaps[0] != gaps[1]:
        return below if gaps[0] < gaps[1] else above
    even = below if below % 2 == 0 else above
    return {"half_up": above, "half_down": below, "half_even": even, "half_away": larger, "half_zero": smaller}[mode]


def _fill(params: Params) -> dict[str, str]:
    wiring = _wiring(params)
    words, (least, most) = wiring.words(), _limits(params)
    wraps = {**params, "overflow": "wrap" if params["overflow"] == "saturate" else "saturate"}
    return {
        **words,
        "range": params["range"],
        "width": str(_width(params)),
        "fraction": str(params["fraction"]),
        "result_bits": str(params["result"]),
        "rules": numbered(_rules(params, words, least, most)),
        "example": wiring.example(lambda pins: _function(params, pins), _example(params), decimal=("result",), most=9),
        "body": _body(params, words),
        "cut_body": _body({**params, "mode": "half_down"}, words, up="" if params["mode"] == "floor" else "1'b0"),
        "up_body": _body({**params, "mode": "ceiling" if params["mode"] == "half_up" else "half_up"}, words),
        "other_overflow_body": _body(wraps, words),
    }


def _rules(params: Params, words: dict[str, str], least: int, most: int) -> list[str]:
    data, result, fraction, signed = words["data"], words["result"], params["fraction"], params["range"] == "signed"
    reading = "a signed (two's complement)" if signed else "an unsigned"
    saturated = f"the nearer of the two ends, {least} or {most}" if signed else str(most)
    beyond = {
        "saturate": f"`{result}` is {saturated}.",
        "wrap": f"`{result}` is the lowest {params['result']} bits of the rounded number.",
    }[params["overflow"]]
    flags = {
        "inexact": f"`{words.get('flag')}` is 1 exactly where the number of rule 1 is no integer.",
        "overflow": f"`{words.get('flag')}` is 1 exactly where the rounded number is outside of {least} to {most}.",
        "none": "",
    }
    return [
        f"`{data}` stands for the number d / {1 << fraction}, where d is `{data}` read as {reading} integer: its "
        f"lowest {fraction} bits are the fraction.",
        f"The number is {_MODES[params['mode']]}. An integer stays as it is.",
        f"`{result}` holds integers from {least} to {most}. A rounded number in this range is the output.",
        f"Where the rounded number is outside of this range, {beyond} The range is looked at after rounding.",
        flags[params["flag"]],
    ]


def _body(params: Params, words: dict[str, str], *, up: str = "") -> str:
    """The Verilog between header and `endmodule`; `up` is when the integer above is taken, if not by the mode.

    No vector is wider than what is asked of it.
    """
    data, result, bits = words["data"], words["result"], params["result"]
    integer, fraction, signed = _integer_bits(params), params["fraction"], params["range"] == "signed"
    saturates = params["overflow"] == "saturate"
    ranged = saturates or params["flag"] == "overflow"
    up = up or _up(params, data)
    spare = up and not (signed and (params["mode"] == "zero" or not saturates))
    top = integer - (not spare) if ranged else bits - 1
    high = min(top, integer - 1) + fraction
    kept = f"{data}[{high}:{fraction}]"
    if top == integer:
        extended = f"{data}[{high}]" if signed else "1'b0"
        kept = f"{{{extended}, {kept}}}"
    lines = [f"wire up = {up};"] if up else []
    lines.append(f"wire [{top}:0] whole = {kept}{' + up' if up else ''};")
    if ranged:
        fits = f"&whole[{top}:{bits - 1}] || ~|whole[{top}:{bits - 1}]" if signed else f"~|whole[{top}:{bits}]"
        lines.append(f"wire fits = {fits};")
    ends = f"{{whole[{top}], {{{bits - 1}{{!whole[{top}]}}}}}}" if signed else f"{{{bits}{{1'b1}}}}"
    low = "whole" if top == bits - 1 else f"whole[{bits - 1}:0]"
    lines.append(f"assign {result} = {f'fits ? {low} : {ends}' if saturates else low};")
    flags = {"inexact": f"|{data}[{fraction - 1}:0]", "overflow": "!fits"}
    if params["flag"] != "none":
        lines.append(f"assign {words['flag']} = {flags[params['flag']]};")
    return "\n".join(f"    {line}" for line in lines)


def _up(params: Params, data: str) -> str:
    """When the integer above the number is taken instead of the one below; empty for never."""
    fraction = params["fraction"]
    half, rest = f"{data}[{fraction - 1}]", f"|{data}[{fraction - 2}:0]" if fraction > 2 else f"{data}[0]"
    sign = f"{data}[{_width(params) - 1}]"
    return {
        "floor": "",
        "ceiling": f"|{data}[{fraction - 1}:0]",
        "zero": f"{sign} && |{data}[{fraction - 1}:0]",
        "half_up": half,
        "half_down": f"{half} && {rest}",
        "half_even": f"{half} && ({rest} || {data}[{fraction}])",
        "half_away": f"{half} && ({rest} || !{sign})",
        "half_zero": f"{half} && ({rest} || {sign})",
    }[str(params["mode"])]


def _example(params: Params) -> list[dict[str, int]]:
    one, most = 1 << params["fraction"], _limits(params)[1]
    values = [one + one // 2, 2 * one + one // 2, one + 1, 2 * one - 1, most * one + one // 2]
    negative = [-one - one // 2, -2 * one - one // 2, -one - 1] if params["range"] == "signed" else []
    return [{"data": value} for value in [*values, (most + 1) * one, *negative]]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Each kind of fraction at the ends of both ranges, around zero and at even and odd integers."""
    one, bits, (least, most) = 1 << params["fraction"], _width(params), _limits(params)
    far = 1 << _integer_bits(params) - 1
    wholes = {
        -far,
        -far + 1,
        -2,
        -1,
        0,
        1,
        2,
        far - 2,
        far - 1,
        2 * far - 1,
        least - 1,
        least,
        most - 1,
        most,
        most + 1,
    }
    rests = {0, 1, one // 2 - 1, one // 2, one // 2 + 1, one - 1}
    values = [whole * one + rest for whole in wholes for rest in rests]
    values += [(random.randrange(2 * far) | 1) * one + one // 2 for _ in range(20)]
    values += [1 << bit for bit in range(bits)] + [~(1 << bit) for bit in range(bits)]
    random.shuffle(values)
    return _wiring(params).drive([{"data": value} for value in values], random, count=100)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


def _valid(params: Params) -> bool:
    """Every number range has its modes, and overflow must be possible at each end of the range."""
    if params["range"] == "signed":
        return bool(params["narrower"])
    return params["mode"] not in _SIGNED_ONLY and bool(params["narrower"] or params["mode"] != "floor")


FAMILY = Family(
    name="fixed_point_rounder",
    revision=1,
    level=1,
    title="fixed-point rounder",
    choices={
        "range": ("unsigned", "signed"),
        "result": (3, 4, 5, 6),
        "narrower": (0, 1, 2),
        "fraction": (2, 3, 4),
        "mode": tuple(_MODES),
        "overflow": ("saturate", "wrap"),
        "flag": tuple(_FLAGS),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "arithmetic"),
)
