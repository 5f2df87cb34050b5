"""One episode as a plain coroutine, for trainers with a loop of their own (verl, SkyRL, a script of yours)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.env import CodeEnv
from ecot.envs.errors import EcotError

Complete = Callable[[Sequence[Mapping[str, str]]], Awaitable[str]]
"""Completes a conversation of `{"role": ..., "content": ...}` messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of an episode.

    Attributes:
        messages: the whole conversation.
        rewards: of each turn.
        labels: of each turn's outcome.
        reward: their sum; None where the episode broke on our side and must not be learned.
        error: what broke; empty where nothing did.
    """

    messages: Sequence[Mapping[str, str]]
    rewards: Sequence[float]
    labels: Sequence[str]
    reward: float | None
    error: str = ""


async def play(env: CodeEnv, complete: Complete, *, task_id: str, seed: int, hidden_seed: int | None = None) -> Played:
    """Play one episode without holding up the event loop; `env` serves one episode at a time.

    Args:
        env: of the caller; it stays open.
        complete: the policy.
        task_id: of the task.
        seed: of the episode.
        hidden_seed: of the stimuli; give the members of a group the same one.
    """
    options: dict[str, object] = {"task_id": task_id}
    if hidden_seed is not None:
        options["hidden_seed"] = hidden_seed
    messages: list[Mapping[str, str]] = []
    rewards: list[float] = []
    labels: list[str] = []
    try:
        observation, _ = await asyncio.to_thread(env.reset, seed=seed, options=options)
        over = False
        while not over:
            messages.append({"role": "user", "content": observation})
            reply = await complete(tuple(messages))
            messages.append({"role": "assistant", "content": reply})
            observation, reward, terminated, truncated, info = await asyncio.to_thread(env.step, reply)
            rewards.append(reward)
            labels.append(str(info["outcome"].label))
            over = terminated or truncated
    except EcotError as error:
        broken = f"{type(error).__name__}: {error}"
        return Played(messages=messages, rewards=rewards, labels=labels, reward=None, error=broken)
    return Played(messages=messages, rewards=rewards, labels=labels, reward=sum(rewards))
