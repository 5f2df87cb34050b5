"""A backend that answers a request once: outcomes kept by content, and identical requests in flight run together."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ecot.envs.backend import Backend
from ecot.envs.domain import Domain, domain_of
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import ConfigError
from ecot.envs.provenance import judge_digest
from ecot.envs.tools import versions_of
from ecot.envs.types import SCHEMA, Objective, Outcome, Request, Source, digest

__all__ = ["CacheCounts", "CachedBackend"]


@dataclass(slots=True)
class CacheCounts:
    """How requests were answered.

    Attributes:
        hits: from memory or from the folder.
        joins: by a run that an identical request had already started.
        misses: by a run of their own.
        bypassed: by a run of their own because they are never cached, such as measurements of speed.
        unwritten: outcomes that the folder did not take (no room, no permission); they were answered all the same.
    """

    hits: int = 0
    joins: int = 0
    misses: int = 0
    bypassed: int = 0
    unwritten: int = 0


@dataclass(slots=True, eq=False)
class _Flight:
    """One run, and all who wait for it."""

    waiters: list[Future[Outcome]] = field(default_factory=list)
    run: Future[Outcome] | None = None
    settled: bool = False


class CachedBackend:
    """Answers equal requests with one run of `inner`.

    Two requests are equal when everything that can change the outcome is: the task and the candidate in full, hidden
    seed, stages, target, limits, the inner backend's own description, the domain's toolchain versions, and the source
    that judges. Versions and source are read once per process: restart it after changing either. Kept are outcomes
    that were run. Never kept: exceptions (they reach all who wait, and are forgotten), predictions, and anything of a
    task whose objective is speed.

    A kept outcome carries the `seconds` of the run that made it. The folder is checked against damage, not against a
    writer who means harm, and nothing in it is ever deleted but damaged entries.

    Args:
        inner: runs what is not known; closed with this one.
        entries: outcomes kept in memory; the one used longest ago goes first.
        folder: keeps outcomes across processes; None for memory only.

    Raises:
        ConfigError: `entries` is less than 1, or the folder cannot be made.
    """

    def __init__(self, inner: Backend, *, entries: int = 4096, folder: Path | None = None) -> None:
        if entries < 1:
            raise ConfigError(f"a cache holds at least 1 entry, not {entries}")
        self._inner = inner
        self._entries = entries
        self._folder = _made(folder) if folder is not None else None
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Outcome] = OrderedDict()
        self._flights: dict[str, _Flight] = {}
        self._judges: dict[str, str] = {}
        self._counts = CacheCounts()

    def __deepcopy__(self, memo: dict[int, Any]) -> CachedBackend:
        return self

    @property
    def counts(self) -> CacheCounts:
        """A copy of the counters."""
        with self._lock:
            return CacheCounts(**asdict(self._counts))

    def describe(self) -> Mapping[str, str]:
        """The inner backend's description, and that a cache stands before it."""
        return {**self._inner.describe(), "cache": "folder" if self._folder else "memory"}

    def close(self) -> None:
        """Close the inner backend and forget what memory holds."""
        self._inner.close()
        with self._lock:
            self._known.clear()

    def submit(self, request: Request) -> Future[Outcome]:
        """Answer from what is known, join the run of an equal request, or run.

        Cancelling the future gives up this one's interest; the run itself is cancelled when nobody is left.
        """
        if request.task.objective is Objective.FASTER:
            with self._lock:
                self._counts.bypassed += 1
            return self._inner.submit(request)
        key = self.key(request)
        waiter: Future[Outcome] = Future()
        with self._lock:
            known = self._recall(key)
            flight = None if known else self._flights.get(key)
            first = flight is None
            if known is not None:
                self._counts.hits += 1
            elif flight is not None:
                self._counts.joins += 1
                flight.waiters.append(waiter)
            else:
                flight = self._flights[key] = _Flight([waiter])
        if known is not None:
            waiter.set_result(known)
        elif flight is not None:
            waiter.add_done_callback(partial(self._leave, key, flight))
            if first:
                self._launch(key, flight, request)
        return waiter

    def key(self, request: Request) -> str:
        """Return the digest of everything that can change the outcome of `request`."""
        judge = self._judge(domain_of(request.task.env_id))
        return digest({"schema": SCHEMA, "judge": judge, "request": replace(request, limits=request.effective_limits)})

    def _judge(self, domain: Domain) -> str:
        known = self._judges.get(domain.id)
        if known is None:
            versions = versions_of(domain)
            parts = {"source": judge_digest(domain), "versions": versions, "backend": self._inner.describe()}
            known = self._judges[domain.id] = digest(parts)
        return known

    def _launch(self, key: str, flight: _Flight, request: Request) -> None:
        kept = self._read(key)
        with self._lock:
            if kept is not None:
                self._counts.hits += 1
            else:
                self._counts.misses += 1
        if kept is not None:
            self._finish(key, flight, outcome=kept)
            return
        try:
            run = self._inner.submit(request)
        except BaseException as error:
            # Others may have joined meanwhile: they must hear of it too, not wait for ever.
            self._finish(key, flight, error=error)
            raise
        with self._lock:
            flight.run = run
            deserted = not flight.waiters and not flight.settled
        if deserted:
            run.cancel()
        run.add_done_callback(partial(self._landed, key, flight))

    def _landed(self, key: str, flight: _Flight, run: Future[Outcome]) -> None:
        if run.cancelled():
            self._finish(key, flight, error=CancelledError())
            return
        error = run.exception()
        if error is not None:
            self._finish(key, flight, error=error)
            return
        outcome = run.result()
        self._finish(key, flight, outcome=outcome)
        if self._folder is not None and outcome.source is Source.REAL:
            self._write(key, outcome)

    def _finish(
        self, key: str, flight: _Flight, *, outcome: Outcome | None = None, error: BaseException | None = None
    ) -> None:
        with self._lock:
            flight.settled = True
            waiters, flight.waiters = flight.waiters, []
            if self._flights.get(key) is flight:
                del self._flights[key]
            if outcome is not None and outcome.source is Source.REAL:
                self._remember(key, outcome)
        for waiter in waiters:
            _resolve(waiter, outcome=outcome, error=error)

    def _leave(self, key: str, flight: _Flight, waiter: Future[Outcome]) -> None:
        if not waiter.cancelled():
            return
        with self._lock:
            if waiter not in flight.waiters:
                return
            flight.waiters.remove(waiter)
            deserted = not flight.waiters
            if deserted and self._flights.get(key) is flight:
                # Whoever asks from now on gets a run of its own, not one that is about to be cancelled.
                del self._flights[key]
            run = flight.run
        waiter.set_running_or_notify_cancel()
        if deserted and run is not None:
            run.cancel()

    def _recall(self, key: str) -> Outcome | None:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def _remember(self, key: str, outcome: Outcome) -> None:
        self._known[key] = outcome
        self._known.move_to_end(key)
        while len(self._known) > self._entries:
            self._known.popitem(last=False)

    def _read(self, key: str) -> Outcome | None:
        if self._folder is None:
            return None
        path = self._folder / key[:2] / f"{key}.json"
        try:
            stored = json.loads(path.read_bytes())
            outcome = from_json(Outcome, stored["outcome"])
            if stored["key"] == key and stored["digest"] == digest(outcome):
                return outcome
        except OSError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def _write(self, key: str, outcome: Outcome) -> None:
        if self._folder is None:
            return
        folder = self._folder / key[:2]
        text = json.dumps({"key": key, "digest": digest(outcome), "outcome": to_json(outcome)})
        temporary = ""
        try:
            folder.mkdir(exist_ok=True)
            with NamedTemporaryFile("w", dir=folder, prefix=".", delete=False, encoding="utf-8") as file:
                temporary = file.name
                file.write(text)
            Path(temporary).replace(folder / f"{key}.json")
        except OSError:
            with self._lock:
                self._counts.unwritten += 1
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def _resolve(waiter: Future[Outcome], *, outcome: Outcome | None, error: BaseException | None) -> None:
    if isinstance(error, CancelledError):
        waiter.cancel()
    if not waiter.set_running_or_notify_cancel():
        return
    if outcome is not None:
        waiter.set_result(outcome)
    else:
        waiter.set_exception(error)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cache folder {str(folder)!r} cannot be made ({error.strerror}); name another") from error
    return folder
