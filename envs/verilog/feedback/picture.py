"""The waveform around the first wrong sample, drawn from the tables in an outcome's diagnostics.

A picture shows what the feedback says and nothing else, so that one of a predicted outcome means as much as one of a
real outcome. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.errors import ToolchainMissing
from ecot.envs.types import Outcome

__all__ = ["HEIGHT", "WIDTH", "Lane", "Strip", "draw", "strip_of"]

WIDTH, HEIGHT = 1200, 720
"""Pixels; the same for every picture, so that they can be frames of a film."""
_DPI = 100
_LANE_WIDTH, _CHARACTER_WIDTH = 0.81 * WIDTH, 7.0
_MOST_LANES = 18
_MOST_BITS = 8
"""Wider values are shown in base 16."""
_PLAIN: Mapping[str, Any] = {"parse_math": False}
"""A `$` in a message is no formula."""
_MARK = "<- first wrong"
_SAMPLE_HEADS = ({"cycle", "edge"}, {"before ps"})
_COLOURS = {"input": "#30506f", "expected": "#1b7f3b", "got": "#202020", "register": "#6b3fa0", "clock": "#888888"}
_WRONG = "#d62728"


@dataclass(frozen=True, slots=True)
class Lane:
    """One signal: its name, what it is, and a text per sample; empty where nothing is known."""

    name: str
    role: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """A few samples in a row.

    Attributes:
        samples: what each is called.
        clocked: whether they come in pairs, before and after a rising edge.
        lanes: from top to bottom.
        wrong: the place of the first wrong sample.
    """

    samples: tuple[tuple[str, ...], ...]
    clocked: bool
    lanes: tuple[Lane, ...]
    wrong: int


@dataclass(frozen=True, slots=True)
class _Table:
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: int

    @property
    def keys(self) -> int:
        """Columns that name the sample."""
        return 2 if self.heads[0] == "cycle" else 1


def strip_of(outcome: Outcome) -> Strip | None:
    """Return what the diagnostics of an outcome show sample by sample; None where they hold no table."""
    tables = [table for item in outcome.canonical().diagnostics if (table := _table(item.message))]
    first = next((table for table in tables if table.heads[-1].endswith(" got")), None)
    if first is None:
        return None
    samples = tuple(row[: first.keys] for row in first.rows)
    lanes = [
        Lane(head, _role(head), tuple(row[place] for row in first.rows))
        for place, head in enumerate(first.heads)
        if place >= first.keys
    ]
    for table in tables:
        if table is not first and table.heads[: table.keys] == first.heads[: first.keys]:
            lanes += _registers(table, samples)
    edges = {row[1] for row in first.rows} if first.keys == 2 else set()
    return Strip(samples, "after" in edges, tuple(lanes[:_MOST_LANES]), first.marked)


def _registers(table: _Table, samples: Sequence[tuple[str, ...]]) -> list[Lane]:
    rows: Mapping[tuple[str, ...], tuple[str, ...]] = {row[: table.keys]: row for row in table.rows}
    return [
        Lane(head, "register", tuple(rows[key][place] if key in rows else "" for key in samples))
        for place, head in enumerate(table.heads)
        if place >= table.keys
    ]


def _table(message: str) -> _Table | None:
    """The table in a message: the lines from a head that names samples to the first wrong one."""
    lines = message.split("\n")
    for start, line in enumerate(lines):
        heads = tuple(re.split(r"\s{2,}", line.strip()))
        if not any(names <= set(heads) for names in _SAMPLE_HEADS):
            continue
        rows = []
        for text in lines[start + 1 :]:
            row = tuple(re.split(r"\s{2,}", text.replace(_MARK, "").strip()))
            if len(row) != len(heads):
                break
            rows.append(row)
            if _MARK in text:
                return _Table(heads, tuple(rows), len(rows) - 1)
    return None


def _role(head: str) -> str:
    last = head.rpartition(" ")[2]
    return last if last in ("expected", "got") else "input"


def draw(outcome: Outcome | None) -> NDArray[np.uint8]:
    """Return a picture of an outcome, HEIGHT x WIDTH x 3: the waveform where there is one, else label and message.

    Args:
        outcome: of the last step; None before the first.

    Raises:
        ToolchainMissing: matplotlib is not installed.
    """
    try:
        figures, canvases = import_module("matplotlib.figure"), import_module("matplotlib.backends.backend_agg")
    except ModuleNotFoundError:
        raise ToolchainMissing("pictures need matplotlib; install with: pip install 'ecot-gym[verilog]'") from None
    figure = figures.Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor="white")
    canvas = canvases.FigureCanvasAgg(figure)
    title, words = _words(outcome)
    figure.text(0.02, 0.955, title, fontsize=15, fontweight="bold", va="center", **_PLAIN)
    strip = strip_of(outcome) if outcome is not None else None
    if strip is None:
        figure.text(0.02, 0.90, words, fontsize=11, family="monospace", va="top", **_PLAIN)
    else:
        first = shorten(words.split("\n")[0], 150)
        figure.text(0.02, 0.915, first, fontsize=10, va="center", color="#444444", **_PLAIN)
        _draw_strip(figure.add_axes((0.17, 0.07, 0.81, 0.80)), strip)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _words(outcome: Outcome | None) -> tuple[str, str]:
    if outcome is None:
        return "no answer yet", ""
    stage = outcome.failure or (outcome.stages[-1] if outcome.stages else None)
    title = f"{outcome.label} at {stage.name}" if stage else str(outcome.label)
    lines = [line for item in outcome.canonical().diagnostics[:4] for line in item.message.split("\n")]
    return title, "\n".join(line[:120] for line in lines[:26])


def _draw_strip(axes: Any, strip: Strip) -> None:
    """Each sample is a cell of width 1; each lane is a band of height 1, the first at the top."""
    count = len(strip.samples)
    lanes = ([Lane("clock", "clock", ())] if strip.clocked else []) + list(strip.lanes)
    axes.set_xlim(0, count)
    axes.set_ylim(len(lanes), -0.9)
    axes.axis("off")
    axes.axvspan(strip.wrong, strip.wrong + 1, color=_WRONG, alpha=0.12, lw=0)
    axes.text(strip.wrong + 0.5, len(lanes) + 0.12, "first wrong", color=_WRONG, ha="center", va="top", fontsize=10)
    for place, sample in enumerate(strip.samples):
        if not strip.clocked or place == 0 or sample[0] != strip.samples[place - 1][0]:
            axes.plot([place, place], [-0.2, len(lanes)], color="#dddddd", lw=1, zorder=0)
            name = f"cycle {sample[0]}" if strip.clocked or len(sample) > 1 else f"{sample[0]} ps"
            axes.text(place + 0.05, -0.5, name, fontsize=9, color="#666666", va="center")
    for row, lane in enumerate(lanes):
        colour = _COLOURS[lane.role]
        axes.text(-0.1, row + 0.5, lane.name, ha="right", va="center", color=colour, **_PLAIN)
        if lane.role == "clock":
            _draw_clock(axes, strip, row)
        else:
            _draw_lane(axes, lane, row, wrong=strip.wrong if lane.role == "got" else None)


def _draw_clock(axes: Any, strip: Strip, row: int) -> None:
    """Low before the rising edge, high after it."""
    levels = [0.2 if sample[1] == "after" else 0.8 for sample in strip.samples]
    times = [edge for place in range(len(levels)) for edge in (place, place + 1)]
    axes.plot(times, [row + level for level in levels for _ in range(2)], color=_COLOURS["clock"], lw=1.5)


def _draw_lane(axes: Any, lane: Lane, row: int, *, wrong: int | None) -> None:
    """A line for a bit, a box with its value for anything wider; unknown values in red."""
    start = 0
    wide = any(len(value) > 1 and value != "any" for value in lane.values)
    for place in range(1, len(lane.values) + 1):
        value = lane.values[start]
        if place < len(lane.values) and lane.values[place] == value and wrong not in (start, place):
            continue
        colour = _WRONG if wrong == start else _COLOURS[lane.role]
        room = round((place - start) * _LANE_WIDTH / len(lane.values) / _CHARACTER_WIDTH) - 3
        _draw_value(axes, value, (start, place), row, colour=colour, wide=wide, room=max(2, room))
        if not wide and place < len(lane.values) and {value, lane.values[place]} == {"0", "1"}:
            axes.plot([place, place], [row + 0.2, row + 0.8], color=_COLOURS[lane.role], lw=1.5)
        start = place


def _draw_value(axes: Any, value: str, span: tuple[int, int], row: int, *, colour: str, wide: bool, room: int) -> None:
    """One value over a span of samples; `room` is how many characters fit."""
    first, last = span
    if not value:
        return
    if value in ("0", "1") and not wide:
        level = row + (0.2 if value == "1" else 0.8)
        axes.plot([first, last], [level, level], color=colour, lw=2 if colour == _WRONG else 1.5)
        return
    unknown = "x" in _digits(value) or "z" in _digits(value)
    face = "#f9d6d6" if unknown else "#eeeeee" if value == "any" else "white"
    inset = min(0.08, (last - first) / 4)
    corners = [(first, row + 0.5), (first + inset, row + 0.2), (last - inset, row + 0.2), (last, row + 0.5)]
    corners += [(last - inset, row + 0.8), (first + inset, row + 0.8)]
    across, down = zip(*corners, strict=True)
    axes.fill(across, down, facecolor=face, edgecolor=colour, lw=1.3)
    text = _short(value)
    text = text if len(text) <= room else f"{text[: room - 2]}.."
    axes.text((first + last) / 2, row + 0.5, text, ha="center", va="center", fontsize=8.5, color=colour, **_PLAIN)


def _short(value: str) -> str:
    """A value as a picture has room for it: many known bits in base 16."""
    if len(value) > _MOST_BITS and set(value) <= set("01"):
        return f"{len(value)}'h{int(value, 2):0{(len(value) + 3) // 4}x}"
    return value


def _digits(value: str) -> str:
    """The digits of a value without its width and base."""
    return value.partition("'")[2][1:] if "'" in value else value if value != "any" else ""
