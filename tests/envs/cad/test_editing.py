from __future__ import annotations

import pytest

from ecot.envs.cad.editing import SUFFIX, EditingSource
from ecot.envs.cad.source import FamilySource, family_names
from ecot.envs.errors import TaskError
from ecot.envs.types import Label


@pytest.mark.parametrize("name", family_names())
def test_the_script_given_is_of_another_part_and_the_split_is_the_familys(name: str) -> None:
    source, base = EditingSource(name), FamilySource(name)
    assert [item.removesuffix(SUFFIX) for item in source.ids("train")] == list(base.ids("train"))
    for task_id in source.ids()[:: max(1, len(source) // 5)]:
        task = source[task_id]
        given = task.instruction.partition("```python\n")[2].partition("```")[0]
        assert given.strip() != task.solution[0].text.strip()
        assert len(given.splitlines()) == len(task.solution[0].text.strip().splitlines())
        assert base[task_id.removesuffix(SUFFIX)].instruction.strip() in task.instruction


@pytest.mark.needs("cadquery", "manifold3d", "scipy")
def test_the_script_given_is_wrong_as_it_stands_and_its_edit_passes(judged) -> None:
    source = EditingSource("drilled_plate")
    task = source[source.ids()[3]]
    given = task.instruction.partition("```python\n")[2].partition("```")[0]
    assert judged(given, task=task).label is Label.MISMATCH
    assert judged(task.solution[0].text, task=task).label is Label.PASS


def test_an_id_of_another_source_is_named() -> None:
    with pytest.raises(TaskError, match="editing task"):
        EditingSource("drilled_plate")["drilled_plate@1/000000"]
