"""`ecot collect`: plays episodes and keeps each as a trajectory; started again, it goes on where it was."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from ecot.agents.agent import Agent, Closes, PrivilegedAgent
from ecot.agents.rollout import EpisodePlan, plan_episodes, plan_identity, play_episodes
from ecot.commands.composition import build, compose
from ecot.commands.levels import level_table
from ecot.commands.summary import Summary, progress_bar
from ecot.envs.backend import Backend
from ecot.envs.encoding import from_json
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.feedback import FeedbackMode
from ecot.envs.score import RewardName
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

NAME = "collect"
HELP = "play episodes and store them as trajectories; resumes by itself"


_PASSES = ("episodes", "episodes that broke on our side, once more")


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
    settings = _settings(config)
    agent = build(config, "agent")
    if not isinstance(agent, Agent | PrivilegedAgent):
        raise ConfigError(f"agent names {type(agent).__name__}, which is no agent: it has neither `act` nor `begin`")
    with ExitStack() as stack:
        if isinstance(agent, Closes):
            stack.callback(agent.close)
        backend = stack.enter_context(closing(cast(Backend, build(config, "backend"))))
        return _collect(settings, _env_id(config), agent, backend=backend)


def _settings(config: Mapping[str, Any]) -> Settings:
    names = {field.name for field in fields(Settings)}
    try:
        settings = from_json(Settings, {key: value for key, value in config.items() if key in names})
    except ValueError as error:
        raise ConfigError(str(error).removeprefix("Settings.").removeprefix("Settings: ")) from None
    for name in ("episodes", "samples", "workers", "in_flight"):
        value = getattr(settings, name)
        if value is not None and value < 1:
            raise ConfigError(f"{name} must be at least 1, not {value}")
    return settings


def _env_id(config: Mapping[str, Any]) -> str:
    env_id = config["env"].get("id")
    if not isinstance(env_id, str):
        raise ConfigError(f"env.id must be the id of an environment, such as ECoT/Verilog-v0, not {env_id!r}")
    return env_id


def _collect(settings: Settings, env_id: str, agent: Agent | PrivilegedAgent, *, backend: Backend) -> int:
    def make_env() -> CodeEnv:
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

    with closing(make_env()) as env:
        plans, source = _plans(settings, env), env.source
        identities = [plan_identity(env, agent, plan) for plan in plans]
    workers = settings.in_flight or settings.workers or len(os.sched_getaffinity(0))
    started = time.monotonic()
    with TrajectoryStore(settings.output, write=True) as store:
        for problem in store.problems:
            sys.stderr.write(f"ecot: {problem}\n")
        before = sum(map(store.finished, identities))
        for title in _PASSES:
            todo = [plan for plan, identity in zip(plans, identities, strict=True) if not store.finished(identity)]
            if todo:
                _play(store, play_episodes(make_env, agent, plans=todo, workers=workers), count=len(todo), title=title)
        seconds = time.monotonic() - started
        summary = Summary.of(store[identity] for identity in identities)
        levels = level_table((store[identity] for identity in identities), source)
    played = len(plans) - before
    console = Console()
    summary.print(console, path=store.path, played=played, seconds=seconds, torn=store.torn)
    if levels is not None:
        console.print(levels)
    return 1 if summary.errors else 0


def _play(store: TrajectoryStore, playing: Generator[Trajectory, None, None], *, count: int, title: str) -> None:
    with closing(playing) as trajectories, progress_bar() as progress:
        bar = progress.add_task(title, total=count)
        for trajectory in trajectories:
            store.append(trajectory)
            progress.advance(bar)


def _plans(settings: Settings, env: CodeEnv) -> Sequence[EpisodePlan]:
    task_ids = env.source.ids(settings.split)
    if not task_ids:
        raise TaskError(f"split {settings.split!r} of {settings.tasks!r} holds no task; use another split, or null")
    return list(plan_episodes(task_ids, episodes=settings.episodes, samples=settings.samples, seed=settings.seed))
