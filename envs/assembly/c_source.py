"""ECoT/COptimize-v0: the same functions, to be made faster in C under fixed flags of the compiler."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from ecot.envs.assembly.source import (
    CATALOGUE,
    FAMILIES,
    LIMITS,
    PACKAGE,
    REFERENCE,
    facts_of,
    families,
    reference_of,
    values_of,
)
from ecot.envs.drawn import DrawnIds
from ecot.envs.errors import TaskError
from ecot.envs.family_files import render
from ecot.envs.prompts import fill, load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Objective, Task

__all__ = ["ENV_ID", "COptimizeSource"]

ENV_ID = "ECoT/COptimize-v0"
SOLUTION = "solution.c"
FLAGS = "-O3"


@cache
def _names() -> tuple[str, ...]:
    """The families that have a faster solution in C."""
    return tuple(name for name in families() if files(f"{FAMILIES}.{name}").joinpath(SOLUTION).is_file())


class COptimizeSource:
    """All draws of the families that have a faster solution in C, or of those named.

    Raises:
        TaskError: a name is unknown, or the family has no such solution.
    """

    def __init__(self, path: str = "") -> None:
        self._families = CATALOGUE.chosen(path or ",".join(_names()))
        for family in self._families:
            if family.name not in _names():
                raise TaskError(f"family {family.name!r} has no tasks in C; these have: {', '.join(_names())}")

    def __len__(self) -> int:
        return sum(CATALOGUE.count(family) for family in self._families)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return DrawnIds(CATALOGUE, self._families, split)

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        family, draw = CATALOGUE.locate(task_id, self._families)
        params = CATALOGUE.params(family, draw)
        function, reference, values = family.function(params), reference_of(family, params), values_of(family, params)
        entry, isa = f"{function.name}.c", str(params["isa"])
        text = {
            "top": function.name,
            "specification": render(load(f"{FAMILIES}.{family.name}", "instruction.md"), values).strip(),
            "reference": reference.strip(),
            "flags": f"{FLAGS} -march=x86-64-{isa} -ffreestanding",
            "target": f"{family.target_in_c:g}",
        }
        return Task(
            id=task_id,
            env_id=ENV_ID,
            instruction=fill(load(PACKAGE, "c_task.md"), text),
            bundle=EnvironmentBundle(
                files=(File(REFERENCE, reference, Audience.BOTH),),
                entry=entry,
                params={
                    "family": family.name,
                    "draw": dict(params),
                    "isa": isa,
                    "language": "c",
                    "function": facts_of(function),
                    "target": family.target_in_c,
                },
                limits=LIMITS,
            ),
            solution=(File(entry, render(load(f"{FAMILIES}.{family.name}", SOLUTION), values)),),
            objective=Objective.FASTER,
            level=family.level,
            family=family.name,
            tags=(*family.tags, isa, "c"),
        )
