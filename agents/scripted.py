"""The scripted agent: plays repair episodes without any model, for collection, demonstrations and tests.

It sees the hidden solution, seeds one to four faults in it, and then behaves as somebody who reads the feedback: it
takes back the fault that the diagnostics point at, sometimes a second one, sometimes the wrong thing, sometimes it
breaks something else on the way. Its reasoning quotes the feedback that it was given and the lines that it changes.
What comes of each turn is never scripted: the backend judges it like any other.

Its trajectories exercise the machinery; they say nothing about how models behave, and provenance marks them privileged.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.agents.baselines import fenced, solution_of
from ecot.agents.faults import Edit, apply, edit_of, line_after, line_at
from ecot.agents.reasoning import Reading, goal_of, read_feedback, say, say_about
from ecot.envs.domain import Domain, Mutation, domain_of
from ecot.envs.errors import ConfigError
from ecot.envs.types import Label, Task

REVISION = 1
"""Raised whenever equal seeds would play differently: it is part of the agent's name, hence of identities."""

_FAULT_COUNTS = (0.08, 0.37, 0.27, 0.16, 0.12)
"""How often an episode starts with 0, 1, 2, 3, 4 faults."""
_EVEN_SHARE = 0.3
"""Share of faults that are drawn evenly over the kinds, so that rare kinds occur."""
_COSTLY = frozenset({Label.TIMEOUT, Label.RESOURCE_LIMIT})
"""Labels that cost the judge seconds; their mistakes are made less often."""
_COSTLY_WEIGHT = 0.3


class ScriptedAgent:
    """Privileged: plays its own faults and repairs, deterministic by seed.

    Args:
        max_faults: most faults that an episode starts with, 1 to 4, a gross mistake apart.
        mistakes: how often an episode starts with a gross mistake of the domain's table, in [0, 1].
        slips: how often a reply is malformed, in [0, 1].
        errors: how often a correction is the wrong one, in [0, 1].

    Raises:
        ConfigError: an argument is out of range.
    """

    def __init__(
        self, *, max_faults: int = 4, mistakes: float = 0.35, slips: float = 0.05, errors: float = 0.2
    ) -> None:
        if max_faults not in range(1, len(_FAULT_COUNTS)):
            raise ConfigError(f"max_faults must lie in 1 to {len(_FAULT_COUNTS) - 1}, not {max_faults!r}")
        for name, share in (("mistakes", mistakes), ("slips", slips), ("errors", errors)):
            if not 0 <= share <= 1:
                raise ConfigError(f"{name} must lie in [0, 1], not {share!r}")
        self.max_faults, self.mistakes, self.slips, self.errors = max_faults, mistakes, slips, errors

    @property
    def name(self) -> str:
        """Name, revision and options."""
        options = f"max_faults={self.max_faults},mistakes={self.mistakes},slips={self.slips},errors={self.errors}"
        return f"scripted@{REVISION}({options})"

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return what plays one episode.

        Raises:
            TaskError: the task has no solution of one file.
        """
        return _Repairer(self, domain_of(task.env_id), solution_of(task), Random(seed))


class _Repairer:
    """One episode: the source as the faults that still stand in the solution."""

    def __init__(self, options: ScriptedAgent, domain: Domain, solution: str, random: Random) -> None:
        self.name = options.name
        self._options = options
        self._tag = domain.fences[0]
        self._solution = solution
        self._random = random
        self._pool = _by_kind(solution, domain.mutate(solution) if domain.mutate else ())
        self._kinds = sorted(self._pool)
        self._weights = _weights([len(self._pool[kind]) for kind in self._kinds])
        self._gross = _by_kind(solution, domain.mistakes(solution) if domain.mistakes else ())
        self._faults = self._seed_faults()
        self._slipped = False

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer: the first attempt, or a correction."""
        if len(conversation) == 1:
            thoughts = [say("first", {"goal": goal_of(view.instruction)}, random=self._random)]
        else:
            reading = read_feedback(conversation[-1])
            if reading.label is Label.PASS and not self._faults:
                # The episode goes on although this is the solution: the task asks for as much gain as can be had.
                return Reply(f"<think>\n{say('stop', {}, random=self._random)}\n</think>\n\nI stop here.\n")
            thoughts = self._correct(reading)
        return Reply(self._write(" ".join(thoughts), apply(self._solution, self._faults)))

    def _seed_faults(self) -> list[Edit]:
        weights = _FAULT_COUNTS[: self._options.max_faults + 1]
        count = self._random.choices(range(len(weights)), weights)[0]
        faults: list[Edit] = []
        if self._gross and self._random.random() < self._options.mistakes:
            kinds = sorted(self._gross)
            costs = [_COSTLY_WEIGHT if kind in _COSTLY else 1.0 for kind in kinds]
            faults.append(self._random.choice(self._gross[self._random.choices(kinds, costs)[0]]))
        for _ in range(count):
            faults += self._new_fault(faults)
        return faults

    def _new_fault(self, standing: Sequence[Edit]) -> list[Edit]:
        """A fault apart from those that stand, as a list of one; empty where a few draws find none."""
        for _ in range(8 if self._pool else 0):
            edit = self._random.choice(self._pool[self._random.choices(self._kinds, self._weights)[0]])
            if edit.apart_from(standing, self._solution):
                return [edit]
        return []

    def _correct(self, reading: Reading) -> list[str]:
        thoughts = [say_about(reading, random=self._random)]
        if reading.label is Label.FORMAT_ERROR:
            return thoughts
        before = list(self._faults)
        if self._random.random() < self._options.errors:
            # The wrong thing: a sound line is changed, and the fault itself stays in most of the time.
            self._faults += self._new_fault(before)
            if self._random.random() < 0.3:
                self._take_back(reading)
        else:
            self._take_back(reading)
            if self._random.random() < 0.3:
                self._take_back(reading)
        return thoughts + self._explain(before)

    def _take_back(self, reading: Reading) -> None:
        if self._faults:
            draws = {edit: self._random.random() for edit in sorted(self._faults)}
            self._faults.remove(max(draws, key=lambda edit: self._suspicion(edit, reading) + draws[edit]))

    def _suspicion(self, edit: Edit, reading: Reading) -> float:
        """How strongly a feedback points at a fault, by its label, its lines and its names; 0 for not at all."""
        where = line_after(self._solution, self._faults, edit)
        near = min((abs(where - line) for line in reading.lines), default=99)
        code = line_at(apply(self._solution, self._faults), where)
        named = any(word in code for word in reading.words if len(word) > 2)
        return 4.0 * (edit.kind == reading.label) + 2.0 * (near <= 1) + 0.6 * named

    def _explain(self, before: Sequence[Edit]) -> list[str]:
        """Say each change, top down."""
        changed = sorted(set(before) ^ set(self._faults))
        return [self._explain_one(edit, before) for edit in changed] or [say("stuck", {}, random=self._random)]

    def _explain_one(self, edit: Edit, before: Sequence[Edit]) -> str:
        where = line_after(self._solution, before, edit)
        old = line_at(apply(self._solution, before), where)
        new = line_at(apply(self._solution, self._faults), line_after(self._solution, self._faults, edit))
        taken_back = edit in before
        here, instead = (edit.text, self._solution[edit.start : edit.end])[:: 1 if taken_back else -1]
        occasion = "change"
        if here.strip() and not instead.strip() and "\n" in here:
            occasion, old = "delete", _excerpt(here)
        elif instead.strip() and not here.strip() and "\n" in instead:
            occasion, new = "insert", _excerpt(instead)
        values = {"line": str(where), "before": _excerpt(old), "after": _excerpt(new)}
        return say(occasion, values, random=self._random)

    def _write(self, thoughts: str, code: str) -> str:
        reasoning = f"<think>\n{thoughts}\n</think>\n\n{say('answer', {}, random=self._random)}\n\n"
        block = fenced(code, self._tag)
        self._slipped = not self._slipped and self._random.random() < self._options.slips
        if not self._slipped:
            return f"{reasoning}{block}\n"
        without_end = block.rpartition("\n")[0]
        malformed = (
            f"{reasoning}{code}",
            f"{reasoning}{without_end}\n",
            f"<think>\n{thoughts}\n\n{block}\n",
            f"{reasoning}{fenced(code, 'text')}\n",
        )
        return self._random.choice(malformed)


def _by_kind(source: str, mutations: Sequence[Mutation]) -> dict[str, list[Edit]]:
    """Edits by kind of fault."""
    kinds: dict[str, list[Edit]] = {}
    for mutation in mutations:
        if mutation.source != source:
            kinds.setdefault(mutation.kind, []).append(edit_of(source, mutation))
    return kinds


def _weights(counts: Sequence[int]) -> list[float]:
    """How often to draw each kind: mostly as often as it has places, so that few faults merely fail to compile."""
    total = sum(counts) or 1
    return [_EVEN_SHARE / len(counts) + (1 - _EVEN_SHARE) * count / total for count in counts]


def _excerpt(code: str) -> str:
    lines = [line.strip() for line in code.strip().split("\n") if line.strip()]
    return f"{lines[0]} ..." if len(lines) > 1 else "".join(lines)
