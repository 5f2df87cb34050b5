"""A ring counter: one-hot, one-cold or Johnson; direction, start, the fate of illegal states and outputs vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_TITLES = {"one_hot": "one-hot ring counter", "one_cold": "one-cold ring counter", "johnson": "Johnson counter"}
_PHASES = {
    "one_hot": "In phase p, bit p is 1 and every other bit is 0.",
    "one_cold": "In phase p, bit p is 0 and every other bit is 1.",
    "johnson": "In phase p up to {width}, bits below p are 1 and the others 0; in phase {width} + k, bits below k are "
    "0 and the others 1.",
}


def _phases(params: Params) -> list[int]:
    """The legal states in counting order."""
    width = params["width"]
    full = (1 << width) - 1
    if params["form"] == "johnson":
        rising = [(1 << ones) - 1 for ones in range(width)]
        return rising + [full - state for state in rising]
    hot = [1 << place for place in range(width)]
    return hot if params["form"] == "one_hot" else [full - state for state in hot]


def _first(params: Params) -> int:
    return _phases(params)[0 if params["begin"] == "lowest" else -1]


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    if params["gate"] == "enable":
        pinout.add("enable", ("en", "enable"), "input", "counting is enabled")
    if params["direction"] == "port":
        pinout.add("up", ("up", "count_up"), "input", "1 counts up, 0 counts down")
    pinout.add("load", ("ld", "load"), "input", "load a state")
    pinout.add("value", ("d", "load_value"), "input", "state to load", width=width)
    pinout.add("state", ("q", "ring"), "output", "the state, registered", width=width)
    if params["extra"] == "first":
        pinout.add("first", ("home", "first_phase"), "output", "the counter is in its first phase")
    if params["extra"] == "illegal":
        pinout.add("illegal", ("bad", "illegal_state"), "output", "the state belongs to no phase")
    return pinout


class _Ring:
    """The specification, over the list of legal states; an illegal one is a string of bits that moves."""

    def __init__(self, params: Params) -> None:
        self._params, self._phases = params, _phases(params)
        self._state = _first(params)

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        first, legal = self._state == _first(self._params), self._state in self._phases
        return {"state": self._state, "first": int(first), "illegal": int(not legal)}

    def step(self, pins: Pins) -> None:
        rule = self._params["correction"]
        if pins["load"]:
            refused = rule == "refused" and pins["value"] not in self._phases
            self._state = _first(self._params) if refused else pins["value"]
        elif rule == "at_once" and self._state not in self._phases:
            self._state = _first(self._params)
        elif pins.get("enable", 1):
            self._state = self._following(bool(pins.get("up", self._params["direction"] == "up")))

    def _following(self, up: bool) -> int:
        if self._state in self._phases:
            place = self._phases.index(self._state) + (1 if up else -1)
            return self._phases[place % len(self._phases)]
        if self._params["correction"] == "restarts":
            return _first(self._params)
        bits = f"{self._state:0{self._params['width']}b}"
        leaving = bits[0] if up else bits[-1]
        entering = str(1 - int(leaving)) if self._params["form"] == "johnson" else leaving
        return int(bits[1:] + entering if up else entering + bits[:-1], 2)


def _binary(params: Params, state: int) -> str:
    return f"{params['width']}'b{state:0{params['width']}b}"


def _step_text(params: Params, words: Mapping[str, str]) -> str:
    last = params["width"] - 1
    leaving = "the inverse of the old bit" if params["form"] == "johnson" else "the old bit"
    up = f"every bit i but bit 0 takes the old bit i - 1, and bit 0 takes {leaving} {last}"
    down = f"every bit i but bit {last} takes the old bit i + 1, and bit {last} takes {leaving} 0"
    if params["direction"] == "port":
        return f"A step counts up where `{words['up']}` is 1: {up}. It counts down where `{words['up']}` is 0: {down}."
    return f"A step counts up: {up}." if params["direction"] == "up" else f"A step counts down: {down}."


def _correction_text(params: Params, words: Mapping[str, str]) -> str:
    first, opening = f"`{_binary(params, _first(params))}`", "A state that belongs to no phase is illegal."
    if params["correction"] == "refused":
        return f"{opening} It is never entered: a load of an illegal value loads {first} instead."
    if params["correction"] == "restarts":
        return f"{opening} It can be loaded, and is held like any other, but a step from it leads to {first}."
    if params["correction"] == "at_once":
        return (
            f"{opening} It can be loaded, but an edge outside reset that finds it and does not load makes it {first}, "
            f"even where it would hold a legal state."
        )
    return f"{opening} It can be loaded, and is not corrected: the rule of the step applies to it as to any other."


def _extra_text(params: Params, words: Mapping[str, str]) -> str:
    rules = [f"`{words['state']}` is the state."]
    if params["extra"] == "first":
        rules.append(f"`{words['first']}` is 1 exactly while the state is `{_binary(params, _first(params))}`.")
    if params["extra"] == "illegal":
        rules.append(f"`{words['illegal']}` is 1 exactly while the state is illegal (rule 5).")
    return " ".join(rules)


def _fill(params: Params) -> Mapping[str, str]:
    pinout, width, phases = _pinout(params), params["width"], _phases(params)
    words = pinout.words()
    enabled = f" and finds `{words['enable']}` at 1" if params["gate"] == "enable" else ""
    return words | _verilog(params, words) | {
        "width": str(width),
        "left": str(width - 1),
        "title": _TITLES[params["form"]],
        "phase_count": str(len(phases)),
        "last_phase": str(len(phases) - 1),
        "phases_text": _PHASES[params["form"]].format(width=width),
        "phases": ", ".join(f"`{_binary(params, state)}`" for state in phases),
        "first_phase": "phase 0" if params["begin"] == "lowest" else f"phase {len(phases) - 1}",
        "first_state": _binary(params, _first(params)),
        "steps_when": f"An edge that does not load{enabled} makes a step.",
        "hold_text": " All other edges leave the state as it is." if params["gate"] == "enable" else "",
        "step_text": _step_text(params, words),
        "correction_text": _correction_text(params, words),
        "extra_text": _extra_text(params, words),
        "example": pinout.example(lambda: _Ring(params), _example(params), binary=True),
    }  # fmt: skip


def _rotated(params: Params, words: Mapping[str, str], *, turned: bool = False, swapped: bool = False) -> str:
    """The state after a step; `turned` inverts what enters, `swapped` the direction."""
    last, inverse = params["width"] - 1, "~" if (params["form"] == "johnson") != turned else ""
    ways = [f"{{held[{last - 1}:0], {inverse}held[{last}]}}", f"{{{inverse}held[0], held[{last}:1]}}"]
    ways = ways[::-1] if swapped else ways
    if params["direction"] == "port":
        return f"{words['up']} ? {ways[0]} : {ways[1]}"
    return ways[int(params["direction"] == "down")]


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution and of the near-misses."""
    left, rule, first = params["width"] - 1, params["correction"], _binary(params, _first(params))
    looked_at = words["value"] if rule == "refused" else "held"
    sense = {"one_hot": "{0}", "one_cold": "~{0}", "johnson": "{0} ^ {{{1}{{{0}[{2}]}}}}"}[params["form"]]
    plain = sense.format(looked_at, params["width"], left)
    test = "(plain & (plain + 1)) == 0" if params["form"] == "johnson" else "plain != 0 && (plain & (plain - 1)) == 0"
    legality = f"    wire [{left}:0] plain = {plain};\n    wire legal = {test};\n"
    refused, restarted = f"legal ? {words['value']} : {first}", f"legal ? rotated : {first}"
    at_once = f"        else if (!legal)\n            held <= {first};\n"
    extras = {
        "none": "",
        "first": f"    assign {words.get('first')} = held == {first};\n",
        "illegal": f"    assign {words.get('illegal')} = !legal;\n",
    }
    phases = _phases(params)
    return {
        "begin": first,
        "other_begin": _binary(params, phases[-1 if _first(params) == phases[0] else 0]),
        "rotated": _rotated(params, words),
        "turned": _rotated(params, words, turned=True),
        "swapped": _rotated(params, words, swapped=True),
        "legality": legality * (rule != "none" or params["extra"] == "illegal"),
        "all_legality": legality,
        "loaded": refused if rule == "refused" else words["value"],
        "branch": at_once if rule == "at_once" else "",
        "otherwise": f"else if ({words['enable']})" if params["gate"] == "enable" else "else",
        "stepped": restarted if rule == "restarts" else "rotated",
        "other_stepped": restarted if rule == "none" else "rotated",
        "extras": extras[params["extra"]],
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Some steps, a pause, an illegal state, and what becomes of it."""
    run, back, illegal = {"enable": 1, "up": 1}, {"enable": 1}, (1 << params["width"]) - 2 & ~4 | 1
    load = {"load": 1, "value": illegal}
    return [{"reset": 1}, run, run, run, back, {}, load, {}, run, run, {**load, "enable": 1}, back, back]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Around the ring both ways, every state loaded, held and moved on, then mixed."""
    width, phases = params["width"], _phases(params)
    up, down = {"enable": 1, "up": 1}, {"enable": 1}
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, **up}, {}, {"up": 1}]
    cycles += [*[up] * (len(phases) + 2), {}, *[down] * (len(phases) + 3), {"up": 1}]
    full, states = (1 << width) - 1, random.sample(range(1 << width), min(1 << width, 36))
    for state in [*phases, 0, full, 3, full - 3, *states]:
        load = {"load": 1, "value": state, "enable": random.getrandbits(1), "up": random.getrandbits(1)}
        cycles += [load, {"value": state ^ 1}, {"enable": 1, "up": random.getrandbits(1)}]
        cycles += [{"value": random.getrandbits(width)}, *[{**up, "up": random.getrandbits(1)}] * random.randrange(3)]
    for state in random.sample(range(1 << width), 8):
        load = {"load": 1, "value": state}
        cycles += [load, up, {"enable": 1}, load, {**load, **up, "value": state ^ 2}, {}, {"reset": 1, **load}, up]
    while len(cycles) < 330:
        value = random.choice((random.choice(phases), random.getrandbits(width)))
        pins = {"enable": int(random.random() < 0.7), "up": random.getrandbits(1), "value": value}
        pins["load"] = int(random.random() < 0.15)
        cycles.append({**pins, "reset": int(random.random() < 0.03)})
    for _ in range(60):
        after = {"enable": random.getrandbits(1), "up": random.getrandbits(1), "load": int(random.random() < 0.4)}
        after["value"] = random.getrandbits(width)
        cycles.append(one_change({**cycles[-1], "reset": 0}, after, random))
    return cycles


def _valid(params: Params) -> bool:
    """A state never entered needs no flag; without an enable nothing is held, so `at_once` would be `restarts`."""
    flagged = params["correction"] != "refused" or params["extra"] != "illegal"
    return flagged and bool(params["correction"] != "at_once" or params["gate"] == "enable")


FAMILY = Family(
    name="ring_counter",
    revision=1,
    level=2,
    title="ring counter",
    choices={
        "form": tuple(_TITLES),
        "width": (3, 4, 5, 6, 8),
        "direction": ("up", "down", "port"),
        "correction": ("none", "restarts", "at_once", "refused"),
        "gate": ("free", "enable"),
        "begin": ("lowest", "highest"),
        "extra": ("none", "first", "illegal"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("ring_counter", "phase_counter", "ring"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Ring(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=_valid,
    tags=("sequential", "counter"),
)
