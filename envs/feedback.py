"""What the agent reads: the first observation, and the feedback rendered from the canonical outcome alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError
from ecot.envs.prompts import fill, load
from ecot.envs.repair_answers import Answer
from ecot.envs.types import Diagnostic, Objective, Outcome, Task

FeedbackMode = Literal["full", "full+internals", "label", "none"]
MODES: tuple[FeedbackMode, ...] = ("full", "full+internals", "label", "none")
INTERNALS = "internals"
"""The extra stage of a domain that can show what a candidate holds at a failure."""
MAX_DIAGNOSTICS = 8
"""Diagnostics shown in one feedback; the rest are counted."""
MAX_CHARACTERS = 4000
"""Characters of one diagnostic that are shown."""
STOPPED = "The episode ends here, and the best answer that passed counts.\n"
"""What follows a reply by which the agent stops."""
_PACKAGE = "ecot.envs"
_FIRST, _FIRST_OF_ANSWERS, _FIRST_OF_IMPROVING = "observation.md", "observation_answer.md", "observation_improve.md"


def asks_for_code(task: Task) -> bool:
    """Whether a task is answered with code, as all are but those that ask what is wrong with code."""
    fault: Mapping[str, Any] = task.bundle.params.get("fault", {})
    return bool(fault.get("answer", Answer.REPAIR) == Answer.REPAIR)


def first_observation(task: Task, domain: Domain, *, corrections: int) -> str:
    """Render the task and the form of the answer."""
    attempts = f"one attempt and up to {corrections} corrections" if corrections else "one attempt"
    values = {"instruction": task.instruction.strip(), "fence": domain.fences[0], "attempts": attempts}
    if not asks_for_code(task):
        return fill(load(_PACKAGE, _FIRST_OF_ANSWERS), values)
    improving = task.objective is not Objective.CORRECT and corrections
    return fill(load(_PACKAGE, _FIRST_OF_IMPROVING if improving else _FIRST), values)


def feedback(outcome: Outcome, *, mode: FeedbackMode, remaining: int, code: bool = True, may_stop: bool = False) -> str:
    """Render an outcome for the agent.

    Args:
        outcome: of the last reply; only its canonical form is read.
        mode: `full`, `full+internals` (the same of an outcome that tells more), `label` (no diagnostics) or `none`.
        remaining: corrections left.
        code: whether the answer is code.
        may_stop: whether an answer passed that may still be improved, so that the agent may stop instead.

    Raises:
        ConfigError: the mode is unknown.
    """
    if mode not in MODES:
        raise ConfigError(f"unknown feedback {mode!r}; use one of {', '.join(MODES)}")
    left = _remaining(outcome, remaining, code=code, may_stop=may_stop)
    if mode == "none":
        return f"{left}\n"
    outcome = outcome.canonical()
    failed = outcome.failure
    stage = failed.name if failed else (outcome.stages[-1].name if outcome.stages else "none")
    body = _body(outcome) if mode.startswith("full") else ""
    text = fill(
        load(_PACKAGE, "feedback.md"),
        {"label": str(outcome.label), "stage": stage, "body": body, "remaining": left},
    )
    return text.replace("\n\n\n", "\n\n")


def render_diagnostic(item: Diagnostic) -> str:
    """Render one diagnostic as `file:line:column: code: message (tool)`, further lines of the message below.

    >>> render_diagnostic(Diagnostic(tool="iverilog", code="syntax_error", message="syntax error", file="a.v", line=3))
    'a.v:3: syntax_error: syntax error (iverilog)'
    """
    place = ":".join([item.file, *(str(number) for number in (item.line, item.column) if number)]) if item.file else ""
    message = item.message if len(item.message) <= MAX_CHARACTERS else f"{item.message[:MAX_CHARACTERS]} ..."
    first, *more = message.split("\n")
    return "\n".join([f"{place}: {item.code}: {first} ({item.tool})".removeprefix(": "), *more])


def prompt_digest(domain: Domain) -> str:
    """Return a digest of all text that observations of a domain are rendered from, the tasks' own apart."""
    texts = [load(_PACKAGE, name) for name in (_FIRST, _FIRST_OF_ANSWERS, _FIRST_OF_IMPROVING, "feedback.md")]
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


def _remaining(outcome: Outcome, remaining: int, *, code: bool, may_stop: bool) -> str:
    if outcome.passed and not may_stop:
        return "The task is solved."
    if not remaining:
        return "No corrections are left."
    if may_stop:
        return f"Corrections left: {remaining}. Answer with a complete source that is better, or without code to stop."
    wanted = "the complete corrected source" if code else "the complete corrected line"
    return f"Corrections left: {remaining}. Answer with {wanted}."
