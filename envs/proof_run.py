"""Runs a proof: trials go to the backend, survivors to the domain's prover, and findings to a journal as they come.

A run that was killed goes on where it stopped, because the journal is read first.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ecot.envs.backend import Backend
from ecot.envs.domain import Domain, decisive_stages
from ecot.envs.errors import SandboxError, StoreError
from ecot.envs.proof import Finding, Trial
from ecot.envs.provenance import judge_digest
from ecot.envs.sandbox import Cell, Sandbox
from ecot.envs.types import Label, Outcome, digest

__all__ = ["Journal", "prove", "tool_trials"]

_IN_FLIGHT = 256
"""Requests that wait in the backend at once; bounds memory, not speed."""
_TRIES = 3
"""How often a trial is put to the backend before a fault of the host ends the run."""


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


def tool_trials(domain: Domain, planned: Sequence[Trial], *, sandbox: Sandbox, mutants: int) -> tuple[Trial, ...]:
    """Return trials of mutants that only the domain's tools make, for every solution among some trials.

    Args:
        domain: of the trials.
        planned: those of one family, mutants included, whose numbering goes on.
        sandbox: confines the tools.
        mutants: of the family, shared out among its draws.

    Raises:
        TaskError: the tools cannot read a solution.
        SandboxError: the host is at fault.
    """
    plain = [trial for trial in planned if trial.mutation is None and trial.hack is None]
    solutions = [trial for trial in plain if trial.source == trial.task.solution[0].text]
    if domain.tool_mutants is None or not solutions:
        return ()
    share, made = -(-mutants // len(solutions)), list[Trial]()
    with closing(sandbox.cell(preload=domain.preload)) as cell:
        for trial in solutions:
            taken = [item.index for item in planned if item.mutation is not None and item.task.id == trial.task.id]
            with cell.workspace(trial.request.effective_limits) as workspace:
                faults = domain.tool_mutants(workspace, trial.request, share)
            first = max(taken, default=-1) + 1
            made += [
                Trial(task=trial.task, source=fault.source, mutation=fault, index=index, stages=decisive_stages(domain))
                for index, fault in enumerate(faults, start=first)
            ]
    return tuple(made)


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
    tries: Counter[int] = Counter()

    def collect(limit: int) -> None:
        while len(waiting) > limit:
            broken: BaseException | None = None
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                index = waiting.pop(future)
                error = future.exception()
                if error is None:
                    found[index] = _kept(domain, planned[index], future.result(), journal)
                    on_finding(planned[index])
                elif isinstance(error, SandboxError) and tries[index] < _TRIES:
                    submit(index)
                else:
                    broken = broken or error
            if broken is not None:
                raise broken

    def submit(index: int) -> None:
        tries[index] += 1
        waiting[backend.submit(planned[index].request)] = index

    try:
        for index, trial in enumerate(planned):
            known = journal.get(_key(domain, trial))
            if known:
                found[index] = _recalled(trial, known)
                on_finding(trial)
            else:
                submit(index)
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
        # A mutant of what a tool made of the solution is compared with that: nobody asks whether the tool is right.
        task = replace(trial.task, solution=(replace(trial.task.solution[0], text=trial.unchanged),))
        solved = Trial(task=task, source=trial.unchanged).request
        for tries in range(1, _TRIES + 1):
            try:
                with self._cell().workspace(solved.effective_limits) as workspace:
                    return self._domain.equivalent(workspace, solved, trial.source)
            except SandboxError:
                if tries == _TRIES:
                    raise
                vars(self._local).pop("cell", None)  # it may be gone; `close` ends it in any case
        return None

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
