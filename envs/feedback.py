"""What the agent reads: the first observation, and the feedback rendered from the canonical outcome alone."""

from __future__ import annotations

import hashlib
from typing import Literal

from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Diagnostic, Outcome, Task

FeedbackMode = Literal["full", "label", "none"]
MODES: tuple[FeedbackMode, ...] = ("full", "label", "none")
MAX_DIAGNOSTICS = 8
"""Diagnostics shown in one feedback; the rest are counted."""
MAX_CHARACTERS = 4000
"""Characters of one diagnostic that are shown."""
_PACKAGE = "ecot.envs"


def first_observation(task: Task, domain: Domain, *, corrections: int) -> str:
    """Render the task and the form of the answer."""
    attempts = f"one attempt and up to {corrections} corrections" if corrections else "one attempt"
    values = {"instruction": task.instruction.strip(), "fence": domain.fences[0], "attempts": attempts}
    return fill(load(_PACKAGE, "observation.md"), values)


def feedback(outcome: Outcome, *, mode: FeedbackMode, remaining: int) -> str:
    """Render an outcome for the agent.

    Args:
        outcome: of the last reply; only its canonical form is read.
        mode: `full`, `label` (no diagnostics) or `none`.
        remaining: corrections left.

    Raises:
        ConfigError: the mode is unknown.
    """
    if mode not in MODES:
        raise ConfigError(f"unknown feedback {mode!r}; use one of {', '.join(MODES)}")
    left = _remaining(outcome, remaining)
    if mode == "none":
        return f"{left}\n"
    outcome = outcome.canonical()
    failed = outcome.failure
    stage = failed.name if failed else (outcome.stages[-1].name if outcome.stages else "none")
    body = _body(outcome) if mode == "full" else ""
    text = fill(
        load(_PACKAGE, "feedback.md"),
        {"label": str(outcome.label), "stage": stage, "body": body, "remaining": left},
    )
    return text.replace("\n\n\n", "\n\n")


def render_diagnostic(item: Diagnostic) -> str:
    """Render one diagnostic as `file:line:column: code: message (tool)`.

    >>> render_diagnostic(Diagnostic(tool="iverilog", code="syntax_error", message="syntax error", file="a.v", line=3))
    'a.v:3: syntax_error: syntax error (iverilog)'
    """
    place = ":".join([item.file, *(str(number) for number in (item.line, item.column) if number)]) if item.file else ""
    message = item.message if len(item.message) <= MAX_CHARACTERS else f"{item.message[:MAX_CHARACTERS]} ..."
    return f"{place}: {item.code}: {message} ({item.tool})".removeprefix(": ")


def prompt_digest(domain: Domain) -> str:
    """Return a digest of all text that observations of a domain are rendered from, the tasks' own apart."""
    texts = [load(_PACKAGE, name) for name in ("observation.md", "feedback.md")]
    return hashlib.sha256("\0".join([*texts, *domain.fences]).encode()).hexdigest()[:32]


def _body(outcome: Outcome) -> str:
    shown = [render_diagnostic(item) for item in outcome.diagnostics[:MAX_DIAGNOSTICS]]
    hidden = len(outcome.diagnostics) - len(shown)
    if hidden > 0:
        shown.append(f"... and {hidden} more")
    if outcome.omitted:
        shown.append(f"Stages that were left out: {', '.join(outcome.omitted)}.")
    passed = [stage for stage in outcome.stages if stage.passed and stage.metrics]
    shown += [
        f"{stage.name}: " + ", ".join(f"{key} {value}" for key, value in stage.metrics.items()) for stage in passed
    ]
    return "".join(f"\n{line}" for line in shown) + ("\n" if shown else "")


def _remaining(outcome: Outcome, remaining: int) -> str:
    if outcome.passed:
        return "The task is solved."
    if not remaining:
        return "No corrections are left."
    return f"Corrections left: {remaining}. Answer with the complete corrected source."
