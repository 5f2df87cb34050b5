"""The built-in families as a task source: lazy, indexed by draw, split by what matters in a draw."""

from __future__ import annotations

import json
import math
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from itertools import accumulate
from pkgutil import iter_modules
from typing import Any, overload

from ecot.envs.errors import TaskError
from ecot.envs.prompts import load
from ecot.envs.tasks import SPLITS, check_split, permuted, split_of
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task
from ecot.envs.verilog.driver import clock_of, driver_text
from ecot.envs.verilog.family import Family, Params, Port, Role
from ecot.envs.verilog.texts import FAMILIES, Hack, family_digest, hacks_of, render, top_of, values_of

ENV_ID = "ECoT/Verilog-v0"
DRAWS = 1000
"""The most draws of one family that are tasks."""
LIMITS = Limits(cpu_seconds=4.0, memory_mib=512, processes=16, scratch_mib=32, output_kib=512)
_ID = re.compile(r"([a-z][a-z0-9_]*)@([0-9]+)/([0-9]{6})")


@cache
def family_names() -> tuple[str, ...]:
    """The names of all families: the sub-packages of `FAMILIES`. None is imported."""
    return tuple(sorted(item.name for item in iter_modules(import_module(FAMILIES).__path__) if item.ispkg))


@cache
def family_named(name: str) -> Family:
    """Return a family, imported when first asked for.

    Raises:
        TaskError: it is unknown (the message lists those that are known), or its folder holds another name.
    """
    if name not in family_names():
        raise TaskError(f"unknown Verilog family {name!r}; use one of: {', '.join(family_names())}")
    family: Family = import_module(f"{FAMILIES}.{name}.family").FAMILY
    if family.name != name:
        raise TaskError(f"the family in folder {name!r} calls itself {family.name!r}; the two must agree")
    return family


class FamilySource:
    """All draws of all families, or of those named.

    Args:
        path: family names separated by commas; empty for all (`families:counter,fifo`).

    Raises:
        TaskError: a name is unknown.
    """

    def __init__(self, path: str = "") -> None:
        names = [name.strip() for name in path.split(",") if name.strip()] or list(family_names())
        self._families = tuple(family_named(name) for name in dict.fromkeys(names))

    def __len__(self) -> int:
        return sum(len(_draws(family.name).products) for family in self._families)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return Ids(self._families, split)

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        family, draw = self._locate(task_id)
        return build_task(family, task_id, params_of(family, draw))

    def families(self) -> Mapping[str, str]:
        """The families by name, each with a digest of its folder."""
        return {family.name: family_digest(family.name) for family in self._families}

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats and near-misses of a task, rendered for its draw: the generic ones, then the family's own."""
        family, draw = self._locate(task_id)
        params = params_of(family, draw)
        return hacks_of(family, params)

    def _locate(self, task_id: str) -> tuple[Family, int]:
        match = _ID.fullmatch(task_id)
        if match is None:
            raise TaskError(f"{task_id!r} is no id of a Verilog task; they look like 'counter@1/000123'")
        family, draw = family_named(match[1]), int(match[3])
        if family not in self._families:
            known = ", ".join(item.name for item in self._families)
            raise TaskError(f"{task_id!r} is of a family that this source leaves out; it holds: {known}")
        if int(match[2]) != family.revision:
            raise TaskError(
                f"{task_id!r} is of revision {match[2]}, but family {family.name!r} is now at revision "
                f"{family.revision}, whose tasks differ; take ids from this version"
            )
        if draw >= len(_draws(family.name).products):
            count = len(_draws(family.name).products)
            raise TaskError(f"{task_id!r} does not exist; the draws of {family.name!r} are 000000 to {count - 1:06d}")
        return family, draw


class Ids(Sequence[str]):
    """The ids of a split over several families, made when asked for; a family is drawn when its turn comes."""

    def __init__(self, chosen: Sequence[Family], split: str | None) -> None:
        self._families = tuple(chosen)
        self._split = split

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Where the ids of each family end, counted over all."""
        return tuple(accumulate(len(self._members(family)) for family in self._families))

    def _members(self, family: Family) -> Sequence[int]:
        return _members(family.name, self._split)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(f"{index} is outside of {len(self)} ids")
        place = bisect_right(self._ends, position)
        family = self._families[place]
        members = self._members(family)
        return _task_id(family, members[position - self._ends[place] + len(members)])

    def __iter__(self) -> Iterator[str]:
        for family in self._families:
            for draw in self._members(family):
                yield _task_id(family, draw)

    def __contains__(self, value: object) -> bool:
        match = _ID.fullmatch(value) if isinstance(value, str) else None
        return match is not None and any(
            family.name == match[1] and family.revision == int(match[2]) and int(match[3]) in self._members(family)
            for family in self._families
        )


@dataclass(frozen=True, slots=True)
class _Draws:
    """The draws of a family: where each lies in the product of the choices, and its split as an index."""

    products: array[int]
    splits: bytes


@cache
def _draws(name: str) -> _Draws:
    family = family_named(name)
    size = math.prod(len(values) for values in family.choices.values())
    products, splits = array("Q"), bytearray()
    for index in range(size):
        if len(products) == DRAWS:
            break
        product = permuted(index, size, f"{family.name}@{family.revision}")
        params = _element(family, product)
        if family.valid is None or family.valid(params):
            products.append(product)
            splits.append(SPLITS.index(split_of_draw(family, params)))
    return _Draws(products, bytes(splits))


@cache
def _members(name: str, split: str | None) -> Sequence[int]:
    draws = _draws(name)
    if split is None:
        return range(len(draws.products))
    code = SPLITS.index(split)
    return array("H", (index for index, value in enumerate(draws.splits) if value == code))


def _task_id(family: Family, draw: int) -> str:
    return f"{family.name}@{family.revision}/{draw:06d}"


def params_of(family: Family, draw: int) -> Params:
    """Return the parameters of a draw."""
    return _element(family, _draws(family.name).products[draw])


def _element(family: Family, index: int) -> dict[str, Any]:
    """Element of the product of all choices; the last parameter varies fastest."""
    params = {}
    for key, values in reversed(list(family.choices.items())):
        index, position = divmod(index, len(values))
        params[key] = values[position]
    return {key: params[key] for key in family.choices}


def split_of_draw(family: Family, params: Params) -> str:
    """Draws that differ in cosmetic parameters only fall on one side."""
    if family.held_out:
        return "test_families"
    essence = {key: value for key, value in params.items() if key not in family.cosmetic}
    return split_of(f"{family.name}@{family.revision} {json.dumps(essence, sort_keys=True)}")


def build_task(family: Family, task_id: str, params: Params) -> Task:
    """Return the task of any combination of parameters, one of the draws or not."""
    ports, top, package = family.ports(params), top_of(family, params), f"{FAMILIES}.{family.name}"
    values = values_of(family, params)
    entry = f"{top}.v"
    driver = [File("driver.v", driver_text(top, ports), Audience.JUDGE)] if family.judge == "model" else []
    bundle = EnvironmentBundle(
        files=(*driver, *(family.files(params) if family.files else ())),
        entry=entry,
        params={
            "judge": family.judge,
            "family": family.name,
            "draw": dict(params),
            "top": top,
            "clock": clock_of(ports),
            "latches": family.latches,
            "ports": [port_facts(port) for port in ports],
        },
        limits=LIMITS,
    )
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=render(load(package, "instruction.md"), values),
        bundle=bundle,
        solution=(File(entry, render(load(package, "solution.v"), values)),),
        level=family.level,
        family=family.name,
        tags=family.tags,
    )


def port_facts(port: Port) -> dict[str, Any]:
    """Return a port as JSON values, as `EnvironmentBundle.params` holds it."""
    return {
        "name": port.name,
        "direction": port.direction,
        "width": port.width,
        "role": str(port.role),
        "signed": port.signed,
        "description": port.description,
    }


def port_from(facts: Mapping[str, Any]) -> Port:
    """Return the port that `port_facts` described."""
    return Port(**{**facts, "role": Role(facts["role"])})
