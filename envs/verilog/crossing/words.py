"""Says in words what a recording shows: the violation, and the last cycles of the domain in which it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.verilog.crossing.plan import Recording, Sample, Violation

_CONTEXT = 5


def violation_text(item: Violation, recording: Recording, *, table: bool) -> str:
    """Return a violation's message, with the cycles of every domain up to it where a table is asked for."""
    lines = [f"at {item.time / 1000:.1f} ns: {item.message}"]
    if table:
        for name, samples in recording.items():
            shown = [sample for sample in samples if sample.applied <= item.time][-_CONTEXT:]
            if shown:
                lines += [
                    f"cycles of the {name} side up to then, each read just before its rising edge:",
                    *_table(shown),
                ]
    return "\n".join(lines)


def _table(samples: Sequence[Sample]) -> list[str]:
    heads = ["edge (ns)", *samples[0].inputs, *samples[0].outputs]
    rows = [[f"{sample.edge / 1000:.1f}", *_numbers(sample.inputs), *_numbers(sample.outputs)] for sample in samples]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return [
        "  " + "  ".join(cell.rjust(size) for cell, size in zip(row, widths, strict=True)) for row in [heads, *rows]
    ]


def _numbers(values: Mapping[str, int | None]) -> list[str]:
    return ["x" if value is None else str(value) for value in values.values()]
