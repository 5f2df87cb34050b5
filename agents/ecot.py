"""From a trajectory to training text: reasoning cleaned, the episode as a conversation, or folded into one thought.

The folded form turns failed attempts and their diagnoses into one chain of thought that ends in the answer that passed.
It is made by template, from what the episode holds, and marked so; nothing in it was executed that the episode did not
execute. Only turns that a real toolchain judged are used.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ecot.agents.baselines import fenced
from ecot.agents.replies import code_of, thinking_of, without_thinking
from ecot.envs.domain import domain_of
from ecot.envs.errors import TaskError
from ecot.envs.feedback import render_diagnostic
from ecot.envs.prompts import fill, load
from ecot.envs.types import Label, Objective, Outcome, Source, Task, Trajectory, Turn

_PACKAGE = "ecot.agents"
_SHOWN_DIAGNOSTICS = 3
_DIAGNOSTIC_LINES = 3
_LONGEST_LINE = 400
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'`(])")
_TRACE = re.compile(r"^(Traceback \(most recent call last\):|\s*File \"[^\"]*\", line \d+.*|\s+at 0x[0-9a-f]+.*)$")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{8,}\b")
_PATH = re.compile(r"(?<![\w/])/(?:tmp|home|root|var|usr|opt)/(?:[\w.+-]+/)*([\w.+-]+)")


class Kind(StrEnum):
    """What a sample teaches."""

    DIRECT = "direct"
    """The first answer passed."""
    REPAIR = "repair"
    """Given code, or an own attempt that failed, was put right."""
    OPTIMISATION = "optimisation"
    """Right code was made better."""


class ReasoningSource(StrEnum):
    """Who wrote the reasoning."""

    MODEL = "model"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """An episode that passed, up to the turn that passed, cleaned.

    Attributes:
        trajectory: that it is of.
        kind: what it teaches.
        reasoning_source: who wrote the reasoning of its turns.
        turns: up to and with the one that passed, the best where several did; their thinking cleaned.
    """

    trajectory: Trajectory
    kind: Kind
    reasoning_source: ReasoningSource
    turns: tuple[Turn, ...]

    @property
    def outcome(self) -> Outcome:
        """Of the turn that passed."""
        outcome = self.turns[-1].outcome
        if outcome is None:  # cannot be: `solved` looks for it
            raise TaskError(f"trajectory {self.trajectory.identity} has no outcome at its last turn")
        return outcome


def solved(trajectory: Trajectory, task: Task | None) -> Solved | None:
    """Return what an episode teaches; None where it broke on our side or no turn passed for real.

    Args:
        trajectory: the episode.
        task: that it plays, where it can still be built; says what it was about.
    """
    if trajectory.error:
        return None
    index = _best_pass(trajectory)
    if index is None:
        return None
    return Solved(
        trajectory=trajectory,
        kind=_kind(trajectory, task, index),
        reasoning_source=reasoning_source_of(trajectory),
        turns=tuple(_cleaned(item) for item in trajectory.turns[: index + 1]),
    )


def _best_pass(trajectory: Trajectory) -> int | None:
    """The last turn that passed for real and earned something: where there is more to gain than a pass, the best."""
    passed = [
        index
        for index, turn in enumerate(trajectory.turns)
        if turn.outcome is not None and turn.outcome.passed and turn.outcome.source is Source.REAL
    ]
    earned = [index for index in passed if trajectory.turns[index].reward > 0]
    return earned[-1] if earned else passed[0] if passed else None


def reasoning_source_of(trajectory: Trajectory) -> ReasoningSource:
    """Return who wrote the reasoning: agents that see the solution write by template."""
    return ReasoningSource.TEMPLATE if trajectory.provenance.privileged else ReasoningSource.MODEL


def _kind(trajectory: Trajectory, task: Task | None, passed_at: int) -> Kind:
    labels = {turn.outcome.label for turn in trajectory.turns if turn.outcome is not None}
    if (task is not None and task.objective is not Objective.CORRECT) or Label.NO_IMPROVEMENT in labels:
        return Kind.OPTIMISATION
    if passed_at or (task is not None and "fault" in task.bundle.params):
        return Kind.REPAIR
    return Kind.DIRECT


def clean_thinking(text: str) -> str:
    r"""Return reasoning without filler, raw traces, addresses, absolute paths and repeated sentences; code stays.

    >>> clean_thinking("Okay, so the counter wraps at 9. Hmm. The counter stays. The counter stays.")
    'The counter wraps at 9. The counter stays.'
    """
    parts = re.split(r"(^```.*?^```[ \t]*$)", text, flags=re.M | re.S)
    seen: set[str] = set()
    cleaned = [part if part.startswith("```") else _clean_prose(part, seen) for part in parts]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(part.strip("\n") for part in cleaned if part.strip())).strip()


def _clean_prose(text: str, seen: set[str]) -> str:
    lines = []
    for line in text.split("\n"):
        if _TRACE.match(line):
            continue
        line = _PATH.sub(r"\1", _ADDRESS.sub("an address", line))
        indent = line[: len(line) - len(line.lstrip())]
        kept = [said for sentence in _SENTENCE.split(line.strip()) if (said := _without_filler(sentence, seen))]
        if kept or not line.strip():
            lines.append(indent + " ".join(kept) if kept else "")
    return "\n".join(lines)


def _without_filler(sentence: str, seen: set[str]) -> str:
    said, before = sentence, ""
    while said != before:
        before, said = said, _filler().sub("", said)
    if said != sentence:
        said = said[:1].upper() + said[1:]
    if not re.search(r"\w", said):
        return "" if re.search(r"\w", sentence) else sentence
    # A short sentence may well stand twice; a long one that does is a loop.
    key = said.lower()
    if len(key) > 20 or key.endswith("."):
        if key in seen and len(key.split()) > 2:
            return ""
        seen.add(key)
    return said


@cache
def _filler() -> re.Pattern[str]:
    openings = [line[2:].strip() for line in load(_PACKAGE, "filler.md").splitlines() if line.startswith("- ")]
    endings = {True: r"(?:\s*[,.!:…]+\s*|\s+|$)", False: r"(?:\s*[,.!:…]+\s*|$)"}
    patterns = [
        re.escape(item.removesuffix(" ...")) + endings[item.endswith(" ...")]
        for item in sorted(openings, key=len, reverse=True)
    ]
    return re.compile(rf"^(?:{'|'.join(patterns)})", re.I)


def _cleaned(turn: Turn) -> Turn:
    thinking = clean_thinking(thinking_of(turn.action))
    answer = without_thinking(turn.action).strip()
    cleanable = thinking and "</think>" in turn.action
    action = with_thinking(thinking, answer) if cleanable else turn.action.strip()
    return Turn(observation=turn.observation, action=action, outcome=turn.outcome, reward=turn.reward)


def with_thinking(thinking: str, answer: str) -> str:
    """Return a reply: the thinking between its tags, then the answer."""
    return f"<think>\n{thinking}\n</think>\n\n{answer}"


Messages = list[dict[str, str]]
"""A conversation as TRL reads it: role and content."""


def conversation_of(turns: Sequence[Turn], *, system: str = "", strip: bool = False) -> Messages:
    """Return turns as messages.

    Args:
        turns: in order.
        system: the system prompt; none where it is empty.
        strip: leave the thinking of all turns but the last out, as chat templates do.
    """
    messages: Messages = [{"role": "system", "content": system}] if system else []
    for index, turn in enumerate(turns):
        last = index == len(turns) - 1
        said = turn.action if last or not strip else without_thinking(turn.action)
        messages += [{"role": "user", "content": turn.observation}, {"role": "assistant", "content": said}]
    return messages


def folded(item: Solved) -> str:
    """Return the one reply that an episode folds into: drafts, diagnoses and changes as thinking, then the answer."""
    parts = [part.strip() for part in _thoughts(item) if part.strip()]
    return with_thinking("\n\n".join(parts), without_thinking(item.turns[-1].action).strip())


def _thoughts(item: Solved) -> Iterator[str]:
    tag = domain_of(item.trajectory.env_id).fences[0]
    draft = ""
    for turn in item.turns:
        yield thinking_of(turn.action)
        if turn is item.turns[-1]:
            yield _say("passed", {}) if len(item.turns) > 1 else ""
            continue
        code = code_of(turn.action, item.trajectory.env_id)
        yield _draft(draft, code, tag)
        draft = code or draft
        if turn.outcome is not None:
            yield _diagnosis(turn.outcome)


def _draft(before: str, code: str, tag: str) -> str:
    if not code:
        return _say("no_code", {})
    if not before:
        return _say("draft", {"code": fenced(code, tag)})
    lines = list(difflib.unified_diff(before.splitlines(), code.splitlines(), lineterm="", n=1))[2:]
    return _say("change", {"code": fenced("\n".join(lines), "diff")}) if lines else _say("unchanged", {})


def _diagnosis(outcome: Outcome) -> str:
    canonical = outcome.canonical()
    shown = [_beginning(render_diagnostic(item)) for item in canonical.diagnostics[:_SHOWN_DIAGNOSTICS]]
    failed = canonical.failure
    values = {
        "label": str(canonical.label),
        "stage": failed.name if failed else "all",
        "diagnosis": "\n".join(f"> {line}" for text in shown for line in text.split("\n")),
    }
    return _say("diagnosis", values)


def _beginning(diagnostic: str) -> str:
    """The first lines: a message and the place it points at, without the tables below it."""
    lines = diagnostic.split("\n")[:_DIAGNOSTIC_LINES]
    return "\n".join(line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} ..." for line in lines)


def _say(occasion: str, values: Mapping[str, str]) -> str:
    return fill(_phrases()[occasion], values).strip()


@cache
def _phrases() -> Mapping[str, str]:
    sections = re.split(r"^# ", load(_PACKAGE, "folding.md"), flags=re.M)[1:]
    return {heading.strip(): body.strip() for heading, _, body in (part.partition("\n") for part in sections)}
