"""`ecot learn`: the proof of learning, from nothing to a policy that does better on held-out tasks.

A model is made from scratch, learns from demonstrations that the real tools judged (SFT), then from its own attempts
that they judge (GRPO), and is evaluated on held-out tasks before, between and after; each step is another command.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from ecot.__main__ import main
from ecot.commands.composition import compose
from ecot.commands.learning_page import Figures, figures_of, write_page
from ecot.envs.errors import ConfigError

NAME = "learn"
HELP = "make a small model from scratch and watch it learn from the tools, on a CPU; a table and a picture"

STAGES = ("start", "sft", "grpo")
"""The models that are evaluated: before, after SFT, after GRPO."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "example: ecot learn seeds=[0,1,2] output=runs/learn --page docs/learn.md"
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="in place of what configs/learn.yaml says")
    parser.add_argument("--page", type=Path, metavar="PATH", help="PATH.md with the table, and PATH.png beside it")


def run(arguments: argparse.Namespace) -> int:
    """Learn with every seed that is not done yet, and report."""
    config = compose("learn", arguments.overrides)
    figures = [_learn(config, int(seed)) for seed in config["seeds"]]
    command = " ".join(["ecot learn", *(word for word in arguments.overrides if not word.startswith("output="))])
    page = arguments.page or Path(config["output"]) / "learn.md"
    write_page(page, figures, command=command, config=config)
    Console().print(page.read_text(encoding="utf-8"), markup=False)
    return 0


def _learn(config: Mapping[str, Any], seed: int) -> Figures:
    """One seed; what stands in its folder is not done again."""
    folder = Path(config["output"]) / f"seed-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    for name, argv in _steps(config, folder, seed):
        done = folder / f"{name}.done"
        if not done.exists():
            began = time.monotonic()
            if main(argv) == 2:
                raise ConfigError(f"the step {name!r} failed: ecot {' '.join(argv)}")
            done.write_text(json.dumps({"seconds": time.monotonic() - began, "argv": argv}), encoding="utf-8")
        seconds[name] = json.loads(done.read_text(encoding="utf-8"))["seconds"]
    return figures_of(folder, seed=seed, stages=STAGES, seconds=seconds, environments=tuple(config["environments"]))


def _steps(config: Mapping[str, Any], folder: Path, seed: int) -> list[tuple[str, list[str]]]:
    """Every step as a command line of `ecot`, in order."""
    names = tuple(config["environments"])
    steps = [*_demonstrations(config, folder, seed), ("sft", _sft(config, folder, seed))]
    steps += [_evaluation(config, folder, name, "sft") for name in names]
    steps.append(("grpo", _grpo(config, folder, seed)))
    # The untrained model comes last: it never ends a reply, which takes longest and tells least.
    steps += [_evaluation(config, folder, name, stage) for stage in ("grpo", "start") for name in names]
    return steps


def _tasks(config: Mapping[str, Any], names: Sequence[str]) -> str:
    return "families:" + ",".join(family for name in names for family in config["environments"][name])


def _demonstrations(config: Mapping[str, Any], folder: Path, seed: int) -> list[tuple[str, list[str]]]:
    steps = []
    for name in config["environments"]:
        for agent, episodes in config["demonstrations"].items():
            argv = ["collect", f"env={name}", f"tasks='{_tasks(config, [name])}'", f"agent={agent}"]
            if agent == "scripted":
                argv += ["agent.max_faults=1", "agent.mistakes=0.1", "agent.slips=0.0", "agent.errors=0.1"]
            argv += [f"episodes={episodes}", f"corrections={config['corrections']}", f"workers={config['workers']}"]
            steps.append((f"{agent}-{name}", [*argv, f"seed={seed}", f"output={folder}/{agent}-{name}"]))
    return steps


def _sft(config: Mapping[str, Any], folder: Path, seed: int) -> list[str]:
    stores = [f"{folder}/{agent}-{name}" for name in config["environments"] for agent in config["demonstrations"]]
    return [
        "train",
        "sft",
        f"data=[{','.join(stores)}]",
        *(f"model.{key}={value}" for key, value in config["model"].items()),
        *_options(config["sft"]),
        f"max_length={config['model']['context']}",
        f"threads={config['threads']}",
        f"seed={seed}",
        f"output={folder}/sft",
    ]


def _grpo(config: Mapping[str, Any], folder: Path, seed: int) -> list[str]:
    groups = {name: compose("grpo", [f"env={name}", "model.path=."])["env"]["id"] for name in config["environments"]}
    families = {family: 1.0 for chosen in config["environments"].values() for family in chosen}
    weights = ",".join([*(f"{name}:{weight}" for name, weight in families.items()), "*:0.0"])
    return [
        "train",
        "grpo",
        f"model.path={folder}/sft/model",
        f"backend={config['backend']}",
        f"environments={{{','.join(f'{env_id}:1.0' for env_id in groups.values())}}}",
        f"families={{{weights}}}",
        *_options(config["grpo"]),
        f"corrections={config['corrections']}",
        f"max_tokens={config['max_tokens']}",
        f"context={config['model']['context']}",
        f"workers={config['workers']}",
        f"threads={config['threads']}",
        f"in_flight={min(32, config['grpo']['per_device_train_batch_size'])}",
        f"seed={seed}",
        f"output={folder}/grpo",
    ]


def _options(given: Mapping[str, Any]) -> list[str]:
    return [f"++trainer.{key}={value}" for key, value in given.items()]


def _evaluation(config: Mapping[str, Any], folder: Path, name: str, stage: str) -> tuple[str, list[str]]:
    model = {"start": "sft/start", "sft": "sft/model", "grpo": "grpo/model"}[stage]
    argv = ["evaluate", f"env={name}", f"tasks='{_tasks(config, [name])}'", "split=test", "agent=policy"]
    argv += [f"agent.path={folder}/{model}", f"agent.max_tokens={config['max_tokens']}"]
    argv += [f"agent.context={config['model']['context']}", f"agent.threads={config['threads']}"]
    argv += [f"limit={config['test']}", f"samples={config['samples']}", f"corrections={config['corrections']}"]
    argv += [f"workers={config['workers']}", "in_flight=32", "seed=0", f"output={folder}/{stage}-{name}"]
    return f"evaluate-{stage}-{name}", argv
