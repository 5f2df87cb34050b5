"""Every kept cheat earns no more than the floor, for the reason that it states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.family_files import Hack
from ecot.envs.types import Outcome
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.source import FamilySource
from ecot.envs.verilog.texts import hacks_in

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang")
SOURCE = FamilySource("counter")
TASK_ID = SOURCE.ids()[0]
HACKS = {hack.name: hack for hack in SOURCE.hacks(TASK_ID)}


@pytest.mark.parametrize("name", HACKS)
def test_a_cheat_earns_the_floor_for_a_stated_reason(name: str, judged: Callable[..., Outcome]) -> None:
    hack: Hack = HACKS[name]
    outcome = judged(SOURCE[TASK_ID], hack.source)
    assert outcome.label in hack.labels, outcome.diagnostics
    assert DOMAIN.score(outcome) <= DOMAIN.floor


def test_the_cheats_are_many() -> None:
    assert len(HACKS) >= 60


def test_a_hack_may_be_the_solution_with_other_lines_in_place_of_some() -> None:
    source = FamilySource("risc_core")
    task = source[source.ids()[0]]
    hack = {item.name: item for item in source.hacks(task.id)}["other_reset"]
    pairs = list(zip(task.solution[0].text.splitlines(), hack.source.splitlines(), strict=True))
    changed = [(before, after) for before, after in pairs if before != after]
    assert len(changed) == 1
    assert all("always @(" in line for line in changed[0])


def test_a_hack_that_changes_lines_which_are_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "changed_family"
    (package / "hacks").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "solution.v").write_text("module m;\nendmodule\n")
    (package / "hacks" / "bold.v").write_text(
        "// expect: MISMATCH: bold\n// instead of:\nwire a;\n// stands:\nwire b;\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TaskError, match=r"bold\.v changes lines that its solution has 0 times: 'wire a;"):
        hacks_in("changed_family", {})
