"""The backend that predicts what it may and runs the rest: its error stays under a bound, or it stops predicting.

Answered unrun is only what the surrogate expects to *fail*, above a threshold that was calibrated on families held out
of training (`risk.py`). Everything that ends an episode is run: every expected pass, and the last turn (`confirm`). A
seeded share of what would be answered is run all the same; where these audits contradict the bound, the threshold rises
by itself, up to answering nothing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from ecot.envs.backend import Backend
from ecot.envs.errors import ConfigError
from ecot.envs.types import Outcome, Request, Source
from ecot.world_model.dataset import succeeded
from ecot.world_model.kinds import kind_of
from ecot.world_model.risk import Checked, lower_bound, threshold_for
from ecot.world_model.surrogate import SurrogateBackend

__all__ = ["HybridBackend", "HybridCounts"]

_DELTA = 0.05
"""Probability that a threshold is too low, and that an audit alarm is false."""


@dataclass(slots=True)
class HybridCounts:
    """How requests of one kind of domain were answered.

    Attributes:
        predicted: unrun.
        run: by the real tools, audits included.
        audited: run although the threshold would have answered them.
        wrong: audits whose label was another.
        tightened: how often the threshold rose.
    """

    predicted: int = 0
    run: int = 0
    audited: int = 0
    wrong: int = 0
    tightened: int = 0


class HybridBackend:
    """Answers with predictions where they are trustworthy, and with the real tools elsewhere.

    Args:
        surrogate: predicts; closed with this one.
        real: runs; closed with this one.
        calibration: by kind of domain, predicted failures of held-out families that were run; a kind without them is
            never predicted.
        max_error: bound on the share of wrong labels among what is answered unrun, in (0, 1).
        audit: share of what could be answered that is run all the same, in [0, 1].
        seed: of the choice of audits.

    Raises:
        ConfigError: an argument is out of range.
    """

    def __init__(
        self,
        surrogate: SurrogateBackend,
        real: Backend,
        *,
        calibration: Mapping[str, Sequence[Checked]],
        max_error: float = 0.01,
        audit: float = 0.05,
        seed: int = 0,
    ) -> None:
        if not 0 < max_error < 1:
            raise ConfigError(f"max_error must lie between 0 and 1, not {max_error!r}")
        if not 0 <= audit <= 1:
            raise ConfigError(f"audit must lie in [0, 1], not {audit!r}")
        self._surrogate, self._real = surrogate, real
        self._max_error, self._audit, self._seed = max_error, audit, seed
        found = {kind: threshold_for(rows, max_error=max_error, delta=_DELTA) for kind, rows in calibration.items()}
        self._thresholds = {kind: value for kind, value in found.items() if value is not None}
        self._audits: dict[str, list[Checked]] = {}
        self._counts: dict[str, HybridCounts] = {}
        self._lock = threading.Lock()

    def __deepcopy__(self, memo: dict[int, Any]) -> HybridBackend:
        return self

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The confidence from which a predicted failure is answered unrun, by kind; kinds without one always run."""
        with self._lock:
            return dict(self._thresholds)

    @property
    def counts(self) -> Mapping[str, HybridCounts]:
        """A copy of the counters, by kind of domain."""
        with self._lock:
            return {kind: HybridCounts(**asdict(counts)) for kind, counts in self._counts.items()}

    def submit(self, request: Request) -> Future[Outcome]:
        """Queue a request: predicted first, then run unless the prediction is a failure that may stand."""
        answer: Future[Outcome] = Future()
        if kind_of(request.task.env_id) not in self.thresholds:
            return self._run(request, answer, prediction=None, audited=False)  # no prediction could change that
        self._surrogate.submit(request).add_done_callback(partial(self._predicted, request, answer))
        return answer

    def confirm(self, request: Request) -> Future[Outcome]:
        """Queue a request whose outcome ends an episode: it is run, whatever the surrogate thinks."""
        return self._run(request, Future(), prediction=None, audited=False)

    def describe(self) -> Mapping[str, str]:
        """The surrogate's and the real backend's description, and the bound."""
        mine = {"name": "hybrid", "max_error": f"{self._max_error:g}", "audit": f"{self._audit:g}"}
        mine |= {f"surrogate_{key}": value for key, value in self._surrogate.describe().items() if key != "name"}
        return mine | {f"real_{key}": value for key, value in self._real.describe().items()}

    def close(self) -> None:
        """Close both."""
        self._surrogate.close()
        self._real.close()

    def _predicted(self, request: Request, answer: Future[Outcome], done: Future[Outcome]) -> None:
        """Decide what becomes of a prediction; one that could not be made is run."""
        prediction = None if done.cancelled() or done.exception() else done.result()
        kind = kind_of(request.task.env_id)
        with self._lock:
            threshold = self._thresholds.get(kind, float("inf"))
        trusted = (
            prediction is not None
            and not succeeded(prediction)
            and prediction.confidence is not None
            and prediction.confidence >= threshold
        )
        if trusted and prediction is not None and not self._is_audited(request):
            with self._lock:
                self._counts.setdefault(kind, HybridCounts()).predicted += 1
            if answer.set_running_or_notify_cancel():
                answer.set_result(prediction)
            return
        self._run(request, answer, prediction=prediction, audited=trusted)

    def _is_audited(self, request: Request) -> bool:
        """By the seed and the content, so that it does not depend on the order of requests."""
        text = f"{self._seed} {request.task.id} {request.hidden_seed} {request.candidate.digest}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") < self._audit * 2**32

    def _run(
        self, request: Request, answer: Future[Outcome], *, prediction: Outcome | None, audited: bool
    ) -> Future[Outcome]:
        try:
            run = self._real.submit(request)
        except BaseException as error:  # noqa: BLE001  (whoever waits must hear of it)
            answer.set_exception(error)
            return answer
        run.add_done_callback(partial(self._landed, request, answer, prediction, audited))
        return answer

    def _landed(
        self, request: Request, answer: Future[Outcome], prediction: Outcome | None, audited: bool, run: Future[Outcome]
    ) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        if run.cancelled():
            answer.set_exception(CancelledError())
            return
        error = run.exception()
        if error is not None:
            answer.set_exception(error)
            return
        outcome = run.result()
        self._note(kind_of(request.task.env_id), outcome, prediction, audited=audited)
        if outcome.source is Source.REAL and succeeded(outcome):
            self._surrogate.learn(request)
        answer.set_result(replace(outcome, prediction=prediction) if prediction is not None else outcome)

    def _note(self, kind: str, outcome: Outcome, prediction: Outcome | None, *, audited: bool) -> None:
        with self._lock:
            counts = self._counts.setdefault(kind, HybridCounts())
            counts.run += 1
            if audited and prediction is not None:
                counts.audited += 1
                wrong = _label(outcome) != _label(prediction)
                counts.wrong += wrong
                self._audits.setdefault(kind, []).append(Checked(prediction.confidence or 0.0, wrong))
                if wrong:
                    self._tighten(kind, counts)

    def _tighten(self, kind: str, counts: HybridCounts) -> None:
        """Raise the threshold over wrong predictions until the audits above it no longer contradict the bound."""
        while (threshold := self._thresholds.get(kind)) is not None:
            above = [item for item in self._audits[kind] if item.confidence >= threshold]
            wrong = [item.confidence for item in above if item.wrong]
            if lower_bound(len(wrong), len(above), delta=_DELTA) <= self._max_error:
                return
            counts.tightened += 1
            right = [item.confidence for item in above if not item.wrong and item.confidence > min(wrong)]
            if right:
                self._thresholds[kind] = min(right)
            else:
                del self._thresholds[kind]  # nothing that was audited speaks for any prediction of this kind


def _label(outcome: Outcome) -> str:
    failed = outcome.failure
    return str(failed.label) if failed else "PASS"
