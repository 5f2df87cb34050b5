"""A programmable clock divider: shape, meaning of the divisor, when a change takes effect, and gating vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_RATIOS = {
    "stop": "The ratio N is D itself. A ratio of 0 stops the divider: by rule 3 every edge then leads to phase 0.",
    "full": "The ratio N is D, but for D = 0, which means N = {most}.",
    "plus_one": "The ratio N is D + 1: from 1 for D = 0 to {most}.",
}
_SHAPES = {
    "first": "in phase 0{stopped}, and in no other phase",
    "last": "in the last phase of a period, that is, in a phase p with p + 1 >= N{stopped}, and in no other phase",
    "short": "in the phases below N / 2 rounded down (never with N = 1), and in no other phase",
    "long": "in the phases below N / 2 rounded up (always with N = 1), and in no other phase",
}
_UPDATES = {
    "period": "D is the divisor in force, a register. An edge that ends a period (rule 3) also puts `{divisor}` in "
    "force; nothing else but a reset changes it.",
    "at_once": "D is `{divisor}` at any moment: a change acts at once, in the middle of a period too. The phase stays "
    "as it is, even where it is now N or more; the next edge of rule 3 then ends the period.",
    "strobe": "D is the divisor in force, a register. An edge outside reset that finds `{strobe}` at 1 puts "
    "`{divisor}` in force and makes the phase 0{regardless}; nothing else but a reset changes the divisor in force.",
}


def _initial(params: Params) -> int:
    return {"one": 1, "five": 5}[params["initial"]]


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    if params["gate"] != "free":
        pinout.add("enable", ("en", "enable"), "input", "the divider runs")
    pinout.add("divisor", ("div", "divisor"), "input", "D, sets the ratio", width=params["width"])
    if params["update"] == "strobe":
        pinout.add("strobe", ("upd", "update"), "input", "puts the divisor in force")
    level = "high" if params["polarity"] else "low"
    pinout.add("wave", ("out", "divided"), "output", f"the divided signal, active {level}")
    return pinout


class _Divider:
    """The specification, over the list of levels of one whole period."""

    def __init__(self, params: Params) -> None:
        self._params, self._phase, self._divisor = params, 0, _initial(params)

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        period, phase = self._period(pins), self._phase
        beyond = bool(period) and self._params["shape"] == "last"
        active = (period[phase] if phase < len(period) else beyond) and (
            self._params["gate"] != "gated" or bool(pins["enable"])
        )
        return {"wave": int(active == bool(self._params["polarity"]))}

    def step(self, pins: Pins) -> None:
        if self._params["update"] == "strobe" and pins["strobe"]:
            self._phase, self._divisor = 0, pins["divisor"]
        elif pins.get("enable", 1):
            self._phase += 1
            if self._phase >= len(self._period(pins)):
                self._phase = 0
                self._divisor = pins["divisor"] if self._params["update"] == "period" else self._divisor

    def _period(self, pins: Pins) -> list[bool]:
        """Whether the signal is active, for each phase."""
        divisor = pins["divisor"] if self._params["update"] == "at_once" else self._divisor
        if self._params["ratio"] != "stop":
            divisor = divisor + 1 if self._params["ratio"] == "plus_one" else divisor or 1 << self._params["width"]
        low = {"first": divisor - 1, "last": divisor - 1, "short": divisor - divisor // 2, "long": divisor // 2}
        rest = low[self._params["shape"]]
        if self._params["shape"] == "last":
            return [False] * rest + [True] * (divisor - rest) if divisor else []
        return [True] * (divisor - rest) + [False] * rest if divisor else []


def _gate_text(params: Params, words: Mapping[str, str]) -> str:
    enable = f"`{words.get('enable')}`"
    if params["gate"] == "free":
        return "There is no enable: the divider always runs."
    if params["gate"] == "freeze":
        return f"{enable} acts on rule 3 alone: while it is 0, no edge advances the phase."
    return f"While {enable} is 0, no edge advances the phase, and the output is inactive without waiting for an edge."


def _timing(params: Params, words: Mapping[str, str]) -> str:
    acting = [words["divisor"]] * (params["update"] == "at_once") + [words.get("enable")] * (params["gate"] == "gated")
    if acting:
        listing = " and ".join(f"`{name}`" for name in acting)
        return f"`{words['wave']}` follows {listing} without waiting for an edge; otherwise it changes"
    return f"`{words['wave']}` depends on the phase and the divisor in force alone: it changes"


def _fill(params: Params) -> Mapping[str, str]:
    pinout, gated = _pinout(params), params["gate"] != "free"
    words = pinout.words()
    texts = {
        "regardless": f", whatever `{words.get('enable')}` is, instead of rule 3" if gated else ", instead of rule 3",
        "most": str(1 << params["width"]),
        "stopped": " unless N is 0" if params["ratio"] == "stop" else "",
    }
    held = f" and puts the divisor {_initial(params)} in force" if params["update"] != "at_once" else ""
    return words | _verilog(params, words) | {
        "ratio_text": _RATIOS[params["ratio"]].format_map(texts),
        "update_text": _UPDATES[params["update"]].format_map(words | texts),
        "when": f" that finds `{words.get('enable')}` at 1" if gated else "",
        "shape_text": _SHAPES[params["shape"]].format_map(texts),
        "levels": "1 while active and 0" if params["polarity"] else "0 while active and 1",
        "gate_text": _gate_text(params, words),
        "reset_held": held,
        "timing_text": _timing(params, words),
        "example": pinout.example(lambda: _Divider(params), _example()),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution and of the near-misses."""
    width, update, stops = params["width"], params["update"], params["ratio"] == "stop"
    source, stored = words["divisor"] if update == "at_once" else "in_force", update != "at_once"
    ratios = {"stop": source, "full": f"{{{source} == 0, {source}}}", "plus_one": f"{source} + 1"}
    running = " && ratio != 0" if stops else ""
    shapes = {
        "first": f"phase == 0{running}",
        "last": f"ends{running}",
        "short": "phase < ratio / 2",
        "long": "phase < (ratio + 1) / 2",
    }
    near = {"first": "last", "last": "first", "short": "long", "long": "short"}[params["shape"]]
    gate = f" && {words.get('enable')}" if params["gate"] == "gated" else ""
    sense = "" if params["polarity"] else "!"
    strobe = (
        f"if ({words.get('strobe')}) begin\n            phase <= 0;\n            in_force <= {words['divisor']};\n"
        "        end else "
    )
    return {
        "left": str(width - 1),
        "ratio_left": str(width - stops),
        "ratio": ratios[params["ratio"]],
        "declaration": f"    reg [{width - 1}:0] in_force;\n" * stored,
        "resets": f"            in_force <= {width}'d{_initial(params)};\n" * stored,
        "strobe_branch": strobe if update == "strobe" else "",
        "runs": f"if ({words['enable']}) " if params["gate"] != "free" else "",
        "updates": f"            if (ends)\n                in_force <= {words['divisor']};\n" * (update == "period"),
        "active": f"{sense}(({shapes[params['shape']]}){gate})",
        "inactive": f"{'!' if not sense else ''}(({shapes[params['shape']]}){gate})",
        "other_active": f"{sense}(({shapes[near]}){gate})",
    }


def _example() -> Sequence[Mapping[str, int]]:
    """A few periods with 3, a pause, then 4."""
    three, four = {"enable": 1, "divisor": 3}, {"enable": 1, "divisor": 4}
    return [{"reset": 1}, {**three, "strobe": 1}, *[three] * 6, {"divisor": 4}, {**four, "strobe": 1}, *[four] * 6]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Every small divisor and the largest for whole periods, changes in mid-period, pauses, then mixed."""
    full = (1 << params["width"]) - 1
    cycles: list[dict[str, int]] = [{"reset": 1, "divisor": 2}, {"reset": 1, "enable": 1, "divisor": 3, "strobe": 1}]
    cycles += [{"enable": 1, "divisor": 2}] * 8
    for divisor in (1, 2, 3, 4, 0, 5, full, 1, full - 1, 2, 0, 0, full // 2):
        run = {"enable": 1, "divisor": divisor}
        cycles += [{**run, "strobe": 1}, *[run] * min(divisor + 4, 21), {"divisor": divisor}, run]
    cycles += [{"enable": 1, "divisor": 0, "strobe": 1}] + [{"enable": 1}] * (full + 6)
    for count in range(1, 7):
        run = {"enable": 1, "divisor": 5}
        cycles += [{"reset": 1, "divisor": 5}, {**run, "strobe": 1}, *[run] * count]
    while len(cycles) < 400:
        divisor, changing, pace = random.getrandbits(random.choice((2, params["width"]))), random.random(), 0.85
        for _ in range(10):
            divisor = random.randrange(full + 1) if random.random() < changing * 0.3 else divisor
            pins = {"enable": int(random.random() < pace), "divisor": divisor}
            cycles.append({**pins, "strobe": int(random.random() < 0.1), "reset": int(random.random() < 0.02)})
    for _ in range(50):
        after = {"enable": random.getrandbits(1), "strobe": random.getrandbits(1), "divisor": random.randrange(6)}
        cycles.append(one_change({**cycles[-1], "reset": 0}, after, random))
    return cycles


FAMILY = Family(
    name="clock_divider",
    revision=1,
    level=2,
    title="programmable clock divider",
    choices={
        "width": (3, 4, 5),
        "shape": tuple(_SHAPES),
        "ratio": tuple(_RATIOS),
        "update": tuple(_UPDATES),
        "gate": ("free", "freeze", "gated"),
        "polarity": (0, 1),
        "initial": ("one", "five"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("clock_divider", "rate_divider", "prescaler"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Divider(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    valid=lambda params: params["update"] != "at_once" or params["initial"] == "one",
    tags=("sequential", "counter"),
)
