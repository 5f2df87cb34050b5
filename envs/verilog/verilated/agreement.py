"""Whether two simulators say the same of a candidate: label, stage and, without x and z, the count of wrong samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ecot.envs.errors import SandboxError
from ecot.envs.types import Candidate, File, Label, Outcome, Request
from ecot.envs.verilog.faults.mutations import mutate
from ecot.envs.verilog.source import FamilySource

_NO_DELAYS = "Verilator reads delays as none"
EXCEPTIONS: Mapping[str, str] = {
    "sees_unknowns": "Verilator knows no x to ask for",
    "held_in_latch": "a loop of latches from which x never leaves comes to rest with two values a bit",
    "own_clock": _NO_DELAYS,
    "timescale_tricks": _NO_DELAYS,
    "endless_recursion": "Verilator refuses a function that calls itself",
    "endless_loop": "Verilator counts the turns of a loop when it translates",
    "giant_memory": "Verilator makes room for a memory when it plays",
    "giant_replication": "Verilator makes room for a vector when it plays",
    "swap_assignment": "Verilator refuses blocking and non-blocking assignments to one variable",
}
"""Hacks and mutation operators under which the two may differ; a hack must still earn a label that it states."""
_UNKNOWN = re.compile(r"got \d+'b[01]*[xz]")
NOT_JUDGED = "not judged"
"""In place of what a simulator came to where the machine was too busy to find out."""
_STAGES = ("rules", "compile", "simulate")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One candidate under both.

    Attributes:
        task_id: of the task.
        candidate: `solution`, the name of a hack, or `operator:line` of a mutant.
        icarus: what Icarus came to: label, stage, wrong samples.
        verilator: likewise.
        exception: why they may differ; empty if they may not.
        sound: whether they agree, or may differ and both refuse the candidate for a reason that it states.
    """

    task_id: str
    candidate: str
    icarus: str
    verilator: str
    exception: str
    sound: bool


def compare(
    source: FamilySource, task_id: str, judge: Callable[[Request], Outcome], *, hacks: bool = True, mutants: int = 0
) -> Iterator[Comparison]:
    """Judge a task's solution, its hacks and some mutants under both simulators.

    Args:
        source: of the task.
        task_id: of a family with the default judge.
        judge: of one request.
        hacks: whether they are judged.
        mutants: how many, spread over all that there are.
    """
    task = source[task_id]
    solution = task.solution[0].text
    candidates: dict[str, tuple[str, frozenset[Label] | None]] = {"solution": (solution, None)}
    if hacks:
        candidates |= {hack.name: (hack.source, hack.labels) for hack in source.hacks(task_id)}
    found = mutate(solution) if mutants else ()
    for mutation in found[:: max(1, len(found) // mutants)][:mutants] if found else ():
        candidates[f"{mutation.operator}:{mutation.line}"] = (mutation.source, None)
    for name, (text, labels) in candidates.items():
        candidate = Candidate((File(task.bundle.entry, text),))
        request = Request(task=task, candidate=candidate, hidden_seed=1, stages=_STAGES)
        try:
            outcomes = judge(request), judge(replace(request, target="verilator"))
        except SandboxError:
            yield Comparison(task_id, name, NOT_JUDGED, NOT_JUDGED, "", sound=True)
            continue
        unknown = any(_UNKNOWN.search(item.message) for item in outcomes[0].diagnostics)
        icarus, verilator = (_summary(outcome, counted=not unknown) for outcome in outcomes)
        reason = EXCEPTIONS.get(name.partition(":")[0], "")
        expected = labels is None or all(outcome.label in labels for outcome in outcomes)
        sound = icarus == verilator or (bool(reason) and expected)
        yield Comparison(task_id, name, icarus, verilator, reason, sound)


def _summary(outcome: Outcome, *, counted: bool) -> str:
    last = outcome.stages[-1]
    wrong = f", {last.metrics['wrong_samples']} wrong samples" if counted and last.metrics.get("wrong_samples") else ""
    return f"{outcome.label} in {last.name}{wrong}"
