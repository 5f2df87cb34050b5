"""What the families of small systems share: a pinout from a table, and two's complement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.pinout import Pinout

Line = tuple[str, str, str, str, int, str]
"""One data port: key, short name, long name, direction, width and clause for the interface table."""


def pinout_of(params: Params, lines: Sequence[Line], *, signed: Sequence[str] = ()) -> Pinout:
    """Return the clock, the reset and the data ports of a draw.

    Args:
        params: the draw, with parameters `naming` and `reset`.
        lines: the data ports, in the order of the interface table.
        signed: keys of the ports that are declared `signed`.
    """
    pinout = Pinout(params)
    for key, short, long, direction, width, description in lines:
        pinout.add(key, (short, long), direction, description, width=width)
    for key in signed:
        pinout.ports[key] = replace(pinout.ports[key], signed=True)
    return pinout


def by_reset(params: Params) -> str:
    """The exception to "no output depends on the present inputs" that an asynchronous reset makes."""
    return " but the reset" if params["reset"].startswith("async") else ""


def as_signed(value: int, width: int) -> int:
    """Return what the low `width` bits of a value mean in two's complement.

    >>> as_signed(7, 3)
    -1
    """
    value &= (1 << width) - 1
    return value - (1 << width) if value >> width - 1 else value


def signed_bits(lowest: int, highest: int) -> int:
    """Return how many bits two's complement needs to hold both ends of a range.

    >>> signed_bits(-8, 7), signed_bits(-9, 7)
    (4, 5)
    """
    return max((~end if end < 0 else end).bit_length() for end in (lowest, highest)) + 1
