"""The careless agent: a fixed weak player that gets each line of the solution wrong with the same small chance.

It measures tasks, not models: more lines and more decisions are more chances to be wrong, and nothing else makes a task
harder for it. It sees the hidden solution, and provenance marks it privileged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.agents.baselines import fenced, solution_of
from ecot.agents.faults import Edit, apply, edit_of
from ecot.envs.domain import Domain, domain_of
from ecot.envs.errors import ConfigError
from ecot.envs.types import Task

REVISION = 1
"""Raised whenever equal seeds would play differently: it is part of the agent's name, hence of identities."""


class CarelessAgent:
    """Privileged: writes the solution anew at every turn, each line wrong with a fixed chance.

    Args:
        rate: chance that a line which can be broken is broken, in [0, 1].

    Raises:
        ConfigError: the rate is out of range.
    """

    def __init__(self, *, rate: float = 0.05) -> None:
        if not 0 <= rate <= 1:
            raise ConfigError(f"rate must lie in [0, 1], not {rate!r}")
        self.rate = rate

    @property
    def name(self) -> str:
        """Name, revision and rate."""
        return f"careless@{REVISION}(rate={self.rate})"

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return what plays one episode.

        Raises:
            TaskError: the task has no solution of one file.
        """
        return _Writer(self, domain_of(task.env_id), solution_of(task), Random(seed))


class _Writer:
    """One episode; what it is told changes nothing."""

    def __init__(self, options: CarelessAgent, domain: Domain, solution: str, random: Random) -> None:
        self.name = options.name
        self._rate = options.rate
        self._tag = domain.fences[0]
        self._solution = solution
        self._random = random
        self._edits = _by_line(solution, domain)

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer."""
        slips: list[Edit] = []
        for _, edits in sorted(self._edits.items()):
            if self._random.random() < self._rate:
                slip = self._random.choice(edits)
                slips += [slip] if slip.apart_from(slips, self._solution) else []
        return Reply(fenced(apply(self._solution, slips), self._tag))


def _by_line(solution: str, domain: Domain) -> Mapping[int, Sequence[Edit]]:
    """The faults that can be seeded, by the line in which they begin."""
    lines: dict[int, list[Edit]] = {}
    for mutation in domain.mutate(solution) if domain.mutate else ():
        lines.setdefault(mutation.line, []).append(edit_of(solution, mutation))
    return lines
