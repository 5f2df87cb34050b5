"""Clocks, resets and stimuli that the families with two clocks share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from ecot.envs.prompts import load
from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.crossing.plan import Clocks, Cycle, Domain, applied_at, edges_of
from ecot.envs.verilog.family import Inputs, Port, Role

Span = tuple[int, int]
"""From one time to another, in picoseconds."""
Wish = Mapping[str, int]
"""Values of a domain's inputs by key; those left out are 0."""


def side(naming: str, reset: str, short: str, long: str) -> Clocking:
    """The clock and the reset of one side.

    Args:
        naming: an element of `clocking.NAMINGS`.
        reset: an element of `clocking.RESETS`.
        short: prefix of short names, such as `w`.
        long: prefix of long names, such as `write`.
    """
    level = reset.endswith("high")
    clock, high, low = {
        "short": (f"{short}clk", f"{short}rst", f"{short}rst_n"),
        "long": (f"{long}_clock", f"{long}_reset", f"{long}_reset_n"),
        "suffixed": (f"{short}clk_i", f"{short}rst_i", f"{short}rst_ni"),
    }[naming]
    return replace(Clocking.of(naming, reset), clock=clock, reset=high if level else low)


def side_ports(key: str, clocking: Clocking) -> dict[str, Port]:
    """The clock and the reset of a side by key (`write_clock`, `write_reset`)."""
    return {
        f"{key}_{kind}": replace(port, description=f"{key} side: {port.description}")
        for kind, port in clocking.ports().items()
    }


def side_fill(key: str, clocking: Clocking) -> dict[str, str]:
    """Texts of a side: `write_clock`, `write_reset`, `write_edges`, `write_reset_active` and so on."""
    texts = {"clock": clocking.clock, "reset": clocking.reset, **clocking.fill()}
    return {f"{key}_{name}": text for name, text in texts.items()}


def rules_text() -> str:
    """What every instruction of these families says about crossings."""
    return load("ecot.envs.verilog.crossing", "rules.md").strip()


def ordinal(number: int) -> str:
    """A number as an English ordinal.

    >>> [ordinal(number) for number in (1, 2, 3, 4, 11)]
    ['1st', '2nd', '3rd', '4th', '11th']
    """
    ending = "th" if number // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def slowest(clocks: Clocks) -> int:
    """The longest cycle of all domains."""
    return max(cycle.length for cycles in clocks.values() for cycle in cycles)


def end_of(clocks: Clocks) -> int:
    """When the first domain ends."""
    return min(edges_of(cycles)[-1] for cycles in clocks.values())


def reset_spans(clocks: Clocks, random: Random) -> list[Span]:
    """When the resets are active: from the start, and twice in operation; all for several cycles of every clock."""
    slow, end = slowest(clocks), end_of(clocks)
    starts = [0, int(end * random.uniform(0.3, 0.4)), int(end * random.uniform(0.6, 0.75))]
    return [(start, start + int(slow * random.uniform(7, 9))) for start in starts]


def driven(
    domain: Domain, keys: Mapping[str, Port], cycles: Sequence[Cycle], spans: Sequence[Span], *, reset: str,
    level: int, wish: Callable[[int, int, bool], Wish],
) -> list[Inputs]:  # fmt: skip
    """The inputs of a domain: its reset during the spans, and what is wished for each cycle.

    Args:
        domain: whose inputs they are.
        keys: ports by key, as the family has them.
        cycles: of the domain.
        spans: when the reset is active.
        reset: its port, empty for none.
        level: at which it is active.
        wish: from the number of a cycle, when its inputs take effect and whether the reset is active.
    """
    inputs: list[Inputs] = []
    for number, applied in enumerate(applied_at(cycles)):
        active = any(start <= applied < end for start, end in spans)
        wanted = wish(number, applied, active)
        values = {port.name: wanted.get(key, 0) for key, port in keys.items() if port.name in domain.inputs}
        if reset:
            values[reset] = level if active else 1 - level
        inputs.append(values)
    return inputs


def near(time: int, spans: Sequence[Span], margin: int) -> bool:
    """Whether a time lies at the border of a span: some resets may be active and others not."""
    return any(start - margin <= time < start + margin or end - margin <= time < end + margin for start, end in spans)


def inputs_in(keys: Mapping[str, Port], *names: str) -> tuple[str, ...]:
    """The ports of these keys that a draw has, clocks left out."""
    return tuple(keys[name].name for name in names if name in keys and keys[name].role is not Role.CLOCK)
