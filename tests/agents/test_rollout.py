"""The one loop: what an agent is shown, what is recorded, what an error of ours does, how episodes run at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import pytest
from fakes import FAKE_ID, FakeBackend, PeekingAgent, SayingAgent, fakes_registered
from hypothesis import given
from hypothesis import strategies as st

from ecot.agents.agent import Reply, TaskView
from ecot.agents.baselines import NoopAgent, OracleAgent
from ecot.agents.rollout import EpisodePlan, plan_episodes, plan_identity, play_episode, play_episodes
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ChatError, ConfigError, SandboxError, ToolchainMissing
from ecot.envs.types import Label, Outcome, StageResult, StopReason, digest

PLAN = EpisodePlan(task_id="lists@1/000012", seed=5, sample_index=1)


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def make_env(backend: FakeBackend | None = None, *, corrections: int = 2, feedback: str = "full") -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=backend or FakeBackend(), corrections=corrections, feedback=feedback)  # type: ignore[arg-type]


def test_the_oracle_passes_and_the_noop_does_not() -> None:
    solved = play_episode(make_env(), OracleAgent(), plan=PLAN)
    assert solved.terminated
    assert not solved.truncated
    assert solved.passed
    assert solved.total_reward == 1.0
    assert solved.provenance.privileged
    silent = play_episode(make_env(), NoopAgent(), plan=PLAN)
    assert [turn.outcome.label for turn in silent.turns if turn.outcome] == [Label.FORMAT_ERROR] * 3
    assert silent.truncated
    assert not silent.terminated
    assert silent.total_reward == 0.0
    assert not silent.provenance.privileged


def test_a_conversation_alternates_and_is_what_the_turns_record() -> None:
    agent = SayingAgent("no code", "```lists\na = 1\n```", "```lists\nb\n```")
    played = play_episode(make_env(), agent, plan=PLAN)
    assert [len(asked) for asked in agent.asked] == [1, 3, 5]
    last = agent.asked[-1]
    assert last[1::2] == ("no code", "```lists\na = 1\n```")
    assert last[0::2] == tuple(turn.observation for turn in played.turns)
    assert "FORMAT_ERROR" in last[2]
    assert "MISMATCH" in last[4]


def test_an_ordinary_agent_is_shown_nothing_that_is_hidden() -> None:
    views: list[TaskView] = []

    class Recording(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            views.append(view)
            return super().act(conversation, view)

    env = make_env(corrections=0)
    play_episode(env, Recording("x"), plan=PLAN)
    (view,) = views
    assert {name: getattr(view, name) for name in view.__dataclass_fields__} == {
        "env_id": FAKE_ID,
        "task_id": PLAN.task_id,
        "instruction": env.task.instruction,
        "level": env.task.level,
        "family": env.task.family,
        "topics": (),
        "seed": PLAN.agent_seed,
    }


def test_a_privileged_agent_gets_the_task_once_an_episode_and_a_seed_of_its_own() -> None:
    agent = PeekingAgent()
    for sample_index in (0, 1, 0):
        plan = EpisodePlan(task_id="lists@1/000012", seed=5, sample_index=sample_index)
        assert play_episode(make_env(), agent, plan=plan).passed
    (first, second, third) = agent.shown
    assert first == third
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_members_of_a_group_share_task_and_hidden_seed() -> None:
    backend = FakeBackend()
    plans = plan_episodes(["lists@1/000001", "lists@1/000002"], episodes=3, samples=4, seed=1)
    played = list(play_episodes(lambda: make_env(backend), OracleAgent(), plans=plans, workers=2))
    groups: dict[str, set[tuple[str, int]]] = {}
    for item in played:
        groups.setdefault(item.group_id, set()).add((item.task_id, item.seed))
    assert sorted(map(len, groups.values())) == [1, 1, 1]
    assert len({item.identity for item in played}) == 12
    assert len({(request.task.id, request.hidden_seed) for request in backend.requests}) == 3


def test_an_error_of_ours_keeps_the_turns_before_it_and_scores_nothing() -> None:
    backend = FakeBackend(fail_after=1, error=SandboxError("no room on the host"))
    played = play_episode(make_env(backend), SayingAgent("```lists\na = 1\n```"), plan=PLAN)
    assert played.error == "SandboxError: no room on the host"
    assert len(played.turns) == 1
    assert not played.terminated
    assert not played.truncated
    assert played.task_digest == digest(make_env().source[PLAN.task_id])


def test_an_error_of_the_agent_is_kept_like_one_of_the_host() -> None:
    class Failing(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            raise ChatError("the endpoint answered 503")

    played = play_episode(make_env(), Failing(), plan=PLAN)
    assert played.error == "ChatError: the endpoint answered 503"
    assert played.turns == ()


def test_what_no_episode_would_survive_is_raised() -> None:
    missing = FakeBackend(fail_after=0, error=ToolchainMissing("needs yosys; apt-get install yosys"))
    with pytest.raises(ToolchainMissing, match="apt-get"):
        play_episode(make_env(missing), SayingAgent("```lists\na = 1\n```"), plan=PLAN)


def test_a_broken_task_is_kept_as_an_error() -> None:
    played = play_episode(make_env(), OracleAgent(), plan=EpisodePlan(task_id="lists@1/999999", seed=5))
    assert played.error.startswith("TaskError: unknown task 'lists@1/999999'")


def test_what_the_policy_reports_reaches_the_turn() -> None:
    class Reporting(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            return Reply("x", StopReason.LENGTH, (1, 2), (3,), (-0.5,))

    turn = play_episode(make_env(corrections=0), Reporting(), plan=PLAN).turns[0]
    assert (turn.stop_reason, turn.prompt_ids, turn.completion_ids, turn.logprobs) == (
        StopReason.LENGTH,
        (1, 2),
        (3,),
        (-0.5,),
    )


def test_identity_is_known_before_the_episode_and_changes_with_the_environment() -> None:
    env = make_env()
    assert play_episode(env, OracleAgent(), plan=PLAN).identity == plan_identity(env, OracleAgent(), PLAN)
    assert plan_identity(env, OracleAgent(), PLAN) != plan_identity(make_env(corrections=3), OracleAgent(), PLAN)
    assert plan_identity(env, OracleAgent(), PLAN) != plan_identity(env, NoopAgent(), PLAN)


@given(
    count=st.integers(1, 40),
    episodes=st.integers(1, 90),
    samples=st.integers(1, 3),
    seed=st.integers(0, 10**6),
)
def test_a_plan_takes_every_task_once_before_any_twice_and_extends(
    count: int, episodes: int, samples: int, seed: int
) -> None:
    ids = [str(number) for number in range(count)]
    plan = list(plan_episodes(ids, episodes=episodes, samples=samples, seed=seed))
    assert len(plan) == episodes * samples
    times = Counter(item.task_id for item in plan[::samples])
    assert max(times.values()) - min(times.get(name, 0) for name in ids) <= 1
    longer = plan_episodes(ids, episodes=episodes + 7, samples=samples, seed=seed)
    assert list(islice(longer, len(plan))) == plan
    assert len({(item.seed, item.sample_index) for item in plan}) == len(plan)


def test_a_slow_episode_holds_up_no_other() -> None:
    release = threading.Event()

    class Slow(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            if view.task_id == "lists@1/000000":
                release.wait(30)
            return Reply("x")

    ids = [f"lists@1/{number:06}" for number in range(12)]
    plans = [EpisodePlan(task_id=task_id, seed=number) for number, task_id in enumerate(ids)]
    playing = play_episodes(lambda: make_env(corrections=0), Slow(), plans=plans, workers=2)
    others = [next(playing).task_id for _ in ids[1:]]
    release.set()
    assert sorted(others) == ids[1:]
    assert [item.task_id for item in playing] == ids[:1]


def test_no_more_than_the_workers_play_at_once_and_plans_are_taken_as_needed() -> None:
    taken = []
    running: list[int] = []
    most = []
    lock = threading.Lock()

    class Counting(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            with lock:
                running.append(1)
                most.append(len(running))
            time.sleep(0.005)
            with lock:
                running.pop()
            return Reply("x")

    def plans() -> Iterator[EpisodePlan]:
        for number in range(1000):
            taken.append(number)
            yield EpisodePlan(task_id="lists@1/000003", seed=number)

    playing = play_episodes(lambda: make_env(corrections=0), Counting(), plans=plans(), workers=3)
    list(islice(playing, 20))
    playing.close()
    assert max(most) <= 3
    assert len(taken) <= 30


def test_closing_stops_a_running_episode_at_its_next_turn() -> None:
    acts = []

    class Chatty(SayingAgent):
        def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
            if view.task_id == "lists@1/000002":
                acts.append(len(conversation))
                return Reply("no code yet")
            return Reply("```lists\na = 0\n```")

    plans = [EpisodePlan(task_id="lists@1/000001", seed=1), EpisodePlan(task_id="lists@1/000002", seed=2)]
    backend = FakeBackend(verdict=Outcome(stages=(StageResult(name="check", passed=True, label=Label.PASS),)))
    playing = play_episodes(lambda: make_env(backend, corrections=10**6), Chatty(), plans=plans, workers=2)
    assert next(playing).task_id == "lists@1/000001"
    playing.close()  # returns, although the other episode has a million turns to go
    assert len(acts) < 10**5


def test_no_worker_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match="workers must be at least 1, not 0"):
        next(play_episodes(make_env, OracleAgent(), plans=[PLAN], workers=0))
