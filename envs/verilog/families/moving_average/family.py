"""A moving average: window, width, sign, rounding, warm-up, clearing and a sign of readiness vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_WARM_UPS = {
    "zeros": "Until {window} samples have been taken since the latest start, those that are missing count as 0: the "
    "window always has {window} values.",
    "hold": "Until {window} samples have been taken since the latest start, `{average}` is 0, whatever they are.",
    "first": "The first sample after a start counts {window} times, as if all {window} values of the window were equal "
    "to it; each later sample replaces the oldest of them. Before the first sample `{average}` is 0.",
}
_ROUNDINGS = {
    "down": "rounded down, towards minus infinity, where it is not an integer",
    "nearest": "rounded to the nearest integer; a value halfway between two integers is rounded up, towards plus "
    "infinity",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    number = "two's complement" if params["signed"] else "unsigned"
    pinout.add("valid", ("vld", "sample_valid"), "input", "there is a sample")
    pinout.add("data", ("din", "sample"), "input", f"the sample, {number}", width=width)
    if params["clear"]:
        pinout.add("clear", ("clr", "clear"), "input", "forget all samples")
    pinout.add("average", ("avg", "average"), "output", f"the average, {number}", width=width)
    if params["ready"]:
        pinout.add("ready", ("full", "window_full"), "output", f"at least {params['window']} samples were taken")
    return pinout


class _Average:
    """The specification, over the list of samples since the latest start."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._samples: list[int] = []

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        window, warm_up = self._params["window"], self._params["warm_up"]
        ready = len(self._samples) >= window
        values = self._samples[-window:]
        if warm_up == "first" and values and not ready:
            values = [values[0]] * (window - len(values)) + values
        total = 0 if warm_up == "hold" and not ready else sum(values)
        half = window // 2 if self._params["rounding"] == "nearest" else 0
        return {"average": (total + half) // window % (1 << self._params["width"]), "ready": int(ready)}

    def step(self, pins: Pins) -> None:
        width = self._params["width"]
        if pins.get("clear"):
            self._samples = []
        elif pins["valid"]:
            negative = self._params["signed"] and pins["data"] >> width - 1
            self._samples.append(pins["data"] - (1 << width) * bool(negative))


def _fill(params: Params) -> Mapping[str, str]:
    pinout, window = _pinout(params), params["window"]
    words = pinout.words()
    known = words | {"window": str(window)}
    starts = f"a reset or an edge that finds `{words.get('clear')}` at 1" if params["clear"] else "a reset"
    texts = {
        "width": str(params["width"]),
        "number_text": "numbers in two's complement" if params["signed"] else "unsigned numbers",
        "starts_text": starts,
        "taken_text": f", unless it finds `{words.get('clear')}` at 1" if params["clear"] else "",
        "rounding_text": _ROUNDINGS[params["rounding"]],
        "warm_text": _WARM_UPS[params["warm_up"]].format_map(known),
        "clear_text": f"An edge that finds `{words.get('clear')}` at 1 forgets all samples and takes none, whatever "
        f"`{words['valid']}` is."
        if params["clear"]
        else "Only a reset forgets the samples.",
        "ready_text": f"`{words.get('ready')}` is 1 exactly while at least {window} samples have been taken since the "
        "latest start."
        if params["ready"]
        else "Whether the window is full is not shown.",
    }
    return known | texts | _verilog(params, words) | {
        "example": pinout.example(lambda: _Average(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    width, window, warm_up, data = params["width"], params["window"], params["warm_up"], words["data"]
    grown, size = window.bit_length() - 1, window * width
    counts, some = params["ready"] or warm_up == "hold", warm_up == "first" and not params["ready"]
    first = warm_up == "first"
    start = "            history <= 0;\n" * (not first) + "            total <= 0;\n"
    start += "            taken <= 0;\n" * counts + "            some <= 1'b0;\n" * some
    zeros, signs = (
        [f"{{{grown}'d0, {name}}}" for name in (data, "oldest")],
        [f"{{{{{grown}{{{name}[{width - 1}]}}}}, {name}}}" for name in (data, "oldest")],
    )
    right, other = (signs, zeros) if params["signed"] else (zeros, signs)
    slide = f"history <= {{history[{size - width - 1}:0], {data}}};"
    usual = f"total <= total + {right[0]} - {right[1]};"
    wrong = f"total <= total + {other[0]} - {other[1]};"
    begin = f"if ({'taken == 0' if counts else '!some'}) begin\n                history <= {{{window}{{{data}}}}};\n"
    begin += f"                total <= {{{data}, {grown}'d0}};\n            end else begin\n                "
    return {
        "history_left": str(size - 1),
        "total_left": str(width + grown - 1),
        "oldest_left": str(width - 1),
        "oldest": f"history[{size - 1}:{size - width}]",
        "second_oldest": f"history[{size - width - 1}:{size - 2 * width}]",
        "declarations": f"    reg [{grown}:0] taken;\n" * counts + "    reg some;\n" * some,
        "start": start,
        "clear_branch": f"if ({words.get('clear')}) begin\n{start}        end else " * params["clear"],
        "update": "            " + begin * first + slide + "\n" + "    " * first,
        "usual_total": usual,
        "wrong_total": wrong,
        "update_end": "\n"
        + "            end\n" * first
        + f"            if (!taken[{grown}])\n                taken <= taken + 1;\n" * counts
        + "            some <= 1'b1;\n" * some,
        "rounded": f"total + {window // 2}" if params["rounding"] == "nearest" else "total",
        "wrong_rounded": "total" if params["rounding"] == "nearest" else f"total + {window // 2}",
        "shown": (f"taken[{grown}] ? " if warm_up == "hold" else "")
        + f"rounded[{width + grown - 1}:{grown}]"
        + (" : 0" if warm_up == "hold" else ""),
        "assigns": f"    assign {words.get('ready')} = taken[{grown}];\n" * params["ready"],
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Small samples with a pause, until the window has moved on."""
    values = (3, 6, 5, 2, 7, 1, 4, 6, 7, 5, 3)[: params["window"] + 3]
    cycles: list[dict[str, int]] = [{"valid": 1, "data": value} for value in values]
    return [{"reset": 1}, *cycles[:2], {"data": 7}, *cycles[2:], {"clear": 1}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Starts at every fill of the window, single impulses of every bit, long runs of both extremes, then mixed ones."""
    width, window = params["width"], params["window"]
    full, sign = (1 << width) - 1, 1 << width - 1
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "valid": 1, "data": full}, {"data": full}, {}]
    for filled in range(window + 2):
        cycles += [{"valid": 1, "data": random.getrandbits(width)} for _ in range(filled)]
        begin = {"clear": 1} if filled & 1 and params["clear"] else {"reset": 1}
        cycles += [{**begin, "valid": filled >> 1 & 1, "data": random.getrandbits(width)}, {"data": sign}]
    for value in (full, sign, sign - 1, 1, 0, sign, full, sign - 1):
        cycles += [{"valid": 1, "data": value}] * (window // 2 + 1)
    for bit in range(width):
        cycles += [{"valid": 1, "data": 1 << bit}, *[{"valid": 1}] * (2 if window > 4 else window), {"data": full}]
    for value in (full, sign, sign - 1):
        cycles += [{"reset": 1, "clear": 1}, *[{"valid": 1, "data": value}] * (window + 2)]
    while len(cycles) < 320:
        dense = random.choice((0.4, 0.9, 1.0))
        cycles.append({"reset": int(random.random() < 0.2), "clear": int(random.random() < 0.2), "valid": 1})
        for _ in range(random.choice((window - 1, 2 * window, 14))):
            cycles.append({"valid": int(random.random() < dense), "data": random.getrandbits(width)})
    for _ in range(40):
        after = {"valid": random.getrandbits(1), "data": random.getrandbits(width), "clear": 0, "reset": 0}
        cycles.append(one_change({"data": 0, **cycles[-1]}, after, random))
    return cycles


FAMILY = Family(
    name="moving_average",
    revision=1,
    level=2,
    title="moving average",
    choices={
        "width": (4, 5, 6, 8),
        "window": (2, 4, 8),
        "signed": (False, True),
        "warm_up": tuple(_WARM_UPS),
        "rounding": tuple(_ROUNDINGS),
        "clear": (False, True),
        "ready": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("moving_average", "mean_filter", "boxcar_filter"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Average(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "filter"),
)
