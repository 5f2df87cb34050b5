"""Exported rows as samples: the `messages`, `prompt_completion` and `folded` formats of `ecot export`, by line of JSON.

A row ends in a reply that passed; every reply before it failed, and is context unless all are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ecot.agents.ecot import ReasoningSource
from ecot.agents.replies import without_thinking
from ecot.envs.errors import ConfigError
from ecot.trainers.samples import ConversationEncoder, Loss, Reasoning, Sample, Tally

Row = Mapping[str, Any]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file of `ecot export`.

    Raises:
        ConfigError: the file cannot be read, or holds rows of another format.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} holds no rows that can be read: {error}") from None
    for row in rows:
        if not isinstance(row, dict) or not ("messages" in row or {"prompt", "completion"} <= set(row)):
            raise ConfigError(f"{path} holds neither `messages` nor `prompt` and `completion`; export another format")
    return rows


def row_samples(
    rows: Iterable[Row],
    encoder: ConversationEncoder,
    *,
    max_length: int,
    loss: Loss = "passing",
    reasoning: Reasoning = "model",
    tally: Tally,
) -> Iterator[Sample]:
    """Yield rows as samples; `loss="corrections"` leaves out conversations of one reply.

    Args:
        rows: see `read_rows`.
        encoder: of the model that learns.
        max_length: tokens; longer samples are left out and counted.
        loss: which replies are learned.
        reasoning: whose thinking is kept; rows say who wrote theirs.
        tally: is told what became of them.

    Raises:
        ConfigError: a conversation does not alternate.
    """
    for row in rows:
        system, texts = conversation_of_row(row, reasoning)
        replies = len(texts) // 2
        if loss == "corrections" and replies == 1:
            tally.nothing += 1
            continue
        learned = [loss == "all" or number == replies - 1 for number in range(replies)]
        sample = encoder.conversation(texts, learned, system=system)
        tally.longest = max(tally.longest, len(sample.input_ids))
        if len(sample.input_ids) > max_length:
            tally.overlong += 1
            continue
        tally.taken += 1
        tally.tokens += len(sample.input_ids)
        tally.learned += sum(sample.learned)
        yield Sample(input_ids=sample.input_ids, learned=sample.learned, identity=str(row.get("identity", "")))


def conversation_of_row(row: Row, reasoning: Reasoning = "all") -> tuple[str, list[str]]:
    """Return the system prompt, empty for none, and question, reply, question, ..., reply.

    Raises:
        ConfigError: the messages do not alternate.
    """
    messages = row["messages"] if "messages" in row else [*row["prompt"], *row["completion"]]
    system = messages[0]["content"] if messages and messages[0]["role"] == "system" else ""
    spoken = messages[1:] if system else messages
    roles = [message["role"] for message in spoken]
    if not roles or len(roles) % 2 or roles != ["user", "assistant"] * (len(roles) // 2):
        raise ConfigError(f"a row must go from user to assistant and end there, not {roles}")
    model_wrote = row.get("reasoning_source", ReasoningSource.MODEL) == ReasoningSource.MODEL
    drop = reasoning == "none" or (reasoning == "model" and not model_wrote)
    contents = [str(message["content"]) for message in spoken]
    return system, [without_thinking(text) if drop and number % 2 else text for number, text in enumerate(contents)]
