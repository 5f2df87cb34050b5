"""One play of one task: where more than being right is asked for, a pass is not the end, and the agent may stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes import FAKE, FakeBackend, FakeSource, fakes_registered

from ecot.agents.rollout import EpisodePlan, play_episode
from ecot.agents.scripted import ScriptedAgent
from ecot.envs import domain as registry
from ecot.envs.env import CodeEnv
from ecot.envs.episode import Episode, Rules, Step
from ecot.envs.feedback import STOPPED
from ecot.envs.types import Label, Objective, Outcome, StageResult, Task

TASK_ID = "lists@1/000005"
SHARES = {"wrong": 0.0, "half": 0.5, "better": 0.7, "best": 1.0}


class FasterSource(FakeSource):
    """The lists, asked for a faster one."""

    def __getitem__(self, task_id: str) -> Task:
        return replace(super().__getitem__(task_id), objective=Objective.FASTER)


def outcome_of(share: float) -> Outcome:
    label = Label.PASS if share else Label.MISMATCH
    return Outcome(stages=(StageResult(name="check", passed=bool(share), label=label, metrics={"share": share}),))


def episode(objective: Objective = Objective.FASTER, **changes: Any) -> Episode:
    arguments = {"reward": "gain", "feedback": "full", "corrections": 4, "turn_cost": 0.0, "stages": None}
    rules = Rules.checked(FAKE, **{**arguments, "target": "", "limits": None, **changes})
    graded = replace(FAKE, score=lambda outcome: float(outcome.stages[-1].metrics.get("share", 0.0)))
    return Episode(graded, replace(FakeSource()[TASK_ID], objective=objective), 0, rules)


def play(play: Episode, *names: str) -> list[Step]:
    """Steps with the outcomes named, and replies without code where a name is none of them."""
    steps = []
    for name in names:
        begun = play.begin(f"```lists\n{name}\n```" if name in SHARES else name)
        steps.append(play.finish(begun if isinstance(begun, Outcome) else outcome_of(SHARES[name])))
    return steps


def test_after_a_first_pass_a_reply_without_code_stops_at_the_best() -> None:
    steps = play(episode(), "half", "better", "half", "I am content.")
    assert [step.terminated for step in steps] == [False, False, False, True]
    assert [round(step.reward, 3) for step in steps] == [0.5, 0.2, 0.0, 0.0]
    assert steps[-1].outcome == outcome_of(SHARES["better"])
    assert not steps[-1].truncated
    assert steps[-1].observation == STOPPED


@pytest.mark.parametrize("reply", ["I am content.", "", "<think>enough</think>\nNo more."])
def test_before_a_pass_a_reply_without_code_is_a_format_error(reply: str) -> None:
    steps = play(episode(), "wrong", reply)
    assert steps[-1].outcome.label is Label.FORMAT_ERROR
    assert not steps[-1].terminated


@pytest.mark.parametrize("reply", ["```lists\nhalf", "<think>half", "```text\nhalf\n```", "```lists\n\n```"])
def test_a_reply_that_tries_to_hold_code_is_no_stop(reply: str) -> None:
    steps = play(episode(), "half", reply)
    assert steps[-1].outcome.label is Label.FORMAT_ERROR
    assert not steps[-1].terminated


def test_where_being_right_is_all_the_first_pass_ends_the_episode() -> None:
    (step,) = play(episode(Objective.CORRECT), "half")
    assert step.terminated
    assert "The task is solved." in step.observation


def test_the_best_there_is_ends_the_episode() -> None:
    assert [step.terminated for step in play(episode(), "half", "best")] == [False, True]


@pytest.mark.parametrize("reward", ["gain", "binary", "score"])
def test_a_stop_earns_nothing_and_costs_its_turn(reward: str) -> None:
    assert play(episode(reward=reward, turn_cost=0.1), "half", "Enough.")[-1].reward == pytest.approx(-0.1)


def test_the_agent_is_told_that_it_may_stop_once_it_may() -> None:
    opened = episode()
    assert "a reply without code means that you stop" in opened.observation
    steps = play(opened, "wrong", "half", "wrong", "half", "half")
    told = ["without code to stop" in step.observation for step in steps]
    assert told == [False, True, True, True, False]
    assert "No corrections are left." in steps[-1].observation
    assert steps[-1].truncated
    assert not any("The task is solved." in step.observation for step in steps)
    assert "you stop" not in episode(Objective.CORRECT).observation
    assert "you stop" not in episode(corrections=0).observation


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with fakes_registered():
        monkeypatch.setitem(registry._domains, FAKE.id, replace(FAKE, score=lambda outcome: 0.8 * outcome.passed))
        yield
        monkeypatch.undo()


@pytest.mark.usefixtures("fakes")
def test_the_scripted_agent_stops_when_its_solution_passes() -> None:
    env = CodeEnv(FAKE.id, backend=FakeBackend(), tasks=FasterSource())
    agent = ScriptedAgent(max_faults=1, mistakes=0.0, slips=0.0, errors=0.0)
    trajectory = play_episode(env, agent, plan=EpisodePlan(task_id=TASK_ID, seed=3, sample_index=0))
    assert trajectory.terminated
    assert trajectory.passed
    assert "```" not in trajectory.turns[-1].action
    assert trajectory.total_reward == pytest.approx(0.8)
