"""The families again, each task with the script of a part that differs in one size: to be edited, not written anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ecot.envs.cad.family import Family, Params, number
from ecot.envs.cad.source import FamilySource, build_task, family_named
from ecot.envs.cad.texts import PACKAGE, script_of
from ecot.envs.errors import TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Task

__all__ = ["SUFFIX", "EditingSource"]

SUFFIX = "~edit"
"""What an id of an editing task ends with."""


class EditingSource:
    """The draws of the families, in their own splits, as tasks of editing.

    Args:
        path: family names separated by commas; empty for all.
    """

    def __init__(self, path: str = "") -> None:
        self._base = FamilySource(path)

    def __len__(self) -> int:
        return len(self._base)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        return [f"{task_id}{SUFFIX}" for task_id in self._base.ids(split)]

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        if not task_id.endswith(SUFFIX):
            raise TaskError(f"{task_id!r} is no id of an editing task; they look like 'drilled_plate@1/000123{SUFFIX}'")
        task = self._base[task_id.removesuffix(SUFFIX)]
        family, params = family_named(task.family), task.bundle.params["draw"]
        key, earlier = earlier_size(family, params)
        given = build_task(family, task_id, {**params, key: earlier})
        change = f"{key.replace('_', ' ')}, which was {number(earlier)} and is now {number(params[key])}"
        values = {
            "instruction": task.instruction.strip(),
            "change": change,
            "script": script_of(family, given.bundle.params["draw"]).strip(),
        }
        text = fill(load(PACKAGE, "editing.md"), values)
        return replace(task, id=task_id, instruction=text, tags=(*task.tags, "editing"))


def earlier_size(family: Family, params: Params) -> tuple[str, Any]:
    """Return the size that was changed, and its earlier value: fixed for a draw, and of a part that is a task too.

    Raises:
        TaskError: no size of the draw can be another.
    """
    found = [
        (key, value)
        for key, values in family.sizes.items()
        for value in values
        if value != params[key] and (family.valid is None or family.valid({**params, key: value}))
    ]
    if not found:
        raise TaskError(f"no size of family {family.name!r} can be changed by itself; give it more choices")
    text = f"edit:{family.name}@{family.revision} {sorted((key, str(value)) for key, value in params.items())}"
    return found[int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % len(found)]
