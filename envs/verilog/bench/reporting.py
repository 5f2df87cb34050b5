"""A core that reports transactions, played as a scoreboard: what `pinout.Clocked` does, with a list of events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ecot.envs.verilog.bench.drawing import Event
from ecot.envs.verilog.family import Inputs, Outputs
from ecot.envs.verilog.pinout import Clocked, Core, Pinout


class Reporting:
    """A `Scoreboard` around a core; every reset starts a new core, and what was reported stays."""

    def __init__(
        self, pinout: Pinout, start: Callable[[list[Event]], Core], *, open_in_reset: Sequence[str] = ()
    ) -> None:
        """A module that has not been reset.

        Args:
            pinout: of the draw.
            start: makes a core that appends the transactions that end to the list it is given.
            open_in_reset: keys of outputs that the specification leaves open while the reset is active; keys that the
                draw lacks are dropped.
        """
        self.events: list[Event] = []
        self._clocked = Clocked(pinout, lambda: start(self.events))
        self._clocking = pinout.clocking
        self._open = [pinout.ports[key].name for key in open_in_reset if key in pinout.ports]

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        outputs = self._clocked.settle(inputs)
        if self._clocking.resets(inputs):
            return {**outputs, **dict.fromkeys(self._open)}
        return outputs

    def clock(self, inputs: Inputs) -> None:
        """One rising edge."""
        self._clocked.clock(inputs)
