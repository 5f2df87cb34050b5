"""What families with valid and ready handshakes share: names, players and phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecot.envs.verilog.bench.drawing import Drawing
from ecot.envs.verilog.bench.plan import Phase, noise, phase, ready_pattern
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.pinout import Pinout

STYLES = ("valid", "axis", "suffixed")
"""How the ports of a stream are spelled; cosmetic."""
_PREFIX = {
    "valid": {"in": "in", "a": "a", "b": "b", "c": "c", "out": "out"},
    "axis": {"in": "s_axis", "a": "s0_axis", "b": "s1_axis", "c": "s2_axis", "out": "m_axis"},
    "suffixed": {"in": "src", "a": "src0", "b": "src1", "c": "src2", "out": "dst"},
}
LOADS = ((1.0, 0), (0.3, 0), (0.35, 4), (0.6, 2), (0.15, 1), (0.3, 5), (1.0, 3))
"""Share of ready cycles, and the most gap between two items."""


def stream_ports(style: str, key: str, *, width: int, last: bool, receives: bool) -> dict[str, Port]:
    """Return the ports of a stream by key: `<key>_valid`, `<key>_ready`, `<key>_data` and, for packets, `<key>_last`.

    Args:
        style: an element of `STYLES`.
        key: `in`, `a`, `b`, `c` or `out`.
        width: of the data.
        last: whether the stream carries packets.
        receives: whether the module is the one that receives.
    """
    forward, back = ("input", "output") if receives else ("output", "input")
    prefix = f"{_PREFIX[style][key]}_{'t' if style == 'axis' else ''}"
    ports = {
        "valid": Port(name=f"{prefix}valid", direction=forward, description="a word is offered"),
        "ready": Port(name=f"{prefix}ready", direction=back, description="the word is taken"),
        "data": Port(name=f"{prefix}data", direction=forward, width=width, description="the word"),
    }
    if last:
        ports["last"] = Port(name=f"{prefix}last", direction=forward, description="the word is the last of its packet")
    return {f"{key}_{part}": port for part, port in ports.items()}


def offer(
    ports: Mapping[str, Port], key: str, words: Sequence[Mapping[str, int]], draw: Drawing, gap: int
) -> dict[str, Any]:
    """Return a player that offers words on a stream; each holds a value per part (`data`, `last`)."""
    items = [
        {
            "gap": draw.random.randrange(gap + 1),
            "values": {ports[f"{key}_{part}"].name: value for part, value in word.items()},
            "junk": {ports[f"{key}_{part}"].name: draw.bits(ports[f"{key}_{part}"].width) for part in word},
        }
        for word in words
    ]
    valid, ready = ports[f"{key}_valid"].name, ports[f"{key}_ready"].name
    return {"kind": "source", "valid": [valid], "ready": [ready], "items": items}


def packets(draw: Drawing, width: int, lengths: Sequence[int]) -> list[dict[str, int]]:
    """Return the words of packets of these lengths."""
    return [{"data": draw.bits(width), "last": int(n + 1 == length)} for length in lengths for n in range(length)]


def traffic(
    pinout: Pinout,
    draw: Drawing,
    *,
    offers: Any,
    out: str | None = "out",
    others: Sequence[Mapping[str, Any]] = (),
) -> list[Phase]:
    """Return phases over `LOADS`, every second one cut short and followed by a reset.

    Args:
        pinout: of the draw.
        draw: for everything random.
        offers: called with the most gap of a phase, returns its players.
        out: key of the stream that leaves; None where there is none.
        others: more players, in every phase.
    """
    phases = []
    for number, (share, gap) in enumerate(LOADS):
        players = [*offers(gap), *others]
        if out is not None:
            players.append(ready_pattern(pinout.ports[f"{out}_ready"].name, draw, share=share))
        cut = draw.random.randrange(12, 25) if number % 2 else 0
        opening = noise(pinout, draw, 2) if number % 2 == 0 else []
        phases.append(phase(pinout, players=players, cut=cut, opening=opening, drain=12))
    return phases
