"""From the name of a backend to the one that all environments of a process share, started late and counted."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ecot.envs.backend import Backend
from ecot.envs.cached import CachedBackend
from ecot.envs.domain import Domain
from ecot.envs.errors import ConfigError
from ecot.envs.real import RealBackend
from ecot.envs.remote import RemoteBackend
from ecot.envs.tools import check_tools


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
            self._own = _acquire(self._name)
            self._held = True
        return self._own

    def check(self) -> None:
        """Raise `ToolchainMissing` where this process would run tools that are not installed."""
        if self._name == "real":
            check_tools(self._domain)

    def release(self) -> None:
        """Give the share back; twice is harmless. A backend that was passed as an object stays open."""
        if self._held:
            self._held = False
            self._own = None
            _release(self._name)


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
    raise ConfigError(f"unknown backend {name!r}; use 'real', 'remote:/path/of/socket', or an object with `submit`")


_lock = threading.Lock()
_shared: dict[str, tuple[Backend, int]] = {}


def _acquire(name: str) -> Backend:
    with _lock:
        backend, count = _shared[name] if name in _shared else (_constructor(name)(), 0)
        _shared[name] = (backend, count + 1)
        return backend


def _release(name: str) -> None:
    with _lock:
        backend, count = _shared[name]
        if count > 1:
            _shared[name] = (backend, count - 1)
            return
        del _shared[name]
    backend.close()
