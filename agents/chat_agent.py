"""The agent that is a chat model: the router's system prompt, the conversation as messages, the reply as it came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from ecot.agents.agent import Origin, Reply, TaskView
from ecot.agents.chat import ChatModel, Message, Sampling
from ecot.agents.replies import without_thinking
from ecot.agents.router import router_digest, system_prompt
from ecot.envs.errors import ConfigError

Context = Literal["append", "strip_thinking"]
"""What the model reads of its own earlier replies: all of it, or only what stands behind the thinking."""


class ChatAgent:
    """Plays with a chat model.

    Args:
        model: what completes.
        sampling: how.
        context: `append` keeps earlier replies word by word, as training on whole episodes needs; `strip_thinking`
            leaves their reasoning out, as most models were trained to be served.

    Raises:
        ConfigError: the context is unknown.
    """

    def __init__(self, model: ChatModel, *, sampling: Sampling, context: Context = "strip_thinking") -> None:
        if context not in get_args(Context):
            raise ConfigError(f"unknown context {context!r}; use one of: {', '.join(get_args(Context))}")
        self._model = model
        self._sampling = sampling
        self._context = context

    @property
    def name(self) -> str:
        """Model, sampling, context and prompts: whatever changes a reply."""
        sampling = ",".join(f"{key}={value}" for key, value in self._sampling.describe().items())
        return f"chat({self._model.name},{sampling},context={self._context},prompt={router_digest()[:8]})"

    @property
    def origin(self) -> Origin:
        """For provenance."""
        return Origin(
            policy_version=self._model.version,
            sampling={**self._sampling.describe(), "context": self._context},
            agent_prompt_digest=router_digest(),
        )

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        """Answer.

        Raises:
            ChatError: the model failed.
            ContextFull: the conversation is longer than it can read.
        """
        completion = self._model.complete(
            messages_of(conversation, view, context=self._context),
            sampling=self._sampling,
            seed=view.seed + len(conversation),
        )
        return Reply(
            text=completion.text,
            stop_reason=completion.stop_reason,
            prompt_ids=completion.prompt_ids,
            completion_ids=completion.completion_ids,
            logprobs=completion.logprobs,
            usage=completion.usage,
        )

    def close(self) -> None:
        """Close the model."""
        self._model.close()


def messages_of(conversation: Sequence[str], view: TaskView, *, context: Context) -> list[Message]:
    """Return a conversation as the messages that a chat model reads."""
    messages = [Message("system", system_prompt(view.topics))]
    for index, text in enumerate(conversation):
        if index % 2 == 0:
            messages.append(Message("user", text))
        else:
            messages.append(Message("assistant", without_thinking(text) if context == "strip_thinking" else text))
    return messages
