"""Rows of datasets that other tools read as they are, each format a function from episodes to rows.

    messages            TRL SFT: the whole conversation that ended in a pass, thinking inline
    prompt_completion   TRL SFT: the same, loss on the passing turn alone
    folded              TRL SFT: one question, one reply that folds the failed attempts into its thinking
    dpo                 TRL preference pairs: within a group, and a turn against the later one that passed
    kto                 TRL unpaired preferences: every first answer, good or bad
    grpo                prompts with the task that they are of
    world_model         what was tried, and what the tools said: every judged turn

Values are texts, numbers and lists of texts, never mappings with changing keys: Arrow would fill those with nulls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecot.agents.ecot import Messages, Solved, conversation_of, folded, reasoning_source_of, solved
from ecot.agents.replies import code_of, without_thinking
from ecot.agents.router import route, system_prompt
from ecot.envs.encoding import to_json
from ecot.envs.types import Audience, Source, Task, Trajectory, Turn

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A trajectory beside its task.

    Attributes:
        trajectory: as stored.
        task: None where it cannot be built any more.
        solved: what it teaches; None where it did not pass.
    """

    trajectory: Trajectory
    task: Task | None
    solved: Solved | None

    @classmethod
    def of(cls, trajectory: Trajectory, task: Task | None) -> Episode:
        """Return a trajectory beside its task."""
        return cls(trajectory=trajectory, task=task, solved=solved(trajectory, task))

    @property
    def system(self) -> str:
        """The system prompt that the router gives for the task; empty where the task is not known."""
        return system_prompt(route(self.task)) if self.task is not None else ""


def messages_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield conversations that ended in a pass."""
    for item in episodes:
        if item.solved is not None:
            yield {"messages": conversation_of(item.solved.turns, system=item.system), **_facts(item)}


def prompt_completion_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield the same, split before the passing turn; earlier turns without their thinking."""
    for item in episodes:
        if item.solved is not None:
            messages = conversation_of(item.solved.turns, system=item.system, strip=True)
            yield {"prompt": messages[:-1], "completion": messages[-1:], **_facts(item)}


def folded_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield one question and one reply an episode."""
    for item in episodes:
        if item.solved is not None:
            prompt = _opening(item)
            reply = [{"role": "assistant", "content": folded(item.solved)}]
            form = "template" if len(item.solved.turns) > 1 else "none"
            yield {"prompt": prompt, "completion": reply, **_facts(item), "folded_by": form}


def dpo_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield pairs: first answers of a group, one that passed against one that did not; and turns of an episode.

    A later turn's thinking speaks of feedback that the prompt of an earlier one does not hold; pairs of turns therefore
    compare answers without their thinking.
    """
    groups: dict[str, list[Episode]] = {}
    for item in episodes:
        groups.setdefault(item.trajectory.group_id, []).append(item)
        if item.solved is not None:
            for number, turn in enumerate(item.solved.turns[:-1]):
                before = conversation_of(item.solved.turns[:number], system=item.system, strip=True)
                asked = [*before, {"role": "user", "content": turn.observation}]
                better, worse = (without_thinking(it.action).strip() for it in (item.solved.turns[-1], turn))
                if better != worse:
                    yield _pair(item, asked, better, worse, kind="turn")
    for members in groups.values():
        good = [item for item in members if _first_passed(item) is True]
        bad = [item for item in members if _first_passed(item) is False]
        for right, wrong in zip(good, bad, strict=False):
            first = right.trajectory.turns[0].action, wrong.trajectory.turns[0].action
            yield _pair(right, _opening(right), *first, kind="group")


def kto_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield every first answer that was judged, good or bad."""
    for item in episodes:
        passed = _first_passed(item)
        if passed is not None:
            reply = [{"role": "assistant", "content": item.trajectory.turns[0].action}]
            yield {"prompt": _opening(item), "completion": reply, "label": passed, **_facts(item)}


def grpo_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield each task's prompt once."""
    seen: set[tuple[str, str]] = set()
    for item in episodes:
        trajectory = item.trajectory
        key = (trajectory.env_id, trajectory.task_id)
        if trajectory.turns and key not in seen:
            seen.add(key)
            tasks = str(trajectory.provenance.config.get("tasks", ""))
            yield {"prompt": _opening(item), "env_id": key[0], "task_id": key[1], "tasks": tasks}


def world_model_rows(episodes: Iterable[Episode]) -> Iterator[Row]:
    """Yield every turn that a toolchain judged for real: what may be known of the bundle, the code, what came of it."""
    for item in episodes:
        for number, turn in enumerate(item.trajectory.turns):
            code = code_of(turn.action, item.trajectory.env_id)
            if turn.outcome is None or turn.outcome.source is not Source.REAL or not code:
                continue
            outcome = turn.outcome.canonical()
            yield {
                "env_id": item.trajectory.env_id,
                "task_id": item.trajectory.task_id,
                "instruction": item.task.instruction if item.task else item.trajectory.turns[0].observation,
                "files": _files(item.task),
                "code": code,
                "label": str(outcome.label),
                "stage": outcome.failure.name if outcome.failure else "",
                "outcome": json.dumps(to_json(outcome), sort_keys=True),
                "turn": number + 1,
                "identity": item.trajectory.identity,
            }


FORMATS: Mapping[str, Callable[[Iterable[Episode]], Iterator[Row]]] = {
    "messages": messages_rows,
    "prompt_completion": prompt_completion_rows,
    "folded": folded_rows,
    "dpo": dpo_rows,
    "kto": kto_rows,
    "grpo": grpo_rows,
    "world_model": world_model_rows,
}
"""Every format by its name."""


def _facts(item: Episode) -> dict[str, Any]:
    """What every sample says of itself; the outcome is that of a real execution."""
    trajectory = item.trajectory
    turn = _judged(item)
    outcome = turn.outcome if turn is not None else None
    return {
        "kind": str(item.solved.kind) if item.solved else "attempt",
        "reasoning_source": str(reasoning_source_of(trajectory)),
        "env_id": trajectory.env_id,
        "task_id": trajectory.task_id,
        "family": item.task.family if item.task else "",
        "level": item.task.level if item.task else 0,
        "turns": len(item.solved.turns) if item.solved else len(trajectory.turns),
        "outcome": str(outcome.label) if outcome else "",
        "engines": sorted({stage.engine for stage in outcome.stages if stage.engine}) if outcome else [],
        "agent": trajectory.provenance.agent,
        "identity": trajectory.identity,
    }


def _judged(item: Episode) -> Turn | None:
    if item.solved is not None:
        return item.solved.turns[-1]
    return item.trajectory.turns[0] if item.trajectory.turns else None


def _opening(item: Episode) -> Messages:
    messages: Messages = [{"role": "system", "content": item.system}] if item.system else []
    return [*messages, {"role": "user", "content": item.trajectory.turns[0].observation}]


def _first_passed(item: Episode) -> bool | None:
    """Whether the first answer passed; None where none was judged for real."""
    turn = item.trajectory.turns[0] if item.trajectory.turns else None
    if item.trajectory.error or turn is None or turn.outcome is None or turn.outcome.source is not Source.REAL:
        return None
    return turn.outcome.passed


def _pair(item: Episode, prompt: Messages, better: str, worse: str, *, kind: str) -> Row:
    return {
        "prompt": prompt,
        "chosen": [{"role": "assistant", "content": better}],
        "rejected": [{"role": "assistant", "content": worse}],
        "pair": kind,
        **_facts(item),
    }


def _files(task: Task | None) -> Sequence[str]:
    """The files that an agent may see, each with its path in the first line; what only the judge sees stays hidden."""
    shown = task.bundle.files if task is not None else ()
    return [f"{item.path}\n{item.text}" for item in shown if item.audience is not Audience.JUDGE]
