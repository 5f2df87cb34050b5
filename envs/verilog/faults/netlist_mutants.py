"""Mutants of a solution's netlist, by Yosys' own command `mutate`: faults that nobody here has chosen.

Yosys reads the solution, makes a netlist of words and registers, lists mutations of its cells, evenly sampled, and
writes each as Verilog again. The netlist without any must pass the judge, or nothing is learned from its mutants: then
there are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ecot.envs.domain import Mutation
from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Candidate, File, Request
from ecot.envs.verilog.toolchain import stages

OPERATOR = "yosys_mutate"
_SOLUTION, _SCRIPT, _NETLIST, _WRITTEN, _LIST = "solution.v", "mutants.ys", "netlist.il", "written.v", "list.ys"
_PRAGMA = re.compile(r"[ \t]*// synopsys parallel_case$", re.MULTILINE)
_ESCAPED = re.compile(r"\\(\S+)\s")
_PLACE = re.compile(rf"-src {re.escape(_SOLUTION)}:([1-9]\d*)")
_MODE = re.compile(r"-mode (\w+)")
_SEED = 1
_KIB = 4 * 1024


def netlist_mutants(workspace: Workspace, request: Request, count: int) -> Sequence[Mutation]:
    """Return mutants of the netlist of a task's solution.

    Args:
        workspace: scratch folder; files in it are overwritten.
        request: its task holds the solution; its candidate is not looked at.
        count: at most how many.

    Raises:
        TaskError: Yosys does not read the solution.
        SandboxError: the host is at fault.
    """
    task = request.task
    workspace.write(_SOLUTION, task.solution[0].text)
    lines = [
        f"read_verilog -sv {_SOLUTION}",
        f"hierarchy -check -top {task.bundle.params['top']}",
        *("proc", "flatten", "opt_clean"),
        f"write_rtlil {_NETLIST}",
        f"mutate -list {count} -seed {_SEED} -o {_LIST}",
    ]
    base = _written(workspace, lines)
    if base is None:
        raise TaskError(f"Yosys does not write the solution of {task.id!r} as a netlist")
    listed = (workspace.read(_LIST) or "").splitlines()
    candidate = Candidate((File(task.bundle.entry, base),))
    if not all(stage.passed for stage in stages(workspace, replace(request, candidate=candidate))):
        return ()
    made = [(command, _written(workspace, [f"read_rtlil {_NETLIST}", command])) for command in listed]
    # Yosys cannot write every mutant, such as that of a table's content.
    return tuple(_mutation(command, text, base) for command, text in made if text is not None and text != base)


def _written(workspace: Workspace, lines: Sequence[str]) -> str | None:
    """The Verilog of what some commands leave, in the words that candidates may use; None where Yosys fails."""
    workspace.write(_WRITTEN, "")
    workspace.write(_SCRIPT, "".join(f"{line}\n" for line in [*lines, f"write_verilog -noattr {_WRITTEN}"]))
    if not workspace.run(["yosys", "-q", "-s", _SCRIPT]).ok:
        return None
    text = _PRAGMA.sub("", workspace.read(_WRITTEN, limit_kib=_KIB) or "")
    return _ESCAPED.sub(lambda match: f"{re.sub(r'[^0-9A-Za-z_]', '_', match[1])}_net ", text)


def _mutation(command: str, text: str, base: str) -> Mutation:
    place, mode = _PLACE.search(command), _MODE.search(command)
    return Mutation(
        operator=OPERATOR,
        kind=mode[1] if mode else OPERATOR,
        line=int(place[1]) if place else 1,
        source=text,
        kept=True,
        base=base,
    )
