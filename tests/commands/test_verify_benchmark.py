"""`ecot verify --tasks`: figures of an imported benchmark, without a word of its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecot.__main__ import main

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
    }
    assert set(report["broken"]) == {"verilog-eval/Prob099_crossed"}
    assert report["hacks"]["reads_testbench"]["pass_own_scorer"] == 3
    assert all(hack["pass_here"] == 0 for hack in report["hacks"].values())
    assert "module" not in json.dumps(report["problems"])
    assert "Prob099_crossed" in capsys.readouterr().out.replace("\n", "")


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [("rtllm:/path", "cannot verify the tasks 'rtllm'"), ("verilog-eval:/nowhere/at/all", "there is no folder")],
)
def test_what_is_no_benchmark_is_refused(tasks: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--tasks", tasks]) == 2
    assert sentence in capsys.readouterr().err
