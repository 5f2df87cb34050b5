"""The built-in families of kernel tasks as a task source."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from ecot.envs.drawn import Catalogue, DrawnIds, Params
from ecot.envs.family_files import Hack, hacks_in, render
from ecot.envs.gpu.family import PRECISIONS, Family
from ecot.envs.prompts import load
from ecot.envs.tasks import check_split
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task

PACKAGE = "ecot.envs.gpu"
FAMILIES = f"{PACKAGE}.families"
ENV_ID = "ECoT/Triton-v0"
ENTRY = "candidate.py"
SPECIFICATION = "specification.py"
LIMITS = Limits(cpu_seconds=6.0, memory_mib=3072, processes=32, scratch_mib=256, output_kib=512)
_SUFFIXES = (".py", ".md", ".torch", ".triton", ".cu")
_HACKS = (".triton",)
CATALOGUE: Catalogue[Family] = Catalogue(FAMILIES, kind="Triton", example="softmax@1/000012")


class FamilySource:
    """All draws of all families, or of those named.

    Args:
        path: family names separated by commas; empty for all (`families:softmax,matmul`).

    Raises:
        TaskError: a name is unknown.
    """

    def __init__(self, path: str = "") -> None:
        self._families = CATALOGUE.chosen(path)

    def __len__(self) -> int:
        return sum(CATALOGUE.count(family) for family in self._families)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return DrawnIds(CATALOGUE, self._families, split)

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        family, draw = CATALOGUE.locate(task_id, self._families)
        return build_task(family, task_id, CATALOGUE.params(family, draw))

    def families(self) -> Mapping[str, str]:
        """The families by name, each with a digest of its folder."""
        return {family.name: family_digest(family.name) for family in self._families}

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats and near-misses of a task, rendered for its draw: the generic ones, then the family's own."""
        family, draw = CATALOGUE.locate(task_id, self._families)
        values = values_of(family, CATALOGUE.params(family, draw))
        generic = hacks_in(f"{PACKAGE}.{'model' if family.model else 'function'}_cheats", values, suffixes=_HACKS)
        return generic + hacks_in(f"{FAMILIES}.{family.name}", values, suffixes=_HACKS)


def values_of(family: Family, params: Params) -> Mapping[str, str]:
    """Return the text of every placeholder of a draw."""
    given = {**family.fill(params), "entry": family.entry(params)}
    package = f"{FAMILIES}.{family.name}"
    return {
        **given,
        "precision": PRECISIONS[family.precision(params)],
        "copies": ", copy inputs into another layout" if family.copies else "",
        "specification": render(load(package, "specification.torch"), given).strip(),
        "solution": render(load(package, "solution.triton"), given).strip(),
    }


def build_task(family: Family, task_id: str, params: Params) -> Task:
    """Return the task of any combination of parameters, one of the draws or not."""
    values, package = values_of(family, params), f"{FAMILIES}.{family.name}"
    bundle = EnvironmentBundle(
        files=(File(SPECIFICATION, values["specification"] + "\n", Audience.BOTH),),
        entry=ENTRY,
        params={
            "family": family.name,
            "draw": dict(params),
            "entry": family.entry(params),
            "form": "model" if family.model else "function",
            "init": list(family.init(params)),
            "precision": family.precision(params),
            "copies": family.copies,
        },
        limits=LIMITS,
    )
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=instruction_of(package, values),
        bundle=bundle,
        solution=(File(ENTRY, values["solution"] + "\n"),),
        level=family.level,
        family=family.name,
        tags=family.tags,
    )


def instruction_of(package: str, values: Mapping[str, str]) -> str:
    """Return the instruction: the family's text, then what holds for all."""
    return f"{render(load(package, 'instruction.md'), values)}\n{render(load(PACKAGE, 'contract.md'), values)}"


def family_digest(name: str) -> str:
    """Return a digest of all files of a family's folder."""
    total = hashlib.sha256()
    folder = files(f"{FAMILIES}.{name}")
    for place in (folder, folder.joinpath("hacks")):
        for item in _sorted(place):
            if item.is_file() and item.name.endswith(_SUFFIXES):
                data = item.read_bytes()
                total.update(f"{item.name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
