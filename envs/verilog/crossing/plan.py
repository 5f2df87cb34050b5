"""What a family of the judge `crossing` says of itself, and how the clocks of one simulation are drawn.

Time is in picoseconds. Every domain of the driver has cycles of its own: shortly after a rising edge the inputs of the
domain change, and the outputs that belong to it are sampled; just before the next rising edge they are sampled again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from ecot.envs.errors import TaskError
from ecot.envs.verilog.family import Inputs, Model, Params, Port

SHORTEST_PS = 9_000
"""No cycle of any domain is shorter."""
WINDOW_PS = 8_000
"""A signal that changed less than this before an edge of another clock may be sampled as it was before the change.

It is shorter than every cycle: no change can be uncertain at two edges, nor two changes of one register at one edge.
"""
SETTLED_PS = 4_000
"""After an edge, an output that hangs on an unsettled flip-flop may show the other value for so long."""
_LAG_PS = 1_500
_REGIMES = (
    (1.0, 1.0),
    (1.0, 1.07),
    (1.09, 1.0),
    (1.0, 2.6),
    (2.9, 1.0),
    (1.0, 3.7),
    (3.6, 1.0),
    (1.5, 1.0),
    (1.0, 1.6),
)
"""Cycle times of two domains, as multiples of a shortest one."""
_JITTER = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One time base of the driver.

    Attributes:
        name: for traces and stimuli.
        clock: the port that it toggles; empty where the module has none for it: inputs that change at any time.
        inputs: ports that change in this domain.
        outputs: ports that are sampled in it; a port may belong to several domains.
        gates: input of one bit -> (output, level): it is 1 only where the output has that level when inputs change.
    """

    name: str
    clock: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    gates: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The time from one rising edge to the next, in picoseconds: inputs change, the clock falls, the clock rises."""

    lag: int
    high: int
    low: int

    @property
    def length(self) -> int:
        """From edge to edge: outputs are sampled 1 ps after the inputs change, and again 1 ps before the edge."""
        return self.lag + self.high + self.low + 2


Clocks = Mapping[str, Sequence[Cycle]]
"""The cycles of every domain, by name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A cycle of one domain as the trace has it.

    Attributes:
        number: of the cycle, from 0.
        applied: when its inputs took effect.
        edge: when the rising edge comes that ends it.
        inputs: values by port during the cycle.
        early: outputs just after the inputs changed; None where a bit is unknown.
        outputs: outputs just before the edge.
    """

    number: int
    applied: int
    edge: int
    inputs: Mapping[str, int]
    early: Mapping[str, int | None]
    outputs: Mapping[str, int | None]


Recording = Mapping[str, Sequence[Sample]]
"""What a simulation showed, by domain."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that does not hold.

    Attributes:
        time: in picoseconds, when it shows.
        port: that shows it.
        message: one sentence.
        code: `broken_property`, or a finer one.
    """

    time: int
    port: str
    message: str
    code: str = "broken_property"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What the judge needs of a family, for a draw.

    Attributes:
        domains: the time bases; ports of every domain by name.
        stimulus: inputs by domain, one mapping per cycle, for the clocks given.
        violations: of a recorded simulation, by order of time or not; latency is free within stated bounds.
        slow_cycles: about how many cycles the slowest domain has in one simulation.
    """

    domains: Callable[[Params], Sequence[Domain]]
    stimulus: Callable[[Params, Random, Clocks], Mapping[str, Sequence[Inputs]]]
    violations: Callable[[Params, Recording], Iterable[Violation]]
    slow_cycles: int = 200


def no_model(params: Params) -> Model:
    """In the place of `Family.model`: latency varies, so there is no one right answer per cycle.

    Raises:
        TaskError: always.
    """
    raise TaskError("a family of the judge `crossing` has properties, not a model that answers cycle by cycle")


def no_stimulus(params: Params, random: Random) -> Sequence[Inputs]:
    """In the place of `Family.stimulus`: see `Crossing.stimulus`.

    Raises:
        TaskError: always.
    """
    raise TaskError("a family of the judge `crossing` has a stimulus for each of its clocks; see `Family.crossing`")


def drawn_clocks(domains: Sequence[Domain], random: Random, *, slow_cycles: int) -> dict[str, list[Cycle]]:
    """Draw the cycles of all domains: every regime of ratios in a drawn order, with jitter and drawn phases."""
    base = random.uniform(1.05, 1.5) * SHORTEST_PS
    regimes = random.sample(_REGIMES, len(_REGIMES))
    cycles: dict[str, list[Cycle]] = {domain.name: [] for domain in domains}
    clock = {domain.name: 0 for domain in domains}
    end = 0.0
    for regime in regimes:
        ratios = [*regime, *(random.choice(regime) for _ in domains[2:])]
        end += max(ratios[: len(domains)]) * base * slow_cycles / len(regimes)
        for domain, ratio in zip(domains, ratios, strict=False):
            while clock[domain.name] < end:
                length = int(base * ratio * random.uniform(1 - _JITTER, 1 + _JITTER))
                length += 0 if cycles[domain.name] else random.randrange(length)
                cycles[domain.name].append(_cycle(length, random))
                clock[domain.name] += cycles[domain.name][-1].length
    return cycles


def _cycle(length: int, random: Random) -> Cycle:
    high = int(length * random.uniform(0.3, 0.6)) - _LAG_PS
    return Cycle(_LAG_PS, high, length - _LAG_PS - high - 2)


def edges_of(cycles: Sequence[Cycle]) -> list[int]:
    """When the rising edges come that end these cycles.

    >>> edges_of([Cycle(1, 2, 3), Cycle(1, 2, 3)])
    [8, 16]
    """
    return list(accumulate(cycle.length for cycle in cycles))


def applied_at(cycles: Sequence[Cycle]) -> list[int]:
    """When the inputs of these cycles take effect."""
    return [edge - cycle.length + cycle.lag for edge, cycle in zip(edges_of(cycles), cycles, strict=True)]


def port_named(ports: Sequence[Port], name: str) -> Port:
    """Return a port.

    Raises:
        TaskError: there is none of that name.
    """
    for port in ports:
        if port.name == name:
            return port
    raise TaskError(f"there is no port {name!r}; there are: {', '.join(port.name for port in ports)}")
