"""The built-in families of firmware tasks as a task source."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from ecot.envs.drawn import Catalogue, DrawnSource, Params
from ecot.envs.embedded.family import Family
from ecot.envs.family_files import Hack, hacks_in, render
from ecot.envs.prompts import load
from ecot.envs.types import EnvironmentBundle, File, Limits, Task

ENV_ID = "ECoT/Embedded-v0"
FAMILIES = "ecot.envs.embedded.families"
ENTRY = "main.c"
LIMITS = Limits(cpu_seconds=8.0, memory_mib=512, processes=16, scratch_mib=32, output_kib=512)
_PACKAGE = "ecot.envs.embedded"
_CATALOGUE: Catalogue[Family] = Catalogue(FAMILIES, kind="embedded", example="led_blink@1/000123")
_IMPORT = re.compile(r"^from ecot\.envs\.embedded\.(scenes\.[a-z_]+) import", re.MULTILINE)


def family_names() -> tuple[str, ...]:
    """The names of all families. None is imported."""
    return _CATALOGUE.names


def family_named(name: str) -> Family:
    """Return a family.

    Raises:
        TaskError: it is unknown; the message lists those that are known.
    """
    return _CATALOGUE.named(name)


class FamilySource(DrawnSource[Family]):
    """All draws of all families, or of those named (`families:led_blink,uart_echo`)."""

    def __init__(self, path: str = "") -> None:
        super().__init__(_CATALOGUE, path, build=build_task, digest=family_digest, hacks=hacks_of)


def hacks_of(family: Family, params: Params) -> Sequence[Hack]:
    """Return the cheats and near-misses of a draw: the generic ones, then the family's own."""
    values = values_of(family, params)
    packages = (_PACKAGE, f"{FAMILIES}.{family.name}")
    return tuple(hack for package in packages for hack in hacks_in(package, values, suffixes=(".c",)))


def values_of(family: Family, params: Params) -> Mapping[str, str]:
    """Return the text of every placeholder of a draw: its parameters, then what the family makes of them."""
    plain = {key: str(value) for key, value in params.items()}
    return {**plain, **family.fill(params)}


def build_task(family: Family, task_id: str, params: Params) -> Task:
    """Return the task of a combination of parameters."""
    values, package = values_of(family, params), f"{FAMILIES}.{family.name}"
    frame = {"task": render(load(package, "instruction.md"), values).strip()}
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=render(load(_PACKAGE, "task.md"), frame),
        bundle=EnvironmentBundle(entry=ENTRY, params={"family": family.name, "draw": dict(params)}, limits=LIMITS),
        solution=(File(ENTRY, render(load(package, "solution.c"), values)),),
        level=family.level,
        family=family.name,
        tags=family.tags,
    )


@cache
def family_digest(name: str) -> str:
    """Return a digest of what a family's folder says, of its hacks, and of what it shares with other families.

    Python counts by its syntax tree without docstrings, so that its layout and comments may change.
    """
    total = hashlib.sha256()
    folder = files(f"{FAMILIES}.{name}")
    for place in (folder, folder.joinpath("hacks")):
        for item in sorted(place.iterdir(), key=lambda entry: entry.name) if place.is_dir() else ():
            if item.is_file() and item.name.endswith((".py", ".md", ".c")):
                text = item.read_text(encoding="utf-8")
                total.update(f"{item.name}\0{_essence(text) if item.name.endswith('.py') else text}\0".encode())
                for module in _IMPORT.findall(text) if item.name.endswith(".py") else ():
                    total.update(_essence(_shared(module)).encode())
    return total.hexdigest()[:32]


def _shared(module: str) -> str:
    *folders, name = module.split(".")
    return files(_PACKAGE).joinpath(*folders, f"{name}.py").read_text(encoding="utf-8")


def _essence(text: str) -> str:
    """A module's syntax tree without docstrings, as text."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
