"""Judges repair tasks: a look at the answer, the base domain's stages, and after a pass a look at the faulty code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ecot.envs.domain import Domain
from ecot.envs.errors import TaskError
from ecot.envs.repair_answers import LINES, TYPES, Answer, answer_metrics, wrong_parts
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Diagnostic, File, Label, Request, StageResult, Task

__all__ = ["STAGE", "all_lines", "faulty_path", "repair_toolchain"]

STAGE = "answer"
"""The stage before those of the base domain."""


def faulty_path(entry: str) -> str:
    """Return where a bundle holds the faulty code."""
    return f"faulty/{entry}"


def all_lines(facts: Mapping[str, Any]) -> list[int]:
    """Return the lines of all faults, each once."""
    return sorted({line for lines in facts["lines"] for line in lines})


def repair_toolchain(domain: Domain) -> Callable[[Workspace, Request], Iterator[StageResult]]:
    """Return the toolchain of a domain's repair tasks."""

    def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
        facts: Mapping[str, Any] = request.task.bundle.params["fault"]
        if facts["answer"] != Answer.REPAIR:
            yield _answered(request, facts)
            return
        faulty = _faulty(request.task)
        metrics = answer_metrics(request.candidate.answers, types=facts["types"], lines=all_lines(facts))
        if request.candidate.source.split() == faulty.split():
            yield _unchanged(request.task.bundle.entry, metrics)
            return
        if request.stages is None or STAGE in request.stages:
            yield StageResult(name=STAGE, passed=True, label=Label.PASS, metrics=metrics, engine="text")
        based = _based(request, domain)
        passed = True
        for result in domain.toolchain(workspace, based):
            passed &= result.passed
            yield result
        if passed and (based.stages is None or set(domain.stages) <= set(based.stages)):
            _check_fault(workspace, based, faulty, domain)

    return stages


def _answered(request: Request, facts: Mapping[str, Any]) -> StageResult:
    """The only stage of a task of classification or localisation."""
    name, expected = (TYPES, facts["types"]) if facts["answer"] == Answer.CLASSIFY else (LINES, all_lines(facts))
    wrong = wrong_parts(request.candidate.answers.get(name), expected)
    metrics = answer_metrics(request.candidate.answers, types=facts["types"], lines=all_lines(facts))
    diagnostic = Diagnostic(tool="judge", code="wrong_list", symbol=name, message=f"`{name}` is not right: {wrong}")
    return StageResult(
        name=STAGE,
        passed=not wrong,
        label=Label.MISMATCH if wrong else Label.PASS,
        diagnostics=(diagnostic,) if wrong else (),
        metrics=metrics,
        engine="text",
    )


def _faulty(task: Task) -> str:
    path = faulty_path(task.bundle.entry)
    for file in task.bundle.files:
        if file.path == path:
            return file.text
    raise TaskError(f"repair task {task.id!r} lacks the file {path!r} in its bundle; build it with RepairSource")


def _unchanged(entry: str, metrics: Mapping[str, float | int]) -> StageResult:
    message = "this is the faulty code as it was given; find the fault and change it"
    diagnostic = Diagnostic(tool="judge", code="unchanged", message=message, file=entry)
    return StageResult(
        name=STAGE,
        passed=False,
        label=Label.NO_IMPROVEMENT,
        diagnostics=(diagnostic,),
        metrics=metrics,
        engine="text",
    )


def _based(request: Request, domain: Domain) -> Request:
    """The request as the base domain knows it."""
    facts: Mapping[str, str] = request.task.bundle.params["fault"]
    task = replace(request.task, id=facts["base_id"], env_id=domain.id)
    stages = None if request.stages is None else tuple(name for name in request.stages if name != STAGE)
    return replace(request, task=task, stages=stages)


def _check_fault(workspace: Workspace, request: Request, faulty: str, domain: Domain) -> None:
    """Raise `TaskError` where the faulty code passes too, under the same hidden seed."""
    candidate = replace(request.candidate, files=(File(request.task.bundle.entry, faulty),))
    if all(result.passed for result in domain.toolchain(workspace, replace(request, candidate=candidate))):
        fault = request.task.bundle.params["fault"]
        raise TaskError(
            f"the faults {', '.join(fault['operators'])} of {request.task.id!r} change nothing that is judged under "
            f"hidden seed {request.hidden_seed}, so there is nothing to repair; leave this task out"
        )
