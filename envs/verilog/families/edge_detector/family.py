"""An edge detector: which edges, how they are reported, synchroniser, history after reset and clearing vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, Clocking, driven, spelled
from ecot.envs.verilog.families.edge_detector.text import fill
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port


def _clocking(params: Params) -> Clocking:
    return Clocking.of(params["naming"], params["reset"])


def _ports(params: Params) -> dict[str, Port]:
    """The ports by key, in the order of the interface table."""
    ports, width = _clocking(params).ports(), params["width"]
    many = width > 1

    def add(key: str, short: str, long: str, direction: str, description: str, bits: int = 1) -> None:
        name = spelled(params["naming"], short, long, direction)
        ports[key] = Port(name=name, direction=direction, width=bits, description=description)

    add("signal", "sig", "signal", "input", f"line{'s' if many else ''} to watch", width)
    if params["clear"] == "all":
        add("clear", "clr", "clear", "input", "clears " + ("every flag" if many else "the flag") + ", active high")
    if params["clear"] == "each":
        add("clear", "clr", "clear", "input", "bit i clears flag i, active high", width)
    kinds = {"direct": "combinational", "delayed": "registered", "sticky": "registered"}
    word = "flag" if params["report"] == "sticky" else "pulse"
    about = f"{word}{'s, bit i for line i' if many else ''}, {kinds[params['report']]}"
    add("report", "det", "detected", "output", about, width)
    if params["summary"]:
        add("any", "any", "any_detected", "output", f"1 where any {word} is 1")
    return ports


def _fill(params: Params) -> dict[str, str]:
    ports, clocking = _ports(params), _clocking(params)
    example = driven(_example(params), ports, clocking)
    return fill(params, ports=ports, clocking=clocking, model=_Detector(params), example=example)


class _Detector:
    """One list of samples for each line, the newest last. Everything is None until the first reset."""

    def __init__(self, params: Params) -> None:
        self._params, self._clocking = params, _clocking(params)
        self._names = {key: port.name for key, port in _ports(params).items()}
        self._samples: list[list[int | None]] | None = None
        self._flags = [0] * params["width"]

    def settle(self, inputs: Inputs) -> Outputs:
        if self._clocking.resets_at_once(inputs):
            self._reset()
        if self._samples is None:
            report: int | None = None
        else:
            bits = self._events(inputs) if self._params["report"] == "direct" else self._flags
            report = sum(bit << line for line, bit in enumerate(bits))
        outputs = {self._names["report"]: report}
        if self._params["summary"]:
            outputs[self._names["any"]] = None if report is None else int(report > 0)
        return outputs

    def clock(self, inputs: Inputs) -> None:
        if self._clocking.resets(inputs):
            self._reset()
        elif self._samples is not None:
            events = self._events(inputs)
            self._flags = [self._flag(line, event, inputs) for line, event in enumerate(events)]
            for line, samples in enumerate(self._samples):
                samples.append(inputs[self._names["signal"]] >> line & 1)

    def _reset(self) -> None:
        before: int | None = {"zero": 0, "one": 1, "unknown": None}[self._params["history"]]
        self._samples = [[before] * (self._params["stages"] + 1) for _ in range(self._params["width"])]
        self._flags = [0] * self._params["width"]

    def _events(self, inputs: Inputs) -> list[int]:
        """Whether each line shows an edge now: its level, as late as the synchroniser makes it, and the one before."""
        stages, events = self._params["stages"], []
        for line, samples in enumerate(self._samples or ()):
            levels = [*samples, inputs[self._names["signal"]] >> line & 1]
            older, newer = levels[-2 - stages], levels[-1 - stages]
            wanted = {"rising": [(0, 1)], "falling": [(1, 0)], "both": [(0, 1), (1, 0)]}[self._params["edge"]]
            events.append(int((older, newer) in wanted))
        return events

    def _flag(self, line: int, event: int, inputs: Inputs) -> int:
        if self._params["report"] != "sticky":
            return event
        place = line if self._params["clear"] == "each" else 0
        cleared = inputs[self._names["clear"]] >> place & 1
        if event and cleared:
            return int(self._params["precedence"] == "event")
        return 1 if event else 0 if cleared else self._flags[line]


def _example(params: Params) -> list[dict[str, int]]:
    """Reset, then a rising edge, a falling edge and a pulse of one cycle on line 0, with a clear where there is one."""
    levels = (0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0)
    clears = (0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
    return [
        {"reset": int(cycle == 0), "signal": level, "clear": clear}
        for cycle, (level, clear) in enumerate(zip(levels, clears, strict=True))
    ]


def _directed(params: Params) -> list[dict[str, int]]:
    """On one line at a time: long levels, pulses, toggling; clears about every edge; resets at both levels."""
    width, full = params["width"], (1 << params["width"]) - 1
    cycles: list[dict[str, int]] = [{"reset": 1, "signal": full}, {"reset": 1}, {"reset": 1, "signal": full}]
    cycles += [{"signal": full}] * 4 + [{"reset": 1, "signal": full}, {}, {}, {}, {}, {"reset": 1}, {}, {}, {}]
    for line in sorted({0, width // 2, width - 1}):
        bit = 1 << line
        for background in (0, full - bit):
            levels = (0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0)
            cycles += [{"signal": background | bit * level} for level in levels]
            cycles += [{"signal": background, "clear": full - bit}, {"signal": background, "clear": bit | 1}]
    for delay in range(params["stages"] + 2):
        for level in (full, 0):
            cycles += [{"signal": level}] * delay + [
                {"signal": level, "clear": full},
                {"signal": level},
                {"signal": level},
            ]
    return [*cycles, {"reset": 1, "signal": full, "clear": full}, {"signal": full}, {"signal": full, "clear": full}]


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    """The directed cycles, then lines that toggle at rates that change every forty cycles."""
    width, full = params["width"], (1 << params["width"]) - 1
    cycles, level, rate = _directed(params), 0, 0.5
    for cycle in range(205):
        rate = rng.choice((0.05, 0.3, 0.6, 0.95)) if cycle % 40 == 0 else rate
        level ^= sum(1 << line for line in range(width) if rng.random() < rate)
        clear = rng.choice((0, 0, 0, full, rng.randrange(full + 1), level))
        # A level that changes while the reset is active, or as it ends, is where histories differ.
        reset = int(rng.random() < 0.06 or (cycles[-1].get("reset", 0) == 1 and rng.random() < 0.3))
        cycles.append({"signal": level, "clear": clear if params["clear"] == "each" else clear & 1, "reset": reset})
    full_clear = full if params["clear"] == "each" else 1
    return driven(
        [{**cycle, "clear": min(cycle.get("clear", 0), full_clear)} for cycle in cycles],
        _ports(params),
        _clocking(params),
    )


def _valid(params: Params) -> bool:
    """Only flags are cleared; the first real sample is the first through no synchroniser; one line needs no vector."""
    clears = params["clear"] != "none" if params["report"] == "sticky" else params["clear"] == "none"
    precedes = params["report"] == "sticky" or params["precedence"] == "event"
    remembers = params["history"] != "unknown" or params["stages"] == 0
    vector = params["width"] > 1 or not (params["summary"] or params["clear"] == "each")
    return clears and precedes and remembers and vector


FAMILY = Family(
    name="edge_detector",
    revision=1,
    level=2,
    title="edge detector",
    choices={
        "width": (1, 2, 4, 8, 16),
        "edge": ("rising", "falling", "both"),
        "report": ("direct", "delayed", "sticky"),
        "clear": ("none", "all", "each"),
        "precedence": ("event", "clear"),
        "stages": (0, 1, 2, 3),
        "history": ("zero", "one", "unknown"),
        "summary": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
    },
    ports=lambda params: tuple(_ports(params).values()),
    fill=_fill,
    model=_Detector,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    held_out=True,
    tags=("sequential",),
)
