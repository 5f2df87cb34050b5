"""The sending end of credit-based flow control: limit, start, amounts, answer, excess, pause and reports vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins, one_change

_ANSWER = {
    "grant": "`{answer}` is 1 exactly where `{request}` is 1{awake} and {stock} {amount}. A rising edge outside reset "
    "that finds "
    "`{answer}` at 1 sends",
    "forward": "`{answer}` is 1 exactly where `{request}` is 1{awake} and {stock} plus the number of credits returned "
    "by the "
    "present inputs {amount}: returned credits may be spent at once. A rising edge outside reset that finds "
    "`{answer}` at 1 "
    "sends",
    "meter": "`{answer}` is 1 exactly while {paused}at least one credit is held; it does not depend on `{request}`. A "
    "rising "
    "edge outside reset that finds `{request}` at 1 sends where {unpaused}{stock} {amount}. Otherwise it sends nothing",
}
_EXCESS = {
    "saturate": "the number of credits becomes {limit} and the rest of the returned credits is lost",
    "refuse": "all credits returned at that edge are lost, and only the ones spent count",
}
_ERROR = {
    "none": "Errors are not reported.",
    "pulse": "After each rising edge outside reset `{error}` is 1 where that edge {event}, and 0 otherwise.",
    "sticky": "`{error}` becomes 1 at a rising edge outside reset that {event}, and stays 1 until a reset.",
}


def _start(params: Params) -> int:
    limit = int(params["limit"])
    return {"full": limit, "half": limit // 2, "empty": 0}[str(params["start"])]


def _pinout(params: Params) -> Pinout:
    pinout, meter = Pinout(params), params["answer"] == "meter"
    pinout.add("request", ("snd", "send") if meter else ("req", "send_request"), "input", "something is to be sent")
    if params["cost"] == "several":
        pinout.add("cost", ("cost", "send_cost"), "input", "credits that sending it takes", width=2)
    if params["returns"] == "one":
        pinout.add("back", ("ret", "credit_return"), "input", "one credit is returned")
    else:
        pinout.add("back", ("ret", "credit_return"), "input", "number of credits returned", width=2)
    if params["pause"]:
        pinout.add("pause", ("hold", "pause"), "input", "nothing may be sent")
    about = "a credit is held" if meter else "it is sent now"
    pinout.add("answer", ("rdy", "ready") if meter else ("gnt", "send_grant"), "output", about)
    if params["count"] != "none":
        about = "number of credits held" if params["count"] == "held" else "number of credits spent and not returned"
        pinout.add("count", ("cnt", "credits"), "output", about, width=params["limit"].bit_length())
    if params["low"]:
        pinout.add("low", ("low", "credits_low"), "output", f"at most {params['low']} credits are held")
    if params["errors"] != "none":
        pinout.add("error", ("err", "credit_error"), "output", f"something went wrong, {params['errors']}")
    return pinout


class _Account:
    """The specification, over the list of credits held."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._held = ["credit"] * _start(params)
        self._error = 0

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        held, limit = len(self._held), self._params["limit"]
        meter = self._params["answer"] == "meter"
        answer = held > 0 and not pins.get("pause") if meter else self._sends(pins)
        return {
            "answer": int(answer),
            "count": held if self._params["count"] == "held" else limit - held,
            "low": int(held <= self._params["low"]),
            "error": self._error,
        }

    def step(self, pins: Pins) -> None:
        sends = self._sends(pins)
        wrong = self._params["answer"] == "meter" and pins["request"] and not sends
        spent = pins.get("cost", 1) if sends else 0
        if len(self._held) - spent + pins["back"] > self._params["limit"]:
            wrong = True
            kept = len(self._held) - spent
            self._held = ["credit"] * (self._params["limit"] if self._params["excess"] == "saturate" else kept)
        else:
            self._held = (self._held + ["credit"] * pins["back"])[spent:]
        sticky = self._params["errors"] == "sticky"
        self._error = int(wrong or (sticky and self._error))

    def _sends(self, pins: Pins) -> bool:
        early = pins["back"] if self._params["answer"] == "forward" else 0
        enough = len(self._held) + early >= pins.get("cost", 1)
        return bool(pins["request"] and enough and not pins.get("pause"))


def _fill(params: Params) -> Mapping[str, str]:
    pinout, limit, start = _pinout(params), params["limit"], _start(params)
    words, meter = pinout.words(), params["answer"] == "meter"
    pause = f"`{words.get('pause')}`"
    several = params["cost"] == "several"
    values = {
        **words,
        "limit": str(limit),
        "awake": f", {pause} is 0" if params["pause"] else "",
        "paused": f"{pause} is 0 and " if params["pause"] else "",
        "unpaused": f"{pause} is 0 and " if params["pause"] else "",
        "stock": "the number of credits held",
        "amount": f"is at least `{words.get('cost')}`" if several else "is at least 1",
        "event": "returns too many credits (rule 4)" + (" or is to send but sends nothing (rule 2)" if meter else ""),
    }
    count = {
        "none": "The number of credits is not shown.",
        "held": f"`{words.get('count')}` is the number of credits held.",
        "spent": f"`{words.get('count')}` is {limit} minus the number of credits held.",
    }[params["count"]]
    low = f" `{words.get('low')}` is 1 exactly while at most {params['low']} of them are held." if params["low"] else ""
    follows = {"meter": "pause", "forward": "request cost back pause", "grant": "request cost pause"}[params["answer"]]
    sources = listed([f"`{words[key]}`" for key in follows.split() if key in words])
    return words | _verilog(params, words) | {
        "limit": str(limit),
        "start": str(start),
        "answer_text": _ANSWER[params["answer"]].format_map(values),
        "cost_text": f"Sending spends `{words['cost']}` credits, 0 to 3; where it is 0 nothing is spent."
        if several
        else "Sending spends one credit.",
        "back_text": f"`{words['back']}`, 0 to 3, tells how many"
        if params["returns"] == "several"
        else f"one where `{words['back']}` is 1, none where it is 0",
        "excess_text": _EXCESS[params["excess"]].format_map(values),
        "error_text": _ERROR[params["errors"]].format_map(values),
        "count_text": count + low,
        "reset_state": f" and sets `{words['error']}` to 0" if params["errors"] != "none" else "",
        "timing_text": f"`{words['answer']}` follows {sources} without waiting for an edge, an active reset included; "
        "all "
        "other outputs depend"
        if sources
        else "All outputs depend",
        "example": pinout.example(lambda: _Account(params), _example(params)),
    }  # fmt: skip


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution: one adder for both sides, wide enough for what comes back at most."""
    limit, meter = params["limit"], params["answer"] == "meter"
    width = (limit + 3).bit_length()
    errors = params["errors"] != "none"
    ready = f"!{words['pause']} && " if params["pause"] else ""
    wrong = "excess" + (f" || {words['request']} && !sends" if meter else "")
    kept = "broken || " if params["errors"] == "sticky" else ""
    count = "held" if params["count"] == "held" else "LIMIT - held"
    assigns = f"    assign {words.get('count')} = {count};\n" * (params["count"] != "none")
    assigns += f"    assign {words.get('low')} = held <= {params['low']};\n" * bool(params["low"])
    return {
        "left": str(width - 1),
        "held_left": str(limit.bit_length() - 1),
        "width": str(width),
        "declarations": "    reg broken;\n" * errors,
        "cost_value": words.get("cost", f"{width}'d1"),
        "stock": f"held + {words['back']}" if params["answer"] == "forward" else "held",
        "sends": f"{ready}{words['request']} && stock >= price",
        "too_much": "LIMIT" if params["excess"] == "saturate" else "held - spent",
        "resets": "            broken <= 1'b0;\n" * errors,
        "updates": f"            broken <= {kept}{wrong};\n" * errors,
        "answer_value": f"{ready}held != 0" if meter else "sends",
        "assigns": assigns + f"    assign {words.get('error')} = broken;\n" * errors,
    }


def _example(params: Params) -> Sequence[Mapping[str, int]]:
    """Spending, spending and returning at once, and returning too much."""
    send = {"request": 1, "cost": 2}
    plan = [{"reset": 1}, {"back": 1}, {}, send, send, {**send, "back": 1}, {**send, "back": 1, "pause": 1}]
    return [*plan, *({"back": 1 if params["returns"] == "one" else 3},) * 4, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Mapping[str, int]]:
    """Every amount against every level, from the top to the bottom and back, pauses, resets, then mixed loads."""
    most = 1 if params["returns"] == "one" else 3

    def cycle(request: float, back: float, **others: int) -> dict[str, int]:
        pins = {"request": int(random.random() < request), "cost": random.choice((0, 1, 1, 2, 3))}
        pins |= {"back": random.randint(1, most) if random.random() < back else 0}
        return pins | {"pause": int(random.random() < 0.15), **others}

    cycles = [cycle(1, 1, reset=1), cycle(1, 1, reset=1), {}, {"request": 1, "cost": 1}, {}]
    up, down = {"back": 1}, {"request": 1, "cost": 1}
    cycles += [up] * (params["limit"] + 3) + [{}] + [down] * (params["limit"] + 3) + [{}, {"reset": 1}, {}]
    for level in range(params["limit"] + 1):
        for cost, back in ((1, 0), (1, 1), (2, 1), (3, 0), (3, most), (0, most), (2, most)):
            cycles += [{"back": most, "request": 0}] if random.random() < 0.15 else []
            cycles.append({"request": 1, "cost": cost, "back": back, "pause": int(random.random() < 0.1)})
        cycles += [up] * level
    cycles += [cycle(1, 0, reset=1), {}, down, {"pause": 1, "request": 1, "cost": 1}, {"pause": 1}, {}]
    while len(cycles) < 380:
        requested, returned = random.choice(((0.9, 0.3), (0.3, 0.9), (0.9, 0.9), (1, 0), (0, 1), (0.5, 0.5)))
        cycles += [
            cycle(requested, returned, reset=int(random.random() < 0.04)) for _ in range(random.randrange(3, 12))
        ]
    for _ in range(40):
        cycles.append(one_change(cycles[-1], cycle(0.7, 0.5, reset=0), random))
    return cycles


FAMILY = Family(
    name="credit_counter",
    revision=1,
    level=4,
    title="credit-based flow control",
    choices={
        "limit": (3, 5, 6, 7, 8, 12),
        "start": ("full", "half", "empty"),
        "cost": ("one", "several"),
        "returns": ("one", "several"),
        "answer": ("grant", "forward", "meter"),
        "excess": ("saturate", "refuse"),
        "pause": (False, True),
        "count": ("none", "held", "spent"),
        "low": (0, 1, 2),
        "errors": ("none", "pulse", "sticky"),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("credit_counter", "credit_manager", "send_gate"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=lambda params: Clocked(_pinout(params), lambda: _Account(params)),
    stimulus=lambda params, random: _pinout(params).drive(_stimulus(params, random)),
    cosmetic=("naming", "top"),
    # A single returned credit that is too many is lost under either rule.
    valid=lambda params: bool(params["returns"] == "several" or params["excess"] == "saturate"),
    held_out=True,
    tags=("sequential", "flow control", "stream"),
)
