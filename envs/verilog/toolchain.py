"""The stages that judge a Verilog candidate: rules, compile, simulate, synthesise, netlist.

The simulator plays vectors and writes down outputs; this process holds the model and compares. So a candidate shares
a process with its own inputs and with nothing else worth having. The netlist that Yosys makes of the candidate is
simulated and judged in the same way, which no code for simulation alone survives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any

from ecot.envs.errors import EcotError, TaskError
from ecot.envs.sandbox import Exhausted, ProcessResult, Workspace
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic, FrozenMap, Label, Outcome, Request, StageResult
from ecot.envs.verilog import testbench
from ecot.envs.verilog.diagnostics import parse_icarus, parse_yosys, scrub
from ecot.envs.verilog.driver import MODULE, TRACE, VECTORS, vectors_text
from ecot.envs.verilog.family import Inputs, Params, Port
from ecot.envs.verilog.netlist import (
    LOOP_SCRIPT,
    NETLIST,
    SCRIPT,
    Reports,
    faults,
    loop_script,
    loops_in,
    metrics,
    script,
)
from ecot.envs.verilog.ports import check_ports
from ecot.envs.verilog.source import family_named, port_from
from ecot.envs.verilog.tools import ICARUS, PYSLANG, YOSYS
from ecot.envs.verilog.trace import Expected, Verdict, compare_traces, expect, judge_trace

STAGES = ("rules", "compile", "simulate", "synthesise", "netlist")
FLOOR = 0.1
"""What a candidate earns that elaborates and is wrong."""
_NEEDS = {"simulate": "compile", "netlist": "synthesise"}
_DRIVER = "driver.v"
_PARSER_ERRORS = ("RecursionError", "MemoryError", "RuntimeError", "UnicodeDecodeError")
"""Exceptions in which hostile text shows; any other is a fault of ours."""
_LIMIT_WORDS = {
    Exhausted.CPU: "more processor time than is allowed",
    Exhausted.MEMORY: "more memory than is allowed",
    Exhausted.PROCESSES: "more processes than are allowed",
    Exhausted.SCRATCH: "more room on disk than is allowed",
    Exhausted.OUTPUT: "more output than is allowed",
}


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not one of ours.
        SandboxError: the host is at fault.
    """
    if request.task.bundle.params.get("judge") == "testbench":
        yield from testbench.stages(workspace, request)
        return
    wanted = STAGES if request.stages is None else request.stages
    needed = set(wanted) | {_NEEDS[name] for name in wanted if name in _NEEDS}
    job = _Job(workspace, request)
    for name in STAGES:
        if name not in needed:
            continue
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def score(outcome: Outcome) -> float:
    """Return 1 for a pass, `FLOOR` for what elaborated, 0 for the rest.

    Nothing lies between: a pass of the simulation alone could be forged.
    """
    if outcome.passed:
        return 1.0
    return FLOOR if any(stage.name == "compile" and stage.passed for stage in outcome.stages) else 0.0


@dataclass(slots=True)
class _Findings:
    """What stages learn for those after them."""

    modules: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Diagnostic, ...] = ()
    rtl_trace: str = ""


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params = request.task.bundle.params
        try:
            self._family = family_named(params["family"])
            self._params: Params = params["draw"]
            self._top = str(params["top"])
            self._ports: tuple[Port, ...] = tuple(port_from(item) for item in params["ports"])
            driver = next(item.text for item in request.task.bundle.files if item.path == _DRIVER)
        except (KeyError, StopIteration) as error:
            raise TaskError(
                f"task {request.task.id!r} lacks {error} in its bundle; build it with FamilySource"
            ) from None
        self._workspace = workspace
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._latches = bool(params["latches"])
        self._seed = f"{request.task.id} {request.hidden_seed}"
        self._found = _Findings()
        workspace.write(_DRIVER, driver)

    @cached_property
    def _cycles(self) -> tuple[Inputs, ...]:
        return tuple(self._family.stimulus(self._params, Random(self._seed)))

    @cached_property
    def _expected(self) -> list[Expected]:
        return expect(self._family.model(self._params), self._ports, self._cycles)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        argument = {"source": self._source, "reserved": [MODULE]}
        answer = self._workspace.call("ecot.envs.verilog.rules:check", argument)
        engine = _engine("pyslang")
        if answer.process.exhausted is not None:
            return _failed("rules", *_limit(answer.process, "pyslang"), engine=engine)
        if answer.error.startswith(_PARSER_ERRORS) or answer.process.signal:
            message = "the source could not be analysed: it is nested too deeply, or breaks the parser"
            return _failed("rules", Label.REJECTED, (_said("pyslang", "unanalysable", message),), engine=engine)
        if answer.error or answer.value is None:
            raise EcotError(f"the static rules failed on our side: {answer.error or 'no answer'}")
        broken = tuple(
            Diagnostic(tool="rules", file=self._entry, code=item["code"], line=item["line"], symbol=item["symbol"],
                       message=item["message"])
            for item in answer.value["violations"]
        )  # fmt: skip
        if broken:
            return _failed("rules", Label.REJECTED, broken, engine=engine)
        self._found.modules = answer.value["modules"]
        self._found.errors = tuple(
            Diagnostic(tool="slang", code="syntax_error", file=self._entry, line=line, column=column, message=text)
            for line, column, text in answer.value["errors"]
        )
        return _passed("rules", engine=engine)

    def compile(self) -> StageResult:
        """Elaborate the candidate under the driver with Icarus."""
        self._workspace.write(self._entry, self._source)
        process, found = self._elaborate(self._entry, "design.vvp")
        engine, log = _engine("iverilog"), scrub(process.stdout + process.stderr)
        if process.exhausted is not None:
            return _failed("compile", *_limit(process, "iverilog"), engine=engine, log=log)
        wrong = check_ports(self._top, self._ports, self._found.modules, found, self._entry)
        if wrong:
            return _failed("compile", Label.COMPILATION_ERROR, wrong, engine=engine, log=log)
        own = tuple(item for item in found if item.file != _DRIVER)
        if not process.ok:
            if any(item.code == "syntax_error" for item in own):
                own = (*self._found.errors, *own)
            own = own or (_said("iverilog", "elaboration_error", "the compiler failed without a message"),)
            return _failed("compile", Label.COMPILATION_ERROR, own, engine=engine, log=log)
        return _passed("compile", engine=engine, log=log, diagnostics=own)

    def simulate(self) -> StageResult:
        """Play the vectors into the source and judge what came out."""
        self._workspace.write(VECTORS, vectors_text(self._ports, self._cycles))
        result, trace = self._run("simulate", "design.vvp")
        self._found.rtl_trace = trace
        return result

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone, and measure it."""
        self._workspace.write(self._entry, self._source)
        self._workspace.write(SCRIPT, script(self._entry, self._top))
        process = self._workspace.run(["yosys", "-q", "-s", SCRIPT])
        engine, log = _engine("yosys"), scrub(process.stdout + process.stderr)
        reports = self._reports()
        if loops_in(reports.wiring):
            self._workspace.write(LOOP_SCRIPT, loop_script(self._entry, self._top))
            self._workspace.run(["yosys", "-q", "-s", LOOP_SCRIPT])
            reports = self._reports()
        found = tuple(
            replace(item, file=self._entry if item.line else item.file)
            for item in faults(reports, latches=self._latches)
        )
        if found:
            return _failed("synthesise", Label.SYNTHESIS_ERROR, found, engine=engine, log=log)
        if process.exhausted is not None:
            return _failed("synthesise", *_limit(process, "yosys"), engine=engine, log=log)
        said = parse_yosys(log)
        if not process.ok:
            said = said or (_said("yosys", "synthesis_error", "the synthesis tool failed without a message"),)
            return _failed("synthesise", Label.SYNTHESIS_ERROR, said, engine=engine, log=log)
        return _passed("synthesise", engine=engine, log=log, metrics=metrics(reports))

    def netlist(self) -> StageResult:
        """Play the same vectors into the netlist: it must be right, and agree with the source."""
        self._workspace.write(VECTORS, vectors_text(self._ports, self._cycles))
        process, found = self._elaborate(NETLIST, "netlist.vvp")
        if process.exhausted is not None:
            return _failed("netlist", *_limit(process, "iverilog"), engine=_engine("iverilog"))
        if not process.ok:
            message = "the netlist does not elaborate: parts of the design are missing or are no hardware"
            first = _said("judge", "netlist_broken", message)
            return _failed(
                "netlist", Label.SYNTHESIS_ERROR, (first, *found), engine=_engine("iverilog"), log=scrub(process.stderr)
            )
        result, trace = self._run("netlist", "netlist.vvp")
        if not result.passed and result.label is Label.MISMATCH:
            message = (
                "the source passes the simulation but the synthesised netlist does not: synthesis reads the source "
                "differently (look for an incomplete sensitivity list, blocking assignments that race, start values, "
                "comparisons with x, delays)"
            )
            return replace(result, diagnostics=(_said("judge", "netlist_differs", message), *result.diagnostics))
        if result.passed and self._found.rtl_trace:
            verdict = compare_traces(self._found.rtl_trace, trace, self._expected, self._ports)
            if verdict.diagnostics:
                return _judged("netlist", verdict, result.engine, result.log)
        return result

    def _elaborate(self, entry: str, output: str) -> tuple[ProcessResult, tuple[Diagnostic, ...]]:
        """The driver stands first, so that no directive of the candidate reaches it."""
        argv = ["iverilog", "-g2012", "-Wall", "-Wno-timescale", "-s", MODULE, "-o", output, _DRIVER, entry]
        process = self._workspace.run(argv)
        return process, parse_icarus(scrub(process.stdout + process.stderr))

    def _run(self, name: str, program: str) -> tuple[StageResult, str]:
        """Simulate and judge; the trace is returned beside the result."""
        self._workspace.write(TRACE, "")
        process = self._workspace.run(["vvp", "-n", program])
        engine, log = _engine("iverilog"), scrub(process.stdout + process.stderr)
        if process.exhausted is not None:
            return _failed(name, *_limit(process, "vvp"), engine=engine, log=log), ""
        if process.signal or process.exit_code:
            said = _said(
                "vvp", "simulator_crash", f"the simulator stopped with an error: {log.strip()[-300:] or 'none'}"
            )
            return _failed(name, Label.RUNTIME_ERROR, (said,), engine=engine, log=log), ""
        trace = self._workspace.read(TRACE) or ""
        return _judged(name, judge_trace(trace, self._expected, self._ports), engine, log), trace

    def _reports(self) -> Reports:
        read: Callable[[str], str | None] = self._workspace.read
        return Reports(
            process=read("process.log"),
            wiring=read("wiring.log"),
            loops=read("loops.log"),
            statistics=read("statistics.log"),
            path=read("path.log"),
        )


def _engine(name: str) -> str:
    tool = {"iverilog": ICARUS, "yosys": YOSYS, "pyslang": PYSLANG}[name]
    return f"{ {'iverilog': 'icarus'}.get(name, name) }-{version_of(tool) or 'missing'}"


def _said(tool: str, code: str, message: str) -> Diagnostic:
    return Diagnostic(tool=tool, code=code, message=message)


def _limit(process: ProcessResult, tool: str) -> tuple[Label, tuple[Diagnostic, ...]]:
    """The label and the words for a run that a limit ended."""
    limit = process.exhausted or Exhausted.CPU
    label = Label.TIMEOUT if limit is Exhausted.CPU else Label.RESOURCE_LIMIT
    message = f"{tool} needed {_LIMIT_WORDS[limit]} for this design"
    if tool == "vvp" and limit is Exhausted.CPU:
        message = "the simulation never gets past one moment: look for feedback or a loop in which no time passes"
    return label, (_said(tool, f"{limit}_limit", message),)


def _passed(
    name: str,
    *,
    engine: str,
    log: str = "",
    diagnostics: tuple[Diagnostic, ...] = (),
    metrics: Mapping[str, float | int] = FrozenMap(),
) -> StageResult:
    return StageResult(
        name=name, passed=True, label=Label.PASS, engine=engine, log=log, diagnostics=diagnostics, metrics=metrics
    )


def _failed(name: str, label: Label, diagnostics: tuple[Diagnostic, ...], *, engine: str, log: str = "") -> StageResult:
    return StageResult(name=name, passed=False, label=label, diagnostics=diagnostics, engine=engine, log=log)


def _judged(name: str, verdict: Verdict, engine: str, log: str) -> StageResult:
    right = not verdict.diagnostics
    return StageResult(
        name=name,
        passed=right,
        label=Label.PASS if right else Label.MISMATCH,
        diagnostics=verdict.diagnostics,
        log=log,
        metrics={"samples": verdict.samples, "wrong_samples": verdict.wrong_samples},
        engine=engine,
    )
