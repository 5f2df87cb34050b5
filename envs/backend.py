"""What decides an outcome: the protocol that the real toolchain, the surrogate and all their combinations speak."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Protocol, runtime_checkable

from ecot.envs.types import Outcome, Request

__all__ = ["Backend"]


@runtime_checkable
class Backend(Protocol):
    """Turns requests into outcomes, many at once. Backends compose; none inherits.

    Objects define `__deepcopy__` as identity, because `gymnasium` copies constructor arguments.
    """

    def submit(self, request: Request) -> Future[Outcome]:
        """Queue a request. The future raises `EcotError` where the fault is not the candidate's."""

    def describe(self) -> Mapping[str, str]:
        """What goes into `Provenance.backend`: name and options, versions included."""

    def close(self) -> None:
        """Release what is held; twice is harmless."""
