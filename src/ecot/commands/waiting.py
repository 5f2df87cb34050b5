"""What `ecot bench` measures of episodes that wait for a model: how busy the tools stay, what the loop itself costs.

The model is simulated: the scripted agent, each answer delayed by a fixed latency. The tools are real.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from typing import Any

from ecot.agents.agent import Agent, Reply, TaskView
from ecot.agents.baselines import FixedAgent, fenced
from ecot.agents.rollout import plan_episodes, play_episodes
from ecot.agents.scripted import ScriptedAgent
from ecot.commands.measurements import Finding, Plan
from ecot.envs.env import CodeEnv, open_tasks
from ecot.envs.real import RealBackend
from ecot.envs.sandbox import Sandbox
from ecot.envs.types import Label, Outcome, Request, StageResult, Task

LATENCY = 1.0
"""Seconds that the simulated model takes for an answer."""
EPISODES = 256
BUSY_SHARE, CHAIN_RATIO, TURN_SECONDS = 0.9, 1.2, 0.002
_TURNS = 5


def waiting_episodes(plan: Plan) -> list[Finding]:
    """256 episodes at once over the real tools: how busy the workers were, and the time against the longest chain."""
    episodes = EPISODES if plan.rounds >= 15 else EPISODES // 8
    source = open_tasks(plan.domain, plan.tasks)
    plans = list(plan_episodes(source.ids("train"), episodes=episodes, samples=1, seed=0))
    backend = _Metered(workers=plan.cores, sandbox=plan.sandbox)
    with closing(backend):
        began = time.perf_counter()
        make_env = partial(CodeEnv, plan.domain.id, backend=backend, tasks=plan.tasks)
        played = list(play_episodes(make_env, _Delayed(), plans=plans, workers=episodes))
        seconds = time.perf_counter() - began
    chains = [
        sum(LATENCY + sum(stage.seconds for stage in turn.outcome.stages) for turn in item.turns if turn.outcome)
        for item in played
    ]
    busy = backend.seconds / (plan.cores * seconds)
    turns = sum(len(item.turns) for item in played)
    broken = sum(bool(item.error) for item in played)
    return [
        Finding(
            name=f"{episodes} episodes at once, a model of {LATENCY:g} s, {plan.cores} workers",
            figure=(
                f"workers {busy:.0%} busy; {seconds:.1f} s for {turns} turns, {seconds / max(chains):.2f} times the "
                f"longest chain" + (f"; {broken} broke on our side" if broken else "")
            ),
            target=f">= {BUSY_SHARE:.0%} busy or <= {CHAIN_RATIO:g} times the longest chain",
            passed=busy >= BUSY_SHARE or seconds <= CHAIN_RATIO * max(chains),
            data={"busy": busy, "seconds": seconds, "turns": turns, "longest_chain": max(chains), "broken": broken},
        )
    ]


def loop_cost(plan: Plan) -> list[Finding]:
    """The processor time of a turn with a model and tools that answer at once: what the loop and the record cost."""
    episodes = EPISODES
    source = open_tasks(plan.domain, plan.tasks)
    plans = list(plan_episodes(source.ids("train"), episodes=episodes, samples=1, seed=0))
    agent = FixedAgent("fixed", fenced("x\n" * 60, plan.domain.fences[0]))
    held = _Held({item.task_id: source[item.task_id] for item in plans})
    make_env = partial(CodeEnv, plan.domain.id, backend=_Instant(), tasks=held, corrections=_TURNS - 1)
    began = time.process_time()
    turns = sum(len(item.turns) for item in play_episodes(make_env, agent, plans=plans, workers=episodes))
    seconds = (time.process_time() - began) / turns
    return [
        Finding(
            name=f"a turn of the loop itself, {episodes} episodes at once, tasks built before",
            figure=f"{seconds * 1e3:.2f} ms of processor time",
            target=f"< {TURN_SECONDS * 1e3:g} ms",
            passed=seconds < TURN_SECONDS,
            data={"seconds": seconds, "turns": turns},
        )
    ]


class _Metered(RealBackend):
    """Adds up how long its workers are at work. A subclass, since only the worker knows when a job begins."""

    def __init__(self, *, workers: int, sandbox: Sandbox) -> None:
        super().__init__(workers=workers, sandbox=sandbox)
        self.seconds = 0.0
        self._meter = threading.Lock()

    def _execute(self, request: Request) -> Outcome:
        began = time.perf_counter()
        try:
            return super()._execute(request)
        finally:
            with self._meter:
                self.seconds += time.perf_counter() - began


class _Held:
    """Tasks that were built before: what a domain takes to write a task is no cost of the loop."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks

    def __len__(self) -> int:
        return len(self._tasks)

    def ids(self, split: str | None = None) -> Sequence[str]:
        return list(self._tasks)

    def __getitem__(self, task_id: str) -> Task:
        return self._tasks[task_id]


class _Instant:
    """Finds everything wrong, at once."""

    def submit(self, request: Request) -> Future[Outcome]:
        stage = StageResult(name="check", passed=False, label=Label.MISMATCH, engine="none")
        done: Future[Outcome] = Future()
        done.set_result(Outcome(stages=(stage,)))
        return done

    def describe(self) -> Mapping[str, str]:
        return {"name": "instant", "sandbox": "none"}

    def close(self) -> None:
        """Nothing is held."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _Instant:
        return self


class _Delayed:
    """The scripted agent behind a model's latency."""

    def __init__(self) -> None:
        self._inner = ScriptedAgent()
        self.name = f"delayed({self._inner.name})"

    def begin(self, task: Task, *, seed: int) -> Agent:
        return _DelayedPlayer(self.name, self._inner.begin(task, seed=seed))


class _DelayedPlayer:
    def __init__(self, name: str, inner: Agent) -> None:
        self.name = name
        self._inner = inner

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        time.sleep(LATENCY)
        return self._inner.act(conversation, view)
