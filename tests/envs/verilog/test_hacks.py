"""Every kept cheat earns no more than the floor, for the reason that it states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecot.envs.types import Outcome
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.source import FamilySource
from ecot.envs.verilog.texts import Hack

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
