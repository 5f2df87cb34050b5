"""Judging by a testbench that checks the design by itself and prints a word of its own: no reference stands beside it.

A task asks for it with `bundle.params["judge"] == "selfchecking"`. `compile` and `simulate` decide by the set's own
criterion, under conditions that a candidate cannot meet by forgery: all names of the testbench, its data files and the
words of its verdict are disguised; and every output bit that the reference ever drives must be driven, which many such
testbenches do not notice (a comparison with z is neither true nor false). `synthesise` and `netlist` are reported.
Where the netlist does not pass too, or the run went otherwise than the reference's (other inputs, another end, other
lines), candidate and testbench are simulated apart (`playback.py`), and the verdict of that run counts. A set may come
without references: then every bit of every output must be 0 or 1 at some time, and a pass is one only where the netlist
passes too, or the candidate does apart from the testbench.

Params of such a task, beside `judge`: `top` (the candidate's module), `ports` (see `source.port_facts`), `testbench`
and `path` (its module, and the hierarchical name of the instance), `testbench_file` (path in the bundle; all other
files are data that it reads), `overrides` (parameters that it sets), `timescale` (of a source without one), `own_rule`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Diagnostic, Label, Request, StageResult, digest
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS, OWN_RULES, Logs
from ecot.envs.verilog.benchmarks.selfcheck_bench import DUMP_KIB, Bench, Run, bits_seen, undriven_in
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.disguise import module_names
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.netlist import NETLIST
from ecot.envs.verilog.playback import of_direction
from ecot.envs.verilog.ports import check_ports
from ecot.envs.verilog.steps import NEEDS, STAGES, check_rules, engine, limit, synthesise

NEEDS_NO_REFERENCE = True
"""Whether a candidate can be judged where the set has no reference."""
_LINES = 4
"""Lines of the testbench's own output that are shown."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the bundle is not of this kind, or its own reference does not pass here.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    needed = {"rules", *wanted, *(NEEDS[name] for name in wanted if name in NEEDS)}
    if "netlist" in needed:
        needed |= {"compile", "simulate"}
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


def reproduces(workspace: Workspace, request: Request) -> bool:
    """Whether the forgery check is available for a task: its reference passes apart from the testbench too.

    Raises:
        TaskError: the bundle is not of this kind, or its own reference does not pass here.
        SandboxError: the host is at fault.
    """
    return bool(_Job(workspace, request)._reference().orders)


@dataclass(frozen=True, slots=True)
class _Reference:
    """The reference's own run.

    Attributes:
        course: digest of the inputs, the end and the number of lines.
        marked: whether the testbench says in marked words that the reference passes; nothing then passes without them.
        known: by output, the bits that ever are 0 or 1.
        floating: by output, the bits that ever are z.
        orders: of inputs and clocks, as `early` of `Bench.apart`, under which the reference passes apart from the
            testbench; empty where there is none.
    """

    course: str
    marked: bool
    known: Mapping[str, frozenset[int]]
    floating: Mapping[str, frozenset[int]]
    orders: tuple[bool, ...]

    @classmethod
    def missing(cls, ports: Sequence[Port]) -> _Reference:
        """What is asked where the set has no reference: every bit of every output is 0 or 1 at some time."""
        outputs = of_direction(ports, "output")
        return cls(
            course="",
            marked=True,
            known={port.name: frozenset(range(port.width)) for port in outputs},
            floating={port.name: frozenset() for port in outputs},
            orders=(False, True),
        )


_references: dict[str, _Reference] = {}
_lock = threading.Lock()


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        task = request.task
        self._bench = Bench(workspace, task)
        self._ports = self._bench.ports
        self._solution = task.solution[0].text if task.solution else None
        self._task_id, self._entry, self._workspace = task.id, task.bundle.entry, workspace
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._key = digest(task.bundle)
        self._disguise = self._bench.disguise(self._key, request.hidden_seed, request.candidate.digest)
        self._run: Run | None = None
        self._synthesis: StageResult | None = None
        self._compiled = Logs(built=False, ended=False, compiler="", compiler_errors="")

    def rules(self) -> StageResult:
        """Static rules; names of the testbench's own modules are refused, as its compilation would."""
        reserved = sorted(module_names(self._bench.text))
        self._checked = check_rules(self._workspace, self._source, entry=self._entry, reserved=reserved)
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate in the disguised testbench."""
        process, found = self._bench.elaborate(self._source, "design.vvp", self._disguise)
        self._compiled = self._bench.logs(process, self._disguise)
        log, name = scrub(self._compiled.compiler + self._compiled.compiler_errors), engine("iverilog")
        if process.exhausted is not None:
            return failed("compile", *limit(process, "iverilog"), engine=name, log=log)
        own = tuple(item for item in found if item.file == self._entry)
        if process.ok:
            return passed("compile", engine=name, log=log, diagnostics=own)
        wrong = check_ports(self._bench.top, self._ports, self._checked.modules, found, self._entry)
        if any(item.code == "syntax_error" for item in own):
            own = (*self._checked.errors, *own)
        faults = (*wrong, *own) or (said("iverilog", "elaboration_error", "the compiler failed without a message"),)
        return failed("compile", Label.COMPILATION_ERROR, faults, engine=name, log=log)

    def simulate(self) -> StageResult:
        """Run the testbench: its own criterion decides, and that outputs are driven."""
        reference = self._reference()
        self._bench.elaborate(self._source, "design.vvp", self._disguise)
        run = self._bench.simulate("design.vvp", self._disguise, self._compiled)
        result, self._run = self._verdict("simulate", run, reference), run
        if not result.passed:
            return result
        metrics = {"own_scorer_passes": int(OWN_RULES[self._bench.rule](run.logs) == OWN_PASS)}
        if self._solution is not None:
            metrics["as_reference_ran"] = int(self._bench.course(run) == reference.course)
        return replace(result, metrics={**result.metrics, **metrics})

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone; what Yosys objects to is reported, not failed."""
        self._workspace.write(self._entry, self._source)
        self._synthesis = synthesise(self._workspace, entry=self._entry, top=self._bench.top, latches=False)
        return _reported(self._synthesis, {"accepted": int(self._synthesis.passed)})

    def netlist(self) -> StageResult:
        """Run the testbench on the netlist; where that or the run of the source leaves a doubt, simulate apart."""
        reference, run = self._reference(), self._run
        if run is None:
            raise TaskError(f"task {self._task_id!r}: the netlist is judged after the source only")
        result = self._simulated_netlist(reference)
        clean = self._synthesis is not None and self._synthesis.passed
        # Without a reference nothing is known of the course that a simulation takes.
        as_reference = self._solution is None or self._bench.course(run) == reference.course
        if result.passed and clean and as_reference:
            return replace(result, metrics={**result.metrics, "agrees": 1})
        reported = _reported(result, {"agrees": int(result.passed)})
        if not reference.orders:
            if not as_reference:
                message = "the simulation took another course than the reference's, and cannot be looked into further"
                disturbed = said("judge", "simulation_disturbed", message)
                return failed("netlist", Label.MISMATCH, (disturbed,), engine=engine("iverilog"))
            message = "the netlist does not pass, and this testbench cannot be simulated apart to look further"
            first = said("judge", "forgery_check_unavailable", message)
            return replace(reported, diagnostics=(first, *reported.diagnostics))
        for early in reference.orders:
            doubt = self._apart(run, self._source, early=early)
            if doubt is None:
                return replace(reported, metrics={**reported.metrics, "passes_apart": 1})
        label = Label.TIMEOUT if doubt is not None and doubt.code == "cpu_limit" else Label.REJECTED
        return failed("netlist", label, (doubt,) if doubt else (), engine=engine("iverilog"))

    def _simulated_netlist(self, reference: _Reference) -> StageResult:
        name = engine("iverilog")
        text = self._workspace.read(NETLIST, limit_kib=DUMP_KIB)
        if not text:
            found = self._synthesis.diagnostics if self._synthesis else ()
            return failed("netlist", Label.SYNTHESIS_ERROR, found, engine=name)
        process, said_of_it = self._bench.elaborate(text, "netlist.vvp", self._disguise)
        if not process.ok:
            broken = said("judge", "netlist_broken", "the netlist does not elaborate under the testbench")
            return failed("netlist", Label.SYNTHESIS_ERROR, (broken, *said_of_it), engine=name)
        run = self._bench.simulate("netlist.vvp", self._disguise, self._bench.logs(process, self._disguise))
        return self._verdict("netlist", run, reference)

    def _verdict(self, name: str, run: Run, reference: _Reference | None) -> StageResult:
        ran, log = engine("iverilog"), scrub(run.logs.output + run.logs.errors)
        counted = {} if run.checks is None else {"checks_right": run.checks.right, "checks_wrong": run.checks.wrong}
        if run.process.exhausted is not None:
            return failed(name, *limit(run.process, "vvp"), engine=ran, log=log)
        # Words that the testbench did not print itself are none, wherever the reference makes it print its own.
        own = run.own and (run.marked or reference is None or not reference.marked)
        counts_wrong = run.checks is not None and run.checks.wrong > 0
        if not own and (run.process.signal or run.process.exit_code) and not counts_wrong:
            words = log.strip()[-300:] or "it said nothing"
            crash = said("vvp", "simulator_crash", f"the simulation stopped with an error: {words}")
            return failed(name, Label.RUNTIME_ERROR, (crash,), engine=ran, log=log)
        if not own:
            lines = [line for line in run.logs.output.splitlines() if line.strip()]
            shown = "; ".join([*lines[: _LINES - 1], *lines[-1:]] if len(lines) > _LINES else lines) or "nothing"
            wrong = said("testbench", "testbench_failed", f"the testbench did not report a pass; it said: {shown}")
            return failed(name, Label.MISMATCH, (wrong,), engine=ran, log=log, metrics=counted)
        undriven = (
            undriven_in(run, self._ports, known=reference.known, floating=reference.floating) if reference else ()
        )
        if undriven:
            return failed(name, Label.MISMATCH, undriven, engine=ran, log=log)
        return passed(name, engine=ran, log=log, metrics=counted)

    def _apart(self, run: Run, source: str, *, early: bool) -> Diagnostic | None:
        return self._bench.apart(run, source, self._disguise, early=early)

    def _reference(self) -> _Reference:
        """The reference's own run, done once for a task in this process.

        Raises:
            TaskError: it does not pass.
        """
        if self._solution is None:
            return _Reference.missing(self._ports)
        solution = self._solution
        with _lock:
            earlier = _references.get(self._key)
        if earlier is not None:
            return earlier
        disguise = self._bench.disguise("reference", self._key)
        process, found = self._bench.elaborate(solution, "reference.vvp", disguise)
        built = self._bench.logs(process, disguise)
        run = self._bench.simulate("reference.vvp", disguise, built) if process.ok else None
        result = self._verdict("reference", run, None) if run else None
        if run is None or result is None or not result.passed or any(p.name not in run.waves for p in self._ports):
            reasons = result.diagnostics if result else found
            raise TaskError(
                f"task {self._task_id!r} is broken here: its own reference does not pass under {engine('iverilog')} "
                f"({reasons[0].message.splitlines()[0] if reasons else 'no reason given'}); leave it out"
            )
        known = bits_seen(run.waves, self._ports, "01")
        if not any(known.values()):
            raise TaskError(
                f"task {self._task_id!r} is broken: its reference shows no known bit in the whole run, so that its "
                "testbench asks nothing; leave it out"
            )
        orders = (early for early in (False, True) if self._apart(run, solution, early=early) is None)
        made = _Reference(
            course=self._bench.course(run),
            marked=run.marked,
            known=known,
            floating=bits_seen(run.waves, self._ports, "z"),
            orders=tuple(islice(orders, 1)),
        )
        with _lock:
            return _references.setdefault(self._key, made)


def _reported(result: StageResult, metrics: Mapping[str, int]) -> StageResult:
    """A result that is shown and decides nothing."""
    return replace(result, passed=True, label=Label.PASS, metrics={**result.metrics, **metrics})
