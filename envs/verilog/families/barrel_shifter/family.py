"""A barrel shifter: kind of shift, directions, what too large an amount does, a bypass and a lost-bit flag vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, corners, numbered

_DIRECTIONS = {"left": ("left",), "right": ("right",), "high_left": ("right", "left"), "high_right": ("left", "right")}
"""The direction for each value of the direction input."""
_KIND = {"logical": "logical shift", "arithmetic": "arithmetic shift", "rotate": "rotation"}


def _amount_width(params: Params) -> int:
    return int(params["width"] - 1).bit_length() + int(params["amounts"] == "beyond")


def _wiring(params: Params) -> Wiring:
    wiring, width = Wiring(params), params["width"]
    wiring.add("data", ("din", "data"), "input", "word to be shifted", width=width)
    wiring.add("amount", ("amt", "amount"), "input", "number of places, unsigned", width=_amount_width(params))
    if len(_DIRECTIONS[params["direction"]]) == 2:
        low, high = _DIRECTIONS[params["direction"]]
        wiring.add("direction", ("dir", "direction"), "input", f"0 shifts {low}, 1 shifts {high}")
    if params["bypass"]:
        wiring.add("bypass", ("byp", "bypass"), "input", "1 passes the word unchanged")
    wiring.add("result", ("dout", "result"), "output", "the shifted word", width=width)
    if params["lost"]:
        wiring.add("lost", ("lost", "bits_lost"), "output", "1 where a 1 was shifted out")
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    """The specification on a list of bits, bit 0 first, one place at a time."""
    width, kind = params["width"], params["kind"]
    amount = pins["amount"]
    if amount >= width:
        amount = {"shift": amount, "modulo": amount % width, "hold": 0}[params["beyond"]]
    if pins.get("bypass", 0):
        amount = 0
    directions = _DIRECTIONS[params["direction"]]
    left = directions[pins.get("direction", 0)] == "left"
    bits, lost = [pins["data"] >> place & 1 for place in range(width)], 0
    for _ in range(amount):
        out = bits.pop() if left else bits.pop(0)
        if kind == "rotate":
            new = out
        else:
            new, lost = bits[-1] if kind == "arithmetic" and not left and bits else 0, lost | out
            new = out if kind == "arithmetic" and not left else new
        bits = [new, *bits] if left else [*bits, new]
    return {"result": sum(bit << place for place, bit in enumerate(bits)), "lost": lost}


def _fill(params: Params) -> dict[str, str]:
    wiring = _wiring(params)
    words, width, kind = wiring.words(), params["width"], params["kind"]
    amount = {
        "shift": words["amount"],
        "modulo": f"{words['amount']} % {width}",
        "hold": f"({words['amount']} >= {width}) ? {_amount_width(params)}'d0 : {words['amount']}",
    }[params["beyond"] if _reaches(params) else "shift"]
    left = f"{{{words['data']}, {words['data']}}} << places" if kind == "rotate" else f"{words['data']} << places"
    right = {
        "rotate": f"{{{words['data']}, {words['data']}}} >> places",
        "logical": f"{words['data']} >> places",
        "arithmetic": "signed_word >>> places",
    }[kind]
    picked = _picked(params, words)
    directions = _DIRECTIONS[params["direction"]]
    doubled = f"[{2 * width - 1}:0]" if kind == "rotate" else f"[{width - 1}:0]"
    return {
        **words,
        "width": str(width),
        "kind": _KIND[kind],
        "rules": _rules(params, words),
        "example": _example(params),
        "amount_top": str(_amount_width(params) - 1),
        "amount_expression": f"{words['bypass']} ? {_amount_width(params)}'d0 : {amount}"
        if params["bypass"]
        else amount,
        "signed_word": f"wire signed [{width - 1}:0] signed_word = {words['data']};" if "signed" in right else "",
        "left_line": f"wire {doubled} to_left = {left};" if "left" in directions else "",
        "right_line": f"wire {doubled} to_right = {right};" if "right" in directions else "",
        "result_line": f"assign {words['result']} = {picked};",
        "lost_lines": _lost_lines(params, words),
        "too_large": f"{words['amount']} >= {width}",
    }


def _picked(params: Params, words: dict[str, str]) -> str:
    width = params["width"]
    left = f"to_left[{2 * width - 1}:{width}]" if params["kind"] == "rotate" else "to_left"
    right = f"to_right[{width - 1}:0]" if params["kind"] == "rotate" else "to_right"
    sides = [{"left": left, "right": right}[side] for side in _DIRECTIONS[params["direction"]]]
    return sides[0] if len(sides) == 1 else f"{words['direction']} ? {sides[1]} : {sides[0]}"


def _lost_lines(params: Params, words: dict[str, str]) -> str:
    if not params["lost"]:
        return ""
    full = f"{{{params['width']}{{1'b1}}}}"
    sides = [f"({full} {'>>' if side == 'left' else '<<'} places)" for side in _DIRECTIONS[params["direction"]]]
    stay = sides[0] if len(sides) == 1 else f"{words['direction']} ? {sides[1]} : {sides[0]}"
    return (
        f"wire [{params['width'] - 1}:0] staying = {stay};\n    assign {words['lost']} = |({words['data']} & ~staying);"
    )


def _rules(params: Params, words: dict[str, str]) -> str:
    moved = f"`{words['result']}` is `{words['data']}` moved by `{words['amount']}` places."
    bypass = f"While `{words['bypass']}` is 1, the amount counts as 0." if params["bypass"] else ""
    return numbered(
        [f"{moved} {_behaviour(params, words)}", _beyond_text(params, words), bypass, _lost_text(params, words)]
    )


def _behaviour(params: Params, words: dict[str, str]) -> str:
    width, kind, directions = params["width"], params["kind"], _DIRECTIONS[params["direction"]]
    enters = {
        "logical": dict.fromkeys(("left", "right"), "zeros enter"),
        "arithmetic": {"left": "zeros enter", "right": f"copies of the sign bit (bit {width - 1}) enter"},
        "rotate": dict.fromkeys(("left", "right"), "bits that leave at one end enter at the other"),
    }[kind]
    ends = {"left": "towards the high bits", "right": "towards the low bits"}
    sentences = [f"To the {side} means {ends[side]}; {enters[side]}." for side in directions]
    if len(directions) == 2:
        low, high = directions
        sentences.insert(0, f"`{words['direction']}` selects the direction: 0 is to the {low}, 1 to the {high}.")
    else:
        sentences.insert(0, f"The word moves to the {directions[0]}.")
    return " ".join(sentences)


def _beyond_text(params: Params, words: dict[str, str]) -> str:
    if not _reaches(params):
        return f"Every value of `{words['amount']}` is less than the width."
    largest = (1 << _amount_width(params)) - 1
    opening = f"`{words['amount']}` can be as large as {largest}. Values of {params['width']} and more "
    return (
        opening
        + {
            "shift": "shift that many places all the same: no bit of the word remains.",
            "modulo": f"count modulo {params['width']}: {params['width']} moves nothing, one more is one place.",
            "hold": "move nothing: the word passes unchanged.",
        }[params["beyond"]]
    )


def _lost_text(params: Params, words: dict[str, str]) -> str:
    if not params["lost"]:
        return ""
    return (
        f"`{words['lost']}` is 1 exactly where at least one bit that is 1 leaves the word, places that do not count by "
        "the rules above left aside."
    )


def _example(params: Params) -> str:
    width = params["width"]
    word = int("1011001110001101"[:width], 2)
    amounts = (0, 1, width - 1, min(width + 1, (1 << _amount_width(params)) - 1))
    cases = [{"data": word, "amount": amount} for amount in amounts]
    if len(_DIRECTIONS[params["direction"]]) == 2:
        cases = [{**case, "direction": way} for case in cases[1:] for way in (0, 1)]
    return _wiring(params).example(lambda pins: _function(params, pins), cases, decimal=("amount",))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every amount in every direction on words with one end set, on a mixed word and on its complement."""
    width = params["width"]
    full = (1 << width) - 1
    cases: list[dict[str, int]] = []
    ways = range(len(_DIRECTIONS[params["direction"]]))
    for amount in range(1 << _amount_width(params)):
        mixed = random.getrandbits(width)
        for word in (mixed, full ^ mixed, 1, 1 << width - 1, full):
            cases += [{"data": word, "amount": amount, "direction": way} for way in ways]
        cases.append({"data": mixed | 1, "amount": amount, "direction": amount & 1, "bypass": 1})
    cases += [{"data": word, "amount": random.getrandbits(8), "direction": word & 1} for word in corners(width)]
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=60)


def _reaches(params: Params) -> bool:
    """Whether the amount can be the width or more."""
    return (1 << _amount_width(params)) > int(params["width"])


def _valid(params: Params) -> bool:
    """A rotation loses nothing and has no end; a rule for large amounts needs large amounts."""
    kind, beyond = params["kind"], params["beyond"]
    if kind == "rotate" and (params["lost"] or beyond == "shift"):
        return False
    if kind == "arithmetic" and params["direction"] == "left":
        return False
    return _reaches(params) or beyond == ("modulo" if kind == "rotate" else "shift")


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="barrel_shifter",
    revision=1,
    level=1,
    title="barrel shifter",
    choices={
        "width": (4, 5, 6, 8, 11, 16),
        "kind": ("logical", "arithmetic", "rotate"),
        "direction": tuple(_DIRECTIONS),
        "amounts": ("within", "beyond"),
        "beyond": ("shift", "modulo", "hold"),
        "bypass": (False, True),
        "lost": (False, True),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "datapath"),
)
