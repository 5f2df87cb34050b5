"""The Hamming code of a draw in integers: where each bit stands, what a word holds, and how an error is found."""

from __future__ import annotations

from ecot.envs.verilog.family import Params
from ecot.envs.verilog.wiring import Pins


def checks(params: Params) -> int:
    """The number of check bits without the overall one."""
    count = 2
    while (1 << count) < params["width"] + count + 1:
        count += 1
    return count


def length(params: Params) -> int:
    """The highest position."""
    return int(params["width"]) + checks(params)


def is_check(position: int) -> bool:
    """Whether a position from 1 up holds a check bit."""
    return position & (position - 1) == 0


def data_positions(params: Params) -> list[int]:
    """The position of each data bit, bit 0 first."""
    return [position for position in range(1, length(params) + 1) if not is_check(position)]


def order(params: Params) -> list[int]:
    """The position of each bit of the code word, bit 0 first; the overall bit has position 0."""
    first = 0 if params["extended"] else 1
    positions = list(range(first, length(params) + 1))
    if params["layout"] == "descending":
        return positions[::-1]
    if params["layout"] == "data_first":
        return [*data_positions(params), *(1 << number for number in range(checks(params))), *positions[: 1 - first]]
    return positions


def can_fail(params: Params) -> bool:
    """Whether there are words that are neither right nor to be corrected."""
    return bool(params["extended"]) or length(params) + 1 < 1 << checks(params)


def function(params: Params, pins: Pins) -> Pins:
    """The specification."""
    if params["task"] == "encode":
        return {"code": encoded(params, pins["data"])}
    return _corrected(params, pins["code"])


def encoded(params: Params, data: int) -> int:
    """The code word of a data word: the check bits that make the sum of all set positions what it must be."""
    placed = {position for bit, position in enumerate(data_positions(params)) if data >> bit & 1}
    wanted = _sum(placed) ^ _target(params)
    placed |= {1 << number for number in range(checks(params)) if wanted >> number & 1}
    if params["extended"] and len(placed) % 2 != _odd(params):
        placed.add(0)
    return sum(1 << bit for bit, position in enumerate(order(params)) if position in placed)


def _corrected(params: Params, code: int) -> Pins:
    placed = {position for bit, position in enumerate(order(params)) if code >> bit & 1}
    syndrome = _sum(placed) ^ _target(params)
    wrong_overall = params["extended"] and len(placed) % 2 != _odd(params)
    suspect = wrong_overall if params["extended"] else syndrome != 0
    corrects = bool(suspect and syndrome <= length(params))
    if corrects:
        placed ^= {syndrome}
    fails = syndrome != 0 and not corrects
    data = sum(1 << bit for bit, position in enumerate(data_positions(params)) if position in placed)
    return {
        "data": 0 if fails and params["failed"] == "zero" else data,
        "corrected": int(corrects),
        "syndrome": syndrome,
        "word": sum(1 << bit for bit, position in enumerate(order(params)) if position in placed),
        "fails": int(fails),
    }


def _sum(positions: set[int]) -> int:
    total = 0
    for position in positions:
        total ^= position
    return total


def _odd(params: Params) -> int:
    return int(params["parity"] == "odd")


def _target(params: Params) -> int:
    """The sum of the set positions of a right word: every check bit's group has the drawn parity."""
    return (1 << checks(params)) - 1 if params["parity"] == "odd" else 0
