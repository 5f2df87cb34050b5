"""Plays the stored replies of a trajectory again, whatever it is told."""

from __future__ import annotations

from collections.abc import Sequence

from ecot.agents.agent import Reply, TaskView
from ecot.envs.errors import EcotError
from ecot.envs.types import Trajectory


class ReplayError(EcotError, LookupError):
    """The episode goes on past the last stored reply: it was solved before, or had fewer corrections."""


class ReplayAgent:
    """Answers turn by turn what `trajectory` holds.

    Raises:
        ReplayError: by `act`, where the trajectory has no further turn.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        self.name = trajectory.provenance.agent
        self._turns = trajectory.turns

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer as before."""
        index = len(conversation) // 2
        if index >= len(self._turns):
            raise ReplayError(f"the episode does not end after its {len(self._turns)} stored turns")
        turn = self._turns[index]
        return Reply(turn.action, turn.stop_reason, turn.prompt_ids, turn.completion_ids, turn.logprobs)
