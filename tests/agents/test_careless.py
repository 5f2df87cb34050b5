"""The careless agent errs line by line at its rate, and the table by level says what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes import FAKE_ID, FakeBackend, FakeSource, fakes_registered

from ecot.agents.careless import CarelessAgent
from ecot.agents.rollout import plan_episodes, play_episodes
from ecot.commands.levels import level_table
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.types import Trajectory


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def make_env() -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=FakeBackend(), corrections=0)


def play(rate: float, *, episodes: int = 30, samples: int = 1) -> list[Trajectory]:
    plans = plan_episodes(FakeSource().ids("train"), episodes=episodes, samples=samples, seed=4)
    played = play_episodes(make_env, CarelessAgent(rate=rate), plans=plans, workers=1)
    return sorted(played, key=lambda item: item.identity)


def test_who_never_errs_solves_everything_and_who_always_errs_nothing() -> None:
    assert all(item.passed for item in play(0.0))
    assert not any(item.passed for item in play(1.0))


def test_equal_seeds_err_alike_and_the_members_of_a_group_differ() -> None:
    first, second = play(0.3, episodes=4, samples=8), play(0.3, episodes=4, samples=8)
    assert [item.turns[0].action for item in first] == [item.turns[0].action for item in second]
    assert len({item.turns[0].action for item in first if item.group_id == first[0].group_id}) > 1


def test_a_higher_rate_solves_less() -> None:
    solved = [sum(item.passed for item in play(rate, episodes=60)) for rate in (0.05, 0.4, 0.8)]
    assert solved == sorted(solved, reverse=True)
    assert solved[0] > solved[2]


def test_a_rate_out_of_range_is_named() -> None:
    with pytest.raises(ConfigError, match=r"rate must lie in \[0, 1\], not 2"):
        CarelessAgent(rate=2)


def test_the_table_by_level_counts_groups_and_both_estimators() -> None:
    played = play(0.1, episodes=40, samples=4)
    table = level_table(played, FakeSource())
    assert table is not None
    columns = [list(column.cells) for column in table.columns]
    assert columns[0] == ["1", "2", "3"]
    assert sum(int(str(cell)) for cell in columns[1]) == len({item.group_id for item in played})
    assert all(float(str(one)) <= float(str(four)) for one, four in zip(columns[2], columns[3], strict=True))


def test_tasks_of_one_level_give_no_table() -> None:
    easy = [item for item in play(0.1) if FakeSource()[item.task_id].level == 1]
    assert easy
    assert level_table(easy, FakeSource()) is None
