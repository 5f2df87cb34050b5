"""One backend for all processes of a node: what `ecot serve` runs behind a Unix socket."""

from __future__ import annotations

import contextlib
import queue
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path
from typing import Any

from ecot.envs import wire
from ecot.envs.backend import Backend
from ecot.envs.domain import domain_of, domains
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import ConfigError, EcotError
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.types import SCHEMA, Outcome, Request

__all__ = ["Server"]

_LOOK_SECONDS = 0.2
"""How often a thread that waits looks whether it should still wait."""


class Server:
    """Serves a backend to every process of this user (and root) on this machine.

    Each client may have `queue_per_client` requests in the backend or unread in its socket, all clients together
    `queue` in the backend; past either, the server reads no further from a client until one is done, and the client's
    own queue grows instead. What a client had queued is cancelled when its process ends, however it ends; a run that
    has started goes on to its end, and a cache keeps what came of it.

    The socket is made with mode 0600, and the user of each client is checked besides.

    Args:
        backend: judges; not closed with the server.
        address: path of the socket. One that a dead server left is replaced.
        queue_per_client: requests of one client.
        queue: requests of all clients.
        idle_seconds: `run` returns after so long without a client; None for never.

    Raises:
        ConfigError: the address is taken by a living server or by something that is no socket, or an argument is out
            of range.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        address: str,
        queue_per_client: int = 64,
        queue: int = 1024,
        idle_seconds: float | None = None,
    ) -> None:
        if min(queue_per_client, queue) < 1 or (idle_seconds is not None and idle_seconds <= 0):
            raise ConfigError("queues hold at least 1 request, and an idle time is more than 0 seconds")
        self.backend = backend
        self.queue_per_client = queue_per_client
        self.room = threading.Semaphore(queue)
        self.greeting = {
            "protocol": wire.PROTOCOL,
            "schema": SCHEMA,
            "package": package_version(),
            "backend": dict(backend.describe()),
        }
        for domain in domains().values():
            judge_digest(domain)  # now, while the files are still those that were imported
        self._idle_seconds = idle_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._sessions: set[_Session] = set()
        self._alone_since = time.monotonic()
        self._address = wire.check_address(address)
        self._listener = wire.listen(self._address)
        self._listener.settimeout(_LOOK_SECONDS)
        self._inode = wire.inode(self._address)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def run(self) -> None:
        """Accept clients until `stop` is called or nobody has been connected for the idle time."""
        while not self._stopping.is_set() and not self._idle():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                # Out of descriptors, or closed by another thread: wait for a session to end rather than spin.
                self._stopping.wait(_LOOK_SECONDS)
                continue
            if not wire.peer_is_ours(connection):
                connection.close()
                continue
            session = _Session(self, connection)
            with self._lock:
                self._sessions.add(session)
            session.start()

    def stop(self) -> None:
        """Make `run` return; safe from another thread and from a signal handler."""
        self._stopping.set()

    def close(self) -> None:
        """Take the socket away, hang up on every client and cancel what they had queued; twice is harmless."""
        self.stop()
        self._listener.close()
        if self._inode is not None and wire.inode(self._address) == self._inode:
            with contextlib.suppress(OSError):
                Path(self._address).unlink()
        with self._lock:
            sessions = tuple(self._sessions)
        for session in sessions:
            session.hang_up()
        for session in sessions:
            session.join()

    def status(self) -> Mapping[str, int]:
        """Return counters: sessions, requests in flight, and those of the backend where it counts."""
        with self._lock:
            sessions = tuple(self._sessions)
        counts = getattr(self.backend, "counts", None)
        return {
            "sessions": len(sessions),
            "in_flight": sum(session.in_flight for session in sessions),
            **({} if counts is None else to_json(counts)),
        }

    def forget(self, session: _Session) -> None:
        """Strike a session that has ended from the list."""
        with self._lock:
            self._sessions.discard(session)
            self._alone_since = time.monotonic()

    def _idle(self) -> bool:
        with self._lock:
            alone = time.monotonic() - self._alone_since
            return self._idle_seconds is not None and not self._sessions and alone > self._idle_seconds


class _Session:
    """One client: a thread that reads and submits, a thread that writes answers as they come."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._server = server
        self._socket = connection
        self._own_room = threading.Semaphore(server.queue_per_client)
        self._lock = threading.Lock()
        self._jobs: dict[int, Future[Outcome]] = {}
        self._outbox: queue.SimpleQueue[Callable[[], bytes] | None] = queue.SimpleQueue()
        self._ended = False
        self._reader = threading.Thread(target=self._read, name="ecot-serve-read", daemon=True)
        self._writer = threading.Thread(target=self._write, name="ecot-serve-write", daemon=True)

    @property
    def in_flight(self) -> int:
        """Requests that the backend has not answered."""
        return len(self._jobs)

    def start(self) -> None:
        """Begin to serve."""
        self._own_room.acquire()
        self._outbox.put(lambda: wire.encode(self._server.greeting))
        self._writer.start()
        self._reader.start()

    def hang_up(self) -> None:
        """Make both threads end soon."""
        self._ended = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait until the session has ended."""
        self._reader.join()

    def _read(self) -> None:
        try:
            while True:
                self._serve(wire.receive(self._socket))
        except (OSError, ValueError):
            pass  # gone, or not one of ours: the same end
        finally:
            self.hang_up()
            with self._lock:
                jobs = tuple(self._jobs.values())
            for job in jobs:
                job.cancel()
            self._outbox.put(None)
            self._writer.join()
            self._socket.close()
            self._server.forget(self)

    def _write(self) -> None:
        try:
            while (answer := self._outbox.get()) is not None:
                self._socket.sendall(answer())
                # Only now, so that answers cannot pile up for a client that does not read them.
                self._own_room.release()
        except OSError:
            pass  # the client went away
        finally:
            self.hang_up()

    def _serve(self, message: Mapping[str, Any]) -> None:
        number = message.get("id")
        if not isinstance(number, int):
            raise ValueError(f"a message without a whole number as its id: {sorted(message)}")
        if "cancel" in message:
            with self._lock:
                job = self._jobs.get(number)
            if job is not None:
                job.cancel()
        elif "status" in message:
            self._take(self._own_room)
            self._outbox.put(lambda: wire.encode({"id": number, "status": dict(self._server.status())}))
        elif "submit" in message:
            self._submit(number, message)
        else:
            raise ValueError(f"a message with none of submit, cancel, status: {sorted(message)}")

    def _submit(self, number: int, message: Mapping[str, Any]) -> None:
        if number in self._jobs:
            raise ValueError(f"id {number} is in use")
        self._take(self._own_room)
        try:
            request = from_json(Request, message["submit"])
            self._check_judge(request, message.get("judge"))
        except ValueError as error:
            said = error if isinstance(error, EcotError) else ConfigError(f"a request that cannot be read: {error}")
            self._outbox.put(partial(_failure, number, said))
            return
        self._take(self._server.room)
        try:
            job = self._server.backend.submit(request)
        except Exception as error:  # noqa: BLE001  (whatever it is, the client hears of it and the others are served)
            self._server.room.release()
            self._outbox.put(partial(_failure, number, error))
            return
        with self._lock:
            self._jobs[number] = job
        job.add_done_callback(partial(self._done, number))

    def _done(self, number: int, job: Future[Outcome]) -> None:
        self._server.room.release()
        with self._lock:
            del self._jobs[number]
        self._outbox.put(partial(_answer, number, job))

    def _take(self, room: threading.Semaphore) -> None:
        """Wait for room, as long as the client is there."""
        while not room.acquire(timeout=_LOOK_SECONDS):
            if self._ended or _hung_up(self._socket):
                raise ConnectionResetError("the client went away")

    def _check_judge(self, request: Request, judge: Any) -> None:
        ours = judge_digest(domain_of(request.task.env_id))
        if judge != ours:
            raise ConfigError(
                f"the server judges {request.task.env_id} with other source ({ours}) than this process has ({judge}); "
                "restart the server from the same checkout"
            )


def _answer(number: int, job: Future[Outcome]) -> bytes:
    if job.cancelled():
        return _failure(number, CancelledError())
    error = job.exception()
    if error is not None:
        return _failure(number, error)
    try:
        return wire.encode({"id": number, "outcome": to_json(job.result())})
    except (ConfigError, TypeError) as failed:
        return _failure(number, failed)


def _failure(number: int, error: BaseException) -> bytes:
    return wire.encode({"id": number, "error": wire.encode_error(error)})


def _hung_up(connection: socket.socket) -> bool:
    watch = select.poll()
    watch.register(connection, 0)
    return any(events & (select.POLLHUP | select.POLLERR) for _, events in watch.poll(0))
