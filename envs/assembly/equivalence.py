"""Whether a mutant is proved to behave as the solution does: where the assembler makes the same code of both."""

from __future__ import annotations

from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request

__all__ = ["equivalent"]

_SECTIONS = (".text", ".rodata")


def equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    """Return True where solution and mutant are the same code and constants, None where that leaves it open.

    Raises:
        SandboxError: the host is at fault.
    """
    code = [_code(workspace, source) for source in (request.candidate.source, mutant)]
    return True if code[0] and code[0] == code[1] else None


def _code(workspace: Workspace, source: str) -> str:
    workspace.write("one.s", source)
    if not workspace.run(["as", "--64", "-o", "one.o", "one.s"]).ok:
        return ""
    dumped = workspace.run(["objdump", "-s", "-r", *(f"--section={name}" for name in _SECTIONS), "one.o"])
    return dumped.stdout if dumped.ok else ""
