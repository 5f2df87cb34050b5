"""The vector environment: equal to single ones, submits before it waits, first ready first, three autoresets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from fakes import FAKE_ID, FakeBackend, fakes_registered
from gated import GatedBackend
from gymnasium.vector import AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st

from ecot.envs.cached import CachedBackend
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError, SandboxError, TaskError
from ecot.envs.spaces import Text
from ecot.envs.vector import CodeVectorEnv

NONSENSE = "```lists\nnonsense\n```"


@pytest.fixture(autouse=True, scope="module")
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def vector(num_envs: int = 3, **options: Any) -> CodeVectorEnv:
    options.setdefault("backend", FakeBackend())
    made = gym.make_vec(FAKE_ID, num_envs=num_envs, **options)
    assert isinstance(made, CodeVectorEnv)
    return made


def solution(env: CodeVectorEnv, index: int) -> str:
    return f"```lists\n{env.envs[index].task.solution[0].text}```"


def solutions(env: CodeVectorEnv) -> tuple[str, ...]:
    return tuple(solution(env, index) for index in range(env.num_envs))


def test_make_vec_prefers_it_and_batches_text() -> None:
    env = vector(3)
    assert env.num_envs == 3
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert env.single_observation_space == Text() == env.single_action_space
    assert isinstance(env.observation_space, gym.spaces.Tuple)
    assert env.action_space.contains(("", "≤ \U0001f600", "x" * 100_000))
    observations, infos = env.reset(seed=3)
    assert env.observation_space.contains(observations)
    assert infos["task_id"].shape == (3,)
    assert infos["_task_id"].all()
    env.close()


def test_all_are_submitted_before_any_is_waited_for() -> None:
    gated = GatedBackend()
    env = vector(4, backend=gated)
    env.reset(seed=1)
    env.send(solutions(env))
    assert len(gated.runs) == 4
    env.close()
    assert all(future.cancelled() for _, future in gated.runs)


MODES = [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@given(plays=st.lists(st.lists(st.sampled_from(["pass", "fail", "prose"]), min_size=3, max_size=3), max_size=12))
@settings(max_examples=40, deadline=None)
def test_it_equals_gymnasiums_own_vector_of_single_environments(mode: AutoresetMode, plays: list[list[str]]) -> None:
    """Observations, rewards, ends and infos are those of `SyncVectorEnv` over `CodeEnv`, step by step."""
    ours = vector(3, autoreset_mode=mode, corrections=1)
    theirs = gym.vector.SyncVectorEnv(
        [lambda: CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=1)] * 3, autoreset_mode=mode
    )
    assert ours.reset(seed=5)[0] == theirs.reset(seed=5)[0]
    for words in plays:
        said = {"fail": NONSENSE, "prose": "I give up."}
        actions = tuple(said.get(word) or solution(ours, index) for index, word in enumerate(words))
        mine, other = ours.step(actions), theirs.step(actions)
        assert mine[0] == other[0]
        for left, right in zip(mine[1:4], other[1:4], strict=True):
            np.testing.assert_array_equal(left, right)
            assert left.dtype == right.dtype
        assert_same_infos(mine[4], other[4])


def assert_same_infos(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert left.keys() == right.keys()
    for name, value in left.items():
        if isinstance(value, dict):
            assert_same_infos(value, right[name])
        else:
            assert value.tolist() == right[name].tolist(), name


def test_next_step_ignores_the_action_after_the_end_and_begins_anew() -> None:
    inner = FakeBackend()
    env = vector(2, backend=inner)
    env.reset(seed=1)
    first = env.envs[0].task.id
    _, rewards, terminated, _, infos = env.step((solution(env, 0), NONSENSE))
    assert terminated.tolist() == [True, False]
    assert rewards.tolist() == [1.0, 0.0]
    asked = len(inner.requests)
    observations, rewards, terminated, truncated, infos = env.step(("ignored", NONSENSE))
    assert len(inner.requests) == asked + 1
    assert observations[0] == env.envs[0].episode.observation
    assert env.envs[0].task.id != first
    assert (rewards[0], terminated[0], truncated[0]) == (0.0, False, False)
    assert infos["_outcome"].tolist() == [False, True]
    env.close()


def test_same_step_begins_anew_at_once_and_keeps_the_last_words() -> None:
    env = vector(2, autoreset_mode="SameStep")
    env.reset(seed=1)
    first = env.envs[0].task.id
    observations, rewards, terminated, _, infos = env.step((solution(env, 0), NONSENSE))
    assert (rewards[0], terminated[0]) == (1.0, True)
    assert "PASS" in infos["final_obs"][0]
    assert infos["final_info"]["task_id"][0] == first
    assert infos["final_info"]["outcome"][0].passed
    assert infos["_final_info"].tolist() == infos["_final_obs"].tolist() == [True, False]
    assert observations[0] == env.envs[0].episode.observation
    assert env.step(solutions(env))[2].tolist() == [True, True]
    env.close()


def test_disabled_waits_for_a_mask_and_resets_nothing_else() -> None:
    env = vector(3, autoreset_mode="Disabled")
    env.reset(seed=1)
    env.step((solution(env, 0), NONSENSE, NONSENSE))
    with pytest.raises(gym.error.ResetNeeded):
        env.step((NONSENSE,) * 3)
    assert env.pending == ()
    kept = env.envs[1].episode
    mask = np.array([True, False, False])
    observations, infos = env.reset(options={"reset_mask": mask})
    assert infos["_task_id"].tolist() == [True, False, False]
    assert observations[0] == env.envs[0].episode.observation
    assert "COMPILATION_ERROR" in observations[1]
    assert env.envs[1].episode is kept
    assert kept.turns == 1
    assert env.step((NONSENSE,) * 3)[2].tolist() == [False] * 3
    env.close()


@pytest.mark.parametrize(
    "mask", [[True, False], np.array([1, 0]), np.array([True, False, True]), np.array([False, False])]
)
def test_a_mask_that_does_not_fit_is_refused(mask: Any) -> None:
    env = vector(2, autoreset_mode="Disabled")
    with pytest.raises(ConfigError, match="reset_mask"):
        env.reset(options={"reset_mask": mask})
    env.close()


def test_whoever_is_ready_first_is_received_first() -> None:
    gated = GatedBackend()
    env = vector(3, backend=gated)
    env.reset(seed=1)
    env.send(solutions(env))
    assert env.pending == (0, 1, 2)
    gated.finish(2)
    batch = env.recv()
    assert batch.indices == (2,)
    assert batch.rewards.tolist() == [1.0]
    assert batch.terminations.tolist() == [True]
    assert batch.infos[0]["outcome"].passed
    assert env.pending == (0, 1)
    env.send(["begin anew"], indices=[2])
    assert env.recv().observations == (env.envs[2].episode.observation,)
    gated.finish(1)
    gated.finish(0)
    assert env.recv(min_ready=2).indices == (0, 1)
    assert env.pending == ()
    env.close()


def test_one_slow_environment_holds_up_no_other() -> None:
    gated = GatedBackend()
    env = vector(4, backend=gated, corrections=50)
    env.reset(seed=1)
    env.send(solutions(env))
    for index in (1, 2, 3):
        gated.finish(index)
    ready = list(env.recv(min_ready=3).indices)
    for _ in range(10):
        env.send(["no code"] * 3, indices=ready)
        ready = list(env.recv(min_ready=3).indices)
    assert ready == [1, 2, 3]
    assert not gated.runs[0][1].done()
    env.close()


def test_receiving_with_a_time_limit_returns_what_there_is() -> None:
    gated = GatedBackend()
    env = vector(2, backend=gated)
    env.reset(seed=1)
    env.send(solutions(env))
    assert env.recv(timeout=0.05).indices == ()
    gated.finish(0)
    began = time.monotonic()
    assert env.recv(min_ready=2, timeout=0.05).indices == (0,)
    assert time.monotonic() - began < 5
    assert env.pending == (1,)
    env.close()


def test_receiving_what_was_never_sent_is_refused_rather_than_waited_for() -> None:
    env = vector(2)
    env.reset(seed=1)
    with pytest.raises(ConfigError, match="between 1 and the 0 pending"):
        env.recv()
    env.send([NONSENSE], indices=[1])
    with pytest.raises(ConfigError, match="between 1 and the 1 pending"):
        env.recv(min_ready=2)
    with pytest.raises(gym.error.AlreadyPendingCallError, match=r"\[1\]"):
        env.step((NONSENSE, NONSENSE))
    env.close()


@pytest.mark.parametrize(
    ("actions", "indices", "error"),
    [
        ([NONSENSE], None, ConfigError),
        (NONSENSE, None, ConfigError),
        ([NONSENSE, NONSENSE], [0, 0], ConfigError),
        ([NONSENSE], [2], ConfigError),
        ([NONSENSE], [-1], ConfigError),
        ([NONSENSE, 3], None, TypeError),
    ],
)
def test_a_wrong_send_submits_nothing(actions: Any, indices: Any, error: type[Exception]) -> None:
    inner = FakeBackend()
    env = vector(2, backend=inner)
    env.reset(seed=1)
    with pytest.raises(error):
        env.send(actions, indices)
    assert env.pending == ()
    assert inner.requests == []
    env.close()


def test_a_fault_of_the_host_costs_its_environment_no_turn_and_the_others_nothing() -> None:
    gated = GatedBackend()
    env = vector(3, backend=gated)
    env.reset(seed=1)
    env.send(solutions(env))
    gated.finish(0)
    gated.fail(SandboxError("out of memory"), 1)
    gated.runs[2][1].cancel()
    batch = env.recv(min_ready=3)
    assert batch.indices == (0,)
    assert batch.errors.keys() == {1, 2}
    assert isinstance(batch.errors[1], SandboxError)
    assert [item.episode.turns for item in env.envs] == [1, 0, 0]
    env.send(solutions(env)[1:], indices=[1, 2])
    gated.finish(3)
    gated.finish(4)
    assert env.recv(min_ready=2).rewards.tolist() == [1.0, 1.0]
    env.close()


def test_a_fault_of_the_host_leaves_step_and_the_rest_can_be_received() -> None:
    env = vector(3, backend=FakeBackend(fail_after=1, error=SandboxError("no room")))
    env.reset(seed=1)
    with pytest.raises(SandboxError, match="no room"):
        env.step(solutions(env))
    assert env.pending == (0,)
    assert env.recv().rewards.tolist() == [1.0]
    env.close()


def test_members_of_a_group_share_task_and_hidden_seed_episode_by_episode() -> None:
    env = vector(6, group_size=3, autoreset_mode="SameStep")

    def groups() -> list[set[tuple[str, int]]]:
        plays = [(item.task.id, item.hidden_seed) for item in env.envs]
        return [set(plays[:3]), set(plays[3:])]

    env.reset(seed=7)
    for _ in range(3):
        first, second = groups()
        assert len(first) == len(second) == 1
        assert first != second
        env.step(solutions(env))
    env.step((solution(env, 0), *["no code"] * 5))
    assert len(groups()[0]) == 2
    env.reset()
    assert [len(group) for group in groups()] == [1, 1]
    env.close()


def test_a_grouped_seed_reproduces_and_equal_seeds_are_equal_episodes() -> None:
    env = vector(4, group_size=2)
    first = env.reset(seed=7)[0]
    env.reset()
    later = [item.task.id for item in env.envs]
    assert env.reset(seed=7)[0] == first
    env.reset()
    assert [item.task.id for item in env.envs] == later
    ids = env.reset(seed=[9, 9, 9, None])[1]["task_id"].tolist()
    assert len(set(ids[:3])) == 1
    env.close()


def test_tasks_and_hidden_seeds_can_be_given_for_all_or_for_each() -> None:
    env = vector(2)
    ids = env.envs[0].source.ids("train")
    env.reset(options={"task_id": ids[4], "hidden_seed": [1, 2]})
    assert [(item.task.id, item.hidden_seed) for item in env.envs] == [(ids[4], 1), (ids[4], 2)]
    env.reset(options={"task_id": [ids[5], ids[6]]})
    assert [item.task.id for item in env.envs] == [ids[5], ids[6]]
    with pytest.raises(ConfigError, match="3 values for 2"):
        env.reset(options={"hidden_seed": [1, 2, 3]})
    with pytest.raises(ConfigError, match="unknown reset option 'task'"):
        env.reset(options={"task": ids[0]})
    with pytest.raises(TaskError, match="nothing"):
        env.reset(options={"task_id": "nothing"})
    with pytest.raises(ConfigError, match="3 seeds"):
        env.reset(seed=[1, 2, 3])
    env.close()


def test_a_reset_drops_what_was_under_way() -> None:
    gated = GatedBackend()
    env = vector(2, backend=gated)
    env.reset(seed=1)
    env.send(solutions(env))
    gated.start(0)
    env.reset(seed=2)
    assert gated.runs[1][1].cancelled()
    gated.finish(0)
    assert env.pending == ()
    env.send(solutions(env))
    gated.finish(2)
    gated.finish(3)
    assert env.recv(min_ready=2).indices == (0, 1)
    assert [item.episode.turns for item in env.envs] == [1, 1]
    env.close()


def test_the_same_candidate_of_a_whole_group_is_one_run() -> None:
    inner = FakeBackend()
    env = vector(4, group_size=4, backend=CachedBackend(inner))
    env.reset(seed=1)
    assert env.step(solutions(env))[1].tolist() == [1.0] * 4
    assert len(inner.requests) == 1
    env.close()


@pytest.mark.parametrize(
    "options", [{"num_envs": 4, "group_size": 3}, {"group_size": 0}, {"autoreset_mode": "Never"}, {"corrections": -1}]
)
def test_a_wrong_argument_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=str(next(reversed(options.values())))):
        vector(**options)


def test_episodes_render_as_text() -> None:
    env = vector(2, render_mode="ansi")
    env.reset(seed=1)
    env.step((NONSENSE, "no code"))
    shown = env.render()
    assert "COMPILATION_ERROR" in (shown[0] or "")
    assert "FORMAT_ERROR" in (shown[1] or "")
    env.close()


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("length", [100, 40_000])
def test_gymnasiums_own_vector_environments_carry_any_text(mode: str, length: int) -> None:
    """`shared_memory=False` is what `AsyncVectorEnv` needs for text of any length."""
    keywords = {"shared_memory": False} if mode == "async" else {}
    env = gym.make_vec(
        FAKE_ID, num_envs=2, vectorization_mode=mode, vector_kwargs=keywords, backend=FakeBackend(), corrections=9
    )
    env.reset(seed=1)
    code = "```lists\n" + "≤\U0001f600" * (length // 2) + "\n```"
    observations, rewards, *_ = env.step((code, "no code"))
    assert "COMPILATION_ERROR" in observations[0]
    assert "FORMAT_ERROR" in observations[1]
    assert rewards.tolist() == [0.0, 0.0]
    env.close()


def test_shared_memory_is_refused_in_words_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="shared_memory=False"):
        gym.make_vec(FAKE_ID, num_envs=2, vectorization_mode="async", backend=FakeBackend())


def test_forked_environments_start_pools_of_their_own_while_the_parent_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECOT_SANDBOX", "none")
    single = gym.make(FAKE_ID, backend="real")
    single.reset(seed=1)
    single.step(NONSENSE)
    forked = gym.make_vec(
        FAKE_ID, num_envs=2, vectorization_mode="async", vector_kwargs={"shared_memory": False}, backend="real"
    )
    forked.reset(seed=1)
    forked.step_async((NONSENSE, NONSENSE))
    observations, *_ = forked.step_wait(timeout=30)
    assert all("COMPILATION_ERROR" in text for text in observations)
    forked.close()
    assert "COMPILATION_ERROR" in single.step(NONSENSE)[0]
    single.close()
