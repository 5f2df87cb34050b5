"""The stages that judge a Triton candidate: rules, load, run, compile.

Three processes never meet. One runs the specification and knows what is right; one runs the candidate and knows its
inputs; one compiles its kernels and runs nothing of its host code. This process compares bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from ecot.envs.errors import EcotError
from ecot.envs.gpu import resources
from ecot.envs.gpu.judging import compare
from ecot.envs.gpu.references import Kept, Reference, cases_of, reference_of
from ecot.envs.gpu.tools import TORCH, TRITON
from ecot.envs.sandbox import CallResult, Workspace
from ecot.envs.score import ladder
from ecot.envs.stages import failed, limit, passed, said
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic, Label, Outcome, Request, StageResult, digest

STAGES = ("rules", "load", "run", "compile")
FLOOR = 0.1
"""What a candidate earns that loads and is wrong."""
COMPILER_FACTOR = 10.0
"""How much more processor time than the candidate's process the compiler may use: tiles are unrolled."""
_SIGNALS = {
    11: "a segmentation fault",
    6: "an abort",
    7: "a bus error",
    8: "an arithmetic fault",
    4: "an illegal instruction",
}


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not one of ours, or its task is broken.
        ConfigError: the target is unknown.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    last = max((STAGES.index(name) for name in wanted if name in STAGES), default=-1)
    job = _Job(workspace, request)
    for name in STAGES[: last + 1]:
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def score(outcome: Outcome) -> float:
    """Return 1 for a pass, `FLOOR` for what loads, 0 for the rest."""
    return ladder(outcome, floor=FLOOR, built="load")


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        self._workspace = workspace
        self._request = request
        self._facts = request.task.bundle.params
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._targets = resources.targets_of(request.target)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        answer = self._workspace.call("ecot.envs.gpu.rules:check", {"source": self._source})
        ended = _ended(answer, "the rules")
        if ended is not None:
            message = "the source could not be analysed: it is nested too deeply, or breaks the parser"
            return failed("rules", Label.REJECTED, (said("rules", "unanalysable", message),), engine="python-ast")
        for key, label in (("errors", Label.COMPILATION_ERROR), ("violations", Label.REJECTED)):
            found = tuple(replace(Diagnostic(**item), file=self._entry) for item in answer.value[key])
            if found:
                return failed("rules", label, found, engine="python-ast")
        return passed("rules", engine="python-ast")

    def load(self) -> StageResult:
        """Import the candidate under the interpreter and find what it was asked to define."""
        ended = self._ended_run
        if ended is not None:
            return failed("load", ended[0], (ended[1],), engine=_engine())
        if not self._ran.value["loaded"]:
            return self._fault("load")
        return passed("load", engine=_engine())

    def run(self) -> StageResult:
        """Judge what the candidate did in the interpreter, and what it answered."""
        ran = self._ran.value
        if ran["refused"]:
            return self._computed_by_torch(ran["refused"])
        if ran["fault"]:
            return self._fault("run")
        reference = self._reference
        verdicts = [
            compare(case["outputs"], expected, case=name)
            for case, expected, name in zip(ran["cases"], reference.expected, reference.described, strict=True)
        ]
        metrics = {
            "cases": len(verdicts),
            "launches": int(ran["launched"]),
            "elements": sum(item.elements for item in verdicts),
            "wrong_elements": sum(item.wrong for item in verdicts),
            "worst_error_in_tolerances": round(max(item.worst for item in verdicts), 4),
        }
        found = tuple(item for verdict in verdicts for item in verdict.diagnostics)
        if found:
            hint = self._bare_masks(ran["bare_masks"], found)
            return failed("run", Label.MISMATCH, found + hint, engine=_engine(), metrics=metrics)
        return passed("run", engine=_engine(), metrics=metrics)

    def compile(self) -> StageResult:
        """Compile every launch that was seen, and hold its resources against the targets' limits."""
        metrics: dict[str, float | int] = {}
        found: list[Diagnostic] = []
        label = Label.PASS
        launches = resources.distinct(self._ran.value["launches"])
        if not launches:
            words = said("judge", "no_kernel", "no kernel was launched in any case")
            return failed("compile", Label.REJECTED, (words,), engine=_engine("compiler"))
        for target in self._targets:
            results = self._compiled(launches, target)
            if isinstance(results, tuple):
                return failed("compile", results[0], (results[1],), engine=_engine("compiler"))
            verdict = resources.judge(launches, results, target, self._facts["precision"], self._entry)
            metrics.update(verdict.metrics)
            found += [item for item in verdict.diagnostics if item.message not in {old.message for old in found}]
            label = verdict.label if label is Label.PASS else label
        if label is not Label.PASS:
            return failed("compile", label, tuple(found), engine=_engine("compiler"), metrics=metrics)
        return passed("compile", engine=_engine("compiler"), metrics=metrics, diagnostics=tuple(found))

    def _compiled(
        self, launches: Sequence[Mapping[str, Any]], target: str
    ) -> Sequence[Mapping[str, Any]] | tuple[Label, Diagnostic]:
        """What the compiler says of each launch; kept by content, as it depends on nothing else."""
        keys = [digest([self._source, launch, target, version_of(TRITON)]) for launch in launches]
        known = {key: _COMPILED.get(key) for key in keys}
        fresh = [launch for launch, key in zip(launches, keys, strict=True) if known[key] is None]
        if fresh:
            argument = {"source": self._source, "launches": fresh, "target": target}
            limits = self._request.effective_limits
            limits = replace(limits, cpu_seconds=COMPILER_FACTOR * limits.cpu_seconds)
            answer = self._workspace.call("ecot.envs.gpu.workers.compile:compile_all", argument, limits=limits)
            ended = _ended(answer, "the compiler")
            if ended is not None:
                return ended
            results = iter(answer.value["results"])
            for key in keys:
                if known[key] is None:
                    known[key] = next(results)
                    _COMPILED.put(key, known[key])
        return [result for result in (known[key] for key in keys) if result is not None]

    @cached_property
    def _reference(self) -> Reference:
        return reference_of(self._workspace, self._request)

    @cached_property
    def _ran(self) -> CallResult:
        """The candidate's process; what is right is computed before it, and stays out of its workspace."""
        argument = cases_of(self._workspace, self._request)
        self._workspace.write(self._entry, self._source)
        return self._workspace.call("ecot.envs.gpu.workers.interpret:run", argument)

    @cached_property
    def _ended_run(self) -> tuple[Label, Diagnostic] | None:
        return _ended(self._ran, "the candidate")

    def _fault(self, stage: str) -> StageResult:
        fault = self._ran.value["fault"]
        case = f"{self._reference.described[fault['case']]}: " if "case" in fault else ""
        found = Diagnostic(
            tool="triton" if fault["label"] == Label.COMPILATION_ERROR else "judge",
            code=fault["code"],
            message=f"{case}{fault['message']}",
            file=self._entry if fault["line"] else "",
            line=fault["line"],
            symbol=fault["symbol"],
        )
        return failed(stage, Label(fault["label"]), (found,), engine=_engine())

    def _computed_by_torch(self, refused: Sequence[Sequence[Any]]) -> StageResult:
        found = tuple(
            Diagnostic(
                tool="judge",
                code="torch_operator",
                file=self._entry if line else "",
                line=line,
                symbol=name,
                message=f"the host code computes with torch's `{name}`; the kernels do the work",
            )
            for name, line in refused
        )
        return failed("run", Label.REJECTED, tuple(dict.fromkeys(found)), engine=_engine())

    def _bare_masks(self, lines: Sequence[int], found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        if not lines or not any(word in item.message for item in found for word in ("NaN", "got nan", "inf")):
            return ()
        message = "a masked load without `other` leaves its masked lanes undefined (NaN or infinite here); give `other`"
        return (Diagnostic(tool="judge", code="undefined_lanes", message=message, file=self._entry, line=lines[0]),)


def _ended(answer: CallResult, who: str) -> tuple[Label, Diagnostic] | None:
    """Label and words where a call did not come to its end.

    Raises:
        EcotError: our own code failed.
    """
    process = answer.process
    if process.exhausted is not None:
        label, (words,) = limit(process, who, what="kernel")
        return label, replace(words, tool="judge")
    if process.signal:
        name = _SIGNALS.get(process.signal, f"signal {process.signal}")
        return Label.MEMORY_FAULT, said("judge", "crash", f"{who} was ended by {name}")
    if answer.error.startswith(("RecursionError", "MemoryError", "UnicodeDecodeError")):
        return Label.RESOURCE_LIMIT, said("judge", "recursion", f"{who}: {answer.error[:200]}")
    if answer.error.startswith("ProtocolError") or process.exit_code:
        return Label.REJECTED, said("judge", "forged_end", f"{who} ended before its answer was given")
    if answer.error or answer.value is None:
        raise EcotError(f"{who} failed on our side: {answer.error or 'no answer'}")
    return None


_COMPILED = Kept(4096)


def _engine(kind: str = "interpreter") -> str:
    return f"triton-{kind}-{version_of(TRITON) or 'missing'}+torch-{version_of(TORCH) or 'missing'}"
