"""What must hold of an asynchronous FIFO: no word lost, doubled or out of order; careful and prompt flags."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from heapq import merge

from ecot.envs.verilog.clocking import Clocking
from ecot.envs.verilog.crossing.plan import Recording, Sample, Violation
from ecot.envs.verilog.crossing.properties import Edges, disturbed, free, resting, unsteady
from ecot.envs.verilog.family import Params


def violations(
    params: Params, names: Mapping[str, str], sides: Mapping[str, Clocking], recording: Recording
) -> Iterator[Violation]:
    """Judge a recording."""
    spans = disturbed(recording, {key: (clocking.reset, clocking.level) for key, clocking in sides.items()})
    for side, key in (("write", "full"), ("write", "write_level"), ("read", "empty"), ("read", "read_level")):
        if key in names:
            yield from unsteady(recording[side], names[key], sides[side].clock, lambda sample: free(sample, spans))
    rest = {"full": 0, "write_level": 0, "empty": 1, "read_level": 0}
    for side, keys in (("write", ("full", "write_level")), ("read", ("empty", "read_level"))):
        wanted = {names[key]: rest[key] for key in keys if key in names}
        yield from resting(recording[side], sides[side], wanted)
    books = Books(params, names, recording)
    starts = iter([*(start for start, _ in spans), 1 << 62])
    following = next(starts)
    events = merge(
        ((sample.edge, 0, sample) for sample in recording["write"]),
        ((sample.edge, 1, sample) for sample in recording["read"]),
        key=lambda event: event[:2],
    )
    for _, reading, sample in events:
        while sample.edge >= following:
            books.clear()
            following = next(starts)
        if free(sample, spans):
            yield from books.read(sample) if reading else books.write(sample)


class Books:
    """What was written and read since the last reset, and what each side must know of it."""

    def __init__(self, params: Params, names: Mapping[str, str], recording: Recording) -> None:
        """Books of a recording in which nothing was written yet."""
        self._params, self._names = params, names
        self._edges = {side: Edges(samples) for side, samples in recording.items()}
        self.clear()

    def clear(self) -> None:
        """After a reset nothing is held."""
        self._words: list[int] = []
        self._times: dict[str, list[int]] = {"write": [], "read": []}
        self._sure: dict[str, list[int]] = {"write": [], "read": []}
        self._last: int | None = None

    def write(self, sample: Sample) -> Iterator[Violation]:
        """One cycle of the write side, in which no reset was active."""
        names, depth = self._names, self._params["depth"]
        least, most = self._known("read", "write", sample)
        held = len(self._words)
        full = sample.outputs[names["full"]]
        if full == 0 and held - most >= depth:
            yield self._wrong(
                sample,
                "full",
                f"`{names['full']}` is 0 although {held - most} words are held, or not yet known to be read",
            )
        if full == 1 and held - least < depth:
            message = f"`{names['full']}` is 1 although only {held - least} words are held, and that since long enough"
            yield self._wrong(sample, "full", message)
        yield from self._level(sample, "write_level", held - most, held - least)
        if full == 0 and sample.inputs[names["push"]]:
            self._note("write", sample)
            self._words.append(sample.inputs[names["data"]])

    def read(self, sample: Sample) -> Iterator[Violation]:
        """One cycle of the read side, in which no reset was active."""
        names, popped = self._names, len(self._times["read"])
        least, most = self._known("write", "read", sample)
        empty = sample.outputs[names["empty"]]
        if empty == 0 and most - popped <= 0:
            message = f"`{names['empty']}` is 0 although no word is held, or none that can be known of already"
            yield self._wrong(sample, "empty", message)
        if empty == 1 and least - popped > 0:
            message = f"`{names['empty']}` is 1 although {least - popped} words are held, and that since long enough"
            yield self._wrong(sample, "empty", message)
        yield from self._level(sample, "read_level", least - popped, most - popped)
        yield from self._word(sample, empty, popped)
        if empty == 0 and sample.inputs[names["pop"]]:
            self._last = self._words[popped] if popped < len(self._words) else None
            self._note("read", sample)

    def _word(self, sample: Sample, empty: int | None, popped: int) -> Iterator[Violation]:
        name = self._names["word"]
        if self._params["read"] == "fall_through":
            wanted = self._words[popped] if empty == 0 and popped < len(self._words) else None
        else:
            wanted = self._last
        got = sample.outputs[name], sample.early[name]
        if wanted is not None and got != (wanted, wanted):
            shown = ["x" if value is None else f"0x{value:x}" for value in got]
            text = shown[0] if shown[0] == shown[1] else f"{shown[1]} and then {shown[0]}"
            number = popped + 1 if self._params["read"] == "fall_through" else popped
            message = f"`{name}` is {text} where it must be 0x{wanted:x}, word {number} written since the last reset"
            yield self._wrong(sample, "word", message)

    def _level(self, sample: Sample, key: str, low: int, high: int) -> Iterator[Violation]:
        if key in self._names:
            value = sample.outputs[self._names[key]]
            if value is not None and not low <= value <= high:
                wanted = str(low) if low == high else f"from {low} to {high}"
                yield self._wrong(sample, key, f"`{self._names[key]}` is {value} where it must be {wanted}")

    def _note(self, side: str, sample: Sample) -> None:
        """A word was written or read; the other side's time to know runs from the next edge of this side."""
        self._times[side].append(sample.edge)
        self._sure[side].append(self._edges[side].later(sample.edge, 1) or 1 << 62)

    def _known(self, side: str, other: str, sample: Sample) -> tuple[int, int]:
        """How many events of a side the other side must know of by a sample, and how many it may."""
        edges, stages = self._edges[other].times, self._params["stages"]
        latest, earliest = sample.number - stages - 2, sample.number - stages
        least = bisect_left(self._sure[side], edges[latest]) if latest >= 0 else 0
        most = bisect_left(self._times[side], edges[earliest]) if earliest >= 0 else 0
        return least, most

    def _wrong(self, sample: Sample, key: str, message: str) -> Violation:
        return Violation(sample.edge, self._names[key], message)
