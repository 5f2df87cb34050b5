"""What a chat model is: something that completes a list of messages; and the one whose answers are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from ecot.envs.errors import ConfigError
from ecot.envs.types import StopReason, Usage


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a completion is drawn.

    Attributes:
        temperature: 0 for the likeliest token.
        top_p: share of probability that is drawn from, in (0, 1].
        max_tokens: of one completion, reasoning included.

    Raises:
        ConfigError: a value is out of range.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 16384

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ConfigError(f"temperature must be at least 0, not {self.temperature!r}")
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"top_p must lie in (0, 1], not {self.top_p!r}")
        if self.max_tokens < 1:
            raise ConfigError(f"max_tokens must be at least 1, not {self.max_tokens!r}")

    def describe(self) -> Mapping[str, Any]:
        """For names and provenance."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a chat model wrote.

    Attributes:
        text: reasoning included, between `<think>` and `</think>` where the model marks it or reports it apart.
        stop_reason: why it ended.
        usage: what it took.
        prompt_ids: token ids that were read, where they are reported.
        completion_ids: token ids as sampled, where they are reported.
        logprobs: natural logarithms, one per completion id.
    """

    text: str
    stop_reason: StopReason = StopReason.STOP
    usage: Usage = field(default_factory=Usage)
    prompt_ids: tuple[int, ...] = ()
    completion_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()


class ChatModel(Protocol):
    """Completes chats; one object serves many threads."""

    @property
    def name(self) -> str:
        """Of the weights and of all options that change a completion, sampling apart."""

    @property
    def version(self) -> str:
        """Of the weights as last reported; empty where nobody says."""

    def complete(self, messages: Sequence[Message], *, sampling: Sampling, seed: int) -> Completion:
        """Complete a chat.

        Args:
            messages: the last one is the user's.
            sampling: how to draw.
            seed: of the draws; models that cannot be seeded ignore it.

        Raises:
            ChatError: it failed, after as many attempts as make sense.
            ContextFull: the messages are longer than it can read.
            ConfigError: no request of this kind can succeed (unknown model, no key).
        """

    def close(self) -> None:
        """Let go of what it holds; twice is harmless."""


class ScriptedModel:
    """Answers the given texts in turn, the last one for ever: for tests, demonstrations and measurements.

    Raises:
        ConfigError: there is no text.
    """

    version = ""

    def __init__(self, texts: Sequence[str], *, name: str = "scripted") -> None:
        if not texts:
            raise ConfigError("a scripted model needs at least one text")
        self.name = name
        self._texts = tuple(texts)

    def complete(self, messages: Sequence[Message], *, sampling: Sampling, seed: int) -> Completion:
        """Complete a chat by the number of answers that it holds already."""
        answered = sum(message.role == "assistant" for message in messages)
        return Completion(text=self._texts[min(answered, len(self._texts) - 1)])

    def close(self) -> None:
        """Nothing is held."""
