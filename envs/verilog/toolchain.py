"""The stages that judge a Verilog candidate: rules, compile, simulate, synthesise, netlist.

The simulator plays vectors and writes down outputs; this process holds the model and compares. So a candidate shares
a process with its own inputs and with nothing else worth having. The netlist that Yosys makes of the candidate is
simulated and judged in the same way, which no code for simulation alone survives.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from random import Random

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.types import Diagnostic, Label, Outcome, Request, StageResult
from ecot.envs.verilog import steps
from ecot.envs.verilog.diagnostics import parse_icarus, scrub
from ecot.envs.verilog.driver import MODULE, TRACE, VECTORS, vectors_text
from ecot.envs.verilog.family import Inputs, Params, Port
from ecot.envs.verilog.netlist import NETLIST
from ecot.envs.verilog.ports import check_ports
from ecot.envs.verilog.source import family_named, port_from
from ecot.envs.verilog.steps import NEEDS, STAGES, Checked, engine, failed, limit, passed, said
from ecot.envs.verilog.trace import Expected, Verdict, compare_traces, expect, judge_trace

FLOOR = 0.1
"""What a candidate earns that elaborates and is wrong."""
SIMULATION_SHARE = 0.25
"""Part of the processor time that a simulation may use; one of a family takes a fiftieth of this."""
_DRIVER = "driver.v"


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not one of ours.
        SandboxError: the host is at fault.
    """
    if request.task.bundle.params.get("judge") == "testbench":
        # Imported here: it needs vcdvcd, which neither a score nor a family's judgement does.
        yield from import_module("ecot.envs.verilog.testbench").stages(workspace, request)
        return
    wanted = STAGES if request.stages is None else request.stages
    needed = set(wanted) | {NEEDS[name] for name in wanted if name in NEEDS}
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
        limits = request.effective_limits
        self._simulation_limits = replace(limits, cpu_seconds=limits.cpu_seconds * SIMULATION_SHARE)
        self._workspace = workspace
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._latches = bool(params["latches"])
        self._seed = f"{request.task.id} {request.hidden_seed}"
        self._checked = Checked(passed("rules", engine=engine("pyslang")))
        self._rtl_trace = ""
        workspace.write(_DRIVER, driver)

    @cached_property
    def _cycles(self) -> tuple[Inputs, ...]:
        return tuple(self._family.stimulus(self._params, Random(self._seed)))

    @cached_property
    def _expected(self) -> list[Expected]:
        return expect(self._family.model(self._params), self._ports, self._cycles)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        self._checked = steps.check_rules(self._workspace, self._source, entry=self._entry, reserved=[MODULE])
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate under the driver with Icarus."""
        self._workspace.write(self._entry, self._source)
        process, found = self._elaborate(self._entry, "design.vvp")
        ran, log = engine("iverilog"), scrub(process.stdout + process.stderr)
        if process.exhausted is not None:
            return failed("compile", *limit(process, "iverilog"), engine=ran, log=log)
        wrong = check_ports(self._top, self._ports, self._checked.modules, found, self._entry)
        if wrong:
            return failed("compile", Label.COMPILATION_ERROR, wrong, engine=ran, log=log)
        own = tuple(item for item in found if item.file != _DRIVER)
        if not process.ok:
            if any(item.code == "syntax_error" for item in own):
                own = (*self._checked.errors, *own)
            own = own or (said("iverilog", "elaboration_error", "the compiler failed without a message"),)
            return failed("compile", Label.COMPILATION_ERROR, own, engine=ran, log=log)
        return passed("compile", engine=ran, log=log, diagnostics=own)

    def simulate(self) -> StageResult:
        """Play the vectors into the source and judge what came out."""
        self._workspace.write(VECTORS, vectors_text(self._ports, self._cycles))
        result, trace = self._run("simulate", "design.vvp")
        self._rtl_trace = trace
        return result

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone, and measure it."""
        self._workspace.write(self._entry, self._source)
        return steps.synthesise(self._workspace, entry=self._entry, top=self._top, latches=self._latches)

    def netlist(self) -> StageResult:
        """Play the same vectors into the netlist: it must be right, and agree with the source."""
        self._workspace.write(VECTORS, vectors_text(self._ports, self._cycles))
        process, found = self._elaborate(NETLIST, "netlist.vvp")
        if process.exhausted is not None:
            return failed("netlist", *limit(process, "iverilog"), engine=engine("iverilog"))
        if not process.ok:
            message = "the netlist does not elaborate: parts of the design are missing or are no hardware"
            first = said("judge", "netlist_broken", message)
            return failed(
                "netlist", Label.SYNTHESIS_ERROR, (first, *found), engine=engine("iverilog"), log=scrub(process.stderr)
            )
        result, trace = self._run("netlist", "netlist.vvp")
        if not result.passed and result.label is Label.MISMATCH:
            message = (
                "the source passes the simulation but the synthesised netlist does not: synthesis reads the source "
                "differently (look for an incomplete sensitivity list, blocking assignments that race, start values, "
                "comparisons with x, delays)"
            )
            return replace(result, diagnostics=(said("judge", "netlist_differs", message), *result.diagnostics))
        if result.passed and self._rtl_trace:
            verdict = compare_traces(self._rtl_trace, trace, self._expected, self._ports)
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
        process = self._workspace.run(["vvp", "-n", program], limits=self._simulation_limits)
        ran, log = engine("iverilog"), scrub(process.stdout + process.stderr)
        if process.exhausted is not None:
            return failed(name, *limit(process, "vvp"), engine=ran, log=log), ""
        if process.signal or process.exit_code:
            words = log.strip()[-300:] or "it said nothing; look for a function or task that calls itself without end"
            message = f"the simulator crashed: {words}"
            return failed(
                name, Label.RUNTIME_ERROR, (said("vvp", "simulator_crash", message),), engine=ran, log=log
            ), ""
        trace = self._workspace.read(TRACE) or ""
        return _judged(name, judge_trace(trace, self._expected, self._ports), ran, log), trace


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
