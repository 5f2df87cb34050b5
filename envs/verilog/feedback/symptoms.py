"""What the samples of a wrong output have in common, in a sentence: unknown, stuck, late, early, off the clock edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Observed", "symptom"]

_UNKNOWN_ALWAYS = (
    "it is unknown in every sample: it, or a register that it is computed from, is never assigned or never reset"
)
_FLOATING = "z means that nothing drives it: an output or a net without an assignment, or an open port of an instance"
_NO_RESET = (
    "it is still unknown after the reset was active: some register behind it is not set by the reset (look for one "
    "that the reset branch leaves out, the wrong polarity of the reset, or a missing edge in the event list)"
)
_BEFORE_EDGES = (
    "before the first rising edge a register is unknown unless an asynchronous reset has set it; this sample must "
    "follow from the inputs, or from such registers"
)
_UNKNOWN = (
    "an x comes from a register that is read before it is given a value, from an index out of range, or from two "
    "drivers that disagree; every expression that reads it becomes x as well"
)
_STUCK = "it holds the same value in every sample, where {count} different ones are expected: nothing changes it"
_LATE = (
    "in every sample it shows what was expected one cycle before: an edge is missed, or a register too many delays it"
)
_EARLY = "in every sample it shows what is expected one cycle later: a register is missing on its way"
_OFF_EDGE = (
    "it changes between rising edges, where the expected value changes only at them: it is clocked by the falling "
    "edge, or is not registered"
)
_MISSED = "it does not change at rising edges at which the expected value does: those edges are lost"
_IN_RESET = "it is wrong only while the reset is active: the reset value is wrong, or the reset does not act in time"
_COMPLEMENT = "in every wrong sample it is the complement of what is expected"
_SETTLED = 4
"""Fewer samples than these show no pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One output over a whole run.

    Attributes:
        wanted: bits a sample; None where any value is right.
        got: bits a sample, of 0, 1, x and z.
        after_edge: whether a sample is taken right after a rising edge; all False in a design without a clock.
        in_reset: whether the reset is active at a sample; all False where there is none.
        wrong: the places of the wrong samples, ascending.
    """

    wanted: Sequence[str | None]
    got: Sequence[str]
    after_edge: Sequence[bool]
    in_reset: Sequence[bool]
    wrong: Sequence[int]


def symptom(run: Observed) -> str:
    """Return the sentence that fits, empty where none does.

    >>> run = Observed(wanted=["0", "1"], got=["x", "x"], after_edge=[0, 0], in_reset=[0, 0], wrong=[0, 1])
    >>> symptom(run)[:32]
    'it is unknown in every sample: i'
    """
    first = run.got[run.wrong[0]]
    if "z" in first:
        return _FLOATING
    if "x" in first:
        return _of_unknown(run)
    return _of_values(run)


def _of_unknown(run: Observed) -> str:
    if all("x" in bits for bits in run.got):
        return _UNKNOWN_ALWAYS
    if _off_edge(run):
        return _OFF_EDGE
    before = range(run.wrong[0] + 1)
    if any(run.after_edge) and not any(run.after_edge[index] for index in before):
        return _BEFORE_EDGES
    return _NO_RESET if any(run.in_reset[index] for index in before) else _UNKNOWN


def _of_values(run: Observed) -> str:
    first = run.got[run.wrong[0]]
    asked = [index for index, bits in enumerate(run.wanted) if bits is not None]
    values = {run.wanted[index] for index in asked}
    if len({run.got[index] for index in asked}) == 1 and len(values) > 1 and len(asked) >= _SETTLED:
        return _STUCK.format(count=len(values))
    if any(run.in_reset) and all(run.in_reset[index] for index in run.wrong):
        return _IN_RESET
    if len(run.wrong) >= _SETTLED:
        if any(run.after_edge):
            found = _of_clock(run)
            if found:
                return found
        # A wrong bit is always the complement; that says something where it is never right.
        telling = len(first) > 1 or len(run.wrong) == len(asked)
        if telling and all(run.got[index] == _complement(run.wanted[index]) for index in run.wrong):
            return _COMPLEMENT
    return ""


def _of_clock(run: Observed) -> str:
    """A cycle is two samples: before and after its rising edge."""
    pairs = [index for index in range(2, len(run.got)) if run.wanted[index] is not None]
    late = [index for index in pairs if run.wanted[index - 2] is not None]
    if late and all(run.got[index] == run.wanted[index - 2] for index in late):
        return _LATE
    early = [index for index in range(len(run.got) - 2) if run.wanted[index + 2] is not None]
    if early and all(run.got[index] == run.wanted[index + 2] for index in early):
        return _EARLY
    if _off_edge(run):
        return _OFF_EDGE
    edges = [index for index in pairs if run.after_edge[index]]
    moves = [index for index in edges if run.wanted[index - 1] not in (None, run.wanted[index])]
    lost = [index for index in moves if run.got[index] == run.got[index - 1]]
    return _MISSED if lost and _registered(run) and run.wrong[0] == lost[0] else ""


def _between(run: Observed) -> Sequence[int]:
    """The samples before a rising edge whose value, and the one after the edge before, are both asked for."""
    places = range(2, len(run.got)) if any(run.after_edge) else ()
    asked = (index for index in places if None not in (run.wanted[index], run.wanted[index - 1]))
    return [index for index in asked if not run.after_edge[index]]


def _registered(run: Observed) -> bool:
    """Whether the output should keep its value from one rising edge to the next."""
    places = _between(run)
    return bool(places) and all(run.wanted[index] == run.wanted[index - 1] for index in places)


def _off_edge(run: Observed) -> bool:
    return _registered(run) and any(run.got[index] != run.got[index - 1] for index in _between(run))


def _complement(bits: str | None) -> str:
    return (bits or "").translate(_FLIP)


_FLIP: Mapping[int, int] = str.maketrans("01", "10")
