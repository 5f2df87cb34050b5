"""The plan of a family on cocotb: drawn under constraints, rehearsed against the model until it covers what it must."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from ecot.envs.errors import TaskError
from ecot.envs.types import File
from ecot.envs.verilog.bench.drawing import Drawing, Event, Point, measure
from ecot.envs.verilog.bench.harness import MOST_CYCLES, bench_files
from ecot.envs.verilog.bench.players import Pins, Play
from ecot.envs.verilog.driver import inputs_of, outputs_of
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port, Role
from ecot.envs.verilog.pinout import Pinout
from ecot.envs.verilog.texts import top_of

Phase = Mapping[str, Any]
Plan = Mapping[str, Any]
_ROUNDS = 5
"""How often phases are drawn until all cover points are hit."""
_ATTEMPTS = 4
"""How many plans are drawn until one covers and is short enough; about one in a thousand first ones is too long."""


class Scoreboard(Protocol):
    """A reference model that also reports transactions; see `family.Model` for the cycle."""

    events: list[Event]
    """Transactions in the order in which they ended."""

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs in the present state."""

    def clock(self, inputs: Inputs) -> None:
        """One rising edge with these inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a family on cocotb has beside its model.

    Attributes:
        phases: one round of phases of a plan for a draw; `phase` makes one.
        points: cover points over the model's events, for a draw.
        crosses: of points, by key.
    """

    phases: Callable[[Params, Drawing], Sequence[Phase]]
    points: Callable[[Params], Sequence[Point]]
    crosses: Callable[[Params], Sequence[Sequence[str]]] = field(default=lambda params: ())


def phase(
    pinout: Pinout,
    *,
    players: Sequence[Mapping[str, Any]],
    opening: Sequence[Mapping[str, int]] = (),
    idle: Mapping[str, int] | None = None,
    cut: int = 0,
    drain: int = 6,
    patience: int = 900,
) -> Phase:
    """Return a phase of a plan; see `players.py`.

    Args:
        pinout: of the draw.
        players: `kind` and arguments of each.
        opening: cycles in reset: inputs by name, completed by `idle`.
        idle: inputs by name that nobody drives; 0 where left out.
        cut: cycles after which the phase ends in the middle; 0 for never.
        drain: cycles after the last player of the foreground has ended.
        patience: cycles that a phase may take.
    """
    clocking = pinout.clocking
    inputs = [port for port in pinout.ports.values() if port.direction == "input" and port.role is not Role.CLOCK]
    silent = {port.name: 0 for port in inputs} | dict(idle or {}) | {clocking.reset: clocking.drive(0)}
    return {
        "opening": [{**values, clocking.reset: clocking.drive(1)} for values in opening],
        "idle": silent,
        "players": list(players),
        "cut": cut,
        "drain": drain,
        "patience": patience,
    }


def noise(pinout: Pinout, draw: Drawing, cycles: int = 2) -> list[dict[str, int]]:
    """Return cycles in which every data input takes some value, for an opening."""
    inputs = [port for port in pinout.ports.values() if port.direction == "input" and port.role is Role.DATA]
    return [{port.name: draw.bits(port.width) for port in inputs} for _ in range(cycles)]


def ready_pattern(pin: str, draw: Drawing, *, share: float, length: int = 40) -> dict[str, Any]:
    """Return a background player that holds a pin at 1 for about a share of all cycles, half of it at the least."""
    steps: list[tuple[int, dict[str, int]]] = []
    # A draw with hardly any cycle at 1 would try a phase's patience.
    while not steps or sum(n * values[pin] for n, values in steps) < share / 2 * sum(n for n, _ in steps):
        steps = [(draw.random.randrange(1, 4), {pin: int(draw.random.random() < share)}) for _ in range(length)]
    return {"kind": "repeat", "background": True, "steps": [*steps, (1, {pin: 1})]}


def draw_plan(family: Family, params: Params, random: Random) -> Plan:
    """Return a plan that reaches the family's coverage on its own model.

    Raises:
        TaskError: the family draws no such plan.
    """
    draw = Drawing(random)
    for _ in range(_ATTEMPTS):
        plan, cycles, missed = _covering_plan(family, params, draw)
        if not missed and cycles < MOST_CYCLES:
            return plan
    raise TaskError(
        f"the plans of {family.name!r} take {cycles} cycles of {MOST_CYCLES - 1}, and do not cover: "
        f"{', '.join(missed[:8]) or 'nothing is left'}"
    )


def _covering_plan(family: Family, params: Params, draw: Drawing) -> tuple[Plan, int, Sequence[str]]:
    """A plan with rounds of phases until nothing is missed, its cycles, and what is missed after the last round."""
    bench, ports = bench_of(family), family.ports(params)
    phases: list[Phase] = []
    points, crosses = bench.points(params), bench.crosses(params)
    plan: Plan = {
        "inputs": [[port.name, port.width] for port in inputs_of(ports)],
        "outputs": [[port.name, port.width] for port in outputs_of(ports)],
        "phases": phases,
    }
    for _ in range(_ROUNDS):
        phases += bench.phases(params, draw)
        model = scoreboard_of(family, params)
        cycles = sum(1 for _ in rehearse(plan, model, ports))
        covered = measure(points, crosses, model.events)
        if covered.hit == covered.bins:
            return plan, cycles, ()
    return plan, cycles, covered.missed


def rehearse(plan: Plan, model: Scoreboard, ports: Sequence[Port]) -> Iterator[Inputs]:
    """Play a plan against the model in place of a design; yields the inputs of each cycle.

    Raises:
        TaskError: the model hangs.
    """
    play = Play(plan)
    widths = [(port.name, port.width) for port in outputs_of(ports)]
    pins: Pins | None = play.step("")
    while pins is not None:
        outputs = model.settle(pins)
        yield pins
        bits = "".join("x" * width if outputs[name] is None else f"{outputs[name]:0{width}b}" for name, width in widths)
        model.clock(pins)
        pins = play.step(bits)
    if play.hung:
        raise TaskError("a plan hangs when it is played against the model")


def bench_of(family: Family) -> Bench:
    """Return what a family gives to this judge.

    Raises:
        TaskError: it gives nothing.
    """
    if family.bench is None:
        raise TaskError(f"family {family.name!r} names the judge 'cocotb' and has no bench")
    return family.bench


def scoreboard_of(family: Family, params: Params) -> Scoreboard:
    """Return a fresh model of a family of this judge.

    Raises:
        TaskError: it reports no transactions.
    """
    model: Any = family.model(params)
    if not hasattr(model, "events"):
        raise TaskError(f"the model of {family.name!r} has no `events`, which the judge 'cocotb' reads")
    scoreboard: Scoreboard = model
    return scoreboard


def rehearsed(family: Family, params: Params, random: Random) -> Sequence[Inputs]:
    """Return the inputs of a plan as they are where the design does what the model does: a family's `stimulus`."""
    return list(rehearse(draw_plan(family, params, random), scoreboard_of(family, params), family.ports(params)))


def files_of(family: Family, params: Params) -> Sequence[File]:
    """Return what a family places in the bundle."""
    return bench_files(top_of(family, params), family.ports(params))
