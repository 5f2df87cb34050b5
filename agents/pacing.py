"""Not faster than allowed: a pace that many threads share, and how long to wait before trying again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds of the first back-off, and the most that one may last."""


class Pace:
    """Lets so much pass a minute, whoever asks; asking for nothing is free.

    Args:
        per_minute: units (requests, tokens); None for no limit.
        clock: seconds, never running back.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        per_minute: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = 60.0 / per_minute if per_minute else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def take(self, amount: float = 1.0) -> None:
        """Wait for one's turn, and claim `amount` of what passes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at)
            self._free_at = turn + amount * self._seconds
        if turn > now:
            self._sleep(turn - now)

    def settle(self, amount: float) -> None:
        """Claim more, or give back what was claimed too much, without waiting."""
        with self._lock:
            self._free_at += amount * self._seconds

    def hold(self, seconds: float) -> None:
        """Let nothing pass for so long: somebody was told to wait, which concerns all."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock() + seconds)


def back_off(attempt: int, *, random: Random) -> float:
    """Return seconds to wait after failed attempt number `attempt` (from 1): doubling, drawn from the upper half.

    >>> 0.5 <= back_off(2, random=Random(1)) <= 1.0
    True
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))
    return random.uniform(longest / 2, longest)


def asked_wait(header: str | None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3), at most `LONGEST_WAIT`.

    >>> asked_wait("3"), asked_wait(None), asked_wait("soon")
    (3.0, None, None)
    """
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(LONGEST_WAIT, max(0.0, seconds)) if seconds == seconds else None
