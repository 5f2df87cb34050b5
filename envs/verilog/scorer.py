"""VerilogEval's own words and scoring rule, written from its published definition; forged lines fool it."""

from __future__ import annotations

import re

RESULT = re.compile(r"Mismatches: (?P<wrong>\d+) in (?P<samples>\d+) samples")
OUTPUT = re.compile(
    r"Hint: Output '(?P<output>\w+)' has (?P<count>\d+) mismatches\. First mismatch occurred at time (?P<first>\d+)\."
)
SKIPPED_HINTS = re.compile(r"Hint: (?:Output '|Total mismatched)")
TIMEOUT = "TIMEOUT"
MARKED = ("Mismatches:", "Hint:", "TIMEOUT")
"""How the lines begin that a testbench prints for its scorer."""

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
    return "p" if unbound else "C" if error else "." if clean else "R"
