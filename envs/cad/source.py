"""The built-in CAD families as a task source: lazy, indexed by draw, split by what matters in a draw."""

from __future__ import annotations

from collections.abc import Sequence

from ecot.envs.cad.family import PORTION, Family, Params
from ecot.envs.cad.texts import FAMILIES, family_digest, hacks_of, instruction_of, script_of
from ecot.envs.drawn import Catalogue, DrawnSource
from ecot.envs.types import EnvironmentBundle, File, Limits, Task

__all__ = ["ENV_ID", "FamilySource", "build_task", "family_named", "family_names"]

ENV_ID = "ECoT/CAD-v0"
ENTRY = "part.py"
LIMITS = Limits(cpu_seconds=4.0, memory_mib=2048, processes=128, scratch_mib=64, output_kib=256)
"""CadQuery itself takes 450 MiB, shared with the server that a script's process is forked from."""
LENGTH_MM = 0.02
"""By which a bounding box may be off."""


_CATALOGUE: Catalogue[Family] = Catalogue(FAMILIES, kind="CAD", example="drilled_plate@1/000123")


def family_names() -> tuple[str, ...]:
    """The names of all families: the sub-packages of `FAMILIES`. None is imported."""
    return _CATALOGUE.names


def family_named(name: str) -> Family:
    """Return a family, imported when first asked for.

    Raises:
        TaskError: it is unknown (the message lists those that are known), or its folder holds another name.
    """
    return _CATALOGUE.named(name)


class FamilySource(DrawnSource[Family]):
    """All draws of all families, or of those named (`families:flange,l_bracket`)."""

    def __init__(self, path: str = "") -> None:
        super().__init__(_CATALOGUE, path, build=build_task, digest=family_digest, hacks=hacks_of)

    def further_solutions(self, task_id: str) -> Sequence[str]:
        """Other right answers: the same part, built by other means."""
        family, params = self.locate(task_id)
        return (script_of(family, params, "second"),)


def build_task(family: Family, task_id: str, params: Params) -> Task:
    """Return the task of any combination of parameters, one of the draws or not."""
    bundle = EnvironmentBundle(
        entry=ENTRY,
        params={
            "family": family.name,
            "draw": dict(params),
            "variable": str(params["variable"]),
            "solids": family.solids,
            "min_wall": family.min_wall,
            "volume_tolerance": PORTION * family.smallest(params),
            "length_tolerance": LENGTH_MM,
        },
        limits=LIMITS,
    )
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=instruction_of(family, params),
        bundle=bundle,
        solution=(File(ENTRY, script_of(family, params)),),
        level=family.level,
        family=family.name,
        tags=(*family.tags, str(params["wording"])),
    )
