"""`ecot bench`: the targets for speed, each measured beside what it is compared with, in one run."""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ecot.commands.crowd import eight_clients
from ecot.commands.measure_benchmark import SOURCE, benchmark_speed
from ecot.commands.measurements import (
    Finding,
    Measurement,
    Plan,
    cache_saves_runs,
    import_time,
    listing,
    machine,
    step_overhead,
    worker_scaling,
)
from ecot.commands.summary import progress_bar
from ecot.commands.waiting import loop_cost, waiting_episodes
from ecot.commands.warm_worker import warm_worker
from ecot.envs.domain import domain_of
from ecot.envs.encoding import to_json
from ecot.envs.errors import ConfigError
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.sandbox.choose import NAMES, choose
from ecot.envs.tools import check_tools, versions_of

NAME = "bench"
HELP = "measure overhead, scaling, cache, listing, serving and import against their targets"

MEASUREMENTS: tuple[Measurement, ...] = (
    step_overhead,
    worker_scaling,
    warm_worker,
    cache_saves_runs,
    listing,
    eight_clients,
    waiting_episodes,
    loop_cost,
    import_time,
)
BUSY = 0.5
"""Load a core above which the table says that figures of time are not to be trusted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to measure and where to write it."""
    parser.add_argument("--env", default="ECoT/Verilog-v0", metavar="ID", help="the environment that is measured")
    parser.add_argument("--tasks", default=None, metavar="SOURCE", help="task source (default: the environment's own)")
    parser.add_argument("--sandbox", choices=NAMES, default="auto", help="what confines candidates")
    parser.add_argument("--json", type=Path, default=None, metavar="PATH", help="write figures here, the table beside")
    parser.add_argument("--quick", action="store_true", help="fewer families and rounds: about a minute")


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the table, write the files; return 1 where a target is missed."""
    domain = domain_of(arguments.env)
    check_tools(domain)
    cores = len(os.sched_getaffinity(0))
    families, rounds, jobs = (3, 5, 4 * cores) if arguments.quick else (6, 15, 20 * cores)
    plan = Plan(
        domain=domain,
        tasks=arguments.tasks,
        sandbox=choose(arguments.sandbox),
        families=families,
        rounds=rounds,
        jobs=jobs,
        cores=cores,
    )
    before = machine(plan)
    began = time.monotonic()
    findings: list[Finding] = []
    # An imported set has one measurement of its own; the others want tasks to train on.
    measurements = (benchmark_speed,) if (plan.tasks or "").startswith(SOURCE) else MEASUREMENTS
    with progress_bar() as bar:
        task = bar.add_task("measuring", total=len(measurements))
        for measure in measurements:
            bar.update(task, description=measure.__name__.replace("_", " "))
            findings += measure(plan)
            bar.advance(task)
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
        "environment": domain.id,
        "package": package_version(),
        "judge_digest": judge_digest(domain),
        "toolchain": dict(versions_of(domain)),
        "machine": dict(before),
        "load_average_after": list(os.getloadavg()),
        "findings": to_json(findings),
    }
    notes = _notes(report, plan, load=before["load_average"][0])
    _print(findings, notes)
    if arguments.json is not None:
        _write(arguments.json, report, findings, notes)
    return 0 if all(finding.passed is not False for finding in findings) else 1


def _notes(report: dict[str, object], plan: Plan, *, load: float) -> list[str]:
    notes = [
        f"{plan.domain.id}, {plan.cores} cores, sandbox {plan.sandbox.name}, {report['date']}, {report['seconds']} s.",
        "Medians with 95 % bootstrap intervals; what is compared was measured in turns.",
    ]
    if load > BUSY * plan.cores:
        notes.append(
            f"The machine was busy (load {load:.1f} on {plan.cores} cores): figures of time are not to be trusted."
        )
    return notes


def _print(findings: list[Finding], notes: list[str]) -> None:
    console = Console()
    table = Table("measured", "figure", "target", "")
    for finding in findings:
        table.add_row(finding.name, finding.figure, finding.target, _verdict(finding, styled=True))
    console.print(table)
    for note in notes:
        console.print(note)


def _verdict(finding: Finding, *, styled: bool = False) -> str:
    word, style = {True: ("pass", "green"), False: ("FAIL", "red"), None: ("", "dim")}[finding.passed]
    return f"[{style}]{word}[/]" if styled else word


def _write(path: Path, report: dict[str, object], findings: list[Finding], notes: list[str]) -> None:
    rows = [f"| {item.name} | {item.figure} | {item.target} | {_verdict(item)} |" for item in findings]
    lines = [
        "# Speed",
        "",
        "Written by `ecot bench`.",
        "",
        "| measured | figure | target | |",
        "|---|---|---|---|",
        *rows,
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        path.with_suffix(".md").write_text("\n".join([*lines, "", *notes]) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--json {str(path)!r} cannot be written ({error.strerror}); name another path") from error
