"""A bit counter: what is counted, a mask, a limit of the count and a flag vary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, corners, numbered

_COUNTED = {
    "ones": "the number of bits that are 1",
    "zeros": "the number of bits that are 0",
    "leading_zeros": "the number of zeros above the highest bit that is 1",
    "leading_ones": "the number of ones above the highest bit that is 0",
    "trailing_zeros": "the number of zeros below the lowest bit that is 1",
    "trailing_ones": "the number of ones below the lowest bit that is 0",
    "changes": "the number of neighbouring pairs of bits that differ",
}
_FLAGS = {"none": "", "odd": "is odd", "all": "is the largest that is possible", "many": "is at least {threshold}"}


def _largest(params: Params) -> int:
    return int(params["width"]) - int(params["counted"] == "changes")


def _limit(params: Params) -> int:
    """The largest count that is told."""
    return _largest(params) if params["limit"] == "none" else _largest(params) // 2 + 1


def _threshold(params: Params) -> int:
    return _largest(params) // 2


def _wiring(params: Params) -> Wiring:
    wiring, width = Wiring(params), params["width"]
    wiring.add("word", ("din", "word"), "input", "word to be looked at", width=width)
    if params["mask"]:
        wiring.add("mask", ("mask", "mask"), "input", params["mask"] + " with the word first", width=width)
    wiring.add("count", ("cnt", "count"), "output", "the count", width=_limit(params).bit_length())
    if params["flag"] != "none":
        about = _FLAGS[params["flag"]].format(threshold=_threshold(params))
        wiring.add("flag", ("flag", "flag"), "output", f"1 where the exact count {about}")
    return wiring


def _function(params: Params, pins: Pins) -> Pins:
    """The specification on the word as text."""
    width, word = params["width"], pins["word"]
    if params["mask"] == "AND":
        word &= pins["mask"]
    elif params["mask"] == "XOR":
        word ^= pins["mask"]
    text = f"{word:0{width}b}"
    counted = params["counted"]
    exact = {
        "ones": text.count("1"),
        "zeros": text.count("0"),
        "leading_zeros": width - len(text.lstrip("0")),
        "leading_ones": width - len(text.lstrip("1")),
        "trailing_zeros": width - len(text.rstrip("0")),
        "trailing_ones": width - len(text.rstrip("1")),
        "changes": sum(left != right for left, right in pairwise(text)),
    }[counted]
    flag = {
        "none": False,
        "odd": exact % 2 == 1,
        "all": exact == _largest(params),
        "many": exact >= _threshold(params),
    }[params["flag"]]
    return {"count": min(exact, _limit(params)), "flag": int(flag)}


def _fill(params: Params) -> dict[str, str]:
    wiring, width = _wiring(params), params["width"]
    words, counted = wiring.words(), params["counted"]
    operator = {"": "", "AND": f" & {words.get('mask')}", "XOR": f" ^ {words.get('mask')}"}[params["mask"]]
    bits = _largest(params).bit_length()
    body = _run_loop(params) if counted.startswith(("leading", "trailing")) else _sum_loop(params)
    limit = _limit(params)
    limited = f"(exact > {bits}'d{limit}) ? {limit.bit_length()}'d{limit} : exact[{limit.bit_length() - 1}:0]"
    flag = {
        "none": "",
        "odd": "exact[0]",
        "all": f"exact == {bits}'d{_largest(params)}",
        "many": f"exact >= {bits}'d{_threshold(params)}",
    }[params["flag"]]
    return {
        **words,
        "width": str(width),
        "rules": numbered(_rules(params, words)),
        "example": wiring.example(lambda pins: _function(params, pins), _cases(params), decimal=("count",)),
        "top_bit": str(width - 1),
        "bits_top": str(bits - 1),
        "bits": str(bits),
        "seen_line": f"wire [{width - 1}:0] seen = {words['word']}{operator};",
        "plain_line": f"wire [{width - 1}:0] seen = ~({words['word']}{operator});",
        "running_line": "reg running;" if "running" in body else "",
        "body": body,
        "count_line": f"assign {words['count']} = " + (f"{limited};" if params["limit"] != "none" else "exact;"),
        "more_line": f"assign {words['count']} = exact + 1'b1;",
        "flag_line": f"assign {words['flag']} = {flag};" if flag else "",
    }


def _sum_loop(params: Params) -> str:
    term = {"ones": "seen[i]", "zeros": "!seen[i]", "changes": "(seen[i] ^ seen[i + 1])"}[params["counted"]]
    return (
        f"for (i = 0; i < {_largest(params)}; i = i + 1)\n"
        f"            exact = exact + {{{_largest(params).bit_length() - 1}'b0, {term}}};"
    )


def _run_loop(params: Params) -> str:
    width, counted = params["width"], params["counted"]
    bit = "seen[i]" if counted.endswith("ones") else "!seen[i]"
    loop = (
        f"for (i = {width - 1}; i >= 0; i = i - 1)"
        if counted.startswith("leading")
        else f"for (i = 0; i < {width}; i = i + 1)"
    )
    return (
        "running = 1'b1;\n"
        f"        {loop} begin\n"
        f"            if ({'!' if bit == 'seen[i]' else ''}seen[i])\n"
        "                running = 1'b0;\n"
        "            if (running)\n"
        "                exact = exact + 1'b1;\n"
        "        end"
    )


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    word, count = words["word"], words["count"]
    looked = f"The word that is looked at is `{word}`" + (
        f" {params['mask']} `{words['mask']}`, bit by bit." if params["mask"] else " as it is."
    )
    whole = {
        "leading_zeros": "a word of zeros",
        "trailing_zeros": "a word of zeros",
        "leading_ones": "a word of ones",
        "trailing_ones": "a word of ones",
    }.get(params["counted"])
    exact = f"The exact count is {_COUNTED[params['counted']]}" + (
        f"; for {whole} it is {params['width']}." if whole else "."
    )
    limit = _limit(params)
    told = (
        f"`{count}` is the exact count."
        if params["limit"] == "none"
        else (f"`{count}` is the exact count where that is at most {limit}, and {limit} where it is more.")
    )
    about = _FLAGS[params["flag"]].format(threshold=_threshold(params))
    if params["flag"] == "all":
        about += f" ({_largest(params)})"
    return [looked, exact, told, f"`{words['flag']}` is 1 exactly where the exact count {about}." if about else ""]


def _cases(params: Params) -> list[dict[str, int]]:
    width = params["width"]
    full = (1 << width) - 1
    words = [0b101 << width - 4, 6, full, 0, full - 1, full >> 1, *corners(width)]
    words += [1 << place for place in range(width)] + [full ^ 1 << place for place in range(width)]
    words += [full >> place for place in range(width)] + [full << place & full for place in range(width)]
    neutral = full if params["mask"] == "AND" else 0
    return [{"word": word, "mask": neutral} for word in words]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    width = params["width"]
    full, cases = (1 << width) - 1, _cases(params)
    for case in list(cases):
        mask = random.getrandbits(width)
        word = case["word"] ^ mask if params["mask"] == "XOR" else case["word"] | (random.getrandbits(width) & ~mask)
        cases.append({"word": word & full, "mask": mask})
    random.shuffle(cases)
    return _wiring(params).drive(cases, random, count=150)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="bit_counter",
    revision=1,
    level=1,
    title="bit counter",
    choices={
        "width": (4, 5, 6, 8, 10, 12, 16),
        "counted": tuple(_COUNTED),
        "mask": ("", "AND", "XOR"),
        "limit": ("none", "half"),
        "flag": tuple(_FLAGS),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    tags=("combinational", "arithmetic"),
)
