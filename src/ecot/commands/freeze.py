"""`ecot freeze`: writes down the ids and digests of an evaluation set, once."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import ecot.envs.frozen
from ecot.envs.domain import domain_of
from ecot.envs.env import open_tasks
from ecot.envs.errors import ConfigError
from ecot.envs.frozen import choose, file_name, is_frozen_name
from ecot.envs.provenance import package_version
from ecot.envs.tasks import SPLITS
from ecot.envs.types import digest

NAME = "freeze"
HELP = "choose the tasks of a frozen evaluation set and write down their digests"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to freeze."""
    parser.add_argument("set", metavar="SET", help="name of the set, such as ECoT-Eval-v1")
    parser.add_argument("--env", required=True, metavar="ID", help="the environment, such as ECoT/Verilog-v0")
    parser.add_argument("--tasks", default=None, metavar="SOURCE", help="task source (default: the environment's own)")
    parser.add_argument("--splits", default="test,test_families", metavar="A,B", help="default %(default)s")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="tasks (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path(ecot.envs.frozen.__file__).parent, help="where to write")
    parser.add_argument(
        "--unreleased", action="store_true", help="write a set again that no released version of the package holds"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file and print its path."""
    domain = domain_of(arguments.env)
    if not is_frozen_name(arguments.set):
        raise ConfigError(f"a set is named like ECoT-Eval-v1, with its version at the end, not {arguments.set!r}")
    splits = [name.strip() for name in arguments.splits.split(",")]
    if not set(splits) <= set(SPLITS) or arguments.count < 1:
        raise ConfigError(f"--splits takes some of {', '.join(SPLITS)}, and --count at least 1")
    path = arguments.folder / file_name(arguments.set, domain.id)
    if path.exists() and not arguments.unreleased:
        raise ConfigError(f"{path} exists; a frozen set is not written again, give the new one the next version")
    source = open_tasks(domain, arguments.tasks)
    chosen = choose(source, name=arguments.set, splits=splits, count=arguments.count)
    if not chosen:
        raise ConfigError(f"{domain.id} has no task in {arguments.splits}; name other --splits")
    record = {
        "set": arguments.set,
        "environment": domain.id,
        "tasks": arguments.tasks or domain.default_source,
        "splits": splits,
        "frozen": datetime.now(UTC).date().isoformat(),
        "package": package_version(),
        "members": {task_id: digest(source[task_id]) for task_id in chosen},
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {len(chosen)} tasks of {domain.id}")
    return 0
