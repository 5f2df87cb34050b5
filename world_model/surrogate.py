"""The backend that predicts: requests are gathered into batches, read, and answered by a world model in one step."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Literal, Protocol

from ecot.envs.errors import ConfigError, PredictionError
from ecot.envs.types import Outcome, Request
from ecot.world_model.kinds import kind_of
from ecot.world_model.model import Prediction
from ecot.world_model.outcomes import outcome_of, restricted
from ecot.world_model.reading import Reading, read

__all__ = ["ReferenceName", "SurrogateBackend", "VocabularyModel"]

ReferenceName = Literal["none", "stored", "solution"]
_KEPT_TASKS = 4096
_KEPT_PROGRAMS = 8
"""Programs known to pass that are kept of one task, the latest."""


class VocabularyModel(Protocol):
    """A world model that says which words its readings keep."""

    @property
    def name(self) -> str:
        """Of the model."""

    @property
    def known(self) -> Mapping[str, Collection[str]]:
        """By the domain's short name, the words that keep their spelling."""

    def predict(self, readings: Sequence[Reading]) -> Sequence[Prediction]:
        """Return a prediction for each reading, in their order."""


class SurrogateBackend:
    """Answers every request with a prediction; nothing runs.

    A stage that measures (`Domain.measured`) cannot be predicted: it counts as left out, and a pass is `UNVERIFIED`.

    Args:
        model: that predicts.
        reference: what a candidate is set against: `none`, `stored` (programs that `learn` was told pass), or
            `solution` (the hidden solution too; better, and a privilege that provenance names).
        most: requests of one batch at most.
        wait: seconds that the first request of a batch waits for others.

    Raises:
        ConfigError: an argument is out of range.
    """

    def __init__(
        self, model: VocabularyModel, *, reference: ReferenceName = "stored", most: int = 64, wait: float = 0.002
    ) -> None:
        if reference not in ("none", "stored", "solution"):
            raise ConfigError(f"unknown reference {reference!r}; use none, stored or solution")
        if most < 1 or wait < 0:
            raise ConfigError(f"most={most} must be at least 1 and wait={wait} at least 0")
        self._model, self._reference, self._most, self._wait = model, reference, most, wait
        self._queue: queue.SimpleQueue[tuple[Request, Future[Outcome]] | None] = queue.SimpleQueue()
        self._passed: OrderedDict[str, list[str]] = OrderedDict()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __deepcopy__(self, memo: dict[int, Any]) -> SurrogateBackend:
        return self

    def submit(self, request: Request) -> Future[Outcome]:
        """Queue a request; what cannot be predicted raises `PredictionError` through the future."""
        future: Future[Outcome] = Future()
        with self._lock:
            if self._closed:
                raise PredictionError("this surrogate is closed; make another")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="ecot-surrogate", daemon=True)
                self._thread.start()
            self._queue.put((request, future))
        return future

    def learn(self, request: Request) -> None:
        """Take a candidate that really passed as a reference for its task."""
        if len(request.candidate.files) == 1 and self._reference != "none":
            with self._lock:
                programs = self._passed.setdefault(request.task.id, [])
                if request.candidate.source not in programs:
                    programs.append(request.candidate.source)
                del programs[:-_KEPT_PROGRAMS]
                self._passed.move_to_end(request.task.id)
                if len(self._passed) > _KEPT_TASKS:
                    self._passed.popitem(last=False)

    def describe(self) -> Mapping[str, str]:
        """Name, model and what candidates are set against."""
        return {"name": "surrogate", "model": self._model.name, "reference": self._reference}

    def close(self) -> None:
        """Answer what waits, and end."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _serve(self) -> None:
        while True:
            batch, ends = self._gather()
            if batch:
                self._answer(batch)
            if ends:
                return

    def _gather(self) -> tuple[list[tuple[Request, Future[Outcome]]], bool]:
        """The next batch, and whether it is the last."""
        batch: list[tuple[Request, Future[Outcome]]] = []
        deadline = float("inf")
        while len(batch) < self._most:
            try:
                left = None if not batch else max(0.0, deadline - time.monotonic())
                item = self._queue.get(timeout=left) if left != 0.0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return batch, True
            if item[1].set_running_or_notify_cancel():
                batch.append(item)
                deadline = min(deadline, time.monotonic() + self._wait)
        return batch, False

    def _answer(self, batch: Sequence[tuple[Request, Future[Outcome]]]) -> None:
        asked: list[tuple[Request, Future[Outcome]]] = []
        readings: list[Reading] = []
        for request, future in batch:
            try:
                readings.append(self._read(request))
                asked.append((request, future))
            except PredictionError as error:
                future.set_exception(error)
            except Exception as error:  # noqa: BLE001  (a parser's own bug must not end the thread that all wait for)
                future.set_exception(PredictionError(f"{request.task.id} cannot be read: {error!r}"))
        try:
            predictions = self._model.predict(readings) if readings else ()
        except Exception as error:  # noqa: BLE001
            for _, future in asked:
                future.set_exception(PredictionError(f"the model failed: {error!r}"))
            return
        for (request, future), prediction in zip(asked, predictions, strict=True):
            try:
                future.set_result(outcome_of(restricted(prediction, request), request, engine=self._model.name))
            except PredictionError as error:
                future.set_exception(error)

    def _read(self, request: Request) -> Reading:
        kind = kind_of(request.task.env_id)
        if kind not in self._model.known:
            have = ", ".join(sorted(self._model.known))
            raise PredictionError(
                f"{self._model.name} knows nothing of {request.task.env_id}; it was trained on {have}"
            )
        if len(request.candidate.files) != 1:
            raise PredictionError(
                f"{self._model.name} reads candidates of one file, not {len(request.candidate.files)}"
            )
        with self._lock:
            references = list(self._passed.get(request.task.id, ()))
        if self._reference == "solution":
            references += [file.text for file in request.task.solution][:1]
        return read(request.task, request.candidate.source, known=self._model.known, references=references)
