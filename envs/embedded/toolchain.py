"""The stages that judge a firmware: rules, compile, link, emulate, behave.

The emulator plays the firmware in a confined process that knows what the board does, and nothing of what is expected.
It returns a record of pins, wires and buses; the last stage compares that record, here, where no candidate ever ran.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

from ecot.envs.embedded.checks import wrong
from ecot.envs.embedded.diagnostics import memory_usage, parse_compiler, parse_linker, scrub
from ecot.envs.embedded.evidence import Crash, Record, UnreadableRecordError, read_record
from ecot.envs.embedded.explain import waiting_for
from ecot.envs.embedded.family import Family, Params, Scene
from ecot.envs.embedded.rules import broken
from ecot.envs.embedded.runtime import FLAGS, LINK_FLAGS, runtime
from ecot.envs.embedded.source import family_named
from ecot.envs.embedded.tools import CROSS_COMPILER, UNICORN
from ecot.envs.embedded.waves import excerpt
from ecot.envs.errors import ConfigError, EcotError, TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.score import ladder
from ecot.envs.stages import failed, limit, passed
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic, Label, Outcome, Request, StageResult

FLOOR = 0.1
"""What a firmware earns that links and is wrong."""
STAGES = ("rules", "compile", "link", "emulate", "behave")
ELF = "firmware.elf"
WORKER = "ecot.envs.embedded.chip.worker:play"
_FAULTS = {
    "bus": "bus fault",
    "usage": "usage fault",
    "hard": "hard fault",
    "stack": "fault while the registers were stacked",
    "vector": "a vector that is no address of code",
    "breakpoint": "breakpoint without a debugger",
    "lockup": "a second fault within the handler of the first: the processor locks up",
}
_USAGE_BITS = {
    16: "undefined instruction",
    17: "invalid state (a jump to an even address)",
    18: "invalid return from an exception",
    24: "unaligned access",
    25: "division by zero",
}
_REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr", "sp")


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate, stage by stage; the caller stops at the first failure.

    Raises:
        TaskError: the bundle is not one of ours.
        ConfigError: the engine is unknown.
        SandboxError: the host is at fault.
    """
    if request.target not in ("", "unicorn"):
        raise ConfigError(f"unknown engine {request.target!r}; use one of: unicorn")
    wanted = STAGES if request.stages is None else request.stages
    last = max((STAGES.index(name) for name in wanted if name in STAGES), default=0)
    job = _Job(workspace, request)
    for name in STAGES[: last + 1]:
        started = time.perf_counter()
        result = replace(getattr(job, name)(), seconds=time.perf_counter() - started)
        if name in wanted or not result.passed:
            yield result
        if not result.passed:
            return


def score(outcome: Outcome) -> float:
    """Return 1 for a pass, `FLOOR` for what linked, 0 for the rest."""
    return ladder(outcome, floor=FLOOR, built="link")


def scenes_of(family: Family, params: Params, hidden_seed: int) -> tuple[Scene, ...]:
    """Return the runs that a hidden seed decides."""
    return tuple(family.scene(params, Random(f"{hidden_seed}:{number}")) for number in range(family.scenes))


class _Job:
    """One candidate in one workspace."""

    def __init__(self, workspace: Workspace, request: Request) -> None:
        params = request.task.bundle.params
        try:
            self._family = family_named(params["family"])
            self._params: Params = params["draw"]
        except KeyError as error:
            raise TaskError(
                f"task {request.task.id!r} has no {error} among its parameters; it is none of ours"
            ) from None
        self._workspace = workspace
        self._files = request.candidate.files
        self._runtime = runtime()
        self._scenes = scenes_of(self._family, self._params, request.hidden_seed)
        self._records: list[Record] = []

    def rules(self) -> StageResult:
        found = broken((item.path, item.text) for item in self._files)
        if found:
            return failed("rules", Label.REJECTED, found, engine="rules")
        return passed("rules", engine="rules")

    def compile(self) -> StageResult:
        engine = f"arm-none-eabi-gcc-{version_of(CROSS_COMPILER)}"
        for item in self._files:
            self._workspace.write(item.path, item.text)
        sources = [item.path for item in self._files if item.path.endswith(".c")]
        done = self._workspace.run(["arm-none-eabi-gcc", *FLAGS, *self._runtime.includes, "-I.", "-c", *sources])
        log, found = scrub(done.stderr), parse_compiler(done.stderr)
        if done.exhausted is not None:
            return failed("compile", *limit(done, "the compiler"), engine=engine, log=log)
        if not done.ok:
            found = found or (Diagnostic(tool="gcc", code="error", message="the compiler failed without a message"),)
            return failed("compile", Label.COMPILATION_ERROR, found, engine=engine, log=log)
        return passed("compile", engine=engine, log=log, metrics={"warnings": len(found)})

    def link(self) -> StageResult:
        engine = f"arm-none-eabi-ld-{version_of(CROSS_COMPILER)}"
        objects = [f"{item.path.rpartition('/')[2][:-2]}.o" for item in self._files if item.path.endswith(".c")]
        script = ["-T", str(self._runtime.script)]
        done = self._workspace.run(
            ["arm-none-eabi-gcc", *LINK_FLAGS, *script, *objects, *self._runtime.objects, "-o", ELF]
        )
        log, found = scrub(done.stdout + done.stderr), parse_linker(done.stderr)
        if done.exhausted is not None:
            return failed("link", *limit(done, "the linker"), engine=engine, log=log)
        if not done.ok:
            found = found or (Diagnostic(tool="ld", code="error", message="the linker failed without a message"),)
            over = any(item.code == "region_overflow" for item in found)
            return failed("link", Label.RESOURCE_LIMIT if over else Label.LINK_ERROR, found, engine=engine, log=log)
        return passed("link", engine=engine, log=log, metrics=memory_usage(done.stdout))

    def emulate(self) -> StageResult:
        engine = f"unicorn-{version_of(UNICORN)}-f407"
        metrics: Mapping[str, float | int] = {}
        for number, scene in enumerate(self._scenes):
            argument = {
                "elf": ELF,
                "library": str(self._runtime.library),
                "horizon": round(scene.milliseconds * 10**9),
                "budget": scene.work,
                "watch": list(scene.watch),
                "registers": list(scene.registers),
                "hse": scene.hse,
                "stimuli": [dict(item) for item in scene.stimuli],
            }
            answer = self._workspace.call(WORKER, argument)
            if answer.process.exhausted is not None:
                return failed("emulate", *limit(answer.process, "the emulation"), engine=engine)
            if answer.error and not answer.process.signal:
                raise EcotError(f"the emulator failed on our side: {answer.error}")
            try:
                record = read_record(answer.value)
            except UnreadableRecordError:
                words = "the program broke the emulator: what it did cannot be judged"
                return failed("emulate", Label.REJECTED, (wrong("emulator_broken", words),), engine=engine)
            self._records.append(record)
            crashed = self._crashed(record, number)
            if crashed is not None:
                return replace(crashed, engine=engine)
            metrics = {"instructions": record.instructions, "simulated_ms": record.time / 10**9}
        return passed("emulate", engine=engine, metrics=metrics)

    def _crashed(self, record: Record, number: int) -> StageResult | None:
        """What ends the judgement before behaviour is looked at: a fault, or a budget."""
        if record.ended == "budget":
            place = self._line(record.pc)
            words = (
                f"the budget of {self._scenes[number].work} instructions and register accesses was spent after "
                f"{record.time / 10**9:.4g} ms of {self._scenes[number].milliseconds:g} ms: the program turns in a "
                "loop that is too busy"
            )
            item = Diagnostic(tool="emulator", code="budget_spent", message=words, file=place[0], line=place[1])
            return failed("emulate", Label.TIMEOUT, (item,), engine="")
        if record.faults and (record.ended == "fault" or not self._family.faults_allowed):
            return failed("emulate", Label.MEMORY_FAULT, (self._fault(record.faults[-1]),), engine="")
        return None

    def _fault(self, crash: Crash) -> Diagnostic:
        file, line = self._line(crash.pc)
        details = [
            words for bit, words in _USAGE_BITS.items() if crash.kind in ("usage", "lockup") and crash.status >> bit & 1
        ]
        kind = _FAULTS.get(crash.kind, crash.kind) + (f": {', '.join(details)}" if details else "")
        where = f" at address {crash.address:#010x}" if crash.kind in ("bus", "stack", "vector") else ""
        values = ", ".join(f"{name}={value:#x}" for name, value in zip(_REGISTERS, crash.registers, strict=False))
        message = f"{kind}{where}, pc={crash.pc:#010x}\n{values}" if values else f"{kind}{where}, pc={crash.pc:#010x}"
        return Diagnostic(
            tool="emulator",
            code=f"{crash.kind}_fault" if crash.kind in ("bus", "usage", "hard") else crash.kind,
            message=message,
            file=file,
            line=line,
        )

    def behave(self) -> StageResult:
        for number, (scene, record) in enumerate(zip(self._scenes, self._records, strict=True)):
            found = [*self._general(scene, record), *self._family.check(self._params, scene, record)]
            if found:
                hints = self._hints(record)
                shown = excerpt(record)
                metrics = {"run": number + 1, "findings": len(found)}
                return failed(
                    "behave",
                    Label.MISMATCH,
                    (*found[:3], *hints, *((shown,) if shown else ())),
                    engine="judge",
                    metrics=metrics,
                )
        return passed("behave", engine="judge", metrics={"runs": len(self._records)})

    def _general(self, scene: Scene, record: Record) -> list[Diagnostic]:
        """What no firmware may do, whatever its task."""
        found = [wrong("clock_violation", words) for words in record.violations]
        if record.resets and "resets" not in scene.expected:
            time_, cause = record.resets[0]
            found.append(wrong("unexpected_reset", f"the chip was reset by {cause} at {time_ / 10**9:.4g} ms"))
        return found

    def _hints(self, record: Record) -> Iterator[Diagnostic]:
        """What explains a mismatch, beside the mismatch itself."""
        file, line = self._line(record.poll.pc) if record.poll.count else ("", 0)
        text = next((item.text.split("\n") for item in self._files if item.path == file), [])
        words = waiting_for(record, text[line - 1] if 0 < line <= len(text) else "")
        if words:
            yield Diagnostic(tool="judge", code="endless_wait", message=words, file=file, line=line)
        for note in sorted(record.notes):
            kind, _, name = note.partition(" ")
            if kind == "gated" and name not in record.clocked:
                yield wrong("clock_off", f"writes to {name} were lost: its clock is off in RCC", symbol=name)
            elif kind == "unrouted":
                yield wrong(
                    "unrouted",
                    f"{name} sent, but no pin was set to carry it (mode, alternate function number)",
                    symbol=name,
                )

    def _line(self, address: int) -> tuple[str, int]:
        """File and line of an address, by the debug information; nothing where there is none."""
        done = self._workspace.run(["arm-none-eabi-addr2line", "-e", ELF, f"{address:#x}"])
        place, _, number = done.stdout.strip().partition(" ")[0].rpartition(":")
        name = place.rpartition("/")[2]
        known = {item.path for item in self._files}
        return (name, int(number)) if name in known and number.isdigit() else ("", 0)
