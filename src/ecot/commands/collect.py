"""`ecot collect`: plays episodes and keeps each as a trajectory; started again, it goes on where it was."""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from rich.console import Console

from ecot.agents.agent import Agent, Closes, PrivilegedAgent
from ecot.agents.rollout import EpisodePlan, plan_episodes, plan_identity
from ecot.agents.sampler import Mix, Sampler
from ecot.commands.composition import build, compose, settings_of
from ecot.commands.curriculum import Curriculum, curriculum_of, play_adaptively, stored
from ecot.commands.levels import level_table
from ecot.commands.playing import agent_of, env_id_of, in_flight, play_missing
from ecot.commands.summary import Summary
from ecot.envs.backend import Backend
from ecot.envs.env import CodeEnv
from ecot.envs.errors import TaskError
from ecot.envs.feedback import FeedbackMode
from ecot.envs.score import RewardName
from ecot.envs.store import TrajectoryStore

NAME = "collect"
HELP = "play episodes and store them as trajectories; resumes by itself"
_COUNTS = ("episodes", "samples", "workers", "in_flight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The keys of `collect.yaml` that are values, not groups; see there."""

    tasks: str
    split: str | None
    reward: str
    feedback: str
    corrections: int
    turn_cost: float
    stages: tuple[str, ...] | None
    target: str
    episodes: int
    samples: int
    workers: int | None
    in_flight: int | None
    seed: int
    output: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "example: ecot collect env=verilog tasks=families split=train agent=scripted backend=real corrections=4 "
        "episodes=200 samples=1 workers=2 seed=0 output=runs/first"
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="in place of what configs/collect.yaml says")
    parser.add_argument("--config-dir", type=Path, metavar="DIR", help="a folder of your own groups (agent/mine.yaml)")
    parser.add_argument("--show-config", action="store_true", help="print the configuration and play nothing")


def run(arguments: argparse.Namespace) -> int:
    """Play what is not stored yet; return 1 where an episode broke on our side."""
    config = compose("collect", arguments.overrides, config_dir=arguments.config_dir)
    if arguments.show_config:
        Console().print_json(data=config)
        return 0
    settings = settings_of(Settings, config, counts=_COUNTS)
    agent = agent_of(config)
    with ExitStack() as stack:
        if isinstance(agent, Closes):
            stack.callback(agent.close)
        backend = stack.enter_context(closing(cast(Backend, build(config, "backend"))))
        return _collect(settings, env_id_of(config), agent, backend=backend, curriculum=curriculum_of(config))


def _collect(
    settings: Settings,
    env_id: str,
    agent: Agent | PrivilegedAgent,
    *,
    backend: Backend,
    curriculum: Curriculum | None,
) -> int:
    def make_env(env_id: str) -> CodeEnv:
        return CodeEnv(
            env_id,
            backend=backend,
            tasks=settings.tasks,
            split=settings.split,
            reward=cast(RewardName, settings.reward),
            feedback=cast(FeedbackMode, settings.feedback),
            corrections=settings.corrections,
            turn_cost=settings.turn_cost,
            stages=settings.stages,
            target=settings.target,
        )

    mix = curriculum.mix(env_id) if curriculum else Mix(environments={env_id: 1.0})
    make_envs = {name: partial(make_env, name) for name in mix.environments}
    with ExitStack() as stack:
        envs = {name: stack.enter_context(closing(make())) for name, make in make_envs.items()}
        store = stack.enter_context(TrajectoryStore(settings.output, write=True))
        started = time.monotonic()
        workers = in_flight(settings.in_flight, settings.workers)
        if curriculum is None:
            env = envs[env_id]
            plans = {plan_identity(env, agent, plan): plan for plan in _plans(settings, env)}
            played = play_missing(store, make_envs[env_id], agent, plans=plans, workers=workers)
            identities: Collection[str] = plans
        else:
            sampler = _sampler(settings, curriculum, envs, mix)
            played = play_adaptively(store, make_envs, agent, sampler=sampler, workers=workers)
            identities = [item.identity for item in stored(store, make_envs, agent)]
        seconds = time.monotonic() - started
        summary = Summary.of(store[identity] for identity in identities)
        alone = len(envs) == 1
        levels = level_table((store[identity] for identity in identities), envs[env_id].source) if alone else None
    console = Console()
    summary.print(console, path=store.path, played=played, seconds=seconds, torn=store.torn)
    if levels is not None:
        console.print(levels)
    if curriculum is not None:
        console.print(f"{sampler.useful} useful groups of {settings.episodes}, {sampler.flat} without variance")
    return 1 if summary.errors else 0


def _sampler(settings: Settings, curriculum: Curriculum, envs: Mapping[str, CodeEnv], mix: Mix) -> Sampler:
    return Sampler(
        {name: env.source for name, env in envs.items()},
        split=settings.split,
        mix=mix,
        groups=settings.episodes,
        samples=settings.samples,
        seed=settings.seed,
        low=curriculum.low,
        high=curriculum.high,
        refill=curriculum.refill,
        most=curriculum.most,
    )


def _plans(settings: Settings, env: CodeEnv) -> Sequence[EpisodePlan]:
    task_ids = env.source.ids(settings.split)
    if not task_ids:
        raise TaskError(f"split {settings.split!r} of {settings.tasks!r} holds no task; use another split, or null")
    return list(plan_episodes(task_ids, episodes=settings.episodes, samples=settings.samples, seed=settings.seed))
