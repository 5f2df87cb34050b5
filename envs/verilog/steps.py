"""What every judge of this domain does alike: results, limits, the static rules, synthesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ecot.envs import stages
from ecot.envs.errors import EcotError
from ecot.envs.prompts import load
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import failed, passed, said
from ecot.envs.tools import version_of
from ecot.envs.types import Diagnostic, FrozenMap, Label, StageResult
from ecot.envs.verilog.diagnostics import parse_yosys, scrub
from ecot.envs.verilog.netlist import (
    LIBRARY,
    LOOP_SCRIPT,
    QUICK,
    SCRIPT,
    Reports,
    faults,
    loop_script,
    loops_in,
    metrics,
    script,
)
from ecot.envs.verilog.tools import ICARUS, PYSLANG, VERILATOR, YOSYS

STAGES = ("rules", "compile", "simulate", "synthesise", "netlist")
EXTRA_STAGES = ("equivalence",)
"""What runs only where it is asked for."""
NEEDS = {"simulate": "compile", "netlist": "synthesise", "equivalence": "synthesise"}
"""A stage that is run, if not shown, because another was asked for."""
_PARSER_ERRORS = ("RecursionError", "MemoryError", "RuntimeError", "UnicodeDecodeError")
"""Exceptions in which hostile text shows; any other is a fault of ours."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the static rules found.

    Attributes:
        result: of the stage.
        modules: ports by module that nothing instantiates.
        errors: syntax errors, better worded than Icarus has them.
    """

    result: StageResult
    modules: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Diagnostic, ...] = ()


def check_rules(
    workspace: Workspace,
    source: str,
    *,
    entry: str,
    reserved: Sequence[str],
    more: Mapping[str, Any] = FrozenMap(),
) -> Checked:
    """Apply the static rules in a confined child.

    Args:
        workspace: of the job.
        source: the candidate's.
        entry: its file.
        reserved: names that it may not use.
        more: what else `rules.check` takes.

    Raises:
        EcotError: the rules failed on our side.
        SandboxError: the host is at fault.
    """
    argument = {"source": source, "reserved": list(reserved), **more}
    answer = workspace.call("ecot.envs.verilog.rules:check", argument)
    name = engine("pyslang")
    if answer.process.exhausted is not None:
        return Checked(failed("rules", *limit(answer.process, "pyslang"), engine=name))
    if answer.error.startswith(_PARSER_ERRORS) or answer.process.signal:
        message = "the source could not be analysed: it is nested too deeply, or breaks the parser"
        return Checked(failed("rules", Label.REJECTED, (said("pyslang", "unanalysable", message),), engine=name))
    if answer.error or answer.value is None:
        raise EcotError(f"the static rules failed on our side: {answer.error or 'no answer'}")
    broken = tuple(
        Diagnostic(tool="rules", file=entry, code=item["code"], line=item["line"], symbol=item["symbol"],
                   message=item["message"])
        for item in answer.value["violations"]
    )  # fmt: skip
    if broken:
        return Checked(failed("rules", Label.REJECTED, broken, engine=name))
    errors = tuple(
        Diagnostic(tool="slang", code="syntax_error", file=entry, line=line, column=column, message=text)
        for line, column, text in answer.value["errors"]
    )
    return Checked(passed("rules", engine=name), answer.value["modules"], errors)


def synthesise(workspace: Workspace, *, entry: str, top: str, latches: bool, recipe: str = QUICK) -> StageResult:
    """Make a netlist of the candidate alone, and measure it; the candidate's file is in place.

    Args:
        workspace: of the job.
        entry: the candidate's file.
        top: its module.
        latches: whether the specification asks for latches.
        recipe: of the mapping to the library.

    Raises:
        SandboxError: the host is at fault.
    """
    workspace.write(LIBRARY, load("ecot.envs.verilog", LIBRARY))
    workspace.write(SCRIPT, script(entry, top, recipe=recipe))
    process = workspace.run(["yosys", "-q", "-s", SCRIPT])
    name, log = engine("yosys"), scrub(process.stdout + process.stderr)
    reports = _reports(workspace)
    if loops_in(reports.wiring):
        workspace.write(LOOP_SCRIPT, loop_script(entry, top))
        workspace.run(["yosys", "-q", "-s", LOOP_SCRIPT])
        reports = _reports(workspace)
    found = tuple(replace(item, file=entry if item.line else item.file) for item in faults(reports, latches=latches))
    if found:
        return failed("synthesise", Label.SYNTHESIS_ERROR, found, engine=name, log=log)
    if process.exhausted is not None:
        return failed("synthesise", *limit(process, "yosys"), engine=name, log=log)
    words = parse_yosys(log)
    if not process.ok:
        words = words or (said("yosys", "synthesis_error", "the synthesis tool failed without a message"),)
        return failed("synthesise", Label.SYNTHESIS_ERROR, words, engine=name, log=log)
    return passed("synthesise", engine=name, log=log, metrics=metrics(reports))


def _reports(workspace: Workspace) -> Reports:
    return Reports(
        process=workspace.read("process.log"),
        wiring=workspace.read("wiring.log"),
        loops=workspace.read("loops.log"),
        statistics=workspace.read("statistics.log"),
        mapping=workspace.read("mapping.log"),
        library=workspace.read("library.log"),
    )


def engine(name: str) -> str:
    """Return the name of what ran with its version, as `StageResult.engine` has it."""
    tool = {"iverilog": ICARUS, "yosys": YOSYS, "pyslang": PYSLANG, "verilator": VERILATOR}[name]
    return f"{ {'iverilog': 'icarus'}.get(name, name) }-{version_of(tool) or 'missing'}"


def limit(process: ProcessResult, tool: str) -> tuple[Label, tuple[Diagnostic, ...]]:
    """Return the label and the words for a run that a limit ended."""
    label, words = stages.limit(process, tool, what="design")
    if tool == "vvp" and label is Label.TIMEOUT:
        message = "the simulation never gets past one moment: look for feedback or a loop in which no time passes"
        words = (replace(words[0], message=message),)
    return label, words
