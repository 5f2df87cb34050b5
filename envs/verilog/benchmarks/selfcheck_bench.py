"""Runs a testbench that checks the design by itself: in disguise, and with a probe at the ports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import ProcessResult, Workspace
from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Task, digest
from ecot.envs.verilog.benchmarks.checks import Checks, checks_in
from ecot.envs.verilog.benchmarks.scorer import COUNTED, OWN_PASS, OWN_RULES, VERDICTS, Logs
from ecot.envs.verilog.benchmarks.testbench import FLAGS
from ecot.envs.verilog.diagnostics import parse_icarus, scrub
from ecot.envs.verilog.disguise import Disguise, kept_names, nonce_of
from ecot.envs.verilog.family import Port
from ecot.envs.verilog.playback import DIRECTIVES, STUB, changes, of_direction, play_alone, write_stub
from ecot.envs.verilog.source import port_from
from ecot.envs.verilog.steps import limit
from ecot.envs.verilog.waves import Waves, read_waves

DUMP_KIB = 32 * 1024
_DUMP, _PROBE = "probe.vcd", "probe.sv"
_NOTE = re.compile(r"^VCD info: dumpfile [^\n]*\n", re.MULTILINE)
_DUMPS = re.compile(r"\$dump(?:file|vars|on|off|all|limit|flush)\b\s*(?:\([^;]*?\))?\s*;")


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation of the testbench.

    Attributes:
        process: the simulator.
        logs: for the set's own rule, without the disguise.
        own: whether the set's own criterion is met, by the marked lines alone where there are any.
        marked: whether the testbench printed a verdict in words that are marked.
        waves: of the ports.
        end: last moment of the dump, in picoseconds.
        checks: what the testbench counted, in marked words; None where the set's own criterion counts nothing.
    """

    process: ProcessResult
    logs: Logs
    own: bool
    marked: bool
    waves: Waves
    end: int
    checks: Checks | None = None


class Bench:
    """The testbench of a task, in one workspace.

    Args:
        workspace: of the job.
        task: judged by `selfchecking.py`.

    Raises:
        TaskError: its bundle is not of this kind.
    """

    def __init__(self, workspace: Workspace, task: Task) -> None:
        params, files = task.bundle.params, {file.path: file.text for file in task.bundle.files}
        try:
            self.top, self._testbench, self._path = (str(params[name]) for name in ("top", "testbench", "path"))
            self.ports: tuple[Port, ...] = tuple(port_from(item) for item in params["ports"])
            self.text = _DUMPS.sub(";", files.pop(params["testbench_file"]))
            self.overrides: Mapping[str, str] = params["overrides"]
            self.timescale, self.rule = str(params["timescale"]), str(params["own_rule"])
        except KeyError as error:
            raise TaskError(f"task {task.id!r} lacks {error} for a judgement by its own testbench") from None
        self._workspace, self._entry, self._data = workspace, task.bundle.entry, files

    def disguise(self, *seeds: object) -> Disguise:
        """Return the renaming that depends on some seeds."""
        kept = kept_names(self.top, self.ports) | frozenset(self.overrides)
        return Disguise(nonce_of(*seeds), kept, pattern=VERDICTS[self.rule])

    def clear(self, disguise: Disguise) -> None:
        """Empty what a candidate that is simulated alone must not find: the testbench, its data and its programs."""
        for path in (*(f"{disguise.nonce}{path}" for path in self._data), "testbench.sv", "design.vvp", "netlist.vvp"):
            self._workspace.write(path, "")

    def elaborate(
        self, source: str | None, program: str, disguise: Disguise
    ) -> tuple[ProcessResult, tuple[Diagnostic, ...]]:
        """The testbench stands first and directives are reset; without a source, the stub is in its place."""
        bench = self.text
        for path, text in self._data.items():
            bench = bench.replace(f'"{path}"', f'"{disguise.nonce}{path}"')
            self._workspace.write(f"{disguise.nonce}{path}", text)
        macros = re.findall(r"^[ \t]*`define[ \t]+(\w+)", bench, re.MULTILINE)
        place = ".".join(map(disguise.name, self._path.split(".")))
        probe = f"probe_{disguise.nonce}"
        probed = ", ".join(f"{place}.{port.name}" for port in self.ports)
        files = {
            "first.sv": f"`timescale {self.timescale}\n",
            "testbench.sv": disguise.put_on(bench),
            _PROBE: f'`timescale 1ps/1ps\nmodule {probe};\n  initial begin\n    $dumpfile("{_DUMP}");\n'
            f"    $dumpvars(0, {probed});\n  end\nendmodule\n",
            DIRECTIVES: "".join(
                ["`resetall\n", f"`timescale {self.timescale}\n", *(f"`undef {macro}\n" for macro in macros)]
            ),
        }
        for path, text in files.items():
            self._workspace.write(path, text)
        if source is not None:
            self._workspace.write(self._entry, source)
        design = STUB if source is None else self._entry
        argv = ["iverilog", *FLAGS, "-s", disguise.name(self._testbench), "-s", probe, "-o", program, *files, design]
        process = self._workspace.run(argv)
        return process, parse_icarus(scrub(disguise.take_off(process.stdout + process.stderr)))

    def logs(self, process: ProcessResult, disguise: Disguise) -> Logs:
        """Return what the compiler said, without the disguise."""
        said_out, said_err = disguise.take_off(process.stdout), disguise.take_off(process.stderr)
        return Logs(built=process.ok, ended=process.ok, compiler=said_out, compiler_errors=said_err)

    def simulate(self, program: str, disguise: Disguise, built: Logs) -> Run:
        """Simulate a program that `elaborate` made."""
        self._workspace.write(_DUMP, "")
        process = self._workspace.run(["vvp", "-n", program])
        # The first line is the simulator's own about our probe.
        output, errors = _NOTE.sub("", disguise.take_off(process.stdout)), disguise.take_off(process.stderr)
        logs = replace(built, built=True, ended=process.ok, output=output, errors=errors)
        lines = disguise.said_under_mark(process.stdout)
        marked = "\n".join(lines)
        own = OWN_RULES[self.rule](logs) == OWN_PASS
        if marked:
            own = own and OWN_RULES[self.rule](replace(logs, output=marked)) == OWN_PASS
        text = self._workspace.read(_DUMP, limit_kib=DUMP_KIB) or ""
        try:
            waves = read_waves(text)
        except ValueError:
            waves = {}
        moments = re.findall(r"^#(\d+)$", text, re.MULTILINE)
        checks = checks_in(lines) if self.rule in COUNTED else None
        return Run(process, logs, own, bool(marked), waves, int(moments[-1]) if moments else 0, checks)

    def apart(self, run: Run, source: str, disguise: Disguise, *, early: bool) -> Diagnostic | None:
        """Return what speaks against a pass when candidate and testbench are simulated apart; None where nothing does.

        Args:
            run: that passed.
            source: the candidate's.
            disguise: of that run.
            early: whether inputs that change together with a clock come before it.
        """
        if any(port.name not in run.waves for port in self.ports):
            return said("judge", "forged_verdict", "the run left no record of the ports")
        self.clear(disguise)
        played = play_alone(
            self._workspace,
            run.waves,
            source,
            top=self.top,
            ports=self.ports,
            overrides=self.overrides,
            entry=self._entry,
            timescale=self.timescale,
            end=run.end,
            early=early,
        )
        if played.process.exhausted is not None:
            return limit(played.process, "vvp")[1][0]
        if played.answers is None:
            message = "the source does not run without the testbench: it leans on names outside of itself"
            return said("judge", "not_self_contained", message)
        write_stub(self._workspace, played.answers, top=self.top, ports=self.ports, overrides=self.overrides)
        other = self.disguise("apart", disguise.nonce)
        process, _ = self.elaborate(None, "apart.vvp", other)
        final = self.simulate("apart.vvp", other, self.logs(process, other))
        inputs = of_direction(self.ports, "input")
        known = all(port.name in final.waves for port in inputs)
        if not final.own:
            message = "the source passes beside the testbench but what it answers apart from it does not pass"
            return said("judge", "forged_verdict", message)
        if not known or changes(final.waves, inputs, end=None) != changes(run.waves, inputs, end=None):
            message = (
                "the testbench gives other inputs to these outputs than it gave to the design: they were disturbed"
            )
            return said("judge", "inputs_disturbed", message)
        return None

    def course(self, run: Run) -> str:
        """Return a digest of what a run showed beside the outputs: the inputs, the end, and how many lines it said."""
        inputs = of_direction(self.ports, "input")
        if any(port.name not in run.waves for port in inputs):
            return ""
        return digest([changes(run.waves, inputs, end=None), run.end, len(run.logs.output.splitlines())])


def bits_seen(waves: Waves, ports: Sequence[Port], wanted: str) -> Mapping[str, frozenset[int]]:
    """Return, by output, the bits that ever have one of some values."""
    found = {}
    for port in of_direction(ports, "output"):
        values = waves[port.name].values if port.name in waves else ()
        found[port.name] = frozenset(
            len(value) - 1 - place for value in values for place, bit in enumerate(value) if bit in wanted
        )
    return found


def undriven_in(
    run: Run,
    ports: Sequence[Port],
    *,
    known: Mapping[str, frozenset[int]],
    floating: Mapping[str, frozenset[int]],
) -> tuple[Diagnostic, ...]:
    """Return the outputs of which a run leaves a bit open all the time that should be driven.

    Args:
        run: of the candidate.
        ports: of the module under test.
        known: by output, the bits that must be 0 or 1 at some time.
        floating: by output, the bits that may be z.
    """
    seen, open_bits = bits_seen(run.waves, ports, "01"), bits_seen(run.waves, ports, "z")
    found = []
    for port in of_direction(ports, "output"):
        name = port.name
        bits = (known[name] - seen[name]) | (open_bits[name] - floating[name])
        if bits & known[name]:
            which = ", ".join(map(str, sorted(bits)))
            message = f"`{name}` is not driven (bits {which}), although the testbench does not notice"
            found.append(said("judge", "undriven_output", message, symbol=name))
    return tuple(found)
