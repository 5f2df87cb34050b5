"""What an agent is: something that answers a conversation, given the public face of a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ecot.envs.types import StopReason, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """What an agent may know of a task beside the conversation: nothing that is hidden.

    Attributes:
        env_id: of the environment.
        task_id: of the task.
        instruction: what is asked.
        level: 1 (easiest) to 5.
        family: what its siblings share.
    """

    env_id: str
    task_id: str
    instruction: str
    level: int
    family: str

    @classmethod
    def of(cls, task: Task) -> TaskView:
        """Return the public face of a task."""
        return cls(
            env_id=task.env_id,
            task_id=task.id,
            instruction=task.instruction,
            level=task.level,
            family=task.family,
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
    """

    text: str
    stop_reason: StopReason = StopReason.STOP
    prompt_ids: tuple[int, ...] = ()
    completion_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()


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
        """


@runtime_checkable
class PrivilegedAgent(Protocol):
    """Sees the hidden solution, in process, and every trajectory says so. Begins each episode with a fresh agent."""

    @property
    def name(self) -> str:
        """Name and options, as for an `Agent`."""

    def begin(self, task: Task, *, seed: int) -> Agent:
        """Return what plays one episode of `task`. Equal seeds play alike."""
