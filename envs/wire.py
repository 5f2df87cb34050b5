"""What `remote.py` and `server.py` say to each other, and the Unix socket where they meet: length-prefixed JSON.

A frame is four bytes of length, most significant first, and that many bytes of JSON, an object. The server speaks
first, once: `{"protocol", "schema", "package", "backend"}`. Then the client asks, each question with an `id` of its own
choice, and the server answers by id in any order:

    {"id": 7, "submit": <Request>, "judge": <digest>}   ->  {"id": 7, "outcome": <Outcome>}
                                                        or  {"id": 7, "error": {"kind": ..., "message": ...}}
    {"id": 7, "cancel": true}                           ->  nothing of its own; 7 is answered in any case
    {"id": 8, "status": true}                           ->  {"id": 8, "status": {name: number}}
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import stat
import struct
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from ecot.envs import errors
from ecot.envs.errors import ConfigError, EcotError, SandboxError

PROTOCOL = 1
"""Version of the frames."""
MAX_FRAME_BYTES = 64 * 2**20
"""Longer frames are refused on either side."""
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")
_MAX_PATH_BYTES = 107
_KINDS: Mapping[str, type[EcotError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, EcotError)
}


def encode(message: Mapping[str, Any]) -> bytes:
    """Return the frame of a message.

    Raises:
        ConfigError: it is longer than `MAX_FRAME_BYTES`.
    """
    # ASCII only, so that even a lone surrogate in a reply arrives as it was sent.
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(body) > MAX_FRAME_BYTES:
        raise ConfigError(f"a message of {len(body)} bytes is longer than the {MAX_FRAME_BYTES} that a server takes")
    return _LENGTH.pack(len(body)) + body


def receive(connection: socket.socket) -> dict[str, Any]:
    """Read one frame.

    Raises:
        ConnectionError: the other side is gone, in the middle of a frame or between two.
        ValueError: what arrived is no frame.
    """
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {length} bytes is longer than {MAX_FRAME_BYTES}")
    try:
        message = json.loads(_exactly(connection, length))
    except RecursionError:
        raise ValueError("a frame is nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError(f"a frame holds a {type(message).__name__}, not an object")
    return message


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 2**20))
        if not part:
            raise ConnectionResetError("the other side closed the connection")
        parts += part
    return bytes(parts)


def encode_error(error: BaseException) -> dict[str, str]:
    """Return class and message of an error; what is not ours becomes a `SandboxError`, a fault of the server."""
    if isinstance(error, EcotError) and type(error).__name__ in _KINDS:
        return {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, CancelledError):
        return {"kind": "SandboxError", "message": "the server dropped the request; submit it again"}
    return {"kind": "SandboxError", "message": f"the server failed with {type(error).__name__}: {error}"}


def decode_error(data: Mapping[str, Any]) -> EcotError:
    """Build the error that `encode_error` wrote down."""
    return _KINDS.get(str(data.get("kind")), SandboxError)(str(data.get("message")))


def check_address(address: str) -> str:
    """Return the path of a socket, or raise `ConfigError` where it cannot be one."""
    if not address or len(os.fsencode(address)) > _MAX_PATH_BYTES:
        raise ConfigError(f"a socket's path has 1 to {_MAX_PATH_BYTES} bytes; choose another than {address!r}")
    return address


def peer_is_ours(connection: socket.socket) -> bool:
    """Return whether the other end belongs to this user, or to root."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return user in (os.geteuid(), 0)


def dial(address: str, *, timeout: float) -> socket.socket:
    """Return a socket connected to the server at a path; its operations take `timeout` seconds at most.

    Raises:
        OSError: nobody answers.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        try:
            _connect(connection, address, timeout)
        except ConnectionRefusedError:
            # Nobody listens, or a server that has its name and is about to: it holds the lock until it does.
            with _only_one_starts(address):
                pass
            _connect(connection, address, timeout)
    except OSError:
        connection.close()
        raise
    return connection


def _connect(connection: socket.socket, address: str, timeout: float) -> None:
    give_up = time.monotonic() + timeout
    while True:
        try:
            return connection.connect(address)
        except BlockingIOError:
            # Many clients call at once and the server's backlog is full.
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def listen(address: str) -> socket.socket:
    """Return a socket that listens at a path, mode 0600; what a dead server left there is replaced.

    Raises:
        ConfigError: a server listens there, something that is no socket is there, or the folder does not take it.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _only_one_starts(address):
            _clear(address)
            os.fchmod(listener.fileno(), 0o600)  # before it has a name, so that there is no moment with another mode
            listener.bind(address)
            listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigError(f"cannot listen at {address!r}: {error.strerror or error}; choose another path") from error
    except ConfigError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _only_one_starts(address: str) -> Iterator[None]:
    """Hold a lock on the socket's folder, so that no two servers both find a stale socket and replace each other."""
    folder = os.open(Path(address).parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _clear(address: str) -> None:
    """Remove what a dead server left."""
    try:
        mode = os.lstat(address).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ConfigError(f"{address!r} exists and is no socket; choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(address)
        except ConnectionRefusedError:
            Path(address).unlink()
            return
        except TimeoutError:
            pass  # it listens, but is too busy to take the call
    raise ConfigError(f"a server listens at {address!r} already; use it, stop it, or choose another path")


def inode(address: str) -> int | None:
    """Return what identifies the file at a path, None where there is none."""
    try:
        return os.lstat(address).st_ino
    except OSError:
        return None
