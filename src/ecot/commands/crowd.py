"""Eight client processes on one server against one process with the pool to itself; part of `ecot bench`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ecot.commands.measurements import CLIENTS, Finding, Plan, request_of, sample_tasks
from ecot.envs.backend import Backend
from ecot.envs.cached import CachedBackend
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import SandboxError
from ecot.envs.real import RealBackend
from ecot.envs.remote import RemoteBackend
from ecot.envs.server import Server
from ecot.envs.statistics import bootstrap_interval, median
from ecot.envs.types import Outcome, Request

CROWD = 0.9
"""Eight clients together get at least this times the throughput of one local process."""

ROUNDS = 3
"""Times that both are measured, in turns."""

_DIED = "a client process of the benchmark ended before it answered; its words are above"


@dataclass(frozen=True, slots=True)
class _Round:
    """Seconds of one process and of all clients for the same jobs; whether outcomes agreed; runs for the clients."""

    alone: float
    crowd: float
    equal: bool
    runs: int


def eight_clients(plan: Plan) -> list[Finding]:
    """Work shared by eight processes: outcomes equal to a local backend's, as fast, and nothing run twice."""
    each = max(2, plan.jobs // CLIENTS)
    rounds = [_round(plan, each, first_seed=number * (CLIENTS + 1) * each) for number in range(ROUNDS)]
    ratio = bootstrap_interval([item.alone / item.crowd for item in rounds], statistic=median, method="percentile")
    seconds = sum(item.crowd for item in rounds) / (ROUNDS * CLIENTS * each)
    equal, expected_runs = all(item.equal for item in rounds), ROUNDS * (CLIENTS + 1) * each
    runs = sum(item.runs for item in rounds)
    return [
        Finding(
            name=f"{CLIENTS} clients on one server against 1 local process",
            figure=f"{ratio.estimate:.2f} [{ratio.low:.2f}, {ratio.high:.2f}] times the throughput "
            f"({seconds * 1e3:.0f} ms a job)",
            target=f">= {CROWD:g} times",
            passed=ratio.estimate >= CROWD,
            data={"jobs": CLIENTS * each, "alone_crowd_seconds": [(item.alone, item.crowd) for item in rounds]},
        ),
        Finding(
            name=f"outcomes of {CLIENTS} clients; runs for {expected_runs} requests, {ROUNDS * each} of them by all",
            figure=f"{'equal' if equal else 'DIFFERENT'}; {runs} runs",
            target=f"equal; {expected_runs} runs",
            passed=equal and runs == expected_runs,
        ),
    ]


def _round(plan: Plan, each: int, *, first_seed: int) -> _Round:
    tasks = sample_tasks(plan)
    many = [
        request_of(tasks[number % len(tasks)], hidden_seed=first_seed + number)
        for number in range((CLIENTS + 1) * each)
    ]
    own, same = [many[client * each : (client + 1) * each] for client in range(CLIENTS)], many[CLIENTS * each :]
    with closing(CachedBackend(RealBackend(workers=plan.cores, sandbox=plan.sandbox))) as local:
        _outcomes(local, [own[0][0]])
        began = time.perf_counter()
        expected = _outcomes(local, [request for mine in own for request in mine])
        alone = time.perf_counter() - began
        expected_same = _outcomes(local, same)
    with closing(CachedBackend(RealBackend(workers=plan.cores, sandbox=plan.sandbox))) as backend:
        crowd, answers, shared = _serve(backend, own, same)
        runs = backend.counts.misses  # the warm-up is one of the clients' own
    equal = [item.canonical() for item in expected] == [item.canonical() for part in answers for item in part]
    equal &= all([item.canonical() for item in part] == [item.canonical() for item in expected_same] for part in shared)
    return _Round(alone, crowd, equal, runs)


def _outcomes(backend: Backend, requests: Sequence[Request]) -> list[Outcome]:
    return [future.result() for future in [backend.submit(request) for request in requests]]


def _serve(
    backend: CachedBackend, own: Sequence[Sequence[Request]], same: Sequence[Request]
) -> tuple[float, list[list[Outcome]], list[list[Outcome]]]:
    """Return the seconds from the first question to the last answer, and each client's two lists of outcomes."""
    with TemporaryDirectory(prefix="ecot") as folder, Server(backend, address=str(Path(folder, "s"))) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            backend.submit(own[0][0]).result()
            with ExitStack() as living:
                clients = [living.enter_context(_Client(Path(folder, "s"), [*mine], [*same])) for mine in own]
                for client in clients:
                    client.await_ready()
                began = time.perf_counter()
                answers = _all(clients, "own")
                seconds = time.perf_counter() - began
                shared = _all(clients, "same")
        finally:
            server.stop()
            thread.join()
    return seconds, answers, shared


def _all(clients: Sequence[_Client], what: str) -> list[list[Outcome]]:
    for client in clients:
        client.say(what)
    return [client.hear() for client in clients]


class _Client:
    """A process that submits what it holds when told to."""

    def __init__(self, address: Path, own: list[Request], same: list[Request]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ecot.commands.crowd", str(address)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.say(json.dumps({"own": to_json(own), "same": to_json(same)}))

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    def await_ready(self) -> None:
        """Wait until it has read its requests and met the server."""
        self._line()

    def say(self, line: str) -> None:
        """Write a line to the process."""
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise SandboxError(_DIED) from error

    def hear(self) -> list[Outcome]:
        """Read the outcomes of what it was told last."""
        return [from_json(Outcome, item) for item in json.loads(self._line())]

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise SandboxError(_DIED)
        return line


def main() -> None:
    """Be a client: read the requests, then do what each line names until one is empty."""
    held = {
        name: [from_json(Request, item) for item in items] for name, items in json.loads(sys.stdin.readline()).items()
    }
    backend = RemoteBackend(sys.argv[1])
    backend.describe()
    print("ready", flush=True)
    while name := sys.stdin.readline().strip():
        print(json.dumps([to_json(outcome) for outcome in _outcomes(backend, held[name])]), flush=True)
    backend.close()


if __name__ == "__main__":
    main()
