"""The stages that judge assembly: assemble, link, rules, run, abi, speed.

The candidate's process plays calls and prints what they left behind; this process compares with the specification's
values, which come from another cell. So a candidate shares a process with its own inputs and with nothing else worth
having. What the stage `speed` does is in `timing.py`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from random import Random

from ecot.envs.assembly import timing, workshop
from ecot.envs.assembly.calls import Result, binary, check_file, parse
from ecot.envs.assembly.family import Call, Function, Params
from ecot.envs.assembly.judging import broken_rules, differences, fault_said
from ecot.envs.assembly.source import REFERENCE, family_named, function_from
from ecot.envs.assembly.steps import engine, parse_assembler, parse_compiler, parse_linker
from ecot.envs.errors import EcotError, SandboxError, TaskError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import failed, limit, passed, said
from ecot.envs.types import Diagnostic, Label, Objective, Outcome, Request, StageResult

__all__ = ["CORRECT", "STAGES", "correct_stages", "score", "stages"]

CORRECT = ("assemble", "link", "rules", "run", "abi")
"""The stages that tell right from wrong."""
STAGES = (*CORRECT, "speed")
RIGHT = 0.5
"""What a candidate earns that is right and not shown to be faster."""
_OBJECT, _PROGRAM = "candidate.o", "candidate"
_MILLISECONDS = 300
"""Processor time of all calls together."""
_PARSER_ERRORS = ("RecursionError", "MemoryError")
_NEEDS = {
    "link": ("assemble",),
    "rules": ("assemble",),
    "run": ("assemble", "link", "rules"),
    "abi": ("assemble", "link", "rules", "run"),
    "speed": CORRECT,
}
"""Stages that are run, if not shown, because another was asked for."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the bundle is not one of ours, or its specification is broken.
        SandboxError: the host is at fault.
    """
    known = STAGES if request.task.objective is Objective.FASTER else CORRECT
    wanted = known if request.stages is None else request.stages
    needed = set(wanted).union(*(_NEEDS.get(name, ()) for name in wanted))
    job = _Job(workspace, request)
    for name in known:
        if name not in needed:
            continue
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def correct_stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """The stages that tell right from wrong, for tasks that ask for no more."""
    asked = CORRECT if request.stages is None else tuple(name for name in request.stages if name in CORRECT)
    return stages(workspace, replace(request, stages=asked))


def score(outcome: Outcome) -> float:
    """Return 0 for what is wrong, `RIGHT` for what is right, up to 1 by how much faster it is at least."""
    if outcome.passed and "speed.reached" in outcome.metrics:
        return RIGHT + (1.0 - RIGHT) * float(outcome.metrics["speed.reached"])
    if outcome.passed:
        return 1.0
    right = any(stage.name == "abi" and stage.passed for stage in outcome.stages)
    return RIGHT if right and outcome.label in (Label.NO_IMPROVEMENT, Label.UNVERIFIED) else 0.0


@dataclass(frozen=True, slots=True)
class Reference:
    """The calls of one hidden seed, as a file too, and what the specification answers."""

    calls: tuple[Call, ...]
    file: str
    expected: tuple[Result, ...]


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params = request.task.bundle.params
        try:
            self._function = function_from(params["function"])
            self._family, self._draw = str(params["family"]), params["draw"]
            self._isa, self._language = str(params["isa"]), str(params["language"])
            self._target = float(params["target"])
            self._reference_source = next(i.text for i in request.task.bundle.files if i.path == REFERENCE)
        except (KeyError, StopIteration) as error:
            raise TaskError(
                f"task {request.task.id!r} lacks {error} in its bundle; build it with FamilySource"
            ) from None
        self._workspace, self._request = workspace, request
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._results: list[Result] = []

    @cached_property
    def _reference(self) -> Reference:
        return reference(
            self._family, self._draw, self._function, self._reference_source, _seed(self._request, "calls")
        )

    def assemble(self) -> StageResult:
        """Make an object file."""
        self._workspace.write(self._entry, self._source)
        tool = "as" if self._language == "assembly" else "gcc"
        argv = ["as", "--64", "-g", "--MD", "read.d", "-o", _OBJECT, self._entry]
        if tool == "gcc":
            argv = ["gcc", *workshop.COMPILER, "-O3", f"-march=x86-64-{self._isa}", "-g1", "-c"]
            argv += ["-fno-reorder-blocks-and-partition", "-o", _OBJECT]
            argv.append(self._entry)
        done = self._workspace.run(argv)
        if done.exhausted is not None:
            return failed("assemble", *limit(done, tool), engine=engine(tool))
        found = (parse_assembler if tool == "as" else parse_compiler)(done.stderr)
        if not done.ok:
            found = found or (said(tool, "assembler_error", f"{tool} failed without a message"),)
            return failed("assemble", Label.COMPILATION_ERROR, found, engine=engine(tool), log=done.stderr[:4000])
        read = (self._workspace.read("read.d") or "").replace("\\\n", " ").partition(":")[2].split()
        others = [name for name in read if name != self._entry] if tool == "as" else []
        # A name in `.file` is listed too, and nothing is read; a file that is read is there.
        there = self._workspace.run(["ls", "-d", "--", *others]).stdout.split() if others else []
        if there:
            words = said("as", "reads_files", f"the source reads the file {there[0]!r}; it must stand by itself")
            return failed("assemble", Label.REJECTED, (words,), engine=engine(tool))
        return passed("assemble", engine=engine(tool), diagnostics=found)

    def link(self) -> StageResult:
        """Link the object with the runner."""
        linked, words = workshop.link(self._workspace, [_OBJECT], function=self._function.name, output=_PROGRAM)
        if linked:
            return passed("link", engine=engine("ld"))
        found = parse_linker(words, function=self._function.name)
        return failed("link", Label.LINK_ERROR, found, engine=engine("ld"), log=words[:4000])

    def rules(self) -> StageResult:
        """Apply the static rules to the object, in a confined child."""
        name = engine("capstone")
        argument = {"path": _OBJECT, "isa": self._isa, "function": self._function.name}
        answer = self._workspace.call("ecot.envs.assembly.rules:check", argument)
        if answer.process.exhausted is not None:
            return failed("rules", *limit(answer.process, "capstone"), engine=name)
        if answer.error.startswith(_PARSER_ERRORS) or answer.process.signal:
            words = said("capstone", "unanalysable", "the object file breaks the disassembler")
            return failed("rules", Label.REJECTED, (words,), engine=name)
        if answer.error:
            raise EcotError(f"the static rules of the assembly domain failed: {answer.error}")
        found = tuple(self._finding(item) for item in answer.value["findings"])
        if found:
            return failed("rules", Label.REJECTED, found, engine=name)
        return passed("rules", engine=name, metrics={"bytes": int(answer.value["bytes"])})

    def _finding(self, item: dict[str, object]) -> Diagnostic:
        line = int(str(item["line"]))
        return said("rules", str(item["code"]), str(item["message"]), file=self._entry, line=line)

    def run(self) -> StageResult:
        """Play the calls and compare what they left behind with what the specification says."""
        reference = self._reference
        self._workspace.write("calls.bin", reference.file)
        done = self._workspace.run([f"./{_PROGRAM}", "check", "calls.bin", str(_MILLISECONDS)])
        name = "x86-64"
        self._results, fault, ended = parse(done.stdout)
        if fault is not None and fault.call < len(reference.calls):
            label, found = fault_said(
                self._function, reference.calls, fault, source=self._source, file=self._entry, lines=self._line_table()
            )
            return failed("run", label, found, engine=name)
        if done.exhausted is not None:
            return failed("run", *limit(done, self._function.name), engine=name)
        if not ended or len(self._results) != len(reference.calls):
            return failed("run", *_broken_off(done), engine=name)
        wrong = differences(self._function, reference.calls, self._results, reference.expected)
        metrics = {"calls": len(reference.calls)}
        if wrong:
            return failed("run", Label.MISMATCH, wrong, engine=name, metrics=metrics)
        return passed("run", engine=name, metrics=metrics)

    def _line_table(self) -> list[tuple[int, int]]:
        """Pairs of offset in the candidate's code and line; empty where they cannot be read."""
        answer = self._workspace.call("ecot.envs.assembly.rules:lines", {"path": _OBJECT})
        return [(int(start), int(line)) for start, line in answer.value or ()]

    def abi(self) -> StageResult:
        """Look at what the calls promised to leave alone."""
        label, found = broken_rules(self._function, self._reference.calls, self._results)
        return failed("abi", label, found, engine="x86-64") if found else passed("abi", engine="x86-64")

    def speed(self) -> StageResult:
        """Measure the candidate against the compiler's code."""
        random = Random(_seed(self._request, "bench"))
        calls = tuple(family_named(self._family).bench(self._draw, random))
        contest = timing.Contest(
            function=self._function,
            calls=calls,
            reference=self._reference_source,
            isa=self._isa,
            optimise=("-O2", "-O3") if self._language == "assembly" else ("-O3",),
            target=self._target,
            seed=random.getrandbits(32),
        )
        return timing.measure(self._workspace, contest, program=_PROGRAM)


def _broken_off(done: ProcessResult) -> tuple[Label, tuple[Diagnostic, ...]]:
    if done.signal == 31:
        return Label.REJECTED, (said("judge", "system_call", "the function asked the operating system for something"),)
    if done.stderr.startswith("the runner"):
        raise SandboxError(done.stderr[:200])
    if done.signal:
        words = f"the process was ended by signal {done.signal}, without a trace: the stack pointer may be lost"
        return Label.RUNTIME_ERROR, (said("judge", "crash", words),)
    return Label.RUNTIME_ERROR, (said("judge", "ended_early", "the process ended before the function returned"),)


def _seed(request: Request, purpose: str) -> str:
    return f"{request.task.bundle.params['family']} {request.hidden_seed} {purpose}"


def reference(family: str, draw: Params, function: Function, source: str, seed: str) -> Reference:
    """Return calls and expected values; kept for the corrections of an episode and the members of its group."""
    return _kept(family, draw, function, source, hashlib.sha256(seed.encode()).hexdigest())


@lru_cache(maxsize=128)
def _kept(family: str, draw: Params, function: Function, source: str, seed: str) -> Reference:
    calls = tuple(family_named(family).calls(draw, Random(seed)))
    expected = workshop.expected(source, function, calls)
    return Reference(calls, binary(check_file(function, calls)), tuple(expected))
