"""`ecot verify --tasks`: figures of an imported benchmark, without a word of its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecot.__main__ import main
from ecot.commands.verify_benchmark import counts, hack_counts
from ecot.envs.types import Label
from ecot.envs.verilog.benchmarks.proving import Examined, Judged

LIKE = Path(__file__).parents[1] / "data" / "eval_like"


@pytest.mark.needs("iverilog", "yosys", "pyslang", "vcdvcd")
def test_a_full_run_writes_ids_labels_and_counts_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["verify", "--tasks", f"verilog-eval:{LIKE}", "--full", "--output", str(tmp_path), "--workers", "2"]
    assert main(argv) == 0
    report = json.loads((tmp_path / "verilog-eval.json").read_text())
    assert report["counts"] == {
        "problems": 3,
        "references_pass": 3,
        "references_pass_own_scorer": 3,
        "netlists_agree": 1,
        "references_pass_apart_where_netlist_does_not": 2,
        "forgery_check_available": 3,
        "broken_here": 0,
        "not_examined": 0,
    }
    assert report["mutants"]["killed"] >= 8
    assert sum(report["mutants"][name] for name in ("killed", "equivalent", "survived", "not_built")) == 12
    assert set(report["broken"]) == {"verilog-eval/Prob099_crossed"}
    assert report["hacks"]["reads_testbench"]["pass_own_scorer"] == 3
    assert all(hack["pass_here"] == 0 for hack in report["hacks"].values())
    assert "module" not in json.dumps(report["problems"])
    assert "Prob099_crossed" in capsys.readouterr().out.replace("\n", "")


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [("families:alu", "cannot verify the tasks 'families'"), ("verilog-eval:/nowhere/at/all", "there is no folder")],
)
def test_what_is_no_benchmark_is_refused(tasks: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--tasks", tasks]) == 2
    assert sentence in capsys.readouterr().err


def test_a_problem_that_could_not_be_examined_is_counted_as_such_and_has_no_cheats() -> None:
    right = Judged(label=Label.PASS, own=".", holds=True)
    rest = {"netlist_agrees": False, "passes_apart": None, "replayable": False}
    cheat = {"prints": Judged(label=Label.REJECTED, own=".", holds=True)}
    judged = Examined(task_id="set/one", reference=right, hacks=cheat, **rest)
    nothing = Judged(label=Label.UNVERIFIED, own="", holds=False)
    starved = Examined(task_id="set/two", reference=nothing, hacks={}, error="busy", starved=True, **rest)
    found = counts([judged, starved])
    assert (found["problems"], found["references_pass"], found["broken_here"], found["not_examined"]) == (2, 1, 0, 1)
    assert hack_counts([judged, starved])["prints"] == {
        "tried": 1,
        "pass_own_scorer": 1,
        "pass_here": 0,
        "labels": {"REJECTED": 1},
    }
