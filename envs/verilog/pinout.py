"""A clocked family by key: its ports spelled once, its model free of port names, resets and unknown start values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Protocol

from ecot.envs.verilog.clocking import Clocking, driven, spelled, waveform
from ecot.envs.verilog.family import Inputs, Outputs, Params, Port, Role

Pins = Mapping[str, int]
"""A value per input by key, whatever the draw calls it."""


class Pinout:
    """The ports of a draw by key, clock and reset first; the draw has parameters `naming` and `reset`.

    Attributes:
        clocking: the clock and the reset.
        ports: by key, in the order of the interface table.
    """

    def __init__(self, params: Params) -> None:
        """A module with a clock and a reset."""
        self._naming = str(params["naming"])
        self.clocking = Clocking.of(self._naming, params["reset"])
        self.ports: dict[str, Port] = self.clocking.ports()

    def add(self, key: str, names: tuple[str, str], direction: str, description: str, *, width: int = 1) -> None:
        """Append a data port; `names` are the short and the long spelling."""
        name = spelled(self._naming, *names, direction)
        self.ports[key] = Port(name=name, direction=direction, width=width, description=description)

    def words(self) -> dict[str, str]:
        """Every port's name by key, and the texts of the clocking."""
        return {key: port.name for key, port in self.ports.items()} | self.clocking.fill()

    def drive(self, cycles: Sequence[Mapping[str, int]]) -> list[Inputs]:
        """Turn cycles by key into a stimulus; see `clocking.driven`."""
        return driven(cycles, self.ports, self.clocking)

    def example(self, core: Callable[[], Core], cycles: Sequence[Mapping[str, int]], *, binary: bool = False) -> str:
        """A table of what a model does with cycles by key; see `clocking.waveform`."""
        return waveform(Clocked(self, core), self.drive(cycles), self.ports, binary=binary)


def one_change(before: Mapping[str, int], after: Mapping[str, int], random: Random) -> dict[str, int]:
    """The cycle `before` with one key as in `after`: a process must notice a change of any of its inputs alone."""
    key = random.choice(sorted(after))
    return {**before, key: after[key]}


class Core(Protocol):
    """A specification between two resets; a new object is a module that was just reset."""

    def outputs(self, pins: Pins) -> Mapping[str, int | None]:
        """Values by key for these inputs, None where left open; keys that the draw lacks are dropped."""

    def step(self, pins: Pins) -> None:
        """One rising edge outside reset."""


class Clocked:
    """A `Model` that plays a core: nothing is known before the first reset, and every reset starts a new core."""

    def __init__(self, pinout: Pinout, start: Callable[[], Core]) -> None:
        """A module that has not been reset."""
        self._clocking, self._start = pinout.clocking, start
        data = [(key, port) for key, port in pinout.ports.items() if port.role is Role.DATA]
        self._inputs = [(key, port.name) for key, port in data if port.direction == "input"]
        self._outputs = [(key, port.name) for key, port in data if port.direction == "output"]
        self._core: Core | None = None

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._core = self._start()
        if self._core is None:
            return {name: None for _, name in self._outputs}
        values = self._core.outputs(self._pins(inputs))
        return {name: values[key] for key, name in self._outputs}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._core = self._start()
        elif self._core is not None:
            self._core.step(self._pins(inputs))

    def _pins(self, inputs: Inputs) -> Pins:
        return {key: inputs[name] for key, name in self._inputs}
