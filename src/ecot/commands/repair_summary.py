"""What many repair episodes come to: the share that is repaired, and how well faults are named; not a command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ecot.envs.types import Trajectory

__all__ = ["RepairSummary"]

_WHAT = {"types": "types of faults", "lines": "lines of faults"}


@dataclass(slots=True)
class RepairSummary:
    """Counts over the sound episodes of repair environments.

    Attributes:
        episodes: of repair.
        fixed: of these, the ones that passed, by the number of corrections that it took.
        named: replies that named types or lines, by which.
        exact: of these, the ones that were exactly right.
        f1: sum of their F1, precision and recall over the set of those named.
    """

    episodes: int = 0
    fixed: Counter[int] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    f1: dict[str, float] = field(default_factory=dict)

    def add(self, trajectory: Trajectory) -> None:
        """Count one more, if it is one."""
        if "Repair-" not in trajectory.env_id:
            return
        if "~" not in str(trajectory.provenance.config.get("tasks", "")):
            self.episodes += 1
            if trajectory.passed:
                self.fixed[len(trajectory.turns) - 1] += 1
        for turn in trajectory.turns:
            metrics = turn.outcome.metrics if turn.outcome is not None else {}
            for what in _WHAT:
                if f"answer.{what}_f1" in metrics:
                    self.named[what] += 1
                    self.exact[what] += int(metrics[f"answer.{what}_exact"])
                    self.f1[what] = self.f1.get(what, 0.0) + metrics[f"answer.{what}_f1"]

    def rows(self) -> Iterator[tuple[str, str]]:
        """The rows of the table; none where there was no repair episode.

        Fix@k is the share of episodes that passed after at most k corrections; Fix@0 is the Fix% of a single attempt.
        """
        if self.episodes:
            most = max(self.fixed, default=0)
            shares = [sum(self.fixed[turn] for turn in range(k + 1)) / self.episodes for k in range(most + 1)]
            yield "Fix%", ", ".join(f"after {k} corrections {share:.1%}" for k, share in enumerate(shares))
        for what, title in _WHAT.items():
            if count := self.named[what]:
                exact, f1 = self.exact[what] / count, self.f1[what] / count
                yield title, f"named in {count} replies: exactly {exact:.1%}, mean F1 {f1:.3f}"
