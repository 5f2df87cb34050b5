"""The agent that is a model in a folder: the policy of training, played for evaluation and collection."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch

from ecot.agents.agent import Origin, Reply, TaskView
from ecot.agents.chat import Sampling
from ecot.agents.router import system_prompt
from ecot.envs.errors import ConfigError
from ecot.trainers.models import load_model
from ecot.trainers.policy import Policy, draw_with
from ecot.trainers.samples import ConversationEncoder


class LocalPolicy:
    """Plays as a policy plays in training: many episodes in one batch, ids kept as sampled.

    Args:
        path: folder of a model with its tokenizer; read at the first reply.
        sampling: how replies are drawn.
        context: tokens of an episode.
        system: whether the router's general prompt opens every conversation, as it did in training.
        batch: replies drawn at once, at most.
        device: empty for a GPU where there is one.

    Raises:
        ConfigError: the folder does not exist.
    """

    def __init__(
        self, path: Path, *, sampling: Sampling, context: int, system: bool, batch: int, device: str = ""
    ) -> None:
        if not path.is_dir():
            raise ConfigError(f"agent.path {str(path)!r} is no folder; give one that holds weights and a tokenizer")
        self._path, self._sampling, self._context = path, sampling, context
        self._system, self._batch = system, batch
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._lock = threading.Lock()
        self._policy: Policy | None = None

    @cached_property
    def _weights(self) -> str:
        """Twelve hexadecimal digits of the weights: two runs may well call their folders alike."""
        total = hashlib.sha256()
        for file in sorted(self._path.glob("*.safetensors")):
            total.update(file.read_bytes())
        return total.hexdigest()[:12]

    def _load(self) -> Policy:
        model, tokenizer = load_model(self._path)
        encoder = ConversationEncoder(tokenizer)
        draw = draw_with(
            model.to(self._device).eval(),
            sampling=self._sampling,
            end_id=encoder.end_id,
            pad_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else encoder.end_id,
            context=self._context,
        )
        return Policy(
            draw,
            encoder,
            sampling=self._sampling,
            context=self._context,
            system=system_prompt(()) if self._system else "",
            batch=self._batch,
        )

    @property
    def name(self) -> str:
        """Weights and sampling."""
        sampling = ",".join(f"{key}={value}" for key, value in self._sampling.describe().items())
        return f"policy({self._path.name}:{self._weights},{sampling},system={self._system},context={self._context})"

    @property
    def origin(self) -> Origin:
        """For provenance."""
        return Origin(policy_version=self._weights, sampling={**self._sampling.describe(), "context": "append"})

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """See `Policy.act`."""
        with self._lock:
            if self._policy is None:
                self._policy = self._load()
        return self._policy.act(conversation, view)

    def close(self) -> None:
        """Let go of the weights."""
        with self._lock:
            if self._policy is not None:
                self._policy.close()
                self._policy = None


def policy_agent(
    *,
    path: str,
    device: str = "",
    temperature: float = 1.0,
    max_tokens: int = 512,
    context: int = 2048,
    system: bool = False,
    batch: int = 32,
    threads: int | None = None,
) -> LocalPolicy:
    """Return the agent of `agent=policy`; for the arguments see `LocalPolicy` and `Sampling`.

    Raises:
        ConfigError: an argument does not fit.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    sampling = Sampling(temperature=temperature, max_tokens=max_tokens)
    return LocalPolicy(Path(path), sampling=sampling, context=context, system=system, batch=batch, device=device)
