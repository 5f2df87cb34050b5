"""The sampler: the mix, the curriculum, groups without variance, and going on after a kill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import pytest
from fakes import FAKE_ID, NEEDY_ID, FakeBackend, FakeSource, fakes_registered

from ecot.agents.agent import Reply, TaskView
from ecot.agents.rollout import EpisodePlan, play_episodes
from ecot.agents.sampler import Cell, Mix, Sampler
from ecot.envs.env import CodeEnv
from ecot.envs.errors import ConfigError
from ecot.envs.types import Trajectory


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


class Graded:
    """A source whose families have their names from how often the agent below passes them."""

    def __init__(self, env_id: str = FAKE_ID) -> None:
        self._inner = FakeSource(env_id=env_id)
        self._ids = [f"{name}@1/{index:06}" for name in ("always", "mixed", "never") for index in range(40)]

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, split: str | None = None) -> Sequence[str]:
        return self._ids

    def __getitem__(self, task_id: str) -> object:
        from dataclasses import replace

        family, _, index = task_id.partition("@1/")
        return replace(self._inner[f"lists@1/{index}"], id=task_id, family=family)


class Grader:
    """Passes `always` always, `never` never, and `mixed` every other time."""

    name = "grader"

    def act(self, conversation: Sequence[str], view: TaskView) -> Reply:
        family, _, index = view.task_id.partition("@1/")
        right = family == "always" or (family == "mixed" and Random(view.seed).random() < 0.5)
        solution = FakeSource()[f"lists@1/{index}"].solution[0].text.strip()
        return Reply(f"```lists\n{solution if right else 'a = -1'}\n```")


def make_env() -> CodeEnv:
    return CodeEnv(FAKE_ID, backend=FakeBackend(), tasks=Graded(), split=None, corrections=0)  # type: ignore[arg-type]


def sampler(*, mix: Mix | None = None, **options: object) -> Sampler:
    values = {"groups": 40, "samples": 4, "seed": 1, **options}
    sources = {FAKE_ID: Graded(), NEEDY_ID: Graded(NEEDY_ID)}
    return Sampler(sources, split=None, mix=mix or Mix(environments={FAKE_ID: 1.0}), **values)  # type: ignore[arg-type]


def run(chosen: Sampler, *, workers: int = 3, stop_after: int | None = None) -> list[Trajectory]:
    played: list[Trajectory] = []
    playing = play_episodes({FAKE_ID: make_env}, Grader(), plans=chosen, workers=workers)
    for trajectory in playing:
        played.append(trajectory)
        chosen.observe(trajectory)
        if len(played) == stop_after:
            playing.close()
            break
    return played


def test_groups_without_variance_are_refilled_and_what_is_dull_is_played_less() -> None:
    chosen = sampler()
    played = run(chosen)
    assert chosen.useful == 40
    groups: dict[int, list[Trajectory]] = {}
    for item in played:
        groups.setdefault(item.seed, []).append(item)
    assert {len(members) for members in groups.values()} == {4}
    assert len(groups) == chosen.useful + chosen.flat
    varied = [members for members in groups.values() if len({item.total_reward for item in members}) > 1]
    assert len(varied) == 40
    families = Counter(members[0].task_id.partition("@")[0] for members in groups.values())
    assert families["mixed"] > 4 * (families["always"] + families["never"]) / 2
    rates = {cell.family: passed / tried for cell, (passed, tried) in chosen.rates().items()}
    assert rates["always"] == 1.0
    assert rates["never"] == 0.0
    assert 0.2 < rates["mixed"] < 0.8


def test_without_refilling_every_group_counts() -> None:
    chosen = sampler(refill=False, groups=10, samples=1)
    assert len(run(chosen)) == 10
    assert chosen.useful == 10


def test_a_budget_ends_what_would_never_end() -> None:
    chosen = sampler(mix=Mix(environments={FAKE_ID: 1.0}, families={"never": 1.0, "*": 0.0}), groups=5, most=2.0)
    assert len(run(chosen)) == 5 * 2 * 4
    assert (chosen.useful, chosen.flat) == (0, 10)


def test_weights_decide_what_is_played() -> None:
    mix = Mix(environments={FAKE_ID: 3.0, NEEDY_ID: 1.0}, families={"al*": 0.0}, levels={1: 1.0})
    chosen = sampler(mix=mix, refill=False, groups=400, samples=1)
    plans = _issued(chosen)
    by_env = Counter(plan.env_id for plan in plans)
    assert 2.2 < by_env[FAKE_ID] / by_env[NEEDY_ID] < 4.0
    assert not any(plan.task_id.startswith("always") for plan in plans)


def test_tasks_are_drawn_by_weight_without_being_played() -> None:
    mix = Mix(environments={FAKE_ID: 3.0, NEEDY_ID: 1.0}, families={"al*": 0.0})
    plans = list(sampler(mix=mix, refill=False, groups=400, samples=1).draws())
    assert len(plans) == 400 == len({plan.seed for plan in plans})
    assert 2.2 < sum(plan.env_id == FAKE_ID for plan in plans) / sum(plan.env_id == NEEDY_ID for plan in plans) < 4.0
    assert not any(plan.task_id.startswith("always") for plan in plans)


def _issued(chosen: Sampler) -> list[EpisodePlan]:
    """Every plan up to the first pause."""
    found = []
    for plan in chosen:
        if plan is None:
            break
        found.append(plan)
    return found


def test_a_killed_run_goes_on_with_the_missing_members_first_and_plays_nothing_twice() -> None:
    before = run(sampler(), stop_after=70)
    chosen = sampler()
    chosen.resume(before)
    after = run(chosen)
    keys = [(item.seed, item.sample_index) for item in [*before, *after]]
    assert len(keys) == len(set(keys))
    groups = Counter(seed for seed, _ in keys)
    assert set(groups.values()) == {4}
    assert chosen.useful == 40


def test_equal_runs_plan_alike() -> None:
    assert _issued(sampler()) == _issued(sampler())
    assert _issued(sampler()) != _issued(sampler(seed=2))


def test_a_cell_is_of_full_interest_until_enough_is_known() -> None:
    chosen = sampler()
    cell = next(cell for cell in chosen._records if cell.family == "never")
    assert isinstance(cell, Cell)
    assert chosen.interest(cell) == 1.0
    run(chosen)
    assert chosen.interest(cell) < 0.1


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"low": 0.9, "high": 0.1}, "low"),
        ({"groups": 0}, "groups"),
        ({"samples": 1}, "no variance"),
        ({"mix": Mix(environments={"ECoT/None-v0": 1.0})}, "no task source"),
        ({"mix": Mix(environments={FAKE_ID: 1.0}, families={"*": 0.0})}, "weight above 0"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        sampler(**options)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="negative"):
        Mix(environments={FAKE_ID: -1.0})
