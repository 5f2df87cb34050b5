"""From the episodes of an agent to figures with intervals: pass@k by turn, its parts, lengths, tokens and time.

pass@k *by turn t* counts an episode as passed where any of its first t turns passed; `t = 1` is the usual figure, and
the row of k = 1 over t is the turns-to-pass curve. The unit of every interval is the task, not the episode.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ecot.agents.replies import thinking_of, without_thinking
from ecot.envs.errors import ConfigError
from ecot.envs.statistics import Interval, bootstrap_interval, elaborates, pass_at_k
from ecot.envs.types import Trajectory, Turn, Usage

KS = (1, 2, 5, 10, 20)
"""The k that are reported as far as there are samples, beside the number of samples itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The middle of many values: median and quartiles.

    Attributes:
        count: of values.
        low: first quartile.
        middle: median.
        high: third quartile.
    """

    count: int
    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """Return the spread of values, None where there are none."""
        if not values:
            return None
        low, middle, high = (
            float(item) for item in np.quantile(np.asarray(values, dtype=np.float64), (0.25, 0.5, 0.75))
        )
        return cls(count=len(values), low=low, middle=middle, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an agent did on a set of tasks.

    Attributes:
        env_id: of the environment.
        agent: its name and options.
        privileged: whether it saw the solutions.
        tasks: with at least one episode that did not break on our side.
        episodes: that did not.
        broken: episodes that did; they count nowhere else.
        samples: the least episodes of a task, which bounds k.
        turns: the most that an episode may take.
        pass_at: by k, pass@k by turn, from turn 1 on.
        syn_at_1: share of first turns that got past the compiler, over tasks.
        mean_return: over tasks.
        by_level: pass@1 at the last turn, and tasks, by level.
        first_labels: labels of first turns.
        last_labels: labels of last turns.
        thinking: characters of thinking a turn.
        answer: characters behind it a turn.
        metrics: of the passing turns, by name; the domain's own.
        usage: of the model; None where none was asked.
        tool_seconds: of all stages together.
    """

    env_id: str
    agent: str
    privileged: bool
    tasks: int
    episodes: int
    broken: int
    samples: int
    turns: int
    pass_at: Mapping[str, tuple[Interval, ...]]
    syn_at_1: Interval
    mean_return: Interval
    by_level: Mapping[str, tuple[float, int]]
    first_labels: Mapping[str, int]
    last_labels: Mapping[str, int]
    thinking: Spread | None
    answer: Spread | None
    metrics: Mapping[str, Spread]
    usage: Usage | None
    tool_seconds: float


@dataclass(slots=True)
class _Tally:
    """What is summed up turn by turn."""

    first: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)
    thinking: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    usage: Usage | None = None
    seconds: float = 0.0

    def add(self, trajectory: Trajectory) -> None:
        for turn in trajectory.turns:
            self._add_turn(turn)
        for counter, turns in ((self.first, trajectory.turns[:1]), (self.last, trajectory.turns[-1:])):
            counter.update(str(turn.outcome.label) for turn in turns if turn.outcome is not None)

    def _add_turn(self, turn: Turn) -> None:
        if thought := thinking_of(turn.action):
            self.thinking.append(len(thought))
        self.answer.append(len(without_thinking(turn.action)))
        if turn.usage is not None:
            self.usage = turn.usage if self.usage is None else self.usage + turn.usage
        if turn.outcome is None:
            return
        self.seconds += sum(stage.seconds for stage in turn.outcome.stages)
        if turn.outcome.passed:
            for name, value in turn.outcome.metrics.items():
                self.metrics.setdefault(name, []).append(float(value))


def evaluate(trajectories: Iterable[Trajectory], *, level_of: Callable[[str], int], seed: int = 0) -> Evaluation:
    """Return the figures of one agent in one environment.

    Args:
        trajectories: of one agent and environment.
        level_of: the level of a task by its id.
        seed: of the bootstrap.

    Raises:
        ConfigError: there is no episode that did not break, or they are of several agents or environments.
    """
    everything = list(trajectories)
    sound = [item for item in everything if not item.error]
    if not sound:
        why = f"; the first broke with: {everything[0].error}" if everything else ""
        raise ConfigError(f"there is no episode to evaluate{why}")
    kinds = {(item.env_id, item.provenance.agent) for item in sound}
    if len(kinds) > 1:
        raise ConfigError(f"episodes of several agents or environments are evaluated one by one, not together: {kinds}")
    groups: dict[str, list[Trajectory]] = {}
    tally = _Tally()
    for item in sound:
        groups.setdefault(item.task_id, []).append(item)
        tally.add(item)
    samples = min(map(len, groups.values()))
    turns = 1 + int(sound[0].provenance.config.get("corrections", 0))
    interval = partial(bootstrap_interval, seed=seed)
    ks = sorted({k for k in (*KS, samples) if k <= samples})
    return Evaluation(
        env_id=sound[0].env_id,
        agent=sound[0].provenance.agent,
        privileged=sound[0].provenance.privileged,
        tasks=len(groups),
        episodes=len(sound),
        broken=len(everything) - len(sound),
        samples=samples,
        turns=turns,
        pass_at={str(k): tuple(interval(_pass_by_task(groups, k, turn)) for turn in range(1, turns + 1)) for k in ks},
        syn_at_1=interval([_share(members, _builds) for members in groups.values()]),
        mean_return=interval([float(np.mean([item.total_reward for item in members])) for members in groups.values()]),
        by_level=_by_level(groups, level_of),
        first_labels=dict(tally.first.most_common()),
        last_labels=dict(tally.last.most_common()),
        thinking=Spread.of(tally.thinking),
        answer=Spread.of(tally.answer),
        metrics={name: spread for name, values in sorted(tally.metrics.items()) if (spread := Spread.of(values))},
        usage=tally.usage,
        tool_seconds=tally.seconds,
    )


def passed_by(trajectory: Trajectory, turn: int) -> bool:
    """Whether any of the first `turn` turns passed."""
    return any(item.outcome is not None and item.outcome.passed for item in trajectory.turns[:turn])


def _builds(trajectory: Trajectory) -> bool:
    first = trajectory.turns[0].outcome if trajectory.turns else None
    return first is not None and elaborates(first)


def _share(members: Sequence[Trajectory], holds: Callable[[Trajectory], bool]) -> float:
    return sum(map(holds, members)) / len(members)


def _pass_by_task(groups: Mapping[str, Sequence[Trajectory]], k: int, turn: int) -> list[float]:
    return [pass_at_k(len(members), sum(passed_by(item, turn) for item in members), k) for members in groups.values()]


def _by_level(
    groups: Mapping[str, Sequence[Trajectory]], level_of: Callable[[str], int]
) -> Mapping[str, tuple[float, int]]:
    levels: dict[int, list[float]] = {}
    for task_id, members in groups.items():
        levels.setdefault(level_of(task_id), []).append(_share(members, lambda item: item.passed))
    return {str(level): (float(np.mean(shares)), len(shares)) for level, shares in sorted(levels.items())}
