"""What many trajectories come to, as a table; not a command by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ecot.commands.repair_summary import RepairSummary
from ecot.envs.types import Label, Trajectory, Usage

_STYLES = {Label.PASS: "green", Label.UNVERIFIED: "cyan", Label.MISMATCH: "yellow", Label.NO_IMPROVEMENT: "yellow"}


def label_text(label: Label | None) -> Text:
    """Return a label in its colour; `ERROR` where there is none."""
    return Text("ERROR", style="bold magenta") if label is None else Text(label, style=_STYLES.get(label, "red"))


def progress_bar() -> Progress:
    """Return a bar on standard error, so that tables and digests on standard output can be piped."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


@dataclass(slots=True)
class Summary:
    """Counts over trajectories.

    Attributes:
        episodes: all of them, broken ones included.
        passed: episodes that a turn solved.
        first: episodes that the first turn solved.
        errors: episodes that broke on our side.
        first_error: what broke in the first of those.
        labels: turns by label.
        turns: episodes by their number of turns, broken ones left out.
        returns: sum of the returns, broken ones left out.
        repairs: of repair environments.
        usage: of the model, broken episodes included.
    """

    episodes: int = 0
    passed: int = 0
    first: int = 0
    errors: int = 0
    first_error: str = ""
    labels: Counter[Label] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    returns: float = 0.0
    repairs: RepairSummary = field(default_factory=RepairSummary)
    usage: Usage = field(default_factory=lambda: Usage(requests=0))

    @classmethod
    def of(cls, trajectories: Iterable[Trajectory]) -> Self:
        """Count."""
        summary = cls()
        for trajectory in trajectories:
            summary.add(trajectory)
        return summary

    def add(self, trajectory: Trajectory) -> None:
        """Count one more."""
        self.episodes += 1
        self.labels.update(turn.outcome.label for turn in trajectory.turns if turn.outcome is not None)
        for turn in trajectory.turns:
            self.usage += turn.usage or Usage(requests=0)
        if trajectory.error:
            self.errors += 1
            self.first_error = self.first_error or trajectory.error
            return
        self.turns[len(trajectory.turns)] += 1
        self.returns += trajectory.total_reward
        self.repairs.add(trajectory)
        self.passed += trajectory.passed
        self.first += trajectory.passed and len(trajectory.turns) == 1

    def print(self, console: Console, *, path: Path, played: int, seconds: float, torn: int = 0) -> None:
        """Print the table of a finished collection.

        Args:
            console: where to.
            path: of the store.
            played: episodes that were played now; the others were stored before.
            seconds: that they took.
            torn: lines that a killed run had left unfinished.
        """
        sound = self.episodes - self.errors
        table = Table(show_header=False, title="collected", title_justify="left")
        table.add_row("episodes", f"{self.episodes} ({played} played now, {self.episodes - played} stored before)")
        table.add_row("passed", f"{_share(self.passed, sound)}, at the first turn {_share(self.first, sound)}")
        for title, text in self.repairs.rows():
            table.add_row(title, text)
        table.add_row("mean return", f"{self.returns / sound:.3f}" if sound else "-")
        table.add_row("turns", ", ".join(f"{turns}: {count}" for turns, count in sorted(self.turns.items())) or "-")
        table.add_row("labels of turns", self._labels())
        if self.usage.requests:
            table.add_row("model", usage_text(self.usage))
        table.add_row("errors of ours", Text(f"{self.errors} (first: {self.first_error})" if self.errors else "0"))
        if torn:
            table.add_row("torn lines", f"{torn} cut off and kept aside, their episodes played again")
        table.add_row("rate", f"{played / seconds:.1f} episodes/s" if played and seconds > 0 else "-")
        table.add_row("path", Text(str(path), overflow="fold"))
        console.print(table)
        if self.errors:
            console.print("The same command plays the broken episodes again.")

    def _labels(self) -> Text:
        parts = [Text.assemble(label_text(label), f" {count}") for label, count in self.labels.most_common()]
        return Text(", ").join(parts) if parts else Text("-")


def usage_text(usage: Usage) -> str:
    """Return what a model took, on one line.

    >>> usage_text(Usage(prompt_tokens=1200, completion_tokens=300, requests=2, cost=0.5))
    '2 requests, 1,200 tokens read, 300 written, cost 0.5000'
    """
    cost = f", cost {usage.cost:.4f}" if usage.cost else ""
    words = f"{usage.requests:,} requests, {usage.prompt_tokens:,} tokens read, {usage.completion_tokens:,} written"
    return f"{words}{cost}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "-"
