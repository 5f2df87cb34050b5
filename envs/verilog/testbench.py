"""Judging by somebody else's testbench: imported sets pass by their own definition.

A task asks for it with `bundle.params["judge"] == "testbench"`. Its bundle then holds the set's own files, and its
`compile` and `simulate` stages are those of the set. `synthesise` and `netlist` are run too, but only reported: their
findings stand as diagnostics and metrics beside a pass. Where the source passes and its netlist does not, the pass may
be forged, and the forgery check decides.

Params of such a task, beside `judge`:

    top         the testbench's top module, given to `iverilog -s`
    dut         the candidate's module
    files       paths of the bundle to compile beside the candidate, in order
    pass_line   a regular expression with the groups `wrong` and `samples`, matched against whole lines of the output
    samples     how many samples a run of the reference reports; 0 where it is not known
"""

from __future__ import annotations

from collections.abc import Iterator

from ecot.envs.errors import TaskError
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request, StageResult


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Yield `rules`, `compile`, `simulate`, `synthesise` and `netlist` of an imported task, as `toolchain.stages` does.

    Raises:
        TaskError: no importer is installed for the set that the task comes from.
    """
    raise TaskError(f"task {request.task.id!r} asks for its own testbench, which this version cannot run")
    yield  # makes this a generator, as its caller expects
