"""The pins of a run in a few words, for the feedback, and the same words as a logic analyser's picture.

A picture shows what the feedback says and nothing else, so that one of a predicted outcome means as much as one of a
real outcome. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.embedded.evidence import MICROSECOND, Record
from ecot.envs.errors import ToolchainMissing
from ecot.envs.types import Diagnostic, Outcome

__all__ = ["CODE", "HEIGHT", "WIDTH", "draw", "excerpt", "traces"]

CODE = "waveform"
"""Of the diagnostic that holds the pins."""
WIDTH, HEIGHT = 1200, 480
"""Pixels; the same for every picture, so that they can be frames of a film."""
_DPI = 100
_MOST_EDGES = 14
_MOST_PINS = 8
_LINE = re.compile(r"^(?P<pin>P[A-I]\d+): (?P<first>[01])(?P<edges>(?: [\d.]+:[01])*)(?: \.\.\.)?$")
_TRACE = "#1b7f3b"


def excerpt(record: Record) -> Diagnostic | None:
    """Return the first edges of every watched pin; None where none is watched.

    The message's lines read `PD12: 0 1000.06:1 2000.13:0`: the level at the start, then microseconds and levels.
    """
    lines = []
    for pin, edges in sorted(record.pins.items())[:_MOST_PINS]:
        first = 1 - edges[0].level if edges else record.levels.get(pin, 0)
        shown = "".join(f" {edge.time / MICROSECOND:.2f}:{edge.level}" for edge in edges[:_MOST_EDGES])
        lines.append(f"{pin}: {first}{shown}{' ...' if len(edges) > _MOST_EDGES else ''}")
    if not lines:
        return None
    opening = "the first edges of the pins, each with its time in us and its level:"
    return Diagnostic(tool="judge", code=CODE, message="\n".join([opening, *lines]))


def traces(outcome: Outcome) -> Mapping[str, Sequence[tuple[float, int]]]:
    r"""Return what an outcome's diagnostics tell of the pins: microseconds and levels, the first at 0.

    >>> from ecot.envs.types import Label, StageResult
    >>> item = Diagnostic(tool="judge", code=CODE, message="the first edges\nPD12: 0 1000.06:1")
    >>> failed = StageResult(name="behave", passed=False, label=Label.MISMATCH, diagnostics=(item,))
    >>> dict(traces(Outcome(stages=(failed,))))
    {'PD12': [(0.0, 0), (1000.06, 1)]}
    """
    found: dict[str, list[tuple[float, int]]] = {}
    for item in outcome.canonical().diagnostics:
        for line in item.message.split("\n") if item.code == CODE else ():
            match = _LINE.fullmatch(line)
            if match:
                pairs = (word.split(":") for word in match["edges"].split())
                found[match["pin"]] = [(0.0, int(match["first"])), *((float(at), int(level)) for at, level in pairs)]
    return found


def draw(outcome: Outcome | None) -> NDArray[np.uint8]:
    """Return a picture of the pins of an outcome, `HEIGHT` x `WIDTH` x 3.

    Raises:
        ToolchainMissing: matplotlib is not installed.
    """
    try:
        figures: Any = import_module("matplotlib.figure")
        canvases: Any = import_module("matplotlib.backends.backend_agg")
    except ModuleNotFoundError:
        raise ToolchainMissing("pictures need matplotlib; install with: pip install 'ecot-gym[embedded]'") from None
    figure = figures.Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    canvas = canvases.FigureCanvasAgg(figure)
    figure.text(0.02, 0.94, _title(outcome), fontsize=13, weight="bold", parse_math=False)
    if outcome is not None:
        _fill(figure, outcome)
    canvas.draw()
    picture: NDArray[np.uint8] = np.asarray(canvas.buffer_rgba(), dtype=np.uint8)[:, :, :3].copy()
    return picture


def _title(outcome: Outcome | None) -> str:
    if outcome is None:
        return "nothing was tried yet"
    failed = outcome.failure
    return f"{outcome.label}" + (f" at stage {failed.name}" if failed else "")


def _fill(figure: Any, outcome: Outcome) -> None:
    words = [item.message.split("\n")[0] for item in outcome.canonical().diagnostics if item.code != CODE][:2]
    for number, text in enumerate(words):
        figure.text(0.02, 0.88 - 0.05 * number, shorten(text, 150), fontsize=10, parse_math=False)
    lanes = traces(outcome)
    if not lanes:
        return
    axes = figure.add_axes((0.08, 0.1, 0.89, 0.66))
    end = max((edges[-1][0] for edges in lanes.values()), default=0.0) * 1.05 or 1.0
    for row, edges in enumerate(reversed(list(lanes.values()))):
        times, levels = [at for at, _ in edges] + [end], [level for _, level in edges] + [edges[-1][1]]
        axes.step(times, [1.5 * row + level for level in levels], where="post", color=_TRACE, linewidth=1.6)
        axes.axhline(1.5 * row, color="#dddddd", linewidth=0.6, zorder=0)
    axes.set_yticks([1.5 * row + 0.5 for row in range(len(lanes))], list(reversed(list(lanes))))
    axes.set_xlim(0.0, end)
    axes.set_xlabel("microseconds since power-on")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
