"""The rules of a draw of the Hamming code in words, and the body of its solution in Verilog."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.clocking import listed
from ecot.envs.verilog.families.hamming_code.model import can_fail, checks, data_positions, length, order
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.wiring import numbered

_REPORT = {
    "flag": "`{corrected}` is 1 exactly where a bit was inverted by rule {rule}; the bit may be a check bit.",
    "syndrome": "`{syndrome}` is the syndrome.",
    "word": "`{word}` is the whole code word after rule {rule}, in the same layout as `{code}`.",
}


def layout(params: Params, code: str) -> str:
    """A table of what each bit of the code word holds."""
    rows = [f"| bit of `{code}` | position | holds |", "|---:|---:|---|"]
    names = {position: f"data bit {bit}" for bit, position in enumerate(data_positions(params))}
    for bit, position in enumerate(order(params)):
        held = names.get(position, f"check bit {position}") if position else "overall bit"
        rows.append(f"| {bit} | {position or '-'} | {held} |")
    return "\n".join(rows)


def rules(params: Params, words: Mapping[str, str]) -> str:
    """The numbered behaviour."""
    last, parity = length(params), params["parity"]
    groups = [
        f"check bit {1 << number} belongs to the group of positions "
        f"{listed([str(place) for place in range(1, last + 1) if place >> number & 1])}"
        for number in range(checks(params))
    ]
    found = [
        "A position belongs to the group of check bit c where bit c is set in the position's binary number: "
        + "; ".join(groups)
        + ".",
        f"In a right code word, each group (its check bit included) holds an {parity} number of ones.",
        f"The overall bit is such that the whole code word, with it, holds an {parity} number of ones."
        if params["extended"]
        else "",
    ]
    found += _encoder(words) if params["task"] == "encode" else _corrector(params, words)
    return numbered(found)


def _encoder(words: Mapping[str, str]) -> list[str]:
    return [f"`{words['code']}` is the right code word whose data bits are those of `{words['data']}`."]


def _corrector(params: Params, words: Mapping[str, str]) -> list[str]:
    last, zero = length(params), params["failed"] == "zero"
    suspect = "the whole word breaks rule 3" if params["extended"] else "the syndrome is not 0"
    beyond = last + 1 < 1 << checks(params)
    limit = f" and the syndrome is at most {last}" if beyond else ""
    overall = " (syndrome 0: the overall bit)" if params["extended"] else ""
    rule = 5 if params["extended"] else 4
    fails = (
        f"Where the syndrome is not 0 and rule {rule} inverts nothing, the word cannot be corrected: "
        f"`{words.get('fails')}` is 1"
        + (f" and `{words['data']}` is 0" if zero else f", and `{words['data']}` holds the data bits as received")
        + f". Otherwise `{words.get('fails')}` is 0."
    )
    even = f", even where rule {rule + 2} says 0 for the data" if zero and can_fail(params) else ""
    received = f" It is the received word where nothing is inverted{even}."
    report = _REPORT[params["report"]].format_map({**words, "rule": rule})
    return [
        f"`{words['code']}` is a received word, which may break these rules. Its *syndrome* is the sum of the numbers "
        "c of those check bits whose group breaks rule 2 (0 where none does).",
        f"Where {suspect}{limit}, the bit at the position that the syndrome names{overall} is inverted.",
        f"`{words['data']}` holds the data bits of the word after rule {rule}"
        + (f", but for rule {rule + 2}." if can_fail(params) and zero else "."),
        fails if can_fail(params) else "",
        report + (received if params["report"] == "word" else ""),
    ]


def body(params: Params, words: Mapping[str, str], *, last: int | None = None, corrects: bool = True) -> str:
    """The Verilog between header and `endmodule`; groups end at position `last`."""
    last = length(params) if last is None else last
    lines = _encode(params, words, last) if params["task"] == "encode" else _correct(params, words, last, corrects)
    return "\n".join(f"    {line}" for line in lines)


def _reduce(params: Params) -> str:
    return "~^" if params["parity"] == "odd" else "^"


def _encode(params: Params, words: Mapping[str, str], last: int) -> list[str]:
    places, width, reduce = data_positions(params), params["width"], _reduce(params)
    lines = []
    for number in range(checks(params)):
        mask = "".join(str(int(place <= last and place >> number & 1)) for place in reversed(places))
        lines.append(f"wire check_{1 << number} = {reduce}({words['data']} & {width}'b{mask});")
    names = {place: f"{words['data']}[{bit}]" for bit, place in enumerate(places)}
    names |= {1 << number: f"check_{1 << number}" for number in range(checks(params))}
    if params["extended"]:
        held = ", ".join([words["data"], *(names[1 << number] for number in range(checks(params)))])
        lines.append(f"wire overall = {reduce}{{{held}}};")
    names[0] = "overall"
    return [*lines, f"assign {words['code']} = {{{', '.join(names[place] for place in reversed(order(params)))}}};"]


def _correct(params: Params, words: Mapping[str, str], last: int, corrects: bool) -> list[str]:
    top, first, reduce = length(params), 0 if params["extended"] else 1, _reduce(params)
    sorted_bits = [f"{words['code']}[{order(params).index(place)}]" for place in range(top, first - 1, -1)]
    straight = params["layout"] == "ascending"
    groups = [
        "".join(str(int(place <= last and place >> number & 1)) for place in range(top, first - 1, -1))
        for number in range(checks(params))
    ]
    sums = ", ".join(f"{reduce}(place & {top + 1 - first}'b{mask})" for mask in reversed(groups))
    flip = f"{reduce}{words['code']}" if params["extended"] else "1'b1"
    lines = [
        f"wire [{top}:{first}] place = {words['code'] if straight else '{' + ', '.join(sorted_bits) + '}'};",
        f"wire [{checks(params) - 1}:0] sums = {{{sums}}};",
        f"wire [{top}:0] flip = {flip} << sums;",
        f"wire [{top}:{first}] fixed = place{f' ^ flip[{top}:{first}]' if corrects else ''};",
    ]
    return [*lines, *_outputs(params, words, first)]


def _outputs(params: Params, words: Mapping[str, str], first: int) -> list[str]:
    top = length(params)
    data = ", ".join(f"fixed[{place}]" for place in reversed(data_positions(params)))
    blank = f"{words['fails']} ? {params['width']}'d0 : " if params["failed"] == "zero" else ""
    word = ", ".join(f"fixed[{place}]" for place in reversed(order(params)))
    lines = []
    if can_fail(params):
        lines.append(f"assign {words['fails']} = flip == 0{' && |sums' if params['extended'] else ''};")
    lines.append(f"assign {words['data']} = {blank}{{{data}}};")
    reports = {
        "flag": f"assign {words.get('corrected')} = |flip[{top}:{first}];",
        "syndrome": f"assign {words.get('syndrome')} = sums;",
        "word": f"assign {words.get('word')} = {{{word}}};",
    }
    return [*lines, reports[params["report"]]]
