"""Frozen evaluation sets: the ids and digests of tasks, in the package, so that a figure names what it was measured on.

A set is a file a domain, `NAME.DOMAIN.json`. A member whose task has changed since is refused, never silently replaced;
a set that was released is never written again: its successor gets the next name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ecot.envs.domain import Domain
from ecot.envs.errors import TaskError
from ecot.envs.tasks import TaskSource, check_split
from ecot.envs.types import Task, digest

__all__ = ["FrozenSet", "FrozenSource", "choose", "file_name", "frozen_names", "frozen_set", "is_frozen_name"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*-v[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSet:
    """One set of one domain.

    Attributes:
        name: such as `ECoT-Eval-v1`.
        env_id: of the domain.
        tasks: the task source that the members are of.
        members: digest of the whole task, by id, in order.
    """

    name: str
    env_id: str
    tasks: str
    members: Mapping[str, str]


def is_frozen_name(name: str) -> bool:
    """Whether a task source is spelled like a frozen set.

    >>> is_frozen_name("ECoT-Eval-v1"), is_frozen_name("families")
    (True, False)
    """
    return _NAME.fullmatch(name) is not None


def file_name(name: str, env_id: str) -> str:
    """Return the name of a set's file.

    >>> file_name("ECoT-Eval-v1", "ECoT/Verilog-v0")
    'ecot-eval-v1.verilog-v0.json'
    """
    return f"{name}.{env_id.partition('/')[2]}.json".lower()


@cache
def frozen_set(name: str, env_id: str) -> FrozenSet:
    """Return a set.

    Raises:
        TaskError: there is none of this name for this environment.
    """
    path = files(__name__).joinpath(file_name(name, env_id))
    if not path.is_file():
        here = ", ".join(frozen_names(env_id)) or "none"
        raise TaskError(f"{env_id} has no frozen set {name!r}; it has: {here}. `ecot freeze` makes one")
    data = json.loads(path.read_text(encoding="utf-8"))
    return FrozenSet(name=data["set"], env_id=data["environment"], tasks=data["tasks"], members=data["members"])


def frozen_names(env_id: str) -> Sequence[str]:
    """Return the names of the sets that an environment has."""
    ending = file_name("", env_id)
    found = sorted(item.name for item in files(__name__).iterdir() if item.name.endswith(ending))
    return [json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))["set"] for name in found]


class FrozenSource:
    """The members of a frozen set as a task source; the splits are those of the source behind it.

    Raises:
        TaskError: there is no such set.
    """

    def __init__(self, domain: Domain, name: str) -> None:
        self._set = frozen_set(name, domain.id)
        base, _, argument = self._set.tasks.partition(":")
        self._inner = domain.sources[base](argument)

    def __len__(self) -> int:
        return len(self._set.members)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        if split is None:
            return tuple(self._set.members)
        inside = self._inner.ids(split)
        return tuple(task_id for task_id in self._set.members if task_id in inside)

    def __getitem__(self, task_id: str) -> Task:
        """Build a member.

        Raises:
            TaskError: it is none, or its content is no longer what was frozen.
        """
        if task_id not in self._set.members:
            raise TaskError(f"{task_id!r} is not in {self._set.name}")
        task = self._inner[task_id]
        if digest(task) != self._set.members[task_id]:
            raise TaskError(
                f"{task_id!r} is not what it was when {self._set.name} was frozen; figures on it would not compare. "
                "Use the version of the package that the set came with, or a newer set"
            )
        return task


def choose(source: TaskSource, *, name: str, splits: Sequence[str], count: int) -> Sequence[str]:
    """Return ids for a new set: families in turn, so that each has an equal share, in an order that `name` settles.

    Args:
        source: that they are of.
        name: of the set.
        splits: that they may be of.
        count: how many; fewer where there are no more.
    """
    by_family: dict[str, list[str]] = {}
    for split in splits:
        for task_id in source.ids(split):
            by_family.setdefault(task_id.partition("@")[0], []).append(task_id)
    for members in by_family.values():
        members.sort(key=lambda task_id: _draw(name, task_id), reverse=True)
    chosen: list[str] = []
    families = sorted(by_family, key=lambda family: _draw(name, family))
    while len(chosen) < count and any(by_family.values()):
        for family in families:
            if by_family[family] and len(chosen) < count:
                chosen.append(by_family[family].pop())
    return sorted(chosen)


def _draw(name: str, what: str) -> bytes:
    return hashlib.sha256(f"freeze:{name}:{what}".encode()).digest()
