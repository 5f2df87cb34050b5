"""Finds out with the real toolchain which faults break a design, each by itself and in combination.

Nothing here runs while anybody plays: `ecot confirm` writes what it finds into a table, and repair tasks are made of
tables alone. So a repair task that exists was confirmed, and needs no tool to be built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from ecot.envs.backend import Backend
from ecot.envs.domain import Domain, Mutation, decisive_stages, domain_of
from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.fault_tables import TaskFaults, apart, combined, fault_key
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task

__all__ = ["BROKEN", "COMBINATIONS", "MOST_FAULTS", "Confirmed", "breaks", "confirm", "faults_of"]

BROKEN = frozenset(
    {
        Label.COMPILATION_ERROR,
        Label.LINK_ERROR,
        Label.RUNTIME_ERROR,
        Label.MEMORY_FAULT,
        Label.MISMATCH,
        Label.SYNTHESIS_ERROR,
        Label.GEOMETRY_ERROR,
    }
)
"""Labels that confirm a fault. A time-out or another limit is left out: it would cost seconds in every episode."""
MOST_FAULTS = 4
"""In one repair task."""
COMBINATIONS = 16
"""Repair tasks per task of the base domain at most: as many of one fault as of two, three and four."""
Key = TypeVar("Key", bound=Hashable)

_TRIED = 3
"""Faults of one type that are tried per task."""
_KEPT = 2
"""Confirmed faults of one type that are kept per task."""
_SEEDS = 2
"""Hidden seeds under which a fault that only shows in simulation must break the design."""
_TRIES = 3
"""How often a request is put to the backend before a fault of the host ends the run."""
_DRAWS = 12
"""Attempts to find a combination of a size that is new and whose faults lie apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What was found out about one task.

    Attributes:
        faults: for the table.
        candidates: faults that were tried.
        harmless: of these, the ones that did not break the design, or only by a limit or a static rule.
        together: combinations that were tried.
        cancelled: of these, the ones whose faults undid each other.
    """

    faults: TaskFaults
    candidates: int
    harmless: int
    together: int
    cancelled: int


def faults_of(domain: Domain, source: str) -> Mapping[str, Mutation]:
    """Return every fault that repair tasks may hold, by its key.

    Raises:
        TaskError: the domain seeds none.
    """
    seed = domain.seed or domain.mutate
    if seed is None:
        raise TaskError(f"{domain.id} cannot seed faults; give its Domain a `mutate`")
    return {fault_key(fault): fault for fault in seed(source)}


def breaks(outcome: Outcome) -> bool:
    """Whether an outcome confirms that the code is broken."""
    return outcome.label in BROKEN


def confirm(domain: Domain, task: Task, backend: Backend) -> Confirmed:
    """Try faults of every type in a task's solution, then combinations of those that break it.

    Args:
        domain: of the task.
        task: with a solution of one file.
        backend: that runs them for real.

    Raises:
        TaskError: the task has no such solution.
        EcotError: the host is at fault.
    """
    if len(task.solution) != 1:
        raise TaskError(f"{task.id!r} has no single solution file to seed a fault into")
    solution = task.solution[0].text
    tried = _candidates(task.id, faults_of(domain, solution))
    sources = {key: fault.source for key, fault in tried.items()}
    found = _broken(task, sources, backend)
    kept = _kept({key: fault for key, fault in tried.items() if key in found})
    keys = list(kept)
    drawn = _combinations(task.id, solution, [kept[key] for key in keys])
    texts = {
        combination: combined(solution, [kept[keys[place]].source for place in combination]).text
        for combination in drawn
        if len(combination) > 1
    }
    fails = _broken(task, texts, backend)
    good = tuple(item for item in drawn if len(item) == 1 or item in fails)
    return Confirmed(
        faults=TaskFaults(faults=tuple(keys), combinations=good),
        candidates=len(tried),
        harmless=len(tried) - len(found),
        together=len(texts),
        cancelled=len(texts) - len(fails),
    )


def _candidates(task_id: str, faults: Mapping[str, Mutation]) -> Mapping[str, Mutation]:
    """A few faults of every type; which, the task decides."""
    chosen: dict[str, Mutation] = {}
    for kind in sorted({fault.kind for fault in faults.values()}):
        keys = [key for key, fault in faults.items() if fault.kind == kind]
        order = sorted(keys, key=lambda key: _hash(task_id, key))
        # One of each operator first, so that rare operators are seen.
        first = list({faults[key].operator: key for key in reversed(order)}.values())
        order = [*sorted(first, key=order.index), *(key for key in order if key not in first)]
        chosen.update({key: faults[key] for key in order[:_TRIED]})
    return chosen


def _kept(broken: Mapping[str, Mutation]) -> Mapping[str, Mutation]:
    kept: dict[str, Mutation] = {}
    for key, fault in broken.items():
        if sum(other.kind == fault.kind for other in kept.values()) < _KEPT:
            kept[key] = fault
    return kept


def _combinations(task_id: str, solution: str, faults: Sequence[Mutation]) -> list[tuple[int, ...]]:
    """Sets of faults of different types that lie apart, drawn by the task; sizes take turns from 1 to the most."""
    random, found = Random(f"repair:{task_id}"), list[tuple[int, ...]]()
    kinds = sorted({fault.kind for fault in faults})
    for turn in range(COMBINATIONS):
        size = min(1 + turn % MOST_FAULTS, len(kinds))
        for _ in range(_DRAWS if size else 0):
            types = random.sample(kinds, size)
            places = [random.choice([p for p, fault in enumerate(faults) if fault.kind == kind]) for kind in types]
            combination = tuple(sorted(places))
            if combination not in found and apart(solution, [faults[place].source for place in combination]):
                found.append(combination)
                break
    return found


def _broken(task: Task, sources: Mapping[Key, str], backend: Backend) -> set[Key]:
    """The keys of the sources that fail; those that only show in simulation, under every one of a few hidden seeds."""
    first = _judged(task, sources, backend, turn=0)
    failed = {key for key, outcome in first.items() if breaks(outcome)}
    seen = {key: sources[key] for key in sources if first[key].label is Label.MISMATCH}
    for turn in range(1, _SEEDS):
        failed -= {key for key, outcome in _judged(task, seen, backend, turn=turn).items() if not breaks(outcome)}
    return failed


def _judged(task: Task, sources: Mapping[Key, str], backend: Backend, *, turn: int) -> Mapping[Key, Outcome]:
    seed = int.from_bytes(_hash(task.id, f"seed {turn}")[:4], "big") >> 1
    requests: dict[Key, Request] = {}
    for key, text in sources.items():
        candidate = Candidate((File(task.bundle.entry, text),))
        stages = decisive_stages(domain_of(task.env_id))
        requests[key] = Request(task=task, candidate=candidate, hidden_seed=seed, stages=stages)
    waiting = {key: backend.submit(request) for key, request in requests.items()}
    return {key: _outcome(future, requests[key], backend) for key, future in waiting.items()}


def _outcome(future: Future[Outcome], request: Request, backend: Backend) -> Outcome:
    """What came of a request, put to the backend again where a busy machine starved it."""
    for _ in range(_TRIES - 1):
        try:
            return future.result()
        except SandboxError:
            future = backend.submit(request)
    return future.result()


def _hash(task_id: str, key: str) -> bytes:
    return hashlib.sha256(f"repair:{task_id}:{key}".encode()).digest()
