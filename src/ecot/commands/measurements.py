"""What `ecot bench` measures: each function measures one thing beside what it is compared with, and judges it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from ecot.commands.recording import Deed, RecordingSandbox, bare_seconds
from ecot.envs.backend import Backend
from ecot.envs.cached import CachedBackend
from ecot.envs.domain import Domain
from ecot.envs.env import CodeEnv, open_tasks
from ecot.envs.real import RealBackend
from ecot.envs.sandbox import Sandbox
from ecot.envs.statistics import Interval, bootstrap_interval, compare_paired, median
from ecot.envs.types import Candidate, Request, Task

OVERHEAD_RATIO, OVERHEAD_SECONDS = 0.15, 0.005
"""A step may take this share, or this many seconds, longer than its commands alone; the larger of the two."""
SCALING = 0.9
"""N workers do at least this times N as much as one."""
LISTED, LISTED_SECONDS, LISTED_MEMORY_RATIO = 10_000, 1.0, 1.05
IMPORT_SECONDS = 0.5
CLIENTS = 8
_WARM_UPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of the table.

    Attributes:
        name: what was measured.
        figure: with its unit and interval.
        target: that it is held against; empty where there is none.
        passed: whether it holds; None where there is no target.
        data: the numbers, raw where they are few.
    """

    name: str
    figure: str
    target: str = ""
    passed: bool | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured, and how long.

    Attributes:
        domain: whose toolchain runs.
        tasks: name of the task source; None for the domain's default.
        sandbox: what confines it.
        families: how many families give a task each.
        rounds: pairs of measurements.
        jobs: runs in one measurement of throughput.
        cores: workers of the full pool.
    """

    domain: Domain
    tasks: str | None
    sandbox: Sandbox
    families: int
    rounds: int
    jobs: int
    cores: int


def sample_tasks(plan: Plan) -> Sequence[Task]:
    """Return the first training task of each of some families, spread evenly over all."""
    source = open_tasks(plan.domain, plan.tasks)
    first: dict[str, str] = {}
    for task_id in source.ids("train"):
        first.setdefault(task_id.partition("@")[0], task_id)
    ids = list(first.values())
    count = min(plan.families, len(ids))
    return [source[ids[place * len(ids) // count]] for place in range(count)]


def request_of(task: Task, *, hidden_seed: int = 0) -> Request:
    """Return the request that judges a task's solution."""
    return Request(task=task, candidate=Candidate(task.solution), hidden_seed=hidden_seed)


def step_overhead(plan: Plan) -> list[Finding]:
    """A step through the whole environment against the same commands run bare, in turns, a row a task."""
    recorder = RecordingSandbox(plan.sandbox)
    with closing(RealBackend(workers=1, sandbox=recorder)) as backend:
        return [_overhead_of(plan, task, backend, recorder) for task in sample_tasks(plan)]


def _overhead_of(plan: Plan, task: Task, backend: RealBackend, recorder: RecordingSandbox) -> Finding:
    env = CodeEnv(plan.domain.id, backend=backend, tasks=plan.tasks, split=None)
    reply = f"```{plan.domain.fences[0]}\n{task.solution[0].text}\n```"
    bare, stepped, inside = [], [], []
    deeds: tuple[Deed, ...] = ()
    for index in range(-_WARM_UPS, plan.rounds):
        env.reset(options={"task_id": task.id, "hidden_seed": index + _WARM_UPS})
        recorder.recording.clear()
        began = time.perf_counter()
        env.step(reply)
        seconds = time.perf_counter() - began
        deeds = tuple(recorder.recording.deeds)
        if index >= 0:
            stepped.append(seconds)
            inside.append(recorder.recording.seconds)
            bare.append(bare_seconds(deeds))
        else:
            bare_seconds(deeds)
    env.close()
    timing = compare_paired(bare, stepped)
    share = [(outer - inner) / whole for outer, inner, whole in zip(inside, bare, bare, strict=True)]
    allowed = max(OVERHEAD_RATIO * timing.base_seconds, OVERHEAD_SECONDS)
    return Finding(
        name=f"step over bare commands: {task.family}",
        figure=(
            f"{_signed(timing.ratio)} = {timing.extra_seconds.estimate * 1e3:+.1f} ms on "
            f"{timing.base_seconds * 1e3:.1f} ms (sandbox {_middle(share) * 100:+.0f} %)"
        ),
        target=f"<= 15 % or 5 ms ({allowed * 1e3:.1f} ms)",
        passed=timing.ratio.estimate <= 1 + OVERHEAD_RATIO or timing.extra_seconds.estimate <= OVERHEAD_SECONDS,
        data={"task": task.id, "bare_seconds": bare, "step_seconds": stepped, "sandboxed_seconds": inside},
    )


def worker_scaling(plan: Plan) -> list[Finding]:
    """One worker against one a core on the same jobs, in turns, and their bare commands likewise: the machine's own."""
    tasks = sample_tasks(plan)
    requests = [request_of(task, hidden_seed=seed) for seed in range(plan.jobs) for task in tasks][: plan.jobs]
    recorder = RecordingSandbox(plan.sandbox)
    with closing(RealBackend(workers=1, sandbox=recorder)) as one:
        deeds = [_deeds_of(request, one, recorder) for request in requests[: len(tasks)]]
        commands = [deeds[index % len(deeds)] for index in range(plan.jobs)]
        with closing(RealBackend(workers=plan.cores, sandbox=plan.sandbox)) as many:
            _drain(many, requests[: plan.cores])
            seconds = [
                (
                    _drain(one, requests),
                    _drain(many, requests),
                    _bare_drain(commands, workers=1),
                    _bare_drain(commands, workers=plan.cores),
                )
                for _ in range(max(3, plan.rounds // 5))
            ]
    ours = _interval([slow / fast for slow, fast, _, _ in seconds])
    machine = _interval([slow / fast for _, _, slow, fast in seconds])
    return [
        Finding(
            name=f"{plan.cores} workers against 1",
            figure=f"{_range(ours)} times; their bare commands: {_range(machine)} times",
            target=f">= {SCALING * plan.cores:.2f} times",
            passed=ours.estimate >= SCALING * plan.cores,
            data={"jobs": plan.jobs, "seconds_1_N_bare_1_N": seconds},
        )
    ]


def _deeds_of(request: Request, backend: Backend, recorder: RecordingSandbox) -> tuple[Deed, ...]:
    recorder.recording.clear()
    backend.submit(request).result()
    return tuple(recorder.recording.deeds)


def _drain(backend: Backend, requests: Sequence[Request]) -> float:
    began = time.perf_counter()
    for future in [backend.submit(request) for request in requests]:
        future.result()
    return time.perf_counter() - began


def _bare_drain(commands: Sequence[tuple[Deed, ...]], *, workers: int) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(bare_seconds, commands))
    return time.perf_counter() - began


def cache_saves_runs(plan: Plan) -> list[Finding]:
    """Count commands for a candidate once, again, and twice in flight."""
    recorder = RecordingSandbox(plan.sandbox)
    first, second = (request_of(sample_tasks(plan)[0], hidden_seed=seed) for seed in (1, 2))
    counts = []
    with closing(CachedBackend(RealBackend(workers=2, sandbox=recorder))) as backend:
        for requests in ([first], [first], [second, second]):
            recorder.recording.clear()
            _drain(backend, requests)
            counts.append(recorder.recording.commands)
    once, again, twice = counts
    return [
        Finding(
            name="commands run: once / again / twice in flight",
            figure=f"{once} / {again} / {twice}",
            target=f"{once} / 0 / {once}",
            passed=once > 0 and again == 0 and twice == once,
            data={"once": once, "again": again, "twice_in_flight": twice},
        )
    ]


_LIST = """
import json, sys, time, tracemalloc
from itertools import islice
from ecot.envs.domain import domain_of
from ecot.envs.env import open_tasks
count, traced, tasks = int(sys.argv[2]), sys.argv[3] == "traced", sys.argv[4] or None
if traced:
    tracemalloc.start()
began = time.perf_counter()
source = open_tasks(domain_of(sys.argv[1]), tasks)
listed = sum(1 for task_id in islice(source.ids(None), count))
seconds = time.perf_counter() - began
peak = tracemalloc.get_traced_memory()[1] if traced else 0
print(json.dumps({"listed": listed, "seconds": seconds, "peak": peak, "total": len(source)}))
"""


def listing(plan: Plan) -> list[Finding]:
    """List tasks in fresh processes: the time of ten thousand, and the memory of these against a hundred's."""

    def measure(count: int, mode: str) -> dict[str, Any]:
        said = _fresh_python(_LIST, plan.domain.id, str(count), mode, plan.tasks or "")
        found: dict[str, Any] = json.loads(said)
        return found

    seconds = _interval([measure(LISTED, "timed")["seconds"] for _ in range(max(3, plan.rounds // 4))])
    few, many = measure(100, "traced"), measure(LISTED, "traced")
    ratio = many["peak"] / few["peak"]
    complete = many["listed"] == LISTED
    return [
        Finding(
            name=f"{many['listed']:,} of {many['total']:,} tasks listed",
            figure=f"{_range(seconds)} s, first use included",
            target=f"< {LISTED_SECONDS:g} s",
            passed=complete and seconds.estimate < LISTED_SECONDS,
            data={"seconds": seconds.estimate, "listed": many["listed"]},
        ),
        Finding(
            name=f"peak memory, {LISTED:,} against 100 tasks listed",
            figure=f"{many['peak'] / 2**20:.2f} / {few['peak'] / 2**20:.2f} MiB = {ratio:.3f}",
            target=f"<= {LISTED_MEMORY_RATIO:g}",
            passed=complete and ratio <= LISTED_MEMORY_RATIO,
            data={"peak_bytes_many": many["peak"], "peak_bytes_few": few["peak"]},
        ),
    ]


_IMPORT = "import time; began = time.perf_counter(); import ecot; print(time.perf_counter() - began)"


def import_time(plan: Plan) -> list[Finding]:
    """Import the package in fresh processes."""
    _fresh_python(_IMPORT)
    samples = [float(_fresh_python(_IMPORT)) for _ in range(max(5, plan.rounds // 2))]
    interval = _interval(samples)
    return [
        Finding(
            name="import ecot",
            figure=f"{_range(interval)} s",
            target=f"< {IMPORT_SECONDS:g} s",
            passed=interval.estimate < IMPORT_SECONDS,
            data={"seconds": samples},
        )
    ]


def _fresh_python(code: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return done.stdout


def _interval(values: Sequence[float]) -> Interval:
    return bootstrap_interval(values, statistic=median, method="percentile")


def _middle(values: Sequence[float]) -> float:
    return _interval(values).estimate


def _range(interval: Interval) -> str:
    return f"{interval.estimate:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _signed(ratio: Interval) -> str:
    shown = replace(ratio, estimate=ratio.estimate - 1, low=ratio.low - 1, high=ratio.high - 1)
    return f"{shown.estimate * 100:+.1f} % [{shown.low * 100:+.1f}, {shown.high * 100:+.1f}]"


def machine(plan: Plan) -> Mapping[str, Any]:
    """What the figures depend on beside the code."""
    return {
        "cores": plan.cores,
        "load_average": list(os.getloadavg()),
        "python": sys.version.split()[0],
        "sandbox": plan.sandbox.name,
        "rounds": plan.rounds,
        "jobs": plan.jobs,
    }


Measurement = Callable[[Plan], list[Finding]]
