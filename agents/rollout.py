"""The one loop: an agent plays an episode of an environment, and what happened becomes a trajectory.

Collection, evaluation and training all come through here. Episodes run in a bounded pool of threads, each with an
environment of its own over one shared backend, so that a slow episode holds up no other.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from ecot.agents.agent import Agent, ContextFull, KnowsOrigin, Origin, PrivilegedAgent, Reply, TaskView
from ecot.envs.env import HIDDEN_SEEDS, CodeEnv
from ecot.envs.errors import ConfigError, EcotError, ToolchainMissing
from ecot.envs.feedback import prompt_digest
from ecot.envs.provenance import judge_digest, package_version
from ecot.envs.store import identity_of
from ecot.envs.tasks import permuted
from ecot.envs.tools import versions_of
from ecot.envs.types import Outcome, Provenance, Trajectory, Turn, digest

Result = TypeVar("Result")

UNRECOVERABLE = (ToolchainMissing, ConfigError)
"""What no episode of a run would survive: raised, where other errors are kept in the trajectory."""


class StoppedError(Exception):
    """A stop was asked for between two turns; the episode is left unrecorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePlan:
    """What settles an episode before it is played.

    Attributes:
        task_id: of the task.
        seed: of the group; the hidden seed follows from it.
        sample_index: of the episode in its group.
        env_id: of the environment; empty where only one is played.
    """

    task_id: str
    seed: int
    sample_index: int = 0
    env_id: str = ""

    @property
    def hidden_seed(self) -> int:
        """Of the stimuli; shared by the members of a group."""
        return _number("hidden", self.seed) % HIDDEN_SEEDS

    @property
    def agent_seed(self) -> int:
        """Of the agent's own draws; different for each member of a group."""
        return _number("agent", self.seed, self.sample_index)


def plan_episodes(task_ids: Sequence[str], *, episodes: int, samples: int, seed: int) -> Iterator[EpisodePlan]:
    """Yield `episodes` groups of `samples` episodes each: tasks in a seeded order, each once before any twice.

    The plan of a longer run starts with that of a shorter one, so that a run can be extended.

    >>> [plan.task_id for plan in plan_episodes(["a", "b"], episodes=3, samples=1, seed=0)]
    ['b', 'a', 'a']
    """
    for group in range(episodes):
        turn, position = divmod(group, len(task_ids))
        task_id = task_ids[permuted(position, len(task_ids), f"{seed}:{turn}")]
        group_seed = group_seed_of(seed, group)
        for sample_index in range(samples):
            yield EpisodePlan(task_id=task_id, seed=group_seed, sample_index=sample_index)


def group_seed_of(seed: int, group: int) -> int:
    """Return the seed of group number `group` of a run with this seed."""
    return _number("group", seed, group)


def plan_identity(env: CodeEnv, agent: Agent | PrivilegedAgent, plan: EpisodePlan) -> str:
    """Return the identity that the trajectory of `plan` will have."""
    return identity_of(
        env_id=env.env_id,
        task_id=plan.task_id,
        seed=plan.seed,
        sample_index=plan.sample_index,
        agent=agent.name,
        config=env.describe(),
    )


def play_episode(
    env: CodeEnv, agent: Agent | PrivilegedAgent, *, plan: EpisodePlan, stop: threading.Event | None = None
) -> Trajectory:
    """Play one episode.

    An `EcotError` ends it and is kept in `Trajectory.error`, with the turns that were judged before. A conversation
    that has outgrown the model's context ends it truncated.

    Raises:
        ToolchainMissing: what the domain runs is not installed.
        ConfigError: the environment or the agent cannot be used like this.
        StoppedError: `stop` was set.
    """
    turns: list[Turn] = []
    terminated = truncated = False
    error = task_digest = ""
    try:
        observation, _ = env.reset(seed=plan.seed, options={"task_id": plan.task_id, "hidden_seed": plan.hidden_seed})
        task_digest = digest(env.task)
        view = TaskView.of(env.task, seed=plan.agent_seed)
        player = agent.begin(env.task, seed=plan.agent_seed) if isinstance(agent, PrivilegedAgent) else agent
        conversation = [observation]
        while not (terminated or truncated):
            if stop is not None and stop.is_set():
                raise StoppedError
            try:
                reply = player.act(tuple(conversation), view)
            except ContextFull:
                if not turns:
                    raise  # it never fitted: nothing was played
                truncated = True
                break
            observation, reward, terminated, truncated, info = env.step(reply.text)
            turns.append(_turn(conversation[-1], reply, info["outcome"], reward))
            conversation += [reply.text, observation]
    except UNRECOVERABLE:
        raise
    except EcotError as fault:
        error = f"{type(fault).__name__}: {fault}"
        terminated = truncated = False
    return Trajectory(
        identity=plan_identity(env, agent, plan),
        env_id=env.env_id,
        task_id=plan.task_id,
        task_digest=task_digest,
        group_id=digest([env.env_id, plan.task_id, plan.hidden_seed, env.describe()])[:16],
        sample_index=plan.sample_index,
        turns=tuple(turns),
        terminated=terminated,
        truncated=truncated,
        seed=plan.seed,
        provenance=provenance_of(env, agent),
        error=error,
    )


MakeEnvs = Callable[[], CodeEnv] | Mapping[str, Callable[[], CodeEnv]]
"""Makes the environment of a worker; by id where plans name one."""


def play_episodes(
    make_env: MakeEnvs,
    agent: Agent | PrivilegedAgent,
    *,
    plans: Iterable[EpisodePlan | None],
    workers: int,
) -> Generator[Trajectory, None, None]:
    """Play many episodes at once and yield each trajectory as it ends.

    Plans are taken one by one as workers fall free; None among them means that there is none before another episode
    has ended. Closing the generator, an interrupt or an error stops every episode
    at its next turn; what was yielded before is all that counts.

    Raises:
        ConfigError: `workers` is less than 1.
        ToolchainMissing: as for `play_episode`.
    """
    stop = threading.Event()
    envs = _Environments(make_env)
    jobs = (None if plan is None else partial(_play_in_thread, envs, agent, plan, stop) for plan in plans)
    try:
        yield from in_parallel(jobs, workers=workers, stop=stop)
    finally:
        envs.close()


def in_parallel(
    jobs: Iterable[Callable[[], Result] | None], *, workers: int, stop: threading.Event
) -> Generator[Result, None, None]:
    """Call jobs in a bounded pool of threads and yield each result as it comes.

    A job that is None stands for a pause: the next one is asked for once a result has been taken.
    `stop` is set when the generator ends, by whatever means; it then waits for the jobs that run.

    Raises:
        ConfigError: `workers` is less than 1.
    """
    if workers < 1:
        raise ConfigError(f"workers must be at least 1, not {workers!r}")
    waiting = iter(jobs)
    with ThreadPoolExecutor(workers, thread_name_prefix="ecot-episode") as executor:
        running = {executor.submit(job) for job in _until_pause(waiting, workers)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {executor.submit(job) for job in _until_pause(waiting, workers - len(running))}
                for future in done:
                    yield future.result()
                running |= {executor.submit(job) for job in _until_pause(waiting, workers - len(running))}
        finally:
            stop.set()
            for future in running:
                future.cancel()


def _until_pause(jobs: Iterator[Callable[[], Result] | None], count: int) -> Iterator[Callable[[], Result]]:
    """Up to `count` jobs, as many as come before a pause."""
    for job in islice(jobs, count):
        if job is None:
            return
        yield job


def _play_in_thread(
    envs: _Environments, agent: Agent | PrivilegedAgent, plan: EpisodePlan, stop: threading.Event
) -> Trajectory:
    return play_episode(envs.own(plan.env_id), agent, plan=plan, stop=stop)


def provenance_of(env: CodeEnv, agent: Agent | PrivilegedAgent) -> Provenance:
    """Return where an episode that ends now came from."""
    backend = dict(env.backend.describe())
    origin = agent.origin if isinstance(agent, KnowsOrigin) else Origin()
    return Provenance(
        backend=backend,
        agent=agent.name,
        privileged=isinstance(agent, PrivilegedAgent),
        policy_version=origin.policy_version,
        sampling=origin.sampling,
        config=env.describe(),
        toolchain=versions_of(env.domain),
        sandbox=backend.get("sandbox", ""),
        judge_digest=judge_digest(env.domain),
        prompt_digest=prompt_digest(env.domain),
        agent_prompt_digest=origin.agent_prompt_digest,
        package_version=package_version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


class _Environments:
    """One environment a thread and id, all closed at the end."""

    def __init__(self, make_env: MakeEnvs) -> None:
        self._make_env = make_env
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[CodeEnv] = []

    def own(self, env_id: str) -> CodeEnv:
        envs: dict[str, CodeEnv] = self._local.__dict__.setdefault("envs", {})
        if env_id not in envs:
            make = self._make_env[env_id] if isinstance(self._make_env, Mapping) else self._make_env
            env = envs[env_id] = make()
            with self._lock:
                self._all.append(env)
        return envs[env_id]

    def close(self) -> None:
        for env in self._all:
            env.close()


def _turn(observation: str, reply: Reply, outcome: Outcome, reward: float) -> Turn:
    return Turn(
        observation=observation,
        action=reply.text,
        outcome=outcome,
        reward=reward,
        stop_reason=reply.stop_reason,
        prompt_ids=reply.prompt_ids,
        completion_ids=reply.completion_ids,
        logprobs=reply.logprobs,
        usage=reply.usage,
    )


def _number(*words: Any) -> int:
    text = ":".join(map(str, words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
