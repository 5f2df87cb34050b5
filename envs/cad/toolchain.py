"""The stages that judge a CAD script: rules, build, validate, compare.

The script runs in a process of its own that gives out geometry and nothing else. A second process, forked from the
same clean server, reads that geometry, inspects it and compares it with the part that the task's solution builds in a
third. What crashes the judge's process is geometry that the kernel cannot work with, and earns as little.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ecot.envs.cad.source import LIMITS
from ecot.envs.cad.tools import CADQUERY, KERNEL, MANIFOLD
from ecot.envs.errors import JudgeError, SandboxError, TaskError
from ecot.envs.sandbox import CallResult, Exhausted, Workspace
from ecot.envs.score import ladder
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic, Label, Outcome, Request, StageResult, Task

__all__ = ["FLOOR", "STAGES", "Built", "ask", "build", "score", "stages", "truth_of"]

STAGES = ("rules", "build", "validate", "compare")
MEASURES = "measures"
"""Extra stage: voxels, distances, moments and counts beside a comparison."""
FLOOR = 0.1
"""What a valid part that is the wrong one earns."""
_PACKAGE = "ecot.envs.cad"
_JUDGING = replace(LIMITS, cpu_seconds=12.0)
_TRAPS = frozenset({"oversized", "not_finite", "shell_ignored", "all_removed"})
"""What the kernel let pass in silence, as the builder notes it: explains a failure, and never makes one."""
_CODES = {
    "exception": Label.RUNTIME_ERROR,
    "no_result": Label.RUNTIME_ERROR,
    "no_shape": Label.RUNTIME_ERROR,
    "kernel_refused": Label.GEOMETRY_ERROR,
    "empty_result": Label.GEOMETRY_ERROR,
    "no_solid": Label.GEOMETRY_ERROR,
    "out_of_memory": Label.RESOURCE_LIMIT,
    "too_large": Label.RESOURCE_LIMIT,
}
_LIMIT_WORDS = {
    Exhausted.CPU: "more processor time than is allowed",
    Exhausted.MEMORY: "more memory than is allowed",
    Exhausted.PROCESSES: "more processes than are allowed",
    Exhausted.SCRATCH: "more room on disk than is allowed",
    Exhausted.OUTPUT: "more output than is allowed",
}
_KERNELS_OWN = ("Standard_", "StdFail_", "StdObjMgt_", "BRep", "Geom", "TopoDS_", "gp_", "MemoryError", "RuntimeError")
"""What the names of exceptions begin with that the kernel raises on geometry that it cannot work with."""
_MOST_TEXT = 600


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a script.

    Attributes:
        geometry: in OpenCascade's text form; empty where there is none.
        label: `PASS` where there is geometry.
        diagnostics: what went wrong, or what the kernel let pass in silence.
        log: what the script printed.
    """

    geometry: str
    label: Label
    diagnostics: tuple[Diagnostic, ...] = ()
    log: str = ""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not one of ours, or its solution builds no part.
        JudgeError: the kernels contradict each other.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    last = max((place for place, name in enumerate(STAGES) if name in wanted or MEASURES in wanted), default=-1)
    job = _Job(workspace, request)
    for name in STAGES[: last + 1]:
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def score(outcome: Outcome) -> float:
    """Return 1 for a pass, `FLOOR` for a valid part that is the wrong one, 0 for the rest."""
    return ladder(outcome, floor=FLOOR, built="validate")


def build(workspace: Workspace, request: Request, source: str) -> Built:
    """Run a script in a process of its own, and return its geometry."""
    limits, entry = request.effective_limits, request.task.bundle.entry
    order = {
        "source": source,
        "entry": entry,
        "variable": str(request.task.bundle.params["variable"]),
        "cpu_seconds": limits.cpu_seconds,
    }
    done = workspace.call(f"{_PACKAGE}.builder:build", order, limits=limits)
    log = _scrub(done.process.stdout + done.process.stderr)
    if done.process.exhausted is not None or done.process.signal:
        return Built("", *_stopped(done, entry, "the script"), log=log)
    answer = done.value if isinstance(done.value, dict) else {}
    notes = tuple(_notes(answer.get("traps"), entry))
    if isinstance(answer.get("brep"), str) and answer["brep"]:
        return Built(answer["brep"], Label.PASS, notes, log)
    problem = answer.get("problem")
    if not isinstance(problem, dict) or problem.get("code") not in _CODES:
        problem = {"code": "exception", "message": "the script ended its process before the part was built", "line": 0}
    told = _said(problem, entry)
    return Built("", _CODES[problem["code"]], (told, *notes), log)


def _notes(traps: Any, entry: str) -> Iterator[Diagnostic]:
    """What a builder noted; it comes from the candidate's process, so its form is checked."""
    for trap in traps[:20] if isinstance(traps, list) else []:
        if isinstance(trap, dict):
            yield _said(trap, entry)


def _said(problem: Mapping[str, Any], entry: str, *, tool: str = "cadquery") -> Diagnostic:
    code, message, line = problem.get("code"), problem.get("message"), problem.get("line")
    text = _scrub(str(message))[:_MOST_TEXT]
    number = line if isinstance(line, int) and 0 <= line < 1_000_000 else 0
    known = str(code) if re.fullmatch(r"[a-z_]{1,40}", str(code)) else "exception"
    return Diagnostic(tool=tool, code=known, message=text, file=entry if number else "", line=number)


def _stopped(done: CallResult, entry: str, what: str) -> tuple[Label, tuple[Diagnostic, ...]]:
    """A process that a limit or a signal ended; the line comes from what the interpreter wrote in its last moment."""
    lines = re.findall(rf'File "{re.escape(entry)}", line (\d+)', done.process.stderr)
    line = int(lines[0]) if lines else 0
    file = entry if line else ""
    exhausted = done.process.exhausted
    if exhausted is not None:
        label = Label.TIMEOUT if exhausted is Exhausted.CPU else Label.RESOURCE_LIMIT
        message = f"{what} needs {_LIMIT_WORDS[exhausted]}"
        return label, (Diagnostic(tool="judge", code=f"{exhausted}_limit", message=message, file=file, line=line),)
    message = f"the kernel crashed (signal {done.process.signal}) while {what} ran"
    return Label.MEMORY_FAULT, (Diagnostic(tool="judge", code="kernel_crash", message=message, file=file, line=line),)


def _scrub(text: str) -> str:
    """Without paths, addresses and the interpreter's own lines; capped."""
    lines = [line for line in text.splitlines() if not re.match(r'\s*File "(?!part\.py)', line)]
    bare = re.sub(r"0x[0-9a-fA-F]{4,}", "0x...", "\n".join(lines))
    return re.sub(r"/(?:[\w.+-]+/)+", "", bare)[:20_000]


def truth_of(workspace: Workspace, request: Request) -> str:
    """Return the geometry of the task's solution; built once for all candidates.

    Raises:
        TaskError: there is no solution, or it builds no part.
    """
    task = request.task
    if len(task.solution) != 1:
        raise TaskError(f"task {task.id!r} has no solution of one file to compare with")
    source, key = task.solution[0].text, (task.solution[0].text, str(task.bundle.params["variable"]))
    known = _truths()
    if key not in known:
        built = build(workspace, replace(request, limits=None), source)
        if built.label is not Label.PASS:
            told = built.diagnostics[0].message if built.diagnostics else built.label
            raise TaskError(f"the solution of task {task.id!r} builds no part: {told}")
        if len(known) >= 512:
            known.pop(next(iter(known)))
        known[key] = built.geometry
    return known[key]


@lru_cache(maxsize=1)
def _truths() -> dict[tuple[str, str], str]:
    return {}


@dataclass(slots=True)
class _Job:
    """One candidate in one workspace."""

    workspace: Workspace
    request: Request
    built: Built = field(default=Built("", Label.PASS))
    verdict: Mapping[str, Any] = field(default_factory=dict)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        done = self.workspace.call(f"{_PACKAGE}.rules:check", self.request.candidate.source)
        if done.process.exhausted is not None or done.process.signal or done.error:
            if done.error and not done.error.startswith(("RecursionError", "MemoryError", "ValueError")):
                raise SandboxError(f"the static rules failed: {done.error}")
            told = Diagnostic(tool="rules", code="syntax_error", message="this is not Python: it cannot be parsed")
            return _result("rules", Label.COMPILATION_ERROR, (told,))
        entry = self.request.task.bundle.entry
        found = tuple(Diagnostic(tool="rules", file=entry, **item) for item in done.value)
        if not found:
            return _result("rules", Label.PASS)
        wrong = any(item.code == "syntax_error" for item in found)
        return _result("rules", Label.COMPILATION_ERROR if wrong else Label.REJECTED, found)

    def build(self) -> StageResult:
        """Run the script."""
        self.built = build(self.workspace, self.request, self.request.candidate.source)
        shown = self.built.diagnostics if self.built.label is not Label.PASS else ()
        return _result("build", self.built.label, shown, log=self.built.log)

    def validate(self) -> StageResult:
        """Look whether the geometry is a part. The comparison is made along with it, to fork once."""
        self.verdict = self._judge()
        faults, traps = self.verdict["faults"], self._traps
        if faults:
            told = tuple(_said({**fault, "line": 0}, "", tool="judge") for fault in faults)
            label = Label.RESOURCE_LIMIT if told[0].code == "too_complex" else Label.GEOMETRY_ERROR
            return _result("validate", label, (*told, *self.built.diagnostics))
        if traps and self.verdict.get("verdict") != "same":
            return _result("validate", Label.GEOMETRY_ERROR, traps)
        facts = self.verdict["facts"]
        metrics = {"volume_mm3": facts["volume"], "area_mm2": facts["area"], "solids": facts["solids"]}
        return _result("validate", Label.PASS, metrics=metrics if facts else {})

    def compare(self) -> StageResult:
        """Say whether it is the part that is asked for."""
        verdict = self.verdict["verdict"]
        if verdict in ("undecided", "contradiction"):
            raise JudgeError(
                f"the kernels come to no verdict ({verdict}) on a candidate of task {self.request.task.id!r}"
            )
        if verdict == "unworkable":
            message = "the kernel fails on this part when it is compared: its faces or sizes are degenerate"
            told: tuple[Diagnostic, ...] = (Diagnostic(tool="judge", code="unworkable", message=message),)
            return _result("compare", Label.GEOMETRY_ERROR, told)
        metrics, log = self.verdict["metrics"], str(self.verdict.get("scene", ""))
        if verdict == "same":
            return _result("compare", Label.PASS, metrics=metrics, log=log)
        hints = tuple(item for item in self.built.diagnostics if item.code == "nothing_removed")
        told = tuple(Diagnostic(tool="judge", code=code, message=text) for code, text in self.verdict["differences"])
        return _result("compare", Label.MISMATCH, (*told, *hints), metrics=metrics, log=log)

    @property
    def _traps(self) -> tuple[Diagnostic, ...]:
        return tuple(item for item in self.built.diagnostics if item.code in _TRAPS)

    def _judge(self) -> Mapping[str, Any]:
        """What the judge's process says; where the geometry crashes it, what is left to say without that step."""
        params = self.request.task.bundle.params
        names = (
            *("solids", "min_wall", "volume_tolerance", "length_tolerance"),
            *("volume_share", "length_share"),
        )
        order = {name: params[name] for name in names if name in params}
        order |= {"brep": self.built.geometry, "truth": truth_of(self.workspace, self.request), "scene": True}
        order["measures"] = self.request.stages is not None and MEASURES in self.request.stages
        task = self.request.task
        answer = ask(self.workspace, task, "judge", order)
        if answer is not None:
            return answer
        inspected = ask(self.workspace, task, "inspect", order)
        if inspected is None:
            message = "the kernel fails on this geometry: it cannot even be inspected"
            return {"faults": [{"code": "unworkable", "message": message}]}
        if inspected["faults"]:
            return inspected
        compared = ask(self.workspace, task, "compare", {**order, "booleans": False, "measures": False, "scene": False})
        return {**inspected, **(compared or {"verdict": "unworkable"})}


def ask(workspace: Workspace, task: Task, function: str, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Call a function of the judge's process; None where that did not survive the geometry.

    Raises:
        JudgeError: the judge itself is wrong.
        SandboxError: the host is at fault.
    """
    done = workspace.call(f"{_PACKAGE}.judging:{function}", order, limits=_JUDGING)
    if done.error and not done.error.startswith(_KERNELS_OWN):
        raise JudgeError(f"the judge failed on a candidate of task {task.id!r}: {done.error}")
    return done.value if isinstance(done.value, dict) and not done.error else None


def _result(
    name: str,
    label: Label,
    diagnostics: Sequence[Diagnostic] = (),
    *,
    metrics: Mapping[str, float | int] | None = None,
    log: str = "",
) -> StageResult:
    return StageResult(
        name=name,
        passed=label is Label.PASS,
        label=label,
        diagnostics=tuple(diagnostics),
        metrics=metrics or {},
        log=log,
        engine=engine(),
    )


def engine() -> str:
    """What ran, with versions."""
    parts = (("cadquery", CADQUERY), ("opencascade", KERNEL), ("manifold", MANIFOLD))
    return " ".join(f"{name}-{version_of(tool) or 'missing'}" for name, tool in parts)
