"""The backend of a Ray cluster, on a real one of two nodes: the same outcomes, nothing lost or double when one dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from serving import until

from ecot.envs.domain import domain_of
from ecot.envs.errors import SandboxError
from ecot.envs.real import RealBackend
from ecot.envs.store import TrajectoryStore
from ecot.envs.types import Candidate, Request

pytestmark = [pytest.mark.needs("ray", "iverilog", "yosys"), pytest.mark.timeout(600)]

STORE_BYTES = 80 << 20


@pytest.fixture
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": STORE_BYTES})
    made.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
    yield made
    made.shutdown()


def requests(count: int) -> list[Request]:
    source = domain_of("ECoT/Verilog-v0").sources["families"]("decoder,comparator")
    ids = source.ids("train")[:count]
    return [
        Request(task=task, candidate=Candidate(task.solution), hidden_seed=seed)
        for seed, task in enumerate(source[task_id] for task_id in ids)
    ]


def test_outcomes_are_those_of_this_machine_and_a_node_that_dies_loses_none(cluster: Any) -> None:
    from ecot.envs.cluster import RayBackend

    asked = requests(12)
    with closing(RayBackend(address=cluster.address, workers=1)) as backend:
        assert until(lambda: len(backend.nodes()) == 2, seconds=120)
        assert backend.describe()["cluster"] == "ray"
        futures = [backend.submit(request) for request in asked]
        futures[0].result(120)
        cluster.remove_node(cluster.worker_nodes.copy().pop(), allow_graceful=False)
        outcomes = [future.result(240) for future in futures]
        assert until(lambda: len(backend.nodes()) == 1, seconds=60)
    with closing(RealBackend(workers=1)) as here:
        assert [item.canonical() for item in outcomes] == [here.submit(item).result().canonical() for item in asked]


def test_a_collection_on_a_cluster_holds_every_trajectory_once_though_a_node_was_killed(
    cluster: Any, tmp_path: Path
) -> None:
    words = ["env=verilog", "tasks=families:decoder", "agent=scripted", "episodes=10", "seed=3"]
    command = [sys.executable, "-m", "ecot", "collect", *words]
    on_cluster = [*command, "backend=ray", f"backend.address={cluster.address}", "backend.workers=1", "in_flight=4"]
    process = subprocess.Popen([*on_cluster, f"output={tmp_path / 'cluster'}"], stdout=subprocess.DEVNULL)
    try:
        assert until(lambda: process.poll() is not None or stored(tmp_path / "cluster") >= 2, seconds=180)
        cluster.remove_node(cluster.worker_nodes.copy().pop(), allow_graceful=False)
        assert process.wait(240) == 0
    finally:
        process.kill()
        process.wait()
    subprocess.run([*command, f"output={tmp_path / 'here'}"], check=True, stdout=subprocess.DEVNULL)
    cluster_has, here_has = (turns_in(tmp_path / name) for name in ("cluster", "here"))
    assert len(here_has) == 10
    assert cluster_has == here_has


def stored(path: Path) -> int:
    return sum(len(shard.read_bytes().splitlines()) for shard in path.glob("**/*.jsonl"))


def turns_in(path: Path) -> list[Any]:
    with TrajectoryStore(path) as store:
        return sorted(
            (item.task_id, [(turn.action, turn.outcome and turn.outcome.canonical()) for turn in item.turns])
            for item in store.readable()
        )


def test_a_cluster_that_is_not_there_is_named_with_the_remedy() -> None:
    from ecot.envs.cluster import RayBackend

    with pytest.raises(SandboxError, match=r"no Ray cluster at '127\.0\.0\.1:1'.*ray start --head"):
        RayBackend(address="127.0.0.1:1")
