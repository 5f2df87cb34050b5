"""One play of one task, apart from any backend: what to submit for a reply, and what follows from the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gymnasium

from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError
from ecot.envs.feedback import INTERNALS, MODES, STOPPED, FeedbackMode, asks_for_code, feedback, first_observation
from ecot.envs.parsing import NO_CODE, FormatError, format_error, parse_reply
from ecot.envs.score import Reward, RewardName, reward_of
from ecot.envs.types import Candidate, Limits, Objective, Outcome, Request, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an environment answers to one action, in Gymnasium's order."""

    observation: str
    reward: float
    terminated: bool
    truncated: bool
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The arguments of an environment that change how an episode goes.

    Attributes:
        reward: of a step.
        reward_name: for the record.
        feedback: how much the agent is told.
        corrections: attempts after the first.
        turn_cost: taken off the reward of every step but the first.
        stages: the stages to run; None for all.
        target: the engine asked for.
        limits: in place of the bundles' own.
    """

    reward: Reward
    reward_name: str
    feedback: FeedbackMode
    corrections: int
    turn_cost: float
    stages: tuple[str, ...] | None
    target: str
    limits: Limits | None

    @classmethod
    def checked(
        cls,
        domain: Domain,
        *,
        reward: RewardName | Reward,
        feedback: FeedbackMode,
        corrections: int,
        turn_cost: float,
        stages: Sequence[str] | None,
        target: str,
        limits: Limits | None,
    ) -> Rules:
        """Return the rules, or raise `ConfigError` naming the argument that does not fit."""
        if feedback not in MODES:
            raise ConfigError(f"unknown feedback {feedback!r}; use one of {', '.join(MODES)}")
        if feedback == "full+internals" and INTERNALS not in domain.extra_stages:
            raise ConfigError(f"{domain.id} cannot show internals; use feedback 'full'")
        if not isinstance(corrections, int) or corrections < 0:
            raise ConfigError(f"corrections must be a whole number of at least 0, not {corrections!r}")
        if turn_cost < 0:
            raise ConfigError(f"turn_cost must be at least 0, not {turn_cost!r}")
        known = (*domain.stages, *domain.extra_stages)
        unknown = [name for name in stages or () if name not in known]
        if unknown:
            raise ConfigError(f"unknown stage {unknown[0]!r} of {domain.id}; use some of {', '.join(known)}")
        return cls(
            reward=reward_of(reward),
            reward_name=reward if isinstance(reward, str) else getattr(reward, "__name__", "callable"),
            feedback=feedback,
            corrections=corrections,
            turn_cost=turn_cost,
            stages=None if stages is None else tuple(stages),
            target=target,
            limits=limits,
        )


class Episode:
    """One play of one task, apart from any backend: what to submit for a reply, and what follows from the outcome.

    `CodeEnv` drives one, `CodeVectorEnv` many. Begin and finish alternate.

    Where a task asks for more than being right (`Task.objective`), a pass need not be the end: the agent may go on
    improving, and stops by a reply without code. The outcome of that turn is the best one that passed, once more.
    """

    def __init__(self, domain: Domain, task: Task, hidden_seed: int, rules: Rules) -> None:
        self.domain = domain
        self.task = task
        self.hidden_seed = hidden_seed
        self.rules = rules
        self.best = 0.0
        self.turns = 0
        self.solved = False
        self.over = False
        self._standing: Outcome | None = None
        self._stops = False

    @property
    def observation(self) -> str:
        """The first observation."""
        return first_observation(self.task, self.domain, corrections=self.rules.corrections)

    @property
    def last(self) -> bool:
        """Whether the next turn is the last one, whatever comes of it."""
        return self.turns >= self.rules.corrections

    def begin(self, action: str) -> Request | Outcome:
        """Return what to ask the backend, or the outcome at once where no backend is needed: no candidate, or a stop.

        Raises:
            TypeError: the action is no string.
            gymnasium.error.ResetNeeded: the episode is over.
        """
        if not isinstance(action, str):
            raise TypeError(f"an action is the agent's reply, a str, not {type(action).__name__}")
        if self.over:
            raise gymnasium.error.ResetNeeded("the episode is over; call reset() before the next step()")
        self._stops = False
        try:
            candidate = parse_reply(
                action,
                fences=self.domain.fences,
                entry=self.task.bundle.entry,
                answers=self.domain.answers,
                code=asks_for_code(self.task),
            )
        except FormatError as error:
            if error.code == NO_CODE and self._standing is not None:
                self._stops = True
                return self._standing
            return format_error(error)
        return self.request(candidate)

    def request(self, candidate: Candidate) -> Request:
        """Return the request that judges `candidate` in this episode."""
        return Request(
            task=self.task,
            candidate=candidate,
            hidden_seed=self.hidden_seed,
            stages=self._stages(),
            target=self.rules.target,
            limits=self.rules.limits,
        )

    def _stages(self) -> tuple[str, ...] | None:
        """What to ask for: internals come beside the stages."""
        chosen = self.rules.stages
        if self.rules.feedback != "full+internals":
            return chosen
        return tuple(dict.fromkeys((*(self.domain.stages if chosen is None else chosen), INTERNALS)))

    def finish(self, outcome: Outcome) -> Step:
        """Score the outcome of the action begun last, and render the next observation."""
        score = self.domain.score(outcome)
        # A stop submits nothing, so that it earns nothing, whatever the reward makes of the outcome that stands.
        reward = 0.0 if self._stops else self.rules.reward(outcome, score, self.best)
        if self.turns:
            reward -= self.rules.turn_cost
        improvable = self.task.objective is not Objective.CORRECT
        if improvable and outcome.passed and (self._standing is None or score > self.best):
            self._standing = outcome
        self.best = max(self.best, score)
        remaining = self.rules.corrections - self.turns
        self.turns += 1
        terminated = self._stops or (outcome.passed and (not improvable or score >= 1.0))
        truncated = not terminated and remaining == 0
        self.over = terminated or truncated
        return Step(
            observation=self._feedback(outcome, remaining=remaining, terminated=terminated),
            reward=reward,
            terminated=terminated,
            truncated=truncated,
            outcome=outcome,
        )

    def _feedback(self, outcome: Outcome, *, remaining: int, terminated: bool) -> str:
        if self._stops:
            return STOPPED
        return feedback(
            outcome,
            mode=self.rules.feedback,
            remaining=remaining,
            code=asks_for_code(self.task),
            may_stop=self._standing is not None and not terminated,
        )
