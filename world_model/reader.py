"""A process of its own for the parsers: a candidate that exhausts or crashes one costs that process alone.

As `python -m ecot.world_model.reader` it answers a line of JSON with a line of JSON. Nothing of a candidate is run.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import subprocess
import sys
import threading

from ecot.envs.encoding import to_json
from ecot.envs.errors import PredictionError
from ecot.envs.types import EnvironmentBundle, Task
from ecot.world_model.parsers import Complaint, complaints

__all__ = ["GuardedParsers", "guarded_complaints"]

_MEMORY = 2 * 2**30
"""Bytes of address space that the process may take."""
_SECONDS = 5.0
"""Of wall clock that one candidate may take."""
_START_SECONDS = 120.0
"""Of wall clock that the process may take to import what it needs, on a busy machine."""
_LIMIT = (Complaint("parser_limit", 0),)


class GuardedParsers:
    """Asks the parsers in another process, started when first needed and after each time that it died."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Hold no process, without a word to what was held."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def complaints(self, task: Task, source: str) -> tuple[Complaint, ...]:
        """Return what the parser of a task's language says; `parser_limit` where it ran out of time or memory."""
        question = {"env_id": task.env_id, "params": to_json(task.bundle.params), "source": source}
        with self._lock:
            answer = self._ask(json.dumps(question))
            if not answer:
                self._end()
                return _LIMIT
        return tuple(Complaint(str(code), int(line)) for code, line in json.loads(answer))

    def close(self) -> None:
        """End the process; it starts anew where it is needed again."""
        with self._lock:
            self._end()

    def _ask(self, question: str) -> str:
        """One line of answer; empty where the process died, or was killed for taking too long.

        Raises:
            PredictionError: the process does not start, which says nothing of the candidate.
        """
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ecot.world_model.reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            if not self._said("", seconds=_START_SECONDS):
                raise PredictionError(f"the parsers' process did not start within {_START_SECONDS:g} s; try again")
        return self._said(question + "\n", seconds=_SECONDS)

    def _said(self, text: str, *, seconds: float) -> str:
        """The line that the process says to a text; empty where it died, or was killed for taking too long."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return ""
        watchdog = threading.Timer(seconds, process.kill)
        watchdog.start()
        try:
            process.stdin.write(text)
            process.stdin.flush()
            return process.stdout.readline()
        except (BrokenPipeError, OSError):
            return ""
        finally:
            watchdog.cancel()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


_shared = GuardedParsers()
atexit.register(_shared.close)
# A forked child must not talk into the pipes of its parent's process.
os.register_at_fork(after_in_child=_shared.forget)


def guarded_complaints(task: Task, source: str) -> tuple[Complaint, ...]:
    """Return what the parser says, asked in the process that all readings share."""
    return _shared.complaints(task, source)


def _serve() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        question = json.loads(line)
        bundle = EnvironmentBundle(entry="candidate", params=question["params"])
        task = Task(id="candidate", env_id=question["env_id"], instruction="", bundle=bundle)
        try:
            found = complaints(task, question["source"])
        except (MemoryError, RecursionError):
            found = _LIMIT
        sys.stdout.write(json.dumps([[item.code, item.line] for item in found]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
