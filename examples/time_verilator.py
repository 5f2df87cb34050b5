"""Times what Verilator adds to a judgement: stages `compile` and `simulate` of the solutions of some families, warm.

python examples/time_verilator.py          # every family that is judged by vectors; the docs hold its line
python examples/time_verilator.py counter fifo
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from contextlib import closing

from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, Request, Task
from ecot.envs.verilog.source import FamilySource

STAGES = ("compile", "simulate")
ROUNDS = 3
FEW = ("counter", "fifo")


def seconds(backend: RealBackend, task: Task) -> float:
    """Median wall-clock seconds of both stages over hidden seeds; the first run, which may fill caches, is left out."""
    taken = []
    for seed in range(ROUNDS + 1):
        request = Request(
            task=task, candidate=Candidate(task.solution), hidden_seed=seed, stages=STAGES, target="verilator"
        )
        outcome = backend.submit(request).result()
        if outcome.failure is not None:
            raise SystemExit(f"the solution of {task.id} does not pass on Verilator: {outcome.failure}")
        taken.append(sum(stage.seconds for stage in outcome.stages))
    return statistics.median(taken[1:])


def main(families: Sequence[str]) -> None:
    """Print one line."""
    source = FamilySource("" if "all" in families else ",".join(families or FEW))
    first = {task_id.partition("@")[0]: task_id for task_id in source.ids()}
    tasks = [source[task_id] for task_id in first.values()]
    with closing(RealBackend(workers=1)) as backend:
        found = {task.family: seconds(backend, task) for task in tasks if task.bundle.params["judge"] == "model"}
    slowest = max(found, key=lambda name: found[name])
    middle = statistics.median(found.values())
    print(f"{len(found)} families: median {middle * 1e3:.0f} ms, longest {found[slowest] * 1e3:.0f} ms ({slowest})")


if __name__ == "__main__":
    main(sys.argv[1:])
