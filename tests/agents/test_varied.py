"""The varied agent: the same play for the same seed, no two alike, and the solution in the end."""

from __future__ import annotations

import pytest
from conftest import need_tools_of

from ecot.agents.agent import TaskView
from ecot.agents.varied import VariedAgent
from ecot.envs.domain import domain_of
from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.parsing import FormatError, parse_reply
from ecot.envs.proof import provable
from ecot.envs.types import Task


def task_of(env_id: str) -> Task:
    need_tools_of(domain_of(env_id))
    source = provable(domain_of(env_id))
    return source[source.ids("train")[0]]


def played(task: Task, seed: int, *, turns: int = 6, slips: float = 0.0) -> list[str]:
    agent = VariedAgent(slips=slips).begin(task, seed=seed)
    view = TaskView.of(task, seed=seed)
    return [agent.act(["task"] * (2 * number + 1), view).text for number in range(turns)]


@pytest.mark.parametrize("env_id", ["ECoT/Verilog-v0", "ECoT/CAD-v0", "ECoT/Assembly-v0"])
def test_an_episode_depends_on_its_seed_alone_and_comes_to_a_plain_solution(env_id: str) -> None:
    task, domain = task_of(env_id), domain_of(env_id)
    episodes = [played(task, seed) for seed in range(8)]
    assert episodes == [played(task, seed) for seed in range(8)]
    assert len({tuple(episode) for episode in episodes}) == 8
    solution = task.solution[0].text.strip()
    ends = 0
    for episode in episodes:
        sources = [parse_reply(text, fences=domain.fences, entry="x").source.strip() for text in episode]
        ends += solution in sources
    assert ends >= 4


def test_slips_are_no_answers() -> None:
    task = task_of("ECoT/Assembly-v0")
    domain = domain_of(task.env_id)
    for text in played(task, 5, slips=1.0):
        with pytest.raises(FormatError):
            parse_reply(text, fences=domain.fences, entry="x")


def test_options_out_of_range_and_tasks_without_families_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"slips must lie in \[0, 1\]"):
        VariedAgent(slips=2)
    with pytest.raises(ConfigError, match="costly"):
        VariedAgent(costly=-1)


def test_a_domain_without_families_is_refused() -> None:
    from fakes import FAKE_ID, FakeSource, fakes_registered

    with fakes_registered():
        task = FakeSource(env_id=FAKE_ID)["lists@1/000001"]
        with pytest.raises(TaskError, match="families that prove themselves"):
            VariedAgent().begin(task, seed=1).act(["task"], TaskView.of(task))
