"""Judging as RealBench does: its testbench runs candidate and reference side by side under Verilator.

A task asks for it with `bundle.params["judge"] == "realbench"`. The set's own criterion is that no line says that an
output mismatches; a run that says nothing at all meets it. Ours is that the testbench says, in words that only it can
say, exactly what it says of the reference: all names of the testbench and the reference and the words of its verdict
are disguised, the reference has its own copies of the modules that both use, and no output of the candidate may be
left undriven, which two values a bit do not show. Neither synthesis nor a netlist is judged.

Params of such a task, beside `judge`: `top` (the candidate's module), `ports`, `bench` (files of the testbench; the
others are what a candidate may lean on), `testbench` (its module), `silenced` (warnings that the set's own scorer
allows), `own_rule`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.types import Diagnostic, Label, Request, StageResult, Task, digest
from ecot.envs.verilog.benchmarks.realbench_texts import (
    REFERENCE,
    headers_of,
    includable,
    macros,
    parts_for,
    without_includes,
    without_pragmas,
)
from ecot.envs.verilog.benchmarks.scorer import OWN_PASS
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.disguise import Disguise, kept_names, module_names, nonce_of
from ecot.envs.verilog.source import port_from
from ecot.envs.verilog.steps import Checked, check_rules, engine, limit
from ecot.envs.verilog.verilated.engine import parse_verilator
from ecot.envs.verilog.verilated.whole import Program, build

STAGES = ("rules", "compile", "simulate")
MAX_BYTES = 1024 * 1024
"""A whole system is longer than what a candidate may otherwise hold."""
_WORDS = re.compile(r"Hint:|[Mm]ismatch|TIMEOUT|errors", re.ASCII)
_LEADING = re.compile(r'"(?:\\n)+(?=[^"\n]*(?:Hint:|[Mm]ismatch))')
_PASTED = re.compile(r"(\w+)``")
_LINES = 4
_BENCH, _PARTS = "bench.sv", "parts.v"
_PROGRAM, _REFERENCE = "candidate", "reference"
_UNDRIVEN = re.compile(r"^%Warning-UNDRIVEN: ([^\s:]+):\d+:\d+: .*'(\w+)'", re.MULTILINE)
_WARNING = re.compile(r"^%(Warning-(\w+)|Error(?:-\w+)?): (?:([^\s:]+):\d+:\d+: )?", re.MULTILINE)
_RENAMED = {"WIDTHTRUNC": "WIDTH", "WIDTHEXPAND": "WIDTH", "ASCRANGE": "LITENDIAN"}
"""Warnings of Verilator 5.030, as 5.006 calls them."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the bundle is not of this kind, or its own reference does not pass here.
        ToolchainMissing: Verilator or a compiler is not installed.
        SandboxError: the host is at fault.
    """
    wanted = STAGES if request.stages is None else request.stages
    needed = [name for name in STAGES if name in wanted or ("simulate" in wanted) or name == "rules"]
    job = _Job(workspace, request)
    for name in needed:
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def reproduces(workspace: Workspace, request: Request) -> bool:
    """Whether there is a check of forgery beside the disguise: there is none, candidate and reference share a process.

    Raises:
        TaskError: the reference does not pass here.
        SandboxError: the host is at fault.
    """
    _Job(workspace, request).reference()
    return False


@dataclass(frozen=True, slots=True)
class _Reference:
    """The reference's own run: what the testbench said, and the outputs that the reference leaves undriven itself."""

    said: tuple[str, ...]
    undriven: frozenset[str]


_references: dict[str, _Reference] = {}
_lock = threading.Lock()


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        task, params = request.task, request.task.bundle.params
        try:
            self._top, self._testbench = str(params["top"]), str(params["testbench"])
            self._bench: Sequence[str] = tuple(params["bench"])
            ports = tuple(port_from(item) for item in params["ports"])
            self._silenced = frozenset(params["silenced"])
        except KeyError as error:
            raise TaskError(f"task {task.id!r} lacks {error}; build it with RealBenchSource") from None
        if not task.solution:
            raise TaskError(f"task {task.id!r} lacks its reference")
        self._outputs = frozenset(port.name for port in ports if port.direction != "input")
        self._files = {file.path: file.text for file in task.bundle.files}
        self._kept = kept_names(self._top, ports) | _pasted(self._files[path] for path in self._bench)
        self._workspace, self._task, self._entry = workspace, task, task.bundle.entry
        self._source = request.candidate.source.encode("utf-8", "replace").decode()
        self._key = digest(task.bundle)
        self._seeds = (self._key, request.hidden_seed, request.candidate.digest)
        self._built: Program | None = None

    def rules(self) -> StageResult:
        """Static rules. Pragmas of synthesis order nothing here, and are cut out before."""
        reserved = {name for path in self._bench for name in module_names(self._files[path])} - {self._top}
        reserved |= {name for text in self._files.values() for name in module_names(text) if name.startswith(REFERENCE)}
        more = {"context": macros(self._files), "max_bytes": MAX_BYTES}
        self._checked: Checked = check_rules(
            self._workspace,
            _for_rules(self._plain(self._source)),
            entry=self._entry,
            reserved=sorted(reserved),
            more=more,
        )
        return self._checked.result

    def compile(self) -> StageResult:
        """Build the candidate into the disguised testbench."""
        disguise = self._disguise(*self._seeds)
        self._built = self._build(self._source, disguise, _PROGRAM)
        process, text = self._built.process, disguise.take_off(self._built.log)
        log, ran = scrub(text), engine("verilator")
        if process.exhausted is not None:
            tool = "g++" if self._built.translated else "verilator"
            return failed("compile", *limit(process, tool), engine=ran, log=log)
        found = parse_verilator(log)
        own = tuple(item for item in found if item.file == self._entry and item.code != "warning")
        metrics = {"own_syntax_passes": int(not objections(text, self._entry, self._silenced))}
        if process.ok:
            return passed("compile", engine=ran, log=log, metrics=metrics)
        self.reference()  # raises where the testbench itself is at fault
        if self._built.translated:
            own = (said("verilator", "untranslatable", "Verilator's translation of this source does not compile"),)
        faults = own or tuple(item for item in found if item.code != "warning")
        faults = faults or (said("verilator", "elaboration_error", "Verilator failed without a message"),)
        return failed("compile", Label.COMPILATION_ERROR, (*self._checked.errors, *faults)[:8], engine=ran, log=log)

    def simulate(self) -> StageResult:
        """Run the testbench: it must say what it says of the reference, and every output must be driven."""
        reference = self.reference()
        disguise = self._disguise(*self._seeds)
        if self._built is None:
            raise ValueError("the candidate is simulated before it is compiled")
        process = self._workspace.run([f"./{_PROGRAM}"])
        ran, log = engine("verilator"), scrub(disguise.take_off(process.stdout + process.stderr))
        if process.exhausted is not None:
            return failed("simulate", *limit(process, "vvp"), engine=ran, log=log)
        if process.signal or process.exit_code:
            words = log.strip()[-300:] or "it said nothing"
            crash = said("verilator", "simulator_crash", f"the simulation stopped with an error: {words}")
            return failed("simulate", Label.RUNTIME_ERROR, (crash,), engine=ran, log=log)
        lines, own = disguise.said_under_mark(process.stdout), own_function(log)
        if lines != reference.said:
            return failed("simulate", *_difference(lines, reference.said, own=own), engine=ran, log=log)
        undriven = self._undriven(disguise.take_off(self._built.log)) - reference.undriven
        if undriven:
            name = min(undriven)
            message = f"the output `{name}` is not driven, although the testbench does not notice"
            return failed(
                "simulate",
                Label.MISMATCH,
                (said("judge", "undriven_output", message, symbol=name),),
                engine=ran,
                log=log,
            )
        return passed("simulate", engine=ran, log=log, metrics={"own_scorer_passes": int(own)})

    def reference(self) -> _Reference:
        """The reference's own run, done once for a task in this process.

        Raises:
            TaskError: it does not pass.
        """
        with _lock:
            earlier = _references.get(self._key)
        if earlier is not None:
            return earlier
        disguise = self._disguise("reference", self._key)
        built = self._build(self._task.solution[0].text, disguise, _REFERENCE)
        if not built.process.ok:
            errors = [item.message for item in parse_verilator(scrub(disguise.take_off(built.log)))]
            raise self._broken((errors or ["it does not build"])[0])
        process = self._workspace.run([f"./{_REFERENCE}"])
        log, lines = disguise.take_off(process.stdout + process.stderr), disguise.said_under_mark(process.stdout)
        if not process.ok or not own_function(log):
            wrong = [line for line in log.splitlines() if _says_mismatch(line)]
            raise self._broken((wrong or ["it does not run to its end"])[0])
        if not any("no mismatches" in line for line in lines):
            raise self._broken("the testbench says nothing of any output")
        made = _Reference(lines, frozenset(self._undriven(disguise.take_off(built.log))))
        with _lock:
            return _references.setdefault(self._key, made)

    def _broken(self, reason: str) -> TaskError:
        return TaskError(
            f"task {self._task.id!r} is broken here: its own reference does not pass under {engine('verilator')} "
            f"({reason}); leave it out"
        )

    def _undriven(self, log: str) -> set[str]:
        return {name for file, name in _UNDRIVEN.findall(log) if file == self._entry and name in self._outputs}

    def _disguise(self, *seeds: object) -> Disguise:
        return Disguise(nonce_of(*seeds), self._kept, pattern=_WORDS)

    def _plain(self, source: str) -> str:
        return without_pragmas(without_includes(source, includable(self._files)))

    def _build(self, source: str, disguise: Disguise, program: str) -> Program:
        headers = headers_of(self._files)
        shared = (name for name in sorted(self._files) if name not in headers and name not in self._bench)
        texts = [self._files[name] for name in (*sorted(self._bench), *shared)]
        bench = "\n".join([macros(self._files), *(without_includes(text, headers) for text in texts)])
        self._workspace.write(_BENCH, disguise.put_on(_LEADING.sub('"', bench)) + "\n")
        own = set(module_names(source))
        self._workspace.write(_PARTS, parts_for(self._files, self._bench, own))
        self._workspace.write(self._entry, self._plain(source))
        files = (_BENCH, _PARTS, self._entry)
        top = disguise.name(self._testbench)
        return build(self._workspace, files, top=top, program=program, warnings=("-Wwarn-UNDRIVEN",))


def _pasted(texts: Iterable[str]) -> frozenset[str]:
    """Names that macros of the testbench put together from parts: they stay, as their parts cannot be told apart."""
    found: set[str] = set()
    for text in texts:
        for prefix in _PASTED.findall(text):
            found.update({prefix, *re.findall(rf"\b{prefix}\w+", text)})
    return frozenset(found)


def _difference(lines: Sequence[str], expected: Sequence[str], *, own: bool) -> tuple[Label, tuple[Diagnostic, ...]]:
    """Why a run counts as wrong that went otherwise than the reference's."""
    wrong = [line for line in lines if _says_mismatch(line)]
    if wrong:
        return Label.MISMATCH, tuple(said("testbench", "wrong_output", line.strip()) for line in wrong[:_LINES])
    if own and not lines:
        message = "the simulation ended before the testbench had said anything"
        return Label.REJECTED, (said("judge", "forged_verdict", message),)
    other = next((line for line in lines if line not in expected), "") or (lines[-1] if lines else "nothing")
    message = f"the testbench reports no mismatch but says other than of the reference: {other.strip()}"
    return Label.MISMATCH, (said("testbench", "testbench_failed", message),)


def own_function(log: str) -> bool:
    """Whether the set's own scorer takes a run for right: no line says that an output mismatches."""
    return not any(_says_mismatch(line) for line in log.splitlines())


def _says_mismatch(line: str) -> bool:
    return "Hint: Output" in line and "no mismatches" not in line and "mismatches" in line


def objections(log: str, entry: str, silenced: frozenset[str]) -> tuple[str, ...]:
    """Return what the set's own scorer would take for wrong syntax: any error, any warning that it does not silence.

    Warnings about the set's own files are left out: they depend on the version of Verilator, and its authors had none.
    """
    allowed = {*silenced, *(_RENAMED.get(name, name) for name in silenced), "UNDRIVEN"}
    found = []
    for match in _WARNING.finditer(log):
        whole, kind, file = match[1], match[2], match[3]
        if kind is None or (file == entry and kind not in allowed):
            found.append(whole)
    return tuple(found)


def own_letter(workspace: Workspace, task: Task, source: str) -> str:
    """Return the letter of the set's own scorer for a source, run as the set runs it: `.` pass, S syntax, R the rest.

    Raises:
        SandboxError: the host is at fault.
    """
    for file in task.bundle.files:
        workspace.write(file.path, file.text)
    workspace.write(task.bundle.entry, source)
    params = task.bundle.params
    files = sorted([*(file.path for file in task.bundle.files), task.bundle.entry])
    made = build(workspace, files, top=str(params["testbench"]), program=_PROGRAM)
    if not made.process.ok or objections(made.log, task.bundle.entry, frozenset(params["silenced"])):
        return "S"
    ran: ProcessResult = workspace.run([f"./{_PROGRAM}"])
    # Words on standard error, as of a crash, count as wrong syntax; a run without any line is right.
    return "S" if ran.stderr or not ran.ok else OWN_PASS if own_function(ran.stdout) else "R"


def _for_rules(source: str) -> str:
    """Macros that nobody defines ask for no tool here; the rules would refuse them."""
    return re.sub(r"(`(?:ifdef|ifndef|elsif)[ \t]+)(SIM|SYNTHESIS|FPGA_SOURCE)\b", r"\1ECOT_UNDEFINED", source)
