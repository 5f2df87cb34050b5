"""The stages that judge a Verilog candidate: rules, compile, simulate, synthesise, netlist.

The simulator plays vectors and writes down outputs; this process holds the model and compares. So a candidate shares
a process with its own inputs and with nothing else worth having. The netlist that Yosys makes of the candidate is
simulated and judged in the same way, which no code for simulation alone survives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import import_module
from random import Random

from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.score import ladder
from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Label, Outcome, Request, StageResult
from ecot.envs.verilog import steps
from ecot.envs.verilog.driver import MODULE, VECTORS, vectors_text
from ecot.envs.verilog.elaboration import broken_netlist, compiled
from ecot.envs.verilog.family import Params, Port
from ecot.envs.verilog.netlist import NETLIST, QUICK
from ecot.envs.verilog.simulators import DRIVER, Icarus, Simulator, simulator
from ecot.envs.verilog.source import family_named, port_from
from ecot.envs.verilog.steps import EXTRA_STAGES, NEEDS, STAGES, Checked, engine
from ecot.envs.verilog.trace import Expected, Verdict, compare_traces, expect, judge_trace

FLOOR = 0.1
"""What a candidate earns that elaborates and is wrong."""
SIMULATION_SHARE = 0.25
"""Part of the processor time that a simulation may use; one of a family takes a fiftieth of this."""
JUDGES = {
    "cocotb": "ecot.envs.verilog.cocotb_judge",
    "crossing": "ecot.envs.verilog.crossing.judge",
    "cvdp": "ecot.envs.verilog.benchmarks.cvdp_judge",
    "realbench": "ecot.envs.verilog.benchmarks.realbench_judge",
    "selfchecking": "ecot.envs.verilog.benchmarks.selfchecking",
    "testbench": "ecot.envs.verilog.benchmarks.testbench",
}
"""The module of every judge but the one here; each has a generator `stages` like this one's."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not one of ours.
        SandboxError: the host is at fault.
    """
    judge = str(request.task.bundle.params.get("judge", "model"))
    if judge != "model":
        # Imported when used: what another judge needs, neither a score nor a family's judgement does.
        try:
            module = JUDGES[judge]
        except KeyError:
            known = ", ".join(["model", *JUDGES])
            raise TaskError(f"task {request.task.id!r} asks for the judge {judge!r}; there are: {known}") from None
        if request.target not in ("", "icarus"):
            raise ConfigError(f"tasks of the judge {judge!r} run on 'icarus' only, not on {request.target!r}")
        yield from _by(module, workspace, request)
        return
    wanted = STAGES if request.stages is None else request.stages
    needed = set(wanted) | {NEEDS[name] for name in wanted if name in NEEDS}
    job = _Job(workspace, request)
    if not needed.isdisjoint(("simulate", "netlist")):
        job.look_ahead()
    for name in (*STAGES, *EXTRA_STAGES):
        if name not in needed:
            continue
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def _by(module: str, workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """What another judge says, and stricter findings on a pass where they are asked for."""
    strict = request.stages is not None and "strict" in request.stages
    # Findings mean something on a complete pass only.
    asked = replace(request, stages=STAGES) if strict else request
    good = True
    for result in import_module(module).stages(workspace, asked):
        good &= result.passed
        yield result
    if strict and good:
        started = time.perf_counter()
        result = import_module("ecot.envs.verilog.benchmarks.strict").strict(workspace, request)
        yield replace(result, seconds=time.perf_counter() - started)


def score(outcome: Outcome) -> float:
    """Return 1 for a pass, `FLOOR` for what elaborated, 0 for the rest."""
    return ladder(outcome, floor=FLOOR, built="compile")


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params = request.task.bundle.params
        try:
            self._family = family_named(params["family"])
            self._params: Params = params["draw"]
            self._top = str(params["top"])
            self._ports: tuple[Port, ...] = tuple(port_from(item) for item in params["ports"])
            driver = next(item.text for item in request.task.bundle.files if item.path == DRIVER)
        except (KeyError, StopIteration) as error:
            raise TaskError(
                f"task {request.task.id!r} lacks {error} in its bundle; build it with FamilySource"
            ) from None
        limits = request.effective_limits
        self._simulation_limits = replace(limits, cpu_seconds=limits.cpu_seconds * SIMULATION_SHARE)
        self._workspace = workspace
        self._task = request.task
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._latches = bool(params["latches"])
        self._recipe = str(params.get("recipe", QUICK))
        self._seed = f"{request.task.id} {request.hidden_seed}"
        self._checked = Checked(passed("rules", engine=engine("pyslang")))
        self._rtl_trace = ""
        self._simulator = simulator(request.target, top=self._top, ports=self._ports)
        self._reference_key = (self._family.name, self._params, self._ports, self._seed)
        self._ahead: threading.Thread | None = None
        workspace.write(DRIVER, driver)

    def look_ahead(self) -> None:
        """Begin what the model answers in a thread, while the first tools run; the result is kept by `_reference`."""
        # A thread a job: those of a pool would be missing in a process that a user forks.
        self._ahead = threading.Thread(target=_try_reference, args=self._reference_key, daemon=True)
        self._ahead.start()

    @cached_property
    def _reference(self) -> Reference:
        if self._ahead is not None:
            self._ahead.join()
        return _reference(*self._reference_key)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        self._checked = steps.check_rules(self._workspace, self._source, entry=self._entry, reserved=[MODULE])
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate under the driver with the simulator asked for."""
        self._workspace.write(self._entry, self._source)
        built = self._simulator.build(self._workspace, self._entry, "design")
        return compiled(
            built, self._checked, top=self._top, ports=self._ports, entry=self._entry, simulator=self._simulator.name
        )

    def simulate(self) -> StageResult:
        """Play the vectors into the source and judge what came out."""
        self._workspace.write(VECTORS, self._reference.vectors)
        result, trace = self._run("simulate", self._simulator, "design")
        self._rtl_trace = trace
        return result

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone, and measure it."""
        self._workspace.write(self._entry, self._source)
        return steps.synthesise(
            self._workspace, entry=self._entry, top=self._top, latches=self._latches, recipe=self._recipe
        )

    def netlist(self) -> StageResult:
        """Play the same vectors into the netlist: it must be right, and agree with the source."""
        self._workspace.write(VECTORS, self._reference.vectors)
        icarus = Icarus()  # whatever the target: it sees where unknown values go
        broken = broken_netlist(icarus.build(self._workspace, NETLIST, "netlist"))
        if broken is not None:
            return broken
        result, trace = self._run("netlist", icarus, "netlist")
        if not result.passed and result.label is Label.MISMATCH:
            message = (
                "the source passes the simulation but the synthesised netlist does not: synthesis reads the source "
                "differently (look for an incomplete sensitivity list, blocking assignments that race, start values, "
                "comparisons with x, delays)"
            )
            return replace(result, diagnostics=(said("judge", "netlist_differs", message), *result.diagnostics))
        if result.passed and self._rtl_trace:
            verdict = compare_traces(self._rtl_trace, trace, self._reference.expected, self._ports)
            if verdict.diagnostics:
                return _judged("netlist", verdict, result.engine, result.log)
        return result

    def equivalence(self) -> StageResult:
        """Compare with the solution by proof; see `proving.py`."""
        # Imported when used: `equivalence.py`, below it, judges by the stages here.
        result: StageResult = import_module("ecot.envs.verilog.proving").prove(
            self._workspace, self._task, self._source
        )
        return result

    def _run(self, name: str, simulator: Simulator, program: str) -> tuple[StageResult, str]:
        """Simulate and judge; the trace is returned beside the result."""
        play = simulator.play(self._workspace, program, limits=self._simulation_limits)
        ran = engine(simulator.name)
        if play.label is not Label.PASS:
            return failed(name, play.label, play.diagnostics, engine=ran, log=play.log), ""
        return _judged(name, judge_trace(play.trace, self._reference.expected, self._ports), ran, play.log), play.trace


@dataclass(frozen=True, slots=True)
class Reference:
    """What one hidden seed plays into a task's designs, and what its model answers."""

    vectors: str
    expected: tuple[Expected, ...]


@lru_cache(maxsize=64)
def _reference(family: str, params: Params, ports: tuple[Port, ...], seed: str) -> Reference:
    """Kept for the corrections of an episode and the members of its group, who share the hidden seed."""
    found = family_named(family)
    cycles = tuple(found.stimulus(params, Random(seed)))
    return Reference(vectors_text(ports, cycles), tuple(expect(found.model(params), ports, cycles)))


def _try_reference(family: str, params: Params, ports: tuple[Port, ...], seed: str) -> None:
    with suppress(Exception):  # it comes again where the result is asked for
        _reference(family, params, ports, seed)


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
