"""Tasks prove themselves: the solution passes, its mutants fail, and cheats earn the floor, each for a stated reason.

A *trial* is one candidate with a stated expectation; a *finding* is what the real toolchain made of it. `proof_run.py`
turns the one into the other, `proof_report.py` counts.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ecot.envs.domain import Domain, Mutation, decisive_stages
from ecot.envs.errors import TaskError
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Candidate, File, Label, Request, Task

__all__ = [
    "NOT_BUILT",
    "SYNTAX_KINDS",
    "Finding",
    "Hack",
    "ManySolutions",
    "ProvableSource",
    "Trial",
    "provable",
    "trials",
]

NOT_BUILT = frozenset({Label.COMPILATION_ERROR, Label.LINK_ERROR, Label.REJECTED, Label.FORMAT_ERROR})
"""Labels of a mutant that is no program: it is left out of the mutation score."""

SYNTAX_KINDS = frozenset(
    {
        "missing_semicolon",
        "missing_end",
        "unclosed_brackets",
        "illegal_keyword_usage",
        "invalid_literal_format",
        "undeclared_identifier",
        "undefined_module",
        "type_error",
    }
)
"""Classes of fault that keep code from building: for repair tasks and scripted agents, not for a sample of mutants."""


@runtime_checkable
class Hack(Protocol):
    """A candidate that must not earn more than the floor."""

    @property
    def name(self) -> str:
        """What it is called in a report."""

    @property
    def source(self) -> str:
        """Its text."""

    @property
    def labels(self) -> frozenset[Label]:
        """The labels that its outcome may carry."""

    @property
    def reason(self) -> str:
        """Why it earns nothing."""


@runtime_checkable
class ProvableSource(TaskSource, Protocol):
    """A task source whose families can be proved one by one: its constructor takes a family's name for those alone."""

    def families(self) -> Mapping[str, str]:
        """The families by name, each with a digest of all that defines it."""

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats and near-misses kept for a task."""


def provable(domain: Domain, path: str = "") -> ProvableSource:
    """Return the default task source of a domain, for some families or all.

    Raises:
        TaskError: the source has no families to prove.
    """
    source = domain.sources[domain.default_source](path)
    if not isinstance(source, ProvableSource):
        raise TaskError(f"the tasks {domain.default_source!r} of {domain.id} have no families that prove themselves")
    return source


@runtime_checkable
class ManySolutions(Protocol):
    """A source that knows more than one right answer to a task."""

    def further_solutions(self, task_id: str) -> Sequence[str]:
        """Right answers that are not the task's solution, such as the same part built by other means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One candidate with what is expected of it: a solution, a mutant (`mutation`) or a hack (`hack`).

    Attributes:
        task: that it answers.
        source: its text.
        mutation: the fault, where it is a mutant.
        index: of the mutant among all of the solution.
        hack: the cheat, where it is one.
        stages: to judge it by; None for all.
    """

    task: Task
    source: str
    mutation: Mutation | None = None
    index: int = 0
    hack: Hack | None = None
    stages: tuple[str, ...] | None = None

    @property
    def unchanged(self) -> str:
        """What a mutant was made of: the solution, or what a tool made of that."""
        return (self.mutation.base if self.mutation else "") or self.task.solution[0].text

    @property
    def request(self) -> Request:
        """The question to the backend; the hidden seed is the task's own, fixed for ever."""
        seed = int.from_bytes(hashlib.sha256(f"proof:{self.task.id}".encode()).digest()[:4], "big") >> 1
        candidate = Candidate((File(self.task.bundle.entry, self.source),))
        return Request(task=self.task, candidate=candidate, hidden_seed=seed, stages=self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of a trial.

    Attributes:
        trial: the candidate.
        label: of its outcome.
        score: that it earned.
        stage: that failed; empty where none did.
        message: first line of the first diagnostic.
        equivalent: whether a mutant that passed is proved to behave as the solution; None where that is undecided.
    """

    trial: Trial
    label: Label
    score: float
    stage: str = ""
    message: str = ""
    equivalent: bool | None = None

    @property
    def survived(self) -> bool:
        """Whether it is a mutant that passed and is not proved equivalent."""
        return self.trial.mutation is not None and self._right and not self.equivalent

    @property
    def _right(self) -> bool:
        """Whether it passed what it was judged by."""
        return self.label is Label.PASS or (self.trial.stages is not None and self.label is Label.UNVERIFIED)

    @property
    def status(self) -> str:
        """Of a mutant: `not_built`, `killed`, `equivalent` or `survived`."""
        if self.label in NOT_BUILT:
            return "not_built"
        if not self._right:
            return "killed"
        return "equivalent" if self.equivalent else "survived"

    def holds(self, *, floor: float) -> bool:
        """Whether the expectation is met; for a mutant, whether it did not survive."""
        if self.trial.hack is not None:
            return self.label in self.trial.hack.labels and self.label is not Label.PASS and self.score <= floor
        if self.trial.mutation is not None:
            return not self.survived
        return self.label is Label.PASS and self.score == 1.0

    @property
    def diff(self) -> str:
        """The changed lines of a mutant, as `-` and `+`."""
        before, after = self.trial.unchanged.splitlines(), self.trial.source.splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
        return "\n".join(line for line in lines if not line.startswith("@@"))


def trials(
    domain: Domain, source: ProvableSource, *, draws: int, mutants: int | None = None, offset: int = 0
) -> Iterator[Trial]:
    """Yield the trials of one family: every solution of a draw, mutants of the first, every hack.

    Args:
        domain: of the family.
        source: that holds this family alone.
        draws: how many, spread evenly over the family.
        mutants: how many a draw, spread evenly over those that can count; None for all.
        offset: index of the first draw.
    """
    ids = source.ids(None)
    step = max(1, len(ids) // draws)
    decisive = decisive_stages(domain)
    for task_id in [ids[(offset + position * step) % len(ids)] for position in range(min(draws, len(ids)))]:
        task = source[task_id]
        yield Trial(task=task, source=task.solution[0].text)
        for other in source.further_solutions(task_id) if isinstance(source, ManySolutions) else ():
            yield Trial(task=task, source=other)
        faults = list(enumerate(domain.mutate(task.solution[0].text) if domain.mutate else ()))
        if mutants is not None:
            faults = [item for item in faults if item[1].kind not in SYNTAX_KINDS]
            faults = [
                faults[(2 * place + 1) * len(faults) // (2 * mutants)] for place in range(min(mutants, len(faults)))
            ]
        for index, fault in faults:
            yield Trial(task=task, source=fault.source, mutation=fault, index=index, stages=decisive)
        for hack in source.hacks(task_id):
            yield Trial(task=task, source=hack.source, hack=hack)
