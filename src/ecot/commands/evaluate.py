"""`ecot evaluate`: plays a set of tasks with one agent or several, and writes figures, a page and plots."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from ecot.agents.agent import Agent, Closes, PrivilegedAgent
from ecot.agents.evaluation import Evaluation, evaluate
from ecot.agents.rollout import plan_episodes, plan_identity
from ecot.commands.composition import build, compose, settings_of
from ecot.commands.evaluation_page import Report, print_report, write_report
from ecot.commands.playing import agent_of, env_id_of, in_flight, play_missing
from ecot.envs.backend import Backend
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.feedback import FeedbackMode
from ecot.envs.store import TrajectoryStore

NAME = "evaluate"
HELP = "play a set of tasks with one agent or several: pass@k by turn, intervals, lengths, tokens, a page and plots"
_COUNTS = ("limit", "samples", "workers", "in_flight")

BASELINES = ("oracle", "scripted", "copy", "noop")
"""What every figure is to be read beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The keys of `evaluate.yaml` that are values, not groups; see there."""

    tasks: str
    split: str | None
    feedback: str
    corrections: int
    stages: tuple[str, ...] | None
    target: str
    limit: int | None
    samples: int
    workers: int | None
    in_flight: int | None
    seed: int
    output: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "example: ecot evaluate env=verilog agent=chat agent.model=tiny agent.base_url=http://127.0.0.1:8000/v1 "
        "samples=5 in_flight=64 output=runs/tiny"
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="in place of configs/evaluate.yaml")
    parser.add_argument("--agents", default="", metavar="A,B", help="several agents side by side, by their group names")
    parser.add_argument("--baselines", action="store_true", help=f"the same as --agents {','.join(BASELINES)}")
    parser.add_argument("--report", type=Path, metavar="PATH", help="PATH.json, .md and .svg (default: in the output)")
    parser.add_argument("--config-dir", type=Path, metavar="DIR", help="a folder of your own groups (agent/mine.yaml)")


def run(arguments: argparse.Namespace) -> int:
    """Play what is not stored yet and report; return 1 where an episode broke on our side."""
    if arguments.agents and arguments.baselines:
        raise ConfigError("--baselines names the agents already; leave out --agents")
    named = BASELINES if arguments.baselines else tuple(filter(None, arguments.agents.split(",")))
    if named and any(word.startswith("agent=") for word in arguments.overrides):
        raise ConfigError("name the agents by --agents or by agent=, not by both")
    words = [[*arguments.overrides, f"agent={name}"] for name in named] or [arguments.overrides]
    configs = [compose("evaluate", each, config_dir=arguments.config_dir) for each in words]
    settings, env_id = settings_of(Settings, configs[0], counts=_COUNTS), env_id_of(configs[0])
    with closing(cast(Backend, build(configs[0], "backend"))) as backend:
        evaluations = [_evaluate(settings, env_id, config, backend=backend) for config in configs]
    report = Report(
        env_id=env_id,
        tasks=settings.tasks,
        split=settings.split,
        command=_command(arguments.overrides, named),
        rows=evaluations,
    )
    print_report(Console(), report)
    for path in write_report(report, arguments.report or Path(settings.output) / "evaluation"):
        print(path)
    return 1 if any(item.broken for item in evaluations) else 0


def _command(overrides: Sequence[str], agents: Sequence[str]) -> str:
    """The command that makes the same report, without the folder of its output."""
    words = [word for word in overrides if not word.startswith(("output=", "workers=", "in_flight="))]
    return " ".join(["ecot evaluate", *words, *([f"--agents {','.join(agents)}"] if agents else [])])


def _evaluate(settings: Settings, env_id: str, config: Mapping[str, Any], *, backend: Backend) -> Evaluation:
    def make_env() -> CodeEnv:
        return CodeEnv(
            env_id,
            backend=backend,
            tasks=settings.tasks,
            split=settings.split,
            feedback=cast(FeedbackMode, settings.feedback),
            corrections=settings.corrections,
            stages=settings.stages,
            target=settings.target,
        )

    with ExitStack() as stack:
        agent = agent_of(config)
        if isinstance(agent, Closes):
            stack.callback(agent.close)
        env = stack.enter_context(closing(make_env()))
        store = stack.enter_context(TrajectoryStore(Path(settings.output) / "episodes", write=True))
        plans = _plans(settings, env, agent)
        workers = in_flight(settings.in_flight, settings.workers)
        play_missing(store, make_env, agent, plans=plans, workers=workers)
        level_of = cache(lambda task_id: env.source[task_id].level)
        return evaluate((store[identity] for identity in plans), level_of=level_of, seed=settings.seed)


def _plans(settings: Settings, env: CodeEnv, agent: Agent | PrivilegedAgent) -> Mapping[str, Any]:
    task_ids: Sequence[str] = env.source.ids(settings.split)
    if not task_ids:
        raise TaskError(f"split {settings.split!r} of {settings.tasks!r} holds no task; use another split, or null")
    count = min(settings.limit or len(task_ids), len(task_ids))
    plans = plan_episodes(task_ids, episodes=count, samples=settings.samples, seed=settings.seed)
    return {plan_identity(env, agent, plan): plan for plan in islice(plans, count * settings.samples)}
