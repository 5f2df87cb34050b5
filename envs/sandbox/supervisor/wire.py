"""Messages between a host and its supervisor: a JSON object and some blobs, length-prefixed, over a Unix socket."""

from __future__ import annotations

import array
import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]

_HEADER = struct.Struct("!II")
_MOST_BYTES = 1 << 30


class ChannelClosed(Exception):  # noqa: N818
    """The other side is gone."""


class Channel:
    """One end of a connection. Not for use by two threads at once."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def fileno(self) -> int:
        """The descriptor, to wait on."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def timeout(self, seconds: float | None) -> None:
        """How long `receive` waits before it raises `TimeoutError`."""
        self._socket.settimeout(seconds)

    def send(self, message: Message, blobs: Sequence[bytes] = ()) -> None:
        """Send one message.

        Raises:
            ChannelClosed: the other side is gone.
        """
        head = json.dumps([message, [len(blob) for blob in blobs]]).encode()
        body = b"".join(blobs)
        try:
            self._socket.sendall(_HEADER.pack(len(head), len(body)) + head + body)
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self) -> tuple[Message, list[bytes]]:
        """Wait for one message.

        Raises:
            ChannelClosed: the other side is gone, or what it sent is no message.
            TimeoutError: nothing came in time.
        """
        head_size, body_size = _HEADER.unpack(self._exactly(_HEADER.size))
        if head_size + body_size > _MOST_BYTES:
            raise ChannelClosed("the message is too long")
        message, sizes = json.loads(self._exactly(head_size))
        body = memoryview(self._exactly(body_size))
        blobs, start = [], 0
        for size in sizes:
            blobs.append(bytes(body[start : start + size]))
            start += size
        return message, blobs

    def send_descriptors(self, descriptors: Sequence[int]) -> None:
        """Pass open files to the other side."""
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
        self._socket.sendmsg([b"\0"], [rights])

    def receive_descriptors(self, count: int) -> list[int]:
        """Take the open files that `send_descriptors` passed.

        Raises:
            ChannelClosed: the other side is gone.
        """
        size = array.array("i").itemsize
        _, rights, _, _ = self._socket.recvmsg(1, socket.CMSG_SPACE(count * size), socket.MSG_CMSG_CLOEXEC)
        if not rights:
            raise ChannelClosed("no descriptors came")
        return list(array.array("i", rights[0][2][: count * size]))

    def _exactly(self, size: int) -> bytes:
        buffer = bytearray(size)
        view, got = memoryview(buffer), 0
        while got < size:
            try:
                count = self._socket.recv_into(view[got:])
            except TimeoutError:
                raise
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not count:
                raise ChannelClosed("the connection ended")
            got += count
        return bytes(buffer)
