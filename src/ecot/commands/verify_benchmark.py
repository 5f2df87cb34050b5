"""`ecot verify --tasks verilog-eval:/path`: the references of an imported benchmark pass and cheats fail, measured."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from ecot.envs.domain import Domain, domain_of
from ecot.envs.errors import TaskError
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.sandbox.choose import choose
from ecot.envs.tools import check_tools, versions_of
from ecot.envs.verilog.benchmark import Examined, examine
from ecot.envs.verilog.scorer import OWN_PASS
from ecot.envs.verilog.source import ENV_ID
from ecot.envs.verilog.verilog_eval import VerilogEvalSource

NAME_OF_SOURCE = "verilog-eval"
_SAMPLE = 12
"""Problems of the quick tier."""


def verify_benchmark(tasks: str, *, full: bool, output: Path, workers: int, sandbox: str, console: Console) -> int:
    """Examine a benchmark, print what holds, write the figures of a full run; return the exit code.

    Args:
        tasks: `verilog-eval:/path`.
        full: all problems, and write the report; else a sample.
        output: folder of the report.
        workers: problems at a time; the usable cores where 0.
        sandbox: name of the mechanism.
        console: where it is printed.

    Raises:
        TaskError: the source is not an importer of this kind, or the path is not the benchmark.
    """
    name, _, path = tasks.partition(":")
    if name != NAME_OF_SOURCE:
        raise TaskError(f"cannot verify the tasks {name!r}; imported sets that can be: {NAME_OF_SOURCE}:/path")
    domain = domain_of(ENV_ID)
    check_tools(domain)
    source = VerilogEvalSource(path)
    ids = source.ids()
    size = len(ids) if full else min(_SAMPLE, len(ids))
    chosen = [ids[place * len(ids) // size] for place in range(size)]
    mechanism = choose(sandbox)
    with _progress(console) as progress:
        bar = progress.add_task(tasks, total=len(chosen))
        found = examine(
            source,
            chosen,
            sandbox=mechanism,
            workers=workers or len(os.sched_getaffinity(0)),
            on_examined=lambda examined: progress.advance(bar),
        )
    _show(found, source, console)
    if full:
        target = output / f"{chosen[0].partition('/')[0]}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_report(found, source, domain, mechanism.name), indent=1) + "\n", encoding="utf-8")
        console.print(f"written to {target}")
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
    }


def hack_counts(found: Sequence[Examined]) -> dict[str, dict[str, Any]]:
    """Return, for every cheat, how many problems it was tried on, how often each judge passed it, and our labels."""
    names = list(dict.fromkeys(name for item in found for name in item.hacks))
    return {
        name: {
            "tried": sum(name in item.hacks for item in found),
            "pass_own_scorer": sum(item.hacks[name].own == OWN_PASS for item in found),
            "pass_here": sum(item.hacks[name].label.value == "PASS" for item in found),
            "labels": dict(Counter(str(item.hacks[name].label) for item in found)),
        }
        for name in names
    }


def _report(found: Sequence[Examined], source: VerilogEvalSource, domain: Domain, sandbox: str) -> Mapping[str, Any]:
    return {
        "benchmark": found[0].task_id.partition("/")[0],
        "env_id": domain.id,
        "package_version": package_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "toolchain": dict(versions_of(domain)),
        "sandbox": sandbox,
        "judge_digest": judge_digest(domain),
        "counts": counts(found),
        "hacks": hack_counts(found),
        "broken": dict(source.broken),
        "problems": {
            item.task_id: {
                "label": str(item.reference.label),
                "own_scorer": item.reference.own,
                "netlist_agrees": item.netlist_agrees,
                "passes_apart": item.passes_apart,
                "forgery_check_available": item.replayable,
                "cheats_pass_own_scorer": sum(judged.own == OWN_PASS for judged in item.hacks.values()),
                "cheats_pass_here": sum(judged.label.value == "PASS" for judged in item.hacks.values()),
            }
            for item in found
        },
    }


def _show(found: Sequence[Examined], source: VerilogEvalSource, console: Console) -> None:
    table = Table("figure", "problems", title=found[0].task_id.partition("/")[0])
    for name, count in counts(found).items():
        table.add_row(name.replace("_", " "), str(count))
    table.add_row("known to be broken, not scored", str(len(source.broken)))
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
            console.print(f"does not hold: {item.task_id}: {item.reference.label}", markup=False, style="red")
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
