"""A scoreboard over ports by key: names, reset and what is unknown, so that a family's model holds its rules alone."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.family import Inputs, Outputs, Port


class Machine:
    """A model in terms of keys. Nothing is known before the first reset; a family overrides the last four methods."""

    def __init__(self, ports: Mapping[str, Port], clocking: Clocking) -> None:
        """A module that has not been reset."""
        self.events: list[Event] = []
        self._clocking, self._known = clocking, False
        self._inputs = {port.name: key for key, port in ports.items() if port.direction == "input"}
        self._outputs = {key: port.name for key, port in ports.items() if port.direction == "output"}

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        if self._clocking.resets_at_once(inputs):
            self._reset()
        values: dict[str, int | None] = {}
        if self._known:
            values = dict(self.stored())
            if not self._clocking.resets(inputs):
                values |= self.answer(self._by_key(inputs))
        return {name: values.get(key) for key, name in self._outputs.items()}

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        if self._clocking.resets(inputs):
            self._reset()
        elif self._known:
            self.step(self._by_key(inputs))

    def clear(self) -> None:
        """Take the state after a reset."""
        raise NotImplementedError

    def stored(self) -> Mapping[str, int | None]:
        """Outputs by key that hold in reset too."""
        raise NotImplementedError

    def answer(self, now: Mapping[str, int]) -> Mapping[str, int | None]:
        """Outputs by key for these inputs by key, outside of reset."""
        raise NotImplementedError

    def step(self, now: Mapping[str, int]) -> None:
        """One rising edge with these inputs by key, outside of reset."""
        raise NotImplementedError

    def _by_key(self, inputs: Inputs) -> dict[str, int]:
        return {self._inputs[name]: value for name, value in inputs.items()}

    def _reset(self) -> None:
        self._known = True
        self.clear()
