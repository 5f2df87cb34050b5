"""`ecot verify` of repair tasks: every fault breaks its design alone, all do together, the solution repairs them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ecot.commands.summary import progress_bar
from ecot.envs.confirmation import breaks
from ecot.envs.domain import Domain
from ecot.envs.encoding import to_json
from ecot.envs.proof_report import file_name
from ecot.envs.provenance import package_version
from ecot.envs.real import RealBackend
from ecot.envs.repair import RepairSource
from ecot.envs.tools import check_tools, versions_of
from ecot.envs.types import Outcome

__all__ = ["RepairReport", "is_repair", "verify_repair"]

_AT_ONCE = 16
"""Tasks whose requests wait in the backend at a time."""


@dataclass(slots=True)
class RepairReport:
    """What the tools said of a sample of repair tasks, under a hidden seed that their confirmation never used.

    Attributes:
        tasks: that were tried.
        confirmed: of these, the ones whose every fault broke the design by itself.
        broken: of these, the ones whose faults together broke it.
        solved: of these, the ones whose solution passed as an answer.
        sizes: tasks by number of faults.
        types: faults by type.
        labels: of the faults alone.
        failures: a line for everything that does not hold.
    """

    tasks: int = 0
    confirmed: int = 0
    broken: int = 0
    solved: int = 0
    sizes: Counter[int] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether there are tasks, and all of them are as they should be."""
        return self.tasks > 0 and not self.failures


@dataclass(slots=True)
class _Trial:
    """One task under way."""

    task_id: str
    types: Sequence[str]
    alone: Sequence[Future[Outcome]]
    together: Future[Outcome]
    solution: Future[Outcome]


def is_repair(domain: Domain) -> bool:
    """Whether the tasks of a domain are repair tasks."""
    return isinstance(domain.sources[domain.default_source](""), RepairSource)


def verify_repair(
    domain: Domain,
    *,
    families: str,
    full: bool,
    draws: int,
    output: Path,
    workers: int,
    sandbox: str,
    console: Console,
) -> bool:
    """Try repair tasks, print what came of them, write it down where all were tried, and return whether all hold.

    Args:
        domain: of repair.
        families: separated by commas; empty for all.
        full: every task; otherwise `draws` per hundred.
        draws: tasks of each hundred that are tried; 0 for one.
        output: folder of the report.
        workers: jobs at a time; 0 for the usable cores.
        sandbox: the mechanism.
        console: where to print.
    """
    check_tools(domain)
    source = domain.sources[domain.default_source](families)
    if not isinstance(source, RepairSource):
        raise TypeError(f"{domain.id} has no repair tasks")
    ids = source.ids(None)
    step = 1 if full else max(1, 100 // (draws or 1))
    # A step that shares no factor with the four sizes, which take turns, so that each of them is tried.
    chosen = [ids[place] for place in range(0, len(ids), step if step == 1 else step + 1 - step % 2)]
    report = RepairReport()
    with closing(RealBackend(workers=workers or None, sandbox=sandbox)) as backend, progress_bar() as progress:
        bar = progress.add_task(domain.id, total=len(chosen))
        for trial in _windowed(_trials(source, chosen, backend)):
            _count(report, trial)
            progress.advance(bar)
    _show(report, domain, console)
    if full and not families:
        path = output / file_name(domain.id)
        facts = {"env_id": domain.id, "package_version": package_version(), "toolchain": dict(versions_of(domain))}
        path.write_text(json.dumps({**facts, **to_json(report)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        console.print(f"written to {path}", soft_wrap=True)
    return report.holds


def _trials(source: RepairSource, ids: Sequence[str], backend: RealBackend) -> Iterator[_Trial]:
    for task_id in ids:
        task, requests = source[task_id], source.requests(task_id)
        yield _Trial(
            task_id=task_id,
            types=task.bundle.params["fault"]["types"],
            alone=[backend.submit(request) for request in requests.alone],
            together=backend.submit(requests.together),
            solution=backend.submit(requests.solution),
        )


def _windowed(trials: Iterator[_Trial]) -> Iterator[_Trial]:
    """The same, with a bounded number under way."""
    waiting = list(islice(trials, _AT_ONCE))
    while waiting:
        yield waiting.pop(0)
        waiting += islice(trials, 1)


def _count(report: RepairReport, trial: _Trial) -> None:
    alone = [future.result() for future in trial.alone]
    together, solution = trial.together.result(), trial.solution.result()
    report.tasks += 1
    report.sizes[len(alone)] += 1
    report.types.update(trial.types)
    report.labels.update(str(outcome.label) for outcome in alone)
    report.confirmed += all(map(breaks, alone))
    report.broken += breaks(together)
    report.solved += solution.passed
    for name, outcome in zip(trial.types, alone, strict=True):
        if not breaks(outcome):
            report.failures.append(f"{trial.task_id}: the {name} alone is {outcome.label}")
    if not breaks(together):
        report.failures.append(f"{trial.task_id}: the faulty code is {together.label}")
    if not solution.passed:
        report.failures.append(f"{trial.task_id}: the solution is {solution.label}")


def _show(report: RepairReport, domain: Domain, console: Console) -> None:
    table = Table("type of fault", "faults", title=domain.id, box=SIMPLE_HEAD, padding=0, pad_edge=False)
    for category, names in domain.fault_types.items():
        for name in names:
            table.add_row(f"{name} ({category})", str(report.types[name]))
    console.print(table)
    for line in report.failures:
        console.print(f"does not hold: {line}", markup=False, style="red", soft_wrap=True)
    missing = [name for names in domain.fault_types.values() for name in names if not report.types[name]]
    if missing:
        console.print(f"not in this sample: {', '.join(missing)}", markup=False, soft_wrap=True)
    sizes = ", ".join(f"{size}: {count}" for size, count in sorted(report.sizes.items()))
    labels = ", ".join(f"{label} {count}" for label, count in report.labels.most_common())
    console.print(
        f"{report.tasks} tasks (by number of faults {sizes or '-'}): every fault confirmed in "
        f"{_share(report.confirmed, report.tasks)}, the whole broken in {_share(report.broken, report.tasks)}, "
        f"the solution passes in {_share(report.solved, report.tasks)}. Faults alone earn {labels or '-'}.",
        soft_wrap=True,
        markup=False,
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "-"
