"""The built-in families of kernel tasks as a task source."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from ecot.envs.drawn import Catalogue, DrawnSource, Params
from ecot.envs.family_files import Hack, hacks_in, render
from ecot.envs.gpu.family import PRECISIONS, Family
from ecot.envs.prompts import load
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


class FamilySource(DrawnSource[Family]):
    """All draws of all families, or of those named (`families:softmax,matmul`)."""

    def __init__(self, path: str = "") -> None:
        super().__init__(CATALOGUE, path, build=build_task, digest=family_digest, hacks=hacks_of)


def hacks_of(family: Family, params: Params) -> Sequence[Hack]:
    """Return the cheats and near-misses of a draw: the generic ones, then the family's own."""
    values = values_of(family, params)
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
