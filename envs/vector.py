"""Many environments over one backend: every action is submitted before any outcome is waited for."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ecot.envs.backend import Backend
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, EcotError
from ecot.envs.feedback import FeedbackMode
from ecot.envs.score import Reward, RewardName
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Limits, Outcome, Request
from ecot.envs.vector_reset import checked_mask, group_seeds, shares_of

__all__ = ["Batch", "CodeVectorEnv"]

Stepped = tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]
"""What `step` returns: observations, rewards, terminations, truncations, infos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The environments that were ready first. All sequences run parallel to `indices`, which ascends.

    Attributes:
        indices: which environments these are.
        observations: the next observation of each.
        rewards: of the step, float64.
        terminations: whether the task was solved.
        truncations: whether the corrections ran out.
        infos: as `CodeEnv.step` and `CodeEnv.reset` give them.
        errors: of environments that are not in `indices`, because the fault was the host's: their turn does not count,
            and the same action may be sent again.
    """

    indices: tuple[int, ...]
    observations: tuple[str, ...]
    rewards: NDArray[np.float64]
    terminations: NDArray[np.bool_]
    truncations: NDArray[np.bool_]
    infos: tuple[dict[str, Any], ...]
    errors: Mapping[int, EcotError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Flight:
    """One action under way; the answer None is the reset that the action after an episode's end means."""

    index: int
    action: str
    answer: Future[Outcome | None]


@dataclass(frozen=True, slots=True)
class _Landed:
    """One environment's share of a step."""

    observation: str
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]


class CodeVectorEnv(VectorEnv[tuple[str, ...], Sequence[str], NDArray[Any]]):
    """The vector environment of `gym.make_vec(id, num_envs=N)`.

    Beside `step`, which waits for all, `send` and `recv` hold nobody up: send actions to some environments, receive
    whichever are ready first. Observations and actions are tuples of strings.

    Args:
        env_id: a registered id; `gym.make_vec` fills it in.
        num_envs: how many environments.
        autoreset_mode: Gymnasium's: `NextStep` (the action after an episode's end is ignored and begins the next),
            `SameStep` (the next begins at once, the last observation and info are in `final_obs` and `final_info`) or
            `Disabled` (reset by `options={"reset_mask": ...}`).
        group_size: so many neighbours share task and hidden seed, episode by episode; it divides `num_envs`.
        backend: of all of them; as all further arguments, see `CodeEnv`.

    Raises:
        ConfigError: an argument does not fit.
    """

    def __init__(
        self,
        env_id: str,
        *,
        num_envs: int = 1,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        group_size: int = 1,
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
        if num_envs < 1 or group_size < 1 or num_envs % group_size:
            raise ConfigError(f"group_size {group_size} must divide num_envs {num_envs}, and both are at least 1")

        def make(source: str | TaskSource | None) -> CodeEnv:
            return CodeEnv(
                env_id,
                backend=backend,
                tasks=source,
                split=split,
                reward=reward,
                feedback=feedback,
                corrections=corrections,
                turn_cost=turn_cost,
                stages=stages,
                target=target,
                limits=limits,
                render_mode=render_mode,
            )

        first = make(tasks)
        self.envs = (first, *(make(first.source) for _ in range(num_envs - 1)))
        self.num_envs = num_envs
        self.group_size = group_size
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {**first.metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = render_mode
        self.single_observation_space = first.observation_space
        self.single_action_space = first.action_space
        self.observation_space = batch_space(first.observation_space, num_envs)
        self.action_space = batch_space(first.action_space, num_envs)
        self._observations = [""] * num_envs
        self._over = np.zeros(num_envs, dtype=np.bool_)
        self._flights: dict[int, _Flight] = {}
        self._landed: dict[int, _Landed] = {}
        self._errors: dict[int, EcotError] = {}
        self._arrivals: queue.SimpleQueue[_Flight] = queue.SimpleQueue()

    @property
    def pending(self) -> tuple[int, ...]:
        """Environments that were sent an action and not received since."""
        return tuple(sorted({*self._flights, *self._landed, *self._errors}))

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Begin an episode in all environments, or in those of a mask; what these had under way is dropped.

        Args:
            seed: of the first group, the next one taking the next number; or one seed an environment.
            options: `task_id` and `hidden_seed`, for all or as a sequence with one an environment; `reset_mask`, a
                boolean array of the environments to reset.

        Raises:
            ConfigError: an option does not fit.
            TaskError: an id is unknown, or the split is empty.
            ToolchainMissing: what the domain runs is not installed.
        """
        super().reset(seed=seed if isinstance(seed, int) else None)
        chosen = dict(options or {})
        mask = checked_mask(chosen.pop("reset_mask", None), self.num_envs)
        seeds = group_seeds(seed, num_envs=self.num_envs, group_size=self.group_size, generator=self.np_random)
        shares = shares_of(chosen, self.num_envs)
        infos: dict[str, Any] = {}
        for index in np.flatnonzero(mask).tolist():
            self._drop(index)
            single = {name: share[index] for name, share in shares.items()}
            self._observations[index], info = self.envs[index].reset(seed=seeds[index], options=single)
            self._over[index] = False
            infos = self._add_info(infos, info, index)
        return tuple(self._observations), infos

    def step(self, actions: Sequence[str]) -> Stepped:
        """Judge one reply of every environment.

        Raises:
            EcotError: the fault is the host's. The turn of that environment does not count; what the others did is
                kept and handed out by `recv`.
        """
        if self.pending:
            raise gymnasium.error.AlreadyPendingCallError(
                f"environments {list(self.pending)} wait to be received; call recv() first", "step"
            )
        self.send(actions)
        self._await(self.num_envs, deadline=None)
        if self._errors:
            index = min(self._errors)
            error = self._errors.pop(index)
            self._errors.clear()
            raise error
        landed, self._landed = [self._landed[index] for index in range(self.num_envs)], {}
        infos: dict[str, Any] = {}
        for index, item in enumerate(landed):
            infos = self._add_info(infos, item.info, index)
        rewards = np.array([item.reward for item in landed], dtype=np.float64)
        terminations = np.array([item.terminated for item in landed], dtype=np.bool_)
        truncations = np.array([item.truncated for item in landed], dtype=np.bool_)
        return tuple(self._observations), rewards, terminations, truncations, infos

    def send(self, actions: Sequence[str], indices: Sequence[int] | None = None) -> None:
        """Submit one action to each of some environments (all by default), and return at once.

        Raises:
            ConfigError: the numbers of actions and environments differ, or an index does not exist.
            TypeError: an action is no string. Nothing was submitted.
            gymnasium.error.AlreadyPendingCallError: an environment has not been received yet. Nothing was submitted.
            gymnasium.error.ResetNeeded: an episode is over and nothing resets it. Nothing was submitted.
        """
        chosen = range(self.num_envs) if indices is None else [int(index) for index in indices]
        self._check_send(actions, chosen)
        begun = [
            None if self._resets(index) else self.envs[index].episode.begin(action)
            for index, action in zip(chosen, actions, strict=True)
        ]
        for index, action, start in zip(chosen, actions, begun, strict=True):
            answer = self._submit(index, start)
            flight = self._flights[index] = _Flight(index, action, answer)
            answer.add_done_callback(partial(self._arrive, flight))

    def recv(self, min_ready: int = 1, *, timeout: float | None = None) -> Batch:
        """Return the environments that are ready, once there are `min_ready` of them, errors included.

        Args:
            min_ready: at least 1, at most as many as are pending.
            timeout: seconds after which fewer may be returned, even none; None to wait for ever.

        Raises:
            ConfigError: `min_ready` is out of range, which would mean to wait for ever.
        """
        if not 1 <= min_ready <= len(self.pending):
            raise ConfigError(f"min_ready must lie between 1 and the {len(self.pending)} pending, not {min_ready}")
        self._await(min_ready, deadline=None if timeout is None else time.monotonic() + timeout)
        landed, self._landed = dict(sorted(self._landed.items())), {}
        errors, self._errors = self._errors, {}
        return Batch(
            indices=tuple(landed),
            observations=tuple(item.observation for item in landed.values()),
            rewards=np.array([item.reward for item in landed.values()], dtype=np.float64),
            terminations=np.array([item.terminated for item in landed.values()], dtype=np.bool_),
            truncations=np.array([item.truncated for item in landed.values()], dtype=np.bool_),
            infos=tuple(item.info for item in landed.values()),
            errors=errors,
        )

    def render(self) -> tuple[str | NDArray[np.uint8] | None, ...]:  # type: ignore[override]
        """Return every episode as `CodeEnv.render` does."""
        return tuple(env.render() for env in self.envs)

    def close_extras(self) -> None:
        """Cancel what is under way and give the backend back."""
        for index in self.pending:
            self._drop(index)
        for env in self.envs:
            env.close()

    def _submit(self, index: int, start: Request | Outcome | None) -> Future[Outcome | None]:
        if isinstance(start, Request):
            return cast("Future[Outcome | None]", self.envs[index].ask(start))
        known: Future[Outcome | None] = Future()
        known.set_result(start)
        return known

    def _arrive(self, flight: _Flight, answer: Future[Outcome | None]) -> None:
        self._arrivals.put(flight)

    def _await(self, count: int, *, deadline: float | None) -> None:
        while True:
            enough = len(self._landed) + len(self._errors) >= count
            wait = 0.0 if enough else None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                flight = self._arrivals.get(timeout=wait) if wait != 0.0 else self._arrivals.get_nowait()
            except queue.Empty:
                return
            if self._flights.get(flight.index) is flight:
                del self._flights[flight.index]
                self._land(flight)

    def _land(self, flight: _Flight) -> None:
        index, env = flight.index, self.envs[flight.index]
        try:
            outcome = flight.answer.result()
            if outcome is None:
                observation, info = env.reset()
                landed = _Landed(observation, 0.0, False, False, info)
            else:
                landed = _Landed(*env.conclude(flight.action, outcome))
            over = landed.terminated or landed.truncated
            if over and self.autoreset_mode is AutoresetMode.SAME_STEP:
                landed = self._next_episode(env, landed)
        except CancelledError:
            self._errors[index] = EcotError("the request was cancelled, because its backend was closed; send it again")
            return
        except EcotError as error:
            self._errors[index] = error
            return
        self._over[index] = over and self.autoreset_mode is not AutoresetMode.SAME_STEP
        self._observations[index] = landed.observation
        self._landed[index] = landed

    @staticmethod
    def _next_episode(env: CodeEnv, last: _Landed) -> _Landed:
        observation, info = env.reset()
        ended = {"final_obs": last.observation, "final_info": last.info}
        return _Landed(observation, last.reward, last.terminated, last.truncated, {**info, **ended})

    def _resets(self, index: int) -> bool:
        return bool(self._over[index]) and self.autoreset_mode is AutoresetMode.NEXT_STEP

    def _check_send(self, actions: Sequence[str], indices: Sequence[int]) -> None:
        if isinstance(actions, str) or len(actions) != len(indices):
            raise ConfigError(f"{len(indices)} environments take a sequence of as many actions, not {actions!r:.60}")
        wrong = [index for index in indices if not 0 <= index < self.num_envs]
        if wrong or len(set(indices)) < len(indices):
            raise ConfigError(f"indices must be distinct and lie in [0, {self.num_envs}), not {list(indices)}")
        busy = sorted(set(indices) & set(self.pending))
        if busy:
            raise gymnasium.error.AlreadyPendingCallError(f"environments {busy} wait to be received", "send")

    def _drop(self, index: int) -> None:
        flight = self._flights.pop(index, None)
        self._landed.pop(index, None)
        self._errors.pop(index, None)
        if flight is not None:
            flight.answer.cancel()


def _mode(mode: str | AutoresetMode) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        known = ", ".join(item.value for item in AutoresetMode)
        raise ConfigError(f"unknown autoreset_mode {mode!r}; use one of {known}") from None
