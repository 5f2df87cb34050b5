"""A pulse-width modulator of fixed period: alignment, polarity, when a new duty counts, enable, marker, register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, listed, spelled, waveform
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_UPDATE = {
    "period": "A register holds the duty in force. It takes the value of `{duty}` at every rising edge of `{clock}` "
    "that turns phase {last} into phase 0{reload}. A change of `{duty}` within a period has no effect before the "
    "next one.",
    "immediate": "The present value of `{duty}` is in force; a change takes effect at once, within a period too.",
}
_PULSE = {
    "leading": "the first D phases of the period, 0 to D - 1,",
    "trailing": "the last D phases of the period, {period} - D to {last},",
}
_MARKER = {
    "none": "There is no marker output.",
    "first": "`{marker}` is 1 in phase 0 and 0 in every other phase, whatever the duty.",
    "last": "`{marker}` is 1 in phase {last} and 0 in every other phase, whatever the duty.",
}
_ENABLE = {
    "none": "There is no enable: the module always runs.",
    "hold": "A rising edge of `{clock}` at which `{enable}` is 0 changes nothing: the phase and all other registers "
    "keep their values, and the module goes on from there when `{enable}` is 1 again.",
    "restart": "A rising edge of `{clock}` at which `{enable}` is 0 sets the phase to 0{load}; a whole period thus "
    "begins when `{enable}` becomes 1. While `{enable}` is 0, the pulse is inactive{quiet}, whatever the phase and "
    "the duty.",
}
_TIMING = {
    "registered": "{outputs} from registers. At each rising edge of `{clock}`{held} the registers take what rules 4 "
    "to 7 give just before that edge, so that the outputs show phase and duty one cycle late. Between edges they do "
    "not change{anyway}.",
    "combinational": "{outputs} combinational: rules 4 to 7 hold at every moment, for the present phase and the "
    "present inputs. The phase changes right after a rising edge of `{clock}`.",
}


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key."""
    ports = _clocking(params).ports()

    def add(key: str, short: str, long: str, direction: str, description: str, width: int = 1) -> None:
        name = spelled(params["naming"], short, long, direction)
        ports[key] = Port(name=name, direction=direction, width=width, description=description)

    if params["enable"] != "none":
        add("enable", "en", "enable", "input", "enable, active high")
    add("duty", "duty", "duty_cycles", "input", "active cycles in a period, unsigned", params["period"].bit_length())
    add("pwm", "pwm", "pwm_out", "output", f"the pulse, active {params['polarity']}")
    if params["marker"] != "none":
        add("marker", "mark", "period_mark", "output", f"marks the {params['marker']} cycle of a period")
    return ports


def _fill(params: Params) -> Mapping[str, str]:
    ports = _ports(params)
    names = {key: port.name for key, port in ports.items()}
    period = params["period"]
    words = {
        "period": str(period),
        "last": str(period - 1),
        "phase_left": str((period - 1).bit_length() - 1),
        "duty_left": str(period.bit_length() - 1),
        "active_level": str(int(params["polarity"] == "high")),
        "inactive_level": str(int(params["polarity"] == "low")),
        "example": waveform(PulseWidth(params), _example(params), ports),
    }
    words |= names | _clocking(params).fill()
    return words | _text(params, words) | _verilog(params, words)


def _text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction that depend on the draw."""
    shadow, marked = params["update"] == "period", params["marker"] != "none"
    words = {
        **words,
        "reload": f", and at every one where `{words.get('enable')}` is 0" if params["enable"] == "restart" else "",
        "load": f" and puts the present value of `{words['duty']}` in force" if shadow else "",
        "quiet": f" and `{words.get('marker')}` is 0" if marked else "",
        "held": f" where `{words['enable']}` is 1" if params["enable"] == "hold" else "",
        "anyway": ", except by the reset" if params["reset"].startswith("async") else "",
        "outputs": f"`{words['pwm']}`" + (f" and `{words['marker']}`" if marked else ""),
    }
    registered = params["output"] == "registered"
    words["outputs"] += (" come" if marked else " comes") if registered else (" are" if marked else " is")
    return {
        "advance_condition": "" if params["enable"] == "none" else f" at which `{words['enable']}` is 1",
        "update_text": _UPDATE[params["update"]].format_map(words),
        "pulse_phases": _PULSE[params["alignment"]].format_map(words),
        "marker_text": _MARKER[params["marker"]].format_map(words),
        "enable_text": _ENABLE[params["enable"]].format_map(words),
        "timing_text": _TIMING[params["output"]].format_map(words),
        "reset_state": _reset_state(params, words),
        "first_period": "The first period after a reset has duty 0, unless a disabled edge has put another in force."
        if shadow and params["enable"] == "restart"
        else "The first period after a reset has duty 0, whatever the duty input is."
        if shadow
        else "The first period after a reset already uses the duty input.",
    }


def _reset_state(params: Params, words: Mapping[str, str]) -> str:
    """What a reset sets to which value."""
    zeroed = ["the phase"] + ["the duty in force"] * (params["update"] == "period")
    if params["output"] == "combinational":
        return f"{listed(zeroed)} to 0; the outputs follow by rules 4 to 7"
    zeroed += [f"`{words['pwm']}`"] * (params["polarity"] == "high")
    zeroed += [f"`{words.get('marker')}`"] * (params["marker"] != "none")
    return f"{listed(zeroed)} to 0" + (f", and `{words['pwm']}` to 1" if params["polarity"] == "low" else "")


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    enable, restart = words.get("enable", ""), params["enable"] == "restart"
    shadow, registered = params["update"] == "period", params["output"] == "registered"
    duty = "duty_in_force" if shadow else words["duty"]
    gate = f"{enable} && " if restart else ""
    marked = gate + ("last_phase" if params["marker"] == "last" else "phase == 0")
    outputs = {
        "pwm": ("pulse_register", "active" if params["polarity"] == "high" else "!active", words["inactive_level"])
    }
    if params["marker"] != "none":
        outputs["marker"] = ("mark_register", marked, "0")
    registers = [(name, value, idle) for name, value, idle in outputs.values()] if registered else []
    pieces = {
        "duty_in_use": duty,
        "new_period": f"!{enable} || last_phase" if restart else "last_phase",
        "active": gate + (f"phase < {duty}" if params["alignment"] == "leading" else f"phase + {duty} >= PERIOD"),
        "guard": f"if ({enable}) " if params["enable"] == "hold" else "",
        "declarations": "".join(f"    reg {name};\n" for name, _, _ in registers),
        "resets": "".join(f"            {name} <= 1'b{idle};\n" for name, _, idle in registers),
        "updates": "".join(f"            {name} <= {value};\n" for name, value, _ in registers),
        "assigns": "".join(
            f"    assign {words[key]} = {name if registered else value};\n" for key, (name, value, _) in outputs.items()
        ),
    }
    pieces["idle_assigns"] = "".join(f"    assign {words[key]} = 1'b{idle};\n" for key, (_, _, idle) in outputs.items())
    if shadow:
        pieces["declarations"] += f"    reg [{words['duty_left']}:0] duty_in_force;\n"
        pieces["resets"] += "            duty_in_force <= 0;\n"
        pieces["updates"] += f"            if (new_period)\n                duty_in_force <= {words['duty']};\n"
    return pieces


class PulseWidth:
    """The specification, in cycles since the start of a period. Nothing is known before the first reset."""

    def __init__(self, params: Params) -> None:
        """A module that has not been reset."""
        self._params = params
        self._clocking = _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._elapsed: int | None = None
        self._shadow = 0
        self._registers = (0, 0)

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        pulse, mark = self._registers if self._params["output"] == "registered" else self._wanted(inputs)
        level = pulse if self._params["polarity"] == "high" else 1 - pulse
        outputs: dict[str, int | None] = {self._names["pwm"]: level}
        if "marker" in self._names:
            outputs[self._names["marker"]] = mark
        return outputs if self._elapsed is not None else dict.fromkeys(outputs)

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        enabled = "enable" not in self._names or inputs[self._names["enable"]] == 1
        duty = inputs[self._names["duty"]]
        if self._clocking.resets(inputs):
            self._reset()
        elif self._elapsed is None or (self._params["enable"] == "hold" and not enabled):
            return
        else:
            self._registers = self._wanted(inputs)
            self._elapsed = self._elapsed + 1 if enabled else 0
            if self._elapsed % self._params["period"] == 0:
                self._shadow = duty

    def _reset(self) -> None:
        self._elapsed, self._shadow, self._registers = 0, 0, (0, 0)

    def _wanted(self, inputs: Inputs) -> tuple[int, int]:
        """Whether the pulse is active, and the marker, as the rules have it before any register."""
        if self._params["enable"] == "restart" and not inputs[self._names["enable"]]:
            return 0, 0
        period = self._params["period"]
        duty = self._shadow if self._params["update"] == "period" else inputs[self._names["duty"]]
        cycles = ["on"] * min(duty, period) + ["off"] * max(period - duty, 0)
        if self._params["alignment"] == "trailing":
            cycles.reverse()
        phase = (self._elapsed or 0) % period
        return int(cycles[phase] == "on"), int(phase == {"first": 0, "last": period - 1}.get(self._params["marker"]))


def _example(params: Params) -> Sequence[Inputs]:
    """Out of reset, two whole periods, and the duty changed in the middle of the second."""
    period = params["period"]
    cycles = [{"reset": 1}] + [{"enable": 1, "duty": 3}] * (period + period // 2) + [{"enable": 1, "duty": 2}] * period
    return driven(cycles, _ports(params), _clocking(params))


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Whole periods over the duty's range, resets and pauses where they show, then weighted random stretches."""
    period = params["period"]
    largest = (1 << period.bit_length()) - 1
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "enable": 1, "duty": 2}]
    for duty in (1, period, period - 1, largest, 0, period // 2):
        cycles += [{"enable": 1, "duty": duty}] * (period + 1)
    for phase in (period - 1, 1):
        steady = {"enable": 1, "duty": period // 2}
        cycles += [{"reset": 1}, *[steady] * (period + phase), {**steady, "reset": 1}]
    cycles += [{"enable": 1, "duty": 2}] * (period + 2) + [{"duty": 3}] * 2 + [{"enable": 1, "duty": 3}] * period
    while len(cycles) < 330:
        cycles += _random_stretch(random, period, largest)
    return driven(cycles, _ports(params), _clocking(params))


def _random_stretch(random: Random, period: int, largest: int) -> list[dict[str, int]]:
    """A duty for a while, a duty that changes every cycle, a pause, or a reset."""
    duties = (0, 1, 2, period - 1, period, largest, random.randrange(period), random.randrange(period))
    length = random.randrange(1, period + 3)
    kind = random.choices(("steady", "restless", "pause", "reset"), weights=(40, 30, 20, 10))[0]
    if kind == "steady":
        return [{"enable": 1, "duty": random.choice(duties)}] * length
    if kind == "restless":
        return [{"enable": int(random.random() < 0.85), "duty": random.choice(duties)} for _ in range(length)]
    if kind == "pause":
        return [{"enable": 0, "duty": random.choice(duties)} for _ in range(min(length, 4))]
    return [{"reset": 1, "enable": random.randrange(2), "duty": random.choice(duties)}]


FAMILY = Family(
    name="pwm",
    revision=1,
    level=2,
    title="pulse-width modulator with a fixed period",
    choices={
        "period": (5, 8, 10, 12, 16, 20),
        "alignment": ("leading", "trailing"),
        "polarity": ("high", "low"),
        "update": ("period", "immediate"),
        "enable": ("none", "hold", "restart"),
        "marker": ("none", "first", "last"),
        "output": ("registered", "combinational"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("pwm", "pwm_generator", "modulator"),
    },
    ports=lambda params: list(_ports(params).values()),
    fill=_fill,
    model=PulseWidth,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "timing"),
)
