"""A sorting network over records: number, key, order, ties, packing and which places of the order come out vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, listed
from ecot.envs.verilog.family import Family, Inputs, Params, Port
from ecot.envs.verilog.wiring import Pins, Wired, Wiring, signed_value

_PLACES: Mapping[str, Mapping[int, tuple[int, ...]]] = {
    "all": {3: (0, 1, 2), 4: (0, 1, 2, 3)},
    "ends": {3: (0, 2), 4: (0, 3)},
    "middle": {3: (1,), 4: (1, 2)},
}
"""The places of the order that come out, by number of records."""
_SPELLING = (("a", "first"), ("b", "second"), ("c", "third"), ("d", "fourth"))
_NEIGHBOURS = {3: ((0, 1), (1, 2), (0, 1)), 4: ((0, 1), (2, 3), (1, 2), (0, 1), (2, 3), (1, 2))}
"""Which lanes are compared one after the other; neighbours only, so that equal keys never pass each other."""
_ENDS = ((0, 1), (2, 3), (0, 2), (1, 3))
"""Enough for the first and the last of four; every pair of lanes still holds records in their order of arrival."""


def _width(params: Params) -> int:
    return int(params["key"] + params["tag"])


def _places(params: Params) -> tuple[int, ...]:
    return _PLACES[str(params["outputs"])][int(params["records"])]


def _wiring(params: Params) -> Wiring:
    wiring, width, count = Wiring(params), _width(params), params["records"]
    if params["packed"]:
        about = f"the records, record i in bits {width} * i + {width - 1} down to {width} * i"
        wiring.add("records", ("din", "records"), "input", about, width=width * count)
    else:
        for number, (short, long) in enumerate(_SPELLING[:count]):
            wiring.add(f"record_{number}", (short, f"{long}_record"), "input", f"record {number}", width=width)
    for place in _places(params):
        names = (f"o{place}", f"place_{place}")
        wiring.add(f"place_{place}", names, "output", f"record at place {place} of the order", width=width)
    return wiring


def _key(params: Params, record: int) -> int:
    low, bits = 0 if params["key_at"] == "low" else params["tag"], params["key"]
    key = record >> low & (1 << bits) - 1
    return signed_value(key, bits) if params["range"] == "signed" else key


def _function(params: Params, pins: Pins) -> Pins:
    """The specification by a sort that keeps the order of equal keys."""
    width, count = _width(params), params["records"]
    if params["packed"]:
        records = [pins["records"] >> width * number & (1 << width) - 1 for number in range(count)]
    else:
        records = [pins[f"record_{number}"] for number in range(count)]
    if params["ties"] == "last":
        records.reverse()
    sign = 1 if params["order"] == "ascending" else -1
    placed = sorted(records, key=lambda record: sign * _key(params, record))
    return {f"place_{place}": record for place, record in enumerate(placed)}


def _fill(params: Params) -> dict[str, str]:
    wiring, width = _wiring(params), _width(params)
    words, count = wiring.words(), params["records"]
    low = 0 if params["key_at"] == "low" else params["tag"]
    ties = {"first": "lower", "last": "higher"}[params["ties"]]
    places = [f"`{words[f'place_{place}']}` (place {place})" for place in _places(params)]
    other = {"last": "first", "first": "last"}[params["ties"]]
    return {
        **words,
        "count": str(count),
        "last": str(count - 1),
        "width": str(width),
        "left": str(width - 1),
        "key_top": str(low + params["key"] - 1),
        "key_low": str(low),
        "key_bits": str(params["key"]),
        "tag_text": f"{params['tag']} other bit{'s' * (params['tag'] > 1)}",
        "range_text": "signed (two's complement)" if params["range"] == "signed" else "unsigned",
        "order_text": "smallest" if params["order"] == "ascending" else "largest",
        "ties_text": ties,
        "places_text": f"The outputs are {listed(places)}." if len(places) > 1 else f"The output is {places[0]}.",
        "example": wiring.example(lambda pins: _function(params, pins), _cases(params, _EXAMPLE)),
        "swaps": _swaps(params),
        "whole_swaps": _swaps(params, whole=True),
        "other_range_swaps": _swaps({**params, "range": "signed" if params["range"] == "unsigned" else "unsigned"}),
        "network": _network(params, words, ties=params["ties"]),
        "other_ties_network": _network(params, words, ties=other),
        "short_network": _network(params, words, ties=params["ties"], skipped=1),
    }


def _swaps(params: Params, *, whole: bool = False) -> str:
    """Whether the record behind has to go first: by its key, or by all of its bits."""
    low = 0 if params["key_at"] == "low" else params["tag"]
    part = "" if whole else f"[{low + params['key'] - 1}:{low}]"
    behind, ahead = f"behind{part}", f"ahead{part}"
    if params["range"] == "signed":
        behind, ahead = f"$signed({behind})", f"$signed({ahead})"
    return f"{behind} {'<' if params['order'] == 'ascending' else '>'} {ahead}"


def _network(params: Params, words: Mapping[str, str], *, ties: str, skipped: int = 0) -> str:
    """The exchanges, each between two lanes; `skipped` of the last are left out."""
    width, count = _width(params), params["records"]
    if params["packed"]:
        lanes = [f"{words['records']}[{width * number + width - 1}:{width * number}]" for number in range(count)]
    else:
        lanes = [words[f"record_{number}"] for number in range(count)]
    if ties == "last":
        lanes.reverse()
    pairs = _ENDS if count == 4 and params["outputs"] == "ends" else _NEIGHBOURS[count]
    pairs = pairs[: len(pairs) - skipped]
    outputs = {place: words[f"place_{place}"] for place in _places(params)}
    lines = []
    for number, (upper, lower) in enumerate(pairs):
        given = f".ahead({lanes[upper]}), .behind({lanes[lower]})"
        lanes[upper], lanes[lower] = f"front_{number}", f"back_{number}"
        lines.append((number, given))
    used = " ".join([*(given for _, given in lines), *(f"({lanes[place]})" for place in outputs)])
    text = []
    for number, given in lines:
        ends = [end for end in ("front", "back") if f"({end}_{number})" in used]
        connected = ", ".join(f".{end}({end}_{number})" for end in ends)
        text.append(f"    wire [{width - 1}:0] {', '.join(f'{end}_{number}' for end in ends)};")
        text.append(f"    exchange exchange_{number} ({given}, {connected});")
    text += [f"    assign {name} = {lanes[place]};" for place, name in outputs.items()]
    return "\n".join(text)


_EXAMPLE = ((0, 1, 2, 3), (3, 2, 1, 0), (1, 1, 0, 0), (2, 0, 2, 0), (2, 1, 1, 1))


def _cases(params: Params, ranks: Sequence[Sequence[int]], random: Random | None = None) -> list[dict[str, int]]:
    """Records whose keys are of given ranks among all keys; tags count up, or are drawn."""
    random_keys = random or Random(1)
    width, count, bits = _width(params), params["records"], params["key"]
    cases = []
    for rank in ranks:
        keys = sorted(random_keys.sample(range(1 << bits), count))
        tags = [random.getrandbits(params["tag"]) if random else number + 1 for number in range(count)]
        records = []
        for place, tag in zip(rank, tags, strict=False):
            key, tag = keys[place % count], tag % (1 << params["tag"])
            records.append(tag << bits | key if params["key_at"] == "low" else key << params["tag"] | tag)
        packed = sum(record << width * number for number, record in enumerate(records))
        cases.append({"records": packed, **{f"record_{number}": record for number, record in enumerate(records)}})
    return cases


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Every order of the keys with every pattern of ties, with other keys and tags each time."""
    count = params["records"]
    ranks = [list(rank) for rank in product(range(count), repeat=count)] * (4 if count == 3 else 1)
    random.shuffle(ranks)
    return _wiring(params).drive(_cases(params, ranks, random), random, count=60)


def _ports(params: Params) -> Sequence[Port]:
    return _wiring(params).in_order()


def _model(params: Params) -> Wired:
    return _wiring(params).model(lambda pins: _function(params, pins))


FAMILY = Family(
    name="sorting_network",
    revision=1,
    level=1,
    title="sorting network for records",
    choices={
        "records": (3, 4),
        "key": (2, 3, 4, 5),
        "tag": (1, 2, 3),
        "key_at": ("low", "high"),
        "range": ("unsigned", "signed"),
        "order": ("ascending", "descending"),
        "ties": ("first", "last"),
        "outputs": tuple(_PLACES),
        "packed": (False, True),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming",),
    held_out=True,
    tags=("combinational", "sorting"),
)
