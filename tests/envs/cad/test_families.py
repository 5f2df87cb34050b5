from __future__ import annotations

import re

import pytest

from ecot.envs.cad.family import PORTION, WORDINGS
from ecot.envs.cad.source import FamilySource, build_task, family_named, family_names
from ecot.envs.cad.texts import hacks_of, script_of
from ecot.envs.errors import TaskError
from ecot.envs.tasks import SPLITS
from ecot.envs.types import digest

NAMES = family_names()
SAMPLES = 9


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def draws(name: str) -> list[str]:
    ids = FamilySource(name).ids()
    return [ids[place * len(ids) // SAMPLES] for place in range(SAMPLES)]


def test_families_are_spread_over_the_levels() -> None:
    assert {family_named(name).level for name in NAMES} == {1, 2, 3, 4, 5}


def test_there_are_enough_different_draws(name: str) -> None:
    source = FamilySource(name)
    assert len(source) >= 200
    assert len(set(source.ids())) == len(source)
    task_id = draws(name)[1]
    assert digest(source[task_id]) == digest(FamilySource()[task_id])


def test_the_three_wordings_give_every_size_and_share_a_split(name: str) -> None:
    family, source = family_named(name), FamilySource(name)
    for task_id in draws(name):
        params = dict(source[task_id].bundle.params["draw"])
        sides = set()
        for wording in WORDINGS:
            task = build_task(family, task_id, {**params, "wording": wording})
            assert "@{" not in task.instruction
            assert f"`{task.bundle.params['variable']}`" in task.instruction
            assert task.solution == source[task_id].solution
            sides.add(len(task.instruction) > 400)
        assert sides == {True}


def test_a_size_that_changes_the_part_is_in_every_wording(name: str) -> None:
    """Two draws that differ in one size read differently, whatever the wording."""
    family, source = family_named(name), FamilySource(name)
    params = dict(source[draws(name)[0]].bundle.params["draw"])
    for key, values in family.sizes.items():
        changed = next(value for value in values if value != params[key])
        for wording in WORDINGS:
            texts = {
                build_task(family, "x", {**params, "wording": wording, key: value}).instruction
                for value in (params[key], changed)
            }
            assert len(texts) == 2, (key, wording)


def test_the_tolerance_is_a_small_part_of_the_smallest_feature(name: str) -> None:
    family = family_named(name)
    for task_id in draws(name):
        params = FamilySource(name)[task_id].bundle.params
        assert params["volume_tolerance"] == pytest.approx(PORTION * family.smallest(params["draw"]))
        assert params["volume_tolerance"] > 0


def test_every_family_has_a_second_solution_and_a_hack_without_its_smallest_feature(name: str) -> None:
    family = family_named(name)
    params = FamilySource(name)[draws(name)[0]].bundle.params["draw"]
    assert script_of(family, params) != script_of(family, params, "second")
    hacks = {hack.name: hack for hack in hacks_of(family, params)}
    assert hacks["drops_smallest"].reason
    assert len(hacks) >= 10


def test_no_script_imports_anything_but_the_modelling_library(name: str) -> None:
    family = family_named(name)
    params = FamilySource(name)[draws(name)[0]].bundle.params["draw"]
    for script in (script_of(family, params), script_of(family, params, "second")):
        assert set(re.findall(r"^import (\w+)", script, re.MULTILINE)) <= {"cadquery", "math"}


def test_held_out_families_are_test_families_only(name: str) -> None:
    source = FamilySource(name)
    sizes = [len(source.ids(split)) for split in SPLITS]
    assert (sizes[3] == len(source)) if family_named(name).held_out else (all(sizes[:3]) and not sizes[3])


def test_unknown_names_are_named() -> None:
    with pytest.raises(TaskError, match="flansh"):
        FamilySource("flansh")
