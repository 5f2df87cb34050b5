"""A stack: depth, width, push with pop, push onto a full stack, read mode, number of words and error flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, RESETS, listed
from ecot.envs.verilog.family import Family, Inputs, Model, Params
from ecot.envs.verilog.pinout import Clocked, Pinout, Pins

_BOTH = {
    "exchange": "The pop comes first and the push second: the top word leaves and `{data}` takes its place, also on a "
    "full stack, where nothing is lost. On an empty stack the pop finds nothing and the push takes place.",
    "push_wins": "The push takes place by rules 1 and 3, and `{pop}` is ignored: it counts as 0 at this edge.",
    "pop_wins": "The pop takes place by rule 2, and `{push}` is ignored: it counts as 0 at this edge.",
    "neither": "Neither takes place: both count as 0 at this edge.",
}
_FULL = {
    "refuse": "Where a push takes place on a full stack, `{data}` is lost and the stack stays as it is.",
    "drop_oldest": "Where a push takes place on a full stack, the oldest word, at the bottom, is lost; all others move "
    "down by one place and `{data}` becomes the top word. The stack stays full.",
}
_READ = {
    "top": "`{word}` shows the top word at all times, without any pop, and 0 while the stack is empty.",
    "popped": "At an edge at which a word is popped, `{word}` takes that word; at all other edges it keeps its "
    "value. A word that is lost by rule 3 does not reach `{word}`.",
}
_ERROR = {
    "none": "There are no error outputs.",
    "pulse": "After each rising edge `{overflow}` is 1 where a word was lost by rule 3 at that edge and 0 otherwise; "
    "`{underflow}` is 1 where a pop found the stack empty at that edge and 0 otherwise.",
    "sticky": "`{overflow}` becomes 1 at an edge at which a word is lost by rule 3, `{underflow}` at one at which a "
    "pop finds the stack empty; both then stay 1 until a reset.",
}


def _pinout(params: Params) -> Pinout:
    pinout, width = Pinout(params), params["width"]
    pinout.add("push", ("push", "push_enable"), "input", "push")
    pinout.add("data", ("din", "push_data"), "input", "the word to push", width=width)
    pinout.add("pop", ("pop", "pop_enable"), "input", "pop")
    meaning = "the top word" if params["read"] == "top" else "the word popped last"
    pinout.add("word", ("dout", "pop_data"), "output", meaning, width=width)
    pinout.add("full", ("full", "stack_full"), "output", "the stack is full")
    pinout.add("empty", ("empty", "stack_empty"), "output", "the stack is empty")
    if params["count"]:
        pinout.add("count", ("cnt", "word_count"), "output", "number of words", width=params["depth"].bit_length())
    if params["errors"] != "none":
        pinout.add("overflow", ("ovf", "overflow"), "output", f"a word was lost, {params['errors']}")
        pinout.add("underflow", ("unf", "underflow"), "output", f"pop from an empty stack, {params['errors']}")
    return pinout


class Stack:
    """The specification, over a list whose last element is the top."""

    def __init__(self, params: Params) -> None:
        """An empty stack just after a reset."""
        self._params = params
        self._words: list[int] = []
        self._popped = 0
        self._overflow = self._underflow = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; none depends on the inputs."""
        held = len(self._words)
        top = self._words[-1] if self._words else 0
        return {
            "word": top if self._params["read"] == "top" else self._popped,
            "full": int(held == self._params["depth"]),
            "empty": int(held == 0),
            "count": held,
            "overflow": int(self._overflow),
            "underflow": int(self._underflow),
        }

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        kinds = {key for key in ("push", "pop") if pins[key]}
        if len(kinds) == 2:
            kinds = {"exchange": kinds, "push_wins": {"push"}, "pop_wins": {"pop"}, "neither": set()}[
                self._params["both"]
            ]
        missed = "pop" in kinds and not self._words
        if "pop" in kinds and self._words:
            self._popped = self._words.pop()
        lost = "push" in kinds and len(self._words) == self._params["depth"]
        if "push" in kinds and not (lost and self._params["full"] == "refuse"):
            self._words = [*self._words, pins["data"]][-self._params["depth"] :]
        sticky = self._params["errors"] == "sticky"
        self._overflow = lost or (sticky and self._overflow)
        self._underflow = missed or (sticky and self._underflow)


def _fill(params: Params) -> Mapping[str, str]:
    pinout = _pinout(params)
    words = pinout.words() | {"depth": str(params["depth"]), "width": str(params["width"])}
    errors = [f"`{words[key]}`" for key in ("overflow", "underflow") if key in words]
    registered = [f"`{words['word']}`"] * (params["read"] == "popped") + errors
    return (
        words
        | _verilog(params, words)
        | {
            "both_text": _BOTH[params["both"]].format_map(words),
            "full_text": _FULL[params["full"]].format_map(words),
            "read_text": _READ[params["read"]].format_map(words),
            "error_text": _ERROR[params["errors"]].format_map(words),
            "count_text": f" `{words.get('count')}` is the number of words held, 0 to {params['depth']}."
            * params["count"],
            "reset_state": f" and sets {listed(registered)} to 0" if registered else "",
            "example": pinout.example(partial(Stack, params), _example(params)),
        }
    )


def _verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution that depend on the draw."""
    depth, width, both = params["depth"], params["width"], params["both"]
    push, pop, errors, popped = words["push"], words["pop"], params["errors"] != "none", params["read"] == "popped"
    only_push, only_pop = f"{push} && !{pop}", f"{pop} && !{push}"
    kept = " || {}" * (params["errors"] == "sticky")
    return {
        "width_left": str(width - 1),
        "all_left": str(depth * width - 1),
        "below_left": str((depth - 1) * width - 1),
        "count_left": str(depth.bit_length() - 1),
        "pushes": push if both in ("exchange", "push_wins") else only_push,
        "pops": pop if both in ("exchange", "pop_wins") else only_pop,
        "other_pushes": only_push if both in ("exchange", "push_wins") else push,
        "lost": "pushes && is_full && !pops" if both == "exchange" else "pushes && is_full",
        "stores": "pushes" if params["full"] == "drop_oldest" else "pushes && !lost",
        "grows": {"exchange": "stores && !takes && !is_full"}.get(both, "stores && !is_full"),
        "shrinks": "takes && !stores" if both == "exchange" else "takes",
        "exchange_branch": "            if (stores && takes)\n"
        f"                words[{width - 1}:0] <= {words['data']};\n            else "
        if both == "exchange"
        else "            ",
        "registers": f"    reg [{width - 1}:0] popped;\n" * popped
        + "    reg lost_word;\n    reg missed_pop;\n" * errors,
        "resets": "            popped <= 0;\n" * popped
        + "            lost_word <= 1'b0;\n            missed_pop <= 1'b0;\n" * errors,
        "updates": f"            if (takes)\n                popped <= words[{width - 1}:0];\n" * popped
        + f"            lost_word <= lost{kept.format('lost_word')};\n" * errors
        + f"            missed_pop <= pops && is_empty{kept.format('missed_pop')};\n" * errors,
        "assigns": f"    assign {words['word']} = {'popped' if popped else f'words[{width - 1}:0]'};\n"
        + f"    assign {words.get('count')} = held;\n" * params["count"]
        + f"    assign {words.get('overflow')} = lost_word;\n    assign {words.get('underflow')} = missed_pop;\n"
        * errors,
    }


def _example(params: Params) -> list[dict[str, int]]:
    """A pop from the empty stack, filling it, one push more, both at once, and pops."""
    pushes = [{"push": 1, "data": 1 + number} for number in range(params["depth"] + 1)]
    return [{"reset": 1}, {"pop": 1}, {}, *pushes, {"push": 1, "pop": 1, "data": 13}, {"pop": 1}, {"pop": 1}, {}]


def _stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """Both ends from both sides, both requests at every filling, resets, then random loads that come and go."""
    depth, width = params["depth"], params["width"]

    def cycle(push: int, pop: int, **others: int) -> dict[str, int]:
        return {"push": push, "pop": pop, "data": random.getrandbits(width), **others}

    fill, drain, both, idle = [(1, 0)] * depth, [(0, 1)] * depth, [(1, 1)], [(0, 0)]
    plan = [
        *idle,
        *fill,
        *idle,
        (1, 0),
        *idle,
        (1, 0),
        *drain,
        *idle,
        (0, 1),
        *idle,
        *both,
        *idle,
        *both,
        (0, 1),
        *idle,
    ]
    plan += [*fill, *both * 3, *idle, (0, 1), *both * 2, (0, 1), *both, *drain, *both * 2, *idle, *fill, *fill, *drain]
    for held in range(depth + 1):
        plan += [*drain, *[(1, 0)] * held, *both, *idle, *both, *drain]
    cycles = [cycle(1, 1, reset=1), cycle(0, 0), cycle(1, 0, reset=1), *(cycle(*step) for step in plan)]
    for held in range(depth + 1):
        cycles += [cycle(0, 0, reset=1), *(cycle(1, 0) for _ in range(held)), cycle(0, 1)]
        cycles += [cycle(0, 0), cycle(1, 1, reset=1), cycle(0, 0), cycle(0, 1), cycle(0, 0, reset=1), cycle(0, 0)]
    cycles += [*(cycle(1, 0) for _ in range(depth + 1)), cycle(0, 0), cycle(0, 0, reset=1), cycle(0, 0)]
    while len(cycles) < 400:
        load = random.choice(((0.9, 0.2), (0.2, 0.9), (0.6, 0.6), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.1, 0.1)))
        for _ in range(random.randrange(1, depth + 4)):
            push, pop = (int(random.random() < share) for share in load)
            cycles.append(cycle(push, pop, reset=int(random.random() < 0.008)))
    return _pinout(params).drive(cycles)


def _model(params: Params) -> Model:
    return Clocked(_pinout(params), partial(Stack, params))


FAMILY = Family(
    name="stack",
    revision=1,
    level=3,
    title="stack",
    choices={
        "depth": (2, 3, 4, 6),
        "width": (4, 6, 8),
        "both": ("exchange", "push_wins", "pop_wins", "neither"),
        "full": ("refuse", "drop_oldest"),
        "read": ("top", "popped"),
        "errors": ("none", "pulse", "sticky"),
        "count": (False, True),
        "reset": RESETS,
        "naming": NAMINGS,
        "top": ("stack", "lifo", "word_stack"),
    },
    ports=lambda params: list(_pinout(params).ports.values()),
    fill=_fill,
    model=_model,
    stimulus=_stimulus,
    cosmetic=("naming", "top"),
    tags=("sequential", "memory"),
)
