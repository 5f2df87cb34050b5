"""The stages that judge a design with several clocks: rules, compile, simulate, synthesise, netlist.

`simulate` plays drawn clocks into the source; `synthesise` also looks at the structure of crossings; `netlist` plays
several further draws into a netlist whose flip-flops become metastable at random. Latency varies, so nothing is
compared cycle by cycle: the family's properties, in this process, decide about every recording.

A task asks for it with `bundle.params["judge"] == "crossing"`; `Family.crossing` says the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Diagnostic, Label, Request, StageResult
from ecot.envs.verilog import steps
from ecot.envs.verilog.crossing.driver import DRIVER, samples_in, trace_file, vectors_file, vectors_text
from ecot.envs.verilog.crossing.gates import GATES, SCRIPT, Gates, read_gates, script
from ecot.envs.verilog.crossing.metastable import EVENTS, NETLIST, SETTINGS, cone_size, metastable_text
from ecot.envs.verilog.crossing.plan import WINDOW_PS, Clocks, Crossing, Domain, Recording, Violation, drawn_clocks
from ecot.envs.verilog.crossing.structure import LARGEST, Crossings, crossings_of, findings, incoherent, unqualified
from ecot.envs.verilog.crossing.words import violation_text
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.driver import MODULE
from ecot.envs.verilog.elaboration import broken_netlist, compiled
from ecot.envs.verilog.family import Params, Port, Role
from ecot.envs.verilog.simulators import Icarus, unfinished
from ecot.envs.verilog.source import family_named, port_from
from ecot.envs.verilog.steps import STAGES, Checked, engine, limit

NEEDS = {"simulate": ("compile",), "netlist": ("synthesise",)}
METASTABLE_RUNS = 3
SIMULATION_SHARE = 0.25
"""Part of the processor time that one simulation may use."""
_MOST_VIOLATIONS = 4
_GATES_KIB = 16 * 1024


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the bundle is not of this kind.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    needed = {*wanted, *(item for name in wanted for item in NEEDS.get(name, ()))}
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
class Play:
    """What one draw plays: the clocks, and the vectors of every domain."""

    clocks: Clocks
    vectors: tuple[str, ...]


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
        if self._family.crossing is None:
            raise TaskError(f"family {self._family.name!r} says nothing about its clocks; set `Family.crossing`")
        self._crossing: Crossing = self._family.crossing
        self._domains = tuple(self._crossing.domains(self._params))
        limits = request.effective_limits
        self._simulation_limits = replace(limits, cpu_seconds=limits.cpu_seconds * SIMULATION_SHARE)
        self._workspace = workspace
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._seed = f"{request.task.id} {request.hidden_seed}"
        self._checked = Checked(passed("rules", engine=engine("pyslang")))
        self._design: tuple[Gates, Crossings] | None = None
        self._last: Recording | None = None
        workspace.write(DRIVER, driver)

    def rules(self) -> StageResult:
        """Static rules, in a confined child."""
        self._checked = steps.check_rules(self._workspace, self._source, entry=self._entry, reserved=[MODULE])
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate under the driver with Icarus."""
        self._workspace.write(self._entry, self._source)
        built = Icarus().build(self._workspace, self._entry, "design.vvp")
        return compiled(built, self._checked, top=self._top, ports=self._ports, entry=self._entry)

    def simulate(self) -> StageResult:
        """Play drawn clocks into the source, without metastability, and judge what came out."""
        return self._run("simulate", "design.vvp", "source")

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone, measure it, and look at the structure of its crossings."""
        self._workspace.write(self._entry, self._source)
        result = steps.synthesise(self._workspace, entry=self._entry, top=self._top, latches=False)
        if not result.passed:
            return result
        self._workspace.write(SCRIPT, script(self._entry, self._top))
        process = self._workspace.run(["yosys", "-q", "-s", SCRIPT])
        if process.exhausted is not None:
            return failed("synthesise", *limit(process, "yosys"), engine=result.engine, log=result.log)
        text = self._workspace.read(GATES, limit_kib=_GATES_KIB)
        if not process.ok or not text:
            words = (said("yosys", "synthesis_error", "the design cannot be mapped to flip-flops and gates"),)
            return failed("synthesise", Label.SYNTHESIS_ERROR, words, engine=result.engine, log=result.log)
        gates = read_gates(text, self._top)
        if len(gates.gates) + len(gates.flops) > LARGEST:
            return self._too_large(result)
        found = findings(gates, self._domains, self._ports)
        if found:
            return replace(result, passed=False, label=Label.SYNTHESIS_ERROR, diagnostics=found, metrics={})
        crossings = crossings_of(gates, self._domains)
        if cone_size(gates, crossings) > LARGEST:
            return self._too_large(result)
        self._design = gates, crossings
        return replace(result, metrics={**result.metrics, "receivers": len(crossings.receivers)})

    def _too_large(self, result: StageResult) -> StageResult:
        message = f"the design has more than {LARGEST} gates, which no task of this kind needs"
        return failed("synthesise", Label.RESOURCE_LIMIT, (said("judge", "too_large", message),), engine=result.engine)

    def netlist(self) -> StageResult:
        """Play further draws into a netlist whose receivers become metastable at random."""
        if self._design is None:
            raise TaskError("the netlist stage needs the synthesis before it")
        gates, crossings = self._design
        self._workspace.write(NETLIST, metastable_text(self._top, gates, crossings))
        broken = broken_netlist(Icarus().build(self._workspace, NETLIST, "netlist.vvp"))
        if broken is not None:
            return broken
        metastable, result = 0, passed("netlist", engine=engine("iverilog"))
        for number in range(METASTABLE_RUNS):
            result = self._uncertain(f"metastable {number}", WINDOW_PS)
            metastable += int(result.metrics.get("metastable_bits", 0))
            if not result.passed:
                return result if result.label is not Label.MISMATCH else self._explained(result, number)
        return replace(result, metrics={**result.metrics, "metastable_bits": metastable})

    def _uncertain(self, draw: str, window: int) -> StageResult:
        """One draw with metastability."""
        seed = Random(f"{self._seed} {draw} resolve").getrandbits(31)
        self._workspace.write(SETTINGS, f"{window} {seed}\n")
        self._workspace.write(EVENTS, "")
        result = self._run("netlist", "netlist.vvp", draw)
        if self._design is None or result.label not in (Label.PASS, Label.MISMATCH):
            return result
        events: dict[int, list[int]] = {}
        for line in (self._workspace.read(EVENTS) or "").splitlines():
            moment, net = line.split()
            events.setdefault(int(moment), []).append(int(net))
        quiet = {moment: nets for moment, nets in events.items() if not self._resetting(moment)}
        words = incoherent(*self._design, quiet)
        bare = unqualified(*self._design, quiet) if window else ()
        result = replace(
            result,
            diagnostics=(*result.diagnostics, *words),
            metrics={**result.metrics, "metastable_bits": sum(map(len, events.values()))},
        )
        return replace(result, passed=False, label=Label.MISMATCH) if bare else result

    def _resetting(self, moment: int) -> bool:
        """Whether a reset may be active: words jump then, and nobody looks. Resets are active from the start."""
        names = [port.name for port in self._ports if port.role is Role.RESET]
        return any(
            sample.inputs[name] == samples[0].inputs[name]
            and sample.applied - WINDOW_PS <= moment <= sample.edge + 2 * (sample.edge - sample.applied)
            for samples in (self._last or {}).values()
            for sample in samples
            for name in names
            if name in sample.inputs
        )

    def _explained(self, result: StageResult, number: int) -> StageResult:
        """Say whether the netlist is wrong only because of metastability."""
        calm = self._uncertain(f"metastable {number}", 0)
        if calm.passed:
            code, message = (
                "metastability",
                (
                    "the design works only while no flip-flop becomes metastable. Here each flip-flop that samples a "
                    "signal of another clock, changed shortly before the edge, takes the old or the new value "
                    "at random, "
                    "and its output is trusted only by a single flip-flop that it feeds alone"
                ),
            )
        else:
            code, message = (
                "netlist_differs",
                (
                    "the source passes the simulation but the synthesised netlist does not, even without "
                    "metastability: "
                    "look for registers without a reset, start values, incomplete sensitivity lists, races, or "
                    "behaviour "
                    "that shows only at other clock ratios"
                ),
            )
        return replace(result, diagnostics=(said("judge", code, message), *result.diagnostics))

    def _run(self, name: str, program: str, draw: str) -> StageResult:
        """Simulate one draw and judge the recording."""
        played = _play(self._family.name, self._params, self._ports, f"{self._seed} {draw}")
        for index, vectors in enumerate(played.vectors):
            self._workspace.write(vectors_file(index), vectors)
            self._workspace.write(trace_file(index), "")
        process = self._workspace.run(["vvp", "-n", program], limits=self._simulation_limits)
        ran, log = engine("iverilog"), scrub(process.stdout + process.stderr)
        ended = unfinished(process, "vvp")
        if ended is not None:
            return failed(name, *ended, engine=ran, log=log)
        self._last = self._recording(played)
        return _judged(name, self._crossing, self._params, self._last, ran, log)

    def _recording(self, played: Play) -> Recording | None:
        """What the traces say; None where the simulation was disturbed."""
        recording = {}
        for index, domain in enumerate(self._domains):
            text = self._workspace.read(trace_file(index)) or ""
            samples = samples_in(text, self._ports, domain, played.clocks[domain.name])
            if samples is None:
                return None
            recording[domain.name] = samples
        return recording


@lru_cache(maxsize=64)
def _play(family: str, params: Params, ports: tuple[Port, ...], seed: str) -> Play:
    """Kept for the corrections of an episode and the members of its group, who share the hidden seed."""
    crossing = family_named(family).crossing
    if crossing is None:
        raise TaskError(f"family {family!r} says nothing about its clocks; set `Family.crossing`")
    return play_of(crossing, params, ports, Random(seed))


def play_of(crossing: Crossing, params: Params, ports: Sequence[Port], random: Random) -> Play:
    """Draw clocks and inputs for all domains."""
    domains: Sequence[Domain] = crossing.domains(params)
    clocks = drawn_clocks(domains, random, slow_cycles=crossing.slow_cycles)
    inputs = crossing.stimulus(params, random, clocks)
    return Play(
        clocks,
        tuple(vectors_text(ports, domain, clocks[domain.name], inputs[domain.name]) for domain in domains),
    )


def _judged(
    name: str, crossing: Crossing, params: Params, recording: Recording | None, ran: str, log: str
) -> StageResult:
    if recording is None:
        message = "the trace is not one whole line per cycle: the simulation ended early or was disturbed"
        return failed(name, Label.MISMATCH, (said("judge", "trace_damaged", message),), engine=ran, log=log)
    broken: list[Violation] = sorted(crossing.violations(params, recording), key=lambda item: item.time)
    first: dict[tuple[str, str], Violation] = {}
    for item in broken:
        first.setdefault((item.port, item.code), item)
    words = tuple(
        Diagnostic(
            tool="judge",
            code=item.code,
            symbol=item.port,
            message=violation_text(item, recording, table=position == 0),
        )
        for position, item in enumerate(list(first.values())[:_MOST_VIOLATIONS])
    )
    metrics = {"samples": sum(map(len, recording.values())), "violations": len(broken)}
    if words:
        return failed(name, Label.MISMATCH, words, engine=ran, log=log, metrics=metrics)
    return passed(name, engine=ran, log=log, metrics=metrics)
