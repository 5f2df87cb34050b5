"""A tracker of extremes: width, sign, which extremes, their places, new runs, empty runs and a flag vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_PLACE_WIDTH = 3
_EXTREMES = {"max": ("highest", "maximum"), "min": ("lowest", "minimum")}
_CLEARS = {
    "none": "Only a reset begins a new run.",
    "drop": "An edge that finds `{clear}` at 1 begins a new run, which is empty: a sample at that edge is not taken.",
    "first": "An edge that finds `{clear}` at 1 begins a new run. Where `{valid}` is 1 at that edge, too, its sample "
    "is the first one of the new run; otherwise the new run is empty.",
}


def _kinds(params: Params) -> list[str]:
    return ["max", "min"] if params["extremes"] == "both" else [params["extremes"]]


def _limits(params: Params) -> dict[str, int]:
    """What the extremes show in an empty run, as bits."""
    width = params["width"]
    full, sign = (1 << width) - 1, 1 << width - 1
    if params["empty"] == "zero":
        return {"max": 0, "min": 0}
    return {"max": sign, "min": sign - 1} if params["signed"] else {"max": 0, "min": full}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    number = "two's complement" if params["signed"] else "unsigned"
    pinout.add("valid", ("vld", "sample_valid"), "input", "there is a sample")
    pinout.add("data", ("din", "sample"), "input", f"the sample, {number}", width=width)
    if params["clear"] != "none":
        pinout.add("clear", ("clr", "clear"), "input", "begin a new run")
    for kind in _kinds(params):
        pinout.add(kind, (kind, _EXTREMES[kind][1]), "output", f"{_EXTREMES[kind][0]} sample, {number}", width=width)
        if params["place"] != "none":
            names = (f"{kind}_at", f"{_EXTREMES[kind][1]}_place")
            pinout.add(f"{kind}_at", names, "output", f"place of the {_EXTREMES[kind][0]} sample", width=_PLACE_WIDTH)
    if params["flag"] == "empty":
        pinout.add("flag", ("empty", "no_samples"), "output", "the run is empty")
    if params["flag"] == "record":
        pinout.add("flag", ("rec", "new_record"), "output", "the latest edge took a record")
    return pinout


class _Tracker:
    """The specification, over the list of samples of the run."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._run: list[int] = []
        self._record = 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        mask = (1 << self._params["width"]) - 1
        values: dict[str, int | None] = {"flag": self._record}
        if self._params["flag"] == "empty":
            values["flag"] = int(not self._run)
        for kind in _kinds(self._params):
            place = self._where(kind)
            values[kind] = self._run[place] & mask if self._run else _limits(self._params)[kind]
            values[f"{kind}_at"] = place % (1 << _PLACE_WIDTH)
        return values

    def step(self, pins: Pins) -> None:
        cleared = bool(pins.get("clear"))
        self._run = [] if cleared else self._run
        self._record = 0
        if pins["valid"] and not (cleared and self._params["clear"] == "drop"):
            width = self._params["width"]
            negative = self._params["signed"] and pins["data"] >> width - 1
            self._run.append(pins["data"] - (1 << width) if negative else pins["data"])
            latest = len(self._run) - 1
            self._record = int(any(self._where(kind) == latest for kind in _kinds(self._params)))

    def _where(self, kind: str) -> int:
        """Place of an extreme, 0 in an empty run."""
        if not self._run:
            return 0
        extreme = max(self._run) if kind == "max" else min(self._run)
        if self._params["place"] != "last":
            return self._run.index(extreme)
        return len(self._run) - 1 - self._run[::-1].index(extreme)


def _extremes_text(params: Params, words: Mapping[str, str]) -> str:
    parts = [f"`{words[kind]}` is the {_EXTREMES[kind][0]} sample of the run" for kind in _kinds(params)]
    number = "two's complement numbers" if params["signed"] else "unsigned numbers"
    return f"{listed(parts)}. Samples are compared as {number}."


def _place_text(params: Params, words: Mapping[str, str]) -> str:
    if params["place"] == "none":
        return "Where a sample stands in the run is not shown."
    shown = listed(
        [f"`{words[f'{kind}_at']}` is the place of the {_EXTREMES[kind][0]} sample" for kind in _kinds(params)]
    )
    tie = "first" if params["place"] == "first" else "latest"
    return (
        f"The samples of a run are numbered from 0. {shown}, modulo {1 << _PLACE_WIDTH}. Where several samples of the "
        f"run have the extreme value, it is the {tie} of them."
    )


def _empty_text(params: Params, words: Mapping[str, str]) -> str:
    width, limits = params["width"], _limits(params)
    shown = [f"`{words[kind]}` is {width}'b{limits[kind]:0{width}b}" for kind in _kinds(params)]
    shown += [f"`{words[f'{kind}_at']}` is 0" for kind in _kinds(params) if params["place"] != "none"]
    return f"In an empty run {listed(shown)}."


def _flag_text(params: Params, words: Mapping[str, str]) -> str:
    if params["flag"] == "none":
        return "There is no flag."
    if params["flag"] == "empty":
        return f"`{words['flag']}` is 1 exactly while the run is empty."
    both = "the " + " or the ".join(_EXTREMES[kind][0] for kind in _kinds(params))
    tie = "at least as extreme as" if params["place"] == "last" else "more extreme than"
    return (
        f"`{words['flag']}` is 1 exactly between an edge that takes a record and the next edge (or a reset). A record "
        f"is the first sample of a run, or one that is {tie} {both} sample that the run had before it."
    )


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words()
    taken = " (rule 5 says where it is not)" if params["clear"] == "drop" else ""
    texts = {
        "extremes_title": {"max": "highest sample", "min": "lowest sample", "both": "highest and the lowest sample"}[
            params["extremes"]
        ],
        "taken_text": taken,
        "extremes_text": _extremes_text(params, words),
        "place_text": _place_text(params, words),
        "empty_text": _empty_text(params, words),
        "clear_text": _CLEARS[params["clear"]].format_map(words | {"clear": words.get("clear", "")}),
        "width": str(params["width"]),
        "reset_flag": f", and sets `{words.get('flag')}` to 0" if params["flag"] == "record" else "",
        "flag_text": _flag_text(params, words),
    }
    return words | texts | _verilog(params, words) | {
        "example": pinout.example(lambda: _Tracker(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution, whose registers are named for the key of the port that shows them."""
    width, kinds, placed = params["width"], _kinds(params), params["place"] != "none"
    flag, clear, data = params["flag"], words.get("clear"), words["data"]
    restarts, record = params["clear"] == "first", flag == "record"
    some = params["empty"] == "zero" or flag != "none"
    first = f"{clear} || " * restarts + "!some || " * (params["empty"] == "zero" or record)
    start = [f"{kind}_now <= {width}'d{_limits(params)[kind]};" for kind in kinds]
    start += [f"{kind}_place <= 0;" for kind in kinds if placed] + ["number <= 0;"] * placed
    start += ["some <= 1'b0;"] * some + ["fresh <= 1'b0;"] * record
    registers = [f"reg [{width - 1}:0] {kind}_now;" for kind in kinds]
    registers += [f"reg [{_PLACE_WIDTH - 1}:0] {kind}_place;" for kind in kinds if placed]
    registers += [f"reg [{_PLACE_WIDTH - 1}:0] number;"] * placed + ["reg some;"] * some + ["reg fresh;"] * record
    place = f"{clear} ? {_PLACE_WIDTH}'d0 : number" if restarts else "number"
    wires = [f"wire [{_PLACE_WIDTH - 1}:0] place = {place};"] * placed
    update = []
    for kind in kinds:
        update += [f"if (new_{kind})", f"    {kind}_now <= {data};"]
        update += [f"if (new_{kind})", f"    {kind}_place <= place;"] * placed
    update += ["number <= place + 1;"] * placed + ["some <= 1'b1;"] * some
    update += ["fresh <= " + " || ".join(f"new_{kind}" for kind in kinds) + ";"] * record
    shows = [f"assign {words[kind]} = {kind}_now;" for kind in kinds]
    shows += [f"assign {words[f'{kind}_at']} = {kind}_place;" for kind in kinds if placed]
    shows += [f"assign {words.get('flag')} = {'fresh' if record else '!some'};"] * (flag != "none")
    tails = {"none": "", "drop": "", "first": f" else if ({clear}) begin\n{_block(start, 12)}        end"}
    idle = " else\n            fresh <= 1'b0;" * record
    return {
        "registers": _block(registers, 4),
        "wires": _block(wires, 4),
        "news": _news(params, words, first, signed=params["signed"]),
        "other_news": _news(params, words, first, signed=not params["signed"]),
        "least_news": _news(params, words, first, signed=params["signed"], swapped=True),
        "start": _block(start, 12),
        "clear_branch": f"if ({clear}) begin\n{_block(start, 12)}        end else " * (params["clear"] == "drop"),
        "update": _block(update, 12),
        "tail": tails[params["clear"]] + idle,
        "shows": _block(shows, 4),
    }


def _news(params: Params, words: Mapping[str, str], first: str, *, signed: bool, swapped: bool = False) -> str:
    """Declarations of what says whether the sample is a new extreme."""
    lines = []
    for kind in _kinds(params):
        sides = [f"$signed({side})" if signed else side for side in (words["data"], f"{kind}_now")]
        sign = (">" if (kind == "max") != swapped else "<") + "=" * (params["place"] == "last")
        lines.append(f"wire new_{kind} = {first}{sides[0]} {sign} {sides[1]};")
    return _block(lines, 4)


def _block(lines: Sequence[str], indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """A run with a tie, a pause and both signs, then a new one."""
    top = 1 << params["width"] - 1
    run = [{"valid": 1, "data": value} for value in (5, 7, 7, top, 1, 1)]
    return [{"reset": 1}, {"data": 3}, *run, {"data": top + 1}, {"clear": 1, "valid": 1, "data": 2}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Runs of one sample, climbing, falling and mixed ones with ties over both signs, pauses, new runs and resets."""
    width = params["width"]
    full, sign = (1 << width) - 1, 1 << width - 1
    corners = (0, 1, full, full - 1, sign, sign - 1, sign + 1)
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "valid": 1, "data": 5, "clear": 1}, {"data": full}, {}]

    def begin(value: int) -> None:
        kind = random.choice(("reset", "clear", "both"))
        cycles.append({"reset": int(kind == "reset" or params["clear"] == "none"), "valid": 0, "data": value})
        if params["clear"] != "none":
            cycles[-1] |= {"clear": int(kind != "reset"), "valid": int(kind == "both")}

    for value in corners:
        begin(full - value)
        cycles += [{"data": full - value}, {"valid": 1, "data": value}, {"data": full - value}, {"data": value}]
        begin(value)
        cycles += [{"valid": 1, "data": other} for other in random.sample(corners, 3)]
    for bit in range(width):
        begin(0)
        base = random.getrandbits(width)
        cycles += [{"valid": 1, "data": value} for value in (base, base ^ 1 << bit, base, base ^ 1 << bit)]
    for step in (1, -1):
        begin(sign)
        cycles += [{"valid": 1, "data": (sign + (sign >> 1) + step * place) & full} for place in range(11)]
    cycles += [{"data": 0}] * 3
    while len(cycles) < 330:
        begin(random.getrandbits(width))
        pool = [random.choice((*corners, random.getrandbits(width))) for _ in range(random.choice((2, 4, 12)))]
        for _ in range(random.choice((3, 6, 14))):
            cycles.append({"valid": int(random.random() < 0.8), "data": random.choice(pool)})
    for _ in range(40):
        after = {"valid": random.getrandbits(1), "data": random.getrandbits(width), "clear": 0, "reset": 0}
        cycles.append(one_change(cycles[-1], after, random))
    return cycles


FAMILY = Family(
    name="min_max_tracker",
    revision=1,
    level=2,
    title="tracker of extremes",
    choices={
        "width": (4, 5, 7, 8),
        "signed": (False, True),
        "extremes": ("max", "min", "both"),
        "place": ("none", "first", "last"),
        "clear": tuple(_CLEARS),
        "empty": ("zero", "limit"),
        "flag": ("none", "empty", "record"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("min_max_tracker", "extremes", "peak_detector"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Tracker(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "statistics"),
)
