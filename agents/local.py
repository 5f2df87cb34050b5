"""A chat model in this process: weights of Transformers on a disk, a chat at a time. For small models and tests.

For many episodes at once serve the same weights with vLLM and use `served.py`: here threads wait for each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from ecot.agents.agent import ContextFull
from ecot.agents.chat import Completion, Message, Sampling
from ecot.agents.chat_agent import ChatAgent, Context
from ecot.envs.errors import ChatError, ConfigError
from ecot.envs.types import StopReason, Usage


class LocalModel:
    """Completes chats with weights from a folder; loaded at the first chat, nothing is downloaded.

    Args:
        path: folder of a model with its tokenizer and chat template.
        device: `cpu`, `cuda`, `cuda:1`; empty for a GPU where there is one.
        dtype: of the weights, as PyTorch calls it; `auto` for that of the file.
        logprobs: whether completions carry the log-probabilities of what was drawn; keeps all scores of a completion
            in memory (tokens times vocabulary).

    Raises:
        ConfigError: the folder does not exist.
    """

    version = ""

    def __init__(self, path: str | Path, *, device: str = "", dtype: str = "auto", logprobs: bool = False) -> None:
        self._path = Path(path)
        if not self._path.is_dir():
            raise ConfigError(f"agent.path {str(path)!r} is no folder; give one that holds weights and a tokenizer")
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._dtype = dtype
        self._logprobs = logprobs
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self._path.name

    def complete(self, messages: Sequence[Message], *, sampling: Sampling, seed: int) -> Completion:
        """See `ChatModel.complete`."""
        began = time.monotonic()
        with self._lock:
            tokenizer, model = self._load()
            text = tokenizer.apply_chat_template(
                [asdict(message) for message in messages], add_generation_prompt=True, tokenize=False
            )
            prompt_ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
            room = int(model.config.max_position_embeddings) - len(prompt_ids)
            if room < 1:
                raise ContextFull(
                    f"{self.name} reads {model.config.max_position_embeddings} tokens, not {len(prompt_ids)}"
                )
            ids, logprobs = self._draw(prompt_ids, sampling=sampling, seed=seed, room=room)
        ended = bool(ids) and ids[-1] in _end_ids(model, tokenizer)
        said = tokenizer.decode(ids[:-1] if ended else ids, skip_special_tokens=False)
        return Completion(
            text=said,
            stop_reason=StopReason.STOP if ended else StopReason.LENGTH,
            usage=Usage(prompt_tokens=len(prompt_ids), completion_tokens=len(ids), seconds=time.monotonic() - began),
            prompt_ids=tuple(prompt_ids),
            completion_ids=tuple(ids),
            logprobs=tuple(logprobs),
        )

    def close(self) -> None:
        """Let go of the weights."""
        with self._lock:
            self._loaded = None

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            try:
                tokenizer = AutoTokenizer.from_pretrained(self._path, local_files_only=True)
                model = AutoModelForCausalLM.from_pretrained(self._path, local_files_only=True, dtype=self._dtype)
            except (OSError, ValueError) as error:
                raise ConfigError(f"{self._path} holds no model that can be loaded: {error}") from None
            if tokenizer.chat_template is None:
                raise ConfigError(f"the tokenizer in {self._path} has no chat template; give it one")
            self._loaded = tokenizer, model.to(self._device).eval()
        return self._loaded

    def _draw(
        self, prompt_ids: Sequence[int], *, sampling: Sampling, seed: int, room: int
    ) -> tuple[list[int], list[float]]:
        tokenizer, model = self._load()
        drawn = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        devices = [self._device] if self._device.startswith("cuda") else []
        with torch.random.fork_rng(devices=devices), torch.inference_mode():
            torch.manual_seed(seed)
            try:
                output = model.generate(
                    torch.tensor([prompt_ids], device=self._device),
                    attention_mask=torch.ones(1, len(prompt_ids), dtype=torch.long, device=self._device),
                    max_new_tokens=min(sampling.max_tokens, room),
                    pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0,
                    eos_token_id=sorted(_end_ids(model, tokenizer)) or None,
                    return_dict_in_generate=True,
                    output_scores=self._logprobs,
                    **(drawn if sampling.temperature > 0 else {"do_sample": False}),
                )
            except torch.OutOfMemoryError as error:
                raise ChatError(f"{self.name} ran out of memory: {error}") from None
            if not self._logprobs:
                return output.sequences[0, len(prompt_ids) :].tolist(), []
            scores = model.compute_transition_scores(output.sequences, output.scores, normalize_logits=True)
            return output.sequences[0, len(prompt_ids) :].tolist(), scores[0].tolist()


def _end_ids(model: Any, tokenizer: Any) -> set[int]:
    """Tokens that end a reply: the tokenizer's own and those of the generation settings."""
    configured = model.generation_config.eos_token_id
    ends = configured if isinstance(configured, list) else [configured]
    return {int(item) for item in (*ends, tokenizer.eos_token_id) if item is not None}


def local_agent(
    *,
    path: str,
    device: str = "",
    dtype: str = "auto",
    logprobs: bool = False,
    context: Context = "strip_thinking",
    temperature: float = 0.7,
    top_p: float = 1.0,
    max_tokens: int = 2048,
) -> ChatAgent:
    """Return the agent of `agent=local`; for the arguments see `LocalModel`, `Sampling` and `ChatAgent`.

    Raises:
        ConfigError: an argument does not fit.
    """
    model = LocalModel(path, device=device, dtype=dtype, logprobs=logprobs)
    sampling = Sampling(temperature=temperature, top_p=top_p, max_tokens=max_tokens)
    return ChatAgent(model, sampling=sampling, context=context)
