"""The times of the candidate and of gcc's code, side by side, from the last outcome.

The blocks stand in the log of the stage `speed`; of an outcome without one, only what its metrics and its first message
say is drawn. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

import json
from importlib import import_module
from textwrap import fill, shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.errors import ToolchainMissing
from ecot.envs.types import Outcome

__all__ = ["HEIGHT", "WIDTH", "draw"]

WIDTH, HEIGHT = 1000, 600
"""Pixels; the same for every picture, so that they can be frames of a film."""
_DPI = 100
_NAMES = {"candidate": "candidate", "baseline": "gcc", "twin": "gcc again"}
_COLOURS = {"candidate": "#1b7f3b", "baseline": "#30506f", "twin": "#9ab0c4"}


def draw(outcome: Outcome | None) -> NDArray[np.uint8]:
    """Return a picture, H x W x 3.

    Raises:
        ToolchainMissing: matplotlib is not installed.
    """
    try:
        figure_class = import_module("matplotlib.figure").Figure
        canvas_class = import_module("matplotlib.backends.backend_agg").FigureCanvasAgg
    except ImportError:
        raise ToolchainMissing(
            "a picture needs matplotlib; install it with: pip install 'ecot-gym[assembly]'"
        ) from None
    figure = figure_class(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    canvas = canvas_class(figure)
    axes = figure.add_axes((0.12, 0.14, 0.83, 0.66))
    figure.text(0.05, 0.92, _title(outcome), fontsize=15, weight="bold", parse_math=False)
    figure.text(0.05, 0.85, _words(outcome), fontsize=10, va="center", parse_math=False)
    blocks = _blocks(outcome)
    if blocks:
        _distributions(axes, blocks)
    else:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "nothing was timed", ha="center", color="#888888", fontsize=14)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, :3], dtype=np.uint8)


def _distributions(axes: Any, blocks: dict[str, list[float]]) -> None:
    """A row of points a contestant, spread by rank, and its median."""
    for row, (name, values) in enumerate(reversed(blocks.items())):
        spread = (np.argsort(np.argsort(values)) % 7 - 3) * 0.06
        axes.plot(values, row + spread, "o", color=_COLOURS[name], markersize=4, alpha=0.7)
        axes.plot([np.median(values)] * 2, [row - 0.35, row + 0.35], color=_COLOURS[name], linewidth=3)
    axes.set_yticks(range(len(blocks)), [_NAMES[name] for name in reversed(blocks)])
    axes.set_ylim(-0.6, len(blocks) - 0.4)
    axes.set_xlim(left=0)
    axes.set_xlabel("processor nanoseconds a call, a point a block; the bar is the median")
    axes.grid(axis="x", color="#e0e0e0")
    axes.set_axisbelow(True)


def _blocks(outcome: Outcome | None) -> dict[str, list[float]]:
    speed = next((stage for stage in outcome.stages if stage.name == "speed"), None) if outcome else None
    if speed is None:
        return {}
    try:
        found = json.loads(speed.log)
        return {name: [float(value) for value in found[name]] for name in _NAMES}
    except (ValueError, KeyError, TypeError):
        keys = {name: f"{name}_ns_a_call" for name in _NAMES}
        return {name: [float(speed.metrics[key])] for name, key in keys.items() if key in speed.metrics}


def _title(outcome: Outcome | None) -> str:
    if outcome is None:
        return "No candidate yet"
    speedup = outcome.metrics.get("speed.speedup")
    return str(outcome.label) + (f": {speedup:.2f} times as fast as gcc's code" if speedup is not None else "")


def _words(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    metrics = outcome.metrics
    if "speed.speedup_low" in metrics:
        return (
            f"between {metrics['speed.speedup_low']:.3f} and {metrics['speed.speedup_high']:.3f} times; identical code "
            f"differs by {metrics['speed.noise_floor']:.1%}"
        )
    words = outcome.diagnostics[0].message if outcome.diagnostics else ""
    return fill(shorten(words, 240, placeholder=" ..."), 120)
