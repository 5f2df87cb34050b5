"""A content-addressable memory: size, placing, masks, removal, rank of matches and output registers vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_WRITE = {
    "addressed": "Where `{write}` is 1, entry `{place}` takes `{word}`{mask} and is in use from then on, whether it "
    "was before "
    "or not.{range}",
    "allocated": "Where `{write}` is 1 and some entry is free, the free entry with the lowest number takes "
    "`{word}`{mask} and "
    "is in use from then on. Where all entries are in use, nothing is written. Free is what was free just before the "
    "edge: "
    "an entry that is removed at the same edge cannot be filled by it. `{full}` is 1 exactly while all entries are in "
    "use.",
}
_REMOVE = {
    "none": "Entries are not removed but by a reset.",
    "index": "Where `{remove}` is 1, entry `{gone}` becomes free.{range}{clash}",
    "key": "Where `{remove}` is 1, every entry that matches `{key}` just before the edge becomes free.{clash}",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    number = (params["entries"] - 1).bit_length()
    pinout.add("write", ("wr", "write"), "input", "write an entry")
    if params["placing"] == "addressed":
        pinout.add("place", ("wnum", "write_entry"), "input", "number of the entry to write", width=number)
    pinout.add("word", ("wkey", "write_key"), "input", "key to write", width=width)
    if params["masked"]:
        pinout.add("mask", ("wmask", "write_mask"), "input", "bits of the key that do not count", width=width)
    if params["removal"] != "none":
        pinout.add("remove", ("del", "remove"), "input", "remove entries")
    if params["removal"] == "index":
        pinout.add("gone", ("dnum", "remove_entry"), "input", "number of the entry to remove", width=number)
    pinout.add("key", ("key", "search_key"), "input", "key to look for", width=width)
    kind = params["lookup"]
    pinout.add("hit", ("hit", "match"), "output", f"some entry matches, {kind}")
    pinout.add("index", ("idx", "match_entry"), "output", f"number of the matching entry, {kind}", width=number)
    if params["several"]:
        pinout.add("several", ("multi", "several_match"), "output", f"more than one entry matches, {kind}")
    if params["placing"] == "allocated":
        pinout.add("full", ("full", "all_used"), "output", "all entries are in use")
    return pinout


class _Memory:
    """The specification, over a dictionary of the entries in use."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._used: dict[int, tuple[int, int]] = {}
        self._found = {"hit": 0, "index": 0, "several": 0}

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        found = self._found if self._params["lookup"] == "registered" else self._look(pins)
        return {**found, "full": int(len(self._used) == self._params["entries"])}

    def step(self, pins: Pins) -> None:
        self._found = self._look(pins)
        target = self._target(pins)
        if pins.get("remove"):
            leaving = [pins["gone"]] if self._params["removal"] == "index" else self._matches(pins)
            for place in leaving:
                self._used.pop(place, None)
        if target is not None:
            self._used[target] = (pins["word"], pins.get("mask", 0))

    def _target(self, pins: Pins) -> int | None:
        entries = range(self._params["entries"])
        free = [place for place in entries if place not in self._used]
        wanted = pins["place"] if self._params["placing"] == "addressed" else free[0] if free else None
        return wanted if pins["write"] and wanted in entries else None

    def _matches(self, pins: Pins) -> list[int]:
        key = pins["key"]
        return sorted(place for place, (word, mask) in self._used.items() if word | mask == key | mask)

    def _look(self, pins: Pins) -> dict[str, int]:
        matches = self._matches(pins)
        chosen = (matches or [0])[0 if self._params["rank"] == "lowest" else -1]
        return {"hit": int(bool(matches)), "index": chosen, "several": int(len(matches) > 1)}


def _fill(params: Params) -> Mapping[str, str]:
    pinout, entries = _pinout(params), params["entries"]
    words = pinout.words()
    mask = f" with the mask `{words.get('mask')}`" if params["masked"] else ""
    odd = f" A number of {entries} or more has no effect." if entries & entries - 1 else ""
    addressed = params["placing"] == "addressed"
    clash = " Where the same edge writes the entry, it holds what is written and is in use." if addressed else ""
    results = [f"`{words[key]}`" for key in ("hit", "index", "several") if key in words]
    values = {**words, "mask": mask, "range": odd, "clash": clash}
    registered = params["lookup"] == "registered"
    return words | _verilog(params, words) | {
        "entries": str(entries),
        "last": str(entries - 1),
        "width": str(params["width"]),
        "match_text": "its key equals the key looked for in every bit whose bit of the entry's mask is 0; bits with a "
        "mask "
        "bit of 1 do not count"
        if params["masked"]
        else "its key equals the key looked for",
        "rank": params["rank"],
        "write_text": _WRITE[params["placing"]].format_map(values),
        "remove_text": _REMOVE[params["removal"]].format_map(values),
        "several_text": f" `{words['several']}` is 1 where two or more entries match, and 0 otherwise."
        if params["several"]
        else "",
        "lookup_text": "At every rising edge outside reset the outputs of rule 2 take the result for the entries just "
        "before that edge, and keep it until the next one."
        if registered
        else "The outputs of rule 2 always show the result for the present entries, without an edge.",
        "reset_state": f" and sets {listed(results)} to 0" if registered else "",
        "timing_text": "All outputs change right after rising edges, or by a reset."
        if registered
        else f"The outputs of rule 2 follow `{words['key']}` without waiting for an edge and depend on no other input "
        "but "
        "an asynchronous reset.",
        "example": pinout.example(lambda: _Memory(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: the entries side by side in vectors, entry 0 at the right."""
    entries, width, masked = params["entries"], params["width"], params["masked"]
    lowest, registered = params["rank"] == "lowest", params["lookup"] == "registered"
    up, down = (
        f"place = 0; place < {entries}; place = place + 1",
        f"place = {entries - 1}; place >= 0; place = place - 1",
    )
    number_left = (entries - 1).bit_length() - 1
    part = f"[place * {width} +: {width}]"
    differs = f"(keys{part} ^ {words['key']})" + (f" & ~masks{part}" if masked else "")
    target = f"{words['write']} && {words.get('place')} == place"
    leaving = {"none": "1'b0", "key": f"{words.get('remove')} && equal[place]"}.get(
        params["removal"], f"{words.get('remove')} && {words.get('gone')} == place"
    )
    found = {"hit": "|equal", "index": "number", "several": "(equal & (equal - 1'b1)) != 0"}
    found = {key: value for key, value in found.items() if key in words}
    kept = {"hit": "", "index": f"[{number_left}:0] ", "several": ""}
    assigns = "".join(f"    assign {words[key]} = {f'kept_{key}' if registered else found[key]};\n" for key in found)
    return {
        "left": str(entries - 1),
        "bits_left": str(entries * width - 1),
        "number_left": str(number_left),
        "mask_memory": f"    reg [{entries * width - 1}:0] masks;\n" * masked,
        "differs": differs,
        "weakest_first": down if lowest else up,
        "strongest_first": up if lowest else down,
        "targets": f"            target[place] = {target};\n" * (params["placing"] == "addressed"),
        "allocation": f"        target = ~used & (used + 1'b1) & {{{entries}{{{words['write']}}}}};\n"
        * (params["placing"] == "allocated"),
        "leaves": leaving,
        "stores": f"                masks{part} <= {words.get('mask')};\n" * masked,
        "declarations": "".join(f"    reg {kept[key]}kept_{key};\n" for key in found) * registered,
        "resets": "".join(f"            kept_{key} <= 0;\n" for key in found) * registered,
        "updates": "".join(f"            kept_{key} <= {value};\n" for key, value in found.items()) * registered,
        "assigns": assigns + f"    assign {words.get('full')} = &used;\n" * (params["placing"] == "allocated"),
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Two entries with one key, a search, a removal."""
    write = {"write": 1, "word": 5, "key": 5}
    plan = [
        write | {"place": 1},
        write | {"place": 2, "mask": 1},
        {"key": 5},
        {"key": 4},
        {"key": 5, "remove": 1, "gone": 1},
    ]
    return [{"reset": 1}, *plan, {"key": 5}, {"write": 1, "word": 3, "key": 3}, {"key": 3}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Filling up and one more, searching each key, removing each entry, few keys often, then one input at a time."""
    width, entries = params["width"], params["entries"]
    top = 1 << (entries - 1).bit_length()
    pool = [0, (1 << width) - 1, *random.sample(range(1 << width), 3)]

    def cycle(write: float, remove: float, **others: int) -> dict[str, int]:
        near = random.choice(pool) ^ (1 << random.randrange(width) if random.random() < 0.3 else 0)
        mask = random.getrandbits(width) & random.getrandbits(width) if random.random() < 0.6 else 0
        pins = {"write": int(random.random() < write), "remove": int(random.random() < remove), "mask": mask}
        pins |= {"word": random.choice(pool), "key": near}
        return pins | {"place": random.randrange(top), "gone": random.randrange(top), **others}

    cycles = [cycle(1, 1, reset=1), cycle(0, 0), cycle(0, 1)]
    own = [random.getrandbits(width) for _ in range(top)]
    cycles += [cycle(1, 0, place=place, word=place, mask=1 << width - 1) for place in range(top)]
    cycles += [cycle(0, 0, key=place | 1 << width - 1) for place in range(top)] + [cycle(1, 1, reset=1)]
    for place, key in enumerate(own):
        cycles += [cycle(1, 0, place=place, word=key, key=key, mask=0), cycle(0, 0, key=key)]
    cycles += [cycle(1, 0, place=0, word=own[0]), *(cycle(0, 0, key=key) for key in own)]
    for place, key in enumerate(own):
        cycles += [
            cycle(0, 1, gone=place, key=key),
            cycle(0, 0, key=key),
            cycle(1, 1, place=place, gone=place, word=key),
        ]
    cycles += [cycle(1, 0, place=place, word=pool[place % 2], mask=0) for place in range(top)]
    cycles += [cycle(0, 0, key=pool[0]), cycle(1, 1, key=pool[0], gone=0, reset=0), cycle(0, 0), cycle(1, 1, reset=1)]
    cycles += [cycle(0, 0, key=key) for key in pool]
    while len(cycles) < 330:
        written, removed = random.choice(((0.9, 0.1), (0.5, 0.5), (0.2, 0.6), (0.1, 0.05)))
        cycles += [cycle(written, removed, reset=int(random.random() < 0.01)) for _ in range(6)]
    for _ in range(100):
        cycles.append(one_change(cycles[-1], cycle(0.6, 0.4, reset=0), random))
    steady = cycle(0, 0, key=pool[0])
    insert = {**steady, "write": 1, "word": pool[0], "mask": 0}
    return [*cycles, insert, steady, {**steady, "reset": 1}, steady, steady]


FAMILY = Family(
    name="content_addressable_memory",
    revision=1,
    level=4,
    title="content-addressable memory",
    choices={
        "entries": (3, 4, 6, 8),
        "width": (4, 5, 7),
        "placing": ("addressed", "allocated"),
        "masked": (False, True),
        "removal": ("none", "index", "key"),
        "rank": ("lowest", "highest"),
        "several": (False, True),
        "lookup": ("combinational", "registered"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("content_addressable_memory", "cam", "match_table"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Memory(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "memory", "search"),
)
