"""The bench: what it records is what ran, what it compares is the same, and a missed target is said and returned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FAKE, FAKE_ID, fakes_registered

from ecot.__main__ import main
from ecot.commands import bench
from ecot.commands.crowd import eight_clients
from ecot.commands.measurements import Finding, Plan, cache_saves_runs, import_time, listing
from ecot.commands.recording import Called, Ran, RecordingSandbox, Written, bare_seconds
from ecot.commands.warm_worker import warm_worker
from ecot.envs.domain import domain_of
from ecot.envs.sandbox.choose import choose
from ecot.envs.types import Limits


@pytest.fixture(autouse=True)
def _fakes() -> Iterator[None]:
    with fakes_registered():
        yield


def plan_of(env_id: str, **changes: object) -> Plan:
    values = {"tasks": None, "families": 1, "rounds": 2, "jobs": 16, "cores": 2, **changes}
    return Plan(domain=domain_of(env_id), sandbox=choose("none"), **values)  # type: ignore[arg-type]


def test_a_recording_holds_what_was_done_and_passes_it_on() -> None:
    sandbox = RecordingSandbox(choose("none"))
    cell = sandbox.cell()
    with cell.workspace(Limits()) as workspace:
        workspace.write("in.txt", "seen")
        result = workspace.run(["cat", "in.txt"])
        assert workspace.read("in.txt") == "seen"
    cell.close()
    assert result.stdout == "seen"
    assert sandbox.recording.deeds == [Written("in.txt", "seen"), Ran(("cat", "in.txt"), "")]
    assert sandbox.recording.commands == 1
    assert sandbox.recording.seconds > 0


def test_what_was_recorded_runs_bare_in_a_folder_of_its_own(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    deeds = [Written("a/in.txt", "text"), Ran(("sh", "-c", f"cat a/in.txt - > {seen}"), " and input")]
    assert bare_seconds(deeds) > 0
    assert seen.read_text() == "text and input"
    assert bare_seconds([Written("only", "files")]) == 0.0
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        bare_seconds([Called("no_such_module:function", 1)])


@pytest.mark.needs("iverilog", "yosys")
def test_a_candidate_again_costs_no_command_on_the_real_tools() -> None:
    (finding,) = cache_saves_runs(plan_of("ECoT/Verilog-v0", tasks="families:counter"))
    assert finding.passed, finding.figure
    assert finding.data["once"] >= 5


def test_listing_is_measured_in_fresh_processes() -> None:
    speed, memory = listing(plan_of("ECoT/Verilog-v0"))
    assert speed.data["listed"] == 10_000
    assert memory.passed, memory.figure


def test_the_import_is_measured() -> None:
    (finding,) = import_time(plan_of(FAKE_ID))
    assert all(0 < seconds < 30 for seconds in finding.data["seconds"])


@pytest.mark.needs("iverilog", "yosys")
@pytest.mark.slow
def test_eight_clients_get_what_one_process_gets() -> None:
    speed, outcomes = eight_clients(plan_of("ECoT/Verilog-v0", tasks="families:counter"))
    assert outcomes.passed, outcomes.figure
    assert speed.data["jobs"] == 16


def finding(passed: bool | None) -> list[Finding]:
    return [Finding(name="thing", figure="3 [2, 4] s", target="< 1 s", passed=passed, data={"seconds": (1.0, 3)})]


@pytest.mark.parametrize(("passed", "code", "word"), [(True, 0, "pass"), (False, 1, "FAIL"), (None, 0, "")])
def test_the_verdict_is_printed_written_and_returned(
    passed: bool | None,
    code: int,
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def measure(plan: Plan) -> list[Finding]:
        return finding(passed)

    monkeypatch.setattr(bench, "MEASUREMENTS", (measure,))
    path = tmp_path / "new" / "bench.json"
    assert main(["bench", "--env", FAKE.id, "--sandbox", "none", "--json", str(path)]) == code
    assert word in capsys.readouterr().out
    report = json.loads(path.read_text())
    assert report["findings"][0] | {"passed": passed} == report["findings"][0]
    assert report["machine"]["sandbox"] == "none"
    assert f"| thing | 3 [2, 4] s | < 1 s | {word} |" in path.with_suffix(".md").read_text()


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "MEASUREMENTS", ())
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "bench.json"
    assert main(["bench", "--env", FAKE.id, "--sandbox", "none", "--json", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


@pytest.mark.needs("iverilog", "yosys", "bwrap")
def test_a_warm_worker_and_a_fresh_process_agree() -> None:
    values = {"families": 1, "rounds": 2, "jobs": 2, "cores": 1, "tasks": "families:counter"}
    domain = replace(domain_of("ECoT/Verilog-v0"), warm_gain=1.0)
    (finding,) = warm_worker(Plan(domain=domain, sandbox=choose("auto"), **values))  # type: ignore[arg-type]
    assert "verdicts equal" in finding.figure
    assert len(finding.data["fresh_seconds"]) == 2
