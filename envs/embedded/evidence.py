"""The record of a run as the judge reads it: it comes from a process that ran a candidate, so it is not trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NANOSECOND = 1_000
"""Picoseconds, the unit of all times here."""
MICROSECOND = 1_000_000
MILLISECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Edge:
    """A pin changed its level.

    Attributes:
        time: picoseconds since power-on.
        level: after it.
        driver: `gpio`, the signal of a peripheral (`TIM3_CH1`), or empty where the board did it.
    """

    time: int
    level: int
    driver: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a serial port put on its wire between two stop bits.

    Attributes:
        time: of the start bit's edge.
        bit: picoseconds of a bit.
        data: the bits after the start bit as a number, the first lowest; parity included.
        bits: how many.
        stop_halves: length of the stop bits in half bits.
    """

    time: int
    bit: float
    data: int
    bits: int
    stop_halves: int


@dataclass(frozen=True, slots=True)
class Poll:
    """The last register that was read over and over.

    Attributes:
        address: of the register.
        pc: of the instruction that reads it.
        value: that it read last.
        count: reads in a row.
        registers: of its peripheral and of RCC, as they stood at the end (`USART2.CR1`).
    """

    address: int
    pc: int
    value: int
    count: int
    registers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Crash:
    """A fault of the processor; see `chip/exceptions.py`."""

    kind: str
    address: int
    pc: int
    status: int
    registers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that was seen of one run."""

    ended: str
    time: int
    hclk: int
    instructions: int
    work: int
    pc: int
    handler: int
    sleeping: bool
    pins: Mapping[str, tuple[Edge, ...]]
    levels: Mapping[str, int]
    frames: Mapping[str, tuple[Frame, ...]]
    transfers: Mapping[str, tuple[tuple[Any, ...], ...]]
    registers: Mapping[str, int]
    clocked: frozenset[str]
    violations: tuple[str, ...]
    notes: Mapping[str, int]
    resets: tuple[tuple[int, str], ...]
    faults: tuple[Crash, ...]
    poll: Poll


class UnreadableRecordError(ValueError):
    """What came back is no record."""


def read_record(value: Any) -> Record:
    """Return a record.

    Raises:
        UnreadableRecordError: a part of it is missing or of another kind.
    """
    try:
        poll = value["poll"]
        return Record(
            ended=str(value["ended"]),
            time=int(value["time"]),
            hclk=int(value["hclk"]),
            instructions=int(value["instructions"]),
            work=int(value["work"]),
            pc=int(value["pc"]),
            handler=int(value["handler"]),
            sleeping=bool(value["sleeping"]),
            pins={
                str(name): tuple(Edge(int(t), int(v), str(d)) for t, v, d in edges)
                for name, edges in value["pins"].items()
            },
            levels={str(name): int(level) for name, level in value["levels"].items()},
            frames={
                str(name): tuple(Frame(int(t), float(b), int(d), int(n), int(s)) for t, b, d, n, s in frames)
                for name, frames in value["frames"].items()
            },
            transfers={str(name): _rows(rows) for name, rows in value["transfers"].items()},
            registers={str(name): int(number) for name, number in value["registers"].items()},
            clocked=frozenset(map(str, value["clocked"])),
            violations=tuple(str(words)[:300] for words in value["violations"])[:8],
            notes={str(name)[:80]: int(count) for name, count in list(value["notes"].items())[:64]},
            resets=tuple((int(time), str(cause)) for time, cause in value["resets"]),
            faults=tuple(
                Crash(
                    str(f["kind"]), int(f["address"]), int(f["pc"]), int(f["status"]), tuple(map(int, f["registers"]))
                )
                for f in value["faults"]
            ),
            poll=Poll(
                int(poll["address"]),
                int(poll["pc"]),
                int(poll["value"]),
                int(poll["count"]),
                {str(name): int(number) for name, number in poll["registers"].items()},
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableRecordError(f"the record of the run cannot be read ({error})") from error


def _rows(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(item for item in row if isinstance(item, int | float | str)) for row in rows)
