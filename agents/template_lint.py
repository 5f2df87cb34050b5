"""Does a chat template keep what is to be learned? Reasoning, prefixes, the assistant mask and the length, measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from ecot.agents.ecot import Messages
from ecot.agents.replies import thinking_of
from ecot.envs.errors import ConfigError


@dataclass(slots=True)
class TemplateReport:
    """Counts over conversations.

    Attributes:
        samples: conversations.
        turns: assistant turns with reasoning.
        kept: of these, the ones whose reasoning is in the rendered text.
        kept_last: conversations whose last turn keeps its reasoning.
        prefixes: places where a conversation goes on after an assistant turn.
        prefix_kept: of these, the ones where what was rendered before stays as it was.
        has_mask: whether the template marks what the assistant says (`{% generation %}`).
        empty_masks: conversations whose mask marks nothing.
        truncated: conversations longer than the limit.
        longest: tokens of the longest.
        limit: tokens.
    """

    limit: int
    samples: int = 0
    turns: int = 0
    kept: int = 0
    kept_last: int = 0
    prefixes: int = 0
    prefix_kept: int = 0
    has_mask: bool = False
    empty_masks: int = 0
    truncated: int = 0
    longest: int = 0

    @property
    def sentences(self) -> Sequence[str]:
        """What it comes to, a sentence each; what is wrong begins with a capital WRONG."""
        return list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        lost = self.turns - self.kept
        yield (
            f"WRONG: the template drops the reasoning of {lost} of {self.turns} turns"
            + (", none of them last" if self.kept_last == self.samples else "")
            + "; train on prompt_completion rows, or use a template that keeps it"
            if lost
            else f"the reasoning of all {self.turns} turns survives the template"
        )
        if self.prefixes:
            broken = self.prefixes - self.prefix_kept
            yield (
                f"WRONG: at {broken} of {self.prefixes} places the template rewrites earlier turns as the conversation "
                "goes on, so ids of a rollout cannot be appended to"
                if broken
                else f"all {self.prefixes} conversations that go on keep what stood before"
            )
        if not self.has_mask:
            yield "the template marks no assistant text ({% generation %}), so assistant_only_loss cannot be used"
        elif self.empty_masks:
            yield f"WRONG: the assistant mask of {self.empty_masks} of {self.samples} samples is empty"
        else:
            yield f"the assistant mask of all {self.samples} samples marks something"
        word = "WRONG: " if self.truncated else ""
        many = f"{self.truncated} of {self.samples}"
        yield f"{word}{many} samples exceed {self.limit} tokens; the longest has {self.longest}"


def lint_template(tokenizer_path: str | Path, conversations: Iterable[Messages], *, max_length: int) -> TemplateReport:
    """Render conversations with a tokenizer's chat template and report what becomes of them.

    Raises:
        ConfigError: the folder holds no tokenizer with a chat template.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(tokenizer_path, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{tokenizer_path} holds no tokenizer that can be loaded: {error}") from None
    if tokenizer.chat_template is None:
        raise ConfigError(f"the tokenizer in {tokenizer_path} has no chat template")
    report = TemplateReport(limit=max_length, has_mask="generation" in str(tokenizer.chat_template))
    for messages in conversations:
        _lint(report, tokenizer, messages)
    return report


def _lint(report: TemplateReport, tokenizer: Any, messages: Messages) -> None:
    report.samples += 1
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    last = False
    for index, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        last = True
        if thought := thinking_of(message["content"]):
            last = thought in text
            report.turns += 1
            report.kept += last
        if index + 1 < len(messages):
            report.prefixes += 1
            before = tokenizer.apply_chat_template(messages[: index + 1], tokenize=False)
            # A line end that only a finished conversation has is no rewriting.
            report.prefix_kept += text.startswith(before.rstrip("\n"))
    report.kept_last += last
    count = len(tokenizer(text, add_special_tokens=False)["input_ids"])
    report.longest = max(report.longest, count)
    report.truncated += count > report.limit
    if report.has_mask:
        encoded = tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        report.empty_masks += not any(encoded["assistant_masks"])
