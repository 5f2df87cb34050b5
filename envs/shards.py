"""Append-only files of sealed JSON lines: each ends with a checksum of itself, so that damage is found by reading it.

A line is one JSON object whose last key is `crc32`, eight hexadecimal digits of the CRC-32 of everything before it.
Any JSON-lines reader can read such a file. What a writer was killed in the middle of is a *torn* line: it has no line
end. A line that ends properly and fails its checksum is *corrupt*: something other than a writer changed it.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecot.envs.errors import StoreError

_SEAL = b',"crc32":"%08x"}\n'
_SEAL_LENGTH = len(_SEAL % 0)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line lies.

    Attributes:
        shard: the file.
        number: of the line, from 1; 0 where the writer has not counted.
        offset: of its first byte.
        length: in bytes, line end included.
    """

    shard: Path
    number: int
    offset: int
    length: int

    def __str__(self) -> str:
        return f"{self.shard}, line {self.number}" if self.number else f"{self.shard}, byte {self.offset}"


def seal(record: Mapping[str, Any]) -> bytes:
    """Return a non-empty record as one line, keys in the order given.

    Non-ASCII characters are escaped, so that a string with lone surrogates or odd line separators survives.
    """
    body = json.dumps(record, separators=(",", ":"), ensure_ascii=True).encode("ascii")[:-1]
    return body + _SEAL % zlib.crc32(body)


def is_sealed(data: bytes) -> bool:
    """Whether a line is whole: it ends with the checksum of what comes before."""
    body = data[:-_SEAL_LENGTH]
    return bool(body) and data[-_SEAL_LENGTH:] == _SEAL % zlib.crc32(body)


def unseal(data: bytes, line: Line) -> dict[str, Any]:
    """Return the record of a line, without its checksum.

    Raises:
        StoreError: the line is corrupt.
    """
    if not is_sealed(data):
        raise StoreError(corruption(line))
    record: dict[str, Any] = json.loads(data)
    del record["crc32"]
    return record


def corruption(line: Line) -> str:
    """Return the sentence that names a corrupt line and the remedy."""
    return (
        f"{line} is corrupt: its checksum does not match; delete that line, then the same `ecot collect` plays the "
        "lost episode again"
    )


def scan(shard: Path) -> Iterator[tuple[Line, bytes]]:
    """Yield every line that has an end; a torn last line is left out."""
    offset = 0
    with shard.open("rb") as file:
        for number, data in enumerate(file, start=1):
            if not data.endswith(b"\n"):
                return
            yield Line(shard, number, offset, len(data)), data
            offset += len(data)


def read_line(line: Line) -> dict[str, Any]:
    """Return the record of one line.

    Raises:
        StoreError: it is corrupt, or the file is gone.
    """
    try:
        with line.shard.open("rb") as file:
            file.seek(line.offset)
            return unseal(file.read(line.length), line)
    except OSError as error:
        raise StoreError(f"cannot read {line}: {error.strerror}") from error


def cut_torn(shard: Path) -> bool:
    """Cut a torn last line off and keep it aside in `<shard>.torn`. Returns whether there was one.

    Only the writer of the shard may call this.
    """
    if not shard.exists():
        return False
    with shard.open("r+b") as file:
        end = _end_of_last_line(file.seek(0, os.SEEK_END), file.fileno())
        file.seek(end)
        torn = file.read()
        if not torn:
            return False
        with shard.with_name(f"{shard.name}.torn").open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        file.truncate(end)
        os.fsync(file.fileno())
    return True


def _end_of_last_line(size: int, descriptor: int, *, block: int = 1 << 16) -> int:
    position = size
    while position > 0:
        start = max(0, position - block)
        found = os.pread(descriptor, position - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        position = start
    return 0


class Appender:
    """The one writer of a shard. A line is written whole or, where the host refuses, not at all."""

    def __init__(self, shard: Path) -> None:
        self.shard = shard
        self._descriptor = os.open(shard, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self.size = os.fstat(self._descriptor).st_size

    def append(self, data: bytes) -> int:
        """Write one sealed line and return the offset of its first byte.

        Raises:
            StoreError: the host refused, for want of room say; nothing of the line is left.
        """
        offset = self.size
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, offset)
            raise StoreError(
                f"cannot write to {self.shard}: {error.strerror}; what was stored before is safe"
            ) from error
        self.size += len(data)
        return offset

    def sync(self) -> None:
        """Have the host put what was written on the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Sync and close."""
        self.sync()
        os.close(self._descriptor)
