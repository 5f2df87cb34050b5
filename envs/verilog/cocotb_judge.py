"""Judging on cocotb: players react to the design's handshakes in the simulator, a scoreboard judges what they saw.

A family asks for it with `judge="cocotb"`. What it reads of the record: `bench` (phases of a plan drawn under
constraints, cover points; see `bench/plan.py`), `model` (a scoreboard: a model that also reports transactions),
`stimulus` (`rehearsed`, the plan as it runs on the model) and `files` (`files_of`). The stages and labels are those of
the other families.

In the simulator's process Python and the candidate meet. It holds the plan, the players and nothing else: the plan is
drawn from the hidden seed here, the record is judged here, and functional coverage is measured here from the record.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from random import Random

from ecot.envs.errors import SandboxError, TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.tools import version_of
from ecot.envs.types import Label, Request, StageResult
from ecot.envs.verilog import steps
from ecot.envs.verilog.bench.drawing import measure
from ecot.envs.verilog.bench.harness import HARNESS, PLAYED
from ecot.envs.verilog.bench.launch import simulation_argv
from ecot.envs.verilog.bench.plan import Plan, bench_of, draw_plan, scoreboard_of
from ecot.envs.verilog.bench.replay import Judged, judge_record
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.driver import MODULE
from ecot.envs.verilog.elaboration import broken_netlist, compiled
from ecot.envs.verilog.family import Params, Port
from ecot.envs.verilog.netlist import NETLIST
from ecot.envs.verilog.simulators import Icarus, unfinished
from ecot.envs.verilog.source import family_named, port_from
from ecot.envs.verilog.steps import NEEDS, STAGES, Checked, engine
from ecot.envs.verilog.tools import COCOTB
from ecot.envs.verilog.trace import Verdict, compare_traces

_PLAN = "plan.json"
_RECORD = "events.jsonl"
_STATE = "state.txt"


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails.

    Raises:
        TaskError: the bundle is not of this kind, or the family's plan does not cover what it must.
        SandboxError: the host is at fault.
    """
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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A plan, and its text."""

    plan: Plan
    text: str


@lru_cache(maxsize=64)
def _drawn(family: str, params: Params, seed: str) -> _Drawn:
    """Kept for the corrections of an episode and the members of its group, who share the hidden seed."""
    plan = draw_plan(family_named(family), params, Random(seed))
    text = json.dumps(plan)
    return _Drawn(json.loads(text), text)


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params, files = request.task.bundle.params, {item.path: item.text for item in request.task.bundle.files}
        try:
            self._family = family_named(params["family"])
            self._params: Params = params["draw"]
            self._top = str(params["top"])
            self._ports: tuple[Port, ...] = tuple(port_from(item) for item in params["ports"])
            for path in (HARNESS, *PLAYED):
                workspace.write(path, files[path])
        except KeyError as error:
            raise TaskError(
                f"task {request.task.id!r} lacks {error} in its bundle; build it with FamilySource"
            ) from None
        self._workspace = workspace
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._latches = bool(params["latches"])
        self._seed = f"{request.task.id} {request.hidden_seed}"
        self._checked = Checked(passed("rules", engine=engine("pyslang")))
        self._simulated: Judged | None = None

    @cached_property
    def _plan(self) -> _Drawn:
        return _drawn(self._family.name, self._params, self._seed)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        self._checked = steps.check_rules(self._workspace, self._source, entry=self._entry, reserved=[MODULE])
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate in its harness with Icarus."""
        self._workspace.write(self._entry, self._source)
        built = Icarus().build(self._workspace, self._entry, "design.vvp")
        return compiled(built, self._checked, top=self._top, ports=self._ports, entry=self._entry)

    def simulate(self) -> StageResult:
        """Play the plan into the source and judge what came out."""
        result, judged = self._run("simulate", "design.vvp")
        self._simulated = judged
        return result

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone, and measure it."""
        self._workspace.write(self._entry, self._source)
        return steps.synthesise(self._workspace, entry=self._entry, top=self._top, latches=self._latches)

    def netlist(self) -> StageResult:
        """Play the same plan into the netlist: it must be right, and agree with the source."""
        broken = broken_netlist(Icarus().build(self._workspace, NETLIST, "netlist.vvp"))
        if broken is not None:
            return broken
        result, judged = self._run("netlist", "netlist.vvp")
        if not result.passed and result.label is Label.MISMATCH:
            message = (
                "the source passes the simulation but the synthesised netlist does not: synthesis reads the source "
                "differently (look for an incomplete sensitivity list, blocking assignments that race, start values, "
                "comparisons with x, delays)"
            )
            return replace(result, diagnostics=(said("judge", "netlist_differs", message), *result.diagnostics))
        if result.passed and judged is not None and self._simulated is not None:
            verdict = self._difference(self._simulated, judged)
            if verdict.diagnostics:
                return _result("netlist", verdict, result.engine, result.log, {})
        return result

    def _difference(self, source: Judged, netlist: Judged) -> Verdict:
        """What differs between two records that are both right."""
        if len(source.expected) != len(netlist.expected):
            message = (
                f"the play takes {len(source.expected)} cycles with the source and {len(netlist.expected)} with its "
                "netlist: they answer the same handshakes differently"
            )
            return Verdict(len(netlist.expected), 1, (said("judge", "netlist_differs", message),))
        return compare_traces(source.trace, netlist.trace, netlist.expected, self._ports)

    def _run(self, name: str, program: str) -> tuple[StageResult, Judged | None]:
        """Simulate and judge."""
        self._workspace.write(_PLAN, self._plan.text)
        self._workspace.write(_RECORD, "")
        self._workspace.write(_STATE, "")
        process = self._workspace.run(simulation_argv(program))
        ran, log = (
            f"{COCOTB.name}-{version_of(COCOTB) or 'missing'} on {engine('iverilog')}",
            scrub(process.stdout + process.stderr),
        )
        ended = unfinished(process, "vvp")
        if ended is not None:
            return failed(name, *ended, engine=ran, log=log), None
        state = self._workspace.read(_STATE)
        if state != "started":
            raise SandboxError(f"cocotb failed on our side: {state or log[-600:] or 'it did not start'}")
        record = self._workspace.read(_RECORD)
        judged = judge_record(record, self._plan.plan, scoreboard_of(self._family, self._params), self._ports)
        return _result(name, judged.verdict, ran, log, self._coverage(judged)), judged

    def _coverage(self, judged: Judged) -> dict[str, float]:
        """Metrics of a right record."""
        if judged.verdict.diagnostics:
            return {}
        bench = bench_of(self._family)
        covered = measure(bench.points(self._params), bench.crosses(self._params), judged.events)
        if covered.hit < covered.bins:
            raise TaskError(f"a right design of {self._family.name!r} does not cover {', '.join(covered.missed[:8])}")
        return {"transactions": len(judged.events), "cover_bins": covered.bins, "coverage": covered.share}


def _result(name: str, verdict: Verdict, engine: str, log: str, extra: dict[str, float]) -> StageResult:
    right = not verdict.diagnostics
    return StageResult(
        name=name,
        passed=right,
        label=Label.PASS if right else Label.MISMATCH,
        diagnostics=verdict.diagnostics,
        log=log,
        metrics={"samples": verdict.samples, "wrong_samples": verdict.wrong_samples, **extra},
        engine=engine,
    )
