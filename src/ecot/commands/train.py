"""`ecot train`: turns records into weights; the first word says how."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from ecot.agents.rollout import EpisodePlan
from ecot.agents.router import system_prompt
from ecot.agents.sampler import Mix, Sampler
from ecot.commands.composition import build, compose
from ecot.commands.playing import env_id_of
from ecot.envs.backend import Backend
from ecot.envs.domain import domain_of
from ecot.envs.encoding import from_json
from ecot.envs.env import CodeEnv, open_tasks
from ecot.envs.errors import ConfigError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Trajectory

NAME = "train"
HELP = "train a model: sft on stored trajectories, grpo against the environments; plan says what fits on a GPU"

KINDS = ("sft", "grpo", "plan")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "examples: ecot train sft data=runs/first output=runs/sft; "
        "ecot train grpo env=verilog model.path=runs/sft/model trainer.max_steps=100 output=runs/grpo"
    )
    parser.add_argument("kind", choices=KINDS, help="how")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="in place of what configs/KIND.yaml says")
    parser.add_argument(
        "--config-dir", type=Path, metavar="DIR", help="a folder of your own groups (trainer/mine.yaml)"
    )
    parser.add_argument("--show-config", action="store_true", help="print the configuration and train nothing")


def run(arguments: argparse.Namespace) -> int:
    """Train; return 1 where the monitor stopped the run."""
    config = compose(arguments.kind, arguments.overrides, config_dir=arguments.config_dir)
    if arguments.show_config:
        Console().print_json(data=config)
        return 0
    return {"sft": _sft, "grpo": _grpo, "plan": _plan}[arguments.kind](config)


def _sft(config: Mapping[str, Any]) -> int:
    paths = [config["data"]] if isinstance(config["data"], str) else list(config["data"])
    files = [path for path in paths if Path(path).suffix == ".jsonl"]
    trajectories = stored_trajectories([path for path in paths if path not in files])
    sft = import_module("ecot.trainers.sft")
    exported = [row for path in files for row in import_module("ecot.trainers.rows").read_rows(Path(path))]
    sft.use_threads(config["threads"])
    output = written_down(config)
    result = sft.train_sft(trajectories, sft_settings(config), exported=exported)
    (output / "history.json").write_text(json.dumps(result.history, indent=1), encoding="utf-8")
    Console().print(f"{result.tally.sentence}\nloss {result.loss:.4f} over {result.steps} steps", markup=False)
    Console().print(f"model: {output}/model", markup=False)
    return 0


def _grpo(config: Mapping[str, Any]) -> int:
    grpo, sft = import_module("ecot.trainers.grpo"), import_module("ecot.trainers.sft")
    sft.use_threads(config["threads"])
    output = written_down(config)
    with ExitStack() as stack:
        backend = stack.enter_context(closing(cast(Backend, build(config, "backend"))))
        mix = mix_of(config)
        result = grpo.train_grpo(drawn_plans(config, mix), environments(config, mix, backend), grpo_settings(config))
    (output / "history.json").write_text(json.dumps(result.history, indent=1), encoding="utf-8")
    console = Console()
    labels = ", ".join(f"{name} {count}" for name, count in sorted(result.labels.items()))
    console.print(f"{result.steps} steps; {result.broken} episodes broke on our side; turns: {labels}", markup=False)
    console.print(f"model: {output}/model    episodes: ecot show {output}/rollouts", markup=False)
    if result.stopped:
        console.print(f"stopped: {result.stopped}", markup=False)
    return 1 if result.stopped else 0


def _plan(config: Mapping[str, Any]) -> int:
    """Print what a GPU needs; return 1 where it does not fit."""
    module = import_module("ecot.trainers.plan")
    try:
        dimensions = from_json(module.Dimensions, config["dimensions"])
        setup = from_json(module.Setup, {key: value for key, value in config.items() if key != "dimensions"})
    except ValueError as error:
        raise ConfigError(str(error)) from None
    result = module.plan(dimensions, setup)
    table = Table("GiB on each GPU", "")
    for name, count in result.needs.items():
        table.add_row(name, f"{count / 2**30:.2f}")
    table.add_row("in all", f"{result.total / 2**30:.2f} of {setup.gpu_gib:.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"{result.parameters:,} parameters, {result.trained:,} trained; {'fits' if result.fits else 'does not fit'} "
        f"with a tenth left free; about {result.tokens_per_second:,.0f} tokens per second in training "
        f"if {setup.utilisation:.0%} of the GPUs' operations are reached (assumed, nothing was run)",
        markup=False,
    )
    return 0 if result.fits else 1


def written_down(config: Mapping[str, Any]) -> Path:
    """Keep the configuration in the folder of the run.

    Raises:
        ConfigError: a run with another configuration stands there.
    """
    output = Path(config["output"])
    file = output / "config.json"
    text = json.dumps(config, indent=1, sort_keys=True)
    if file.exists() and file.read_text(encoding="utf-8") != text:
        raise ConfigError(f"{output} holds a run with another configuration; name another output")
    output.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return output


def stored_trajectories(folders: Sequence[str]) -> list[Trajectory]:
    """Return the trajectories of stores, in the order of their identities.

    Raises:
        StoreError: a folder holds no store.
    """
    trajectories: list[Trajectory] = []
    for path in folders:
        with TrajectoryStore(path) as store:
            trajectories += [store[identity] for identity in sorted(store.identities())]
    return trajectories


def sft_settings(config: Mapping[str, Any]) -> Any:
    """Return what `configs/sft.yaml` says as settings."""
    return import_module("ecot.trainers.sft").SftSettings(
        model=config["model"],
        output=Path(config["output"]),
        loss=config["loss"],
        reasoning=config["reasoning"],
        context=config["context"],
        system=system_prompt(()) if config["system"] else "",
        max_length=config["max_length"],
        trainer=config["trainer"],
        lora=config["lora"],
        seed=config["seed"],
    )


def grpo_settings(config: Mapping[str, Any]) -> Any:
    """Return what `configs/grpo.yaml` says as settings."""
    return import_module("ecot.trainers.grpo").GrpoSettings(
        model=Path(config["model"]["path"]),
        output=Path(config["output"]),
        system=system_prompt(()) if config["system"] else "",
        max_tokens=config["max_tokens"],
        context=config["context"],
        in_flight=config["in_flight"],
        rewards=config["rewards"],
        reject_limit=config["reject_limit"],
        reject_window=config["reject_window"],
        trainer=config["trainer"],
        lora=config["lora"],
        seed=config["seed"],
    )


def mix_of(config: Mapping[str, Any]) -> Mix:
    """Return how much of what is played."""
    environments = config["environments"] or {env_id_of(config): 1.0}
    levels = {int(level): float(weight) for level, weight in (config["levels"] or {}).items()}
    return Mix(environments=environments, families=config["families"] or {}, levels=levels)


def drawn_plans(config: Mapping[str, Any], mix: Mix) -> list[EpisodePlan]:
    """Return the tasks of a run, drawn by the sampler's mix; each with a seed of its own."""
    sources = {env_id: open_tasks(domain_of(env_id), config["tasks"]) for env_id in mix.environments}
    sampler = Sampler(
        sources,
        split=config["split"],
        mix=mix,
        groups=config["prompts"],
        samples=1,
        seed=config["seed"],
        refill=False,
    )
    plans: dict[str, EpisodePlan] = {}
    for plan in sampler.draws():
        plans.setdefault(f"{plan.env_id} {plan.task_id}", plan)
    return list(plans.values())


def environments(config: Mapping[str, Any], mix: Mix, backend: Backend) -> Mapping[str, Any]:
    """Return what makes each environment."""
    names = ("tasks", "split", "reward", "feedback", "corrections", "turn_cost", "stages", "target")
    return {
        env_id: partial(CodeEnv, env_id, backend=backend, **{name: config[name] for name in names})
        for env_id in mix.environments
    }
