"""Whether a mutant builds the same part: by the same comparison, at tolerances a millionth of the task's and less."""

from __future__ import annotations

from ecot.envs.cad.toolchain import ask, build, truth_of
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Label, Request

EXACT_PART = 1e-8
"""Of the volume: by which two parts may differ that are the same but for rounding."""
EXACT_MM = 1e-5


def equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    """Whether a mutant builds the part that the task's solution builds; None where that is undecided.

    Args:
        workspace: of the job.
        request: of the solution.
        mutant: its text.
    """
    built = build(workspace, request, mutant)
    if built.label is not Label.PASS:
        return False
    order = {
        "brep": built.geometry,
        "truth": truth_of(workspace, request),
        "solids": request.task.bundle.params["solids"],
    }
    facts = ask(workspace, request.task, "inspect", order)
    if facts is None or facts["faults"]:
        return False if facts is not None else None
    tolerances = {"volume_tolerance": EXACT_PART * facts["facts"]["volume"], "length_tolerance": EXACT_MM}
    answer = ask(workspace, request.task, "compare", {**order, **tolerances})
    if answer is None or not answer["exact"]:
        return None
    return {"same": True, "different": False}.get(answer["verdict"])
