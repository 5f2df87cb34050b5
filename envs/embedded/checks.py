"""Predicates over a record: what a family asks of the pins and wires, each answered by what is wrong, in words.

Every function returns diagnostics, none where all is well. Times are picoseconds unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ecot.envs.embedded.evidence import MICROSECOND, MILLISECOND, Edge, Frame, Record
from ecot.envs.types import Diagnostic

Findings = list[Diagnostic]
BAUD_TOLERANCE = 0.02
"""Part by which a sender's rate may miss; a receiver that samples in the middle stands about twice that."""


def wrong(code: str, message: str, *, symbol: str = "") -> Diagnostic:
    """Return what the judge saw and did not want."""
    return Diagnostic(tool="judge", code=code, message=message, symbol=symbol)


def show_time(picoseconds: float) -> str:
    """A time in the unit that reads best.

    >>> show_time(1_500_000_000)
    '1.5 ms'
    """
    for unit, size in (("ms", MILLISECOND), ("us", MICROSECOND)):
        if abs(picoseconds) >= size:
            return f"{picoseconds / size:.6g} {unit}"
    return f"{picoseconds / 1000:.6g} ns"


def near(value: float, wanted: float, tolerance: float) -> bool:
    """Whether a value lies within a part of another."""
    return abs(value - wanted) <= tolerance * abs(wanted)


def edges_of(record: Record, pin: str, *, since: int = 0, until: int | None = None) -> tuple[Edge, ...]:
    """The edges of a pin within a span."""
    return tuple(
        edge for edge in record.pins.get(pin, ()) if edge.time >= since and (until is None or edge.time < until)
    )


def level_at(record: Record, pin: str, time: int) -> int:
    """The level of a pin at a time; what it had before its first edge is the other one."""
    edges = record.pins.get(pin, ())
    before = [edge for edge in edges if edge.time <= time]
    if before:
        return before[-1].level
    return 1 - edges[0].level if edges else record.levels.get(pin, 0)


def square_wave(
    record: Record,
    pin: str,
    *,
    hertz: float,
    duty: float = 0.5,
    tolerance: float = 0.0,
    since: int = 0,
    until: int | None = None,
    cycles: int = 3,
    driver: str = "",
    span: int = 0,
) -> Findings:
    """Whether a pin carries a steady rectangle.

    Args:
        record: of the run.
        pin: its name.
        hertz: wanted.
        duty: part of the period that it is high.
        tolerance: relative, of period and high time; 0 allows the rounding of a picosecond's count alone.
        since: edges before do not count.
        until: edges from then on do not count.
        cycles: periods that must be seen.
        driver: the signal that must drive the pin; empty for any.
        span: what a single edge may come too early or late, beside `tolerance`.
    """
    edges = edges_of(record, pin, since=since, until=until)
    rising = [edge for edge in edges if edge.level]
    if len(rising) < cycles + 1:
        seen = f"{len(edges)} edges" if edges else "no edge"
        return [
            wrong(
                "no_waveform",
                f"{pin} should carry {hertz:g} Hz; {seen} came, {2 * cycles} or more were due",
                symbol=pin,
            )
        ]
    foreign = next((edge for edge in edges if driver and edge.driver != driver), None)
    if foreign is not None:
        by = foreign.driver or "the board"
        return [
            wrong(
                "wrong_driver",
                f"{pin} must be driven by {driver}; at {show_time(foreign.time)} it was driven by {by}",
                symbol=pin,
            )
        ]
    period = 1e12 / hertz
    found: Findings = []
    slack = max(2, period * tolerance) + span
    periods = [(b.time - a.time, a.time) for a, b in pairwise(rising)]
    off = next(((length, at) for length, at in periods if abs(length - period) > slack), None)
    if off is not None:
        found.append(
            wrong(
                "wrong_period",
                f"{pin}: expected a period of {show_time(period)} ({hertz:g} Hz), got {show_time(off[0])} "
                f"({1e12 / max(1, off[0]):.6g} Hz) from {show_time(off[1])} on",
                symbol=pin,
            )
        )
    highs = [(b.time - a.time, a.time) for a, b in pairwise(edges) if a.level]
    bad = next(((length, at) for length, at in highs if abs(length - period * duty) > slack), None)
    if bad is not None and not found:
        found.append(
            wrong(
                "wrong_duty",
                f"{pin}: expected {show_time(period * duty)} high of every {show_time(period)} "
                f"({100 * duty:g} %), got {show_time(bad[0])} ({100 * bad[0] / period:.4g} %) at {show_time(bad[1])}",
                symbol=pin,
            )
        )
    return found


def no_drift(times: Sequence[int], apart: int, pin: str) -> Findings:
    """Whether edges keep their distance over the whole run: 2 us of all, whatever each of them may miss."""
    error = times[-1] - times[0] - apart * (len(times) - 1)
    if abs(error) <= 2 * MICROSECOND:
        return []
    mean = (times[-1] - times[0]) / (len(times) - 1)
    words = (
        f"{pin}: edges should come every {show_time(apart)} without drift; they come every {show_time(mean)} on average"
    )
    return [wrong("drift", words, symbol=pin)]


def without_pause(record: Record, port: str) -> Findings:
    """Whether every frame of a port begins where the one before it ends."""
    frames = record.frames.get(port, ())
    for first, second in pairwise(frames):
        gap = second.time - first.time - first.bit * (1 + first.bits + first.stop_halves / 2)
        if abs(gap) > first.bit / 100:
            return [
                wrong(
                    "pause",
                    f"{port}: bytes should follow each other without a pause; there is one of {show_time(gap)} "
                    f"before {show_time(second.time)}",
                    symbol=port,
                )
            ]
    return []


def steady(record: Record, pin: str, level: int, *, since: int = 0, until: int | None = None) -> Findings:
    """Whether a pin keeps a level throughout a span."""
    edges = edges_of(record, pin, since=since, until=until)
    if level_at(record, pin, since) != level:
        return [wrong("wrong_level", f"{pin}: expected {level} at {show_time(since)}, got {1 - level}", symbol=pin)]
    if edges:
        return [
            wrong(
                "unexpected_edge",
                f"{pin} should stay {level} from {show_time(since)} on; it changed at {show_time(edges[0].time)}",
                symbol=pin,
            )
        ]
    return []


def serial_text(
    frames: Sequence[Frame],
    *,
    baud: float,
    data_bits: int = 8,
    parity: str = "none",
    stop_halves: int = 2,
    tolerance: float = BAUD_TOLERANCE,
) -> tuple[bytes, str]:
    """Decode what a terminal at the other end reads, and the first thing wrong with it, empty if nothing is.

    Args:
        frames: of a port.
        baud: of the terminal.
        data_bits: without the parity.
        parity: `none`, `even` or `odd`.
        stop_halves: stop bits, in halves.
        tolerance: relative, of the rate.
    """
    data, problem = bytearray(), ""
    total = data_bits + (parity != "none")
    for number, frame in enumerate(frames):
        words = _frame_problem(
            frame, baud=baud, total=total, parity=parity, stop_halves=stop_halves, tolerance=tolerance
        )
        if words and not problem:
            problem = f"frame {number + 1} at {show_time(frame.time)}: {words}"
        data.append(frame.data & (1 << min(8, data_bits)) - 1)
    return bytes(data), problem


def _frame_problem(frame: Frame, *, baud: float, total: int, parity: str, stop_halves: int, tolerance: float) -> str:
    rate = 1e12 / frame.bit if frame.bit > 0 else 0.0
    if not near(rate, baud, tolerance):
        return f"expected {baud:g} baud, got {rate:.6g}"
    if frame.bits != total:
        return f"expected {total} bits between start and stop, got {frame.bits}"
    if frame.stop_halves < stop_halves:
        return f"expected {stop_halves / 2:g} stop bits, got {frame.stop_halves / 2:g}"
    if parity != "none" and (frame.data.bit_count() & 1) != (parity == "odd"):
        return f"the parity is not {parity}"
    return ""


def sent(
    record: Record,
    port: str,
    wanted: bytes,
    *,
    baud: float,
    parity: str = "none",
    stop_halves: int = 2,
    exact: bool = True,
    clock: int = 0,
) -> Findings:
    """Whether a port put these bytes on its wire, in a form that a terminal of this rate reads.

    Args:
        record: of the run.
        port: such as `USART2`.
        wanted: the bytes.
        baud: rate.
        parity: `none`, `even` or `odd`.
        stop_halves: stop bits, in halves.
        exact: whether nothing else may be there; else it must begin with them.
        clock: hertz of the bus, where the rate has to be as close as its divider allows.
    """
    frames = record.frames.get(port, ())
    tolerance = 0.01 / round(clock / baud) if clock else BAUD_TOLERANCE
    rate = clock / round(clock / baud) if clock else baud
    data, problem = serial_text(frames, baud=rate, parity=parity, stop_halves=stop_halves, tolerance=tolerance)
    if not frames and wanted:
        return [wrong("no_bytes", f"{port} should send {show_bytes(wanted)}; nothing came out of a pin", symbol=port)]
    if problem:
        return [wrong("wrong_frame", f"{port}: {problem}", symbol=port)]
    same = data == wanted if exact else data[: len(wanted)] == wanted
    if not same:
        at = next(
            (i for i, (a, b) in enumerate(zip(data, wanted, strict=False)) if a != b), min(len(data), len(wanted))
        )
        return [
            wrong(
                "wrong_bytes",
                f"{port}: expected {show_bytes(wanted)}, got {show_bytes(data)}; they part at byte {at + 1} "
                f"({len(data)} came, {len(wanted)} were due)",
                symbol=port,
            )
        ]
    return []


def show_bytes(data: bytes) -> str:
    r"""Bytes as text where they are, else as hexadecimal, cut off after sixty.

    >>> show_bytes(b"OK\r\n")
    '"OK\\r\\n"'
    """
    cut, more = data[:60], " ..." if len(data) > 60 else ""
    if all(byte in b"\r\n\t" or 32 <= byte < 127 for byte in cut):
        text = cut.decode().replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
        return f'"{text}"{more}'
    return " ".join(f"{byte:02x}" for byte in cut) + more


def pulses(edges: Sequence[Edge], *, level: int = 1) -> Iterator[tuple[int, int]]:
    """Start and length of every span at a level that both ends of are seen."""
    for first, second in pairwise(edges):
        if first.level == level:
            yield first.time, second.time - first.time


def register(record: Record, name: str, wanted: int, *, mask: int = 0xFFFFFFFF, why: str = "") -> Findings:
    """Whether a register ended with a value."""
    value = record.registers.get(name, 0)
    if value & mask == wanted & mask:
        return []
    shown = name.replace(".", "->")
    return [
        wrong(
            "wrong_register",
            f"{shown}: expected {wanted & mask:#x} in the bits {mask:#x}, got {value & mask:#x}"
            + (f" ({why})" if why else ""),
            symbol=shown,
        )
    ]


def clock(record: Record, hertz: int) -> Findings:
    """Whether the processor ran at a frequency at the end."""
    if record.hclk == hertz:
        return []
    return [wrong("wrong_clock", f"the processor's clock should be {hertz} Hz; it is {record.hclk} Hz", symbol="HCLK")]


def typical(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return float(median(values)) if values else 0.0
