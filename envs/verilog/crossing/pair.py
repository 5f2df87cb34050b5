"""A sending and a receiving side: ports, domains, texts and stimuli of the families in which something passes over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ecot.envs.types import File
from ecot.envs.verilog.clocking import Clocking, spelled
from ecot.envs.verilog.crossing.driver import driver_file
from ecot.envs.verilog.crossing.plan import Clocks, Domain, Recording, Sample
from ecot.envs.verilog.crossing.properties import Edges, disturbed, free
from ecot.envs.verilog.crossing.sides import (
    Span,
    Wish,
    driven,
    inputs_in,
    near,
    reset_spans,
    rules_text,
    side,
    side_fill,
    side_ports,
    slowest,
)
from ecot.envs.verilog.family import Inputs, Params, Port

SENDING, RECEIVING = "sending", "receiving"
Lines = Sequence[tuple[str, tuple[str, str], str, str, int]]
"""Data ports of a side: key, short and long name, direction, description, width."""
Wished = Callable[[int, int], Wish]
"""What a side's inputs are to be, from the number of a cycle and the time at which they take effect."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sides of one draw.

    Attributes:
        clockings: by side.
        keys: all ports by key; clocks and resets are `sending_clock`, `sending_reset` and so on.
        sides: keys of the data ports by side.
    """

    clockings: Mapping[str, Clocking]
    keys: Mapping[str, Port]
    sides: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, params: Params, sending: Lines, receiving: Lines) -> Pair:
        """The sides of a draw with `naming` and `reset`."""
        naming = params["naming"]
        clockings = {
            SENDING: side(naming, params["reset"], "s", "source"),
            RECEIVING: side(naming, params["reset"], "d", "destination"),
        }
        keys: dict[str, Port] = {}
        for name, lines in ((SENDING, sending), (RECEIVING, receiving)):
            keys |= side_ports(name, clockings[name])
            for key, names, direction, description, width in lines:
                spelling = spelled(naming, *names, direction)
                keys[key] = Port(
                    name=spelling, direction=direction, width=width, description=f"{name} side: {description}"
                )
        return cls(
            clockings,
            keys,
            {SENDING: tuple(line[0] for line in sending), RECEIVING: tuple(line[0] for line in receiving)},
        )

    def ports(self) -> list[Port]:
        """All ports, in the order of the interface table."""
        return list(self.keys.values())

    def name(self, key: str) -> str:
        """The port of a key."""
        return self.keys[key].name

    def domains(self) -> list[Domain]:
        """One domain a side."""
        return [
            Domain(
                name=name,
                clock=self.clockings[name].clock,
                inputs=inputs_in(self.keys, f"{name}_reset", *self._keys(name, "input")),
                outputs=inputs_in(self.keys, *self._keys(name, "output")),
            )
            for name in (SENDING, RECEIVING)
        ]

    def _keys(self, name: str, direction: str) -> list[str]:
        return [key for key in self.sides[name] if self.keys[key].direction == direction]

    def fill(self) -> dict[str, str]:
        """Port names by key, the texts of both sides, and the rules of crossing."""
        words = {key: port.name for key, port in self.keys.items()} | {"rules": rules_text()}
        for name, clocking in self.clockings.items():
            words |= side_fill(name, clocking)
        return words

    def files(self, top: str, domains: Sequence[Domain]) -> list[File]:
        """The driver."""
        return [driver_file(top, self.ports(), domains)]

    def stimulus(
        self, random: Random, clocks: Clocks, wishes: Mapping[str, Wished], *, idle: Wish, margin: int = 8
    ) -> dict[str, Sequence[Inputs]]:
        """Inputs of both sides: resets, what is wished, and `idle` over it for so many slow cycles around resets."""
        spans, slow = reset_spans(clocks, random), slowest(clocks)

        def wish_of(name: str) -> Callable[[int, int, bool], Wish]:
            def wished(number: int, applied: int, active: bool) -> Wish:
                wanted = wishes[name](number, applied) if name in wishes else {}
                return {**wanted, **idle} if near(applied, spans, margin * slow) else wanted

            return wished

        return {
            domain.name: driven(
                domain, self.keys, clocks[domain.name], spans, reset=self.clockings[domain.name].reset,
                level=self.clockings[domain.name].level, wish=wish_of(domain.name),
            )
            for domain in self.domains()
        }  # fmt: skip

    def epochs(self, recording: Recording) -> list[Recording]:
        """The parts of a recording in which no reset is active; the first sample of each is the first free one."""
        resets = {name: (clocking.reset, clocking.level) for name, clocking in self.clockings.items()}
        spans: list[Span] = [*disturbed(recording, resets), (1 << 61, 1 << 62)]
        return [
            {
                name: [
                    sample
                    for sample in samples
                    if spans[index][1] < sample.applied and sample.edge < spans[index + 1][0]
                ]
                for name, samples in recording.items()
            }
            for index in range(len(spans) - 1)
        ]

    def undisturbed(self, recording: Recording) -> Callable[[Sample], bool]:
        """Whether a sample is outside of all resets."""
        resets = {name: (clocking.reset, clocking.level) for name, clocking in self.clockings.items()}
        spans = disturbed(recording, resets)
        return lambda sample: free(sample, spans)


@dataclass(frozen=True, slots=True)
class Passage:
    """How long news take from one side to the other, in rising edges.

    News of an edge of the sending side count at the earliest after `stages` rising edges of the receiving side, and at
    the latest after `latest` of them that follow the next edge of the sending side.
    """

    source: Edges
    target: Edges
    stages: int
    latest: int

    def early(self, time: int, sample: Sample) -> bool:
        """Whether news of that time cannot be known by a sample of the receiving side."""
        return self.target.between(time, sample.edge) < self.stages

    def due(self, time: int, sample: Sample) -> bool:
        """Whether news of that time must be known by a sample of the receiving side."""
        following = self.source.later(time, 1)
        return following is not None and self.target.between(following, sample.edge) >= self.latest


def index_at(times: Sequence[int], time: int) -> int:
    """How many of the times lie before one."""
    return bisect_left(times, time)
