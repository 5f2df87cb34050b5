"""The tables that `ecot fidelity` prints; no command by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ecot.world_model.dataset import Row, Split, succeeded
from ecot.world_model.fidelity import CLAIM, Figures, is_built, label_of
from ecot.world_model.prepared import MODES
from ecot.world_model.saving import Saving, by_kind

SPLITS = (Split.TURN, Split.TASK, Split.FAMILY)
ALL = "all"


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    model: str
    reference: str
    split: str
    kind: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Saved:
    """One line of the hybrid's table."""

    split: str
    kind: str
    saving: Saving


def data_of(rows: Sequence[Row]) -> Mapping[str, Mapping[str, Any]]:
    """Return what the stored turns are, by kind of domain."""
    found = {}
    for kind, places in by_kind(rows).items():
        chosen = [rows[place] for place in places]
        labels = Counter(label_of(row) for row in chosen)
        label, count = labels.most_common(1)[0]
        built = [row for row in chosen if is_built(row)]
        found[kind] = {
            "turns": len(chosen),
            "tasks": len({row.task.id for row in chosen}),
            "families": len({row.task.family for row in chosen}),
            "most_frequent": str(label),
            "its_share": round(count / len(chosen), 4),
            "passing_of_built": round(sum(succeeded(row.outcome) for row in built) / max(1, len(built)), 4),
            "tool_seconds_a_turn": round(sum(row.seconds for row in chosen) / len(chosen), 4),
        }
    return found


def data_table(data: Mapping[str, Mapping[str, Any]]) -> Table:
    """What was collected, all splits together."""
    table = Table(title="turns that were run for real", box=SIMPLE_HEAD)
    for column in ("domain", "turns", "tasks", "families", "most frequent label", "% PASS of built", "tool s a turn"):
        table.add_column(column, justify="left" if column == "domain" else "right")
    for kind, item in data.items():
        most = f"{item['most_frequent']} {_percent(item['its_share'])}%"
        counts = [str(item[key]) for key in ("turns", "tasks", "families")]
        table.add_row(kind, *counts, most, _percent(item["passing_of_built"]), f"{item['tool_seconds_a_turn']:.2f}")
    return table


def figures_table(lines: Sequence[Measured], name: str) -> Table:
    """The model by split and domain, against stored passes."""
    title = f"{name}: predictions against the real tools, in % (reference: an earlier turn that passed)"
    table = Table(title=title, box=SIMPLE_HEAD)
    columns = ("split", "domain", "turns", "right", "95%", "built", "false pass", "false fail")
    for column in (*columns, f"wrong >={CLAIM}", "found", "ECE", "Brier", "episodes", "class", "line"):
        table.add_column(column, justify="left" if column in ("split", "domain") else "right")
    for line in lines:
        if line.model == name and line.reference == "stored":
            item = line.figures
            table.add_row(
                line.split,
                line.kind,
                str(item.rows),
                _percent(item.accuracy),
                f"{_percent(item.low)}-{_percent(item.high)}",
                *map(_percent, (item.built, item.false_pass, item.false_fail, item.claimed_wrong, item.claimed_found)),
                _percent(item.calibration_error),
                f"{item.brier:.3f}",
                *map(_percent, (item.trajectories, item.code, item.line)),
            )
    return table


def ladder_table(lines: Sequence[Measured], names: Sequence[str]) -> Table:
    """Every model and mode of reference, over all domains."""
    table = Table(title="right, in %, over all domains; in brackets: of candidates that were built", box=SIMPLE_HEAD)
    table.add_column("model")
    table.add_column("reference")
    for split in SPLITS:
        table.add_column(str(split), justify="right")
    for name in names:
        for mode in MODES:
            found = {
                line.split: line.figures
                for line in lines
                if (line.model, line.reference, line.kind) == (name, mode, ALL)
            }
            cells = [found.get(str(split)) for split in SPLITS]
            table.add_row(
                name, mode, *(f"{_percent(item.accuracy)} ({_percent(item.built)})" if item else "-" for item in cells)
            )
    return table


def savings_table(savings: Sequence[Saved], *, cost: float) -> Table:
    """What the hybrid would answer unrun, by bound."""
    title = (
        f"hybrid: answered unrun, of these wrong, tool time saved net, in % (a prediction takes {1000 * cost:.1f} ms)"
    )
    table = Table(title=title, box=SIMPLE_HEAD)
    for column in ("bound", "split", "domain", "threshold", "turns", "unrun", "wrong", "net saved"):
        table.add_column(column, justify="left" if column in ("split", "domain") else "right")
    for item in savings:
        found = item.saving
        table.add_row(
            f"{found.max_error:g}",
            item.split,
            item.kind,
            "-" if found.threshold is None else f"{found.threshold:.4f}",
            str(found.rows),
            _percent(found.answered / found.rows),
            _percent(found.wrong / found.answered if found.answered else None),
            _percent(found.net),
        )
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
