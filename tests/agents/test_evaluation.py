"""Figures of an evaluation, and the frozen sets that they are measured on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FAKE_ID, FakeBackend, SayingAgent, fakes_registered

from ecot.__main__ import main
from ecot.agents.baselines import CopyAgent, NoopAgent, OracleAgent
from ecot.agents.evaluation import evaluate
from ecot.agents.rollout import EpisodePlan, plan_episodes, play_episode
from ecot.envs.domain import domain_of, domains
from ecot.envs.env import CodeEnv, open_tasks
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.frozen import choose, file_name, frozen_names, frozen_set
from ecot.envs.types import digest

WRONG = "<think>\nhm, hm\n</think>\n\n```lists\na = 1\n```"


@pytest.fixture
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def play(agent: object, task: int, *, seed: int = 0) -> object:
    env = CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=2)
    return play_episode(env, agent, plan=EpisodePlan(task_id=f"lists@1/{task:06}", seed=seed))  # type: ignore[arg-type]


def solution(task: int) -> str:
    return f"```lists\n{open_tasks(domain_of(FAKE_ID), None)[f'lists@1/{task:06}'].solution[0].text}```"


@pytest.mark.usefixtures("_fakes")
def test_a_pass_counts_from_the_turn_it_came_at_and_tasks_are_the_unit() -> None:
    at_once = [play(SayingAgent(solution(1)), 1, seed=seed) for seed in range(2)]
    second = [play(SayingAgent(WRONG, solution(2)), 2)]
    never = [play(SayingAgent("no code", WRONG), 3)]
    found = evaluate([*at_once, *second, *never], level_of=lambda task_id: int(task_id[-1]))  # type: ignore[list-item]
    assert (found.tasks, found.episodes, found.samples, found.turns, found.broken) == (3, 4, 1, 3, 0)
    assert [round(item.estimate, 3) for item in found.pass_at["1"]] == [0.333, 0.667, 0.667]
    assert found.syn_at_1.estimate == pytest.approx(2 / 3)
    assert found.by_level == {"1": (1.0, 1), "2": (1.0, 1), "3": (0.0, 1)}
    assert found.first_labels == {"PASS": 2, "MISMATCH": 1, "FORMAT_ERROR": 1}
    assert found.thinking is not None
    assert (found.thinking.count, found.thinking.middle) == (3, len("hm, hm"))
    assert found.usage is None


@pytest.mark.usefixtures("_fakes")
def test_what_broke_on_our_side_counts_for_nothing_but_is_counted() -> None:
    sound, broken = play(OracleAgent(), 1), play(OracleAgent(), 2)
    found = evaluate([sound, replace(broken, error="SandboxError: full")], level_of=lambda task_id: 1)  # type: ignore[list-item,type-var]
    assert (found.tasks, found.broken, found.pass_at["1"][0].estimate) == (1, 1, 1.0)
    with pytest.raises(ConfigError, match="no episode to evaluate; the first broke with: SandboxError"):
        evaluate([replace(broken, error="SandboxError: full")], level_of=lambda task_id: 1)  # type: ignore[type-var]
    with pytest.raises(ConfigError, match="several agents"):
        evaluate([sound, play(NoopAgent(), 1)], level_of=lambda task_id: 1)  # type: ignore[list-item]


@pytest.mark.usefixtures("_fakes")
def test_copying_is_an_answer_without_merit() -> None:
    played = play(CopyAgent(), 4)
    assert "```lists" in played.turns[0].action  # type: ignore[attr-defined]
    assert not played.passed  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_fakes")
def test_a_set_takes_families_in_turn_and_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["freeze", "Lists-Eval-v1", "--env", FAKE_ID, "--splits", "test", "--count", "5", "--folder", str(tmp_path)]
    assert main(words) == 0
    record = json.loads((tmp_path / file_name("Lists-Eval-v1", FAKE_ID)).read_text())
    source = open_tasks(domain_of(FAKE_ID), None)
    assert list(record["members"]) == list(choose(source, name="Lists-Eval-v1", splits=["test"], count=5))
    assert all(record["members"][task_id] == digest(source[task_id]) for task_id in record["members"])
    assert main(words) == 2
    assert "a frozen set is not written again" in capsys.readouterr().err
    assert main([*words, "--unreleased"]) == 0
    with pytest.raises(TaskError, match=r"has no frozen set 'Other-Eval-v9'; it has: none"):
        open_tasks(domain_of(FAKE_ID), "Other-Eval-v9")


FROZEN = [(env_id, name) for env_id in domains() for name in frozen_names(env_id)]


@pytest.mark.parametrize(("env_id", "name"), FROZEN)
def test_what_is_frozen_is_what_is_built_and_is_never_trained_on(env_id: str, name: str) -> None:
    source = open_tasks(domain_of(env_id), name)
    members = frozen_set(name, env_id).members
    assert len(source) == len(members) > 0
    for task_id in members:
        assert source[task_id].id == task_id
    assert not source.ids("train")
    assert not source.ids("validation")
    with pytest.raises(TaskError, match="is not in"):
        source["nothing@1/000000"]


def test_every_agent_meets_every_frozen_task_once() -> None:
    env_id, name = FROZEN[0]
    ids = open_tasks(domain_of(env_id), name).ids(None)
    plans = list(plan_episodes(ids, episodes=len(ids), samples=2, seed=0))
    assert sorted({plan.task_id for plan in plans}) == sorted(ids)
    assert len(plans) == 2 * len(ids)
