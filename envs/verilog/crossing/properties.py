"""What properties over recordings are built from: edges counted, resets in time, outputs known and steady."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.crossing.plan import Recording, Sample, Violation
from ecot.envs.verilog.crossing.sides import Span


class Edges:
    """The rising edges of a domain."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        """Those that end its cycles."""
        self.times = [sample.edge for sample in samples]

    def between(self, after: int, before: int) -> int:
        """How many lie strictly between two times."""
        return max(0, bisect_left(self.times, before) - bisect_right(self.times, after))

    def later(self, after: int, count: int) -> int | None:
        """When the edge comes that is the `count`-th after a time, from 1; None where there are fewer."""
        index = bisect_right(self.times, after) + count - 1
        return self.times[index] if index < len(self.times) else None


def disturbed(recording: Recording, resets: Mapping[str, tuple[str, int]]) -> list[Span]:
    """When at least one reset is active, from its start to the edge that ends its last cycle, merged.

    Args:
        recording: of a simulation that starts with all resets active.
        resets: port and active level by domain.
    """
    spans = sorted(
        (sample.applied, sample.edge)
        for domain, (port, level) in resets.items()
        for sample in recording[domain]
        if sample.inputs[port] == level
    )
    merged: list[Span] = []
    slow = max(sample.edge - sample.applied for samples in recording.values() for sample in samples[1:])
    for start, end in spans:
        if merged and start <= merged[-1][1] + slow:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def inside(time: int, spans: Sequence[Span]) -> bool:
    """Whether a time lies in one of the spans, ends included."""
    return any(start <= time <= end for start, end in spans)


def free(sample: Sample, spans: Sequence[Span]) -> bool:
    """Whether no reset is active in any part of a cycle."""
    return not any(start <= sample.edge and sample.applied <= end for start, end in spans)


def unsteady(
    samples: Sequence[Sample], output: str, clock: str, judged: Callable[[Sample], bool]
) -> Iterator[Violation]:
    """Where an output is unknown, or changes between the edges of its clock."""
    for sample in samples:
        if not judged(sample):
            continue
        early, late = sample.early[output], sample.outputs[output]
        if late is None or early is None:
            message = f"`{output}` is unknown (x or z)"
            yield Violation(sample.edge, output, message, "unknown_value")
        elif early != late:
            message = (
                f"`{output}` changes from {early} to {late} between two rising edges of `{clock}`: it does not "
                f"come from "
                f"registers of that clock, or from one that has not settled"
            )
            yield Violation(sample.edge, output, message, "unsettled_output")


def resting(samples: Sequence[Sample], clocking: Clocking, wanted: Mapping[str, int]) -> Iterator[Violation]:
    """Where outputs of a side do not rest while its own reset acts: from the first edge on, or at once."""
    acting = False
    for sample in samples:
        active = sample.inputs[clocking.reset] == clocking.level
        if active and (acting or clocking.asynchronous):
            for output, value in wanted.items():
                got = {sample.early[output], sample.outputs[output]} - {value}
                if got:
                    shown = ["x" if item is None else str(item) for item in got]
                    message = f"`{output}` is {shown[0]} where `{clocking.reset}` makes it {value}"
                    yield Violation(sample.edge, output, message)
        acting = active
