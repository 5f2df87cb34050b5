"""The families as a task source: lazy, indexed, split, with ids that say what they are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecot.envs.errors import TaskError
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Audience
from ecot.envs.verilog import texts
from ecot.envs.verilog.source import FamilySource, family_named, params_of, port_facts, port_from, split_of_draw
from ecot.envs.verilog.texts import render

SOURCE = FamilySource("counter")


def test_the_splits_part_the_whole() -> None:
    parts = [set(SOURCE.ids(split)) for split in SPLITS]
    assert sum(map(len, parts)) == len(SOURCE) == len(set().union(*parts))
    assert 0.7 < len(parts[0]) / len(SOURCE) < 0.9


def test_ten_thousand_ids_are_listed_in_a_second() -> None:
    source = FamilySource()
    started = time.perf_counter()
    count = sum(1 for _ in source.ids())
    assert count == len(source)
    assert count >= 10_000
    assert time.perf_counter() - started < 10.0, "the target is 1 s on an idle machine; `ecot bench` measures it"


@given(st.integers(-3000, 3000))
def test_an_index_means_what_it_means_for_a_list(index: int) -> None:
    ids = SOURCE.ids("test")
    listed = list(ids)
    if -len(listed) <= index < len(listed):
        assert ids[index] == listed[index]
    else:
        with pytest.raises(IndexError):
            ids[index]
    assert list(ids[index : index + 5]) == listed[index : index + 5]


def test_every_id_builds_and_says_what_it_is() -> None:
    for task_id in SOURCE.ids()[::211]:
        task = SOURCE[task_id]
        assert task.id == task_id
        assert task.family == "counter"
        assert task.bundle.params["draw"]["width"] in (3, 4, 5, 6, 8, 12)
        assert all(file.audience is Audience.JUDGE for file in task.bundle.files)


def test_draws_that_differ_in_names_only_fall_on_one_side() -> None:
    family = family_named("counter")
    seen = set()
    for draw in range(0, len(SOURCE), 20):
        params = params_of(family, draw)
        sides = {split_of_draw(family, {**params, "naming": naming}) for naming in family.choices["naming"]}
        assert len(sides) == 1
        seen |= sides
    assert seen == set(SPLITS[:3])


@pytest.mark.parametrize(
    ("task_id", "words"),
    [
        ("counter", "no id of a Verilog task"),
        ("counter@1/12", "no id of a Verilog task"),
        ("counter@7/000001", "revision 7"),
        ("counter@1/999999", "does not exist"),
        ("nothing@1/000001", "unknown Verilog family 'nothing'"),
        ("fifo@1/000001", "leaves out"),
    ],
)
def test_an_id_that_names_nothing_is_named(task_id: str, words: str) -> None:
    with pytest.raises(TaskError, match=words):
        SOURCE[task_id]


def test_an_unknown_split_or_family_is_named() -> None:
    with pytest.raises(TaskError, match="'training'"):
        SOURCE.ids("training")
    with pytest.raises(TaskError, match="'conter'"):
        FamilySource("counter,conter")


def test_ports_survive_the_bundle() -> None:
    family = family_named("counter")
    for port in family.ports(params_of(family, 0)):
        assert port_from(port_facts(port)) == port


def test_lines_of_empty_placeholders_vanish_and_others_stay() -> None:
    assert render("a\n  @{none}\n\n@{two}\n", {"none": "", "two": "b\nc"}) == "a\n\nb\nc\n"


def test_the_digest_of_a_family_covers_the_modules_that_it_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: texts.family_digest(name) for name in ("priority_encoder", "counter")}
    real = texts._module_text
    monkeypatch.setattr(texts, "_module_text", lambda module: real(module) + "# touched" * (module == "clocking"))
    after = {name: texts.family_digest(name) for name in before}
    assert after["priority_encoder"] != before["priority_encoder"]
    assert after["counter"] == before["counter"]
