"""Environments for stock TRL: classes for its `environment_factory`, where the model calls `submit` as a tool.

TRL takes every public function of the class as a tool, keeps instances over many episodes, never closes them, and runs
their tools one after the other; `ecot train grpo` plays many episodes at once and is what this package trains with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecot.agents.baselines import fenced
from ecot.envs.env import CodeEnv
from ecot.envs.errors import EcotError

_OVER = "The episode is over; nothing more is judged."
_BROKE = "This could not be judged, through no fault of the code; nothing more is judged."


class _Play:
    """One instance's episodes, out of TRL's sight."""

    def __init__(self, make_env: Callable[[], CodeEnv]) -> None:
        self.env = make_env()
        self.over = True
        self.broke = False
        self.total = 0.0

    def begin(self, row: dict[str, Any]) -> str:
        options = {key: row[key] for key in ("task_id", "hidden_seed") if row.get(key) is not None}
        self.over = self.broke = False
        self.total = 0.0
        observation, _ = self.env.reset(seed=row.get("seed"), options=options)
        return observation

    def judge(self, code: str) -> str:
        if self.over:
            return _OVER
        try:
            observation, reward, terminated, truncated, _ = self.env.step(fenced(code, self.env.domain.fences[0]))
        except EcotError:
            self.over = self.broke = True
            return _BROKE
        self.total += reward
        self.over = terminated or truncated
        return observation


def environment_factory(make_env: Callable[[], CodeEnv]) -> type:
    """Return a class to give to `GRPOTrainer(environment_factory=...)`.

    Rows of the dataset may hold `task_id`, `hidden_seed` and `seed`: members of a group share a row, hence all three.
    The reward is the return of the episode; None where it broke on our side.

    Args:
        make_env: makes the environment of an instance.
    """

    class Environment:
        """One instance of TRL's; whatever is public in it is a tool."""

        def __init__(self) -> None:
            self._play = _Play(make_env)

        def reset(self, **row: Any) -> str:
            """Begin an episode with a row of the dataset, and return what opens it."""
            return self._play.begin(row)

        def submit(self, code: str) -> str:
            """Have a complete source judged by the toolchain.

            Args:
                code: the complete source, without fences.

            Returns:
                What the toolchain says.
            """
            return self._play.judge(code)

        def get_reward(self) -> float | None:
            """Return the return of the episode; None where it broke on our side."""
            return None if self._play.broke else self._play.total

    return Environment
