"""What `ecot bench` says of a domain whose toolchain lives in Python: a warm forked worker against a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from statistics import median

from ecot.commands.measurements import Finding, Plan, request_of, sample_tasks
from ecot.envs.domain import domain_of
from ecot.envs.env import open_tasks
from ecot.envs.real import RealBackend
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Outcome, digest

_FRESH = "from ecot.commands.warm_worker import judge_once; judge_once()"


def warm_worker(plan: Plan) -> list[Finding]:
    """The same requests through one warm worker and through a new process each, in turns; verdicts must be equal."""
    if not plan.domain.warm_gain:
        return []
    tasks = sample_tasks(plan)
    fresh, warm, equal = [], [], True
    with closing(RealBackend(workers=1, sandbox=plan.sandbox)) as backend:
        for task in tasks:
            backend.submit(request_of(task, hidden_seed=1)).result()
        for turn in range(max(2, plan.rounds // 5)):
            for task in tasks:
                seed = turn + 2
                began = time.perf_counter()
                theirs = _in_a_fresh_process(plan, task.id, seed)
                fresh.append(time.perf_counter() - began)
                began = time.perf_counter()
                ours = verdict(backend.submit(request_of(task, hidden_seed=seed)).result())
                warm.append(time.perf_counter() - began)
                equal &= ours == theirs
    ratio = median(fresh) / median(warm)
    return [
        Finding(
            name="warm worker against a fresh process",
            figure=f"{ratio:.1f} times: {median(fresh):.2f} s to {median(warm):.3f} s, "
            f"verdicts {'equal' if equal else 'DIFFER'}",
            target=f">= {plan.domain.warm_gain:.0f} times, equal verdicts",
            passed=equal and ratio >= plan.domain.warm_gain,
            data={"fresh_seconds": fresh, "warm_seconds": warm, "tasks": [task.id for task in tasks]},
        )
    ]


def verdict(outcome: Outcome) -> str:
    """Return a digest of what an agent would be told."""
    return digest(outcome.canonical())


def judge_once() -> None:
    """Judge the solution of the task that standard input names, and print the verdict."""
    order = json.load(sys.stdin)
    source = open_tasks(domain_of(order["env_id"]), order["tasks"])
    with closing(RealBackend(workers=1, sandbox=choose(order["sandbox"]))) as backend:
        outcome = backend.submit(request_of(source[order["task_id"]], hidden_seed=order["seed"])).result()
    sys.stdout.write(verdict(outcome))


def _in_a_fresh_process(plan: Plan, task_id: str, seed: int) -> str:
    order = {
        "env_id": plan.domain.id,
        "tasks": plan.tasks,
        "task_id": task_id,
        "seed": seed,
        "sandbox": plan.sandbox.name,
    }
    done = subprocess.run(
        [sys.executable, "-c", _FRESH], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    return done.stdout
