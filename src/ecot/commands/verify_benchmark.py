"""`ecot verify --tasks NAME:/path`: references of an imported set pass, mutants and cheats fail, measured."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from ecot.envs.domain import Domain, domain_of
from ecot.envs.errors import TaskError
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.sandbox.choose import choose
from ecot.envs.tools import check_tools, versions_of
from ecot.envs.verilog.benchmarks.proving import MUTANTS, Examined, ImportedSource, Judged, examine
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS
from ecot.envs.verilog.source import ENV_ID

_SAMPLE = 12
"""Problems of the quick tier."""
_STATUSES = ("killed", "equivalent", "survived", "not_built", "undecided")


def verify_benchmark(tasks: str, *, full: bool, output: Path, workers: int, sandbox: str, console: Console) -> int:
    """Examine a benchmark, print what holds, write the figures of a full run; return the exit code.

    Args:
        tasks: name and path of the source, such as `verilog-eval:/path`.
        full: all problems, and write the report; else a sample.
        output: folder of the report.
        workers: problems at a time; the usable cores where 0.
        sandbox: name of the mechanism.
        console: where it is printed.

    Raises:
        TaskError: the source is not an importer of this kind, or the path is not the benchmark.
    """
    name, _, path = tasks.partition(":")
    domain = domain_of(ENV_ID)
    imported = [known for known in domain.sources if known != domain.default_source]
    if name not in imported:
        known = ", ".join(f"{item}:/path" for item in imported)
        raise TaskError(f"cannot verify the tasks {name!r}; imported sets that can be: {known}")
    check_tools(domain)
    source = domain.sources[name](path)
    if not hasattr(source, "hacks") or not hasattr(source, "broken"):
        raise TaskError(f"the tasks {name!r} hold no cheats to verify them with")
    proved = cast(ImportedSource, source)
    ids = proved.ids()
    size = len(ids) if full else min(_SAMPLE, len(ids))
    chosen = [ids[place * len(ids) // size] for place in range(size)]
    mechanism = choose(sandbox)
    with _progress(console) as progress:
        bar = progress.add_task(tasks, total=len(chosen))
        found = examine(
            proved,
            chosen,
            mutants=MUTANTS,
            sandbox=mechanism,
            workers=workers or len(os.sched_getaffinity(0)),
            on_examined=lambda examined: progress.advance(bar),
        )
    if full:
        target = output / f"{chosen[0].partition('/')[0]}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_report(found, proved, domain, mechanism.name), indent=1) + "\n", encoding="utf-8")
        console.print(f"written to {target}")
    _show(found, proved, console)
    return 0 if all(item.holds for item in found) else 1


def counts(found: Sequence[Examined]) -> dict[str, int]:
    """Return the figures of a table: how many problems, references, netlists, checks."""
    return {
        "problems": len(found),
        "references_pass": sum(item.reference.holds for item in found),
        "references_pass_own_scorer": sum(item.reference.own == OWN_PASS for item in found),
        "netlists_agree": sum(item.netlist_agrees for item in found),
        "references_pass_apart_where_netlist_does_not": sum(item.passes_apart is True for item in found),
        "forgery_check_available": sum(item.replayable for item in found),
        "broken_here": sum(bool(item.error) and not item.starved for item in found),
        "not_examined": sum(item.starved for item in found),
    }


def mutant_counts(found: Sequence[Examined]) -> dict[str, int]:
    """Return what became of the mutants of all references, by our judge, and how many its own scorer passes."""
    mutants = [mutant for item in found for mutant in item.mutants]
    counted = Counter(mutant.status for mutant in mutants)
    return {
        **{status: counted[status] for status in _STATUSES},
        "pass_own_scorer": sum(mutant.own == OWN_PASS for mutant in mutants if mutant.status != "equivalent"),
    }


def hack_counts(found: Sequence[Examined]) -> dict[str, dict[str, Any]]:
    """Return, for every cheat, how many problems it was tried on, how often each judge passed it, and our labels."""
    names = list(dict.fromkeys(name for item in found for name in item.hacks))
    return {
        name: {
            "tried": sum(name in item.hacks for item in found),
            "pass_own_scorer": sum(judged.own == OWN_PASS for judged in _hacks_named(found, name)),
            "pass_here": sum(judged.label.value == "PASS" for judged in _hacks_named(found, name)),
            "labels": dict(Counter(str(judged.label) for judged in _hacks_named(found, name))),
        }
        for name in names
    }


def _hacks_named(found: Sequence[Examined], name: str) -> list[Judged]:
    """One cheat on all problems on which it was tried; none was on a problem that could not be examined."""
    return [item.hacks[name] for item in found if name in item.hacks]


def _report(found: Sequence[Examined], source: ImportedSource, domain: Domain, sandbox: str) -> Mapping[str, Any]:
    return {
        "benchmark": found[0].task_id.partition("/")[0],
        "env_id": domain.id,
        "package_version": package_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "toolchain": dict(versions_of(domain)),
        "sandbox": sandbox,
        "judge_digest": judge_digest(domain),
        "counts": counts(found),
        "mutants": mutant_counts(found),
        "hacks": hack_counts(found),
        "broken": {**source.broken, **{item.task_id: item.error for item in found if item.error and not item.starved}},
        "problems": {
            item.task_id: {
                "label": str(item.reference.label),
                "own_scorer": item.reference.own,
                "netlist_agrees": item.netlist_agrees,
                "passes_apart": item.passes_apart,
                "forgery_check_available": item.replayable,
                "mutants_killed": sum(mutant.status == "killed" for mutant in item.mutants),
                "mutants_survived": [
                    f"line {mutant.line} {mutant.operator}" for mutant in item.mutants if mutant.status == "survived"
                ],
                "cheats_pass_own_scorer": sum(judged.own == OWN_PASS for judged in item.hacks.values()),
                "cheats_pass_here": sum(judged.label.value == "PASS" for judged in item.hacks.values()),
            }
            for item in found
        },
    }


def _show(found: Sequence[Examined], source: ImportedSource, console: Console) -> None:
    table = Table("figure", "problems", title=found[0].task_id.partition("/")[0])
    for name, count in counts(found).items():
        table.add_row(name.replace("_", " "), str(count))
    table.add_row("known to be broken, not scored", str(len(source.broken)))
    for status, count in mutant_counts(found).items():
        table.add_row(f"mutants: {status.replace('_', ' ')}", str(count))
    console.print(table)
    cheats = Table("cheat", "tried", "passes its own scorer", "passes here", "labels here")
    for name, row in hack_counts(found).items():
        labels = ", ".join(f"{label} {count}" for label, count in row["labels"].items())
        cheats.add_row(name, str(row["tried"]), str(row["pass_own_scorer"]), str(row["pass_here"]), labels)
    console.print(cheats)
    for task_id, reason in source.broken.items():
        console.print(f"broken: {task_id}: {reason}", markup=False)
    for item in found:
        if not item.reference.holds:
            reason = item.error or str(item.reference.label)
            console.print(f"does not hold: {item.task_id}: {reason}", markup=False, style="red")
        for name, judged in item.hacks.items():
            if not judged.holds:
                console.print(f"does not hold: {item.task_id} {name}: {judged.label}", markup=False, style="red")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
