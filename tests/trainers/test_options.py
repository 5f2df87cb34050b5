"""Options of other libraries pass through untouched, and a typo is answered with the nearest name."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ecot.envs.errors import ConfigError
from ecot.trainers.options import options_of


@dataclass
class Library:
    learning_rate: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.learning_rate < 0:
            raise ValueError("learning_rate must not be negative")


def test_values_pass_through() -> None:
    assert options_of(Library, {"learning_rate": 0.5}, group="trainer", seed=3) == Library(0.5, 3)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"learning_rat": 1.0}, "Library has no option 'learning_rat'; did you mean 'learning_rate'"),
        ({"colour": 1}, "Library has no option 'colour'$"),
        ({"seed": 1}, r"trainer\.seed is settled by other keys"),
        ({"learning_rate": -1.0}, "Library refuses its options: learning_rate must not be negative"),
    ],
)
def test_what_does_not_fit_is_said(given: dict[str, float], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        options_of(Library, given, group="trainer", seed=0)
