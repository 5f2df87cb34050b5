"""A backend in another process: requests go over a Unix socket to `ecot serve`, outcomes come back in any order."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import queue
import socket
import threading
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from ecot.envs import wire
from ecot.envs.domain import domain_of
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import ConfigError, EcotError, SandboxError
from ecot.envs.provenance import judge_digest
from ecot.envs.types import SCHEMA, Outcome, Request

__all__ = ["RemoteBackend"]

_GREETING_SECONDS = 10.0


class RemoteBackend:
    """Speaks to the server that listens at `address`, and connects when first asked for something.

    Safe to share between threads and to send to other processes: each process has its own connection, a forked child
    too. `submit` never blocks; what the server does not take yet waits here, in order. When the server goes away,
    every future that waits raises `SandboxError`, and the next `submit` connects anew. Nothing is sent twice by itself.

    Args:
        address: path of the server's socket.

    Raises:
        ConfigError: the path is empty or too long for a socket.
    """

    def __init__(self, address: str) -> None:
        self._address = wire.check_address(str(address))
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._greeting: Mapping[str, Any] | None = None
        _in_this_process().add(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> RemoteBackend:
        return self

    def __reduce__(self) -> tuple[type[RemoteBackend], tuple[str]]:
        return (RemoteBackend, (self._address,))

    def submit(self, request: Request) -> Future[Outcome]:
        """Send a request. A server that is not there, or goes away, raises `SandboxError` through the future.

        Cancelling the future takes the request back; a run that has started is not stopped.
        """
        future: Future[Outcome] = Future()
        try:
            judge = judge_digest(domain_of(request.task.env_id))
            self._ask({"submit": to_json(request), "judge": judge}, _Pending(future, "outcome", _outcome))
        except EcotError as error:
            future.set_exception(error)
        return future

    def describe(self) -> Mapping[str, str]:
        """The server's backend, and that it is remote.

        Raises:
            SandboxError: no server listens, and none has been spoken to before.
        """
        if self._greeting is None:
            self._connected()
        greeting = self._greeting or {}
        return {**greeting.get("backend", {}), "remote": "unix socket"}

    def status(self, *, timeout: float = 10.0) -> Mapping[str, int]:
        """Return the server's counters, such as `sessions`, `in_flight`, `hits`.

        Raises:
            SandboxError: no server listens.
            TimeoutError: it did not answer within `timeout` seconds.
        """
        future: Future[Mapping[str, int]] = Future()
        self._ask({"status": True}, _Pending(future, "status", dict))
        return future.result(timeout)

    def close(self) -> None:
        """Leave the server; futures that wait raise `SandboxError`."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(SandboxError("this end closed the connection while the request was under way"))

    def _ask(self, message: dict[str, Any], pending: _Pending) -> None:
        # A connection can die between the look and the use; a fresh one that dies at once is an error like any other.
        if not self._connected().ask(message, pending) and not self._connected().ask(message, pending):
            raise SandboxError(self._gone())

    def _connected(self) -> _Connection:
        with self._lock:
            if self._connection is None or self._connection.dead:
                self._connection = _Connection(self._dial(), gone=self._gone())
            return self._connection

    def _dial(self) -> socket.socket:
        connection = None
        try:
            connection = wire.dial(self._address, timeout=_GREETING_SECONDS)
            if not wire.peer_is_ours(connection):
                raise ConfigError(f"the server at {self._address} belongs to another user; start one of your own")
            greeting = wire.receive(connection)
            self._check_greeting(greeting)
        except (OSError, ValueError) as error:
            if connection is not None:
                connection.close()
            if isinstance(error, EcotError):
                raise
            raise SandboxError(
                f"no server answers at {self._address} ({_reason(error)}); start one with: "
                f"ecot serve --socket {self._address}"
            ) from error
        connection.settimeout(None)
        self._greeting = greeting
        return connection

    def _check_greeting(self, greeting: Mapping[str, Any]) -> None:
        theirs, ours = (greeting.get("protocol"), greeting.get("schema")), (wire.PROTOCOL, SCHEMA)
        if theirs != ours:
            raise ConfigError(
                f"the server at {self._address} speaks protocol and schema {theirs}, this process {ours}; "
                "restart it from the same version of the package"
            )

    def _gone(self) -> str:
        return f"the server at {self._address} went away before it answered; look at its log and submit again"

    def _start_over(self) -> None:
        """Begin anew in a forked child: the parent's threads are not here, and its lock may be held for ever."""
        if self._connection is not None:
            self._connection.abandon()
        self._lock = threading.Lock()
        self._connection = None


@functools.cache
def _in_this_process() -> weakref.WeakSet[RemoteBackend]:
    """Every living backend; from the first one on, forked children let go of their parents' connections at once.

    Otherwise a child that lives on would keep the connection of a killed parent open, and the server its work.
    """
    alive: weakref.WeakSet[RemoteBackend] = weakref.WeakSet()

    def start_over() -> None:
        for backend in alive:
            backend._start_over()

    os.register_at_fork(after_in_child=start_over)
    return alive


class _Pending:
    """A question that waits for its answer."""

    def __init__(self, future: Future[Any], field: str, decode: Any) -> None:
        self.future = future
        self.field = field
        self.decode = decode

    def answer(self, message: Mapping[str, Any]) -> None:
        """Resolve the future, unless it was cancelled."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            if "error" in message:
                raise wire.decode_error(message["error"])
            self.future.set_result(self.decode(message[self.field]))
        except EcotError as error:
            self.future.set_exception(error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.future.set_exception(SandboxError(f"the server's answer makes no sense: {error!r:.200}"))

    def fail(self, error: EcotError) -> None:
        """Resolve the future with an error, unless it was cancelled."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class _Connection:
    """One connection: a thread that writes what is asked, a thread that reads what is answered."""

    def __init__(self, connection: socket.socket, *, gone: str) -> None:
        self.dead = False
        self._socket = connection
        self._gone = gone
        self._lock = threading.Lock()
        self._ids = itertools.count()
        self._pending: dict[int, _Pending] = {}
        self._outbox: queue.SimpleQueue[tuple[int, bytes, bool] | None] = queue.SimpleQueue()
        for name, work in (("write", self._write), ("read", self._read)):
            threading.Thread(target=work, name=f"ecot-remote-{name}", daemon=True).start()

    def ask(self, message: dict[str, Any], pending: _Pending) -> bool:
        """Queue a question; False where the connection is dead."""
        number = next(self._ids)
        frame = wire.encode({"id": number, **message})
        with self._lock:
            if self.dead:
                return False
            self._pending[number] = pending
        self._outbox.put((number, frame, True))
        pending.future.add_done_callback(functools.partial(self._take_back, number))
        return True

    def close(self, error: EcotError) -> None:
        """End both threads and fail every question that waits; twice is harmless."""
        with self._lock:
            self.dead = True
            waiting, self._pending = self._pending, {}
        self._outbox.put(None)
        with contextlib.suppress(OSError):  # the other side was first
            self._socket.shutdown(socket.SHUT_RDWR)
        for pending in waiting.values():
            pending.fail(error)

    def abandon(self) -> None:
        """Close this process's end without a word to the other side, which a parent still speaks to."""
        self.dead = True
        self._socket.close()

    def _take_back(self, number: int, future: Future[Any]) -> None:
        if not future.cancelled():
            return
        with self._lock:
            mine = self._pending.pop(number, None)
        if mine is not None:
            future.set_running_or_notify_cancel()
            self._outbox.put((number, wire.encode({"id": number, "cancel": True}), False))

    def _write(self) -> None:
        try:
            while (item := self._outbox.get()) is not None:
                number, frame, question = item
                if not question or number in self._pending:
                    self._socket.sendall(frame)
        except OSError:
            self.close(SandboxError(self._gone))

    def _read(self) -> None:
        try:
            while True:
                message = wire.receive(self._socket)
                with self._lock:
                    pending = self._pending.pop(message.get("id", -1), None)
                if pending is not None:
                    pending.answer(message)
        except (OSError, ValueError):
            self.close(SandboxError(self._gone))
        finally:
            self._socket.close()


def _outcome(data: Any) -> Outcome:
    return from_json(Outcome, data)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such socket"
    if isinstance(error, ConnectionRefusedError):
        return "the socket is there, but nobody listens"
    return str(error) or type(error).__name__
