"""A combinational family by key: its ports spelled once, its model one function, its examples computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from random import Random

from ecot.envs.verilog.clocking import spelled
from ecot.envs.verilog.driver import inputs_of, outputs_of
from ecot.envs.verilog.family import Inputs, Outputs, Params, Port

Pins = Mapping[str, int]
"""A value per port by key, whatever the draw calls it."""

Function = Callable[[Pins], Pins]
"""A specification: outputs of inputs, unsigned; keys that the draw lacks are dropped."""

EXHAUSTIVE_BITS = 8
"""Inputs of no more bits than these are played in full."""


class Wiring:
    """The ports of a draw by key; the draw has a parameter `naming`.

    Attributes:
        ports: by key, in the order of the interface table.
    """

    def __init__(self, params: Params) -> None:
        """A module without ports."""
        self._naming = str(params["naming"])
        self.ports: dict[str, Port] = {}

    def add(
        self,
        key: str,
        names: tuple[str, str],
        direction: str,
        description: str,
        *,
        width: int = 1,
        signed: bool = False,
    ) -> None:
        """Append a port; `names` are the short and the long spelling."""
        name = spelled(self._naming, *names, direction)
        self.ports[key] = Port(name=name, direction=direction, width=width, description=description, signed=signed)

    def in_order(self) -> Sequence[Port]:
        """The ports in order."""
        return tuple(self.ports.values())

    def words(self) -> dict[str, str]:
        """Every port's name by key."""
        return {key: port.name for key, port in self.ports.items()}

    def model(self, function: Function) -> Wired:
        """A `Model` that is this function."""
        return Wired(self, function)

    def drive(self, cases: Iterable[Pins], random: Random, *, count: int) -> list[Inputs]:
        """Turn cases by key into a stimulus, then add all values there are, or `count` drawn ones.

        Keys that are left out of a case are 0, those that the draw lacks are dropped, and values are cut to width.
        """
        inputs = {key: port for key, port in self.ports.items() if port.direction == "input"}
        bits = sum(port.width for port in inputs.values())
        played = [{port.name: case.get(key, 0) & _mask(port) for key, port in inputs.items()} for case in cases]
        if bits <= EXHAUSTIVE_BITS:
            values = product(*(range(1 << port.width) for port in inputs.values()))
            everything = [dict(zip((port.name for port in inputs.values()), item, strict=True)) for item in values]
            random.shuffle(everything)
            return [*played, *everything]
        return [
            *played,
            *({port.name: random.getrandbits(port.width) for port in inputs.values()} for _ in range(count)),
        ]

    def example(self, function: Function, cases: Iterable[Pins], *, decimal: Sequence[str] = (), most: int = 6) -> str:
        """A Markdown table of what a function does with cases by key, in binary but for the keys in `decimal`.

        Cases that are the same for this draw are shown once, `most` at most.
        """
        rows: dict[str, None] = {}
        for case in cases:
            given = {
                key: case.get(key, 0) & _mask(port) for key, port in self.ports.items() if port.direction == "input"
            }
            values = {**given, **function(given)}
            cells = [_cell(values[key], port, decimal=key in decimal) for key, port in self.ports.items()]
            rows.setdefault("| " + " | ".join(cells) + " |")
            if len(rows) == most:
                break
        names = "| " + " | ".join(f"`{port.name}`" for port in self.ports.values()) + " |"
        return "\n".join([names, "|" + "---|" * len(self.ports), *rows])


class Wired:
    """A `Model` without state."""

    def __init__(self, wiring: Wiring, function: Function) -> None:
        """The function over the names of the wiring."""
        self._function = function
        keys = {port.name: key for key, port in wiring.ports.items()}
        self._inputs = [(port.name, keys[port.name]) for port in inputs_of(wiring.in_order())]
        self._outputs = [(port.name, keys[port.name]) for port in outputs_of(wiring.in_order())]

    def settle(self, inputs: Inputs) -> Outputs:
        """Outputs for these inputs."""
        values = self._function({key: inputs[name] for name, key in self._inputs})
        return {name: values[key] for name, key in self._outputs}

    def clock(self, inputs: Inputs) -> None:
        """Nothing: there is no clock."""


def numbered(rules: Iterable[str]) -> str:
    r"""Rules as a numbered list, empty ones left out.

    >>> numbered(["It adds.", "", "It wraps."])
    '1. It adds.\n2. It wraps.'
    """
    return "\n".join(f"{number}. {rule}" for number, rule in enumerate(filter(None, rules), start=1))


def signed_value(value: int, width: int) -> int:
    """Read `width` bits as two's complement.

    >>> signed_value(0b1110, 4)
    -2
    """
    return value - (1 << width) if value >> width - 1 else value


def corners(width: int) -> tuple[int, ...]:
    """Values at which words of `width` bits tend to go wrong: the ends of both number ranges and their neighbours."""
    full, half = (1 << width) - 1, 1 << width - 1
    return tuple(sorted({0, 1, 2 & full, half - 1, half, (half + 1) & full, full - 1, full}))


def _mask(port: Port) -> int:
    return (1 << port.width) - 1


def _cell(value: int, port: Port, *, decimal: bool) -> str:
    if decimal:
        return str(signed_value(value, port.width) if port.signed else value)
    return f"{value:0{port.width}b}"
