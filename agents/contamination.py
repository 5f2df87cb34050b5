"""What must not be trained on: tasks of the evaluation splits and frozen sets, code with the structure of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property

from ecot.agents.exports import Episode
from ecot.agents.replies import code_of
from ecot.agents.structure import structure_of
from ecot.envs.domain import domain_of
from ecot.envs.env import open_tasks
from ecot.envs.errors import EcotError
from ecot.envs.frozen import frozen_names, frozen_set
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Task, Trajectory

EVALUATION_SPLITS = ("test", "test_families")


class Sieve:
    """Keeps what may be trained on, once each.

    Attributes:
        dropped: episodes left out, by reason.
    """

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self._seen: set[tuple[str, ...]] = set()
        self._known: dict[str, _Evaluated] = {}

    def passes(self, item: Episode) -> bool:
        """Whether an episode may be trained on; counts why where not."""
        reason = self._reason(item)
        if reason:
            self.dropped[reason] += 1
        return not reason

    def _reason(self, item: Episode) -> str:
        trajectory = item.trajectory
        if trajectory.error:
            return "broken on our side"
        if trajectory.env_id not in self._known:
            self._known[trajectory.env_id] = _Evaluated(trajectory.env_id)
        known = self._known[trajectory.env_id]
        if trajectory.task_id in known.frozen_ids:
            return "task of a frozen evaluation set"
        if split := _split_of(trajectory):
            return f"task of split {split}"
        domain = domain_of(trajectory.env_id)
        codes = [code_of(turn.action, trajectory.env_id) for turn in trajectory.turns]
        structures = tuple(structure_of(code, domain) if code else "" for code in codes)
        if item.solved is not None and structures[len(item.solved.turns) - 1] in known.structures:
            return "same structure as a solution of a frozen evaluation set"
        key = (trajectory.env_id, *structures)
        if any(structures) and key in self._seen:
            return "same structures as another episode"
        self._seen.add(key)
        return ""


class _Evaluated:
    """The frozen sets of one environment, read when first asked for."""

    def __init__(self, env_id: str) -> None:
        self._env_id = env_id

    @cached_property
    def frozen_ids(self) -> frozenset[str]:
        names = frozen_names(self._env_id)
        return frozenset(task_id for name in names for task_id in frozen_set(name, self._env_id).members)

    @cached_property
    def structures(self) -> frozenset[str]:
        domain = domain_of(self._env_id)
        found: set[str] = set()
        for name in frozen_names(self._env_id):
            frozen = frozen_set(name, self._env_id)
            source = open_tasks(domain, frozen.tasks)
            for task_id in frozen.members:
                found |= {structure_of(item.text, domain) for item in source[task_id].solution}
        return frozenset(found)


def task_of(trajectory: Trajectory) -> Task | None:
    """Return the task of a trajectory; None where its source is not here, or holds another task by now."""
    source = _source_of(trajectory.env_id, str(trajectory.provenance.config.get("tasks", "")))
    try:
        return source[trajectory.task_id] if source is not None else None
    except EcotError:
        return None


def _split_of(trajectory: Trajectory) -> str:
    tasks = str(trajectory.provenance.config.get("tasks", ""))
    members = _evaluation_ids(trajectory.env_id, tasks)
    return next((split for split, ids in members.items() if trajectory.task_id in ids), "")


@cache
def _evaluation_ids(env_id: str, tasks: str) -> Mapping[str, frozenset[str]]:
    source = _source_of(env_id, tasks)
    return {split: frozenset(source.ids(split)) for split in EVALUATION_SPLITS} if source is not None else {}


@cache
def _source_of(env_id: str, tasks: str) -> TaskSource | None:
    try:
        return open_tasks(domain_of(env_id), tasks or None)
    except EcotError:
        return None
