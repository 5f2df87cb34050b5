"""Over every family: draws, splits, texts and cases hold what the family's record promises."""

from __future__ import annotations

from random import Random

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.gpu.family import PRECISIONS
from ecot.envs.gpu.source import CATALOGUE, FamilySource
from ecot.envs.tasks import SPLITS

NAMES = CATALOGUE.names
MOST_ELEMENTS = 20_000
"""Of the arguments of one case: the interpreter runs them in fractions of a second."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_there_are_families_of_every_level() -> None:
    assert {CATALOGUE.named(name).level for name in NAMES} == {1, 2, 3}


def test_there_are_enough_draws_and_every_split_has_some() -> None:
    source = FamilySource()
    assert all(len(FamilySource(name)) >= 24 for name in NAMES)
    assert sum(len(source.ids(split)) for split in SPLITS) == len(source)
    assert all(source.ids(split) for split in SPLITS)


def test_the_texts_are_complete_and_name_what_to_define(name: str) -> None:
    source = FamilySource(name)
    for task_id in list(source.ids())[:: max(1, len(source) // 12)]:
        task = source[task_id]
        entry = task.bundle.params["entry"]
        assert "@{" not in task.instruction + task.solution[0].text + task.bundle.files[0].text
        assert f"`{entry}" in task.instruction
        assert f" {entry}(" in task.solution[0].text
        assert task.bundle.params["precision"] in PRECISIONS
        assert max(map(len, task.solution[0].text.splitlines())) <= 140


def test_cases_are_drawn_from_the_hidden_seed_and_small(name: str) -> None:
    family = CATALOGUE.named(name)
    for draw in range(0, CATALOGUE.count(family), max(1, CATALOGUE.count(family) // 6)):
        params = CATALOGUE.params(family, draw)
        first, again, other = (family.cases(params, Random(seed)) for seed in (1, 1, 2))
        assert first == again
        assert first != other
        assert len(first) >= 5
        tensors = [[item for item in case.args if isinstance(item, dict)] for case in first[:2]]
        assert tensors[0] == tensors[1], "a second call like the first, so that a replayed answer is wrong"
        for case in first:
            sizes = [item["shape"] for item in case.args if isinstance(item, dict)]
            total = 0
            for shape in sizes:
                count = 1
                for extent in shape:
                    count *= extent
                total += count
            assert total <= MOST_ELEMENTS


def test_hacks_say_what_they_earn(name: str) -> None:
    source = FamilySource(name)
    hacks = source.hacks(source.ids()[0])
    assert len(hacks) >= 8
    assert all(hack.reason and hack.labels and "PASS" not in hack.labels for hack in hacks)
    assert all("@{" not in hack.source for hack in hacks)


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(TaskError, match="softmax@1/000012"):
        FamilySource()["softmax"]
    with pytest.raises(TaskError, match="sofdmax"):
        FamilySource("sofdmax")
