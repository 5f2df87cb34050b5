"""A round-robin arbiter: requesters, direction, fairness rule, gating and registers of the grant vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_GATES = {"enable": ("en", "enable"), "accept": ("ack", "accept")}
_ORDER = {
    "up": "i, i + 1, ... up to {last}, then 0 and up to i - 1",
    "down": "i, i - 1, ... down to 0, then {last} and down to i + 1",
}
_FAIRNESS = {
    "next": "the first requester becomes the one that follows the winner in the order of rule 1 (after requester "
    "{end}, requester {begin}), so that the winner comes last",
    "stay": "the first requester becomes the winner itself, so that it wins again for as long as it goes on requesting",
    "turn": "the first requester i becomes the one that follows i in the order of rule 1 (after requester {end}, "
    "requester {begin}), whoever won",
}


def _pinout(params: Params) -> Pinout:
    pinout, lines = Pinout(params), params["lines"]
    pinout.add("request", ("req", "requests"), "input", "request of requester i in bit i", width=lines)
    if params["gate"] == "enable":
        pinout.add("gate", _GATES["enable"], "input", "arbitration is enabled")
    if params["gate"] == "accept":
        pinout.add("gate", _GATES["accept"], "input", "the grant is accepted")
    kind = params["grant"]
    if params["answer"] != "index":
        pinout.add("one_hot", ("gnt", "grant"), "output", f"grant of requester i in bit i, {kind}", width=lines)
    if params["answer"] != "one_hot":
        width = (lines - 1).bit_length()
        pinout.add("index", ("idx", "grant_index"), "output", f"number of the granted requester, {kind}", width=width)
        pinout.add("valid", ("vld", "grant_valid"), "output", f"there is a grant, {kind}")
    return pinout


class _Arbiter:
    """The specification, over the list of requesters in their present order."""

    def __init__(self, params: Params) -> None:
        self._params = params
        count, start = params["lines"], params["start"] == "last"
        step = 1 if params["order"] == "up" else -1
        first = count - 1 if start else 0
        self._queue = [(first + step * place) % count for place in range(count)]
        self._held: int | None = None

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        registered = self._params["grant"] == "registered"
        winner = self._held if registered else self._winner(pins)
        if winner is None:
            return {"one_hot": 0, "index": 0, "valid": 0}
        return {"one_hot": 1 << winner, "index": winner, "valid": 1}

    def step(self, pins: Pins) -> None:
        gate = pins.get("gate", 1)
        if self._params["grant"] == "registered":
            if self._params["gate"] == "accept" and not gate and self._held is not None:
                return
            self._held = self._winner(pins)
            self._rotate(self._held)
        elif gate:
            self._rotate(self._winner(pins))

    def _winner(self, pins: Pins) -> int | None:
        if self._params["gate"] == "enable" and not pins["gate"]:
            return None
        return next((line for line in self._queue if pins["request"] >> line & 1), None)

    def _rotate(self, winner: int | None) -> None:
        if winner is None:
            return
        fairness = self._params["fairness"]
        place = 1 if fairness == "turn" else self._queue.index(winner) + (fairness == "next")
        self._queue = self._queue[place:] + self._queue[:place]


def _gate_text(params: Params, words: Mapping[str, str]) -> str:
    gate, registered = words.get("gate", ""), params["grant"] == "registered"
    if params["gate"] == "none":
        return "There is no enable: requests are looked at " + ("on every rising edge." if registered else "always.")
    if params["gate"] == "enable":
        if registered:
            return f"A rising edge that finds `{gate}` at 0 has no winner: it takes the grant away."
        return f"While `{gate}` is 0 there is no winner and no grant, whatever the requests are."
    if registered:
        return (
            f"While there is a grant, a rising edge that finds `{gate}` at 0 changes nothing: the grant stays, even "
            f"where its requester has stopped requesting. An edge that finds `{gate}` at 1 ends the grant and decides "
            f"anew, so that grants may follow each other without a pause. While there is no grant, `{gate}` has no "
            "effect."
        )
    return f"`{gate}` does not act on the grant: until it is accepted, the grant follows the requests."


def _moves(params: Params, words: Mapping[str, str]) -> str:
    if params["grant"] == "registered":
        return "At a rising edge that makes a grant"
    gate = f" and finds `{words['gate']}` at 1" if params["gate"] == "accept" else ""
    return f"At a rising edge that finds a winner{gate}"


def _outputs_text(params: Params, words: Mapping[str, str]) -> str:
    rules = []
    if params["answer"] != "index":
        rules.append(f"`{words['one_hot']}` has the winner's bit set and no other; without a winner it is 0.")
    if params["answer"] != "one_hot":
        rules.append(f"`{words['index']}` is the winner's number; without a winner it is 0.")
        rules.append(f"`{words['valid']}` is 1 exactly where there is a winner.")
    return " ".join(rules)


def _timing(params: Params, words: Mapping[str, str]) -> str:
    if params["grant"] == "registered":
        return (
            "All outputs come from registers: a rising edge of `{clock}` looks at the requests, and right after it the "
            "outputs show who won, until the next edge that changes them."
        ).format_map(words)
    reset = "A reset acts on them only by making requester {first} the first one; an active reset grants all the same."
    return f"The outputs are combinational: they follow the inputs without waiting for an edge. {reset}".format(
        first=_first(params)
    )


def _first(params: Params) -> int:
    return params["lines"] - 1 if params["start"] == "last" else 0


def _fill(params: Params) -> Mapping[str, str]:
    pinout, lines = _pinout(params), params["lines"]
    words, up = pinout.words(), params["order"] == "up"
    ends = {"last": str(lines - 1), "begin": str(0 if up else lines - 1), "end": str(lines - 1 if up else 0)}
    registered = params["grant"] == "registered"
    return words | _verilog(params, words) | {
        "lines": str(lines),
        "last": str(lines - 1),
        "first": str(_first(params)),
        "order_text": _ORDER[params["order"]].format_map(ends),
        "fairness_text": _FAIRNESS[params["fairness"]].format_map(ends),
        "moves_text": _moves(params, words),
        "gate_text": _gate_text(params, words),
        "outputs_text": _outputs_text(params, words),
        "timing_text": _timing(params, words),
        "reset_state": " and takes the grant away" if registered else "",
        "example": pinout.example(lambda: _Arbiter(params), _example(params), binary=True),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution. Its lines stand in the order of rule 1, so that it only ever counts up."""
    lines, up, registered = params["lines"], params["order"] == "up", params["grant"] == "registered"
    gate, index_width = words.get("gate"), (lines - 1).bit_length()
    mirrored = "{{" + ", ".join(f"{{0}}[{line}]" for line in range(lines)) + "}}"
    straight = "{0}" if up else mirrored
    start = _first(params) if up else lines - 1 - _first(params)
    shown, indexed = "held" if registered else "chosen", params["answer"] != "one_hot"
    enabled = f" & {{{lines}{{{gate}}}}}" if params["gate"] == "enable" else ""
    moves = "decide && |chosen" if registered else "|chosen"
    if params["gate"] == "accept":
        moves = "decide && |chosen" if registered else f"|chosen && {gate}"
    place = "line" if up else f"{lines - 1} - line"
    loop = (
        f"    reg [{index_width - 1}:0] number;\n    integer line;\n    always @* begin\n        number = 0;\n"
        f"        for (line = 0; line < {lines}; line = line + 1)\n"
        f"            if ({shown}[line])\n                number = number | ({place});\n    end\n"
    )
    after = {"next": "{chosen[%d:0], chosen[%d]}", "stay": "chosen", "turn": "{first[%d:0], first[%d]}"}
    following = after[params["fairness"]]
    onehot = f"    assign {words.get('one_hot')} = {straight.format(shown)};\n" * (params["answer"] != "index")
    return {
        "left": str(lines - 1),
        "doubled_left": str(2 * lines - 2),
        "wrapped_left": str(lines - 2),
        "request_lines": straight.format(words["request"]),
        "enabled": enabled,
        "start_bit": f"{lines}'d{1 << start}",
        "following": following % (lines - 2, lines - 1) if "%" in following else following,
        "moves": moves,
        "declarations": f"    reg [{lines - 1}:0] held;\n" * registered
        + (f"    wire decide = {gate} || held == 0;\n" if params["gate"] == "accept" else "    wire decide = 1'b1;\n")
        * registered,
        "resets": "            held <= 0;\n" * registered,
        "updates": "            if (decide)\n                held <= chosen;\n" * registered,
        "loop": loop * indexed,
        "assigns": onehot
        + (f"    assign {words.get('index')} = number;\n    assign {words.get('valid')} = |{shown};\n" * indexed),
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """All request, then two, then one, then none."""
    full, ends = (1 << params["lines"]) - 1, 1 | 1 << params["lines"] - 1
    pause = [] if params["gate"] == "none" else [{"request": 2, "gate": 0}]
    ask = [{"request": lines, "gate": 1} for lines in (full, full, full, ends, ends)]
    return [{"reset": 1}, *ask, *pause, {"request": 2, "gate": 1}, {"gate": 1}, {"request": full, "gate": 1}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Every first requester against every pair of requests, gates closed for long, resets, then mixed loads."""
    lines = params["lines"]
    full = (1 << lines) - 1
    cycles: list[dict[str, int]] = [{"reset": 1}, {"reset": 1, "request": full, "gate": 1}, {"gate": 1}]
    cycles += [{"request": full, "gate": 1}] * (lines + 2) + [{"gate": 1}, {}]
    for line in range(lines):
        for rival in random.sample(range(lines), min(lines, 4)):
            cycles += [{"request": 1 << line, "gate": 1}, {"request": 1 << rival | 1 << (line + 1) % lines, "gate": 1}]
        cycles += [{"request": 1 << line, "gate": 1}, {"request": full & ~(1 << line), "gate": 1}]
    for line in range(lines):
        cycles += [{"request": 1 << line, "gate": 1}, *({"request": random.getrandbits(lines)} for _ in range(3))]
        cycles += [{"request": 0}, {"request": full}, {"request": full, "gate": 1}, {"gate": 1}]
    cycles += [{"request": 2, "gate": 1}, {"reset": 1, "request": full, "gate": 1}, {"request": full, "gate": 1}]
    cycles += [{"request": 4, "gate": 1}, {"reset": 1}, {"request": full}, {"request": 0}, {"request": full, "gate": 1}]
    while len(cycles) < 420:
        dense, sparse = random.choice((0.2, 0.5, 0.9)), random.choice((0.3, 0.8, 1.0))
        for _ in range(12):
            request = sum((random.random() < dense) << line for line in range(lines))
            gate, reset = int(random.random() < sparse), int(random.random() < 0.02)
            cycles.append({"request": request, "gate": gate, "reset": reset})
    return cycles


FAMILY = Family(
    name="round_robin_arbiter",
    revision=1,
    level=4,
    title="round-robin arbiter",
    choices={
        "lines": (3, 4, 5, 6, 8),
        "order": ("up", "down"),
        "start": ("zero", "last"),
        "fairness": ("next", "stay", "turn"),
        "gate": ("none", "enable", "accept"),
        "grant": ("combinational", "registered"),
        "answer": ("one_hot", "index", "both"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("round_robin_arbiter", "rr_arbiter", "fair_arbiter"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Arbiter(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    tags=("sequential", "arbitration"),
)
