"""A multiplexer: lanes, encoding of the selection, order of the lanes and the word for a bad selection vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, numbered

_BAD = {
    "zero": "all bits are 0",
    "ones": "all bits are 1",
    "first": "lane 0 is selected",
    "last": "the last lane is selected",
    "default": "the default word is given",
}


def _select_width(params: Params) -> int:
    lanes = int(params["lanes"])
    return lanes if params["encoding"] in ("one_hot", "lowest") else (lanes - 1).bit_length()


def _covers(params: Params) -> bool:
    """Whether every selection names a lane."""
    return params["encoding"] in ("binary", "gray") and params["lanes"] == 1 << _select_width(params)


def _wiring(params: Params) -> Wiring:
    wiring, lanes, width = Wiring(params), params["lanes"], params["width"]
    order = "low bits" if params["order"] == "low_first" else "high bits"
    wiring.add("lanes", ("din", "lanes"), "input", f"{lanes} words, lane 0 in the {order}", width=lanes * width)
    if params["bad"] == "default":
        wiring.add("default", ("dflt", "default_word"), "input", "given where no lane is selected", width=width)
    about = {
        "binary": "number of the lane",
        "gray": "number of the lane in Gray code",
        "one_hot": "bit i selects lane i",
        "lowest": "bit i asks for lane i, the lowest wins",
    }[params["encoding"]]
    wiring.add("select", ("sel", "selection"), "input", about, width=_select_width(params))
    wiring.add("word", ("dout", "word"), "output", "the selected word", width=width)
    if not _covers(params):
        wiring.add("valid", ("vld", "valid"), "output", "1 where the selection names a lane")
    return wiring


def _lane(params: Params, select: int) -> int | None:
    """The lane that a selection names, None where it names none."""
    lanes = params["lanes"]
    match params["encoding"]:
        case "binary":
            return select if select < lanes else None
        case "gray":
            number, rest = 0, select
            while rest:
                number, rest = number ^ rest, rest >> 1
            return number if number < lanes else None
        case "one_hot":
            return select.bit_length() - 1 if select.bit_count() == 1 else None
    return (select & -select).bit_length() - 1 if select else None


def _function(params: Params, pins: Pins) -> Pins:
    lanes, width = params["lanes"], params["width"]
    mask = (1 << width) - 1
    words = [pins["lanes"] >> place * width & mask for place in range(lanes)]
    if params["order"] == "high_first":
        words.reverse()
    lane = _lane(params, pins["select"])
    if lane is not None:
        return {"word": words[lane], "valid": 1}
    word = {"zero": 0, "ones": mask, "first": words[0], "last": words[-1], "default": pins.get("default", 0)}
    return {"word": word[params["bad"]], "valid": 0}


def _fill(params: Params) -> dict[str, str]:
    wiring = _wiring(params)
    words = wiring.words()
    return {
        **words,
        "width": str(params["width"]),
        "count": str(params["lanes"]),
        "rules": numbered(_rules(params, words)),
        "example": _example(params, wiring),
        **_verilog(params, words),
    }


def _slice(params: Params, words: dict[str, str], lane: int) -> str:
    width = params["width"]
    place = lane if params["order"] == "low_first" else params["lanes"] - 1 - lane
    return f"{words['lanes']}[{place * width + width - 1}:{place * width}]"


def _verilog(params: Params, words: dict[str, str]) -> dict[str, str]:
    lanes, width, bits = params["lanes"], params["width"], _select_width(params)
    chosen = {
        "zero": f"{width}'d0",
        "ones": f"{{{width}{{1'b1}}}}",
        "first": _slice(params, words, 0),
        "last": _slice(params, words, lanes - 1),
        "default": words.get("default", ""),
    }[params["bad"]]
    codes = {
        "binary": [f"{bits}'d{lane}" for lane in range(lanes)],
        "gray": [f"{bits}'b{lane ^ lane >> 1:0{bits}b}" for lane in range(lanes)],
        "one_hot": [f"{bits}'b{1 << lane:0{bits}b}" for lane in range(lanes)],
        "lowest": [f"{bits}'b{'?' * (lanes - 1 - lane)}1{'0' * lane}" for lane in range(lanes)],
    }[params["encoding"]]
    arms = [f"{code}: picked = {_slice(params, words, lane)};" for lane, code in enumerate(codes)]
    covers = params["encoding"] in ("binary", "gray") and lanes == 1 << bits
    known = {
        "binary": f"{words['select']} < {lanes}",
        "gray": "named",
        "one_hot": f"({words['select']} != 0) && (({words['select']} & ({words['select']} - 1'b1)) == 0)",
        "lowest": f"|{words['select']}",
    }[params["encoding"]]
    default = f"default: picked = {chosen};"
    if covers:
        arms[-1] = arms[-1].replace(codes[-1], "default")
        default = ""
    named = ""
    if known == "named" and not covers:
        named = "wire named = " + " || ".join(f"{words['select']} == {code}" for code in codes) + ";"
    return {
        "keyword": "casez" if params["encoding"] == "lowest" else "case",
        "top_bit": str(width - 1),
        "arms": "\n            ".join(arms),
        "swapped_arms": "\n            ".join(
            [arms[0].replace(codes[0], codes[1]), arms[1].replace(codes[1], codes[0]), *arms[2:]]
        ),
        "default_arm": default,
        "zero_arm": "default: picked = 0;" if default and params["bad"] != "zero" else "default: picked = ~0;",
        "named_line": named,
        "valid_line": "" if covers else f"assign {words['valid']} = {known};",
        "invalid_line": "" if covers else f"assign {words['valid']} = 1'b0;",
    }


def _rules(params: Params, words: dict[str, str]) -> list[str]:
    lanes, width, select = params["lanes"], params["width"], words["select"]
    ends = (f"[{width - 1}:0]", f"[{lanes * width - 1}:{(lanes - 1) * width}]")
    first, last = ends if params["order"] == "low_first" else ends[::-1]
    meaning = {
        "binary": f"`{select}` is the number of the selected lane, in binary.",
        "gray": f"`{select}` is the number of the selected lane in reflected Gray code: lane n is selected by "
        "n XOR (n >> 1).",
        "one_hot": f"`{select}` selects lane i where bit i is its only bit that is 1.",
        "lowest": f"`{select}` asks for lane i where bit i is 1; of the lanes asked for, the one with the lowest "
        "number is selected.",
    }[params["encoding"]]
    return [
        f"`{words['lanes']}` holds {lanes} words of {width} bits side by side: lane 0 is `{words['lanes']}{first}`, "
        f"lane {lanes - 1} is `{words['lanes']}{last}`.",
        meaning,
        f"`{words['word']}` is the word of the selected lane"
        + ("." if _covers(params) else f", and `{words['valid']}` is 1."),
        _bad_text(params, words),
    ]


def _bad_text(params: Params, words: dict[str, str]) -> str:
    if _covers(params):
        return "Every selection names a lane."
    name = words["word"]
    given = {
        "zero": f"`{name}` is 0",
        "ones": f"all bits of `{name}` are 1",
        "first": f"`{name}` is the word of lane 0",
        "last": f"`{name}` is the word of lane {params['lanes'] - 1}",
        "default": f"`{name}` is `{words.get('default', '')}`",
    }[params["bad"]]
    none = {
        "one_hot": "no bit or more than one bit is 1",
        "lowest": "no bit is 1",
    }.get(params["encoding"], f"that would be lane {params['lanes']} or above")
    return f"Where a selection names no lane ({none}), {given}, and `{words['valid']}` is 0."


def _example(params: Params, wiring: Wiring) -> str:
    lanes, width = params["lanes"], params["width"]
    word = sum((lane + 1) % (1 << width) << lane * width for lane in range(lanes))
    selections = (1, 2, 0, (1 << _select_width(params)) - 1, 3)
    cases = [{"lanes": word, "select": select, "default": 1 << width - 1} for select in selections]
    return wiring.example(lambda pins: _function(params, pins), cases)


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every selection on words that differ in every bit; one-hot codes with one bit more."""
    bits, size = _select_width(params), params["lanes"] * params["width"]
    selections = list(range(1 << bits)) if bits <= 6 else [random.getrandbits(bits) for _ in range(40)]
    selections += [1 << place for place in range(bits)] * 2
    selections += [1 << place | 1 << random.randrange(bits) for place in range(bits)]
    cases = []
    for select in selections:
        word, default = random.getrandbits(size), random.getrandbits(params["width"])
        full, rest = (1 << size) - 1, (1 << params["width"]) - 1
        cases += [{"lanes": word, "select": select, "default": default}]
        cases += [{"lanes": full ^ word, "select": select, "default": rest ^ default}]
    random.shuffle(cases)
    # One input changes and the others stay, so that every one of them must be waited for.
    still = cases[0]
    cases += [{**still, "select": select} for select in selections[:12]]
    cases += [{**still, "default": place, "select": (1 << bits) - 1} for place in range(4)]
    return _wiring(params).drive(cases, random, count=40)


def _valid(params: Params) -> bool:
    """A rule for bad selections needs some."""
    return not (_covers(params) and params["bad"] != "zero")


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="multiplexer",
    revision=1,
    level=1,
    title="multiplexer",
    choices={
        "lanes": (3, 4, 5, 6),
        "width": (2, 3, 4, 8),
        "encoding": ("binary", "gray", "one_hot", "lowest"),
        "order": ("low_first", "high_first"),
        "bad": tuple(_BAD),
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
