"""The sampler: which task a group of episodes plays next, by weight, by what was passed so far, without lock-step.

Tasks lie in cells: an environment, a family, a level. A cell is drawn by its weight times its interest, which is full
while the share of passes lies between `low` and `high` or too few episodes are known, and small outside: what is always
or never passed teaches little, but may not stay so. A group whose members all earned the same is replaced by another,
as long as there is budget. Nothing is kept beside the store: fed with the trajectories of a stored run, a sampler goes
on where that run was killed, missing members of a group first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from random import Random

from ecot.agents.rollout import EpisodePlan, group_seed_of
from ecot.envs.errors import ConfigError
from ecot.envs.tasks import TaskSource, permuted
from ecot.envs.types import Trajectory

_DULL = 0.05
"""Interest in a cell that is always or never passed."""
_ENOUGH = 8
"""Episodes of a cell from which on its share of passes counts."""
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How much of what is played.

    Attributes:
        environments: weight by id; what is not named is not played.
        families: weight by name or pattern (`uart_*`), the first that fits; 1 for the rest.
        levels: weight by level; 1 for the rest.

    Raises:
        ConfigError: a weight is negative, or none is above 0.
    """

    environments: Mapping[str, float]
    families: Mapping[str, float] = field(default_factory=dict)
    levels: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weights = [*self.environments.values(), *self.families.values(), *self.levels.values()]
        if any(weight < 0 for weight in weights) or not any(weight > 0 for weight in self.environments.values()):
            raise ConfigError(f"weights must not be negative, and one environment must have one above 0: {self}")

    def weight(self, cell: Cell) -> float:
        """Return the weight of a cell among those of its environment."""
        fits = (weight for pattern, weight in self.families.items() if fnmatchcase(cell.family, pattern))
        return next(fits, 1.0) * self.levels.get(cell.level, 1.0)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Tasks that are alike."""

    env_id: str
    family: str
    level: int


@dataclass(slots=True)
class _Record:
    """What is known of a cell."""

    task_ids: Sequence[str]
    tried: int = 0
    passed: int = 0
    drawn: int = 0


@dataclass(slots=True)
class _Group:
    """A group under way."""

    plan: EpisodePlan
    cell: Cell
    issued: int = 0
    returns: dict[int, float] = field(default_factory=dict)
    broken: int = 0


class Sampler:
    """Yields plans; between two of them it is told what came of others. None means: nothing now, ask again.

    Args:
        sources: task source by environment id.
        split: that tasks are of; None for all.
        mix: weights.
        groups: useful groups to play; all of them where `refill` is off.
        samples: episodes a group.
        seed: of all draws.
        low: share of passes below which a cell is dull.
        high: share of passes above which it is.
        refill: whether a group without variance is replaced.
        most: groups at most, useful or not, as a multiple of `groups`.

    Attributes:
        groups: to be useful.
        useful: groups done that count.
        flat: groups done without variance.

    Raises:
        ConfigError: an argument does not fit, or there is no task.
    """

    def __init__(
        self,
        sources: Mapping[str, TaskSource],
        *,
        split: str | None,
        mix: Mix,
        groups: int,
        samples: int,
        seed: int = 0,
        low: float = 0.1,
        high: float = 0.9,
        refill: bool = True,
        most: float = 4.0,
    ) -> None:
        if not 0 <= low < high <= 1:
            raise ConfigError(f"the curriculum keeps what lies between low {low!r} and high {high!r}, within [0, 1]")
        if groups < 1 or samples < 1 or most < 1:
            raise ConfigError(f"groups {groups!r}, samples {samples!r} and most {most!r} must be at least 1")
        if refill and samples < 2:
            raise ConfigError("a group of one episode has no variance; set samples to 2 or more, or refill to false")
        missing = sorted(set(mix.environments) - set(sources))
        if missing:
            raise ConfigError(f"the mix names {missing[0]!r}, which has no task source here")
        self.groups = groups
        self.useful = self.flat = 0
        self._mix, self._samples, self._seed = mix, samples, seed
        self._low, self._high, self._refill = low, high, refill
        self._budget = int(groups * most)
        self._records = _cells(sources, mix, split)
        self._cell_of: dict[tuple[str, str], Cell] = {}
        self._open: dict[tuple[str, int], _Group] = {}
        self._seeds: set[int] = set()
        self._number = 0

    def rates(self) -> Mapping[Cell, tuple[int, int]]:
        """Passes and episodes by cell, of those that were played."""
        return {cell: (record.passed, record.tried) for cell, record in self._records.items() if record.tried}

    def interest(self, cell: Cell) -> float:
        """How much there is to learn from a cell, in (0, 1]."""
        record = self._records[cell]
        if record.tried < _ENOUGH:
            return 1.0
        return 1.0 if self._low <= record.passed / record.tried <= self._high else _DULL

    def resume(self, stored: Iterable[Trajectory]) -> None:
        """Take in what was played before; call it ahead of the first plan."""
        for trajectory in stored:
            key = (trajectory.env_id, trajectory.seed)
            cell = self._cell(trajectory.env_id, trajectory.task_id)
            if cell is None or trajectory.error:
                continue
            if key not in self._open:
                plan = EpisodePlan(env_id=trajectory.env_id, task_id=trajectory.task_id, seed=trajectory.seed)
                self._open[key] = _Group(plan, cell)
                self._seeds.add(trajectory.seed)
                self._records[cell].drawn += 1
            self._take(key, trajectory)
        for group in self._open.values():
            group.issued = 0

    def observe(self, trajectory: Trajectory) -> None:
        """Take in an episode that ended."""
        key = (trajectory.env_id, trajectory.seed)
        if key in self._open:
            self._take(key, trajectory)

    def __iter__(self) -> Iterator[EpisodePlan | None]:
        yield from self._missing()
        while self._wanted():
            if self._may_begin():
                yield from self._begin()
            else:
                yield None

    def draws(self) -> Iterator[EpisodePlan]:
        """Yield the first plan of each group, all that are wanted, without being told what came of any."""
        for _ in range(self.groups):
            plan = next(self._begin())
            del self._open[plan.env_id, plan.seed]
            yield plan

    def _missing(self) -> Iterator[EpisodePlan]:
        """The members that a killed run left out."""
        for group in list(self._open.values()):
            for index in range(self._samples):
                if index not in group.returns:
                    group.issued += 1
                    yield replace(group.plan, sample_index=index)

    def _wanted(self) -> bool:
        done = self.useful + (0 if self._refill else self.flat)
        return done < self.groups and (bool(self._open) or self._begun() < self._budget)

    def _may_begin(self) -> bool:
        done = self.useful + (0 if self._refill else self.flat)
        return done + len(self._open) < self.groups and self._begun() < self._budget

    def _begun(self) -> int:
        return self.useful + self.flat + len(self._open)

    def _begin(self) -> Iterator[EpisodePlan]:
        seed = self._next_seed()
        cell = self._draw(Random(seed))
        record = self._records[cell]
        turn, position = divmod(record.drawn, len(record.task_ids))
        record.drawn += 1
        task_id = record.task_ids[permuted(position, len(record.task_ids), f"{self._seed}:{turn}:{cell}")]
        plan = EpisodePlan(env_id=cell.env_id, task_id=task_id, seed=seed)
        group = self._open[cell.env_id, seed] = _Group(plan, cell)
        for index in range(self._samples):
            group.issued += 1
            yield replace(plan, sample_index=index)

    def _next_seed(self) -> int:
        while True:
            seed = group_seed_of(self._seed, self._number)
            self._number += 1
            if seed not in self._seeds:
                self._seeds.add(seed)
                return seed

    def _draw(self, random: Random) -> Cell:
        environments = [env_id for env_id, weight in self._mix.environments.items() if weight > 0]
        weights = [self._mix.environments[env_id] for env_id in environments]
        env_id = random.choices(environments, weights)[0]
        cells = [cell for cell in self._records if cell.env_id == env_id]
        return random.choices(cells, [self._mix.weight(cell) * self.interest(cell) for cell in cells])[0]

    def _take(self, key: tuple[str, int], trajectory: Trajectory) -> None:
        group = self._open[key]
        if trajectory.error:
            group.broken += 1
        else:
            group.returns[trajectory.sample_index] = trajectory.total_reward
            self._records[group.cell].tried += 1
            self._records[group.cell].passed += trajectory.passed
        if len(group.returns) + group.broken < self._samples:
            return
        del self._open[key]
        values = list(group.returns.values())
        if values and (not self._refill or max(values) - min(values) > _EQUAL):
            self.useful += 1
        else:
            self.flat += 1

    def _cell(self, env_id: str, task_id: str) -> Cell | None:
        if not self._cell_of:
            for cell, record in self._records.items():
                self._cell_of.update(dict.fromkeys(((cell.env_id, item) for item in record.task_ids), cell))
        return self._cell_of.get((env_id, task_id))


def _cells(sources: Mapping[str, TaskSource], mix: Mix, split: str | None) -> dict[Cell, _Record]:
    """Tasks by cell. One task a family is built to learn its level, where ids name families."""
    members: dict[Cell, list[str]] = {}
    for env_id, weight in mix.environments.items():
        levels: dict[str, int] = {}
        for task_id in sources[env_id].ids(split) if weight > 0 else ():
            family, named, _ = task_id.partition("@")
            key = family if named else task_id
            if key not in levels:
                levels[key] = sources[env_id][task_id].level
            cell = Cell(env_id, family if named else "", levels[key])
            if mix.weight(cell) > 0:
                members.setdefault(cell, []).append(task_id)
    empty = [env_id for env_id, weight in mix.environments.items() if weight > 0 and env_id not in _envs_of(members)]
    if empty:
        raise ConfigError(f"{empty[0]} has no task of split {split!r} with a weight above 0; name another split")
    return {cell: _Record(task_ids) for cell, task_ids in sorted(members.items())}


def _envs_of(members: Mapping[Cell, object]) -> Mapping[str, int]:
    return Counter(cell.env_id for cell in members)
