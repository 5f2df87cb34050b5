"""Stricter than an imported set: its stimulus with other random numbers and more cycles, and a search for a difference.

What is found here never turns a pass into a failure: the set's own criterion decides what passes, and figures compare
with others' only so. A finding stands beside the pass as a diagnostic with its counterexample. Asked for by the name of
the stage, `strict`, which is not among the stages of the domain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.stages import said
from ecot.envs.types import Diagnostic, Label, Request, StageResult, Task
from ecot.envs.verilog import toolchain
from ecot.envs.verilog.equivalence import BUDGET, matching_script, proof_script
from ecot.envs.verilog.steps import engine

STAGE = "strict"
VARIANTS = (101, 1_009, 10_007)
"""Random numbers that are thrown away before the testbench draws its own, by variant."""
LONGER = 4
"""How many times as long loops of the stimulus run."""
_SHORTEST = 10
"""Loops of fewer rounds are part of a protocol rather than of a stimulus."""
_RANDOM = re.compile(r"\$u?random\b")
_REPEAT = re.compile(r"\brepeat\s*\(\s*(\d+)\s*\)")
_TABLE = re.compile(r"^\s*(\d+|init)\s+\\?(\S+)\s+(?:[-\d]+|--)\s+(?:[0-9a-f]+|--)\s+([01x]+)\s*$", re.MULTILINE)
_STEPS = 8


def strict(workspace: Workspace, request: Request) -> StageResult:
    """Return what is found against a candidate that passed; the result always passes.

    Metrics: `variants` (of the stimulus, under which the reference passes), `wrong_variants` (of these, under which the
    candidate does not), `equivalent` (1 where proved, 0 where a counterexample was found, absent where undecided).

    Args:
        workspace: scratch folder; files in it are overwritten.
        request: of the candidate.

    Raises:
        SandboxError: the host is at fault.
    """
    metrics, found = {"variants": 0, "wrong_variants": 0}, list[Diagnostic]()
    # Without a reference, nothing tells a wrong design from a stimulus that asks for something else.
    known = bool(request.task.solution)
    for skipped in VARIANTS if known else ():
        varied = vary(request.task, skipped=skipped)
        if varied is None:
            break
        outcome = _under(workspace, replace(request, task=varied, stages=("compile", "simulate")))
        if outcome is None:
            continue
        metrics["variants"] += 1
        if outcome.code:
            metrics["wrong_variants"] += 1
            message = (
                f"passes the set's own stimulus, but not with {skipped} random numbers skipped and loops {LONGER} "
                f"times as long: {outcome.message}"
            )
            found.append(replace(outcome, tool="strict", code="strict_mismatch", message=message))
    formal = compare(workspace, request.task, request.candidate.source) if known else Formal(equivalent=None)
    if formal.equivalent is not None:
        metrics["equivalent"] = int(formal.equivalent)
    if formal.table:
        message = f"differs from the reference:\n{formal.table}"
        found.append(said("strict", "strict_counterexample", message))
    return StageResult(
        name=STAGE,
        passed=True,
        label=Label.PASS,
        diagnostics=tuple(found),
        metrics=metrics,
        engine=f"{engine('iverilog')} {engine('yosys')}",
    )


def vary(task: Task, *, skipped: int) -> Task | None:
    """Return a task with another stimulus of the same kind; None where its testbench draws no random numbers.

    Args:
        task: judged by a testbench of its own.
        skipped: random numbers that are thrown away at the start.
    """
    params = task.bundle.params
    path, module = str(params["testbench_file"]), str(params["testbench"])
    text = next(file.text for file in task.bundle.files if file.path == path)
    head = re.search(rf"\bmodule\s+{re.escape(module)}\b[^;]*;", text)
    if head is None or not _RANDOM.search(text):
        return None
    calls = " ".join(f"strict_unused = ${name};" for name in ("random", "urandom") if re.search(rf"\${name}\b", text))
    start = f"\ninteger strict_unused;\ninitial repeat ({skipped}) begin {calls} end\n"
    longer = _REPEAT.sub(_lengthened, text[head.end() :])
    before = _REPEAT.sub(_lengthened, text[: head.end()])
    varied = before + start + longer
    files = tuple(replace(file, text=varied) if file.path == path else file for file in task.bundle.files)
    return replace(task, bundle=replace(task.bundle, files=files))


def _lengthened(match: re.Match[str]) -> str:
    rounds = int(match[1])
    return f"repeat({rounds * LONGER})" if rounds >= _SHORTEST else match[0]


def _under(workspace: Workspace, request: Request) -> Diagnostic | None:
    """What fails under a variant, without a code where nothing does; None where the reference fails under it too."""
    try:
        for result in toolchain.stages(workspace, request):
            if result.label in (Label.TIMEOUT, Label.RESOURCE_LIMIT):
                return None  # the variant is longer than the limits were made for
            if not result.passed:
                return next(iter(result.diagnostics), said("strict", "strict_mismatch", str(result.label)))
    except TaskError:
        return None
    return Diagnostic(tool="strict", code="", message="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formal:
    """What the comparison of two designs found.

    Attributes:
        equivalent: True where proved, False where a counterexample shows otherwise, None where undecided.
        table: of the counterexample, a line per clock cycle.
    """

    equivalent: bool | None
    table: str = ""


def compare(workspace: Workspace, task: Task, source: str) -> Formal:
    """Compare a candidate with the reference as hardware: from unknown start values, for every sequence of inputs.

    Only what both designs know counts: where one of them is x, nothing is said. Designs with several clocks, latches or
    registers at falling edges are left undecided.

    Args:
        workspace: scratch folder; files in it are overwritten.
        task: holds the reference.
        source: the candidate's.
    """
    top, clock = str(task.bundle.params["top"]), str(task.bundle.params["clock"])
    workspace.write("gold.v", task.solution[0].text)
    workspace.write("gate.v", source)
    proof = proof_script(top, clock)
    for text in (matching_script(top, clock), proof):
        workspace.write("strict.ys", text)
        if workspace.run(["yosys", "-q", "-s", "strict.ys"], limits=BUDGET).ok:
            return Formal(equivalent=True)
    # Registers that both have do not matter now: a difference must show at an output.
    proof = proof.replace("expose -shared -dff\n", "")
    shown = proof.replace("miter -equiv", "miter -equiv -make_outputs")
    workspace.write("strict.ys", shown.replace("sat -verify", "tee -o strict.log sat -verify -show-ports"))
    workspace.write("strict.log", "")
    workspace.run(["yosys", "-q", "-s", "strict.ys"], limits=BUDGET)
    values: dict[str, dict[str, str]] = {}
    for step, name, bits in _TABLE.findall(workspace.read("strict.log") or ""):
        values.setdefault(step, {})[name.lstrip("\\")] = bits
    wrong = [row for row in values.values() if _differs(row)]
    if not wrong:
        return Formal(equivalent=None)
    steps = [step for step in values if step != "init"][-_STEPS:]
    lines = [f"cycle {step}: " + ", ".join(f"{name}={bits}" for name, bits in values[step].items()) for step in steps]
    return Formal(equivalent=False, table="\n".join(lines))


def _differs(row: Mapping[str, str]) -> bool:
    """Whether an output has two values that are both known."""
    for name, bits in row.items():
        other = row.get(name.replace("gold_", "gate_", 1)) if name.startswith("gold_") else None
        if other is not None and any(a != b and "x" not in (a, b) for a, b in zip(bits, other, strict=False)):
            return True
    return False
