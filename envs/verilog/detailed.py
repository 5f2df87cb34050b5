"""The stages of any judge of Verilog, with what makes their feedback worth reading: source lines, and registers."""

from __future__ import annotations

from collections.abc import Iterator

from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request, StageResult
from ecot.envs.verilog import toolchain
from ecot.envs.verilog.feedback.excerpts import excerpted
from ecot.envs.verilog.feedback.internals import with_internals

INTERNALS = "internals"
"""Asked for beside the stages, it adds the registers to a simulation that failed."""


def stages(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    """Judge a candidate as `toolchain.stages` does.

    Raises:
        TaskError: the bundle is not one of ours.
        SandboxError: the host is at fault.
    """
    entry, files = request.task.bundle.entry, request.candidate.files
    source = next((file.text for file in files if file.path == entry), files[0].text if len(files) == 1 else "")
    for result in toolchain.stages(workspace, request):
        wanted = not result.passed and request.stages is not None and INTERNALS in request.stages
        shown = with_internals(workspace, request, result) if wanted else result
        yield excerpted(shown, entry=entry, source=source)
