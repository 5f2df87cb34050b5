"""What a proof says: counts per operator and family, who survived, what cheats earned; read and written as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import StoreError
from ecot.envs.proof import Finding
from ecot.envs.stalling import Stalling
from ecot.envs.types import FrozenMap, Label

__all__ = [
    "DomainReport",
    "FamilyReport",
    "HackReport",
    "Survivor",
    "Tally",
    "file_name",
    "read_report",
    "report_of",
    "write_report",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Mutants, counted by what became of them.

    Attributes:
        not_built: did not compile, or broke a static rule; they count nowhere.
        killed: failed.
        equivalent: passed, and are proved to behave as the solution does.
        survived: passed without such a proof; they count against the judge.
        kept: whether the operators were withheld from whoever wrote the checks.
    """

    not_built: int = 0
    killed: int = 0
    equivalent: int = 0
    survived: int = 0
    kept: bool = False

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            not_built=self.not_built + other.not_built,
            killed=self.killed + other.killed,
            equivalent=self.equivalent + other.equivalent,
            survived=self.survived + other.survived,
            kept=self.kept and other.kept,
        )

    @property
    def generated(self) -> int:
        """Mutants that were built."""
        return self.killed + self.equivalent + self.survived

    @property
    def score(self) -> float:
        """The mutation score: killed / (generated - proved equivalent); 1 where there was nothing to kill."""
        return self.killed / (self.killed + self.survived) if self.killed + self.survived else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that passed; a hole in the checks, unless somebody finds a proof."""

    task_id: str
    index: int
    operator: str
    kind: str
    line: int
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HackReport:
    """What a cheat earned over the draws.

    Attributes:
        expected: the labels that its outcome may carry.
        reason: why it earns nothing.
        labels: how often each label came.
        score: the best that it earned.
        failures: one line for each draw on which the expectation was not met.
    """

    expected: tuple[str, ...]
    reason: str
    labels: Mapping[str, int]
    score: float
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyReport:
    """The proof of one family.

    Attributes:
        digest: of all that defines the family; another digest makes this report out of date.
        date: of the proof, ISO 8601.
        draws: ids of the tasks that were tried.
        solved: for how many of them every solution passed.
        failures: one line for each solution that did not.
        operators: tally by operator.
        labels: of the mutants that were killed.
        failing_scores: the best score of a candidate that did not pass, by its label.
        survivors: every one.
        hacks: by name.
    """

    digest: str
    date: str
    draws: tuple[str, ...]
    solved: int
    failures: tuple[str, ...]
    operators: Mapping[str, Tally]
    labels: Mapping[str, int]
    failing_scores: Mapping[str, float]
    survivors: tuple[Survivor, ...]
    hacks: Mapping[str, HackReport]

    @property
    def tally(self) -> Tally:
        """Over all operators."""
        return sum(self.operators.values(), Tally())

    @property
    def holds(self) -> bool:
        """Whether every solution passed and no cheat earned more than stated; survivors are judged by their share."""
        return not self.failures and not any(hack.failures for hack in self.hacks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainReport:
    """The proof of a domain.

    Attributes:
        env_id: of the domain.
        package_version: that proved it.
        toolchain: version by tool.
        sandbox: the mechanism.
        judge_digest: of the source that decided the verdicts, when the file was written.
        floor: what a candidate that is no solution may earn.
        stalling: of the default reward and budget.
        families: by name.
    """

    env_id: str
    package_version: str
    toolchain: Mapping[str, str]
    sandbox: str
    judge_digest: str
    floor: float
    stalling: Stalling
    families: Mapping[str, FamilyReport] = field(default_factory=FrozenMap)

    @property
    def tally(self) -> Tally:
        """Pooled over all families."""
        return sum((family.tally for family in self.families.values()), Tally())

    @property
    def operators(self) -> Mapping[str, Tally]:
        """Tally by operator over all families."""
        pooled: dict[str, Tally] = {}
        for family in self.families.values():
            for name, tally in family.operators.items():
                pooled[name] = pooled[name] + tally if name in pooled else tally
        return dict(sorted(pooled.items()))


def report_of(findings: Sequence[Finding], *, digest: str, date: str, floor: float) -> FamilyReport:
    """Count the findings of one family.

    Args:
        findings: of all trials of the family.
        digest: of the family.
        date: of the proof.
        floor: of the domain.
    """
    mutants = [item for item in findings if item.trial.mutation is not None]
    hacks = [item for item in findings if item.trial.hack is not None]
    solutions = [item for item in findings if item.trial.mutation is None and item.trial.hack is None]
    unsolved = {item.trial.task.id for item in solutions if not item.holds(floor=floor)}
    return FamilyReport(
        digest=digest,
        date=date,
        draws=tuple(dict.fromkeys(item.trial.task.id for item in solutions)),
        solved=len({item.trial.task.id for item in solutions} - unsolved),
        failures=tuple(_line(item) for item in solutions if not item.holds(floor=floor)),
        operators=_tallies(mutants),
        labels=dict(sorted(Counter(str(item.label) for item in mutants if item.status == "killed").items())),
        failing_scores=_failing_scores(findings),
        survivors=tuple(survivor for item in mutants if item.survived for survivor in _survivors(item)),
        hacks=_hacks(hacks, floor=floor),
    )


def _line(item: Finding) -> str:
    where = f" in {item.stage}: {item.message}" if item.stage else ""
    name = f" {item.trial.hack.name}" if item.trial.hack else ""
    return f"{item.trial.task.id}{name}: {item.label}, score {item.score:g}{where}"


def _tallies(mutants: Sequence[Finding]) -> Mapping[str, Tally]:
    tallies: dict[str, Tally] = {}
    for item in mutants:
        fault = item.trial.mutation
        if fault is not None:
            tally = Tally(kept=fault.kept, **{item.status: 1})
            tallies[fault.operator] = tallies[fault.operator] + tally if fault.operator in tallies else tally
    return tallies


def _failing_scores(findings: Sequence[Finding]) -> Mapping[str, float]:
    scores: dict[str, float] = {}
    for item in findings:
        if item.label is not Label.PASS:
            scores[str(item.label)] = max(scores.get(str(item.label), 0.0), item.score)
    return dict(sorted(scores.items()))


def _survivors(item: Finding) -> tuple[Survivor, ...]:
    fault = item.trial.mutation
    if fault is None:
        return ()
    where = {"task_id": item.trial.task.id, "operator": fault.operator, "kind": fault.kind, "diff": item.diff}
    return (Survivor(index=item.trial.index, line=fault.line, **where),)


def _hacks(findings: Sequence[Finding], *, floor: float) -> Mapping[str, HackReport]:
    grouped: dict[str, list[Finding]] = {}
    for item in findings:
        if item.trial.hack is not None:
            grouped.setdefault(item.trial.hack.name, []).append(item)
    reports = {}
    for name, group in grouped.items():
        hack = group[0].trial.hack
        if hack is not None:
            reports[name] = HackReport(
                expected=tuple(sorted(hack.labels)),
                reason=hack.reason,
                labels=dict(sorted(Counter(str(item.label) for item in group).items())),
                score=max(item.score for item in group),
                failures=tuple(_line(item) for item in group if not item.holds(floor=floor)),
            )
    return reports


def file_name(env_id: str) -> str:
    """Return the name of a domain's report.

    >>> file_name("ECoT/VerilogRepair-v0")
    'verilog_repair.json'
    """
    name = env_id.rpartition("/")[2].partition("-")[0]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() + ".json"


def read_report(path: Path) -> DomainReport | None:
    """Return the report in a file; None if there is no file.

    Raises:
        StoreError: the file holds something else.
    """
    try:
        return from_json(DomainReport, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StoreError(f"{path} is no report of `ecot verify`: {error}; delete it and verify again") from None


def write_report(path: Path, report: DomainReport) -> None:
    """Write a report, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(to_json(report), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)
