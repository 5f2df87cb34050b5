"""Clock, reset and port spelling of a clocked family: what several families draw alike, said once.

A family names each of its ports by a *key* (`enable`), whatever the draw calls it; `Clocking` covers the first two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.verilog.family import Inputs, Model, Port, Role

RESETS = ("sync_high", "sync_low", "async_high", "async_low")
"""When the reset acts, and at which level."""

NAMINGS = ("short", "long", "suffixed")
"""How ports are spelled; cosmetic."""

_SPELLING = {
    "short": ("clk", "rst", "rst_n"),
    "long": ("clock", "reset", "reset_n"),
    "suffixed": ("clk_i", "rst_i", "rst_ni"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocking:
    """The clock and the reset of one draw.

    Attributes:
        clock: name of the clock.
        reset: name of the reset.
        asynchronous: whether the reset acts without waiting for an edge.
        level: of the reset port while it is active.
    """

    clock: str
    reset: str
    asynchronous: bool
    level: int

    @classmethod
    def of(cls, naming: str, reset: str) -> Clocking:
        """The clocking of an element of `NAMINGS` and one of `RESETS`."""
        kind, level = reset.split("_")
        clock, high, low = _SPELLING[naming]
        active_high = level == "high"
        return cls(
            clock=clock, reset=high if active_high else low, asynchronous=kind == "async", level=1 if active_high else 0
        )

    def ports(self) -> dict[str, Port]:
        """The clock and the reset by key, in the order of the interface table."""
        kind = "asynchronous" if self.asynchronous else "synchronous"
        level = "high" if self.level else "low"
        return {
            "clock": Port(name=self.clock, direction="input", role=Role.CLOCK, description="clock, rising edge"),
            "reset": Port(
                name=self.reset, direction="input", role=Role.RESET, description=f"{kind} reset, active {level}"
            ),
        }

    def fill(self) -> dict[str, str]:
        """Texts for a specification and a solution.

        `edges` is what a register waits for, `other_edges` what it would with a reset of the other kind,
        `reset_active` the condition and `reset_text` the sentence that defines it.
        """
        waits = (
            f"posedge {self.clock}",
            f"posedge {self.clock} or {'posedge' if self.level else 'negedge'} {self.reset}",
        )
        return {
            "edges": waits[self.asynchronous],
            "other_edges": waits[not self.asynchronous],
            "reset_active": self.reset if self.level else f"!{self.reset}",
            "reset_text": self._text(),
        }

    def drive(self, active: int) -> int:
        """The value of the reset port that makes the reset active (1) or not (0)."""
        return self.level if active else 1 - self.level

    def resets(self, inputs: Inputs) -> bool:
        """Whether the reset is active."""
        return inputs[self.reset] == self.level

    def resets_at_once(self, inputs: Inputs) -> bool:
        """Whether the reset is active and acts without an edge."""
        return self.asynchronous and self.resets(inputs)

    def _text(self) -> str:
        level = "high" if self.level else "low"
        if self.asynchronous:
            return (
                f"`{self.reset}` is an asynchronous reset, active {level}: it takes effect as soon as it is "
                f"{self.level}, without waiting for `{self.clock}`, and rising edges while it is {self.level} change "
                "nothing"
            )
        return (
            f"`{self.reset}` is a synchronous reset, active {level}: a rising edge of `{self.clock}` at which it is "
            f"{self.level} resets the module whatever the other inputs are; between edges it has no effect"
        )


def spelled(naming: str, short: str, long: str, direction: str) -> str:
    """The name of a data port in an element of `NAMINGS`."""
    if naming == "suffixed":
        return f"{short}_{direction[0]}"
    return long if naming == "long" else short


def listed(items: Sequence[str]) -> str:
    """Items as a sentence has them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(items[:-1]), *items[-1:]] if len(items) > 1 else items)


def driven(cycles: Sequence[Mapping[str, int]], ports: Mapping[str, Port], clocking: Clocking) -> list[Inputs]:
    """Turn cycles by key into a stimulus: `reset` is 1 where active, keys left out are 0, foreign keys are dropped."""
    inputs = {key: port for key, port in ports.items() if port.direction == "input" and port.role is not Role.CLOCK}
    return [
        {
            port.name: clocking.drive(cycle.get(key, 0)) if port.role is Role.RESET else cycle.get(key, 0)
            for key, port in inputs.items()
        }
        for cycle in cycles
    ]


def waveform(model: Model, stimulus: Sequence[Inputs], ports: Mapping[str, Port], *, binary: bool = False) -> str:
    """A Markdown table of `model` under `stimulus`, read just before each rising edge, in decimal unless `binary`.

    A row is one cycle, or a run of cycles in which nothing changes: `4-9`.
    """
    shown = [port for port in ports.values() if port.role is not Role.CLOCK]
    rows: list[tuple[int, int, list[str]]] = []
    for number, inputs in enumerate(stimulus):
        values = {**inputs, **model.settle(inputs)}
        cells = [(_binary if binary else _decimal)(values[port.name], port) for port in shown]
        first = rows.pop()[0] if rows and rows[-1][2] == cells else number
        rows.append((first, number, cells))
        model.clock(inputs)
    lines = ["| cycle | " + " | ".join(f"`{port.name}`" for port in shown) + " |", "|" + "---:|" * (len(shown) + 1)]
    for first, last, cells in rows:
        lines.append(f"| {first if first == last else f'{first}-{last}'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _binary(value: int | None, port: Port) -> str:
    return "-" if value is None else f"{value:0{port.width}b}"


def _decimal(value: int | None, port: Port) -> str:
    if value is None:
        return "-"
    return str(value - (1 << port.width) if port.signed and value >> port.width - 1 else value)
