"""`ecot confirm`: tries faults in solutions with the real tools and keeps those that break them, for repair tasks."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from rich.console import Console

import ecot.envs.confirmed
from ecot.commands.summary import progress_bar
from ecot.envs.confirmation import Confirmed, confirm
from ecot.envs.domain import Domain, domain_of, domains
from ecot.envs.env import open_tasks
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.fault_tables import FaultTable, write_table
from ecot.envs.proof import provable
from ecot.envs.proof_report import file_name
from ecot.envs.real import RealBackend
from ecot.envs.repair import REVISION
from ecot.envs.sandbox.choose import NAMES
from ecot.envs.tasks import TaskSource
from ecot.envs.tools import check_tools, versions_of

NAME = "confirm"
HELP = "confirm with the tools which faults break a design, and write the tables that repair tasks are made of"

_DRAWS = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the domain, its families or an imported set, and where the tables go."""
    parser.add_argument("environment", metavar="ENV", help="the domain that faults are seeded into, such as verilog")
    parser.add_argument("--families", default="", help="only these, separated by commas; the others keep their table")
    parser.add_argument("--tasks", default="", help="an imported set instead, such as verilog-eval:/path")
    parser.add_argument("--draws", type=int, default=_DRAWS, help=f"tasks per family or set ({_DRAWS}); 0 for all")
    parser.add_argument("--output", type=Path, help="folder of the tables (the package's own); for --tasks, the file")
    parser.add_argument("--workers", type=int, default=0, help="jobs at a time (the usable cores)")
    parser.add_argument("--sandbox", default="auto", choices=NAMES, help="what confines the code (auto)")


def run(arguments: argparse.Namespace) -> int:
    """Try, write and print; return 1 where some family has no confirmed fault."""
    if arguments.draws < 0 or arguments.workers < 0:
        raise ConfigError(f"--draws={arguments.draws} and --workers={arguments.workers} must not be negative")
    if arguments.tasks and arguments.output is None:
        raise ConfigError("--tasks needs --output, the file that repair tasks of the set are read from")
    domain, console = _domain(arguments.environment), Console()
    check_tools(domain)
    good = True
    with closing(RealBackend(workers=arguments.workers or None, sandbox=arguments.sandbox)) as backend:
        if arguments.tasks:
            table = _table(
                domain, open_tasks(domain, arguments.tasks), backend, tasks=arguments.tasks, draws=arguments.draws
            )
            write_table(arguments.output, table)
            return 0 if _show(table, console) else 1
        folder = arguments.output or Path(ecot.envs.confirmed.__path__[0])
        for family, digest in provable(domain, arguments.families).families().items():
            source = provable(domain, family)
            name = f"{domain.default_source}:{family}"
            table = _table(domain, source, backend, tasks=name, draws=arguments.draws, family=family, digest=digest)
            write_table(folder / f"{file_name(domain.id).removesuffix('.json')}.{family}.json", table)
            good &= _show(table, console)
    return 0 if good else 1


def _domain(name: str) -> Domain:
    stems = {file_name(env_id).removesuffix(".json"): env_id for env_id in domains()}
    return domain_of(stems.get(name, name))


def _table(
    domain: Domain,
    source: TaskSource,
    backend: RealBackend,
    *,
    tasks: str,
    draws: int,
    family: str = "",
    digest: str = "",
) -> FaultTable:
    ids = source.ids(None)
    chosen = ids if draws == 0 else [ids[place * len(ids) // draws] for place in range(min(draws, len(ids)))]
    found: dict[str, Confirmed] = {}
    # As many tasks at a time as workers: the faults of one task wait for each other between its steps.
    with ThreadPoolExecutor(backend.workers) as executor, progress_bar() as progress:
        bar = progress.add_task(tasks, total=len(chosen))
        imported = not family
        for task_id, confirmed in executor.map(
            lambda item: (item, _confirmed(domain, source, item, backend, imported=imported)), chosen
        ):
            if confirmed is not None:
                found[task_id] = confirmed
            progress.advance(bar)
    return FaultTable(
        env_id=domain.id,
        tasks=tasks,
        family=family,
        digest=digest,
        revision=REVISION,
        toolchain=dict(versions_of(domain)),
        candidates=sum(item.candidates for item in found.values()),
        harmless=sum(item.harmless for item in found.values()),
        combinations=sum(item.together for item in found.values()),
        cancelled=sum(item.cancelled for item in found.values()),
        entries={task_id: item.faults for task_id, item in found.items() if item.faults.combinations},
    )


def _confirmed(
    domain: Domain, source: TaskSource, task_id: str, backend: RealBackend, *, imported: bool
) -> Confirmed | None:
    """None where an imported task has no solution, or is known to be broken; one of ours may be neither."""
    try:
        return confirm(domain, source[task_id], backend)
    except TaskError:
        if not imported:
            raise
        return None


def _show(table: FaultTable, console: Console) -> bool:
    count = sum(len(entry.combinations) for entry in table.entries.values())
    console.print(
        f"{table.tasks}: {count} repair tasks from {len(table.entries)} tasks; {table.harmless} of {table.candidates} "
        f"faults broke nothing and are left out, and {table.cancelled} of {table.combinations} combinations",
        soft_wrap=True,
        markup=False,
    )
    return count > 0
