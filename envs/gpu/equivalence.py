"""A cheap proof that a mutant is the solution: the same launches with the same numbers, of the same machine code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ecot.envs.gpu.references import cases_of
from ecot.envs.gpu.resources import distinct
from ecot.envs.gpu.toolchain import COMPILER_FACTOR
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request

_TARGET = "sm_90"


def equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    """Return True where a mutant is proved to behave as the solution does on a GPU; None where that is undecided.

    Args:
        workspace: of the job.
        request: holds the solution as its candidate.
        mutant: source.

    Raises:
        SandboxError: the host is at fault.
    """
    mine, theirs = (_seen(workspace, request, source) for source in (request.candidate.source, mutant))
    if mine is None or theirs is None or mine["trace"] != theirs["trace"] or mine["launches"] != theirs["launches"]:
        return None
    codes = [_codes(workspace, request, source, mine) for source in (request.candidate.source, mutant)]
    return True if codes[0] is not None and codes[0] == codes[1] else None


def _seen(workspace: Workspace, request: Request, source: str) -> dict[str, Any] | None:
    """What one source launches in the cases of the request; where its lines stand does not matter."""
    workspace.write(request.task.bundle.entry, source)
    answer = workspace.call("ecot.envs.gpu.workers.interpret:run", cases_of(workspace, request))
    if answer.value is None or answer.value["fault"] or answer.value["refused"]:
        return None
    launches = [{key: value for key, value in item.items() if key != "line"} for item in answer.value["launches"]]
    return {"trace": answer.value["trace"], "launches": launches}


def _codes(workspace: Workspace, request: Request, source: str, seen: Mapping[str, Any]) -> list[str] | None:
    launches = [{**launch, "line": 0} for launch in distinct(seen["launches"])]
    limits = request.effective_limits
    answer = workspace.call(
        "ecot.envs.gpu.workers.compile:compile_all",
        {"source": source, "launches": launches, "target": _TARGET},
        limits=replace(limits, cpu_seconds=COMPILER_FACTOR * limits.cpu_seconds),
    )
    if answer.value is None or any("error" in result for result in answer.value["results"]):
        return None
    return [str(result["code"]) for result in answer.value["results"]]
