"""The simulators that play a family's vectors: Icarus, the default, and Verilator, by `target="verilator"`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from ecot.envs.errors import ConfigError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Label, Limits
from ecot.envs.verilog.diagnostics import parse_icarus, scrub
from ecot.envs.verilog.driver import MODULE, TRACE
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.steps import limit

DRIVER = "driver.v"
"""The file of the driver, which is the judge's: what a tool says of it is not said of the candidate."""
TARGETS = ("icarus", "verilator")


@dataclass(frozen=True, slots=True)
class Built:
    """What came of an elaboration.

    Attributes:
        process: the last one that ran.
        tool: which it was.
        diagnostics: what was said of the sources.
    """

    process: ProcessResult
    tool: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def log(self) -> str:
        """What the process printed."""
        return scrub(self.process.stdout + self.process.stderr)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a simulation.

    Attributes:
        label: `PASS` where it came to its end; the trace is yet to be judged.
        diagnostics: why it did not.
        log: what the process printed.
        trace: a line per sample; empty where it did not come to its end.
    """

    label: Label
    diagnostics: tuple[Diagnostic, ...]
    log: str
    trace: str


class Simulator(Protocol):
    """Builds and plays one design. `name` is its program, as `steps.engine` wants it."""

    name: str

    def build(self, workspace: Workspace, entry: str, program: str) -> Built:
        """Elaborate the file `entry` under the driver, ready to be played as `program`."""

    def play(self, workspace: Workspace, program: str, *, limits: Limits) -> Played:
        """Play the vectors that lie in the workspace."""


def simulator(target: str, *, top: str, ports: Sequence[Port]) -> Simulator:
    """Return the simulator of a target, for designs with these ports.

    Args:
        target: one of `TARGETS`, or empty for the first.
        top: the module asked for.
        ports: its ports.

    Raises:
        ConfigError: the target is unknown.
    """
    if target in ("", "icarus"):
        return Icarus()
    if target == "verilator":
        # Imported when used: only who asks for it needs a compiler.
        made: Simulator = import_module("ecot.envs.verilog.verilated.engine").Verilated(top, tuple(ports))
        return made
    raise ConfigError(f"unknown target {target!r}; use one of: {', '.join(TARGETS)}")


class Icarus:
    """Elaborates to bytecode; knows four values a bit."""

    name = "iverilog"

    def build(self, workspace: Workspace, entry: str, program: str) -> Built:
        """See `Simulator.build`. The driver stands first, so that no directive of the candidate reaches it."""
        argv = ["iverilog", "-g2012", "-Wall", "-Wno-timescale", "-s", MODULE, "-o", program, DRIVER, entry]
        process = workspace.run(argv)
        return Built(process, "iverilog", parse_icarus(scrub(process.stdout + process.stderr)))

    def play(self, workspace: Workspace, program: str, *, limits: Limits) -> Played:
        """See `Simulator.play`."""
        workspace.write(TRACE, "")
        process = workspace.run(["vvp", "-n", program], limits=limits)
        return played(workspace, process, "vvp")


def played(workspace: Workspace, process: ProcessResult, tool: str) -> Played:
    """Return what came of a simulation by `tool` that ended as `process` says."""
    log, ended = scrub(process.stdout + process.stderr), unfinished(process, tool)
    if ended is not None:
        return Played(*ended, log=log, trace="")
    return Played(Label.PASS, (), log, workspace.read(TRACE) or "")


def unfinished(process: ProcessResult, tool: str) -> tuple[Label, tuple[Diagnostic, ...]] | None:
    """Return the label and the words for a simulation that did not come to its end; None for one that did."""
    if process.exhausted is not None:
        return limit(process, tool)
    if process.signal or process.exit_code:
        log = scrub(process.stdout + process.stderr)
        words = log.strip()[-300:] or "it said nothing; look for a function or task that calls itself without end"
        return Label.RUNTIME_ERROR, (said(tool, "simulator_crash", f"the simulator crashed: {words}"),)
    return None
