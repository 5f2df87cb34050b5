"""Traffic lights at a crossing: times, phases, requests, remembered or not, emergencies, ticks, codes of the lights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_LIGHTS = {
    "one_hot": {"red": 0b100, "yellow": 0b010, "green": 0b001, "red and yellow": 0b110},
    "code": {"red": 0, "yellow": 1, "green": 2, "red and yellow": 3},
}
_MEMORY = {
    "level": "`{request}` is looked at only at those edges at which rule 3 asks for it; a request that is over by then "
    "is lost.",
    "remembered": "A request is remembered: `{waiting}` becomes 1 at every edge at which `{request}` is 1 and the "
    "phase before the edge is not *side green*, and falls to 0 at the edge that begins *side green*, also where "
    "`{request}` is 1 at that edge. There is a request in the sense of rule 3 where `{waiting}` or `{request}` is 1 "
    "before the edge.",
}
_EMERGENCY = {
    "none": "There is no emergency input.",
    "all_red": "An edge at which `{emergency}` is 1 begins or continues the phase *emergency*, in which both lights "
    "are red, whatever the phase before it is{tickless}. The first edge at which `{emergency}` is 0 again begins *main "
    "green*, with its full time{tickless}.",
    "main": "While `{emergency}` is 1, *main green* does not end, and *side green* ends at the next counted edge, "
    "however short it was. All other phases run as usual.",
}


def _phases(params: Params) -> list[tuple[str, int, str, str]]:
    """Name, counted edges, light of the main road and light of the side road of every phase, in their order."""
    phases = [
        ("main green", params["green"], "green", "red"),
        ("main yellow", params["yellow"], "yellow", "red"),
        ("clearing side", params["clearing"], "red", "red"),
        ("side ready", int(params["ready"]), "red", "red and yellow"),
        ("side green", params["side"], "red", "green"),
        ("side yellow", params["yellow"], "red", "yellow"),
        ("clearing main", params["clearing"], "red", "red"),
        ("main ready", int(params["ready"]), "red and yellow", "red"),
    ]
    return [phase for phase in phases if phase[1]]


def _pinout(params: Params) -> Pinout:
    pinout = Pinout(params)
    width = 3 if params["lights"] == "one_hot" else 2
    if params["tick"]:
        pinout.add("tick", ("tck", "time_tick"), "input", "1 at the edges that count")
    pinout.add("request", ("req", "side_request"), "input", "somebody waits at the side road")
    if params["emergency"] != "none":
        pinout.add("emergency", ("emg", "emergency"), "input", "an emergency vehicle comes")
    pinout.add("main", ("mainl", "main_light"), "output", "the light of the main road", width=width)
    pinout.add("side", ("sidel", "side_light"), "output", "the light of the side road", width=width)
    if params["memory"] == "remembered":
        pinout.add("waiting", ("pend", "request_waits"), "output", "a request is remembered")
    return pinout


class Crossing:
    """The specification, over the name of the phase and the counted edges that it has seen."""

    def __init__(self, params: Params) -> None:
        """Main green has just begun."""
        self._params = params
        self._phases = {name: (time, main, side) for name, time, main, side in _phases(params)}
        self._order = [*self._phases, "main green"]
        self._phase, self._seen, self._waits = "main green", 0, False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; none depends on the inputs."""
        codes = _LIGHTS[self._params["lights"]]
        _, main, side = self._phases.get(self._phase, (0, "red", "red"))
        return {"main": codes[main], "side": codes[side], "waiting": int(self._waits)}

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        before, requested = self._phase, bool(pins["request"]) or self._waits
        if self._params["emergency"] == "all_red" and pins["emergency"]:
            self._phase = "emergency"
        elif before == "emergency":
            self._phase, self._seen = "main green", 0
        elif pins.get("tick", 1):
            self._count(pins, requested)
        begins = self._phase == "side green" != before
        if self._params["memory"] == "remembered":
            self._waits = (requested if before != "side green" else self._waits) and not begins

    def _count(self, pins: Pins, requested: bool) -> None:
        self._seen += 1
        hurry = self._params["emergency"] == "main" and bool(pins["emergency"])
        over = self._seen >= self._phases[self._phase][0]
        if self._phase == "main green":
            over = over and requested and not hurry
        if over or (hurry and self._phase == "side green"):
            self._phase, self._seen = self._order[self._order.index(self._phase) + 1], 0


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    tickless = {**words, "tickless": f"; `{words['tick']}` does not matter for this" if params["tick"] else ""}
    codes = _LIGHTS[params["lights"]]
    shown = [name for name in codes if name != "red and yellow" or params["ready"]]
    width = pinout.ports["main"].width
    rows = [f"| *{name}* | {time} | {main} | {side} |" for name, time, main, side in _phases(params)]
    return (
        words
        | _verilog(params, words)
        | {
            "codes": ", ".join(f"{codes[name]:0{width}b} for {name}" for name in shown),
            "rows": "\n".join(rows),
            "counted_text": f"An edge at which `{words['tick']}` is 1 is a *counted* edge; edges at which it is 0 end "
            "no phase by rules 2 and 3 and are not counted."
            if params["tick"]
            else "Every edge is a *counted* edge.",
            "green_time": str(params["green"]),
            "memory_text": _MEMORY[params["memory"]].format_map(words),
            "emergency_text": _EMERGENCY[params["emergency"]].format_map(tickless),
            "emergency_condition": f" and `{words.get('emergency')}` is 0" * (params["emergency"] == "main"),
            "reset_state": f" and sets `{words.get('waiting')}` to 0" * (params["memory"] == "remembered"),
            "example": pinout.example(partial(Crossing, params), _example(params), binary=True),
        }
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    phases, kind, remembers = _phases(params), params["emergency"], params["memory"] == "remembered"
    width = 3 if params["lights"] == "one_hot" else 2
    timer = (max(time for _, time, _, _ in phases) - 1).bit_length()
    codes = {name: f"{width}'d{value}" for name, value in _LIGHTS[params["lights"]].items()}
    constants = {name: name.upper().replace(" ", "_") for name, *_ in phases} | {"emergency": "HALT"}
    rows = [*phases, ("emergency", 0, "red", "red")] if kind == "all_red" else phases
    arms = []
    for place, (name, _, main, side) in enumerate(rows):
        following, time = (phases[place + 1] if place + 1 < len(phases) else phases[0])[:2]
        label = "default" if place + 1 == len(rows) else constants[name]
        arms.append(
            f"            {label}: begin following = {constants[following]}; "
            f"time_left = {timer}'d{time - 1}; main_now = {codes[main]}; side_now = {codes[side]}; end\n"
        )
    left = (len(rows) - 1).bit_length() - 1
    asked = f"({words['request']} || waits)" if remembers else words["request"]
    calm = f" && !{words.get('emergency')}" * (kind == "main")
    hurry = f" || (phase == SIDE_GREEN && {words.get('emergency')})" * (kind == "main")
    restart = "            phase <= following;\n            timer <= time_left;\n"
    halt = f"if ({words.get('emergency')})\n            phase <= HALT;\n        else if (phase == HALT) begin\n"
    leaves = "ends" + f" && {words.get('tick')}" * params["tick"]
    leaves += f" && !{words.get('emergency')}" * (kind == "all_red")
    # In the phase `emergency` what follows is main green, so that side green never begins there.
    wait = f"""
    always @({words["edges"]})
        if ({words["reset_active"]})
            waits <= 1'b0;
        else if (phase != SIDE_GREEN)
            waits <= {asked} && !begins_side;
"""
    return {
        "constants": "".join(
            f"    localparam [{left}:0] {constants[row[0]]} = {number};\n" for number, row in enumerate(rows)
        ),
        "arms": "".join(arms),
        "phase_left": str(left),
        "green_left": str(params["green"] - 1),
        "timer_left": str(timer - 1),
        "may_end": f"phase != MAIN_GREEN || ({asked}{calm})" if calm else f"phase != MAIN_GREEN || {asked}",
        "hurry": hurry,
        "halt_branch": halt + restart + "        end else " if kind == "all_red" else "",
        "tick_guard": f"if ({words['tick']}) " if params["tick"] else "",
        "wait_register": "    reg waits;\n" * remembers,
        "wait_wire": f"    wire begins_side = {leaves} && following == SIDE_GREEN;\n" * remembers,
        "wait_process": wait if remembers else "",
        "light_left": str(width - 1),
        "wait_assign": f"    assign {words.get('waiting')} = waits;\n" * remembers,
    }


def _example(params: Params) -> list[dict[str, int]]:
    """A request early in main green, a whole round, an emergency in side green."""
    rest = [{"tick": 1}] * sum(time for _, time, _, _ in _phases(params))
    cycles = [{"reset": 1}, {"tick": 1, "request": 1}, {"tick": 0, "request": 1}, *rest, {"tick": 1, "request": 1}]
    cycles += rest[: params["green"] + params["yellow"] + params["clearing"] + params["ready"]]
    return [*cycles, {"tick": 1, "emergency": 1}, {"tick": 1}, {"tick": 1}]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Rounds with a request at each moment, an emergency and a reset at each moment, then random traffic."""
    around = sum(time for _, time, _, _ in _phases(params))
    free, ask, pause = {"tick": 1}, {"tick": 1, "request": 1}, {"tick": 0, "request": 0}
    cycles: list[dict[str, int]] = [
        {"reset": 1, **ask},
        *[free] * (around + 2),
        *[ask] * (2 * around),
        *[free] * around,
    ]
    for moment in range(around + 1):
        cycles += [ask, *[free] * moment, ask, free]
        cycles += [{"reset": 1}, ask, *[ask] * (moment + params["green"] - 1), {"tick": moment % 2, "emergency": 1}]
        cycles += [{"tick": 1 - moment % 2, "request": moment % 2, "emergency": moment % 3 // 2}, free, pause, ask]
    cycles += [
        *[{"tick": 1, "emergency": 1, "request": 1}] * (around + 4),
        *[free] * 3,
        *[ask] * 4,
        {"reset": 1, **ask},
    ]
    cycles += [*[free] * (params["green"] + 2), {"tick": 0, "request": 1}, {"tick": 0}, *[free] * around]
    floor = len(cycles) + 150
    while len(cycles) < floor:
        busy, urgent = random.choice((0.05, 0.3, 0.9)), random.choice((0.0, 0.03, 0.4))
        for _ in range(random.randrange(5, 30)):
            cycle = {"tick": int(random.random() < 0.7), "request": int(random.random() < busy)}
            cycle |= {"emergency": int(random.random() < urgent), "reset": int(random.random() < 0.005)}
            cycles.append(cycle)
    return _pinout(params).drive(cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Crossing, params))


FAMILY = Family(
    name="traffic_light",
    revision=1,
    level=3,
    title="traffic lights with request and emergency",
    choices={
        "green": (2, 3, 4),
        "yellow": (1, 2),
        "clearing": (0, 1, 2),
        "side": (2, 3),
        "ready": (False, True),
        "memory": ("level", "remembered"),
        "emergency": ("none", "all_red", "main"),
        "tick": (False, True),
        "lights": ("one_hot", "code"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("traffic_light", "crossing", "light_controller"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "state machine"),
)
