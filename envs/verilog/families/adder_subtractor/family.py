"""An adder and subtractor: operations, number range, what happens on overflow and the flags vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, corners, numbered, signed_value

_FLAGS = ("carry", "overflow", "zero", "negative")


def _wiring(params: Params) -> Wiring:
    wiring, width, signed = Wiring(params), params["width"], params["range"] == "signed"
    about = "signed, two's complement" if signed else "unsigned"
    wiring.add("a", ("a", "left"), "input", f"first operand, {about}", width=width)
    wiring.add("b", ("b", "right"), "input", f"second operand, {about}", width=width)
    if params["operation"] == "both":
        level = params["subtract_level"]
        wiring.add("subtract", ("sub", "subtract"), "input", f"{level} subtracts, {1 - level} adds")
    if params["carry_in"]:
        about = {"add": "carry", "subtract": "borrow", "both": "carry or borrow"}[params["operation"]]
        wiring.add("carry_in", ("cin", "carry_in"), "input", f"{about} in")
    wiring.add("result", ("res", "result"), "output", "sum or difference", width=width)
    short, long, meaning = {
        "carry": ("cout", "carry_out", "carry or borrow out of the highest bit"),
        "overflow": ("ovf", "overflow", "the exact value does not fit"),
        "zero": ("zero", "is_zero", "the result is 0"),
        "negative": ("neg", "negative", "the exact value is below 0"),
    }[params["flag"]]
    wiring.add("flag", (short, long), "output", meaning)
    return wiring


def _bounds(params: Params) -> tuple[int, int]:
    width = params["width"]
    return (-(1 << width - 1), (1 << width - 1) - 1) if params["range"] == "signed" else (0, (1 << width) - 1)


def _function(params: Params, pins: Pins) -> Pins:
    """The specification in unbounded integers."""
    width, (low, high) = params["width"], _bounds(params)
    a, b = pins["a"], pins["b"]
    carry = pins.get("carry_in", 0)
    minus = _minus(params, pins)
    # Carry and borrow are those of the unsigned words, whatever these mean.
    raw = a - b - carry if minus else a + b + carry
    if params["range"] == "signed":
        a, b = signed_value(a, width), signed_value(b, width)
    exact = a - b - carry if minus else a + b + carry
    fits = low <= exact <= high
    result = exact if fits or params["excess"] == "wrap" else max(low, min(high, exact))
    result %= 1 << width
    flag = {
        "carry": int(not 0 <= raw < 1 << width),
        "overflow": int(not fits),
        "zero": int(result == 0),
        "negative": int(exact < 0),
    }[params["flag"]]
    return {"result": result, "flag": flag}


def _minus(params: Params, pins: Pins) -> bool:
    if params["operation"] == "both":
        return bool(pins["subtract"] == params["subtract_level"])
    return bool(params["operation"] == "subtract")


def _fill(params: Params) -> dict[str, str]:
    wiring, width = _wiring(params), params["width"]
    words = wiring.words()
    name = {"add": "an adder", "subtract": "a subtractor", "both": "an adder and subtractor"}[params["operation"]]
    return {
        **words,
        "width": str(width),
        "kind": name,
        "rules": numbered(_rules(params, words)),
        "example": wiring.example(lambda pins: _function(params, pins), _cases(params)),
        **_verilog(params, words),
    }


def _verilog(params: Params, words: dict[str, str]) -> dict[str, str]:
    """Both operands are extended by two bits, so that neither the exact sum nor the exact difference overflows."""
    width, top, signed = params["width"], params["width"] + 1, params["range"] == "signed"

    def extended(name: str, *, sign: bool) -> str:
        return f"{{{{2{{{name}[{width - 1}]}}}}, {name}}}" if sign else f"{{2'b00, {name}}}"

    carry = f"{{{width + 1}'b0, {words['carry_in']}}}" if params["carry_in"] else ""
    plus = "{a} + {b}" + (f" + {carry}" if carry else "")
    minus = "{a} - {b}" + (f" - {carry}" if carry else "")
    if params["operation"] == "both":
        condition = words["subtract"] if params["subtract_level"] else f"!{words['subtract']}"
        pattern = f"{condition} ? {minus} : {plus}"
    else:
        pattern = plus if params["operation"] == "add" else minus
    exact = pattern.replace("{a}", "first").replace("{b}", "second")
    (low, high) = _bounds(params)
    outside = f"exact[{top}:{width - 1}] != {{3{{exact[{top}]}}}}" if signed else f"exact[{top}:{width}] != 2'b00"
    limited = f"exact[{top}] ? {width}'d{low % (1 << width)} : {width}'d{high}"
    picked = f"exact[{width - 1}:0]" if params["excess"] == "wrap" else f"outside ? ({limited}) : exact[{width - 1}:0]"
    raw = pattern.replace("{a}", extended(words["a"], sign=False)).replace("{b}", extended(words["b"], sign=False))
    needs_outside = params["excess"] == "saturate" or params["flag"] == "overflow"
    flag = {
        "carry": f"raw[{width}]",
        "overflow": "outside",
        "zero": f"{words['result']} == {width}'d0",
        "negative": f"exact[{top}]",
    }[params["flag"]]
    return {
        "first_line": f"wire [{top}:0] first = {extended(words['a'], sign=signed)};",
        "second_line": f"wire [{top}:0] second = {extended(words['b'], sign=signed)};",
        "exact_line": f"wire [{top}:0] exact = {exact};",
        "outside_line": f"wire outside = {outside};" if needs_outside else "",
        "raw_line": f"wire [{top}:0] raw = {raw};" if params["flag"] == "carry" and signed else "",
        "result_line": f"assign {words['result']} = {picked};",
        "wrapped_line": f"assign {words['result']} = exact[{width - 1}:0] + 1'b1;",
        "flag_line": f"assign {words['flag']} = {flag if signed else flag.replace('raw', 'exact')};",
        "no_flag_line": f"assign {words['flag']} = 1'b0;",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    a, b, result = words["a"], words["b"], words["result"]
    low, high = _bounds(params)
    carry_in = words.get("carry_in", "")
    plus = f"`{a}` + `{b}`" + (f" + `{carry_in}`" if carry_in else "")
    minus = f"`{a}` - `{b}`" + (f" - `{carry_in}`" if carry_in else "")
    if params["operation"] == "both":
        level = params["subtract_level"]
        exact = (
            f"The exact value is {minus} while `{words['subtract']}` is {level}, and {plus} while it is {1 - level}."
        )
    else:
        exact = f"The exact value is {plus if params['operation'] == 'add' else minus}."
    reading = "signed (two's complement)" if params["range"] == "signed" else "unsigned"
    excess = {
        "wrap": f"only its lowest {params['width']} bits are kept",
        "saturate": f"the result is the nearest value that does fit, {low} or {high}",
    }[params["excess"]]
    flag = words["flag"]
    flags = {
        "carry": f"`{flag}` is the carry out of the highest bit of an addition, or the borrow of a subtraction (1 "
        "where what is subtracted is larger), both operands read as *unsigned* words.",
        "overflow": f"`{flag}` is 1 exactly where the exact value does not fit.",
        "zero": f"`{flag}` is 1 exactly where `{result}`, after rule 3, is 0.",
        "negative": f"`{flag}` is 1 exactly where the exact value, before rule 3, is below 0.",
    }
    return [
        f"`{a}` and `{b}` are {reading} numbers." + (f" `{carry_in}` is 0 or 1." if carry_in else ""),
        exact,
        f"`{result}` is the exact value where it fits, that is from {low} to {high}; where it does not, {excess}.",
        flags[params["flag"]],
    ]


def _cases(params: Params) -> list[dict[str, int]]:
    """Pairs of corner values, first those around overflow, with each operation and carry."""
    width = params["width"]
    half, full = 1 << width - 1, (1 << width) - 1
    pairs = [(3, 5), (half - 1, 1), (half, 1), (full, 1), (full, full), (half, half), (0, 0), (0, 1), (1, half)]
    pairs += [(a, b) for a in corners(width) for b in corners(width)]
    return [
        {"a": a, "b": b, "subtract": number & 1, "carry_in": number >> 1 & 1}
        for a, b in pairs
        for number in (range(4) if params["operation"] == "both" else (0, 2))
    ]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    width = params["width"]
    cases = _cases(params)
    for _ in range(80):
        a = random.getrandbits(width)
        near = (a + random.choice((-1, 0, 1))) % (1 << width)
        other = random.choice((near, ((1 << width) - near) % (1 << width), random.getrandbits(width)))
        cases.append({"a": a, "b": other, "subtract": random.getrandbits(1), "carry_in": random.getrandbits(1)})
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=60)


def _valid(params: Params) -> bool:
    """A level needs a choice of operation; sums of unsigned numbers are never negative; one flag is not told twice."""
    if params["operation"] != "both" and params["subtract_level"] == 0:
        return False
    if params["flag"] == "negative" and params["range"] == "unsigned":
        return False
    return not (params["flag"] == "carry" and params["range"] == "unsigned" and params["excess"] == "saturate")


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="adder_subtractor",
    revision=1,
    level=1,
    title="adder and subtractor",
    choices={
        "width": (3, 4, 5, 7, 8, 12, 16),
        "operation": ("add", "subtract", "both"),
        "subtract_level": (1, 0),
        "range": ("unsigned", "signed"),
        "excess": ("wrap", "saturate"),
        "carry_in": (False, True),
        "flag": _FLAGS,
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
