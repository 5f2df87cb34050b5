"""The agent that is a model under training: replies drawn for many episodes at once, their ids kept as sampled.

Each reply is drawn from a generator of its own, seeded by episode and turn, so that what an episode says hardly depends
on which others are drawn beside it (sums of floating-point numbers differ by the shape of a batch).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from ecot.agents.agent import ContextFull, Origin, Reply, TaskView
from ecot.agents.chat import Message, Sampling
from ecot.envs.errors import ChatError, ConfigError
from ecot.envs.types import StopReason, Usage
from ecot.trainers.samples import ConversationEncoder


@dataclass(frozen=True, slots=True)
class Question:
    """What a reply is drawn for: the ids before it, and the seed of its draws."""

    ids: tuple[int, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reply: its ids, the end included where it came, and the natural logarithm of the probability of each."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]


Draw = Callable[[Sequence[Question]], Sequence[Drawn]]
"""Answers questions, all in one batch."""


class Policy:
    """Plays with whatever draws replies; one object serves all episodes of a run.

    Args:
        draw: the model.
        encoder: of its conversations.
        sampling: how it draws; `top_p` has to be 1: what is trained on are probabilities of all tokens.
        context: tokens that the model reads.
        system: prompt of every conversation; empty for none.
        batch: replies drawn at once, at most.
        patience: seconds to wait for a further question before drawing.
        name: of the weights, for records.

    Raises:
        ConfigError: a value does not fit.
    """

    def __init__(
        self,
        draw: Draw,
        encoder: ConversationEncoder,
        *,
        sampling: Sampling,
        context: int,
        system: str = "",
        batch: int = 32,
        patience: float = 0.02,
        name: str = "policy",
    ) -> None:
        if sampling.top_p != 1.0:
            raise ConfigError(f"top_p must be 1 for a policy under training, not {sampling.top_p!r}")
        if batch < 1:
            raise ConfigError(f"batch must be at least 1, not {batch!r}")
        self._encoder, self._sampling, self._context, self._system = encoder, sampling, context, system
        self._weights = name
        self._read: dict[tuple[str, str, int], tuple[list[int], bool]] = {}
        self._batches = _Batches(draw, most=batch, patience=patience)
        self.version = ""

    @property
    def name(self) -> str:
        """Weights and sampling."""
        sampling = ",".join(f"{key}={value}" for key, value in self._sampling.describe().items())
        return f"policy({self._weights},{sampling},system={bool(self._system)})"

    @property
    def origin(self) -> Origin:
        """For provenance."""
        return Origin(policy_version=self.version, sampling={**self._sampling.describe(), "context": "append"})

    @property
    def seconds(self) -> float:
        """Spent drawing so far."""
        return self._batches.seconds

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer; what was read and written before stays as it is.

        Raises:
            ChatError: the model failed.
            ContextFull: the conversation is longer than it can read.
        """
        key = (view.env_id, view.task_id, view.seed)
        read = self._ids_before(conversation, key)
        if len(read) >= self._context:
            self._read.pop(key, None)
            raise ContextFull(f"the model reads {self._context} tokens, not {len(read)}")
        began = time.monotonic()
        drawn = self._batches.ask(Question(tuple(read), view.seed + len(conversation)))
        ended = bool(drawn.ids) and drawn.ids[-1] == self._encoder.end_id
        self._read[key] = ([*read, *drawn.ids], ended)
        said = drawn.ids[:-1] if ended else drawn.ids
        return Reply(
            text=self._encoder.tokenizer.decode(said, skip_special_tokens=False),
            stop_reason=StopReason.STOP if ended else StopReason.LENGTH,
            prompt_ids=tuple(read),
            completion_ids=drawn.ids,
            logprobs=drawn.logprobs,
            usage=Usage(prompt_tokens=len(read), completion_tokens=len(drawn.ids), seconds=time.monotonic() - began),
        )

    def _ids_before(self, conversation: Sequence[str], key: tuple[str, str, int]) -> list[int]:
        if len(conversation) == 1:
            messages = [Message("system", self._system)] if self._system else []
            return self._encoder.opening([*messages, Message("user", conversation[0])])
        if key not in self._read:
            raise ConfigError("a policy plays episodes from their first turn on; it holds no ids of this one")
        ids, ended = self._read[key]
        return [*ids, *self._encoder.between(conversation[-1], ended=ended)]

    def forget(self) -> None:
        """Drop the ids of episodes that ended."""
        self._read.clear()

    def close(self) -> None:
        """End the thread that draws; twice is harmless."""
        self._batches.close()


class _Batches:
    """Gathers questions from many threads and has them answered together, in a thread of its own."""

    def __init__(self, draw: Draw, *, most: int, patience: float) -> None:
        self._draw, self._most, self._patience = draw, most, patience
        self._waiting: queue.SimpleQueue[tuple[Question, Future[Drawn]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ecot-policy", daemon=True)
        self._thread.start()
        self.seconds = 0.0

    def ask(self, question: Question) -> Drawn:
        if not self._thread.is_alive():
            raise ChatError("the policy was closed")
        future: Future[Drawn] = Future()
        self._waiting.put((question, future))
        return future.result()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            if batch:
                self._answer(batch)

    def _gather(self) -> tuple[list[tuple[Question, Future[Drawn]]], bool]:
        first = self._waiting.get()
        if first is None:
            return [], False
        batch = [first]
        while len(batch) < self._most:
            try:
                item = self._waiting.get(timeout=self._patience)
            except queue.Empty:
                break
            if item is None:
                return batch, False
            batch.append(item)
        return batch, True

    def _answer(self, batch: Sequence[tuple[Question, Future[Drawn]]]) -> None:
        began = time.monotonic()
        try:
            answers = self._draw([question for question, _ in batch])
        except Exception as error:  # noqa: BLE001  (whatever it is, those who wait must hear of it)
            for _, future in batch:
                future.set_exception(ChatError(f"the policy drew nothing: {error}"))
            return
        finally:
            self.seconds += time.monotonic() - began
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)


class _SeededDraws(LogitsProcessor):  # type: ignore[misc]
    """Draws by adding Gumbel noise of each row's own generator; notes the probability of what it drew.

    The largest of `log p + Gumbel noise` is a draw from `p` (Gumbel 1954; Maddison et al. 2014).
    """

    def __init__(self, questions: Sequence[Question], *, temperature: float, device: Any) -> None:
        self._temperature = temperature
        self._generators = [torch.Generator(device=device).manual_seed(item.seed) for item in questions]
        self.logprobs: list[Any] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        logprobs = torch.log_softmax(scores.float() / (self._temperature or 1.0), dim=-1)
        chosen = logprobs
        if self._temperature > 0:
            noise = torch.stack(
                [
                    torch.empty_like(row).exponential_(generator=it)
                    for row, it in zip(logprobs, self._generators, strict=True)
                ]
            )
            chosen = logprobs - noise.log()
        best = chosen.argmax(dim=-1, keepdim=True)
        self.logprobs.append(logprobs.gather(-1, best).squeeze(-1))
        return torch.full_like(scores, float("-inf")).scatter_(-1, best, 0.0)


def draw_with(model: Any, *, sampling: Sampling, end_id: int, pad_id: int, context: int) -> Draw:
    """Return what draws replies with a model of Transformers.

    Args:
        model: as it stands whenever it is asked; its weights may change in between.
        sampling: temperature (0 for the likeliest token) and tokens of one reply.
        end_id: the token that ends a reply.
        pad_id: any token, to fill up shorter prompts.
        context: tokens that it reads.
    """

    def draw(questions: Sequence[Question]) -> Sequence[Drawn]:
        device = model.device
        longest = max(len(item.ids) for item in questions)
        ids = torch.full((len(questions), longest), pad_id, device=device)
        attended = torch.zeros_like(ids)
        for row, item in enumerate(questions):
            ids[row, longest - len(item.ids) :] = torch.tensor(item.ids, device=device)
            attended[row, longest - len(item.ids) :] = 1
        draws = _SeededDraws(questions, temperature=sampling.temperature, device=device)
        with torch.no_grad():
            output = model.generate(
                ids,
                attention_mask=attended,
                max_new_tokens=min(sampling.max_tokens, context - longest) if context > longest else 1,
                do_sample=False,
                logits_processor=LogitsProcessorList([draws]),
                eos_token_id=end_id,
                pad_token_id=pad_id,
                use_cache=True,
            )
        logprobs = torch.stack(draws.logprobs, dim=1).tolist()
        return [_cut(row, values, end_id) for row, values in zip(output[:, longest:].tolist(), logprobs, strict=True)]

    return draw


def _cut(ids: Sequence[int], logprobs: Sequence[float], end_id: int) -> Drawn:
    """A row up to its end."""
    length = ids.index(end_id) + 1 if end_id in ids else len(ids)
    return Drawn(tuple(ids[:length]), tuple(logprobs[:length]))
