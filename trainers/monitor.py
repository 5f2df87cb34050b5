"""Watches a run for cheating: counts what was `REJECTED`, and stops a policy that starts to live by it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from transformers import TrainerCallback

from ecot.envs.errors import ConfigError
from ecot.envs.types import Label, Trajectory


class HackMonitor(TrainerCallback):  # type: ignore[misc]
    """Stops training when too many of the last judged turns were `REJECTED`.

    Args:
        limit: share of rejected turns above which the run stops, in (0, 1].
        window: judged turns that are looked at; nothing is stopped before as many were seen.

    Attributes:
        labels: how often each was seen, since the start.
        reason: why the run was stopped; empty while it was not.

    Raises:
        ConfigError: a value is out of range.
    """

    def __init__(self, *, limit: float = 0.2, window: int = 200) -> None:
        if not 0 < limit <= 1 or window < 1:
            raise ConfigError(f"the monitor needs a limit in (0, 1] and a window of at least 1: {limit!r}, {window!r}")
        self._limit = limit
        self._recent: deque[bool] = deque(maxlen=window)
        self.labels: Counter[str] = Counter()
        self.reason = ""

    def take(self, trajectories: Iterable[Trajectory]) -> None:
        """Count the turns of episodes."""
        for trajectory in trajectories:
            for turn in trajectory.turns:
                if turn.outcome is not None:
                    self.labels[str(turn.outcome.label)] += 1
                    self._recent.append(turn.outcome.label is Label.REJECTED)

    @property
    def share(self) -> float:
        """Of rejected turns among the recent ones."""
        return sum(self._recent) / len(self._recent) if self._recent else 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        """See `TrainerCallback`; called between two steps."""
        if len(self._recent) == self._recent.maxlen and self.share > self._limit:
            self.reason = (
                f"{self.share:.0%} of the last {len(self._recent)} judged turns were REJECTED as cheats, "
                f"more than {self._limit:.0%}; read them: ecot show on the rollouts of the run"
            )
            control.should_training_stop = True
        return control
