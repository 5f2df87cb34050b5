"""Trajectories as the page reads them: a short record for the list, a long one for reading turn by turn."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ecot.agents.replies import code_of, thinking_of, without_thinking
from ecot.envs.feedback import render_diagnostic
from ecot.envs.types import Outcome, Trajectory, Turn

_FACTS_DIGITS = 4


def short_record(trajectory: Trajectory) -> Mapping[str, Any]:
    """Return what a row of the list and the totals need."""
    labels = [str(turn.outcome.label) if turn.outcome else "ERROR" for turn in trajectory.turns]
    return {
        "id": trajectory.identity,
        "env": trajectory.env_id,
        "task": trajectory.task_id,
        "agent": trajectory.provenance.agent.partition("(")[0],
        "labels": labels + (["ERROR"] if trajectory.error else []),
        "reward": round(trajectory.total_reward, _FACTS_DIGITS),
        "passed": trajectory.passed,
    }


def long_record(trajectory: Trajectory) -> Mapping[str, Any]:
    """Return an episode turn by turn."""
    provenance = trajectory.provenance
    return {
        **short_record(trajectory),
        "facts": {
            "agent": provenance.agent + (" (sees the solution)" if provenance.privileged else ""),
            "tools": ", ".join(f"{tool} {version}" for tool, version in provenance.toolchain.items()),
            "backend": ", ".join(f"{key} {value}" for key, value in provenance.backend.items()),
            "seed": trajectory.seed,
            "sample": trajectory.sample_index,
            "played": provenance.created,
        },
        "error": trajectory.error,
        "task_text": trajectory.turns[0].observation if trajectory.turns else "",
        "turns": list(_turns(trajectory)),
    }


def _turns(trajectory: Trajectory) -> Iterator[Mapping[str, Any]]:
    before = ""
    for turn in trajectory.turns:
        code = code_of(turn.action, trajectory.env_id)
        yield {
            "thinking": thinking_of(turn.action),
            "code": _lines(before, code, turn.outcome) if code else [],
            "answer": "" if code else without_thinking(turn.action),
            "label": str(turn.outcome.label) if turn.outcome else "ERROR",
            "stage": turn.outcome.failure.name if turn.outcome and turn.outcome.failure else "",
            "source": str(turn.outcome.source) if turn.outcome else "",
            "reward": round(turn.reward, _FACTS_DIGITS),
            "diagnostics": [render_diagnostic(item) for item in turn.outcome.diagnostics] if turn.outcome else [],
            "metrics": _metrics(turn),
            "stages": _stages(turn),
        }
        before = code or before


def _lines(before: str, code: str, outcome: Outcome | None) -> Sequence[Sequence[Any]]:
    """The lines of code beside the turn before: mark, number in the new code (0 for a line that went), text, concerned.

    A line is concerned where a diagnostic names it.
    """
    named = {item.line for item in outcome.diagnostics if item.line} if outcome else set()
    new = code.splitlines()
    if not before:
        return [[" ", number, text, number in named] for number, text in enumerate(new, start=1)]
    found: list[list[Any]] = []
    number = 0
    for line in difflib.ndiff(before.splitlines(), new):
        mark = line[0]
        if mark == "?":
            continue
        number += mark != "-"
        found.append([mark, 0 if mark == "-" else number, line[2:], mark != "-" and number in named])
    return found


def _metrics(turn: Turn) -> Mapping[str, float]:
    return {} if turn.outcome is None else dict(turn.outcome.canonical().metrics)


def _stages(turn: Turn) -> Sequence[Sequence[Any]]:
    if turn.outcome is None:
        return []
    return [[stage.name, stage.passed, stage.engine, round(stage.seconds, 3)] for stage in turn.outcome.stages]
