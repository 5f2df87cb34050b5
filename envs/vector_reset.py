"""What the reset of a vector environment takes: a mask, seeds and options, each with one share an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecot.envs.env import HIDDEN_SEEDS
from ecot.envs.errors import ConfigError


def checked_mask(mask: Any, num_envs: int) -> NDArray[np.bool_]:
    """Return which environments to reset, all where `mask` is None.

    Raises:
        ConfigError: it is no boolean array of shape (num_envs,), or selects none.
    """
    if mask is None:
        return np.ones(num_envs, dtype=np.bool_)
    if not (isinstance(mask, np.ndarray) and mask.dtype == np.bool_ and mask.shape == (num_envs,)):
        raise ConfigError(f"reset_mask must be a boolean array of shape ({num_envs},), not {mask!r:.60}")
    if not mask.any():
        raise ConfigError("reset_mask must select at least one environment")
    return mask


def group_seeds(
    seed: int | Sequence[int | None] | None, *, num_envs: int, group_size: int, generator: np.random.Generator
) -> Sequence[int | None]:
    """Return one seed an environment, equal within a group of neighbours.

    A number seeds the first group, the next one takes the next number. Without a seed, environments go on with their
    own generators, except in groups, whose members may have played different numbers of episodes: there, only a
    common new seed brings them together again.

    Raises:
        ConfigError: a sequence of seeds does not fit.

    >>> group_seeds(7, num_envs=4, group_size=2, generator=np.random.default_rng(0))
    [7, 7, 8, 8]
    """
    if isinstance(seed, Sequence):
        if len(seed) != num_envs:
            raise ConfigError(f"{len(seed)} seeds do not fit {num_envs} environments; give one for each")
        return seed
    groups = range(num_envs // group_size)
    if seed is not None:
        of_group: list[int | None] = [int(seed) + group for group in groups]
    elif group_size > 1:
        of_group = [int(generator.integers(HIDDEN_SEEDS)) for _ in groups]
    else:
        of_group = [None for _ in groups]
    return [of_group[index // group_size] for index in range(num_envs)]


def shares_of(options: Mapping[str, Any], num_envs: int) -> Mapping[str, Sequence[Any]]:
    """Return every option with one value an environment; a single value is for all.

    Raises:
        ConfigError: a sequence does not fit.

    >>> shares_of({"task_id": "counter@1/000001", "hidden_seed": [1, 2]}, 2)
    {'task_id': ['counter@1/000001', 'counter@1/000001'], 'hidden_seed': [1, 2]}
    """
    shares: dict[str, Sequence[Any]] = {}
    for name, value in options.items():
        single = isinstance(value, str) or not isinstance(value, Sequence | np.ndarray)
        shares[name] = [value] * num_envs if single else value
        if len(shares[name]) != num_envs:
            raise ConfigError(f"reset option {name} has {len(value)} values for {num_envs} environments")
    return shares
