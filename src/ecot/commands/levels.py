"""How often tasks of each level were solved, as a table; not a command by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from rich.table import Table

from ecot.envs.statistics import mean_pass_at_k
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Trajectory


def level_table(trajectories: Iterable[Trajectory], source: TaskSource) -> Table | None:
    """Return pass@1 and pass@k by level, k being the episodes of a group; None where there is one level only.

    An episode counts as passed that any of its turns solved. Episodes that broke on our side are left out.
    """
    level_of = cache(lambda task_id: source[task_id].level)
    groups: dict[tuple[int, str], list[bool]] = {}
    for trajectory in trajectories:
        if not trajectory.error:
            level = level_of(trajectory.task_id)
            groups.setdefault((level, trajectory.group_id), []).append(trajectory.passed)
    levels = sorted({level for level, _ in groups})
    if len(levels) < 2:
        return None
    most = min(map(len, groups.values()))
    table = Table("level", "groups", "pass@1", *([f"pass@{most}"] if most > 1 else []), title="by level")
    for level in levels:
        table.add_row(*_row(level, groups, most))
    return table


def _row(level: int, groups: Mapping[tuple[int, str], list[bool]], most: int) -> list[str]:
    members = [passed for (of, _), passed in groups.items() if of == level]
    samples, passed = [len(item) for item in members], [sum(item) for item in members]
    ks = [1, most] if most > 1 else [1]
    return [str(level), str(len(members)), *(f"{mean_pass_at_k(samples, passed, k):.3f}" for k in ks)]
