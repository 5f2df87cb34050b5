"""A candidate under Verilator: translated, compiled against what is there, and played, all of it in the sandbox.

The process that plays holds the vectors and nothing else, as under Icarus. Two-state values know no x, so the design
is played several times with other start values; see `runner.cpp`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

from ecot.envs.prompts import fill
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Label, Limits
from ecot.envs.verilog.diagnostics import scrub
from ecot.envs.verilog.driver import MODULE, TRACE, VECTORS, clock_of, inputs_of, outputs_of, slices
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.simulators import Built, Played, played
from ecot.envs.verilog.verilated.runtime import runtime

WRAPPER = "wrapper.v"
_UNSETTLED = 3
"""Exit code of the player where a design never comes to rest."""
_FOLDER = "verilated"
_TRANSLATE = (
    "verilator_bin", "--cc", "--no-timing", "-Wno-fatal", "-Wno-lint", "-Wno-style", "-O3", "--x-assign", "unique",
    "--x-initial", "unique", "--error-limit", "20", "--top-module", MODULE, "--prefix", "Design", "-Mdir", ".",
)  # fmt: skip
_COMPILE = f'cat {_FOLDER}/*.cpp > unity.cc && exec g++ "$@" -I{_FOLDER} -x c++ unity.cc'
_LINE = re.compile(
    r"^%(?P<kind>Error|Warning)(?:-\w+)?: (?:(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): )?(?P<rest>.*)$"
)
_NOISE = re.compile(r"^Exiting due to|^Command Failed|^See the manual")
_CODES = tuple(
    (code, re.compile(expression))
    for code, expression in (
        ("syntax_error", r"syntax error"),
        ("unknown_module", r"Cannot find file containing (?:module|interface): '(\S+?)'"),
        ("unknown_port", r"Pin not found: '(\S+?)'"),
        ("unknown_parameter", r"Parameter not found: '(\S+?)'|Parameter pin not found: '(\S+?)'"),
        ("undeclared_identifier", r"Can't find definition of (?:\w+(?: or \w+)*:? )?'(\S+?)'"),
        ("undeclared_identifier", r"Can't find definition of \S+: '(\S+?)'"),
        ("duplicate_declaration", r"Duplicate declaration of \w+: '(\S+?)'|Unsupported in C: .*'(\S+?)'"),
        ("invalid_lvalue", r"Procedural assignment to wire.*'(\S+?)'|Continuous assignment to .*'(\S+?)'"),
        ("mixed_assignments", r"Blocked and non-blocking assignments to same variable: '(\S+?)'"),
        ("recursive_instance", r"recursive|Recursive"),
        ("not_constant", r"isn't a constant|not a constant|non-constant"),
        ("unsupported", r"^Unsupported"),
    )
)


class Verilated:
    """Translates to C++ and compiles; knows two values a bit. See `Simulator`."""

    name = "verilator"

    def __init__(self, top: str, ports: Sequence[Port]) -> None:
        self._top, self._ports = top, ports

    def build(self, workspace: Workspace, entry: str, program: str) -> Built:
        """See `Simulator.build`.

        Raises:
            ToolchainMissing: Verilator or a compiler is not installed.
            SandboxError: the host is at fault.
        """
        workspace.write(f"{_FOLDER}/{WRAPPER}", wrapper_text(self._top, self._ports))
        # In a folder of its own: a module that is missing is looked for in files of its name, the candidate's again.
        setting = ["env", "-C", _FOLDER, f"VERILATOR_ROOT={runtime().root}"]
        process = workspace.run([*setting, *_TRANSLATE, WRAPPER, f"../{entry}"])
        found = parse_verilator(scrub(process.stdout + process.stderr))
        if not process.ok:
            return Built(process, self.name, found)
        compiled = self._compile(workspace, program)
        if compiled.exhausted is None and not compiled.ok:
            # The runtime compiled, so the compiler works: it is what this source is translated to that does not.
            message = "Verilator's translation of this source to C++ does not compile; write the unusual parts plainly"
            found = (said(self.name, "untranslatable", message), *found)
        return Built(compiled, "g++", found)

    def play(self, workspace: Workspace, program: str, *, limits: Limits) -> Played:
        """See `Simulator.play`."""
        workspace.write(TRACE, "")
        runner, clocked = str(runtime().folder / "runner"), str(int(bool(clock_of(self._ports))))
        argv = [runner, f"./{program}.so", VECTORS, TRACE, clocked, *map(str, self._sizes())]
        process = workspace.run(argv, limits=limits)
        if process.exit_code == _UNSETTLED:
            message = "the simulation never gets past one moment: signals change one another without end"
            return Played(Label.TIMEOUT, (said("verilator", "cpu_limit", message),), scrub(process.stderr), "")
        return played(workspace, process, "verilator")

    def _sizes(self) -> tuple[int, int]:
        return (sum(port.width for port in inputs_of(self._ports)), sum(port.width for port in outputs_of(self._ports)))

    def _compile(self, workspace: Workspace, program: str) -> ProcessResult:
        """Compile the translation, as one unit, to a shared object."""
        made, sizes = runtime(), "{}, {}".format(*self._sizes())
        glue = files(__package__).joinpath("glue.cpp").read_text(encoding="utf-8")
        workspace.write(f"{_FOLDER}/zz_glue.cpp", fill(glue, {"sizes": sizes}))
        header = str(made.folder / "model.h")
        flags = (*made.flags, "-pipe", "-include", header, "-shared", "-nostdlib", "-fuse-ld=gold")
        return workspace.run(["sh", "-c", _COMPILE, "sh", *flags, "-o", f"{program}.so"])


def wrapper_text(top: str, ports: Sequence[Port]) -> str:
    """Return the module over a design that has one clock, one vector of inputs and one of outputs."""
    inputs, outputs, clock = inputs_of(ports), outputs_of(ports), clock_of(ports)
    connections = [f".{clock}(ecot_clock)"] if clock else []
    connections += [f".{name}(ecot_inputs[{bits}])" for name, bits in slices(inputs)]
    connections += [f".{name}(ecot_outputs[{bits}])" for name, bits in slices(outputs)]
    return (
        f"module {MODULE} (input wire ecot_clock, input wire [{_width(inputs) - 1}:0] ecot_inputs,\n"
        f"    output wire [{_width(outputs) - 1}:0] ecot_outputs);\n"
        f"  {top} dut ({', '.join(connections)});\nendmodule\n"
    )


def parse_verilator(log: str) -> tuple[Diagnostic, ...]:
    """Return what `verilator` said, errors first; repeated messages once."""
    errors: dict[Diagnostic, None] = {}
    warnings: dict[Diagnostic, None] = {}
    for match in filter(None, map(_LINE.match, log.splitlines())):
        if not _NOISE.match(match["rest"]):
            (errors if match["kind"] == "Error" else warnings).setdefault(_diagnostic(match))
    return (*errors, *warnings)[:20]


def _diagnostic(match: re.Match[str]) -> Diagnostic:
    message = match["rest"].strip()
    code, symbol = "elaboration_error" if match["kind"] == "Error" else "warning", ""
    for name, expression in _CODES:
        found = expression.search(message)
        if found:
            code, symbol = name, next((group for group in found.groups() if group), "")
            break
    return Diagnostic(
        tool="verilator",
        code=code,
        message=message[:400],
        file=(match["file"] or "").removeprefix("../"),
        line=int(match["line"] or 0),
        column=int(match["column"] or 0),
        symbol=symbol,
    )


def _width(ports: Sequence[Port]) -> int:
    return sum(port.width for port in ports)
