"""A stream register slice: which side is registered, payload, empty words, flush, level and waking up vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_PLACES = {"forward": 1, "backward": 1, "both": 2}
_READY = {
    "forward": "{awake}no word is held or `{m_ready}` is 1, so that a word may enter at the edge at which one leaves",
    "backward": "{awake}no word is held; it does not depend on `{m_ready}`",
    "both": "{awake}fewer than two words are held; it does not depend on `{m_ready}`",
}
_OUTPUT = {
    "forward": "`{m_valid}` is 1 exactly while a word is held, and the outgoing payload is that word",
    "backward": "While a word is held, `{m_valid}` is 1 and the outgoing payload is that word. While none is held, an "
    "incoming word passes straight through: `{m_valid}` is 1 where {passes}, and the outgoing payload is the incoming "
    "one. Where it is not delivered at the edge that accepts it, it is held from then on",
    "both": "`{m_valid}` is 1 exactly while a word is held, and the outgoing payload is the oldest word held",
}
_SUMMARY = {
    "forward": "It registers the outgoing word and its valid, but not ready",
    "backward": "It registers ready, but lets words pass through while nothing is held",
    "both": "It registers both directions: no path leads from an input to an output",
}


def _payload(params: Params) -> list[str]:
    """Keys of what a word consists of, without the side."""
    return ["data"] + ["keep"] * (params["keep"] != "none") + ["last"] * params["last"]


def _widths(params: Params) -> dict[str, int]:
    return {"data": params["width"], "keep": params["width"] // 4, "last": 1}


def _pinout(params: Params) -> Pinout:
    pinout, widths = Pinout(params), _widths(params)
    about = {"data": "data", "keep": "which groups of 4 bits of the data count", "last": "the word ends a packet"}
    for side, long, direction, back in (("s", "in", "input", "output"), ("m", "out", "output", "input")):
        going = "incoming" if side == "s" else "outgoing"
        pinout.add(f"{side}_valid", (f"{side}_vld", f"{long}_valid"), direction, f"there is an {going} word")
        pinout.add(f"{side}_ready", (f"{side}_rdy", f"{long}_ready"), back, f"the {going} word can be taken")
        for key in _payload(params):
            names = (f"{side}_{key}", f"{long}_{key}")
            pinout.add(f"{side}_{key}", names, direction, f"{going}: {about[key]}", width=widths[key])
    if params["flush"]:
        pinout.add("flush", ("flush", "discard"), "input", "forget all words")
    if params["level"]:
        width = _PLACES[params["mode"]].bit_length()
        pinout.add("level", ("level", "words_held"), "output", "number of words held", width=width)
    return pinout


class _Slice:
    """The specification, over a list of words."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._keys = _payload(params)
        self._words: list[list[int]] = []
        self._awake = params["wake"] == "ready"

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        shown = self._shown(pins)
        idle = 0 if self._params["idle"] == "zero" else None
        payload = {f"m_{key}": idle if shown is None else shown[place] for place, key in enumerate(self._keys)}
        state = {"s_ready": int(self._ready(pins)), "m_valid": int(shown is not None), "level": len(self._words)}
        return payload | state

    def step(self, pins: Pins) -> None:
        arriving, shown = self._arriving(pins), self._shown(pins)
        words = self._words + ([] if arriving is None else [arriving])
        self._words = words[1:] if shown is not None and pins["m_ready"] else words
        self._awake = True
        if pins.get("flush"):
            self._words = []

    def _ready(self, pins: Pins) -> bool:
        leaves = self._params["mode"] == "forward" and pins["m_ready"]
        return self._awake and (len(self._words) < _PLACES[self._params["mode"]] or bool(leaves))

    def _arriving(self, pins: Pins) -> list[int] | None:
        """The word that an edge with these inputs stores or lets through."""
        if not (pins["s_valid"] and self._ready(pins)):
            return None
        if self._params["keep"] == "filtered" and not pins["s_keep"] and not pins.get("s_last"):
            return None
        return [pins[f"s_{key}"] for key in self._keys]

    def _shown(self, pins: Pins) -> list[int] | None:
        if self._words:
            return self._words[0]
        return self._arriving(pins) if self._params["mode"] == "backward" else None


def _fill(params: Params) -> Mapping[str, str]:
    pinout, mode = _pinout(params), params["mode"]
    words, asleep = pinout.words(), params["wake"] == "asleep"
    registered = mode == "both"
    passes = "an incoming word is accepted" + (" and not swallowed by rule 4" if params["keep"] == "filtered" else "")
    null = f"`{words.get('s_keep')}` is 0" + (f" and `{words.get('s_last')}` is 0" if params["last"] else "")
    texts = {
        "mode_text": _SUMMARY[mode],
        "places": "one word" if _PLACES[mode] == 1 else "two words",
        "payload_text": " and ".join(f"`{words[f's_{key}']}`" for key in _payload(params)),
        "ready_text": _READY[mode].format_map({**words, "awake": "the module is awake and " if asleep else ""}),
        "output_text": _OUTPUT[mode].format_map({**words, "passes": passes}),
        "idle_text": f"While `{words['m_valid']}` is 0 every bit of the outgoing payload is "
        + ("0." if params["idle"] == "zero" else "unspecified."),
        "null_text": f"An incoming word with {null} is swallowed: it is accepted as usual, but neither held nor shown."
        if params["keep"] == "filtered"
        else "Every accepted word goes out, whatever its payload.",
        "flush_text": f"A rising edge outside reset that finds `{words['flush']}` at 1 forgets every word held and the "
        f"word that it accepts. `{words['flush']}` acts on no output before the edge: a word that the edge delivers is "
        "delivered."
        if params["flush"]
        else "There is no flush: only a reset forgets words.",
        "level_text": f"`{words['level']}` is the number of words held."
        if params["level"]
        else "The number of words held is not shown.",
        "wake_text": "After a reset the module is asleep: it accepts nothing. The first rising edge outside reset "
        "wakes "
        "it up, whatever the other inputs are."
        if asleep
        else "The module may accept a word at the first rising edge after a reset.",
        "timing_text": "No output depends on the present inputs but an asynchronous reset."
        if registered
        else (
            f"`{words['s_ready']}` follows `{words['m_ready']}` without waiting for an edge; no other output depends "
            "on "
            "the present inputs but an asynchronous reset."
            if mode == "forward"
            else f"While no word is held, `{words['m_valid']}` and the outgoing payload follow the incoming word "
            "without "
            "waiting for an edge; they depend on no other input but an asynchronous reset."
        ),
    }
    return words | texts | _verilog(params, words) | {
        "example": pinout.example(lambda: _Slice(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: `front` is the oldest word, `back` the second of two."""
    mode, two, widths = params["mode"], params["mode"] == "both", _widths(params)
    size = sum(widths[key] for key in _payload(params))
    joined = {side: ", ".join(words[f"{side}_{key}"] for key in _payload(params)) for side in "sm"}
    awake = "awake && " if params["wake"] == "asleep" else ""
    ready, m_ready = words["s_ready"], words["m_ready"]
    null = f" && !({words.get('s_keep')} == 0" + (f" && !{words.get('s_last')}" if params["last"] else "") + ")"
    full = {"forward": f"accept || front_full && !{m_ready}",
            "backward": f"front_full ? !{m_ready} : accept && !{m_ready}",
            "both": f"back_full || accept || front_full && !{m_ready}"}[mode]  # fmt: skip
    back = f"            back_full <= back_full ? !{m_ready} : accept && front_full && !{m_ready};\n"
    flush = f"if ({words.get('flush')}) begin\n            front_full <= 1'b0;\n"
    flush += (
        "            back_full <= 1'b0;\n" * two + "            awake <= 1'b1;\n" * bool(awake) + "        end else "
    )
    shown = "front_full ? front : incoming" if mode == "backward" else "front"
    wrong_ready = {"forward": "!front_full", "backward": f"!front_full || {m_ready}", "both": "!front_full"}[mode]
    state = {"forward": f"!front_full || {m_ready}", "backward": "!front_full", "both": "!back_full"}[mode]
    return {
        "left": str(size - 1),
        "incoming": joined["s"],
        "declarations": f"    reg [{size - 1}:0] back;\n    reg back_full;\n" * two + "    reg awake;\n" * bool(awake),
        "ready_value": f"{awake}({state})" if awake else state,
        "near_ready": f"{awake}({wrong_ready})" if awake else wrong_ready,
        "accept": f"{words['s_valid']} && {ready}" + (null if params["keep"] == "filtered" else ""),
        "load": {"forward": "accept", "backward": f"accept && !{m_ready}", "both": f"!front_full || {m_ready}"}[mode],
        "loaded": "back_full ? back : incoming" if two else "incoming",
        "back_load": f"    always @(posedge {words['clock']})\n        if (accept)\n            back <= incoming;\n"
        if two
        else "",
        "resets": "            back_full <= 1'b0;\n" * two + "            awake <= 1'b0;\n" * bool(awake),
        "flush_branch": flush if params["flush"] else "",
        "full_value": full,
        "updates": back * two + "            awake <= 1'b1;\n" * bool(awake),
        "valid_value": "front_full || accept" if mode == "backward" else "front_full",
        "outgoing": f"{words['m_valid']} ? ({shown}) : {size}'d0" if params["idle"] == "zero" else shown,
        "outputs": joined["m"],
        "assigns": (f"    assign {words.get('level')} = " + ("front_full + back_full" if two else "front_full") + ";\n")
        * params["level"],
    }  # fmt: skip


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Words against a receiver that is not ready, then one that is."""
    keep = (1 << _widths(params)["keep"]) - 1
    plan = [(1, 1), (1, 1), (1, 0), (1, 0), (1, 0), (0, 1), (1, 1), (0, 1), (0, 0)]
    return [{"reset": 1}] + [
        {"s_valid": valid, "m_ready": ready, "s_data": number, "s_keep": keep if number != 7 else 0}
        for number, (valid, ready) in enumerate(plan, start=1)
    ]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Both sides at every pace, stalls, flushes and resets at every level, then one input changing at a time."""
    widths = _widths(params)

    def cycle(valid: float, ready: float, **others: int) -> dict[str, int]:
        keep = random.getrandbits(widths["keep"]) if random.random() < 0.6 else 0
        pins = {"s_valid": int(random.random() < valid), "m_ready": int(random.random() < ready), "s_keep": keep}
        return pins | {"s_data": random.getrandbits(widths["data"]), "s_last": int(random.random() < 0.4), **others}

    cycles = [cycle(1, 1, reset=1), cycle(1, 1, reset=1), cycle(0, 0), cycle(0, 1)]
    cycles += [cycle(1, 1, s_keep=1) for _ in range(4)] + [cycle(1, 0, s_keep=1) for _ in range(5)]
    cycles += [cycle(0, 1) for _ in range(4)] + [cycle(0, 0) for _ in range(2)]
    for first in ("flush", "s_valid"):
        cycles += [
            cycle(0, 0, reset=1),
            cycle(1, 0, s_keep=1, **{first: 1}),
            *(cycle(1, 1, s_keep=1) for _ in range(3)),
        ]
    for filled in (0, 1, 2, 3):
        for special in ("flush", "reset"):
            for valid, ready in ((0, 0), (1, 1), (0, 1), (1, 0)):
                cycles += [cycle(1, 0, s_keep=1) for _ in range(filled)]
                cycles += [cycle(valid, ready, s_keep=1, **{special: 1}), cycle(1, valid, s_keep=1), cycle(0, ready)]
                cycles += [cycle(0, 1) for _ in range(3)]
    while len(cycles) < 330:
        offered, wanted = random.choice(((0.9, 0.3), (0.3, 0.9), (0.6, 0.6), (1, 1), (1, 0.5), (0.5, 1)))
        for _ in range(8):
            rare = {"flush": int(random.random() < 0.04), "reset": int(random.random() < 0.01)}
            cycles.append(cycle(offered, wanted, **rare))
    for _ in range(60):
        cycles.append(one_change(cycles[-1], cycle(0.6, 0.5, reset=0, flush=0), random))
    return cycles


def _valid(params: Params) -> bool:
    """The data has a whole number of groups."""
    return bool(params["keep"] == "none" or params["width"] % 4 == 0)


FAMILY = Family(
    name="skid_buffer",
    revision=1,
    level=4,
    title="stream register slice",
    choices={
        "mode": ("forward", "backward", "both"),
        "width": (5, 8, 12, 16),
        "keep": ("none", "carried", "filtered"),
        "last": (False, True),
        "flush": (False, True),
        "level": (False, True),
        "idle": ("open", "zero"),
        "wake": ("ready", "asleep"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("skid_buffer", "register_slice", "stream_register"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Slice(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "stream", "flow control"),
)
