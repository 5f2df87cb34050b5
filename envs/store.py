"""The store: a folder of finished episodes, written by one process a node, read by any number.

    PATH/store.json                    what the folder is
    PATH/<node>-00000.jsonl            a trajectory a line, in the order they ended; `shards.py` says what a line is
    PATH/<node>-00000.tokens.jsonl     token ids and log-probabilities by identity, where the policy reported them
    PATH/<node>-00000.jsonl.torn       what writers were killed in the middle of
    PATH/<node>.lock                   held by the writer of this node

A trajectory is stored once: its identity is the key by which a run resumes. One with an `error` gives way to one
without. A killed process loses the line it was writing and nothing else; a machine that loses power loses at most the
last `sync_seconds`. Two nodes may write into one folder; where both stored the same identity, one is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import StoreError
from ecot.envs.shards import Appender, Line, corruption, cut_torn, is_sealed, read_line, scan, seal, unseal
from ecot.envs.store_folder import begin_writing, check_marker, sync_folder
from ecot.envs.types import SCHEMA, Trajectory, Turn, digest

_HEAD = re.compile(rb'\{"identity":"([^"\\]+)","error":"("?)')
_TOKEN_FIELDS = ("prompt_ids", "completion_ids", "logprobs")
_TIMES = frozenset({"seconds", "created"})


def identity_of(
    *, env_id: str, task_id: str, seed: int, sample_index: int, agent: str, config: Mapping[str, Any]
) -> str:
    """Return the identity of an episode: what it will be is settled by these, so that a run resumes by it.

    Args:
        env_id: of the environment.
        task_id: of the task.
        seed: of the episode, from which the hidden seed follows.
        sample_index: of the episode in its group.
        agent: name and options of the agent.
        config: arguments of the environment that change an episode.
    """
    return digest([env_id, task_id, seed, sample_index, agent, config])


class _Entry(NamedTuple):
    line: Line
    failed: bool


class TrajectoryStore:
    """A folder of trajectories, indexed by identity in memory (some 300 bytes each) and read lazily from disk.

    Iterating yields every trajectory that can be read, in the order of the shards, and then raises `StoreError` if a
    line was corrupt: nobody loses data without being told. `readable()` does not raise; `problems` says the same.

    Args:
        path: of the folder; made where it is missing and `write` is set.
        write: whether to append. One process a node may.
        tokens: whether trajectories that are read carry their token ids and log-probabilities.
        sync_seconds: how often at least, while appending, the disk is made to hold what was written.
        shard_bytes: size from which a new shard is begun.

    Attributes:
        torn: lines that a killed writer left unfinished, cut off at this opening.
        problems: a sentence for every corrupt line.

    Raises:
        StoreError: there is no store, it is of another schema, the folder holds other things, or it has a writer.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        write: bool = False,
        tokens: bool = False,
        sync_seconds: float = 5.0,
        shard_bytes: int = 256 << 20,
    ) -> None:
        self.path = Path(path)
        self.torn = 0
        self._tokens = tokens
        self._sync_seconds = sync_seconds
        self._shard_bytes = shard_bytes
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        self._node = re.sub(r"[^A-Za-z0-9_.]", "_", socket.gethostname()) or "node"
        self._index: dict[str, _Entry] = {}
        self.problems: list[str] = []
        self._token_index: dict[str, Line] | None = None
        self._appender: Appender | None = None
        self._token_appender: Appender | None = None
        self._writer_lock = begin_writing(self.path, self._node) if write else None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, identity: object) -> bool:
        return identity in self._index

    def __getitem__(self, identity: str) -> Trajectory:
        try:
            entry = self._index[identity]
        except KeyError:
            raise StoreError(f"{self.path} holds no trajectory {identity!r}") from None
        return self._decode(read_line(entry.line), entry.line)

    def __iter__(self) -> Iterator[Trajectory]:
        yield from self.readable()
        if self.problems:
            others = f" ({len(self.problems) - 1} more like it)" if len(self.problems) > 1 else ""
            raise StoreError(f"{self.problems[0]}{others}")

    def readable(self) -> Iterator[Trajectory]:
        """Yield every trajectory that can be read."""
        for entry in list(self._index.values()):
            yield self._decode(read_line(entry.line), entry.line)

    def identities(self, prefix: str = "") -> Sequence[str]:
        """Return the identities that start with `prefix`, in the order of the shards."""
        return [identity for identity in self._index if identity.startswith(prefix)]

    def finished(self, identity: str) -> bool:
        """Whether an episode is stored and nothing of ours broke in it, so that it need not be played again."""
        entry = self._index.get(identity)
        return entry is not None and not entry.failed

    def append(self, trajectory: Trajectory) -> bool:
        """Store a trajectory; safe to call from several threads.

        Returns:
            False, with nothing written, where its identity is stored already. A trajectory without an error takes the
            place of one with an error.

        Raises:
            StoreError: the store is open for reading, or the host refused; what was stored before is safe.
        """
        if self._writer_lock is None:
            raise StoreError(f"{self.path} is open for reading; open it with write=True to append")
        with self._lock:
            known = self._index.get(trajectory.identity)
            if known is not None and (trajectory.error or not known.failed):
                return False
            lines = self._open_shard()
            ids = _token_record(trajectory)
            if ids is not None:
                # Before the trajectory: a kill in between leaves ids that nobody asks for, never the reverse.
                self._append_tokens(seal(ids), lines.shard)
            data = seal(_record(trajectory, tokens=ids is not None))
            offset = lines.append(data)
            self._index[trajectory.identity] = _Entry(Line(lines.shard, 0, offset, len(data)), bool(trajectory.error))
            if time.monotonic() - self._synced >= self._sync_seconds:
                self._sync()
        return True

    def digest(self) -> str:
        """Return a digest of what was collected: sorted by identity, without seconds, timestamps and token ids.

        Trajectories with an error are left out: what breaks on our side is not reproducible.

        Raises:
            StoreError: a line is corrupt.
        """
        if self.problems:
            raise StoreError(self.problems[0])
        total = hashlib.sha256()
        for identity in sorted(self._index):
            entry = self._index[identity]
            if not entry.failed:
                timeless = _timeless(read_line(entry.line))
                total.update(json.dumps(timeless, sort_keys=True, separators=(",", ":")).encode())
        return total.hexdigest()[:32]

    def close(self) -> None:
        """Put everything on the disk and let go of the folder; twice is harmless."""
        with self._lock:
            self._close_shard()
            if self._writer_lock is not None:
                os.close(self._writer_lock)
                self._writer_lock = None

    def _open(self) -> None:
        check_marker(self.path)
        if self._writer_lock is not None:
            self.torn = sum(cut_torn(shard) for shard in self.path.glob(f"{self._node}-*.jsonl"))
        for shard in self._shards():
            self._read_index(shard)

    def _shards(self) -> list[Path]:
        return sorted(shard for shard in self.path.glob("*.jsonl") if not shard.name.endswith(".tokens.jsonl"))

    def _read_index(self, shard: Path) -> None:
        for line, data in scan(shard):
            head = _HEAD.match(data)
            if head is None or not is_sealed(data):
                self.problems.append(corruption(line))
                continue
            identity, failed = head[1].decode("ascii"), not head[2]
            known = self._index.get(identity)
            if known is None or (known.failed and not failed):
                self._index[identity] = _Entry(line, failed)

    def _decode(self, record: dict[str, Any], line: Line) -> Trajectory:
        has_tokens = record.pop("tokens", False)
        try:
            trajectory = from_json(Trajectory, record)
        except ValueError as error:
            raise StoreError(f"{line} is no trajectory of schema {SCHEMA} ({error}); delete that line") from None
        return self._with_tokens(trajectory) if has_tokens and self._tokens else trajectory

    def _with_tokens(self, trajectory: Trajectory) -> Trajectory:
        if self._token_index is None:
            self._token_index = self._read_token_index()
        try:
            line = self._token_index[trajectory.identity]
        except KeyError:
            raise StoreError(
                f"{self.path} has lost the token ids of trajectory {trajectory.identity!r}; read it with tokens=False"
            ) from None
        turns = zip(trajectory.turns, read_line(line)["turns"], strict=True)
        return replace(trajectory, turns=tuple(_turn_with(turn, ids) for turn, ids in turns))

    def _read_token_index(self) -> dict[str, Line]:
        found = {}
        for shard in sorted(self.path.glob("*.tokens.jsonl")):
            for line, data in scan(shard):
                if is_sealed(data):
                    found[unseal(data, line)["identity"]] = line
        return found

    def _open_shard(self) -> Appender:
        if self._appender is not None and self._appender.size >= self._shard_bytes:
            self._close_shard()
        if self._appender is None:
            self._appender = Appender(self.path / f"{self._node}-{self._next_shard():05}.jsonl")
            sync_folder(self.path)
        return self._appender

    def _append_tokens(self, data: bytes, shard: Path) -> None:
        if self._token_appender is None:
            self._token_appender = Appender(shard.with_suffix(".tokens.jsonl"))
        self._token_appender.append(data)
        self._token_index = None

    def _close_shard(self) -> None:
        for appender in (self._token_appender, self._appender):
            if appender is not None:
                appender.close()
        self._appender = self._token_appender = None

    def _next_shard(self) -> int:
        own = [
            shard for shard in self._shards() if re.fullmatch(rf"{re.escape(self._node)}-\d{{5}}\.jsonl", shard.name)
        ]
        if not own:
            return 0
        last = int(own[-1].stem[-5:])
        return last + 1 if own[-1].stat().st_size >= self._shard_bytes else last

    def _sync(self) -> None:
        for appender in (self._token_appender, self._appender):
            if appender is not None:
                appender.sync()
        self._synced = time.monotonic()


def _record(trajectory: Trajectory, *, tokens: bool) -> dict[str, Any]:
    """The line of a trajectory: identity and error first, where the index finds them without parsing the rest."""
    data = to_json(trajectory)
    for turn in data["turns"]:
        for name in _TOKEN_FIELDS:
            del turn[name]
    return {"identity": data.pop("identity"), "error": data.pop("error"), **data, "tokens": tokens}


def _token_record(trajectory: Trajectory) -> dict[str, Any] | None:
    if not any(turn.prompt_ids or turn.completion_ids or turn.logprobs for turn in trajectory.turns):
        return None
    turns = [{name: list(getattr(turn, name)) for name in _TOKEN_FIELDS} for turn in trajectory.turns]
    return {"identity": trajectory.identity, "turns": turns}


def _turn_with(turn: Turn, ids: Mapping[str, Sequence[Any]]) -> Turn:
    return replace(
        turn,
        prompt_ids=tuple(ids["prompt_ids"]),
        completion_ids=tuple(ids["completion_ids"]),
        logprobs=tuple(ids["logprobs"]),
    )


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in _TIMES}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value
