"""From stored trajectories to the rows that a world model learns from and is measured on, and how they are split.

A row is one turn: a task, a candidate, what the real toolchain said, and the programs that were known to pass when the
turn was played. Rows are split three ways: by turn (other turns of the same task are seen in training), by task, and by
family, the honest one. Replies without a candidate are left out: the parser answers them, here as there.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ecot.envs.domain import domain_of
from ecot.envs.env import open_tasks
from ecot.envs.errors import TaskError
from ecot.envs.feedback import asks_for_code
from ecot.envs.parsing import FormatError, parse_reply
from ecot.envs.store import TrajectoryStore
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Outcome, Source, Task, Trajectory
from ecot.world_model.kinds import kind_of
from ecot.world_model.words import lex

__all__ = ["FOLDS", "Row", "Split", "known_words", "rows_of", "split_rows", "succeeded"]

FOLDS = 4
"""Family rotations: each family is held out in one of them."""
_SHARED_BY = 3
"""Families whose solutions must share a word for it to be of the language, and no name."""


class Split(StrEnum):
    """What a row is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    """Tasks of their own, for the temperature and the choice of settings."""
    CALIBRATION = "calibration"
    """Families of their own, for the thresholds of the hybrid."""
    TURN = "turn"
    TASK = "task"
    FAMILY = "family"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One judged turn.

    Attributes:
        task: that it answers.
        source: the candidate.
        outcome: in canonical form.
        references: programs of earlier episodes that passed the same task, the latest last.
        identity: of the trajectory.
        turn: within it, from 0.
        seconds: that the real tools took.
    """

    task: Task
    source: str
    outcome: Outcome
    references: tuple[str, ...]
    identity: str
    turn: int
    seconds: float

    @property
    def kind(self) -> str:
        """The short name of the domain."""
        return kind_of(self.task.env_id)


def succeeded(outcome: Outcome) -> bool:
    """Whether every stage that ran passed; an outcome with stages left out may be `UNVERIFIED` all the same."""
    return outcome.failure is None


def rows_of(store: TrajectoryStore) -> Iterator[Row]:
    """Yield a row per turn that was run for real, tasks in the order of their first episode.

    Raises:
        TaskError: a task is not known to this version; collect anew.
    """
    by_task: dict[tuple[str, str], list[Trajectory]] = defaultdict(list)
    for trajectory in store:
        if not trajectory.error:
            by_task[trajectory.env_id, trajectory.task_id].append(trajectory)
    sources: dict[tuple[str, str], TaskSource] = {}
    for (env_id, task_id), played in by_task.items():
        name = str(played[0].provenance.config.get("tasks", "")) or None
        if (env_id, str(name)) not in sources:
            sources[env_id, str(name)] = open_tasks(domain_of(env_id), name)
        try:
            task = sources[env_id, str(name)][task_id]
        except TaskError as error:
            raise TaskError(f"{store.path}: {error}") from None
        if asks_for_code(task):
            yield from _rows_of_task(task, sorted(played, key=lambda item: (item.sample_index, item.identity)))


def _rows_of_task(task: Task, played: Sequence[Trajectory]) -> Iterator[Row]:
    domain = domain_of(task.env_id)
    passing: list[str] = []
    for trajectory in played:
        earlier = tuple(dict.fromkeys(passing))
        for number, turn in enumerate(trajectory.turns):
            if turn.outcome is None or turn.outcome.source is not Source.REAL:
                continue
            try:
                candidate = parse_reply(
                    turn.action, fences=domain.fences, entry=task.bundle.entry, answers=domain.answers
                )
            except FormatError:
                continue
            if succeeded(turn.outcome):
                passing.append(candidate.source)
            yield Row(
                task=task,
                source=candidate.source,
                outcome=turn.outcome.canonical(),
                references=earlier,
                identity=trajectory.identity,
                turn=number,
                seconds=sum(stage.seconds for stage in turn.outcome.stages),
            )


def split_rows(rows: Iterable[Row], *, fold: int = 0) -> Mapping[Split, Sequence[Row]]:
    """Return the rows by split: a pure function of families, tasks and turns, for one of `FOLDS` rotations."""
    rows = list(rows)
    families: dict[str, list[str]] = defaultdict(list)
    for kind, family in sorted({(row.kind, row.task.family) for row in rows}, key=lambda pair: _draw("family", *pair)):
        families[kind].append(family)
    places = {(kind, name): place for kind, names in families.items() for place, name in enumerate(names)}
    found: dict[Split, list[Row]] = {split: [] for split in Split}
    for row in rows:
        found[_split(row, places[row.kind, row.task.family], fold)].append(row)
    return found


def _split(row: Row, place: int, fold: int) -> Split:
    if place % FOLDS == fold:
        return Split.FAMILY if (place // FOLDS) % 2 == 0 else Split.CALIBRATION
    draw = _draw("task", row.task.env_id, row.task.id) % 20
    if draw < 3:
        return Split.TASK
    if draw < 4:
        return Split.VALIDATION
    return Split.TURN if _draw("turn", row.identity, row.turn) % 10 == 0 else Split.TRAIN


def _draw(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def known_words(rows: Iterable[Row]) -> Mapping[str, Collection[str]]:
    """Return, by short name of the domain, the words that passing programs of several families share."""
    families: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if succeeded(row.outcome):
            language = domain_of(row.task.env_id).language
            words = {token for _, tokens in lex(row.source, language) for token in tokens if not token[0].isdigit()}
            families[row.kind][row.task.family] |= words
    known = {}
    for kind, by_family in families.items():
        counts = Counter(word for words in by_family.values() for word in words)
        known[kind] = frozenset(word for word, count in counts.items() if count >= _SHARED_BY)
    return known
