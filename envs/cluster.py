"""A backend on a Ray cluster: an actor on every node, requests to the one with the most room that has the tools.

Ray finds the nodes, starts the actors and notices deaths; here is only which request goes where. What a lost node held
is judged again elsewhere, which is sound, as a verdict is a function of its request. Trajectories are made and stored
where the episodes are played, so that a node has nothing to lose but work.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayError, RaySystemError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ecot.envs.cached import CachedBackend
from ecot.envs.domain import domain_of, domains
from ecot.envs.encoding import from_json, to_json
from ecot.envs.errors import EcotError, SandboxError, ToolchainMissing
from ecot.envs.provenance import judge_digest
from ecot.envs.real import RealBackend
from ecot.envs.tools import check_tools
from ecot.envs.types import Outcome, Request

__all__ = ["RayBackend"]

_LOOK_SECONDS = 10.0
"""How often the cluster is asked for new nodes, at most."""
_GREETING_SECONDS = 10.0
_TRIES = 4
"""Nodes that a request may be lost with; it would be the request that kills them."""


class RayBackend:
    """Judges on the nodes of a Ray cluster; `submit` never blocks, and what no node has room for waits here, in order.

    A node serves the environments whose tools it has, which it says itself. It runs the same judge as this process, or
    is left out. Nodes that join are used within seconds. Not to be shared with processes forked from this one.

    Args:
        address: of the cluster, `auto` for the one that this machine belongs to, `local` for one of this process alone.
        workers: toolchains at a time on each node; None for one a processor that the node offers.
        sandbox: what confines candidates there.
        resource: a custom resource that a node must offer to be used; empty for every node with processors.
        start_seconds: how long the first node may take.

    Raises:
        SandboxError: there is no such cluster, or no node of it can judge.
    """

    def __init__(
        self,
        *,
        address: str = "auto",
        workers: int | None = None,
        sandbox: str = "auto",
        resource: str = "",
        start_seconds: float = 120.0,
    ) -> None:
        self._address, self._workers, self._sandbox, self._resource = address, workers, sandbox, resource
        self._lock = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._nodes: dict[str, _Node] = {}
        self._starting: set[str] = set()
        self._refused: dict[str, str] = {}
        self._looked, self._closed = 0.0, False
        self._ours = not ray.is_initialized()
        if self._ours:
            _join(address)
        self._look()
        self._await_first(start_seconds)

    def __deepcopy__(self, memo: dict[int, Any]) -> RayBackend:
        return self

    def submit(self, request: Request) -> Future[Outcome]:
        """Queue a request; what no node has the tools for raises `ToolchainMissing` through the future."""
        job = _Job(request)
        with self._lock:
            self._waiting.append(job)
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._look()
        self._send()
        return job.future

    def describe(self) -> Mapping[str, str]:
        """The backend of a node, and that there is a cluster of them."""
        with self._lock:
            described = next((dict(node.described) for node in self._nodes.values()), {"name": "real"})
        return {**described, "cluster": "ray"}

    def nodes(self) -> Mapping[str, int]:
        """Return the nodes that serve, by Ray's name, each with its requests under way."""
        with self._lock:
            return {name: len(node.jobs) for name, node in self._nodes.items()}

    def close(self) -> None:
        """End the actors, and the cluster where this process started it; futures that wait raise `SandboxError`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            nodes, self._nodes = list(self._nodes.values()), {}
            jobs = [*self._waiting, *(job for node in nodes for job in node.jobs)]
            self._waiting.clear()
        for node in nodes:
            ray.kill(node.actor)
        for job in jobs:
            job.fail(SandboxError("this end left the cluster while the request was under way"))
        if self._ours:
            ray.shutdown()

    def _look(self) -> None:
        """Start an actor on every node that has none."""
        self._looked = time.monotonic()
        if self._closed:
            return
        for node in ray.nodes():  # type: ignore[no-untyped-call]
            name, offered = node["NodeID"], node["Resources"]
            processors = int(offered.get("CPU", 0))
            workers = self._workers or processors
            usable = node["Alive"] and processors > 0 and (not self._resource or self._resource in offered)
            with self._lock:
                if not usable or name in self._nodes or name in self._starting or name in self._refused:
                    continue
                self._starting.add(name)
            actor_class: Any = ray.remote(_Judge)
            actor = actor_class.options(
                num_cpus=min(workers, processors),
                resources={self._resource: 0.001} if self._resource else None,
                max_concurrency=2 * workers,
                scheduling_strategy=NodeAffinitySchedulingStrategy(name, soft=False),
            ).remote(workers, self._sandbox)
            actor.facts.remote().future().add_done_callback(self._when_started(name, actor, workers))

    def _when_started(self, name: str, actor: Any, workers: int) -> Callable[[Future[Any]], None]:
        def started(future: Future[Any]) -> None:
            error = future.exception()
            with self._lock:
                self._starting.discard(name)
                reason = str(error).strip().splitlines()[-1] if error else _difference(future.result())
                if reason:
                    self._refused[name] = reason
                elif not self._closed:
                    facts = future.result()
                    self._nodes[name] = _Node(
                        name, actor, 2 * workers, frozenset(facts["environments"]), facts["backend"]
                    )
                self._lock.notify_all()
            self._send()

        return started

    def _await_first(self, seconds: float) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._nodes or not self._starting, timeout=seconds)
            if self._nodes:
                return
            why = "; ".join(f"{name[:8]}: {reason}" for name, reason in self._refused.items())
        self.close()
        raise SandboxError(
            f"no node of the Ray cluster {self._address!r} can judge ({why or f'none was ready in {seconds:g} s'}); "
            "each needs this version of ecot, the tools, and as many free processors as workers="
        )

    def _send(self) -> None:
        """Send what waits to where there is room; fail what no node that there is can judge."""
        sent: list[tuple[_Node, _Job]] = []
        failed: list[tuple[_Job, EcotError]] = []
        with self._lock:
            later: deque[_Job] = deque()
            while self._waiting:
                job = self._waiting.popleft()
                able = [node for node in self._nodes.values() if job.env_id in node.environments]
                node = min(able, key=lambda item: len(item.jobs) / item.room, default=None)
                if node is None and not self._starting:
                    failed.append((job, self._unable(job)))
                elif node is None or len(node.jobs) >= node.room:
                    later.append(job)
                elif job.begin():
                    node.jobs.add(job)
                    sent.append((node, job))
            self._waiting = later
        for job, error in failed:
            job.fail(error)
        for node, job in sent:
            node.actor.judge.remote(to_json(job.request)).future().add_done_callback(self._when_judged(node, job))

    def _unable(self, job: _Job) -> EcotError:
        if not self._nodes:
            return SandboxError("no node of the Ray cluster is left; start one with `ray start --address=...`")
        return ToolchainMissing(f"no node of the Ray cluster has the tools of {job.env_id}; install them on one")

    def _when_judged(self, node: _Node, job: _Job) -> Callable[[Future[Any]], None]:
        def judged(future: Future[Any]) -> None:
            error = future.exception()
            lost = isinstance(error, RayActorError | RaySystemError)
            with self._lock:
                node.jobs.discard(job)
                if lost:
                    self._nodes.pop(node.name, None)
                    job.lost += 1
                    if job.lost < _TRIES and not self._closed:
                        self._waiting.appendleft(job)
            if error is None:
                job.land(from_json(Outcome, future.result()))
            elif not lost:
                job.fail(_cause(error))
            elif job.lost >= _TRIES:
                job.fail(SandboxError(f"{job.lost} nodes were lost while they judged {job.request.task.id!r}"))
            # Asking the cluster blocks, which a callback of its may not.
            threading.Thread(target=self._after_loss if lost else self._send, daemon=True).start()

        return judged

    def _after_loss(self) -> None:
        with suppress(RayError):  # without a cluster nothing is left to send to
            self._look()  # the node may live, and only its actor be dead
        self._send()


@dataclass(eq=False, slots=True)
class _Job:
    """A request under way, and how often it was lost with a node."""

    request: Request
    future: Future[Outcome] = field(default_factory=Future)
    lost: int = 0

    @property
    def env_id(self) -> str:
        return self.request.task.env_id

    def begin(self) -> bool:
        """Whether somebody still wants it."""
        return self.lost > 0 or self.future.set_running_or_notify_cancel()

    def land(self, outcome: Outcome) -> None:
        if not self.future.done():
            self.future.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(eq=False, slots=True)
class _Node:
    """A node that serves: its actor, how many requests it takes at a time, and for which environments."""

    name: str
    actor: Any
    room: int
    environments: frozenset[str]
    described: Mapping[str, str]
    jobs: set[_Job] = field(default_factory=set)


class _Judge:
    """The backend of one node."""

    def __init__(self, workers: int, sandbox: str) -> None:
        self._backend = CachedBackend(RealBackend(workers=workers, sandbox=sandbox))

    def facts(self) -> Mapping[str, Any]:
        return {
            "environments": [env_id for env_id, domain in domains().items() if _has_tools(domain.id)],
            "judges": {env_id: judge_digest(domain) for env_id, domain in domains().items()},
            "backend": dict(self._backend.describe()),
        }

    def judge(self, request: Mapping[str, Any]) -> Any:
        return to_json(self._backend.submit(from_json(Request, request)).result())


def _has_tools(env_id: str) -> bool:
    try:
        check_tools(domain_of(env_id))
    except ToolchainMissing:
        return False
    return True


def _difference(facts: Mapping[str, Any]) -> str:
    """Why a node cannot stand in for this process; empty where it can."""
    ours = {env_id: judge_digest(domain) for env_id, domain in domains().items()}
    other = [env_id for env_id, digest in ours.items() if facts["judges"].get(env_id) != digest]
    return f"it judges {other[0]} with other source; install the same version of the package there" if other else ""


def _cause(error: BaseException) -> BaseException:
    """What was raised on the node, as it was raised there."""
    if isinstance(error, RayTaskError) and isinstance(error.cause, EcotError):
        return error.cause
    return SandboxError(f"the cluster failed: {str(error).strip().splitlines()[-1]}")


def _join(address: str) -> None:
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdigit():
            # Ray tries for minutes where nobody listens.
            socket.create_connection((host, int(port)), timeout=_GREETING_SECONDS).close()
        ray.init(
            address=None if address == "local" else address,
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
        )
    except (OSError, GetTimeoutError, RuntimeError, ValueError) as error:
        raise SandboxError(
            f"there is no Ray cluster at {address!r} ({str(error).strip().splitlines()[0]}); start one with "
            "`ray start --head`, or use address=local"
        ) from error
