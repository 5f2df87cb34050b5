"""How a domain's toolchain says what a stage found: results that pass or end the judgement, words without a place."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.sandbox import Exhausted, ProcessResult
from ecot.envs.types import Diagnostic, FrozenMap, Label, StageResult

__all__ = ["failed", "limit", "passed", "said"]

_LIMIT_WORDS = {
    Exhausted.CPU: "more processor time than is allowed",
    Exhausted.MEMORY: "more memory than is allowed",
    Exhausted.PROCESSES: "more processes than are allowed",
    Exhausted.SCRATCH: "more room on disk than is allowed",
    Exhausted.OUTPUT: "more output than is allowed",
}


def said(tool: str, code: str, message: str, *, symbol: str = "", file: str = "", line: int = 0) -> Diagnostic:
    """Return a diagnostic; without a line it names no file."""
    return Diagnostic(tool=tool, code=code, message=message, symbol=symbol, file=file if line else "", line=line)


def limit(process: ProcessResult, tool: str, *, what: str = "source") -> tuple[Label, tuple[Diagnostic, ...]]:
    """Return the label and the words for a run that a limit ended: processor time is `TIMEOUT`, all else resources.

    Args:
        process: that was ended.
        tool: that ran, or who it ran for.
        what: it worked on, as the words name it.
    """
    reached = process.exhausted or Exhausted.CPU
    label = Label.TIMEOUT if reached is Exhausted.CPU else Label.RESOURCE_LIMIT
    return label, (said(tool, f"{reached}_limit", f"{tool} needed {_LIMIT_WORDS[reached]} for this {what}"),)


def passed(
    name: str,
    *,
    engine: str,
    log: str = "",
    diagnostics: tuple[Diagnostic, ...] = (),
    metrics: Mapping[str, float | int] = FrozenMap(),
) -> StageResult:
    """Return the result of a stage that may be followed by the next."""
    return StageResult(
        name=name, passed=True, label=Label.PASS, engine=engine, log=log, diagnostics=diagnostics, metrics=metrics
    )


def failed(
    name: str,
    label: Label,
    diagnostics: tuple[Diagnostic, ...],
    *,
    engine: str,
    log: str = "",
    metrics: Mapping[str, float | int] = FrozenMap(),
) -> StageResult:
    """Return the result of a stage that ends the judgement."""
    return StageResult(
        name=name, passed=False, label=label, diagnostics=diagnostics, engine=engine, log=log, metrics=metrics
    )
