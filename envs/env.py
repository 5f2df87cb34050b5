"""The one environment: parse a reply, submit the candidate, score the outcome, answer with feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

import ecot.envs.backends as backends
from ecot.envs.backend import Backend
from ecot.envs.domain import Domain, domain_of
from ecot.envs.encoding import to_json
from ecot.envs.episode import Episode, Rules
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.feedback import FeedbackMode
from ecot.envs.frozen import FrozenSource, is_frozen_name
from ecot.envs.score import Reward, RewardName
from ecot.envs.spaces import Text
from ecot.envs.tasks import TaskSource, check_split
from ecot.envs.types import Limits, Outcome, Request, Task

HIDDEN_SEEDS = 2**31
"""Hidden seeds are drawn from `range(HIDDEN_SEEDS)`."""


def open_tasks(domain: Domain, tasks: str | TaskSource | None) -> TaskSource:
    """Return the task source that a specification names: `families`, `verilog-eval:/path`, or a source itself.

    A name such as `ECoT-Eval-v1` is that of a frozen set.

    Raises:
        TaskError: the domain has no source of that name.
    """
    if tasks is not None and not isinstance(tasks, str):
        return tasks
    name, _, argument = (tasks or domain.default_source).partition(":")
    if name not in domain.sources and is_frozen_name(name):
        return FrozenSource(domain, name)
    try:
        constructor = domain.sources[name]
    except KeyError:
        known = ", ".join(domain.sources)
        raise TaskError(f"{domain.id} has no task source {name!r}; use one of: {known}") from None
    return constructor(argument)


class CodeEnv(gymnasium.Env[str, str]):
    """A Gymnasium environment in which an action is a model's reply and an observation is text.

    Args:
        env_id: a registered id; `gym.make` fills it in.
        backend: `real`, `surrogate`, `hybrid`, `remote:ADDRESS`, or an object that speaks the `Backend` protocol.
        tasks: `families` (default), another source of the domain such as `verilog-eval:/path`, or a `TaskSource`.
        split: `train`, `validation`, `test`, `test_families`, or None for all.
        reward: `gain` (default), `binary`, `score`, or a callable (outcome, score, best score before) -> float.
        feedback: `full`, `full+internals` (the candidate's registers too, where it fails), `label` or `none`.
        corrections: attempts after the first; 4 by default.
        turn_cost: taken off the reward of every step but the first.
        stages: names of the stages to run; what the objective needs and is left out makes a pass `UNVERIFIED`.
        target: which engine is asked for, in the domain's words.
        limits: in place of the tasks' own.
        render_mode: `ansi`, `rgb_array` (a picture of the last outcome, where the domain draws), or None.

    Raises:
        ConfigError: an argument does not fit. A missing tool is found at `reset` (`ToolchainMissing`).
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 1}  # noqa: RUF012  (Gymnasium's own contract)

    def __init__(
        self,
        env_id: str,
        *,
        backend: str | Backend = "real",
        tasks: str | TaskSource | None = None,
        split: str | None = "train",
        reward: RewardName | Reward = "gain",
        feedback: FeedbackMode = "full",
        corrections: int = 4,
        turn_cost: float = 0.0,
        stages: Sequence[str] | None = None,
        target: str = "",
        limits: Limits | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, "ansi", "rgb_array"):
            raise ConfigError(f"unknown render_mode {render_mode!r}; use 'ansi', 'rgb_array' or None")
        self.domain = domain_of(env_id)
        if render_mode == "rgb_array" and self.domain.draw is None:
            raise ConfigError(f"render_mode 'rgb_array': {env_id} draws nothing; use 'ansi' or None")
        self.env_id = env_id
        check_split(split)
        self.split = split
        self.rules = Rules.checked(
            self.domain,
            reward=reward,
            feedback=feedback,
            corrections=corrections,
            turn_cost=turn_cost,
            stages=stages,
            target=target,
            limits=limits,
        )
        self.source = open_tasks(self.domain, tasks)
        self.tasks_name = tasks if isinstance(tasks, str) else self.domain.default_source if tasks is None else "custom"
        self.render_mode = render_mode
        self.observation_space = Text()
        self.action_space = Text()
        self._lease = backends.lease(backend, self.domain)
        self._ids: Sequence[str] | None = None
        self._episode: Episode | None = None
        self._transcript: list[str] = []
        self._outcome: Outcome | None = None

    @property
    def backend(self) -> Backend:
        """What judges."""
        return self._lease.backend

    @property
    def episode(self) -> Episode:
        """The present play.

        Raises:
            gymnasium.error.ResetNeeded: before the first reset.
        """
        if self._episode is None:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        return self._episode

    @property
    def task(self) -> Task:
        """The present task, solution included: for privileged agents and for records, never for an observation."""
        return self.episode.task

    @property
    def hidden_seed(self) -> int:
        """What seeds the stimuli that the agent does not see."""
        return self.episode.hidden_seed

    def describe(self) -> Mapping[str, Any]:
        """The arguments that change an episode, for `Provenance.config`."""
        return {
            "tasks": self.tasks_name,
            "split": self.split,
            "reward": self.rules.reward_name,
            "feedback": self.rules.feedback,
            "corrections": self.rules.corrections,
            "turn_cost": self.rules.turn_cost,
            "stages": list(self.rules.stages) if self.rules.stages is not None else None,
            "target": self.rules.target,
            "limits": None if self.rules.limits is None else to_json(self.rules.limits),
        }

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: picks the task and the hidden seed.
            options: `task_id` and `hidden_seed` override what the seed picks; the members of a group share both.

        Raises:
            TaskError: the id is unknown, or the split is empty.
            ToolchainMissing: what the domain runs is not installed.
        """
        super().reset(seed=seed)
        chosen = checked_options(options)
        self._lease.check()
        task_id = chosen.get("task_id") or self._draw_task()
        drawn = int(self.np_random.integers(HIDDEN_SEEDS))
        hidden_seed = chosen.get("hidden_seed", drawn)
        self._episode = Episode(self.domain, self.source[task_id], hidden_seed, self.rules)
        self._transcript = [self._episode.observation]
        self._outcome = None
        return self._episode.observation, {"task_id": task_id}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge a reply.

        Returns:
            Feedback, reward, whether it is solved, whether the corrections ran out, and `task_id` and `outcome`.

        Raises:
            EcotError: the fault is not the candidate's; the turn does not count and may be played again.
        """
        begun = self.episode.begin(action)
        outcome = begun if isinstance(begun, Outcome) else self._wait(self.ask(begun))
        return self.conclude(action, outcome)

    def ask(self, request: Request) -> Future[Outcome]:
        """Put what `episode.begin` returned before the backend."""
        return backends.ask(self.backend, request, last=self.episode.last)

    def conclude(self, action: str, outcome: Outcome) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Take in the outcome of an action that `episode.begin` began; the second half of `step`.

        For whoever submits by itself, many environments at once.
        """
        step = self.episode.finish(outcome)
        self._transcript += [action, step.observation]
        self._outcome = step.outcome
        info = {"task_id": self.episode.task.id, "outcome": step.outcome}
        return step.observation, step.reward, step.terminated, step.truncated, info

    def render(self) -> str | NDArray[np.uint8] | None:
        """Return the episode so far, or a picture of its last outcome, as `render_mode` has it.

        Returns:
            `ansi`: text with each speaker named. `rgb_array`: H x W x 3. None where there is no mode.

        Raises:
            ToolchainMissing: what draws is not installed.
        """
        if self.render_mode == "rgb_array" and self.domain.draw is not None:
            return self.domain.draw(self._outcome)
        if self.render_mode != "ansi":
            return None
        speakers = ("ENVIRONMENT", "AGENT")
        return "\n".join(
            f"\x1b[1m{speakers[i % 2]}\x1b[0m\n{text.strip()}\n" for i, text in enumerate(self._transcript)
        )

    def close(self) -> None:
        """Give the backend back; the last environment that holds the shared one ends it."""
        self._lease.release()

    def _draw_task(self) -> str:
        if self._ids is None:
            self._ids = self.source.ids(self.split)
        if not self._ids:
            raise TaskError(f"split {self.split!r} of {self.tasks_name!r} holds no task; use another split, or None")
        return self._ids[int(self.np_random.integers(len(self._ids)))]

    @staticmethod
    def _wait(future: Future[Outcome]) -> Outcome:
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


def checked_options(options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return reset options, or raise `ConfigError` naming the one that is unknown or does not fit."""
    chosen = dict(options or {})
    unknown = sorted(set(chosen) - {"task_id", "hidden_seed"})
    if unknown:
        raise ConfigError(f"unknown reset option {unknown[0]!r}; use task_id, hidden_seed")
    if "task_id" in chosen and not isinstance(chosen["task_id"], str):
        raise ConfigError(f"reset option task_id must be a str, not {chosen['task_id']!r}")
    seed = chosen.get("hidden_seed", 0)
    if not isinstance(seed, int | np.integer) or not 0 <= seed < HIDDEN_SEEDS:
        raise ConfigError(f"reset option hidden_seed must lie in [0, {HIDDEN_SEEDS}), not {seed!r}")
    if "hidden_seed" in chosen:
        chosen["hidden_seed"] = int(seed)
    return chosen
