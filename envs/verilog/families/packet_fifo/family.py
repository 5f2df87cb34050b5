"""A FIFO whose words become readable a packet at a time: ends, drops, overflow, read mode and reports vary."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_END = {
    "last_strobe": "A word that is stored with `{last}` at 1 ends the open packet and commits it, itself included.",
    "last_bad": "A word that is stored with `{last}` at 1 ends the open packet, itself included: it commits the "
    "packet where "
    "`{bad}` is 0 and drops it where `{bad}` is 1. `{bad}` is looked at together with `{last}` only.",
    "commit_strobe": "A rising edge that finds `{commit}` at 1 commits the open packet, a word that it stores "
    "included. With "
    "an empty packet that has no effect.",
}
_OVERFLOW = {
    "refuse": "Where `{push}` is 1 and {depth} words are held, the word is lost and has no effect{marks}; the open "
    "packet "
    "goes on with the next word.",
    "poison": "Where `{push}` is 1 and {depth} words are held, the word is lost and with it the whole packet: the "
    "words of the "
    "open packet are dropped at that edge, and all further words up to and including its end are neither stored nor "
    "counted as lost. The end is {end}; {this} Nothing of such a packet is committed, and the words after its end "
    "make a "
    "new one.",
}
_READ = {
    "fall_through": "While a committed word is held, `{out}` shows the oldest one without any read{mark}: a read "
    "acknowledges "
    "it. While none is held `{out}` is unspecified{mark_open}.",
    "registered": "An edge that reads puts the word that leaves on `{out}`{mark}; at all other edges {kept}.",
}


def _pinout(params: Params) -> Pinout:
    pinout, width, end = Pinout(params), params["width"], params["end"]
    pinout.add("push", ("push", "write"), "input", "write a word")
    pinout.add("data", ("din", "write_data"), "input", "the word", width=width)
    if end != "commit_strobe":
        pinout.add("last", ("eop", "write_last"), "input", "the word is the last of its packet")
    if end == "last_bad":
        pinout.add("bad", ("bad", "write_bad"), "input", "the packet is bad")
    if end == "commit_strobe":
        pinout.add("commit", ("cmt", "commit"), "input", "commit the open packet")
    if end != "last_bad":
        pinout.add("drop", ("drp", "drop"), "input", "drop the open packet")
    pinout.add("pop", ("pop", "read"), "input", "read a word")
    about = "the oldest committed word" if params["read"] == "fall_through" else "the word read last"
    pinout.add("out", ("dout", "read_data"), "output", about, width=width)
    if params["mark"]:
        pinout.add("mark", ("dlast", "read_last"), "output", "the word at the output is the last of its packet")
    pinout.add("empty", ("empty", "none_readable"), "output", "no committed word is held")
    pinout.add("full", ("full", "no_space"), "output", "no more words fit")
    if params["count"] != "none":
        about = "number of committed words held" if params["count"] == "readable" else "number of words that still fit"
        pinout.add("count", ("cnt", "word_count"), "output", about, width=params["depth"].bit_length())
    if params["report"]:
        pinout.add("lost", ("ovf", "word_lost"), "output", "the latest edge lost a word")
    return pinout


class _Queue:
    """The specification, over the words that can be read and those of the open packet."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._committed: deque[tuple[int, int]] = deque()
        self._open: list[tuple[int, int]] = []
        self._poisoned = False
        self._read, self._lost = (0, 0), 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        readable, depth = len(self._committed), self._params["depth"]
        held = readable + len(self._open)
        shown: tuple[int | None, int | None] = self._read
        if self._params["read"] == "fall_through":
            shown = self._committed[0] if readable else (None, None)
        count = readable if self._params["count"] == "readable" else depth - held
        flags = {"empty": int(not readable), "full": int(held == depth), "lost": self._lost}
        return {"out": shown[0], "mark": shown[1], "count": count, **flags}

    def step(self, pins: Pins) -> None:
        full = len(self._committed) + len(self._open) == self._params["depth"]
        if pins["pop"] and self._committed:
            self._read = self._committed.popleft()
        self._lost = 0
        stored = bool(pins["push"]) and not self._poisoned and not full
        if stored:
            self._open.append((pins["data"], pins.get("last", 0)))
        elif pins["push"] and not self._poisoned:
            self._lost = 1
            if self._params["overflow"] == "poison":
                self._open, self._poisoned = [], True
        self._finish(pins, stored=stored)

    def _finish(self, pins: Pins, *, stored: bool) -> None:
        last = bool(pins.get("last")) and (stored or (self._poisoned and bool(pins["push"])))
        dropped = bool(pins.get("drop")) or (last and bool(pins.get("bad")))
        if last or dropped or pins.get("commit"):
            if not dropped:
                self._committed.extend(self._open)
            self._open, self._poisoned = [], False


def _fill(params: Params) -> Mapping[str, str]:
    pinout, depth, end = _pinout(params), params["depth"], params["end"]
    words = pinout.words()
    registered, marked = params["read"] == "registered", params["mark"]
    mark, last = f"`{words.get('mark')}`", f"`{words.get('last')}`"
    ends = [f"a rising edge that finds `{words['push']}` and {last} at 1"] * ("last" in words)
    ends += [f"one that finds `{words[key]}` at 1" for key in ("commit", "drop") if key in words]
    held = f"`{words['out']}` and {mark} keep their values" if marked else f"`{words['out']}` keeps its value"
    values = {
        **words,
        "depth": str(depth),
        "marks": f", whatever {last} is" if "last" in words else "",
        "end": " or ".join(ends),
        "this": "where the edge that loses the word is such an edge, the packet ends there.",
        "mark": f", and {mark} tells whether it was written with {last} at 1" if marked else "",
        "mark_open": f", and so is {mark}" if marked else "",
        "kept": held,
    }
    zeroed = [f"`{words[key]}`" for key in ("out", "mark") if registered and key in words]
    zeroed += [f"`{words.get('lost')}`"] * params["report"]
    return words | _verilog(params, words) | {
        "depth": str(depth),
        "width": str(params["width"]),
        "end_text": _END[end].format_map(values),
        "drop_text": f"A rising edge that finds `{words.get('drop')}` at 1 drops the open packet, a word that it "
        "stores "
        "included"
        + (f", even where `{words['commit']}` is 1." if "commit" in words else f", even where that word has {last} at "
        "1.")
        if "drop" in words
        else "There is no other way to drop a packet.",
        "overflow_text": _OVERFLOW[params["overflow"]].format_map(values),
        "read_text": _READ[params["read"]].format_map(values),
        "count_text": {
            "none": "",
            "readable": f" `{words.get('count')}` is the number of committed words held.",
            "free": f" `{words.get('count')}` is {depth} minus the number of words held.",
        }[params["count"]],
        "report_text": f" After each rising edge outside reset `{words.get('lost')}` is 1 where that edge lost a word "
        "(rule 6), "
        "and 0 otherwise."
        if params["report"]
        else "",
        "reset_state": f" and sets {listed(zeroed)} to 0" if zeroed else "",
        "example": pinout.example(lambda: _Queue(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: `begin_place` is where the open packet begins, `pending` how many words it has."""
    depth, width, marked = params["depth"], params["width"], params["mark"]
    poison, registered, report = params["overflow"] == "poison", params["read"] == "registered", params["report"]
    size, push, last = width + marked, words["push"], words.get("last")
    step = "{0} + 1'b1" if depth & depth - 1 == 0 else "({0} == DEPTH - 1) ? 0 : {0} + 1'b1"
    cuts = [words[key] for key in ("drop",) if key in words] + [f"store && {last} && {words.get('bad')}"] * (
        "bad" in words
    )
    ends = [f"{push} && {last}"] * ("last" in words) + [words[key] for key in ("commit", "drop") if key in words]
    shown = "latest" if registered else "memory[head]"
    outputs = f"{{{words.get('mark')}, {words['out']}}}" if marked else words["out"]
    lost = f"    wire lose = {push} && is_full" + " && !poisoned" * poison + ";\n"
    return {
        "word_left": str(size - 1),
        "place_left": str((depth - 1).bit_length() - 1),
        "count_left": str(depth.bit_length() - 1),
        "declarations": f"    reg [{size - 1}:0] latest;\n" * registered + "    reg poisoned;\n" * poison
        + "    reg was_lost;\n" * report,
        "store": f"{push} && !is_full" + " && !poisoned" * poison,
        "lose_wire": lost * (poison or report),
        "cut": " || ".join([f"({cut})" for cut in cuts] + ["lose"] * poison),
        "commits": words.get("commit", f"store && {last}"),
        "stored_word": f"{{{last}, {words['data']}}}" if marked else words["data"],
        "next_tail": step.format("tail"),
        "next_head": step.format("head"),
        "resets": "            latest <= 0;\n" * registered + "            poisoned <= 1'b0;\n" * poison
        + "            was_lost <= 1'b0;\n" * report,
        "updates": "            if (take)\n                latest <= memory[head];\n" * registered
        + f"            poisoned <= (poisoned || lose) && !({' || '.join(ends)});\n" * poison
        + "            was_lost <= lose;\n" * report,
        "assigns": f"    assign {outputs} = {shown};\n"
        + {"none": "", "readable": f"    assign {words.get('count')} = held - pending;\n",
           "free": f"    assign {words.get('count')} = DEPTH - held;\n"}[params["count"]]
        + f"    assign {words.get('lost')} = was_lost;\n" * report,
    }  # fmt: skip


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A packet of two words, one that is dropped, and too many words."""
    first = [{"push": 1, "data": 1}, {"push": 1, "data": 2, "last": 1, "commit": 1}]
    second = [{"push": 1, "data": 3, "pop": 1}, {"push": 1, "data": 4, "last": 1, "bad": 1, "drop": 1}, {"pop": 1}]
    many = [{"push": 1, "data": number % 8} for number in range(5, 6 + params["depth"])]
    return [{"reset": 1}, *first, {}, *second, *many, {"push": 1, "data": 1, "last": 1, "commit": 1}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Packets of every length, committed and dropped in every way, too long ones, reads meanwhile, resets."""
    depth, width = params["depth"], params["width"]

    def cycle(push: float, pop: float, **others: int) -> dict[str, int]:
        pins = {"push": int(random.random() < push), "pop": int(random.random() < pop), "bad": random.randrange(2)}
        return pins | {"data": random.getrandbits(width), **others}

    good, bad = {"last": 1, "commit": 1, "bad": 0}, {"last": 1, "drop": 1, "bad": 1}
    cycles = [cycle(1, 1, reset=1, **good), cycle(0, 1), cycle(0, 0, commit=1)]
    for size in range(1, depth + 3):
        for end in (good, bad, {**good, "drop": 1}):
            cycles += [cycle(1, 0) for _ in range(size - 1)] + [cycle(1, 0, **end), cycle(0, 0)]
            cycles += [cycle(0, 1, bad=size & 1) for _ in range(2)] + [cycle(0, 0, last=1)]
            cycles += [cycle(0, 1, drop=int(end is not good)) for _ in range(size // 2)]
    cycles += [cycle(1, 0, **good), cycle(1, 0), cycle(1, 1, reset=1, **good), cycle(0, 1), cycle(1, 0, **good)]
    cycles += [
        cycle(0, 0, reset=1),
        cycle(1, 0),
        cycle(1, 0, **bad),
        cycle(1, 0, **good),
        *(cycle(0, 1) for _ in range(3)),
    ]
    while len(cycles) < 480:
        push, pop = random.choice(((0.9, 0.2), (0.5, 0.9), (0.8, 0.8), (1.0, 0.0), (0.9, 1.0)))
        share = random.choice((0.15, 0.4))
        for _ in range(random.randrange(4, 14)):
            rare = {"last": int(random.random() < share), "commit": int(random.random() < share)}
            rare |= {"drop": int(random.random() < 0.08), "bad": int(random.random() < 0.3)}
            cycles.append(cycle(push, pop, **rare, reset=int(random.random() < 0.01)))
    return cycles


def _valid(params: Params) -> bool:
    """A full queue has a way out, and words can be marked only where they are."""
    stuck = params["overflow"] == "refuse" and params["end"] == "last_bad"
    return not (stuck or (params["mark"] and params["end"] == "commit_strobe"))


FAMILY = Family(
    name="packet_fifo",
    revision=1,
    level=4,
    title="packet FIFO with commit and drop",
    choices={
        "depth": (3, 4, 6, 8),
        "width": (3, 5, 8),
        "end": ("last_strobe", "last_bad", "commit_strobe"),
        "overflow": ("refuse", "poison"),
        "read": ("fall_through", "registered"),
        "mark": (False, True),
        "count": ("none", "readable", "free"),
        "report": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("packet_fifo", "frame_queue", "commit_fifo"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Queue(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "memory", "flow control"),
)
