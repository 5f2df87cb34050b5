"""An episode of a policy as the row that reinforcement learning reads: its own ids, nothing encoded again."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecot.envs.errors import ConfigError
from ecot.envs.types import Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRow:
    """An episode as reinforcement learning reads it: ids as they were sampled, nothing encoded again.

    Attributes:
        prompt_ids: up to where the first reply begins.
        completion_ids: all that follows, feedback included.
        sampled: as many; 1 where the policy drew the token, 0 where the environment put it there.
        logprobs: as many; natural logarithms at sampling, 0.0 for tokens of the environment.
    """

    prompt_ids: list[int]
    completion_ids: list[int] = field(default_factory=list)
    sampled: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)


def rollout_row(trajectory: Trajectory) -> RolloutRow:
    """Return an episode played with `context="append"` as one row.

    Raises:
        ConfigError: the policy reported no ids, or what it read at a turn does not begin with what stood before.
    """
    turns = trajectory.turns
    if not turns or not turns[0].prompt_ids:
        raise ConfigError(
            f"trajectory {trajectory.identity[:12]} holds no token ids; play it with a policy that keeps them"
        )
    row = RolloutRow(prompt_ids=list(turns[0].prompt_ids))
    read = list(turns[0].prompt_ids)
    for turn in turns:
        if list(turn.prompt_ids[: len(read)]) != read or len(turn.completion_ids) != len(turn.logprobs):
            raise ConfigError(
                f"trajectory {trajectory.identity[:12]} rewrites earlier turns; play it with context='append'"
            )
        put = list(turn.prompt_ids[len(read) :])
        row.completion_ids.extend([*put, *turn.completion_ids])
        row.sampled.extend([0] * len(put) + [1] * len(turn.completion_ids))
        row.logprobs.extend([0.0] * len(put) + list(turn.logprobs))
        read = [*turn.prompt_ids, *turn.completion_ids]
    return row
