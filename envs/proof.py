"""Tasks prove themselves: the solution passes, its mutants fail, and cheats earn the floor, each for a stated reason.

A *trial* is one candidate with a stated expectation; a *finding* is what the real toolchain made of it. Findings go to
a journal as they come, so that a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from ecot.envs.backend import Backend
from ecot.envs.domain import Domain, Mutation
from ecot.envs.errors import StoreError, TaskError
from ecot.envs.provenance import judge_digest
from ecot.envs.sandbox import Cell, Sandbox
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task, digest

__all__ = [
    "NOT_BUILT",
    "SYNTAX_KINDS",
    "Finding",
    "Hack",
    "Journal",
    "ProvableSource",
    "Trial",
    "provable",
    "prove",
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

_IN_FLIGHT = 256
"""Requests that wait in the backend at once; bounds memory, not speed."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One candidate with what is expected of it: a solution, a mutant (`mutation`) or a hack (`hack`).

    Attributes:
        task: that it answers.
        source: its text.
        mutation: the fault, where it is a mutant.
        index: of the mutant among all of the solution.
        hack: the cheat, where it is one.
    """

    task: Task
    source: str
    mutation: Mutation | None = None
    index: int = 0
    hack: Hack | None = None

    @property
    def request(self) -> Request:
        """The question to the backend; the hidden seed is the task's own, fixed for ever."""
        seed = int.from_bytes(hashlib.sha256(f"proof:{self.task.id}".encode()).digest()[:4], "big") >> 1
        candidate = Candidate((File(self.task.bundle.entry, self.source),))
        return Request(task=self.task, candidate=candidate, hidden_seed=seed)


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
        return self.trial.mutation is not None and self.label is Label.PASS and not self.equivalent

    @property
    def status(self) -> str:
        """Of a mutant: `not_built`, `killed`, `equivalent` or `survived`."""
        if self.label in NOT_BUILT:
            return "not_built"
        if self.label is not Label.PASS:
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
        before, after = self.trial.task.solution[0].text.splitlines(), self.trial.source.splitlines()
        lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
        return "\n".join(line for line in lines if not line.startswith("@@"))


def trials(
    domain: Domain, source: ProvableSource, *, draws: int, mutants: int | None = None, offset: int = 0
) -> Iterator[Trial]:
    """Yield the trials of one family: a solution a draw, its mutants, every hack.

    Args:
        domain: of the family.
        source: that holds this family alone.
        draws: how many, spread evenly over the family.
        mutants: how many a draw, spread evenly over those that can count; None for all.
        offset: index of the first draw.
    """
    ids = source.ids(None)
    step = max(1, len(ids) // draws)
    for task_id in [ids[(offset + position * step) % len(ids)] for position in range(min(draws, len(ids)))]:
        task = source[task_id]
        yield Trial(task=task, source=task.solution[0].text)
        faults = list(enumerate(domain.mutate(task.solution[0].text) if domain.mutate else ()))
        if mutants is not None:
            faults = [item for item in faults if item[1].kind not in SYNTAX_KINDS]
            faults = [
                faults[(2 * place + 1) * len(faults) // (2 * mutants)] for place in range(min(mutants, len(faults)))
            ]
        for index, fault in faults:
            yield Trial(task=task, source=fault.source, mutation=fault, index=index)
        for hack in source.hacks(task_id):
            yield Trial(task=task, source=hack.source, hack=hack)


class Journal:
    """Findings on disk, one JSON line each, by the digest of all that decides them.

    Args:
        path: of the file; a torn last line is cut off. None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[str, object]] = {}
        if path is not None and path.exists():
            self._load(path)

    def _load(self, path: Path) -> None:
        whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                entry = json.loads(line)
                self._known.setdefault(entry["key"], {}).update(entry)  # type: ignore[attr-defined]
            except (ValueError, KeyError, TypeError):
                raise StoreError(f"{path}, line {number}: no finding; delete the file to begin anew") from None
        path.write_text(whole + "\n" if whole else "", encoding="utf-8")

    def get(self, key: str) -> Mapping[str, object]:
        """What is known under a key; empty if nothing is."""
        return self._known.get(key, {})

    def add(self, key: str, entry: Mapping[str, object]) -> None:
        """Keep an entry, merged into what is known under its key."""
        with self._lock:
            self._known[key] = {**self._known.get(key, {}), **entry}
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": key, **entry}, sort_keys=True) + "\n")

    def remove(self) -> None:
        """Delete the file: the run is complete."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def prove(
    domain: Domain,
    planned: Sequence[Trial],
    *,
    backend: Backend,
    sandbox: Sandbox,
    workers: int,
    journal: Journal | None = None,
    on_finding: Callable[[Trial], None] = lambda trial: None,
) -> tuple[Finding, ...]:
    """Judge trials and try to prove the mutants that pass equivalent; findings come in the order of the trials.

    Args:
        domain: of the trials.
        planned: what to judge.
        backend: that runs them for real.
        sandbox: confines the prover.
        workers: provers at a time.
        journal: where findings are looked up first and kept.
        on_finding: called as each trial is judged.

    Raises:
        EcotError: a trial could not be judged; what was judged before is in the journal.
    """
    journal = journal or Journal(None)
    judged = _judge_all(domain, planned, backend=backend, journal=journal, on_finding=on_finding)
    passing = [index for index, finding in enumerate(judged) if finding.survived]
    prover = _Prover(domain, sandbox, journal)
    try:
        with ThreadPoolExecutor(workers, thread_name_prefix="ecot-prover") as executor:
            verdicts = list(executor.map(prover.equivalent, [judged[index].trial for index in passing]))
    finally:
        prover.close()
    for index, verdict in zip(passing, verdicts, strict=True):
        judged[index] = replace(judged[index], equivalent=verdict)
    return tuple(judged)


def _key(domain: Domain, trial: Trial) -> str:
    request = trial.request
    return digest(
        [domain.id, judge_digest(domain), digest(request.task), request.candidate.digest, request.hidden_seed]
    )


def _judge_all(
    domain: Domain,
    planned: Sequence[Trial],
    *,
    backend: Backend,
    journal: Journal,
    on_finding: Callable[[Trial], None],
) -> list[Finding]:
    found: dict[int, Finding] = {}
    waiting: dict[Future[Outcome], int] = {}

    def collect(limit: int) -> None:
        while len(waiting) > limit:
            broken: BaseException | None = None
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                index = waiting.pop(future)
                broken = broken or future.exception()
                if future.exception() is None:
                    found[index] = _kept(domain, planned[index], future.result(), journal)
                    on_finding(planned[index])
            if broken is not None:
                raise broken

    try:
        for index, trial in enumerate(planned):
            known = journal.get(_key(domain, trial))
            if known:
                found[index] = _recalled(trial, known)
                on_finding(trial)
            else:
                waiting[backend.submit(trial.request)] = index
                collect(_IN_FLIGHT)
        collect(0)
    finally:
        for future in waiting:
            future.cancel()
    return [found[index] for index in range(len(planned))]


def _kept(domain: Domain, trial: Trial, outcome: Outcome, journal: Journal) -> Finding:
    """The finding of an outcome, once it is in the journal."""
    failed = outcome.failure
    message = failed.diagnostics[0].message.splitlines()[0][:200] if failed and failed.diagnostics else ""
    finding = Finding(
        trial=trial,
        label=outcome.label,
        score=domain.score(outcome),
        stage=failed.name if failed else "",
        message=message,
    )
    entry = {"label": str(finding.label), "score": finding.score, "stage": finding.stage, "message": message}
    journal.add(_key(domain, trial), entry)
    return finding


def _recalled(trial: Trial, known: Mapping[str, object]) -> Finding:
    return Finding(
        trial=trial,
        label=Label(str(known["label"])),
        score=float(str(known["score"])),
        stage=str(known["stage"]),
        message=str(known["message"]),
    )


class _Prover:
    """Asks the domain whether mutants are equivalent, each thread in a cell of its own."""

    def __init__(self, domain: Domain, sandbox: Sandbox, journal: Journal) -> None:
        self._domain, self._sandbox, self._journal = domain, sandbox, journal
        self._local = threading.local()
        self._lock = threading.Lock()
        self._cells: list[Cell] = []

    def equivalent(self, trial: Trial) -> bool | None:
        key = _key(self._domain, trial)
        known = self._journal.get(key)
        if "equivalent" in known:
            answer = known["equivalent"]
            return answer if isinstance(answer, bool) else None
        verdict = self._ask(trial) if self._domain.equivalent else None
        self._journal.add(key, {"equivalent": verdict})
        return verdict

    def _ask(self, trial: Trial) -> bool | None:
        if self._domain.equivalent is None:
            return None
        solved = Trial(task=trial.task, source=trial.task.solution[0].text).request
        with self._cell().workspace(solved.effective_limits) as workspace:
            return self._domain.equivalent(workspace, solved, trial.source)

    def _cell(self) -> Cell:
        if not hasattr(self._local, "cell"):
            self._local.cell = self._sandbox.cell(preload=self._domain.preload)
            with self._lock:
                self._cells.append(self._local.cell)
        cell: Cell = self._local.cell
        return cell

    def close(self) -> None:
        for cell in self._cells:
            cell.close()
