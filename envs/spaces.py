"""The space of all text: any Unicode string, checked in constant time."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.error import CustomSpaceError
from gymnasium.vector.utils import create_shared_memory


class Text(spaces.Text):
    """Strings of any characters and any length.

    A `gymnasium.spaces.Text`, so that wrappers and vector environments batch it as one, but without its character set:
    `contains` looks at the type only. `sample` draws a short string of printable ASCII.
    """

    def __init__(self, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(max_length=2**20, min_length=0, seed=seed)

    def contains(self, x: Any) -> bool:
        """Return whether `x` is a string."""
        return isinstance(x, str)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Draw up to 64 printable ASCII characters; masks mean nothing here and are ignored."""
        codes = self.np_random.integers(32, 127, size=int(self.np_random.integers(0, 65)))
        return "".join(chr(code) for code in codes)

    def __repr__(self) -> str:
        return "Text()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text)

    def __hash__(self) -> int:
        return hash(Text)


@create_shared_memory.register(Text)
def _refuse_shared_memory(space: Text, n: int = 1, ctx: Any = None) -> Any:
    raise CustomSpaceError("text of any length fits no shared memory; pass vector_kwargs={'shared_memory': False}")
