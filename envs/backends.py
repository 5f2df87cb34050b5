"""From the name of a backend to the one that all environments of a process share, started late and counted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, runtime_checkable

from ecot.envs.backend import Backend
from ecot.envs.cached import CachedBackend
from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError
from ecot.envs.real import RealBackend
from ecot.envs.remote import RemoteBackend
from ecot.envs.tools import check_tools
from ecot.envs.types import Outcome, Request


def _of_cluster(address: str) -> Backend:
    try:
        # Imported when used: Ray is heavy, and an extra.
        from ecot.envs.cluster import RayBackend
    except ModuleNotFoundError as error:
        raise ConfigError("backend='ray' needs Ray; install it with: pip install 'ecot-gym[ray]'") from error
    return RayBackend(address=address or "auto")


# A cluster's nodes say themselves what they can judge.
_registered: dict[str, tuple[Callable[[str], Backend], Callable[[Domain], None]]] = {
    "ray": (_of_cluster, lambda domain: None)
}


def register_backend(name: str, make: Callable[[str], Backend], *, check: Callable[[Domain], None]) -> None:
    """Make a backend known by name to `gym.make` and to every command.

    Args:
        name: what stands before the first colon.
        make: called with what follows it, empty where nothing does.
        check: raises `ToolchainMissing` where a domain cannot be judged here.

    Raises:
        ConfigError: the name is taken.
    """
    if name in ("real", "remote") or name in _registered:
        raise ConfigError(f"a backend named {name!r} is registered already")
    _registered[name] = (make, check)


@runtime_checkable
class Confirms(Protocol):
    """A backend that may predict, and can be asked not to."""

    def confirm(self, request: Request) -> Future[Outcome]:
        """Queue a request whose outcome ends an episode, whatever it is: nobody will correct it."""


def ask(backend: Backend, request: Request, *, last: bool) -> Future[Outcome]:
    """Submit a request, or have it confirmed where it is the last of an episode and the backend can do that."""
    return backend.confirm(request) if last and isinstance(backend, Confirms) else backend.submit(request)


class Lease:
    """A share in a backend. The named ones start at first use and end with their last lease."""

    def __init__(self, backend: str | Backend, domain: Domain) -> None:
        self._domain = domain
        self._name = backend if isinstance(backend, str) else ""
        self._own = None if isinstance(backend, str) else backend
        self._held = False
        if self._name:
            _constructor(self._name)

    @property
    def backend(self) -> Backend:
        """The backend, started where it was not.

        Raises:
            SandboxError: nothing can confine here; the message says how to enable a mechanism.
        """
        if self._own is None:
            self._own = _shared.acquire(self._name)
            self._held = True
        return self._own

    def check(self) -> None:
        """Raise `ToolchainMissing` where this process would run tools that are not installed."""
        kind = self._name.partition(":")[0]
        if kind == "real":
            check_tools(self._domain)
        elif kind in _registered:
            _registered[kind][1](self._domain)

    def release(self) -> None:
        """Give the share back; twice is harmless. A backend that was passed as an object stays open."""
        if self._held and self._own is not None:
            backend, self._own, self._held = self._own, None, False
            _shared.release(self._name, backend)


def lease(backend: str | Backend, domain: Domain) -> Lease:
    """Return a share in a backend.

    Raises:
        ConfigError: the name is unknown, or the object does not speak the protocol.
    """
    if not isinstance(backend, str | Backend):
        raise ConfigError(f"backend must be a name or have submit, describe and close; got {type(backend).__name__}")
    return Lease(backend, domain)


def _constructor(name: str) -> Callable[[], Backend]:
    kind, _, address = name.partition(":")
    if name == "real":
        return lambda: CachedBackend(RealBackend())
    if kind == "remote" and address:
        return lambda: RemoteBackend(address)
    if kind in _registered:
        return lambda: _registered[kind][0](address)
    known = "".join(f", {word!r}" for word in sorted(_registered))
    raise ConfigError(
        f"unknown backend {name!r}; use 'real', 'remote:/path/of/socket'{known}, or an object with `submit`"
    )


class _Shared:
    """The named backends of this process, each with the number of its leases."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Hold nothing, without a word to what was held."""
        self._lock = threading.Lock()
        self._held: dict[str, tuple[Backend, int]] = {}

    def acquire(self, name: str) -> Backend:
        """Return a backend, started where nobody holds it."""
        with self._lock:
            backend, count = self._held[name] if name in self._held else (_constructor(name)(), 0)
            self._held[name] = (backend, count + 1)
            return backend

    def release(self, name: str, backend: Backend) -> None:
        """Take a lease back, and close the backend after the last one."""
        with self._lock:
            held, count = self._held.get(name, (None, 0))
            if held is not backend:
                return  # a forked child gives back what only its parent can close
            if count > 1:
                self._held[name] = (backend, count - 1)
                return
            del self._held[name]
        backend.close()


_shared = _Shared()


# `AsyncVectorEnv` forks: a pool's threads stay with the parent, so that a child must begin with pools of its own.
os.register_at_fork(after_in_child=_shared.forget)
