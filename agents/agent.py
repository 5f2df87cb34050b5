"""What an agent is: something that answers a conversation, given the public face of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ecot.agents.router import route
from ecot.envs.errors import ChatError
from ecot.envs.types import StopReason, Task, Usage


class ContextFull(ChatError):  # noqa: N818  (what is full is the name)
    """The conversation no longer fits into the model's context: the episode ends truncated, nothing broke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """What an agent may know of a task beside the conversation: nothing that is hidden.

    Attributes:
        env_id: of the environment.
        task_id: of the task.
        instruction: what is asked.
        level: 1 (easiest) to 5.
        family: what its siblings share.
        topics: what the router finds worth thinking about, from the facts of the bundle.
        seed: of the agent's own draws in this episode; tells nothing of the hidden seed.
    """

    env_id: str
    task_id: str
    instruction: str
    level: int
    family: str
    topics: tuple[str, ...] = ()
    seed: int = 0

    @classmethod
    def of(cls, task: Task, *, seed: int = 0) -> TaskView:
        """Return the public face of a task."""
        return cls(
            env_id=task.env_id,
            task_id=task.id,
            instruction=task.instruction,
            level=task.level,
            family=task.family,
            topics=route(task),
            seed=seed,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        text: as it is put before the environment, thinking included.
        stop_reason: why it ended.
        prompt_ids: token ids that the policy read, where it reports them.
        completion_ids: token ids that it wrote, as sampled.
        logprobs: natural logarithms, one per completion id.
        usage: what it took; None where no model was asked.
    """

    text: str
    stop_reason: StopReason = StopReason.STOP
    prompt_ids: tuple[int, ...] = ()
    completion_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    usage: Usage | None = None


@runtime_checkable
class Agent(Protocol):
    """Answers conversations; one object serves many episodes at once, from several threads."""

    @property
    def name(self) -> str:
        """Name and options: part of an episode's identity, so equal names must mean equal behaviour."""

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer.

        Args:
            conversation: observation, reply, observation, ..., observation.
            view: of the task.

        Raises:
            ChatError: the model behind it failed.
            ContextFull: the conversation is longer than it can read.
        """


@runtime_checkable
class PrivilegedAgent(Protocol):
    """Sees the hidden solution, in process, and every trajectory says so. Begins each episode with a fresh agent."""

    @property
    def name(self) -> str:
        """Name and options, as for an `Agent`."""

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return what plays one episode of `task`. Equal seeds play alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What provenance says of an agent beside its name; see `Provenance`."""

    policy_version: str = ""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    agent_prompt_digest: str = ""


@runtime_checkable
class KnowsOrigin(Protocol):
    """An agent whose replies come from weights or prompts that a record must name."""

    @property
    def origin(self) -> Origin:
        """For provenance; may change while the weights do."""


@runtime_checkable
class Closes(Protocol):
    """An agent that holds connections or weights."""

    def close(self) -> None:
        """Let go of them."""
