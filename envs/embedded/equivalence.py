"""Whether a mutant is proved to be no fault: it compiles to the machine code of the solution."""

from __future__ import annotations

from ecot.envs.embedded.runtime import FLAGS, runtime
from ecot.envs.sandbox import Workspace
from ecot.envs.types import Request

_DROPPED = ("-g",)


def equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    """Return True where solution and mutant give the same assembly text, None otherwise.

    Args:
        workspace: to compile in.
        request: whose candidate is the solution.
        mutant: source of the mutant.
    """
    flags = [flag for flag in FLAGS if flag not in _DROPPED]
    texts = []
    for name, source in (("solution.c", request.candidate.source), ("mutant.c", mutant)):
        workspace.write(name, source)
        done = workspace.run(["arm-none-eabi-gcc", *flags, *runtime().includes, "-S", name, "-o", "out.s"])
        text = workspace.read("out.s") if done.ok else None
        if text is None:
            return None
        texts.append([line for line in text.splitlines() if not line.lstrip().startswith((".file", ".ident", "@"))])
    return True if texts[0] == texts[1] else None
