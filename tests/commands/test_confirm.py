"""`ecot confirm` writes tables that repair tasks are made of; `ecot verify` of repair tasks tries what they claim."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import gymnasium
import pytest
from fakes import FAKE, FakeSource

from ecot.__main__ import main
from ecot.envs import domain as registry
from ecot.envs.domain import Mutation
from ecot.envs.fault_tables import FaultTable, read_table
from ecot.envs.repair import REVISION, repair_id, repair_of
from ecot.envs.types import Task

ENV_ID = "Fake/Seeded-v0"


class Families(FakeSource):
    """The fake tasks as one family."""

    def __init__(self, path: str = "") -> None:
        super().__init__(env_id=ENV_ID)

    def families(self) -> Mapping[str, str]:
        return {"lists": "digest of lists"}

    def hacks(self, task_id: str) -> Sequence[object]:
        return []


def _seed(source: str) -> list[Mutation]:
    """One fault that shows, one that does not."""
    return [
        Mutation(operator="off", kind="off", line=1, source=source.replace("a = ", "a = 9")),
        Mutation(operator="space", kind="space", line=8, source=source + "z = 1\n"),
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where tables are written, and where the repair domain reads them."""

    def tables() -> Sequence[FaultTable]:
        return [read_table(path) for path in tmp_path.glob("*.lists.json")]

    base = replace(FAKE, id=ENV_ID, sources={"families": Families}, seed=_seed, fault_types={"all": ("off", "space")})
    registry.register(base)
    registry.register(repair_of(base, tables=tables))
    yield tmp_path
    for env_id in (ENV_ID, repair_id(ENV_ID)):
        registry._domains.pop(env_id)
        gymnasium.registry.pop(env_id)


def _run(command: str, name: str, folder: Path, *words: str) -> int:
    return main([command, name, "--output", str(folder), "--workers", "1", "--sandbox", "none", *words])


def test_a_table_holds_what_broke_the_design_and_says_what_did_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("confirm", "seeded", folder, "--draws", "3") == 0
    table = read_table(folder / "seeded.lists.json")
    assert list(table.entries) == ["lists@1/000000", "lists@1/000333", "lists@1/000666"]
    assert (table.revision, table.digest, table.tasks) == (REVISION, "digest of lists", "families:lists")
    assert (table.candidates, table.harmless) == (6, 3)
    assert all([key[:4] for key in entry.faults] == ["off:"] for entry in table.entries.values())
    assert "3 repair tasks from 3 tasks; 3 of 6 faults broke nothing" in capsys.readouterr().out


def test_a_family_without_a_confirmed_fault_is_bad_news(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harmless = replace(registry._domains[ENV_ID], seed=lambda source: _seed(source)[1:])
    with monkeypatch.context() as patch:
        patch.setitem(registry._domains, ENV_ID, harmless)
        assert _run("confirm", "seeded", folder, "--draws", "1") == 1


def test_a_set_of_the_users_own_needs_a_file(folder: Path) -> None:
    file = folder / "mine.json"
    assert main(["confirm", "seeded", "--tasks", "families", "--sandbox", "none"]) == 2
    assert _run("confirm", "seeded", file, "--tasks", "families", "--draws", "2") == 0
    assert read_table(file).tasks == "families"


def test_every_claim_of_a_table_is_tried_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("confirm", "seeded", folder, "--draws", "3") == 0
    capsys.readouterr()
    assert _run("verify", "seeded_repair", folder, "--full") == 0
    shown = capsys.readouterr().out
    assert "every fault confirmed in 100.00%, the whole broken in 100.00%, the solution passes in 100.00%" in shown
    assert "not in this sample: space" in shown
    report = json.loads((folder / "seeded_repair.json").read_text(encoding="utf-8"))
    assert (report["tasks"], report["confirmed"], report["types"], report["failures"]) == (3, 3, {"off": 3}, [])


def test_a_claim_that_does_not_hold_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("confirm", "seeded", folder, "--draws", "1") == 0

    class Forgiving(Families):
        """The judge now asks for what the fault makes."""

        def __getitem__(self, task_id: str) -> Task:
            task = super().__getitem__(task_id)
            numbers = (int(f"9{task.bundle.params['numbers'][0]}"), *task.bundle.params["numbers"][1:])
            return replace(task, bundle=replace(task.bundle, params={"numbers": numbers}))

    base = replace(registry._domains[ENV_ID], sources={"families": Forgiving})
    tables = [read_table(folder / "seeded.lists.json")]
    with monkeypatch.context() as patch:
        patch.setitem(registry._domains, repair_id(ENV_ID), repair_of(base, tables=lambda: tables))
        assert _run("verify", "seeded_repair", folder) == 1
    shown = capsys.readouterr().out
    assert f"does not hold: lists@1/000000~fault@{REVISION}/0: the off alone is PASS" in shown
    assert "the solution is MISMATCH" in shown


def test_without_tasks_nothing_is_proved(folder: Path) -> None:
    assert _run("verify", "seeded_repair", folder) == 1
