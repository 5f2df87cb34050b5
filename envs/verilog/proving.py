"""The extra stage `equivalence`: is the candidate the solution in other words? It proves, and never decides.

A specification may leave freedom, so a candidate that differs from the solution can be right: the stage passes
whatever it finds, and says in its metrics what that is. Nothing here is needed for a pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ecot.envs.sandbox import Workspace
from ecot.envs.stages import passed, said
from ecot.envs.types import Diagnostic, Limits, StageResult, Task
from ecot.envs.verilog.equivalence import BOUNDED_LOG, BUDGET, bounded_script, matching_script, proof_script
from ecot.envs.verilog.steps import engine

SECONDS = 5.0
"""Processor time of each of the three attempts."""
CYCLES = 24
"""The longest sequence of inputs that is looked at where nothing is proved."""
_PROVEN = re.compile(r"Base case for induction length (\d+) proven")
_ROW = re.compile(r"^\s+(\d+) \\(\S+)\s+\S+\s+\S+\s+([01x]+)$", re.MULTILINE)
_SHOWN_CYCLES = 6


def prove(workspace: Workspace, task: Task, source: str, *, seconds: float = SECONDS) -> StageResult:
    """Compare a candidate that passed the other stages with the task's solution.

    Args:
        workspace: of the job.
        task: holds the solution; one without is `undecided`.
        source: the candidate's.
        seconds: processor time of each attempt.

    Returns:
        A pass, with one of these metrics set: `proved` is 1 where the two are equal for every sequence of inputs;
        `bounded_cycles` says how long sequences are that were shown to give equal outputs; `undecided` is 1 where
        nothing was shown. `counterexample_cycle` says when an output differed from a value that the solution knows.

    Raises:
        SandboxError: the host is at fault.
    """
    name = engine("yosys")
    if len(task.solution) != 1:
        return passed("equivalence", engine=name, metrics={"undecided": 1})
    limits = replace(BUDGET, cpu_seconds=seconds)
    top, clock = str(task.bundle.params["top"]), str(task.bundle.params["clock"])
    workspace.write("gold.v", task.solution[0].text)
    workspace.write("gate.v", source)
    for script in (matching_script(top, clock), proof_script(top, clock)):
        if _runs(workspace, script, limits):
            return passed("equivalence", engine=name, metrics={"proved": 1})
    workspace.write(BOUNDED_LOG, "")
    shown = _runs(workspace, bounded_script(top, clock, cycles=CYCLES if clock else 1), limits)
    log = workspace.read(BOUNDED_LOG) or ""
    cycles = max(map(int, _PROVEN.findall(log)), default=0)
    if shown and not clock:
        return passed("equivalence", engine=name, metrics={"proved": 1})
    if "model found" in log and "FAIL" in log:
        found = _counterexample(log, clock)
        return passed("equivalence", engine=name, diagnostics=(found,), metrics={"counterexample_cycle": cycles + 1})
    if cycles:
        return passed("equivalence", engine=name, metrics={"bounded_cycles": cycles})
    return passed("equivalence", engine=name, metrics={"undecided": 1})


def _runs(workspace: Workspace, script: str, limits: Limits) -> bool:
    workspace.write("equivalence.ys", script)
    return workspace.run(["yosys", "-q", "-s", "equivalence.ys"], limits=limits).ok


def _counterexample(log: str, clock: str) -> Diagnostic:
    """The last cycles of the sequence of inputs after which an output differs."""
    cycles: dict[int, dict[str, str]] = {}
    for number, name, bits in _ROW.findall(log):
        cycles.setdefault(int(number), {})[name] = bits
    last = max(cycles, default=0)
    outputs = sorted(name.removeprefix("gold_") for name in cycles.get(last, {}) if name.startswith("gold_"))
    differing = [name for name in outputs if _differ(cycles[last], name)]
    words = [f"`{name}` is {cycles[last][f'gate_{name}']}, the reference says {cycles[last][f'gold_{name}']}"
             for name in differing]  # fmt: skip
    text = (
        f"an output differs from the reference design in cycle {last} from unknown registers; this is no fault where "
        f"the specification leaves it open: {'; '.join(words)}; inputs, cycle by cycle: {_inputs(cycles, last, clock)}"
    )
    return said("yosys", "differs_from_reference", text, symbol=differing[0] if differing else "")


def _differ(values: Mapping[str, str], name: str) -> bool:
    pairs = zip(values[f"gold_{name}"], values.get(f"gate_{name}", ""), strict=False)
    return any(gold != "x" and gold != gate for gold, gate in pairs)


def _inputs(cycles: Mapping[int, Mapping[str, str]], last: int, clock: str) -> str:
    rows: Sequence[str] = [
        " ".join(f"{name[3:]}={bits}" for name, bits in sorted(cycles[number].items())
                 if name.startswith("in_") and name != f"in_{clock}")
        for number in sorted(cycles)
    ]  # fmt: skip
    kept = rows[-_SHOWN_CYCLES:]
    return ("... | " if len(rows) > len(kept) else "") + " | ".join(kept)
