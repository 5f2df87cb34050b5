"""Where tasks come from: lazy, indexed, split."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Sequence
from typing import Protocol

from ecot.envs.errors import TaskError
from ecot.envs.types import Task

SPLITS = ("train", "validation", "test", "test_families")
"""The four splits: by digest 80/10/10, and whole families kept apart."""


class TaskSource(Protocol):
    """A lazy collection of tasks. Listing ids builds no task."""

    def __len__(self) -> int:
        """How many tasks there are over all splits."""

    def ids(self, split: str | None = None) -> Sequence[str]:
        """The ids of a split in a fixed order; of all splits where it is None.

        Raises:
            TaskError: the split is unknown.
        """

    def __getitem__(self, task_id: str) -> Task:
        """Build one task.

        Raises:
            TaskError: the id is unknown or of another revision, or the item is known to be broken.
        """


def check_split(split: str | None) -> None:
    """Raise `TaskError` unless `split` is one of the four, or None."""
    if split is not None and split not in SPLITS:
        raise TaskError(f"unknown split {split!r}; use one of: {', '.join(SPLITS)}")


def split_of(key: str) -> str:
    """Return train, validation or test (80/10/10), a pure function of `key`.

    >>> split_of("counter@1 width=4")
    'train'
    """
    bucket = int.from_bytes(hashlib.sha256(f"split:{key}".encode()).digest()[:4], "big") % 10
    return {8: "validation", 9: "test"}.get(bucket, "train")


def permuted(index: int, size: int, key: str) -> int:
    """Return where `index` lands under a fixed permutation of `range(size)` that depends on `key` alone.

    An affine map: near indices land far apart, and every value is taken exactly once.

    >>> sorted(permuted(i, 6, "fifo@1") for i in range(6))
    [0, 1, 2, 3, 4, 5]
    """
    step, offset = _affine_map(size, key)
    return (step * index + offset) % size


@functools.lru_cache(maxsize=256)
def _affine_map(size: int, key: str) -> tuple[int, int]:
    seed = hashlib.sha256(f"draw:{key}".encode()).digest()
    offset = int.from_bytes(seed[:8], "big") % size
    step = int.from_bytes(seed[8:16], "big") % size or 1
    while math.gcd(step, size) != 1:
        step += 1
    return step, offset
