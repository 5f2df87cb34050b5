"""A Hamming code: encoder or corrector, data width, parity, overall bit, layout and what is reported vary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.families.hamming_code import text
from ecot.envs.verilog.families.hamming_code.model import can_fail, checks, encoded, function, length, order
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Wired, Wiring

_LAYOUTS = ("ascending", "descending", "data_first")
_LARGEST_SAMPLE = 100


def _wiring(params: Params) -> Wiring:
    wiring, width, total = Wiring(params), params["width"], len(order(params))
    if params["task"] == "encode":
        wiring.add("data", ("din", "data"), "input", "data word", width=width)
        wiring.add("code", ("code", "code_word"), "output", "code word", width=total)
        return wiring
    wiring.add("code", ("code", "received"), "input", "received code word", width=total)
    wiring.add("data", ("dout", "data"), "output", "corrected data word", width=width)
    if params["report"] == "flag":
        wiring.add("corrected", ("fix", "corrected"), "output", "1 where a bit was inverted")
    if params["report"] == "syndrome":
        wiring.add("syndrome", ("syn", "syndrome"), "output", "the syndrome", width=checks(params))
    if params["report"] == "word":
        wiring.add("word", ("word", "fixed_word"), "output", "corrected code word", width=total)
    if can_fail(params):
        wiring.add("fails", ("bad", "uncorrectable"), "output", "1 where the word cannot be corrected")
    return wiring


def _fill(params: Params) -> dict[str, str]:
    wiring = _wiring(params)
    words = wiring.words()
    place = _LAYOUTS.index(params["layout"])
    other_layout = {**params, "layout": _LAYOUTS[(place + 1) % len(_LAYOUTS)]}
    other_parity = {**params, "parity": "even" if params["parity"] == "odd" else "odd"}
    encodes = params["task"] == "encode"
    return {
        **words,
        "width": str(params["width"]),
        "checks": str(checks(params)),
        "task": "turns data words into code words" if encodes else "corrects received code words",
        "kind": "encoder" if encodes else "corrector",
        "last": str(length(params)),
        "overall_text": ", and an overall bit without a position" if params["extended"] else "",
        "layout": text.layout(params, words["code"]),
        "rules": text.rules(params, words),
        "example": wiring.example(lambda pins: function(params, pins), _example(params)),
        "body": text.body(params, words),
        "other_parity_body": text.body(other_parity, words),
        "other_layout_body": text.body(other_layout, words),
        "short_body": text.body(params, words, last=length(params) - 1),
        "idle_body": f"    assign {words['code']} = {words['data']};"
        if encodes
        else text.body(params, words, corrects=False),
    }


def _example(params: Params) -> list[dict[str, int]]:
    data = [int("1011001110001101"[: params["width"]], 2), 1]
    if params["task"] == "encode":
        return [{"data": word} for word in (*data, 0, (1 << params["width"]) - 1)]
    right, other = (encoded(params, word) for word in data)
    low, high = 1 << order(params).index(3), 1 << order(params).index(length(params))
    return [{"code": word} for word in (right, right ^ low, other ^ high, other ^ low ^ high)]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Words with one data bit; every single error of several words, many double errors, and words as they come."""
    width, full = params["width"], (1 << params["width"]) - 1
    single = [1 << bit for bit in range(width)]
    words = [0, full, *single, *(full ^ bit for bit in single)]
    if params["task"] == "encode":
        return _wiring(params).drive([{"data": word} for word in words], random, count=100)
    codes = [encoded(params, word) for word in words]
    errors = [1 << bit for bit in range(len(order(params)))]
    for word in (0, full, *(random.getrandbits(width) for _ in range(3))):
        codes += [encoded(params, word) ^ error for error in errors]
    double = [low | high for low, high in combinations(errors, 2)]
    codes += [
        encoded(params, random.getrandbits(width)) ^ error
        for error in random.sample(double, min(len(double), _LARGEST_SAMPLE))
    ]
    random.shuffle(codes)
    return _wiring(params).drive([{"code": code} for code in codes], random, count=80)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: function(params, pins))


def _valid(params: Params) -> bool:
    """An encoder reports nothing, and what happens to words that cannot be corrected needs such words."""
    if params["task"] == "encode":
        return bool(params["report"] == "flag" and params["failed"] == "received")
    return can_fail(params) or bool(params["failed"] == "received")


FAMILY = Family(
    name="hamming_code",
    revision=1,
    level=1,
    title="Hamming encoder or corrector",
    choices={
        "task": ("encode", "correct"),
        "width": (4, 5, 7, 8, 11, 16),
        "parity": ("even", "odd"),
        "extended": (False, True),
        "layout": _LAYOUTS,
        "report": ("flag", "syndrome", "word"),
        "failed": ("received", "zero"),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "error correction"),
)
