"""`ecot verify`: tasks prove themselves: solutions pass, mutants fail, cheats earn the floor, stalling does not pay."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from ecot.commands.verify_benchmark import verify_benchmark
from ecot.commands.verify_repair import is_repair, verify_repair
from ecot.envs.domain import Domain, domain_of, domains
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.proof import ProvableSource, Trial, provable, trials
from ecot.envs.proof_report import (
    DomainReport,
    FamilyReport,
    Tally,
    file_name,
    read_report,
    report_of,
    write_report,
)
from ecot.envs.proof_run import Journal, prove, tool_trials
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.real import RealBackend
from ecot.envs.sandbox.choose import NAMES
from ecot.envs.score import gain
from ecot.envs.stalling import stalling_of
from ecot.envs.tools import check_tools, versions_of

NAME = "verify"
HELP = "let tasks prove themselves: solutions pass, mutants fail, cheats earn the floor"

TARGET = 0.97
"""The pooled mutation score that a judge must reach."""
TURNS = 5
"""Of the default budget: one answer and four corrections."""
_QUICK_MUTANTS = 3
_FULL_DRAWS = 5
_TOOL_MUTANTS = 10
"""Of a family, made by tools of the domain; with --full only."""
_COLUMNS = ("built", "killed", "equal", "lived", "score")
"""Of mutants: those that count and what became of them; `equal` ones are proved to behave as the solution."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the environments, the tier and where the reports go."""
    parser.add_argument("environments", nargs="*", metavar="ENV", help="ids such as ECoT/Verilog-v0; all by default")
    parser.add_argument("--full", action="store_true", help="several draws, all mutants, and write the report")
    parser.add_argument("--tasks", default="", help="an imported benchmark instead, such as verilog-eval:/path")
    parser.add_argument("--families", default="", help="only these, separated by commas; the others keep their report")
    parser.add_argument("--draws", type=int, default=0, help=f"per family (1; with --full {_FULL_DRAWS})")
    parser.add_argument("--output", type=Path, default=Path("docs/verify"), help="folder of the reports (docs/verify)")
    parser.add_argument("--workers", type=int, default=0, help="jobs at a time (the usable cores)")
    parser.add_argument("--sandbox", default="auto", choices=NAMES, help="what confines the candidates (auto)")


def run(arguments: argparse.Namespace) -> int:
    """Prove, print and write; return 1 where something does not hold."""
    if arguments.draws < 0 or arguments.workers < 0:
        raise ConfigError(f"--draws={arguments.draws} and --workers={arguments.workers} must not be negative")
    console = Console()
    if arguments.tasks:
        return verify_benchmark(
            arguments.tasks,
            full=arguments.full,
            output=arguments.output,
            workers=arguments.workers,
            sandbox=arguments.sandbox,
            console=console,
        )
    good = True
    for domain in _chosen(arguments.environments):
        if is_repair(domain):
            good &= verify_repair(
                domain,
                families=arguments.families,
                full=arguments.full,
                draws=arguments.draws,
                output=arguments.output,
                workers=arguments.workers,
                sandbox=arguments.sandbox,
                console=console,
            )
            continue
        check_tools(domain)
        families = [name.strip() for name in arguments.families.split(",") if name.strip()]
        report = _prove_domain(domain, families, arguments, console)
        good &= _show(report, console, full=arguments.full)
    return 0 if good else 1


def _chosen(names: Sequence[str]) -> Sequence[Domain]:
    """The domains asked for; by default all whose tasks can prove themselves."""
    if names:
        stems = {file_name(env_id).removesuffix(".json"): env_id for env_id in domains()}
        return [domain_of(stems.get(name, name)) for name in names]
    found = [domain for domain in domains().values() if _is_provable(domain)]
    if not found:
        raise TaskError("no registered environment has families that prove themselves")
    return found


def _is_provable(domain: Domain) -> bool:
    return isinstance(domain.sources[domain.default_source](""), ProvableSource)


def _prove_domain(
    domain: Domain, families: Sequence[str], arguments: argparse.Namespace, console: Console
) -> DomainReport:
    known = provable(domain, ",".join(families)).families()
    path = arguments.output / file_name(domain.id)
    earlier = read_report(path) if arguments.full else None
    # A run over some families keeps the reports of the others; a run over all drops those that are gone.
    reports = dict(earlier.families) if earlier and families else {}
    draws = arguments.draws or (_FULL_DRAWS if arguments.full else 1)
    planned = {name: _planned(domain, name, draws, full=arguments.full) for name in known}
    journal = Journal(path.with_suffix(".journal") if arguments.full else None)
    workers = arguments.workers or len(os.sched_getaffinity(0))
    with closing(RealBackend(workers=workers, sandbox=arguments.sandbox)) as backend, _progress(console) as progress:
        total = sum(map(len, planned.values()))
        bar = progress.add_task(domain.id, total=total)
        for name, tried in planned.items():
            progress.update(bar, description=f"{domain.id} {name}")
            if arguments.full:
                made = tool_trials(domain, tried, sandbox=backend.sandbox, mutants=_TOOL_MUTANTS)
                tried = [*tried, *made]
                total += len(made)
                progress.update(bar, total=total)
            findings = prove(
                domain,
                tried,
                backend=backend,
                sandbox=backend.sandbox,
                workers=workers,
                journal=journal,
                on_finding=lambda trial: progress.advance(bar),
            )
            now = datetime.now(UTC).date().isoformat()
            reports[name] = report_of(findings, digest=known[name], date=now, floor=domain.floor)
            if arguments.full:
                write_report(path, _report(domain, reports, sandbox=backend.sandbox.name))
        report = _report(domain, reports, sandbox=backend.sandbox.name)
    journal.remove()
    if arguments.full:
        console.print(f"written to {path}", soft_wrap=True)
    return report


def _planned(domain: Domain, family: str, draws: int, *, full: bool) -> Sequence[Trial]:
    return list(trials(domain, provable(domain, family), draws=draws, mutants=None if full else _QUICK_MUTANTS))


def _report(domain: Domain, families: Mapping[str, FamilyReport], *, sandbox: str) -> DomainReport:
    return DomainReport(
        env_id=domain.id,
        package_version=package_version(),
        toolchain=dict(versions_of(domain)),
        sandbox=sandbox,
        judge_digest=judge_digest(domain),
        floor=domain.floor,
        stalling=stalling_of(gain, (item.failing_scores for item in families.values()), turns=TURNS),
        families=dict(sorted(families.items())),
    )


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _show(report: DomainReport, console: Console, *, full: bool) -> bool:
    """Print the tables of a report; return whether all of it holds."""
    console.print(_family_table(report))
    if full:
        console.print(_operator_table(report))
        for family in report.families.values():
            for item in family.survivors:
                console.print(
                    f"survived: {item.task_id} line {item.line} {item.operator}\n{item.diff}",
                    markup=False,
                    soft_wrap=True,
                )
    for name, family in report.families.items():
        for line in [*family.failures, *(line for hack in family.hacks.values() for line in hack.failures)]:
            console.print(f"does not hold: {name}: {line}", markup=False, style="red", soft_wrap=True)
    stalling = report.stalling
    console.print(
        f"In {stalling.turns} turns the best policy that never solves earns {stalling.stalling_return:g}; "
        f"an immediate pass earns {stalling.immediate_pass:g}.",
        soft_wrap=True,
    )
    tally = report.tally
    console.print(
        f"Mutation score {tally.score:.2%}: {tally.killed} killed of {tally.killed + tally.survived} that count."
    )
    proved = all(family.holds for family in report.families.values())
    # Three mutants a family say nothing about a share; there every one must die or be proved equivalent.
    enough = tally.score >= TARGET if full else tally.survived == 0
    return proved and enough and stalling.stalling_return < stalling.immediate_pass


def _table(*columns: str, title: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, padding=0, pad_edge=False)
    for index, name in enumerate(columns):
        table.add_column(name, no_wrap=True, justify="right" if index else "left")
    return table


def _family_table(report: DomainReport) -> Table:
    table = _table("family", "solved", *_COLUMNS, "cheats", title=report.env_id)
    for name, family in report.families.items():
        failed = sum(bool(hack.failures) for hack in family.hacks.values())
        cheats = f"{len(family.hacks) - failed}/{len(family.hacks)}"
        table.add_row(name, f"{family.solved}/{len(family.draws)}", *_cells(family.tally), cheats)
    table.add_section()
    solved, draws = (
        sum(item.solved for item in report.families.values()),
        sum(len(item.draws) for item in report.families.values()),
    )
    table.add_row("all", f"{solved}/{draws}", *_cells(report.tally), "")
    return table


def _operator_table(report: DomainReport) -> Table:
    table = _table("operator", *_COLUMNS, title="by operator, * kept back from the authors")
    for name, tally in report.operators.items():
        if tally.generated:
            table.add_row(f"{name}{' *' if tally.kept else ''}", *_cells(tally))
    table.add_section()
    for title, kept in (("known to the authors", False), ("kept back *", True)):
        chosen = [tally for tally in report.operators.values() if tally.kept is kept]
        table.add_row(title, *_cells(replace(sum(chosen, Tally()), kept=kept)))
    return table


def _cells(tally: Tally) -> tuple[str, ...]:
    counts = (tally.generated, tally.killed, tally.equivalent, tally.survived)
    return (*(str(count) for count in counts), f"{tally.score:.1%}")
