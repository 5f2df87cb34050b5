"""Plays the episodes of a plan that a store does not hold yet; shared by the commands that play, no command itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing

from ecot.agents.agent import Agent, PrivilegedAgent
from ecot.agents.rollout import EpisodePlan, play_episodes
from ecot.commands.composition import build
from ecot.commands.summary import progress_bar
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

_PASSES = ("episodes", "episodes that broke on our side, once more")


def agent_of(config: Mapping[str, object]) -> Agent | PrivilegedAgent:
    """Return the agent that a configuration names.

    Raises:
        ConfigError: it is none.
    """
    agent = build(config, "agent")
    if not isinstance(agent, Agent | PrivilegedAgent):
        raise ConfigError(f"agent names {type(agent).__name__}, which is no agent: it has neither `act` nor `begin`")
    return agent


def env_id_of(config: Mapping[str, object]) -> str:
    """Return the environment that a configuration names.

    Raises:
        ConfigError: it is no id.
    """
    group = config["env"]
    env_id = group.get("id") if isinstance(group, Mapping) else None
    if not isinstance(env_id, str):
        raise ConfigError(f"env.id must be the id of an environment, such as ECoT/Verilog-v0, not {env_id!r}")
    return env_id


def in_flight(chosen: int | None, workers: int | None) -> int:
    """Return how many episodes to play at a time: as chosen, else as many as workers, else one a core."""
    return chosen or workers or len(os.sched_getaffinity(0))


def play_missing(
    store: TrajectoryStore,
    make_env: Callable[[], CodeEnv],
    agent: Agent | PrivilegedAgent,
    *,
    plans: Mapping[str, EpisodePlan],
    workers: int,
) -> int:
    """Play what is not stored yet, and what broke on our side once more.

    Args:
        store: open for writing.
        make_env: makes an environment of a worker.
        agent: that plays.
        plans: by identity.
        workers: episodes at a time.

    Returns:
        How many of the plans had not been played before.
    """
    for problem in store.problems:
        sys.stderr.write(f"ecot: {problem}\n")
    before = sum(map(store.finished, plans))
    for title in _PASSES:
        todo = [plan for identity, plan in plans.items() if not store.finished(identity)]
        if todo:
            _play(store, play_episodes(make_env, agent, plans=todo, workers=workers), todo, title=title)
    return len(plans) - before


def _play(
    store: TrajectoryStore, playing: Generator[Trajectory, None, None], todo: Sequence[EpisodePlan], *, title: str
) -> None:
    with closing(playing) as trajectories, progress_bar() as progress:
        bar = progress.add_task(title, total=len(todo))
        for trajectory in trajectories:
            store.append(trajectory)
            progress.advance(bar)
