"""A pulse stretcher: what triggers it, how long it lasts, what a trigger during a pulse does and its outputs vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_EVENTS = {
    "level": "that finds `{trigger}` at 1",
    "rising": "that finds `{trigger}` at 1 where the edge before it found 0",
    "falling": "that finds `{trigger}` at 0 where the edge before it found 1",
}
_POLICIES = {
    "restart": "An event always counts: it begins the pulse anew, so that the pulse lasts its full length from that "
    "event on and there is no gap. The cycles that were left are forgotten.",
    "gap": "An event is ignored unless no cycle is left (R = 0). So a pulse is never extended, and between two pulses "
    "there is at least one cycle without a pulse: an event at the very edge that ends a pulse is ignored too.",
    "follow": "An event is ignored while more than one cycle is left (R > 1). So a pulse is never extended, but an "
    "event at the very edge that would end it (R = 1) begins the next pulse without a gap.",
}
_ACCEPTS = {"restart": "", "gap": " && left == 0", "follow": " && left <= 1"}
_OTHER_ACCEPTS = {"restart": " && left == 0", "gap": "", "follow": " && left == 0"}
_HITS = {"level": "{trigger}", "rising": "{trigger} && !was", "falling": "!{trigger} && was"}
_OTHER_HITS = {"level": "!{trigger}", "rising": "!{trigger} && was", "falling": "{trigger} && !was"}


def _given(params: Params) -> int:
    """Width of the input that gives the length, 0 where the length is fixed."""
    kind, _, width = str(params["length"]).partition(" ")
    return 0 if kind == "fixed" else int(width)


def _full(params: Params) -> bool:
    """Whether a given length of 0 stands for the largest one."""
    return str(params["length"]).startswith("full")


def _longest(params: Params) -> int:
    if not _given(params):
        return int(str(params["length"]).partition(" ")[2])
    return (1 << _given(params)) - 1 + _full(params)


def _pinout(params: Params) -> Pinout:
    pinout, low = Pinout(params), params["level"] == "low"
    pinout.add("trigger", ("trig", "trigger"), "input", "asks for a pulse")
    if _given(params):
        pinout.add("length", ("len", "pulse_length"), "input", "length of the pulse in cycles", width=_given(params))
    if params["cancel"]:
        pinout.add("cancel", ("abort", "cancel"), "input", "end the pulse")
    pinout.add("pulse", ("pulse", "stretched"), "output", f"the pulse, active {'low' if low else 'high'}")
    if params["extra"] == "remaining":
        width = _longest(params).bit_length()
        pinout.add("extra", ("rem", "cycles_left"), "output", "number of cycles that are left", width=width)
    if params["extra"] == "last":
        pinout.add("extra", ("fin", "last_cycle"), "output", "last cycle of the pulse, active high")
    return pinout


class _Stretcher:
    """The specification, over the time at which the pulse ends."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._time = self._end = 0
        self._before = int(params["memory"])

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        left = self._end - self._time
        extra = left if self._params["extra"] == "remaining" else int(left == 1)
        return {"pulse": int((left > 0) != (self._params["level"] == "low")), "extra": extra}

    def step(self, pins: Pins) -> None:
        left = self._end - self._time
        events = {"level": ((0, 1), (1, 1)), "rising": ((0, 1),), "falling": ((1, 0),)}[self._params["event"]]
        happened = (self._before, pins["trigger"]) in events
        most = {"restart": self._end, "gap": 0, "follow": 1}[self._params["policy"]]
        self._before = pins["trigger"]
        self._time += 1
        self._end = max(self._end, self._time)
        if pins.get("cancel"):
            self._end = self._time
        elif happened and left <= most:
            self._end = self._time + self._length(pins)

    def _length(self, pins: Pins) -> int:
        if not _given(self._params):
            return _longest(self._params)
        return pins["length"] or (_longest(self._params) if _full(self._params) else 0)


def _length_text(params: Params, words: Mapping[str, str]) -> str:
    if not _given(params):
        return f"A pulse lasts {_longest(params)} cycles."
    text = (
        f"A pulse lasts as many cycles as `{words['length']}` says at the edge of its event; later changes of "
        f"`{words['length']}` have no effect on it. "
    )
    if _full(params):
        return text + f"A value of 0 stands for {_longest(params)} cycles."
    ends = ", which ends a pulse that is under way" if params["policy"] == "restart" else ""
    return text + f"A value of 0 is a pulse of no cycles: R becomes 0{ends}."


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words, low, edge = pinout.words(), params["level"] == "low", params["event"] != "level"
    length = f"{_longest(params).bit_length()}'d{_longest(params)}"
    if _given(params):
        length = f"{{{words['length']} == 0, {words['length']}}}" if _full(params) else words["length"]
    cancel, extra = words.get("cancel"), words.get("extra")
    texts = {
        "event_text": _EVENTS[params["event"]].format_map(words),
        "memory_text": f" For the first edge after a reset, the edge before it counts as one that found "
        f"{params['memory']}."
        if edge
        else "",
        "length_text": _length_text(params, words),
        "policy_text": _POLICIES[params["policy"]],
        "cancel_text": f"An edge that finds `{cancel}` at 1 sets R to 0, and an event at the same edge is ignored"
        + (f", though the edge remembers `{words['trigger']}` for rule 1 as any other." if edge else ".")
        if params["cancel"]
        else "A pulse cannot be ended early but by a reset"
        + (" or by a given length of 0." if _given(params) and not _full(params) and params["policy"] == "restart"
           else "."),
        "active": "0" if low else "1",
        "inactive": "1" if low else "0",
        "extra_text": {
            "none": "R itself is not shown.",
            "remaining": f"`{extra}` is R.",
            "last": f"`{extra}` is 1 exactly while R is 1, the last cycle of a pulse, and 0 otherwise.",
        }[params["extra"]],
    }  # fmt: skip
    assign = {"none": "", "remaining": f"    assign {extra} = left;\n", "last": f"    assign {extra} = left == 1;\n"}
    return words | texts | {
        "top_bit": str(_longest(params).bit_length() - 1),
        "memory_reg": "    reg was;\n" * edge,
        "memory_clear": f"            was <= 1'b{params['memory']};\n" * edge,
        "memory_update": f"            was <= {words['trigger']};\n" * edge,
        "cancel_branch": f"if ({cancel})\n                left <= 0;\n            else " if params["cancel"] else "",
        "hit": _HITS[params["event"]].format_map(words),
        "other_hit": _OTHER_HITS[params["event"]].format_map(words),
        "accepts": _ACCEPTS[params["policy"]],
        "other_accepts": _OTHER_ACCEPTS[params["policy"]],
        "length_value": length,
        "shown": "left == 0" if low else "left != 0",
        "assigns": assign[params["extra"]],
        "example": pinout.example(lambda: _Stretcher(params), _example(params)),
    }  # fmt: skip


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A pulse, an event in its middle, an event that meets its end, then a cancelled one."""
    longest = 4 if _given(params) else _longest(params)
    high, low = {"trigger": 1, "length": 4}, {"length": 4}
    cycles: list[dict[str, int]] = [{"reset": 1}, high, *[low] * 2, high, *[low] * (longest + 2)]
    cycles += [high, *[low] * (longest - 1), high, low, low]
    return cycles + [{"cancel": 1}, {}] * params["cancel"]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Events at every distance from an event, of every length, long levels, cancels and resets, then mixed ones."""
    longest, bits = _longest(params), max(_given(params), 1)
    rest = 1 if params["event"] == "falling" else 0
    quiet, active = {"trigger": rest, "length": 2}, {"trigger": 1 - rest}
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "trigger": 1}, {"trigger": 1}, {"trigger": 1}, {}]
    cycles += [{"reset": 1, "trigger": 1}, {}, {}, *[{"length": 1}] * (longest + 1)]
    for length in sorted({1, 2, longest - 1, longest, 0}):
        given = length & (1 << bits) - 1
        cycles += [{**active, "length": given}, *[quiet] * (min(longest, 20) + 2)]
    for distance in range(1, longest + 3):
        given = longest & (1 << bits) - 1
        cycles += [{**active, "length": given}, *[quiet] * (distance - 1), {**active, "length": given}, quiet, quiet]
        cycles += [{**quiet, "cancel": distance & 1}] * 2 + [{**active, "cancel": 1, "length": given}, {**active}]
        cycles += [quiet, {"reset": 1, "trigger": distance & 1}] + [quiet] * (distance & 3)
    for waited in (0, 1, 2):
        event = {**active, "length": longest & (1 << bits) - 1}
        cycles += [quiet, event, *[quiet] * waited, {**(event if waited == 1 else quiet), "reset": 1}, quiet, quiet]
    cycles += [{**active, "length": 3}] * (longest + 3) + [quiet] * (longest + 1)
    while len(cycles) < 330:
        busy = random.choice((0.1, 0.3, 0.7))
        for _ in range(12):
            pins = {"trigger": int(random.random() < busy), "length": random.getrandbits(bits)}
            cycles.append(pins | {"cancel": int(random.random() < 0.04), "reset": int(random.random() < 0.01)})
    for _ in range(40):
        after = {"trigger": random.getrandbits(1), "length": random.getrandbits(bits), "cancel": 0, "reset": 0}
        cycles.append(one_change(cycles[-1], after, random))
    return cycles


def _valid(params: Params) -> bool:
    """Only an edge needs a value before the first one."""
    return bool(params["event"] != "level" or params["memory"] == 0)


FAMILY = Family(
    name="pulse_stretcher",
    revision=1,
    level=2,
    title="pulse stretcher",
    choices={
        "event": tuple(_EVENTS),
        "memory": (0, 1),
        "length": ("fixed 3", "fixed 5", "fixed 8", "fixed 13", "given 3", "given 4", "full 3"),
        "policy": tuple(_POLICIES),
        "cancel": (False, True),
        "extra": ("none", "remaining", "last"),
        "level": ("high", "low"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("pulse_stretcher", "pulse_extender", "one_shot"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Stretcher(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "timing"),
)
