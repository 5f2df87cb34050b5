"""The page of `ecot learn`: figures with intervals from stored episodes, a table and curves; no command itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ecot.agents.evaluation import passed_by
from ecot.envs.prompts import fill, load
from ecot.envs.statistics import Interval, bootstrap_interval
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

_PACKAGE = "ecot.commands"
_NAMES = {"start": "untrained", "sft": "after SFT", "grpo": "after GRPO"}
_SMOOTH = 5
"""Steps that a point of a curve is the mean of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one seed came to.

    Attributes:
        seed: of the run.
        episodes: by stage and environment, those of the held-out tasks.
        history: what GRPO logged, a mapping a step.
        losses: of SFT, as step and loss.
        seconds: wall clock by step.
    """

    seed: int
    episodes: Mapping[tuple[str, str], Sequence[Trajectory]]
    history: Sequence[Mapping[str, Any]]
    losses: Sequence[tuple[int, float]]
    seconds: Mapping[str, float]


def figures_of(
    folder: Path, *, seed: int, stages: Sequence[str], seconds: Mapping[str, float], environments: Sequence[str]
) -> Figures:
    """Read the folder of one seed."""
    episodes = {}
    for stage in stages:
        for name in environments:
            with TrajectoryStore(folder / f"{stage}-{name}" / "episodes") as store:
                episodes[stage, name] = tuple(item for item in store if not item.error)
    history = json.loads((folder / "grpo" / "history.json").read_text(encoding="utf-8"))
    logged = json.loads((folder / "sft" / "history.json").read_text(encoding="utf-8"))
    losses = [(int(item["step"]), float(item["loss"])) for item in logged if "loss" in item]
    return Figures(seed=seed, episodes=episodes, history=history, losses=losses, seconds=seconds)


def shares_by_task(episodes: Sequence[Trajectory], turn: int) -> Mapping[tuple[int, str], float]:
    """Return for each task the share of its episodes that passed by a turn."""
    groups: dict[tuple[int, str], list[bool]] = {}
    for item in episodes:
        groups.setdefault((item.seed, item.task_id), []).append(passed_by(item, turn))
    return {task: float(np.mean(flags)) for task, flags in groups.items()}


def gain_of(before: Sequence[Trajectory], after: Sequence[Trajectory], turn: int) -> Interval:
    """Return the mean difference of the tasks' shares, paired by task and hidden seed."""
    old, new = shares_by_task(before, turn), shares_by_task(after, turn)
    return bootstrap_interval([new[task] - old[task] for task in sorted(old.keys() & new.keys())])


def write_page(path: Path, figures: Sequence[Figures], *, command: str, config: Mapping[str, Any]) -> None:
    """Write the page and the picture beside it."""
    picture = path.with_suffix(".png")
    _draw(picture, figures)
    values = {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "tasks": "; ".join(f"{name}: {', '.join(chosen)}" for name, chosen in config["environments"].items()),
        "judge": str(config["backend"]),
        "turns": str(1 + config["corrections"]),
        "table": "\n\n".join(_table(item, config) for item in figures),
        "picture": picture.name,
        "minutes": "\n".join(_minutes(item) for item in figures),
    }
    path.write_text(fill(load(_PACKAGE, "learning.md"), values), encoding="utf-8")


def _table(item: Figures, config: Mapping[str, Any]) -> str:
    last = 1 + int(config["corrections"])
    names = list(config["environments"])
    lines = [
        f"Seed {item.seed}:",
        "",
        f"| held-out tasks | model | tasks | pass@1 | pass by turn {last} | passed at turn 2, of as many |",
        "|---|---|---|---|---|---|",
    ]
    for group in [[name] for name in names] + ([names] if len(names) > 1 else []):
        label = group[0] if len(group) == 1 else "**all**"
        played = {stage: [each for name in group for each in item.episodes[stage, name]] for stage in _NAMES}
        for stage, episodes in played.items():
            first, final = (bootstrap_interval(list(shares_by_task(episodes, turn).values())) for turn in (1, last))
            tasks = len(shares_by_task(episodes, 1))
            cells = (label, _NAMES[stage], tasks, _said(first), _said(final), _second(episodes))
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        gains = [gain_of(played["sft"], played["grpo"], turn) for turn in (1, last)]
        lines.append(f"| {label} | GRPO over SFT, paired | | {' | '.join(_signed(gain) for gain in gains)} | |")
    return "\n".join(lines)


def _second(episodes: Sequence[Trajectory]) -> str:
    came = [item for item in episodes if len(item.turns) > 1]
    passed = sum(passed_by(item, 2) for item in came)
    return f"{passed} of {len(came)}"


def _said(interval: Interval) -> str:
    return f"{interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _signed(interval: Interval) -> str:
    word = "" if interval.low > 0 else " (not told apart from 0)" if interval.high >= 0 else " (worse)"
    return f"{interval.estimate:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]{word}"


def _minutes(item: Figures) -> str:
    steps = ", ".join(f"{name} {seconds / 60:.1f}" for name, seconds in item.seconds.items())
    return f"- seed {item.seed}: {sum(item.seconds.values()) / 60:.0f} minutes ({steps})"


def _draw(path: Path, figures: Sequence[Figures]) -> None:
    from matplotlib.figure import Figure

    picture = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = picture.subplots(1, 2)
    for item in figures:
        left.plot(*zip(*item.losses, strict=True), label=f"seed {item.seed}") if item.losses else None
        for name, style in (("first_pass", "-"), ("any_pass", "--")):
            values = [step[f"rewards/{name}/mean"] for step in item.history if f"rewards/{name}/mean" in step]
            smooth = [float(np.mean(values[max(0, n - _SMOOTH + 1) : n + 1])) for n in range(len(values))]
            right.plot(range(1, len(smooth) + 1), smooth, style, label=f"{name}, seed {item.seed}")
    left.set(xlabel="step of SFT", ylabel="loss on learned tokens", ylim=(0, None))
    right.set(xlabel="step of GRPO", ylabel=f"share of episodes, mean of {_SMOOTH} steps", ylim=(0, 1))
    for axes in (left, right):
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    picture.savefig(path, dpi=110)
