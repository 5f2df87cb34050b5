"""The only place where a trajectory becomes tokens: the ids of a conversation, and which of them are learned.

Rollout, export and training follow one rule. The first prompt is rendered by the chat template. A reply is its own ids,
word by word, up to the token that ends it. What comes between two replies (the end of the last one, the feedback, the
head of the next one) is what the template puts there, encoded by itself. So the ids of a conversation only ever grow,
whatever the template would do to earlier turns.

    context="append"          one sample an episode; every reply as it was written, thinking included
    context="strip_thinking"  one sample a learned turn; the replies before it without their thinking
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ecot.agents.chat import Message
from ecot.agents.ecot import ReasoningSource, reasoning_source_of
from ecot.agents.replies import without_thinking
from ecot.envs.errors import ConfigError
from ecot.envs.types import Source, Trajectory, Turn

Loss = Literal["passing", "corrections", "last", "all"]
"""Which turns are learned: those that passed; of these the ones that answer a failure; the last; every one."""
Reasoning = Literal["model", "all", "none"]
"""Whose thinking is kept: that of models, also what a template wrote, or nobody's."""
Context = Literal["append", "strip_thinking"]
"""What a turn sees of the replies before it."""
_MARK = "\u2063reply\u2063"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A row to train on.

    Attributes:
        input_ids: of the whole conversation.
        learned: as many; 1 where the token is learned, 0 where it is context.
        identity: of the trajectory.
    """

    input_ids: tuple[int, ...]
    learned: tuple[int, ...]
    identity: str = ""


@dataclass(slots=True)
class Tally:
    """What became of trajectories on their way to samples.

    Attributes:
        taken: samples made.
        tokens: in them.
        learned: tokens of these that are learned.
        nothing: trajectories with no turn to learn.
        broken: trajectories that broke on our side, which are never learned.
        overlong: samples left out since they are longer than the limit.
        longest: tokens of the longest sample, left out or not.
    """

    taken: int = 0
    tokens: int = 0
    learned: int = 0
    nothing: int = 0
    broken: int = 0
    overlong: int = 0
    longest: int = 0

    @property
    def sentence(self) -> str:
        """All of it in words."""
        return (
            f"{self.taken} samples of {self.tokens} tokens, {self.learned} of them learned; left out: {self.nothing} "
            f"episodes without a turn to learn, {self.broken} that broke, {self.overlong} samples over the limit "
            f"(the longest has {self.longest} tokens)"
        )


class ConversationEncoder:
    """Encodes conversations piece by piece with the chat template of a tokenizer.

    Args:
        tokenizer: of Transformers, with a chat template that ends replies with a token of its own.

    Raises:
        ConfigError: the template is missing, or does not frame replies like that.

    Worked example, in ChatML, where a reply is written `R`, ids are shown as text and `|` parts the pieces:

        <|im_start|>user⏎Q<|im_end|>⏎<|im_start|>assistant⏎ | R<|im_end|> | ⏎<|im_start|>user⏎F<|im_end|>⏎<|im_start|>assistant⏎ | R<|im_end|>
        opening: context                                     learned        between: context                                      learned
    """  # noqa: E501  (the pieces are to be read above each other)

    def __init__(self, tokenizer: Any) -> None:
        if tokenizer.chat_template is None:
            raise ConfigError("the tokenizer has no chat template; give it one, or use a model that was tuned to chat")
        self.tokenizer = tokenizer
        frame = self._frame("feedback")
        if not frame or frame[0] not in {tokenizer.eos_token_id, *tokenizer.all_special_ids}:
            raise ConfigError("the chat template does not end a reply with a special token, so none can be learned")
        if self._rendered([{"role": "user", "content": "question"}]).rstrip().endswith("<think>"):
            raise ConfigError(
                "the chat template opens the thinking of a reply by itself; use one that leaves it to the model"
            )
        self.end_id: int = frame[0]

    def opening(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids up to where the first reply begins."""
        return self._ids(self._rendered([{"role": item.role, "content": item.content} for item in messages]))

    def reply(self, text: str) -> list[int]:
        """Return the ids of a reply and of its end."""
        return [*self._ids(text), self.end_id]

    def between(self, observation: str, *, ended: bool) -> list[int]:
        """Return the ids from behind a reply to where the next one begins.

        Args:
            observation: what the environment says.
            ended: whether the reply holds its end already, as one that was cut short does not.
        """
        frame = self._frame(observation)
        return frame[1:] if ended else frame

    def conversation(self, texts: Sequence[str], learned: Sequence[bool], *, system: str = "") -> Sample:
        """Return observation, reply, observation, ..., reply as a sample.

        Args:
            texts: of even number.
            learned: one for each reply.
            system: prompt; empty for none.
        """
        messages = [Message("system", system)] if system else []
        ids = self.opening([*messages, Message("user", texts[0])])
        mask = [0] * len(ids)
        for number, flag in enumerate(learned):
            if number:
                between = self.between(texts[2 * number], ended=True)
                ids += between
                mask += [0] * len(between)
            reply = self.reply(texts[2 * number + 1])
            ids += reply
            mask += [int(flag)] * len(reply)
        return Sample(input_ids=tuple(ids), learned=tuple(mask))

    def _rendered(self, messages: Sequence[dict[str, str]]) -> str:
        return str(self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _frame(self, observation: str) -> list[int]:
        """The ids between a reply and the next, the end of the first included."""
        messages = [
            {"role": "user", "content": "question"},
            {"role": "assistant", "content": _MARK},
            {"role": "user", "content": observation},
        ]
        _, found, behind = self._rendered(messages).partition(_MARK)
        if not found:
            raise ConfigError(
                "the chat template does not show what an earlier reply said, so no episode can be learned"
            )
        return self._ids(behind)


def learned_turns(trajectory: Trajectory, *, loss: Loss) -> tuple[bool, ...]:
    """Return for each turn whether it is learned; only what a real toolchain passed ever is, `all` apart.

    Raises:
        ConfigError: the choice is unknown.
    """
    if loss not in get_args(Loss):
        raise ConfigError(f"unknown loss {loss!r}; use one of: {', '.join(get_args(Loss))}")
    passed = [_passed(turn) for turn in trajectory.turns]
    if loss == "all":
        return tuple(True for _ in passed)
    if loss == "corrections":
        return tuple(flag and index > 0 and not passed[index - 1] for index, flag in enumerate(passed))
    if loss == "last":
        return tuple(flag and not any(passed[index + 1 :]) for index, flag in enumerate(passed))
    return tuple(passed)


def samples_of(
    trajectories: Iterable[Trajectory],
    encoder: ConversationEncoder,
    *,
    max_length: int,
    loss: Loss = "passing",
    reasoning: Reasoning = "model",
    context: Context = "append",
    system: str = "",
    tally: Tally | None = None,
) -> Iterator[Sample]:
    """Yield what is to be learned of trajectories.

    Args:
        trajectories: in the order in which samples are wanted.
        encoder: of the model that learns.
        max_length: tokens; longer samples are left out and counted, never cut.
        loss: which turns are learned.
        reasoning: whose thinking is kept.
        context: what a turn sees of the replies before it.
        system: prompt of every conversation; empty for none.
        tally: is told what became of them.

    Raises:
        ConfigError: a choice is unknown.
    """
    for value, choices in ((reasoning, Reasoning), (context, Context)):
        if value not in get_args(choices):
            raise ConfigError(f"unknown choice {value!r}; use one of: {', '.join(get_args(choices))}")
    counts = tally if tally is not None else Tally()
    for trajectory in trajectories:
        if trajectory.error:
            counts.broken += 1
            continue
        learned = learned_turns(trajectory, loss=loss)
        counts.nothing += not any(learned)
        texts = _texts(trajectory, reasoning)
        for sample in _cut(texts, learned, encoder, context=context, system=system):
            counts.longest = max(counts.longest, len(sample.input_ids))
            if len(sample.input_ids) > max_length:
                counts.overlong += 1
                continue
            counts.taken += 1
            counts.tokens += len(sample.input_ids)
            counts.learned += sum(sample.learned)
            yield Sample(input_ids=sample.input_ids, learned=sample.learned, identity=trajectory.identity)


def _cut(
    texts: Sequence[str], learned: Sequence[bool], encoder: ConversationEncoder, *, context: Context, system: str
) -> Iterator[Sample]:
    """The samples of one episode; nothing behind the last turn to learn is of use."""
    wanted = [index for index, flag in enumerate(learned) if flag]
    if not wanted:
        return
    if context == "append":
        turns = wanted[-1] + 1
        yield encoder.conversation(texts[: 2 * turns], learned[:turns], system=system)
        return
    for index in wanted:
        before = [without_thinking(text) if number % 2 else text for number, text in enumerate(texts[: 2 * index])]
        pair = texts[2 * index : 2 * index + 2]
        yield encoder.conversation([*before, *pair], [False] * index + [True], system=system)


def _texts(trajectory: Trajectory, reasoning: Reasoning) -> list[str]:
    """Observation, reply, ...; thinking left out where it is not wanted, format errors of thinking apart."""
    drop = reasoning == "none" or (
        reasoning == "model" and reasoning_source_of(trajectory) is not ReasoningSource.MODEL
    )
    texts = []
    for turn in trajectory.turns:
        texts += [turn.observation, without_thinking(turn.action) if drop else turn.action]
    return texts


def _passed(turn: Turn) -> bool:
    outcome = turn.outcome
    return outcome is not None and outcome.passed and outcome.source is Source.REAL
