"""The own scoring rules of imported sets, written from their published definitions; forged lines fool all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Label
from ecot.envs.verilog.benchmarks.checks import WORDS, checks_in

RESULT = re.compile(r"Mismatches: (?P<wrong>\d+) in (?P<samples>\d+) samples")
_OUTPUT = re.compile(
    r"Hint: Output '(?P<output>\w+)' has (?P<count>\d+) mismatches\. First mismatch occurred at time (?P<first>\d+)\."
)
_COUNTED = re.compile(r"Hint: (?:Output '|Total mismatched)")
TIMEOUT = "TIMEOUT"
OWN_PASS = "."  # noqa: S105  (a letter, no password)
"""The letter that the benchmark's own scorer gives a pass."""
MARKED = ("Mismatches:", "Hint:", "TIMEOUT")
"""How the lines begin that a testbench prints for its scorer."""

_HINTS = 3
"""Hints that are kept."""
_DECISIVE = (
    ("syntax error", "S"),
    ("error: This assignment requires an explicit cast", "e"),
    ("error: Sized numeric constant must have a size greater than zero", "0"),
    ("warning: always_comb process has no sensitivities", "n"),
    ("found no sensitivities so it will never trigger", "n"),
    ("is declared here as wire", "w"),
    ("Unknown module type", "m"),
    ("Unable to bind wire/reg/memory `clk'", "c"),
    (TIMEOUT, "T"),
)
"""Words of a log that end its reading, with the verdict; the first line that holds one of them decides."""


def own_verdict(log: str) -> str:
    """Return the letter that the benchmark's own scorer gives a log of compilation and run; `.` is a pass.

    A pass is a line that reports no mismatch, wherever it comes from and whatever other lines say, in a log without any
    of the words that the scorer takes for a failure. Failures at run time are all `R` here.
    """
    clean = error = unbound = False
    for line in log.splitlines():
        for words, verdict in _DECISIVE:
            if words in line:
                return verdict
        error = error or "error" in line
        unbound = unbound or "Unable to bind wire/reg" in line
        match = RESULT.fullmatch(line)
        clean = clean or (match is not None and int(match["wrong"]) == 0)
    return "p" if unbound else "C" if error else OWN_PASS if clean else "R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """What a set's own scorer looks at: both streams of the compiler and of the simulation, and how they ended.

    Attributes:
        built: whether the compiler succeeded.
        ended: whether the simulation ended by itself, without an error.
        compiler: its standard output.
        compiler_errors: its standard error.
        output: standard output of the simulation.
        errors: standard error of the simulation.
    """

    built: bool
    ended: bool
    compiler: str
    compiler_errors: str
    output: str = ""
    errors: str = ""


def _version_two(logs: Logs) -> str:
    return own_verdict(logs.compiler + logs.compiler_errors + logs.output + logs.errors)


def _version_one(logs: Logs) -> str:
    """Any word on standard error fails, a warning too; else the first result found anywhere decides."""
    said = logs.compiler_errors + logs.errors
    if said:
        return "S" if "syntax error" in said else "C"
    found = _RESULT_ANYWHERE.search(logs.output)
    return OWN_PASS if found is not None and int(found[1] or -1) == 0 else "R"


def _rtllm(logs: Logs) -> str:
    """The word decides, wherever it stands."""
    if not logs.built:
        return "C"
    return OWN_PASS if RTLLM_PASS.search(logs.output) else "R"


def _vericoder(logs: Logs) -> str:
    """A word of success; else a result without mismatch; else an end without a word of failure."""
    if not logs.built:
        return "C"
    if not logs.ended:
        return "R"
    if VERICODER_PASS.search(logs.output):
        return OWN_PASS
    found = _RESULT_ANYWHERE.search(logs.output)
    if found is not None:
        return OWN_PASS if int(found[1] or -1) == 0 else "R"
    return "R" if _VERICODER_FAILURE.search(logs.output) else OWN_PASS


def _rtlfixer(logs: Logs) -> str:
    """As version one, except that warnings pass."""
    if re.search("error|give up", logs.compiler_errors, re.IGNORECASE):
        return "C"
    found = _RESULT_ANYWHERE.search(logs.output)
    return OWN_PASS if found is not None and int(found[1] or -1) == 0 else "R"


def _archxbench(logs: Logs) -> str:
    """An end of the simulation, a check that passed and none that failed; the set names no single word for that."""
    if not logs.built:
        return "C"
    return OWN_PASS if logs.ended and checks_in(logs.output.splitlines()).passed else "R"


_RESULT_ANYWHERE = re.compile(r"Mismatches: ([0-9]*) in ([0-9]*) samples")
RTLLM_PASS = re.compile("Pass|pass")
VERICODER_PASS = re.compile("All tests passed!|Test passed|Test successful|No errors|Success", re.IGNORECASE)
VERDICTS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "rtllm": RTLLM_PASS,
        "vericoder": re.compile(f"{VERICODER_PASS.pattern}|Mismatches:", re.IGNORECASE),
        "archxbench": WORDS,
    }
)
"""By rule, what is found in the words with which a self-checking testbench reports a pass."""
COUNTED = frozenset({"archxbench"})
"""The rules under which a testbench says how many checks were right and wrong."""
_VERICODER_FAILURE = re.compile("error|fail|mismatch|failed", re.IGNORECASE)
OWN_RULES: Mapping[str, Callable[[Logs], str]] = MappingProxyType(
    {
        "verilog-eval-2": _version_two,
        "verilog-eval-1": _version_one,
        "rtllm": _rtllm,
        "vericoder": _vericoder,
        "rtlfixer": _rtlfixer,
        "archxbench": _archxbench,
    }
)
"""The own rule of each set, by the name in `bundle.params["own_rule"]`: the letter for what it sees, `.` for a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongOutput:
    """What a testbench counted of one output.

    Attributes:
        output: its name.
        count: wrong samples.
        first: time of the first one.
    """

    output: str
    count: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a testbench printed.

    Attributes:
        results: wrong samples and samples of every result line; one where nothing disturbed the simulation.
        outputs: that were wrong.
        hints: its remarks on the design.
        timed_out: whether it ran into its own limit of simulated time.
    """

    results: tuple[tuple[int, int], ...]
    outputs: tuple[WrongOutput, ...]
    hints: tuple[str, ...]
    timed_out: bool


def read_report(lines: Sequence[str]) -> Report:
    """Return what the lines that a testbench printed say."""
    results = [match for match in map(RESULT.fullmatch, lines) if match]
    outputs = [match for match in map(_OUTPUT.fullmatch, lines) if match]
    hints = [line for line in dict.fromkeys(lines) if line.startswith("Hint: ") and not _COUNTED.match(line)]
    return Report(
        results=tuple((int(match["wrong"]), int(match["samples"])) for match in results),
        outputs=tuple(
            WrongOutput(output=match["output"], count=int(match["count"]), first=int(match["first"]))
            for match in outputs
        ),
        hints=tuple(hints[:_HINTS]),
        timed_out=TIMEOUT in lines,
    )


def disturbance(report: Report, *, samples: int | None) -> tuple[Label, Diagnostic] | None:
    """Return why a report cannot be believed, None where it can.

    Args:
        report: of the testbench.
        samples: that a run of the reference reports; None where this is that run.
    """
    if report.timed_out:
        late = "the testbench ran into its own limit of simulated time"
        return Label.TIMEOUT, said("testbench", "testbench_timeout", late)
    if len(report.results) != 1:
        message = f"the testbench reported {len(report.results)} results instead of one; the simulation was disturbed"
        return Label.MISMATCH, said("judge", "simulation_disturbed", message)
    wrong, taken = report.results[0]
    if samples is not None and not wrong and taken != samples:
        early = f"the simulation ended after {taken} of {samples} samples"
        return Label.MISMATCH, said("judge", "simulation_ended_early", early)
    return None
