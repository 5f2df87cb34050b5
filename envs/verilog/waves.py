"""Recorded signals: a value change dump as values at a time, and what the first wrong sample looked like."""

from __future__ import annotations

import signal
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.benchmarks.scorer import WrongOutput
from ecot.envs.verilog.family import Port


def _reader() -> Any:
    """Import vcdvcd and undo what its import does to the process.

    vcdvcd 2.6.0 sets SIGPIPE to its default, so that whoever hangs up a socket kills a training run; this can go when
    it no longer does.
    """
    before = signal.getsignal(signal.SIGPIPE)
    reader = import_module("vcdvcd").VCDVCD
    if threading.current_thread() is threading.main_thread():  # elsewhere vcdvcd could not set it either
        signal.signal(signal.SIGPIPE, before)
    return reader


VCDVCD = _reader()
SAMPLING_CLOCK = "clk"
"""The signal of a testbench at whose edges it compares."""
_ROWS = 5
"""Samples shown in a table, the wrong one included."""
_COLUMNS = 8
"""More inputs than these are left out of the table."""
_WIDEST = 64
"""Bits of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: its width in bits, and the times (in units of the dump) at which it took a value."""

    width: int
    times: tuple[int, ...]
    values: tuple[str, ...]

    def before(self, time: int) -> str:
        """Return the settled value just before a time, all x before the first."""
        index = bisect_left(self.times, time)
        return self.values[index - 1] if index else "x" * self.width

    def at(self, time: int) -> str:
        """Return the settled value at the end of a time step."""
        return self.before(time + 1)


Waves = Mapping[str, Signal]


def read_waves(text: str, *, until: int | None = None) -> Waves:
    """Return the signals of a value change dump by their own names, without scopes and ranges.

    Args:
        text: of the dump; a last line that is cut off is left out.
        until: the last time that matters; None for all.

    Raises:
        ValueError: the text is no dump.
    """
    whole = text[: text.rfind("\n") + 1]
    try:
        dump = VCDVCD(vcd_string=whole, to_time=until)
        signals = {name: dump[name] for name in dump.references_to_ids}
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"the dump of signals cannot be read: {error}") from error
    found = {}
    for reference, wave in signals.items():
        width = int(wave.size)
        changes = {time: _extended(value, width) for time, value in wave.tv}
        found[reference.rpartition(".")[2].partition("[")[0]] = Signal(width, tuple(changes), tuple(changes.values()))
    return found


def _extended(value: str, width: int) -> str:
    """A dump leaves out leading bits that repeat: x and z repeat themselves, all else is 0."""
    bits = value.lower()
    return bits.rjust(width, bits[0] if bits[0] in "xz" else "0")


def edges(clock: Signal) -> tuple[int, ...]:
    """Return the times at which a one-bit signal changed between 0 and 1."""
    steps = zip(clock.times[1:], clock.values, clock.values[1:], strict=False)
    return tuple(time for time, old, new in steps if {old, new} == {"0", "1"})


def agrees(expected: str, got: str) -> bool:
    """Whether a value is as the reference has it; an x of the reference asks for nothing.

    >>> agrees("1x", "10"), agrees("10", "1x")
    (True, False)
    """
    return all(want in "xz" or want == have for want, have in zip(expected, got, strict=True))


def explain(
    wrong: Iterable[WrongOutput], waves: Waves, ports: Sequence[Port], *, samples: int
) -> tuple[Diagnostic, ...]:
    """Return a diagnostic per wrong output, the earliest first: inputs, expected and got at its first wrong sample.

    Args:
        wrong: the outputs, as the testbench counted them.
        waves: of the run, `<output>_ref` and `<output>_dut` beside the inputs; may lack any of them.
        ports: of the module under test.
        samples: how many there were.
    """
    ranked = sorted(wrong, key=lambda item: item.first)
    return tuple(_mismatch(item, waves, ports, samples, table=place == 0) for place, item in enumerate(ranked))


def _mismatch(item: WrongOutput, waves: Waves, ports: Sequence[Port], samples: int, *, table: bool) -> Diagnostic:
    total = f"wrong in {item.count} of {samples} samples"
    pair = waves.get(f"{item.output}_ref"), waves.get(f"{item.output}_dut")
    if pair[0] is None or pair[1] is None:
        message = f"`{item.output}` is wrong for the first time at {item.first} ps; {total}"
        return Diagnostic(tool="testbench", code="wrong_value", symbol=item.output, message=message)
    expected, got = pair[0].before(item.first), pair[1].before(item.first)
    if agrees(expected, got):
        # Where the testbench samples what changes in the same step, the end of the step shows what it saw.
        expected, got = pair[0].at(item.first), pair[1].at(item.first)
    inputs = ", ".join(f"{name}={_shown(bits)}" for name, bits in _inputs(waves, ports, item.first))
    unknown = all(want in "xz" or have in "xz" or want == have for want, have in zip(expected, got, strict=True))
    lines = [
        f"`{item.output}` is wrong at {item.first} ps: expected {_shown(expected)}, got {_shown(got)}; "
        f"inputs {inputs or 'none'}; {total}"
    ]
    if table:
        lines += _table(item, waves, ports)
    code = "unknown_value" if unknown and not agrees(expected, got) else "wrong_value"
    return Diagnostic(tool="testbench", code=code, symbol=item.output, message="\n".join(lines))


def _inputs(waves: Waves, ports: Sequence[Port], time: int) -> list[tuple[str, str]]:
    return [
        (port.name, waves[port.name].before(time)) for port in ports if port.direction == "input" and port.name in waves
    ]


def _shown(bits: str) -> str:
    if len(bits) == 1:
        return bits
    if len(bits) > _WIDEST:
        digits = f"{int(bits, 2):x}" if set(bits) <= set("01") else ""
        known = f"{len(bits)}'h{digits.zfill((len(bits) + 3) // 4)}" if digits else f"{len(bits)}'b{bits}"
        return known if len(known) <= _WIDEST + 8 else f"{known[:_WIDEST]}..."
    return f"{len(bits)}'b{bits}" + (f" ({int(bits, 2)})" if set(bits) <= set("01") else "")


def _table(item: WrongOutput, waves: Waves, ports: Sequence[Port]) -> list[str]:
    """The samples up to the first wrong one, a row each; empty where the sampling clock is not in the dump."""
    if SAMPLING_CLOCK not in waves:
        return []
    times = [time for time in edges(waves[SAMPLING_CLOCK]) if time <= item.first][-_ROWS:]
    names = [name for name, bits in _inputs(waves, ports, item.first) if len(bits) <= _WIDEST][:_COLUMNS]
    columns = [*names, f"{item.output}_ref", f"{item.output}_dut"]
    if len(times) < 2 or waves[columns[-1]].width > _WIDEST:
        return []
    heads = ["before ps", *names, f"{item.output} expected", f"{item.output} got"]
    rows = [heads, *([str(time), *(waves[name].before(time) for name in columns)] for time in times)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [*lines[:-1], f"{lines[-1]}  <- first wrong"]
