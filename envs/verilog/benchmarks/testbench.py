"""Judging by a benchmark's own testbench: it holds a reference beside the candidate and prints how often they differ.

A task asks for it with `bundle.params["judge"] == "testbench"`. `compile` and `simulate` decide, by the benchmark's own
definition: no mismatch, an x of the reference asking for nothing. Beside the reference a candidate might read it or
print the verdict, so all names and words of the testbench are disguised, and the one result line must hold as many
samples as a run of the reference alone. `synthesise` and `netlist` are reported: their findings stand as diagnostics
and metrics beside a pass. Where the source passes and its netlist does not, the pass may be forged: the candidate is
replayed apart from the reference (`replay.py`), and rejected if it is wrong there.

Params of such a task, beside `judge`: `top` (the candidate's module), `ports` (its ports, see `source.port_facts`),
`testbench` and `reference` (modules), `testbench_file` and `reference_file` (paths in the bundle), `own_rule` (name of
the set's own scoring rule, see `scorer.OWN_RULES`).
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Diagnostic, Label, Request, StageResult, digest
from ecot.envs.verilog.benchmarks.scorer import MARKED, OWN_PASS, OWN_RULES, Logs, Report, disturbance, read_report
from ecot.envs.verilog.diagnostics import parse_icarus, scrub
from ecot.envs.verilog.disguise import Disguise, kept_names, module_names, nonce_of
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.netlist import NETLIST
from ecot.envs.verilog.ports import check_ports
from ecot.envs.verilog.replay import RESET_DIRECTIVES, Recording, Replay, play, record, settle
from ecot.envs.verilog.source import port_from
from ecot.envs.verilog.steps import NEEDS, STAGES, check_rules, engine, limit, synthesise
from ecot.envs.verilog.waves import explain, read_waves

FLAGS = ("-Wall", "-Winfloop", "-Wno-timescale", "-g2012")
"""What the benchmark gives to `iverilog`."""
_WAVES = "wave.vcd"
_WAVES_KIB = 32 * 1024


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    A stage that was not asked for is run where a later one needs it, and shown only if it fails. The rules always run:
    without them a result of the testbench is worth nothing.

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


@dataclass(frozen=True, slots=True)
class _Reference:
    """A run of the reference against itself.

    Attributes:
        samples: that the testbench took.
        shown: digest of the inputs and of the reference's outputs; no candidate may change them.
        dump: of all signals, compressed.
    """

    samples: int
    shown: str
    dump: bytes


_references: dict[str, _Reference] = {}
_recordings: dict[str, Recording | None] = {}
_lock = threading.Lock()


def forget() -> None:
    """Drop what is known of references, so that a measurement begins with nothing."""
    with _lock:
        _references.clear()
        _recordings.clear()


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params, files = request.task.bundle.params, {file.path: file.text for file in request.task.bundle.files}
        try:
            self._top, self._testbench = str(params["top"]), str(params["testbench"])
            self._ports: tuple[Port, ...] = tuple(port_from(item) for item in params["ports"])
            self._bench_text, self._reference_text = files[params["testbench_file"]], files[params["reference_file"]]
            self._solution = request.task.solution[0].text
            self._own_rule = OWN_RULES[str(params.get("own_rule", "verilog-eval-2"))]
        except (KeyError, IndexError) as error:
            raise TaskError(f"task {request.task.id!r} lacks {error} for a judgement by its own testbench") from None
        self._task_id = request.task.id
        self._workspace = workspace
        self._entry = request.task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._key = digest(request.task.bundle)
        self._disguise = self._disguised(self._key, request.hidden_seed, request.candidate.digest)
        self._built = Logs(built=False, ended=True, compiler="", compiler_errors="")
        self._synthesis: StageResult | None = None

    def _disguised(self, *seeds: object) -> Disguise:
        return Disguise(nonce_of(*seeds), kept_names(self._top, self._ports), MARKED)

    def rules(self) -> StageResult:
        """Static rules; names of the testbench's own modules are refused, as its compilation would."""
        reserved = sorted({*module_names(self._bench_text), *module_names(self._reference_text)})
        self._checked = check_rules(self._workspace, self._source, entry=self._entry, reserved=reserved)
        return self._checked.result

    def compile(self) -> StageResult:
        """Elaborate the candidate in the disguised testbench."""
        process, found = self._elaborate(self._source, "design.vvp", self._disguise)
        said_out, said_err = self._disguise.take_off(process.stdout), self._disguise.take_off(process.stderr)
        self._built = Logs(built=process.ok, ended=True, compiler=said_out, compiler_errors=said_err)
        log, name = scrub(said_out + said_err), engine("iverilog")
        if process.exhausted is not None:
            return failed("compile", *limit(process, "iverilog"), engine=name, log=log)
        own = tuple(item for item in found if item.file == self._entry)
        if process.ok:
            return passed("compile", engine=name, log=log, diagnostics=own)
        modules = self._checked.modules
        wrong = check_ports(self._top, self._ports, modules, found, self._entry)
        if any(item.code == "syntax_error" for item in own):
            own = (*self._checked.errors, *own)
        faults = (*wrong, *own) or (said("iverilog", "elaboration_error", "the compiler failed without a message"),)
        return failed("compile", Label.COMPILATION_ERROR, faults, engine=name, log=log)

    def simulate(self) -> StageResult:
        """Run the testbench: it decides."""
        return self._judge("simulate", "design.vvp", self._disguise, self._reference())

    def synthesise(self) -> StageResult:
        """Make a netlist of the candidate alone; what Yosys objects to is reported, not failed."""
        self._workspace.write(self._entry, self._source)
        result = synthesise(self._workspace, entry=self._entry, top=self._top, latches=False)
        self._synthesis = result
        return _reported(result, {"accepted": int(result.passed)})

    def netlist(self) -> StageResult:
        """Run the testbench on the netlist; where that fails, make sure that the pass of the source was earned."""
        result = self._simulated_netlist()
        if result.passed:
            return replace(result, metrics={**result.metrics, "agrees": 1})
        recording, reported = self._recording(), _reported(result, {"agrees": 0})
        if recording is None:
            message = "the netlist does not pass, and the inputs of this testbench cannot be replayed to look further"
            diagnostics = (said("judge", "forgery_check_unavailable", message), *reported.diagnostics)
            return replace(reported, diagnostics=diagnostics)
        replay = self._replay(recording, self._source)
        if replay.process.exhausted is not None:
            return failed("netlist", *limit(replay.process, "vvp"), engine=engine("iverilog"))
        if replay.diagnostics:
            message = (
                "the source passes beside the reference but not apart from it: the pass was not earned by its ports"
            )
            first = said("judge", "forged_verdict", message)
            return failed("netlist", Label.REJECTED, (first, *replay.diagnostics), engine=engine("iverilog"))
        return replace(reported, metrics={**reported.metrics, "passes_apart": 1})

    def _simulated_netlist(self) -> StageResult:
        name = engine("iverilog")
        text = self._workspace.read(NETLIST, limit_kib=_WAVES_KIB)
        if not text:
            diagnostics = self._synthesis.diagnostics if self._synthesis else ()
            return failed("netlist", Label.SYNTHESIS_ERROR, diagnostics, engine=name)
        process, found = self._elaborate(text, "netlist.vvp", self._disguise)
        if process.exhausted is not None:
            return failed("netlist", *limit(process, "iverilog"), engine=name)
        if not process.ok:
            message = "the netlist does not elaborate: parts of the design are missing or are no hardware"
            return failed(
                "netlist", Label.SYNTHESIS_ERROR, (said("judge", "netlist_broken", message), *found), engine=name
            )
        return self._judge("netlist", "netlist.vvp", self._disguise, self._reference())

    def _elaborate(self, source: str, program: str, disguise: Disguise) -> tuple[ProcessResult, tuple[Diagnostic, ...]]:
        """The testbench stands first and directives are reset, so that neither side's reach the other."""
        macros = re.findall(r"^[ \t]*`define[ \t]+(\w+)", f"{self._bench_text}\n{self._reference_text}", re.MULTILINE)
        files = {
            "testbench.sv": disguise.put_on(self._bench_text),
            "reference.sv": disguise.put_on(self._reference_text),
            RESET_DIRECTIVES: "".join(["`resetall\n", *(f"`undef {macro}\n" for macro in macros)]),
            self._entry: source,
        }
        for path, text in files.items():
            self._workspace.write(path, text)
        argv = ["iverilog", *FLAGS, "-s", disguise.name(self._testbench), "-o", program, *files]
        process = self._workspace.run(argv)
        return process, parse_icarus(scrub(disguise.take_off(process.stdout + process.stderr)))

    def _judge(self, name: str, program: str, disguise: Disguise, reference: _Reference | None) -> StageResult:
        """Simulate and judge by what the testbench printed under its mark."""
        self._workspace.write(_WAVES, "")
        process = self._workspace.run(["vvp", "-n", program])
        output, ran = disguise.take_off(process.stdout + process.stderr), engine("iverilog")
        log = scrub(output)
        if process.exhausted is not None:
            return failed(name, *limit(process, "vvp"), engine=ran, log=log)
        if process.signal or process.exit_code:
            words = log.strip()[-300:] or "it said nothing"
            crash = said("vvp", "simulator_crash", f"the simulator stopped with an error: {words}")
            return failed(name, Label.RUNTIME_ERROR, (crash,), engine=ran, log=log)
        report = read_report(disguise.marked_lines(process.stdout))
        disturbed = disturbance(report, samples=reference.samples if reference else None)
        if disturbed is not None:
            return failed(name, disturbed[0], disturbed[1:], engine=ran, log=log)
        wrong, samples = report.results[0]
        counts = {"samples": samples, "wrong_samples": wrong}
        if wrong:
            found = self._explained(report, disguise)
            return failed(name, Label.MISMATCH, found, engine=ran, log=log, metrics=counts)
        if reference is not None and self._shown(disguise) != reference.shown:
            message = "the inputs, or what the reference makes of them, are not what they are without this design"
            poisoned = said("judge", "reference_disturbed", message)
            return failed(name, Label.REJECTED, (poisoned,), engine=ran, log=log, metrics=counts)
        if name == "simulate":
            own = replace(
                self._built, output=disguise.take_off(process.stdout), errors=disguise.take_off(process.stderr)
            )
            counts["own_scorer_passes"] = int(self._own_rule(own) == OWN_PASS)
        return passed(name, engine=ran, log=log, metrics=counts)

    def _explained(self, report: Report, disguise: Disguise) -> tuple[Diagnostic, ...]:
        """The wrong outputs with what they should have been, then the testbench's own hints."""
        try:
            waves = read_waves(self._dump(disguise), until=max((item.first for item in report.outputs), default=0))
        except ValueError:
            waves = {}
        hints = tuple(said("testbench", "testbench_hint", line) for line in report.hints)
        found = explain(report.outputs, waves, self._ports, samples=report.results[0][1]) + hints
        return found or (said("testbench", "wrong_value", "the testbench counted mismatches but names no output"),)

    def _dump(self, disguise: Disguise) -> str:
        return disguise.take_off(self._workspace.read(_WAVES, limit_kib=_WAVES_KIB) or "")

    def _shown(self, disguise: Disguise) -> str:
        """Digest of the inputs and of the reference's outputs in the last run; empty where there is no dump."""
        try:
            waves = read_waves(self._dump(disguise))
        except ValueError:
            return ""
        names = [f"{port.name}_ref" if port.direction == "output" else port.name for port in self._ports]
        return digest([[name, *waves[name].times, *waves[name].values] for name in names if name in waves])

    def _reference(self) -> _Reference:
        """The reference's own run, done once for a task in this process.

        Raises:
            TaskError: it does not pass.
        """
        with _lock:
            known = _references.get(self._key)
        if known is not None:
            return known
        disguise = self._disguised("reference", self._key)
        process, found = self._elaborate(self._solution, "reference.vvp", disguise)
        result = self._judge("reference", "reference.vvp", disguise, None) if process.ok else None
        if result is None or not result.passed:
            reasons = result.diagnostics if result else found
            raise TaskError(
                f"task {self._task_id!r} is broken here: its own reference does not pass under {engine('iverilog')} "
                f"({reasons[0].message.splitlines()[0] if reasons else 'no reason given'}); leave it out"
            )
        dump = self._dump(disguise)
        made = _Reference(int(result.metrics["samples"]), self._shown(disguise), zlib.compress(dump.encode()))
        self._workspace.write(_WAVES, "")
        self._workspace.write("reference.vvp", "")
        with _lock:
            return _references.setdefault(self._key, made)

    def _recording(self) -> Recording | None:
        """What to replay, None where the reference itself does not reproduce under replay; found out once."""
        with _lock:
            if self._key in _recordings:
                return _recordings[self._key]
        reference = self._reference()
        found = None
        try:
            waves = read_waves(zlib.decompress(reference.dump).decode())
            recording = record(waves, self._ports, samples=reference.samples)
        except ValueError:
            pass
        else:
            found = settle(self._workspace, recording, self._solution, top=self._top, entry=self._entry)
        with _lock:
            return _recordings.setdefault(self._key, found)

    def _replay(self, recording: Recording, source: str) -> Replay:
        """Replay with nothing of the reference left in the scratch folder."""
        for path in ("testbench.sv", "reference.sv", "design.vvp", "netlist.vvp", _WAVES):
            self._workspace.write(path, "")
        return play(self._workspace, recording, source, top=self._top, entry=self._entry, seed=self._disguise.nonce)


def _reported(result: StageResult, metrics: dict[str, int]) -> StageResult:
    """A result that is shown and decides nothing."""
    return replace(result, passed=True, label=Label.PASS, metrics={**result.metrics, **metrics})


def reproduces(workspace: Workspace, request: Request) -> bool:
    """Whether the forgery check is available for a task: its reference reproduces its outputs under replay.

    Raises:
        TaskError: the bundle is not of this kind, or its own reference does not pass here.
        SandboxError: the host is at fault.
    """
    return _Job(workspace, request)._recording() is not None
