"""A unit that is started, works for some cycles and reports its result: what sequential arithmetic families share.

A draw has parameters `done` (an element of `DONE`) and `busy` (one of `BUSY`). The unit's own family adds operands and
results, and says how many edges an operation takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pinout, Pins

DONE = ("pulse", "level", "acknowledged")
"""How long `done` stays 1."""
BUSY = ("ignore", "restart")
"""What a start does to an operation under way."""

_DONE = {
    "pulse": "`{done}` is a pulse of one cycle: it becomes 1 at the finishing edge and 0 at the next rising edge.",
    "level": "`{done}` becomes 1 at the finishing edge and stays 1 until the edge that starts the next operation.",
    "acknowledged": "`{done}` becomes 1 at the finishing edge and stays 1 until a rising edge at which `{ack}` is 1. "
    "While `{done}` is 0, `{ack}` has no effect. While `{done}` is 1, `{start}` is ignored, also at the edge that "
    "takes the acknowledgement: the next operation starts one edge later at the earliest.",
}
_BUSY = {
    "ignore": "While `{busy}` is 1 `{start}` is ignored, also at the finishing edge: the operation under way goes on "
    "with its own operands.",
    "restart": "A start while `{busy}` is 1 abandons the operation under way and begins a new one with the operands "
    "of that edge, which takes its full number of edges again. The abandoned result never appears. This also holds "
    "at what would have been the finishing edge: it then finishes nothing.",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation comes to.

    Attributes:
        edges: rising edges from the one that starts it (not counted) to the one that finishes it.
        values: of the result outputs by key.
    """

    edges: int
    values: Mapping[str, int]


def add_control_inputs(pinout: Pinout, params: Params) -> None:
    """Append `start` and, where results are acknowledged, `ack`."""
    pinout.add("start", ("go", "start_request"), "input", "starts an operation")
    if params["done"] == "acknowledged":
        pinout.add("ack", ("ack", "acknowledge"), "input", "acknowledges a result")


def add_control_outputs(pinout: Pinout) -> None:
    """Append `busy` and `done`."""
    pinout.add("busy", ("busy", "in_progress"), "output", "an operation is under way")
    pinout.add("done", ("done", "finished"), "output", "a result is ready")


def control_text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """The rules of `start`, `busy` and `done`."""
    waiting = params["done"] == "acknowledged"
    idle = ("`{busy}` and `{done}` are both 0" if waiting else "`{busy}` is 0").format_map(words)
    return {
        "idle_text": idle,
        "busy_text": _BUSY[params["busy"]].format_map(words),
        "done_text": _DONE[params["done"]].format_map(words),
    }


def control_verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of a solution with registers `active` and `ready`: when a start counts, and how `ready` falls."""
    start = words["start"]
    accept = start + " && !active" * (params["busy"] == "ignore") + " && !ready" * (params["done"] == "acknowledged")
    fall = {
        "pulse": " else\n            ready <= 1'b0;",
        "level": "",
        "acknowledged": f" else if ({words.get('ack')})\n            ready <= 1'b0;",
    }
    return {
        "accept": accept,
        "other_accept": start + " && !active" * (params["busy"] != "ignore"),
        "clear_ready": "" if params["done"] == "acknowledged" else "            ready <= 1'b0;\n",
        "fall": fall[params["done"]],
    }


class Operation:
    """The specification of such a unit just after a reset: an operation is its result and the edges still to come."""

    def __init__(self, params: Params, operate: Callable[[Pins], Result], zero: Mapping[str, int]) -> None:
        """An idle unit whose result outputs show `zero`; `operate` is what an operation on some inputs comes to."""
        self._done_style, self._restarts = params["done"], params["busy"] == "restart"
        self._operate = operate
        self._pending: Result | None = None
        self._left = 0
        self._shown = dict(zero)
        self._done = False

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key; none depends on the inputs."""
        return {**self._shown, "busy": int(self._pending is not None), "done": int(self._done)}

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""
        waits = self._done_style == "acknowledged" and self._done
        if pins["start"] and not waits and (self._restarts or self._pending is None):
            self._pending, self._done = self._operate(pins), False
            self._left = self._pending.edges
        elif self._pending is not None:
            self._left -= 1
            if self._left == 0:
                self._shown, self._done, self._pending = dict(self._pending.values), True, None
        elif self._done_style == "pulse" or pins.get("ack"):
            self._done = False


def example_cycles(params: Params, operands: Sequence[Pins], operate: Callable[[Pins], Result]) -> list[dict[str, int]]:
    """A reset and one operation after the other, with a cycle of rest before each."""
    cycles: list[dict[str, int]] = [{"reset": 1}]
    for pins in operands:
        cycles += [{}, {**pins, "start": 1}, *[{} for _ in range(operate(pins).edges)], {"ack": 1}]
    return [*cycles, {}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A stimulus for such a unit.

    Attributes:
        operate: what an operation on some inputs comes to.
        directed: operands that are tried first, each by itself.
        draw: random operands.
        cycles: the number of cycles to reach.
    """

    operate: Callable[[Pins], Result]
    directed: Sequence[Pins]
    draw: Callable[[], Pins]
    cycles: int = 440

    def stimulus(self, random: Random) -> list[dict[str, int]]:
        """Directed operands, upsets at every moment of an operation, then random operations with random manners."""
        cycles = [{**self.draw(), "reset": 1, "start": 1}, {"reset": 1}, {"ack": 1}, {}, {}]
        for pins in self.directed:
            cycles += [*self._whole(pins), {**self.draw(), "ack": 1}]
        cycles += self._upsets()
        while len(cycles) < self.cycles:
            cycles += self._whole(self.draw())
            manner = random.randrange(4)
            if manner == 0:
                cycles += self._noise(random.randrange(1, 4), ack=0)
            cycles += [{**self.draw(), "ack": 1, "start": int(manner == 1)}] * (manner != 3)
            if random.random() < 0.08:
                cycles.append({**self.draw(), "reset": 1, "start": random.randrange(2)})
            for _ in range(4 * (manner == 1)):
                cycles.append({**self.draw(), "start": random.randrange(2), "ack": random.randrange(2)})
        return cycles

    def _whole(self, pins: Pins, *, edges: int | None = None) -> list[dict[str, int]]:
        """A start, and as many edges as the operation takes, with other operands at the inputs."""
        count = self.operate(pins).edges if edges is None else edges
        return [{**pins, "start": 1}, *self._noise(count, ack=0)]

    def _noise(self, count: int, *, ack: int) -> list[dict[str, int]]:
        return [{**self.draw(), "ack": ack} for _ in range(count)]

    def _upsets(self) -> list[dict[str, int]]:
        """Starts, acknowledgements and resets early, in the middle, at the finishing edge and after it."""
        cycles: list[dict[str, int]] = []
        pins = max((self.draw() for _ in range(6)), key=lambda item: self.operate(item).edges)
        edges = self.operate(pins).edges
        for moment in sorted({0, 1, edges // 2, edges - 1, edges, edges + 1}):
            other = self.draw()
            cycles += self._whole(pins, edges=moment)
            cycles += [*self._whole(other, edges=max(edges, self.operate(other).edges) + 2), {"ack": 1}, {}]
        for moment in sorted({1, edges // 2, edges, edges + 2}):
            upset = {**self.draw(), "reset": 1, "start": int(moment != 1)}
            cycles += [*self._whole(pins, edges=moment), upset, *self._noise(2, ack=0)]
        early = [{**item, "ack": 1} for item in self._whole(pins)]
        cycles += [*early, {}, {}, {"ack": 1}, {}]
        # Waiting for long, an acknowledgement with a start, a start right after it.
        cycles += [*self._whole(pins), *self._noise(4, ack=0), {**self.draw(), "start": 1, "ack": 1}]
        cycles += [*self._whole(self.draw(), edges=edges + 1), {"ack": 1}, *self._whole(pins), {"ack": 1}]
        # A start held high for several operations.
        held = [{**self.draw(), "start": 1, "ack": int(number % 5 == 4)} for number in range(3 * min(edges, 12) + 6)]
        return [*cycles, {"reset": 1}, *held, {"reset": 1}, {}]
