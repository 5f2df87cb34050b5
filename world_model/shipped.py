"""The model that comes with the package, and the backends over it: `surrogate` and `hybrid`."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ecot.envs.cached import CachedBackend
from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError, ToolchainMissing
from ecot.envs.real import RealBackend
from ecot.envs.store import TrajectoryStore
from ecot.envs.tools import check_tools
from ecot.envs.types import Candidate, File, Request
from ecot.world_model.dataset import rows_of, succeeded
from ecot.world_model.hybrid import HybridBackend
from ecot.world_model.surrogate import ReferenceName, SurrogateBackend

if TYPE_CHECKING:
    from ecot.world_model.weights import Bundle

__all__ = ["PACKAGED", "bundle", "check", "check_all", "hybrid", "surrogate"]

PACKAGED = "icwm-small"
"""Name of the packaged model's files, without their endings."""


def surrogate(path: str = "", *, reference: ReferenceName = "stored", store: str = "") -> SurrogateBackend:
    """Return a backend that predicts with the packaged model, or with the one at `path`.

    Args:
        path: of a model, without its ending.
        reference: what candidates are set against.
        store: folder of real trajectories whose passing candidates are taken as references; empty for none.

    Raises:
        ToolchainMissing: torch is not installed.
        PredictionError: there is no model at `path`.
    """
    return _taught(SurrogateBackend(bundle(path).model, reference=reference), store)


def hybrid(
    bound: str | float = "",
    *,
    path: str = "",
    reference: ReferenceName = "stored",
    store: str = "",
    audit: float = 0.05,
    seed: int = 0,
    workers: int | None = None,
) -> HybridBackend:
    """Return a backend that predicts within a bound of error, 0.01 by default, and runs the rest.

    Raises:
        ConfigError: the bound is no number between 0 and 1.
        ToolchainMissing: torch is not installed.
    """
    try:
        max_error = float(bound or 0.01)
    except ValueError:
        raise ConfigError(f"the bound of 'hybrid:{bound}' is no number; write hybrid:0.01") from None
    found = bundle(path)
    return HybridBackend(
        _taught(SurrogateBackend(found.model, reference=reference), store),
        CachedBackend(RealBackend(workers=workers)),
        calibration=found.calibration,
        max_error=max_error,
        audit=audit,
        seed=seed,
    )


def _taught(backend: SurrogateBackend, store: str) -> SurrogateBackend:
    """Have a surrogate know what passed in a store."""
    for row in rows_of(TrajectoryStore(Path(store))) if store else ():
        if succeeded(row.outcome):
            candidate = Candidate((File(row.task.bundle.entry, row.source),))
            backend.learn(Request(task=row.task, candidate=candidate))
    return backend


def bundle(path: str = "") -> Bundle:
    """Return the packaged model, or the one at `path` (without its ending), loaded once.

    Raises:
        ToolchainMissing: torch is not installed.
        PredictionError: there is no model.
    """
    if importlib.util.find_spec("torch") is None:
        raise ToolchainMissing("the world model needs torch, which is not installed: pip install 'ecot-gym[gpu]'")
    return _bundle(path)


@lru_cache(maxsize=4)
def _bundle(path: str) -> Bundle:
    from ecot.world_model.weights import load

    return load(Path(path) if path else Path(str(files("ecot.world_model").joinpath("models", PACKAGED))))


def check(domain: Domain) -> None:
    """Raise `ToolchainMissing` where torch is not installed."""
    bundle()


def check_all(domain: Domain) -> None:
    """Raise `ToolchainMissing` where torch or a tool of the domain is not installed."""
    check_tools(domain)
    bundle()
