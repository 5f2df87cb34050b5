"""`ecot replay`: submits every stored reply once more and reports where the outcome is another."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ecot.agents.replay import ReplayAgent
from ecot.agents.rollout import EpisodePlan, in_parallel, play_episode
from ecot.commands.summary import progress_bar
from ecot.envs.backend import Backend
from ecot.envs.backends import lease
from ecot.envs.domain import domain_of
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, EcotError
from ecot.envs.feedback import render_diagnostic
from ecot.envs.store import TrajectoryStore
from ecot.envs.tools import versions_of
from ecot.envs.types import Outcome, Source, StageResult, Trajectory

NAME = "replay"
HELP = "run every stored reply again and report any drift"

_LONGEST_CELL = 160


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between what is stored and what comes out now.

    Attributes:
        identity: of the trajectory.
        turn: from 1; 0 where the difference is of the whole episode.
        what: which part differs.
        stored: the old value.
        now: the new one.
    """

    identity: str
    turn: int
    what: str
    stored: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one trajectory.

    Attributes:
        turns: that were compared.
        drifts: that were found.
        skipped: why nothing was compared; empty where it was.
        failed: what broke on our side; empty where nothing did.
    """

    turns: int = 0
    drifts: tuple[Drift, ...] = ()
    skipped: str = ""
    failed: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", type=Path, help="folder of a trajectory store")
    parser.add_argument("--id", default="", metavar="PREFIX", help="only trajectories whose identity starts with this")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument(
        "--workers", type=int, default=len(os.sched_getaffinity(0)), metavar="N", help="episodes at once"
    )
    parser.add_argument("--backend", default="real", help="real (default) or remote:/path/of/socket")


def run(arguments: argparse.Namespace) -> int:
    """Replay; return 1 on drift, or where an episode broke on our side."""
    store = TrajectoryStore(arguments.path)
    chosen = store.identities(arguments.id)[: arguments.limit]
    if not chosen:
        raise ConfigError(f"{arguments.path} holds no trajectory whose identity starts with {arguments.id!r}")
    with closing(Backends(arguments.backend)) as backends:
        env_ids, versions = _survey(store, chosen)
        for env_id in env_ids:
            backends.of(env_id)  # a missing tool is told before anything runs
        results = _replay_all(store, chosen, backends, workers=arguments.workers)
    _report(Console(), results, versions)
    for problem in store.problems:
        sys.stderr.write(f"ecot: {problem}\n")
    if store.problems:
        return 2
    return 1 if versions or any(result.drifts or result.failed for result in results) else 0


class Backends:
    """One lease a domain, so that every episode shares the backend and tools are checked before anything runs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._leases: dict[str, Any] = {}
        self._lock = threading.Lock()

    def of(self, env_id: str) -> Backend:
        """The backend that judges a domain; raises `ToolchainMissing` where its tools are not installed."""
        with self._lock:
            if env_id not in self._leases:
                self._leases[env_id] = lease(self._name, domain_of(env_id))
                self._leases[env_id].check()
            backend: Backend = self._leases[env_id].backend
            return backend

    def close(self) -> None:
        """Give every lease back."""
        for held in self._leases.values():
            held.release()


def _replay_all(
    store: TrajectoryStore, identities: Sequence[str], backends: Backends, *, workers: int
) -> Sequence[Replayed]:
    jobs = (partial(_replay, store, identity, backends) for identity in identities)
    results = []
    with closing(in_parallel(jobs, workers=workers, stop=threading.Event())) as done, progress_bar() as progress:
        bar = progress.add_task("replayed", total=len(identities))
        for result in done:
            results.append(result)
            progress.advance(bar)
    return results


def _replay(store: TrajectoryStore, identity: str, backends: Backends) -> Replayed:
    stored = store[identity]
    skipped = _reason_to_skip(stored)
    if skipped:
        return Replayed(skipped=skipped)
    plan = EpisodePlan(task_id=stored.task_id, seed=stored.seed, sample_index=stored.sample_index)
    try:
        with closing(environment_of(stored, backends)) as env:
            now = play_episode(env, ReplayAgent(stored), plan=plan)
    except EcotError as error:
        return Replayed(failed=f"{identity[:12]}: {error}")
    if now.error and not now.error.startswith("ReplayError"):
        return Replayed(failed=f"{identity[:12]}: {now.error}")
    return Replayed(turns=len(now.turns), drifts=tuple(compare(stored, now)))


def _reason_to_skip(stored: Trajectory) -> str:
    if stored.error:
        return "broken on our side when it was played"
    if any(turn.outcome is None or turn.outcome.source is not Source.REAL for turn in stored.turns):
        return "predicted, not run"
    if stored.provenance.config.get("tasks") == "custom":
        return "its task source was an object that has no name"
    return ""


def environment_of(stored: Trajectory, backends: Backends) -> CodeEnv:
    """Return an environment like the one that a trajectory was played in."""
    config = stored.provenance.config
    return CodeEnv(
        stored.env_id,
        backend=backends.of(stored.env_id),
        tasks=config.get("tasks"),
        split=config.get("split"),
        feedback=config.get("feedback", "full"),
        corrections=config.get("corrections", 4),
        turn_cost=config.get("turn_cost", 0.0),
        stages=config.get("stages"),
        target=config.get("target", ""),
    )


def compare(stored: Trajectory, now: Trajectory) -> Iterator[Drift]:
    """Yield every difference that matters: the task, the course of the episode, labels, diagnostics and metrics."""
    if stored.task_digest != now.task_digest:
        yield Drift(stored.identity, 0, "task", stored.task_digest[:12], now.task_digest[:12])
    pairs = zip_longest(stored.turns, now.turns)
    for number, (before, after) in enumerate(pairs, start=1):
        if before is None or after is None or before.outcome is None or after.outcome is None:
            yield Drift(stored.identity, number, "turns", str(len(stored.turns)), str(len(now.turns)))
            return
        for what, old, new in _differences(before.outcome.canonical(), after.outcome.canonical()):
            yield Drift(stored.identity, number, what, old, new)
    if now.error:
        yield Drift(stored.identity, len(stored.turns) + 1, "turns", str(len(stored.turns)), "more")


def _differences(stored: Outcome, now: Outcome) -> Iterator[tuple[str, str, str]]:
    if stored.label is not now.label:
        yield "label", stored.label, now.label
    for before, after in zip_longest(stored.stages, now.stages):
        if before is None or after is None or before.name != after.name:
            yield "stages", _name(before), _name(after)
            return
        if before.diagnostics != after.diagnostics:
            yield f"{before.name} diagnostics", _diagnostics(before), _diagnostics(after)
        for key in sorted({*before.metrics, *after.metrics}):
            if before.metrics.get(key) != after.metrics.get(key):
                yield f"{before.name} {key}", str(before.metrics.get(key)), str(after.metrics.get(key))


def _name(stage: StageResult | None) -> str:
    return stage.name if stage else "-"


def _diagnostics(stage: StageResult) -> str:
    return "\n".join(render_diagnostic(item) for item in stage.diagnostics) or "none"


def _survey(store: TrajectoryStore, identities: Sequence[str]) -> tuple[Sequence[str], Sequence[tuple[str, str, str]]]:
    """Return the environments, and each tool whose version is not that of the record: name, stored, now."""
    recorded: dict[tuple[str, str, str], None] = {}
    env_ids: dict[str, None] = {}
    for identity in identities:
        trajectory = store[identity]
        env_ids[trajectory.env_id] = None
        for tool, version in trajectory.provenance.toolchain.items():
            recorded[trajectory.env_id, tool, str(version)] = None
    found: dict[tuple[str, str, str], None] = {}
    for env_id, tool, version in recorded:
        now = versions_of(domain_of(env_id)).get(tool, "not used")
        if now != version:
            found[tool, version, now] = None
    return list(env_ids), list(found)


def _report(console: Console, results: Sequence[Replayed], versions: Sequence[tuple[str, str, str]]) -> None:
    drifts = [drift for result in results for drift in result.drifts]
    if drifts:
        table = Table("trajectory", "turn", "what", "stored", "now", title="drift", title_justify="left")
        for drift in drifts:
            cells = (drift.identity[:12], str(drift.turn or "-"), drift.what, drift.stored, drift.now)
            table.add_row(*(Text(cell[:_LONGEST_CELL]) for cell in cells))
        console.print(table)
    for tool, stored, now in versions:
        console.print(Text(f"{tool}: recorded with {stored}, here {now}"))
    for reason, count in Counter(result.skipped for result in results if result.skipped).items():
        console.print(Text(f"skipped {count}: {reason}"))
    for result in results:
        if result.failed:
            console.print(Text(f"not replayed: {result.failed}"))
    compared = [result for result in results if not (result.skipped or result.failed)]
    turns = sum(result.turns for result in compared)
    drifted = len({drift.identity for drift in drifts})
    console.print(f"{len(compared)} trajectories and {turns} turns run again, {drifted} drifted")
