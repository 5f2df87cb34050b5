"""VerilogEval's own words and scoring rule, written from its published definition; forged lines fool it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.envs.types import Diagnostic, Label
from ecot.envs.verilog.steps import said

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
