"""A comparator: relation, number range, ties, a window or a mask, and a second output vary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, corners, numbered, signed_value

_RELATIONS: dict[str, tuple[str, str, Callable[[int, int], bool]]] = {
    "less": ("less than", "<", lambda a, b: a < b),
    "at_most": ("at most", "<=", lambda a, b: a <= b),
    "greater": ("greater than", ">", lambda a, b: a > b),
    "at_least": ("at least", ">=", lambda a, b: a >= b),
}
_SECOND = {
    "equal": (("eq", "equal"), "the words are equal"),
    "minimum": (("min", "minimum"), "the smaller word"),
    "maximum": (("max", "maximum"), "the larger word"),
    "distance": (("dist", "distance"), "absolute difference"),
    "agreeing": (("agr", "agreeing"), "number of equal bits"),
}


def _second_width(params: Params) -> int:
    width = int(params["width"])
    return {"equal": 1, "agreeing": width.bit_length()}.get(params["second"], width)


def _wiring(params: Params) -> Wiring:
    wiring, width = Wiring(params), params["width"]
    about = "signed, two's complement" if params["range"] == "signed" else "unsigned"
    wiring.add("a", ("a", "left"), "input", f"first word, {about}", width=width)
    wiring.add("b", ("b", "right"), "input", f"second word, {about}", width=width)
    if params["chain"]:
        wiring.add("chain", ("tie", "tie_break"), "input", "decides where the words are equal")
    relation = _RELATIONS[params["relation"]][0]
    low = "0 where" if params["active"] == "low" else "1 where"
    wiring.add("holds", ("res", "holds"), "output", f"{low} the first word is {relation} the second")
    names, meaning = _SECOND[params["second"]]
    wiring.add("second", names, "output", meaning, width=_second_width(params))
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    """The specification in integers."""
    width, a, b = params["width"], pins["a"], pins["b"]
    same_bits = sum(1 for place in range(width) if a >> place & 1 == b >> place & 1)
    if params["range"] == "signed":
        a, b = signed_value(a, width), signed_value(b, width)
    holds = bool(pins["chain"]) if params["chain"] and a == b else _RELATIONS[params["relation"]][2](a, b)
    second = {
        "equal": int(a == b),
        "minimum": min(a, b),
        "maximum": max(a, b),
        "distance": abs(a - b),
        "agreeing": same_bits,
    }[params["second"]]
    return {"holds": int(holds != (params["active"] == "low")), "second": second % (1 << _second_width(params))}


def _fill(params: Params) -> dict[str, str]:
    wiring, width = _wiring(params), params["width"]
    words = wiring.words()
    signed = "signed " if params["range"] == "signed" else ""
    symbol = _RELATIONS[params["relation"]][1]
    compared = f"first {symbol} second"
    if params["chain"]:
        compared = f"(first == second) ? {words['chain']} : ({compared})"
    decided = f"!({compared})" if params["active"] == "low" else compared
    bits = " + ".join(f"agree[{place}]" for place in range(width))
    second = {
        "equal": "first == second",
        "minimum": "(first < second) ? first : second",
        "maximum": "(first < second) ? second : first",
        "distance": "(first < second) ? second - first : first - second",
        "agreeing": bits,
    }[params["second"]]
    agree = f"wire [{width - 1}:0] agree = ~({words['a']} ^ {words['b']});"
    return {
        **words,
        "width": str(width),
        "rules": numbered(_rules(params, words)),
        "example": wiring.example(lambda pins: _function(params, pins), _cases(params)),
        "first_line": f"wire {signed}[{width - 1}:0] first = {words['a']};",
        "second_line": f"wire {signed}[{width - 1}:0] second = {words['b']};",
        "other_first_line": f"wire {'' if signed else 'signed '}[{width - 1}:0] first = {words['a']};",
        "other_second_line": f"wire {'' if signed else 'signed '}[{width - 1}:0] second = {words['b']};",
        "agree_line": agree if params["second"] == "agreeing" else "",
        "holds_line": f"assign {words['holds']} = {decided};",
        "inverted_line": f"assign {words['holds']} = !({decided});",
        "value_line": f"assign {words['second']} = {second};",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    a, b, holds, second = words["a"], words["b"], words["holds"], words["second"]
    relation, value = _RELATIONS[params["relation"]][0], int(params["active"] != "low")
    reading = "signed (two's complement)" if params["range"] == "signed" else "unsigned"
    tie = ""
    if params["chain"]:
        tie = (
            f"Where the words are equal, rule 2 does not hold: `{holds}` is {value} where `{words['chain']}` is 1, "
            f"else {1 - value}."
        )
    seconds = {
        "equal": f"`{second}` is 1 exactly where the words are equal.",
        "minimum": f"`{second}` is the smaller of the two numbers, as a word of {params['width']} bits.",
        "maximum": f"`{second}` is the larger of the two numbers, as a word of {params['width']} bits.",
        "distance": f"`{second}` is the absolute difference of the two numbers, as an unsigned word; it always fits.",
        "agreeing": f"`{second}` is the number of bit places at which the words have the same bit.",
    }
    return [
        f"`{a}` and `{b}` are {reading} numbers.",
        f"`{holds}` is {value} where `{a}` is {relation} `{b}`, else {1 - value}.",
        tie,
        seconds[params["second"]],
    ]


def _cases(params: Params) -> list[dict[str, int]]:
    width = params["width"]
    half, full = 1 << width - 1, (1 << width) - 1
    pairs = [(2, 3), (3, 3), (half, half - 1), (full, 1), (3, 2), (full, full), (0, full), (half, full)]
    pairs += [(a, b) for a in corners(width) for b in corners(width)]
    return [{"a": a, "b": b, "chain": number & 1} for number, (a, b) in enumerate(pairs)]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    width = params["width"]
    cases = _cases(params)
    cases += [{"a": word, "b": word, "chain": chain} for word in corners(width) for chain in (0, 1)]
    for _ in range(120):
        a = random.getrandbits(width)
        near = (a + random.choice((-1, 0, 1))) % (1 << width)
        other = random.choice((near, a ^ 1 << random.randrange(width), random.getrandbits(width)))
        cases.append({"a": a, "b": other, "chain": random.getrandbits(1)})
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=60)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


def _valid(params: Params) -> bool:
    """With a tie break the strict and the weak relation are one."""
    return not (params["chain"] and params["relation"] in ("at_most", "at_least"))


FAMILY = Family(
    name="comparator",
    revision=1,
    level=1,
    title="comparator",
    choices={
        "width": (3, 4, 5, 6, 8, 12, 16),
        "relation": tuple(_RELATIONS),
        "range": ("unsigned", "signed"),
        "active": ("high", "low"),
        "chain": (False, True),
        "second": tuple(_SECOND),
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
