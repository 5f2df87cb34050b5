"""The varied agent: plays for a world model's data, so that each turn shows another way to be right or wrong.

It sees the hidden solution, and plays one of several scripts an episode: faults that are taken back one by one (the
edit history of somebody who repairs), independent faults, a cheat, another task's answer, a rewritten solution. What
comes of each turn is never scripted: the backend judges it like any other. It reads no feedback; provenance marks it
privileged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from random import Random

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.agents.baselines import fenced, solution_of
from ecot.agents.faults import Edit, apply, edit_of
from ecot.agents.rewrites import rewritten, words_of
from ecot.envs.domain import Mutation, domain_of
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.proof import ManySolutions, ProvableSource
from ecot.envs.types import Label, Task

REVISION = 1
"""Raised whenever equal seeds would play differently: it is part of the agent's name, hence of identities."""

_SCRIPTS = ("history", "scattered", "cheat", "stranger", "solution")
_WEIGHTS = (0.42, 0.24, 0.1, 0.08, 0.16)
_GROSS = 0.12
"""Share of faults that are gross mistakes of the domain's table."""
_COSTLY = frozenset({Label.TIMEOUT, Label.RESOURCE_LIMIT})
"""Labels whose mistakes cost the judge seconds."""
_TURNS = 4
"""Failing turns of an episode at most."""
_WITNESSES = 8
"""Families whose solutions tell the words of a language from the names of a task."""


class VariedAgent:
    """Privileged: deterministic by seed.

    Args:
        rewrites: how often an episode writes in a style of its own, in [0, 1].
        slips: how often a reply is malformed, in [0, 1].
        costly: weight of mistakes that run into a limit, against 1 for others.

    Raises:
        ConfigError: an argument is out of range.
    """

    def __init__(self, *, rewrites: float = 0.5, slips: float = 0.02, costly: float = 0.08) -> None:
        for name, share in (("rewrites", rewrites), ("slips", slips), ("costly", costly)):
            if not 0 <= share <= 1:
                raise ConfigError(f"{name} must lie in [0, 1], not {share!r}")
        self.rewrites, self.slips, self.costly = rewrites, slips, costly

    @property
    def name(self) -> str:
        """Name, revision and options."""
        return f"varied@{REVISION}(rewrites={self.rewrites},slips={self.slips},costly={self.costly})"

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return what plays one episode.

        Raises:
            TaskError: the task has no solution of one file.
        """
        return _Player(self, task, Random(seed))


class _Player:
    """One episode: candidates in a row, the last of which is meant to pass."""

    def __init__(self, options: VariedAgent, task: Task, random: Random) -> None:
        self.name = options.name
        self._domain = domain_of(task.env_id)
        self._options, self._task, self._random = options, task, random
        solutions = _solutions(task.env_id, task.family, task.id, solution_of(task))
        self._base = solutions[0] if random.random() < 0.6 else random.choice(solutions)
        self._count = random.choice((1, 2, 3, 5)) if random.random() < options.rewrites else 0
        self._style = random.getrandbits(32)
        self._candidates = iter(self._played())

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer the next candidate of the script."""
        text = fenced(next(self._candidates), self._domain.fences[0])
        if self._random.random() < self._options.slips:
            text = self._random.choice((text.rpartition("\n")[0], text.replace("```", "'''"), "I cannot tell."))
        return Reply(f"{text}\n")

    def _played(self) -> Iterator[str]:
        fixed = _fixed_words(self._task.env_id) | _words_of_task(self._task)
        script = self._random.choices(_SCRIPTS, _WEIGHTS)[0]
        for source in chain(getattr(self, f"_{script}")(), self._endless()):
            # One style an episode: the same draws, whatever stands in the source.
            yield rewritten(source, fixed, random=Random(self._style), count=self._count)

    def _endless(self) -> Iterator[str]:
        """The base; plainly, where a rewrite has broken it; then, where a pass does not end the play, faults again."""
        yield self._base
        self._count = 0
        yield self._base
        while True:
            yield apply(self._base, self._draw(1))

    def _history(self) -> Iterator[str]:
        faults = self._draw(self._random.choices((1, 2, 3, 4), (0.42, 0.3, 0.18, 0.1))[0])
        for _ in range(_TURNS):
            if not faults:
                return
            yield apply(self._base, faults)
            if self._random.random() < 0.2:
                faults = faults[1:] + [edit for edit in self._draw(1) if edit.apart_from(faults, self._base)]
            else:
                faults.pop(self._random.randrange(len(faults)))

    def _scattered(self) -> Iterator[str]:
        for _ in range(self._random.randint(1, _TURNS)):
            yield apply(self._base, self._draw(self._random.choice((1, 1, 1, 2))))

    def _cheat(self) -> Iterator[str]:
        hacks = _hacks(self._task.env_id, self._task.family, self._task.id)
        yield from self._random.sample(hacks, min(len(hacks), self._random.randint(1, 2)))

    def _stranger(self) -> Iterator[str]:
        source = _source(self._task.env_id, self._task.family if self._random.random() < 0.8 else "")
        ids = source.ids(None)
        yield solution_of(source[ids[self._random.randrange(len(ids))]])

    def _solution(self) -> Iterator[str]:
        return iter(())

    def _draw(self, count: int) -> list[Edit]:
        """Up to `count` faults of the base that lie apart."""
        usual, gross = _faults(self._domain.id, self._base)
        faults: list[Edit] = []
        for _ in range(3 * count if usual or gross else 0):
            pool = gross if gross and (not usual or self._random.random() < _GROSS) else usual
            edit = self._random.choice(pool)
            skipped = edit.kind in _COSTLY and self._random.random() > self._options.costly
            if len(faults) < count and not skipped and edit.apart_from(faults, self._base):
                faults.append(edit)
        return faults


@lru_cache(maxsize=16)
def _faults(env_id: str, source: str) -> tuple[Sequence[Edit], Sequence[Edit]]:
    """Single faults and gross mistakes of a source, as edits."""
    domain = domain_of(env_id)
    single = domain.mutate(source) if domain.mutate else ()
    gross = domain.mistakes(source) if domain.mistakes else ()
    return _edits(source, single), _edits(source, gross)


def _edits(source: str, found: Sequence[Mutation]) -> Sequence[Edit]:
    return [edit_of(source, item) for item in found if item.source != source]


@lru_cache(maxsize=64)
def _source(env_id: str, family: str) -> ProvableSource:
    domain = domain_of(env_id)
    source = domain.sources[domain.default_source](family)
    if not isinstance(source, ProvableSource):
        raise TaskError(f"the varied agent plays families that prove themselves, which {env_id} has none of")
    return source


@lru_cache(maxsize=8)
def _solutions(env_id: str, family: str, task_id: str, solution: str) -> Sequence[str]:
    source = _source(env_id, family)
    more = source.further_solutions(task_id) if isinstance(source, ManySolutions) else ()
    return (solution, *more)


@lru_cache(maxsize=8)
def _hacks(env_id: str, family: str, task_id: str) -> Sequence[str]:
    return tuple(hack.source for hack in _source(env_id, family).hacks(task_id))


@lru_cache(maxsize=8)
def _words_of_task(task: Task) -> frozenset[str]:
    """The words that a task shows or checks, which a candidate cannot rename."""
    return words_of(" ".join([task.instruction, repr(task.bundle.params), *(file.text for file in task.bundle.files)]))


@lru_cache(maxsize=16)
def _fixed_words(env_id: str) -> frozenset[str]:
    """The words of a language: those that solutions of several families share."""
    source = _source(env_id, "")
    names = sorted(source.families())
    chosen = names[:: max(1, len(names) // _WITNESSES)][:_WITNESSES]
    words = [words_of(_first_solution(_source(env_id, name))) for name in chosen]
    return frozenset(word for one in words for word in one if sum(word in other for other in words) > 1)


def _first_solution(source: ProvableSource) -> str:
    return solution_of(source[source.ids(None)[0]])
