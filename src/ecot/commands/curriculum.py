"""Plays what the adaptive sampler chooses, going on from what a store holds; a part of `ecot collect`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ecot.agents.agent import Agent, PrivilegedAgent
from ecot.agents.rollout import play_episodes
from ecot.agents.sampler import Mix, Sampler
from ecot.commands.summary import progress_bar
from ecot.envs.encoding import from_json
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory, freeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum:
    """The keys of `sampler/adaptive.yaml`; see there."""

    low: float
    high: float
    refill: bool
    most: float
    environments: Mapping[str, float]
    families: Mapping[str, float]
    levels: Mapping[str, float]

    def mix(self, env_id: str) -> Mix:
        """Return the weights, those of one environment where none is named.

        Raises:
            ConfigError: a level is no number, or a weight does not fit.
        """
        wrong = [level for level in self.levels if not level.isdigit()]
        if wrong:
            raise ConfigError(f"sampler.levels has the key {wrong[0]!r}; levels are numbers from 1 to 5")
        return Mix(
            environments=dict(self.environments) or {env_id: 1.0},
            families=dict(self.families),
            levels={int(level): weight for level, weight in self.levels.items()},
        )


def curriculum_of(config: Mapping[str, Any]) -> Curriculum | None:
    """Return what a configuration says of the sampler; None for the even one.

    Raises:
        ConfigError: a value is of the wrong kind.
    """
    if not config["sampler"]:
        return None
    levels = {str(level): weight for level, weight in config["sampler"]["levels"].items()}
    try:
        return from_json(Curriculum, {**config["sampler"], "levels": levels})
    except ValueError as error:
        raise ConfigError(str(error).replace("Curriculum", "sampler", 1)) from None


def play_adaptively(
    store: TrajectoryStore,
    make_envs: Mapping[str, Callable[[], CodeEnv]],
    agent: Agent | PrivilegedAgent,
    *,
    sampler: Sampler,
    workers: int,
) -> int:
    """Play until the sampler has its groups, and return how many episodes were played."""
    sampler.resume(stored(store, make_envs, agent))
    played = 0
    playing = play_episodes(make_envs, agent, plans=sampler, workers=workers)
    with closing(playing) as trajectories, progress_bar() as progress:
        bar = progress.add_task("useful groups", total=sampler.groups, completed=sampler.useful)
        for trajectory in trajectories:
            store.append(trajectory)
            sampler.observe(trajectory)
            played += 1
            progress.update(bar, completed=sampler.useful)
    return played


def stored(
    store: TrajectoryStore, make_envs: Mapping[str, Callable[[], CodeEnv]], agent: Agent | PrivilegedAgent
) -> Iterator[Trajectory]:
    """Yield what this agent has played in these environments under the same arguments."""
    configs = {}
    for env_id, make in make_envs.items():
        with closing(make()) as env:
            configs[env_id] = freeze(env.describe())
    for trajectory in store.readable():
        provenance = trajectory.provenance
        if provenance.agent == agent.name and configs.get(trajectory.env_id) == provenance.config:
            yield trajectory
