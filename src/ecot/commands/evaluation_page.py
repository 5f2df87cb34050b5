"""The report of an evaluation: JSON with every figure, a page to read, and plots of the curves; not a command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from ecot.agents.evaluation import Evaluation, Spread
from ecot.commands.summary import usage_text
from ecot.envs.domain import domain_of
from ecot.envs.encoding import to_json
from ecot.envs.errors import ConfigError
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.statistics import Interval
from ecot.envs.tools import versions_of

_COLOURS = ("#1b6ca8", "#c8553d", "#588157", "#8d6a9f", "#b08900", "#444444")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Several agents on one set of tasks.

    Attributes:
        env_id: of the environment.
        tasks: the set.
        split: of it; None for all.
        command: that wrote it, the folders of its output left out.
        rows: one an agent.
    """

    env_id: str
    tasks: str
    split: str | None
    command: str
    rows: Sequence[Evaluation]


def print_report(console: Console, report: Report) -> None:
    """Print the matrix."""
    table = Table("agent", "pass@1, turn 1", "last turn", "builds", "broken", title_justify="left")
    table.title = f"{report.env_id}, {report.tasks}"
    for row in report.rows:
        figures = [_shown(item) for item in (row.pass_at["1"][0], row.pass_at["1"][-1], row.syn_at_1)]
        table.add_row(_name(row), *figures, str(row.broken))
    console.print(table)


def write_report(report: Report, stem: Path) -> Sequence[Path]:
    """Write `stem.json`, `stem.md` and `stem.svg`, and return their paths.

    Raises:
        ConfigError: they cannot be written.
    """
    paths = [stem.with_name(f"{stem.name}{ending}") for ending in (".json", ".md", ".svg")]
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(json.dumps(_data(report), indent=1) + "\n", encoding="utf-8")
        paths[1].write_text(page(report, picture=paths[2].name), encoding="utf-8")
        _draw(report, paths[2])
    except OSError as error:
        raise ConfigError(
            f"the report {str(stem)!r} cannot be written ({error.strerror}); name another path"
        ) from error
    return paths


def page(report: Report, *, picture: str) -> str:
    """Return the report as Markdown."""
    domain = domain_of(report.env_id)
    tools = ", ".join(f"{name} {version}" for name, version in versions_of(domain).items())
    split = f", split `{report.split}`" if report.split else ""
    lines = [
        f"# Evaluation: `{report.env_id}` on `{report.tasks}`{split}",
        "",
        f"Written by `{report.command}`. Package {package_version()}; {tools}; judge `{judge_digest(domain)[:12]}`.",
        "",
        "Figures with 95 % bootstrap intervals over tasks; where all tasks agree the interval has no width, which says "
        "no more than that others are rarer than about 3 in the number of tasks. pass@k *by turn t* counts an episode "
        "as passed where any of its first t turns passed. A privileged agent has seen the solutions: it shows how good "
        "an agent can be, or what mistakes look like, and says nothing about models.",
        "",
        *_markdown(_matrix(report.rows)),
        "",
        "## pass@k by turn",
        "",
        *_markdown(_curves(report.rows)),
        "",
        f"![pass@1 by turn]({picture})",
        "",
        "## By level (pass@1 at the last turn)",
        "",
        *_markdown(_levels(report.rows)),
        "",
        "## Labels of first turns",
        "",
        *_markdown(_labels(report.rows)),
        "",
        "## Lengths in characters a turn (median, quartiles)",
        "",
        *_markdown(_lengths(report.rows)),
        "",
    ]
    measured = list(_metrics(report.rows))
    if len(measured) > 1:
        lines += ["## Metrics of passing turns (median, quartiles)", "", *_markdown(measured), ""]
    return "\n".join(lines)


def _data(report: Report) -> Mapping[str, object]:
    domain = domain_of(report.env_id)
    return {
        "environment": report.env_id,
        "tasks": report.tasks,
        "split": report.split,
        "command": report.command,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "package": package_version(),
        "judge_digest": judge_digest(domain),
        "toolchain": dict(versions_of(domain)),
        "agents": to_json(list(report.rows)),
    }


Row = Sequence[str]


def _matrix(rows: Sequence[Evaluation]) -> list[Row]:
    last = max((k for row in rows for k in row.pass_at), key=int)
    many = [f"pass@{last}, turn 1"] if last != "1" else []
    header = ("agent", "tasks", "samples", "pass@1, turn 1", *many, "pass@1, last turn", "builds, turn 1", "return")
    body = [
        (
            _name(row),
            str(row.tasks),
            str(row.samples),
            _shown(row.pass_at["1"][0]),
            *([_shown(row.pass_at[last][0]) if last in row.pass_at else "-"] if many else []),
            _shown(row.pass_at["1"][-1]),
            _shown(row.syn_at_1),
            _shown(row.mean_return),
            f"{row.tool_seconds:.1f}",
            usage_text(row.usage) if row.usage else "-",
            str(row.broken),
        )
        for row in rows
    ]
    return [(*header, "tool seconds", "model", "broken"), *body]


def _curves(rows: Sequence[Evaluation]) -> Iterator[Row]:
    turns = max(row.turns for row in rows)
    yield ("agent", "k", *(f"turn {turn}" for turn in range(1, turns + 1)))
    for row in rows:
        for k, curve in row.pass_at.items():
            yield (_name(row), k, *(_shown(item) for item in curve))


def _levels(rows: Sequence[Evaluation]) -> Iterator[Row]:
    levels = sorted({level for row in rows for level in row.by_level}, key=int)
    yield ("agent", *(f"level {level}" for level in levels))
    for row in rows:
        cells = (row.by_level.get(level) for level in levels)
        yield (_name(row), *(f"{cell[0]:.3f} ({cell[1]})" if cell else "-" for cell in cells))


def _labels(rows: Sequence[Evaluation]) -> Iterator[Row]:
    labels = sorted({label for row in rows for label in row.first_labels})
    yield ("agent", *labels)
    for row in rows:
        yield (_name(row), *(str(row.first_labels.get(label, 0)) for label in labels))


def _lengths(rows: Sequence[Evaluation]) -> Iterator[Row]:
    yield ("agent", "thinking", "answer")
    for row in rows:
        yield (_name(row), _spread(row.thinking), _spread(row.answer))


def _metrics(rows: Sequence[Evaluation]) -> Iterator[Row]:
    yield ("agent", "metric", "turns", "median [quartiles]")
    for row in rows:
        for name, spread in row.metrics.items():
            yield (_name(row), f"`{name}`", str(spread.count), _spread(spread))


def _name(row: Evaluation) -> str:
    return f"{row.agent} (privileged)" if row.privileged else row.agent


def _shown(figure: Interval) -> str:
    return f"{figure.estimate:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _spread(spread: Spread | None) -> str:
    return f"{spread.middle:.4g} [{spread.low:.4g}, {spread.high:.4g}]" if spread else "-"


def _markdown(rows: Iterator[Row] | Sequence[Row]) -> list[str]:
    header, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *body)]


def _draw(report: Report, path: Path) -> None:
    """The turns-to-pass curves with their intervals."""
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for row, colour in zip(report.rows, _COLOURS * len(report.rows), strict=False):
        curve = row.pass_at["1"]
        turns = range(1, len(curve) + 1)
        axes.plot(
            turns, [item.estimate for item in curve], marker="o", color=colour, label=_name(row).partition("(")[0]
        )
        axes.fill_between(
            turns, [item.low for item in curve], [item.high for item in curve], color=colour, alpha=0.15, linewidth=0
        )
    axes.set(xlabel="turn", ylabel="pass@1", ylim=(-0.02, 1.02), xticks=list(turns))
    axes.set_title(f"{report.env_id}, {report.tasks}", fontsize="medium")
    axes.legend(frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
