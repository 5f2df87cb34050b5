"""Families of tasks that are drawn from choices: found by walking a package, listed lazily, split by what matters."""

from __future__ import annotations

import json
import math
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from itertools import accumulate
from pkgutil import iter_modules
from typing import Any, Generic, Protocol, TypeVar, overload

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.tasks import SPLITS, check_split, permuted, split_of
from ecot.envs.types import Task

__all__ = ["DRAWS", "Catalogue", "DrawnFamily", "DrawnIds", "DrawnSource", "Params"]

DRAWS = 1000
"""The most draws of one family that are tasks."""
Params = Mapping[str, Any]
"""One draw: a value per key of `choices`."""
_ID = re.compile(r"([a-z][a-z0-9_]*)@([0-9]+)/([0-9]{6})")


class DrawnFamily(Protocol):
    """What this module reads of a family."""

    @property
    def name(self) -> str:
        """Of its folder."""

    @property
    def revision(self) -> int:
        """Raised by any change that makes an id mean another task."""

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """The values of every parameter; a draw is one element of their product."""

    @property
    def cosmetic(self) -> tuple[str, ...]:
        """Parameters that change names or wording only: draws that differ in nothing else share a split."""

    @property
    def valid(self) -> Callable[[Params], bool] | None:
        """Whether a combination of values is a task; None where all are."""

    @property
    def held_out(self) -> bool:
        """Whether the whole family is the split `test_families`."""


F = TypeVar("F", bound=DrawnFamily)


@dataclass(frozen=True, slots=True)
class _Draws:
    """The draws of a family: where each lies in the product of the choices, and its split as an index."""

    products: array[int]
    splits: bytes


class Catalogue(Generic[F]):
    """The families of one package, its sub-packages, each with a module `family` that holds `FAMILY`.

    Args:
        package: that holds them; none is imported before it is asked for.
        kind: what its tasks are called in messages (`Verilog`).
        example: an id, for messages.
    """

    def __init__(self, package: str, *, kind: str, example: str) -> None:
        self._package, self._kind, self._example = package, kind, example
        self._families: dict[str, F] = {}
        self._drawn: dict[str, _Draws] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all families."""
        return tuple(sorted(item.name for item in iter_modules(import_module(self._package).__path__) if item.ispkg))

    def named(self, name: str) -> F:
        """Return a family, imported when first asked for.

        Raises:
            TaskError: it is unknown (the message lists those that are known), or its folder holds another name.
        """
        if name not in self._families:
            if name not in self.names:
                raise TaskError(f"unknown {self._kind} family {name!r}; use one of: {', '.join(self.names)}")
            family: F = import_module(f"{self._package}.{name}.family").FAMILY
            if family.name != name:
                raise TaskError(f"the family in folder {name!r} calls itself {family.name!r}; the two must agree")
            self._families[name] = family
        return self._families[name]

    def chosen(self, path: str) -> tuple[F, ...]:
        """Return the families named in `path`, separated by commas; all where it is empty.

        Raises:
            TaskError: a name is unknown.
        """
        names = [name.strip() for name in path.split(",") if name.strip()] or list(self.names)
        return tuple(self.named(name) for name in dict.fromkeys(names))

    def locate(self, task_id: str, chosen: Sequence[F]) -> tuple[F, int]:
        """Return the family and the draw of an id.

        Raises:
            TaskError: it is unknown, of another revision, or of a family that is not among `chosen`.
        """
        match = _ID.fullmatch(task_id)
        if match is None:
            raise TaskError(f"{task_id!r} is no id of a {self._kind} task; they look like {self._example!r}")
        family, draw = self.named(match[1]), int(match[3])
        if all(family.name != item.name for item in chosen):
            known = ", ".join(item.name for item in chosen)
            raise TaskError(f"{task_id!r} is of a family that this source leaves out; it holds: {known}")
        if int(match[2]) != family.revision:
            raise TaskError(
                f"{task_id!r} is of revision {match[2]}, but family {family.name!r} is now at revision "
                f"{family.revision}, whose tasks differ; take ids from this version"
            )
        count = self.count(family)
        if draw >= count:
            raise TaskError(f"{task_id!r} does not exist; the draws of {family.name!r} are 000000 to {count - 1:06d}")
        return family, draw

    def count(self, family: F) -> int:
        """How many draws of a family are tasks."""
        return len(self._draws(family).products)

    def params(self, family: F, draw: int) -> Params:
        """Return the parameters of a draw."""
        return _element(family, self._draws(family).products[draw])

    def members(self, family: F, split: str | None) -> Sequence[int]:
        """The draws of a family that are in a split; all where it is None."""
        draws = self._draws(family)
        if split is None:
            return range(len(draws.products))
        code = SPLITS.index(split)
        return array("H", (index for index, value in enumerate(draws.splits) if value == code))

    @staticmethod
    def split(family: DrawnFamily, params: Params) -> str:
        """Draws that differ in cosmetic parameters only fall on one side."""
        if family.held_out:
            return "test_families"
        essence = {key: value for key, value in params.items() if key not in family.cosmetic}
        return split_of(f"{family.name}@{family.revision} {json.dumps(essence, sort_keys=True)}")

    def _draws(self, family: F) -> _Draws:
        known = self._drawn.get(family.name)
        if known is None:
            known = self._drawn[family.name] = self._draw(family)
        return known

    def _draw(self, family: F) -> _Draws:
        size = math.prod(len(values) for values in family.choices.values())
        products, splits = array("Q"), bytearray()
        for index in range(size):
            if len(products) == DRAWS:
                break
            product = permuted(index, size, f"{family.name}@{family.revision}")
            params = _element(family, product)
            if family.valid is None or family.valid(params):
                products.append(product)
                splits.append(SPLITS.index(self.split(family, params)))
        return _Draws(products, bytes(splits))


class DrawnIds(Sequence[str], Generic[F]):
    """The ids of a split over several families, made when asked for; a family is drawn when its turn comes."""

    def __init__(self, catalogue: Catalogue[F], chosen: Sequence[F], split: str | None) -> None:
        self._catalogue = catalogue
        self._families = tuple(chosen)
        self._split = split
        self._known: dict[str, Sequence[int]] = {}

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Where the ids of each family end, counted over all."""
        return tuple(accumulate(len(self._members(family)) for family in self._families))

    def _members(self, family: F) -> Sequence[int]:
        if family.name not in self._known:
            self._known[family.name] = self._catalogue.members(family, self._split)
        return self._known[family.name]

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


class DrawnSource(Generic[F]):
    """All draws of all families of a catalogue, or of those named: a task source that proves itself.

    Args:
        catalogue: of the domain.
        path: family names separated by commas; empty for all (`families:counter,fifo`).
        build: the task of a draw, by family, id and parameters.
        digest: of what a family is proved by, by its name.
        hacks: the cheats and near-misses of a draw, rendered for it.

    Raises:
        TaskError: a name is unknown.
    """

    def __init__(
        self,
        catalogue: Catalogue[F],
        path: str,
        *,
        build: Callable[[F, str, Params], Task],
        digest: Callable[[str], str],
        hacks: Callable[[F, Params], Sequence[Hack]],
    ) -> None:
        self._catalogue, self._families = catalogue, catalogue.chosen(path)
        self._build, self._digest, self._hacks = build, digest, hacks

    def __len__(self) -> int:
        return sum(self._catalogue.count(family) for family in self._families)

    def ids(self, split: str | None = None) -> Sequence[str]:
        """See `TaskSource.ids`."""
        check_split(split)
        return DrawnIds(self._catalogue, self._families, split)

    def __getitem__(self, task_id: str) -> Task:
        """See `TaskSource.__getitem__`."""
        family, params = self.locate(task_id)
        return self._build(family, task_id, params)

    def families(self) -> Mapping[str, str]:
        """The families by name, each with the digest of what it is proved by."""
        return {family.name: self._digest(family.name) for family in self._families}

    def hacks(self, task_id: str) -> Sequence[Hack]:
        """The cheats and near-misses of a task."""
        return self._hacks(*self.locate(task_id))

    def locate(self, task_id: str) -> tuple[F, Params]:
        """Return the family and the parameters of a task.

        Raises:
            TaskError: it is none of these.
        """
        family, draw = self._catalogue.locate(task_id, self._families)
        return family, self._catalogue.params(family, draw)


def _task_id(family: DrawnFamily, draw: int) -> str:
    return f"{family.name}@{family.revision}/{draw:06d}"


def _element(family: DrawnFamily, index: int) -> dict[str, Any]:
    """Element of the product of all choices; the last parameter varies fastest."""
    params = {}
    for key, values in reversed(list(family.choices.items())):
        index, position = divmod(index, len(values))
        params[key] = values[position]
    return {key: params[key] for key in family.choices}
