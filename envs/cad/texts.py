"""The texts of a draw: instruction in one of three wordings, solutions and hacks, from files with placeholders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from ecot.envs.cad.family import Family, Params, number
from ecot.envs.family_files import Hack, hacks_in
from ecot.envs.prompts import fill, load

__all__ = ["FAMILIES", "family_digest", "hacks_of", "instruction_of", "script_of", "values_of"]

PACKAGE = "ecot.envs.cad"
FAMILIES = f"{PACKAGE}.families"
"""The package whose sub-packages are the families."""
SUFFIX = ".cq"
"""Of scripts with placeholders."""
_SHARED = ("family.py", "answer.md")


def values_of(family: Family, params: Params) -> Mapping[str, str]:
    """Return the text of every placeholder of a draw: the parameters, and what the family adds."""
    plain = {key: number(value) for key, value in params.items() if not isinstance(value, list | tuple)}
    return {**plain, **family.fill(params)}


def instruction_of(family: Family, params: Params) -> str:
    """Return the instruction of a draw: the text of its wording, and what is asked of every answer."""
    values = values_of(family, params)
    closing = {**values, "solids": "one solid" if family.solids == 1 else f"{family.solids} solids"}
    wall = f"\n- No wall is thinner than {family.min_wall:g} mm.\n" if family.min_wall else "\n"
    text = fill(load(f"{FAMILIES}.{family.name}", f"{params['wording']}.md"), values).strip()
    return f"{text}\n\n{fill(load(PACKAGE, 'answer.md'), closing).strip()}{wall}"


def script_of(family: Family, params: Params, name: str = "solution") -> str:
    """Return a script of a family's folder for a draw."""
    return fill(load(f"{FAMILIES}.{family.name}", f"{name}{SUFFIX}"), values_of(family, params))


def hacks_of(family: Family, params: Params) -> tuple[Hack, ...]:
    """Return the cheats and near-misses of a draw: the general ones, but for those that the family has its own of.

    Raises:
        TaskError: one of them does not open with what it is expected to earn.
    """
    values = {**values_of(family, params), "solution": script_of(family, params)}
    general = hacks_in(PACKAGE, values, suffixes=(SUFFIX,))
    # What does not build on the solution says the same of every family: a few of them are enough to hear it.
    own = hacks_in(f"{FAMILIES}.{family.name}", values, suffixes=(SUFFIX,))
    named = {hack.name for hack in own}
    kept = [hack for hack in general if family.level == 1 or values["solution"].strip() in hack.source]
    return (*(hack for hack in kept if hack.name not in named), *own)


def family_digest(name: str) -> str:
    """Return a digest of all files of a family's folder, of the hacks of all families, and of what sets tolerances."""
    total = hashlib.sha256()
    folder, shared = files(f"{FAMILIES}.{name}"), files(PACKAGE)
    places = [folder, folder.joinpath("hacks"), shared.joinpath("hacks")]
    items = [item for place in places if place.is_dir() for item in place.iterdir() if item.is_file()]
    for item in sorted([*items, *(shared.joinpath(file) for file in _SHARED)], key=str):
        if item.name.endswith((".py", ".md", SUFFIX)):
            data = item.read_bytes()
            total.update(f"{item.name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]
