"""Completion tasks: a family's draw as code to be completed, with the specification in comments above the header.

Bundle, solution and split are those of the draw; only the text differs. Ids are the draw's with `~complete`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

from ecot.envs.errors import TaskError
from ecot.envs.prompts import load
from ecot.envs.types import Task
from ecot.envs.verilog.family import Params, Port
from ecot.envs.verilog.source import FamilySource, family_named, port_from
from ecot.envs.verilog.texts import FAMILIES, header, render, values_of

SUFFIX = "~complete"
_PORTS = "The ports are those of the header below."


class CompletionSource:
    """All draws of all families, or of those named (`completion:counter,fifo`), as code to be completed.

    Raises:
        TaskError: a name is unknown.
    """

    def __init__(self, path: str = "") -> None:
        self._base = FamilySource(path)

    def __len__(self) -> int:
        return len(self._base)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        return _Ids(self._base.ids(split))

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if not task_id.endswith(SUFFIX):
            raise TaskError(f"{task_id!r} is no completion task; they look like 'counter@1/000123{SUFFIX}'")
        task = self._base[task_id.removesuffix(SUFFIX)]
        return replace(task, id=task_id, instruction=_instruction(task), tags=(*task.tags, "completion"))


def _instruction(task: Task) -> str:
    family, params = family_named(task.family), task.bundle.params
    draw: Params = params["draw"]
    ports = [port_from(facts) for facts in params["ports"]]
    values = {**values_of(family, draw), "interface": _PORTS}
    described = render(load(f"{FAMILIES}.{family.name}", "instruction.md"), values)
    comments = "\n".join(f"// {line}".rstrip() for line in described.strip().splitlines())
    texts = {"top": str(params["top"]), "comments": comments, "header": commented_header(str(params["top"]), ports)}
    return render(load("ecot.envs.verilog", "completion.md"), texts)


def commented_header(top: str, ports: Sequence[Port]) -> str:
    """Return the module header with what each port means behind it."""
    lines = header(top, ports).splitlines()
    declared = lines[1:-1]
    widest = max(map(len, declared))
    noted = [f"{line:{widest}}  // {port.description}" for line, port in zip(declared, ports, strict=True)]
    return "\n".join([lines[0], *noted, lines[-1]])


@dataclass(frozen=True, slots=True)
class _Ids(Sequence[str]):
    """The ids of the draws, with the suffix, made when asked for."""

    base: Sequence[str]

    def __len__(self) -> int:
        return len(self.base)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [f"{item}{SUFFIX}" for item in self.base[index]]
        return f"{self.base[index]}{SUFFIX}"

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and value.endswith(SUFFIX) and value.removesuffix(SUFFIX) in self.base
