"""`ecot audit`: runs predicted trajectories for real, says how often they were right, and keeps the corrected ones."""

from __future__ import annotations

import argparse
import hashlib
import os
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ecot.agents.replay import ReplayAgent
from ecot.agents.rollout import EpisodePlan, in_parallel, play_episode
from ecot.commands.replay import Backends, environment_of
from ecot.commands.summary import progress_bar
from ecot.envs.errors import ConfigError, EcotError
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Source, Trajectory, Turn

NAME = "audit"
HELP = "run predicted trajectories for real and correct their labels"

_ENDED = "ReplayError"


@dataclass(frozen=True, slots=True)
class _Audited:
    """One trajectory: as it was stored, and as the real tools judged it; the second is None where they could not."""

    stored: Trajectory
    real: Trajectory | None
    failed: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "the output holds real outcomes: `ecot distill runs/real OUTPUT` trains on both"
    parser.add_argument("path", type=Path, help="folder of a store that holds predicted outcomes")
    parser.add_argument("--output", type=Path, metavar="STORE", help="where corrected trajectories are kept")
    parser.add_argument("--share", type=float, default=0.1, help="of the trajectories, in (0, 1] (0.1)")
    parser.add_argument("--seed", type=int, default=0, help="of the choice (0)")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="episodes at once")
    parser.add_argument("--backend", default="real", help="real (default) or remote:/path/of/socket")


def run(arguments: argparse.Namespace) -> int:
    """Audit; return 1 where something could not be run."""
    if not 0 < arguments.share <= 1:
        raise ConfigError(f"--share={arguments.share} must lie above 0 and at most at 1")
    if arguments.output is not None and arguments.output.resolve() == arguments.path.resolve():
        raise ConfigError(f"{arguments.output} holds the predictions themselves; choose another output")
    store = TrajectoryStore(arguments.path)
    chosen = [item for item in store if is_predicted(item) and _drawn(item, arguments.seed, arguments.share)]
    if not chosen:
        raise ConfigError(f"{arguments.path} holds no predicted trajectory in a share of {arguments.share:g}")
    with ExitStack() as stack:
        backends = stack.enter_context(closing(Backends(arguments.backend)))
        for env_id in sorted({item.env_id for item in chosen}):
            backends.of(env_id)  # a missing tool is told before anything runs
        output = stack.enter_context(TrajectoryStore(arguments.output, write=True)) if arguments.output else None
        jobs = (partial(_audit, item, backends) for item in chosen)
        done = stack.enter_context(closing(in_parallel(jobs, workers=arguments.workers, stop=threading.Event())))
        progress = stack.enter_context(progress_bar())
        bar = progress.add_task("audited", total=len(chosen))
        audited = []
        for item in done:
            audited.append(item)
            if output is not None and item.real is not None:
                output.append(item.real)
            progress.advance(bar)
    _report(Console(), audited)
    return 1 if any(item.failed for item in audited) else 0


def is_predicted(trajectory: Trajectory) -> bool:
    """Whether any of its outcomes was predicted, and nothing broke."""
    return not trajectory.error and any(_was_predicted(turn) for turn in trajectory.turns)


def _was_predicted(turn: Turn) -> bool:
    return turn.outcome is not None and turn.outcome.source is Source.SURROGATE


def _drawn(trajectory: Trajectory, seed: int, share: float) -> bool:
    digest = hashlib.sha256(f"{seed} {trajectory.identity}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def _audit(stored: Trajectory, backends: Backends) -> _Audited:
    """Play the stored replies on the real tools; each real outcome carries the prediction that stood in its place."""
    plan = EpisodePlan(task_id=stored.task_id, seed=stored.seed, sample_index=stored.sample_index)
    try:
        with closing(environment_of(stored, backends)) as env:
            now = play_episode(env, ReplayAgent(stored), plan=plan)
    except EcotError as error:
        return _Audited(stored, None, f"{stored.identity[:12]}: {error}")
    if now.error.startswith(_ENDED):
        # The prediction ended the episode too early: what was played stands, and nobody knows what would have followed.
        now = replace(now, error="", truncated=True)
    if now.error:
        return _Audited(stored, None, f"{stored.identity[:12]}: {now.error}")
    turns = tuple(_marked(turn, other) for turn, other in zip(now.turns, stored.turns, strict=False))
    return _Audited(stored, replace(now, turns=turns))


def _marked(turn: Turn, stored: Turn) -> Turn:
    if turn.outcome is None or stored.outcome is None or not _was_predicted(stored):
        return turn
    return replace(turn, outcome=replace(turn.outcome, prediction=stored.outcome))


def _report(console: Console, audited: Sequence[_Audited]) -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    agree = 0
    for item in audited:
        if item.real is None:
            continue
        agree += item.real.passed == item.stored.passed
        for turn in item.real.turns:
            if turn.outcome is not None and turn.outcome.prediction is not None:
                pairs[str(turn.outcome.prediction.label), str(turn.outcome.label)] += 1
    right = sum(count for (said, real), count in pairs.items() if said == real)
    ran = sum(item.real is not None for item in audited)
    table = Table(title="predictions that were wrong", box=SIMPLE_HEAD)
    for column in ("predicted", "real", "turns"):
        table.add_column(column, justify="right" if column == "turns" else "left")
    for (said, real), count in pairs.most_common():
        if said != real:
            table.add_row(said, real, str(count))
    if table.row_count:
        console.print(table)
    console.print(f"{right} of {pairs.total()} predicted turns were right; {agree} of {ran} episodes end the same way")
    for item in audited:
        if item.failed:
            console.print(f"could not be run: {item.failed}")
