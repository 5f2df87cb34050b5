from __future__ import annotations

import math
from pathlib import Path

import pytest

from ecot.envs.cad.benchmarks.cadprompt import CadPromptSource
from ecot.envs.cad.benchmarks.scores import summary
from ecot.envs.errors import TaskError
from ecot.envs.types import Label, Outcome, StageResult

SCRIPT = """import cadquery as cq

part = cq.Workplane("XY").circle(0.5).extrude(0.25)
cq.exporters.export(part, "Ground_Truth.stl")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A set of three problems in the layout of the published one, of our own making."""
    for name in ("00000001", "00000002", "00001977"):
        folder = tmp_path / "CADPrompt" / name
        folder.mkdir(parents=True)
        (folder / "Python_Code.py").write_text(SCRIPT)
        text = "A disc of radius 0.5 units, 0.25 units high."
        (folder / "Natural_Language_Descriptions_Prompt_with_specific_measurements.txt").write_text(text)
    return tmp_path


def test_problems_are_read_in_their_own_layout_and_are_all_test(checkout: Path) -> None:
    source = CadPromptSource(str(checkout))
    assert list(source.ids()) == list(source.ids("test")) == ["cadprompt/00000001", "cadprompt/00000002"]
    assert not source.ids("train")
    assert "radius 0.5 units" in source["cadprompt/00000001"].instruction
    assert len(CadPromptSource(str(checkout / "CADPrompt"))) == 2


def test_what_is_broken_is_refused_with_its_reason(checkout: Path) -> None:
    source = CadPromptSource(str(checkout))
    with pytest.raises(TaskError, match="different parts"):
        source["cadprompt/00001977"]
    with pytest.raises(TaskError, match="no problem of this set"):
        source["cadprompt/99999999"]
    with pytest.raises(TaskError, match="no checkout"):
        CadPromptSource(str(checkout / "nothing"))


@pytest.mark.needs("cadquery", "manifold3d", "scipy")
def test_a_reference_passes_and_another_size_or_scale_does_not(judged, checkout: Path) -> None:
    task = CadPromptSource(str(checkout))["cadprompt/00000001"]
    assert judged(SCRIPT, task=task).label is Label.PASS
    assert judged(SCRIPT.replace("0.25", "0.26"), task=task).label is Label.MISMATCH
    assert judged(SCRIPT.replace("0.25", "2.5").replace("0.5", "5"), task=task).label is Label.MISMATCH
    assert not list(checkout.rglob("*.stl")), "a reference that exports leaves nothing behind"


def test_a_summary_counts_every_problem() -> None:
    built = [StageResult(name=name, passed=True, label=Label.PASS) for name in ("rules", "build", "validate")]
    metrics = {"iou": 0.8, "voxel_iou_64": 0.7, "chamfer_mm": 0.1}
    right = Outcome(stages=(*built, StageResult(name="compare", passed=True, label=Label.PASS, metrics=metrics)))
    broken = Outcome(stages=(built[0], StageResult(name="build", passed=False, label=Label.RUNTIME_ERROR)))
    found = summary([right, broken])
    assert (found["compile_rate"], found["invalidity_ratio"], found["pass_rate"]) == (0.5, 0.5, 0.5)
    assert found["mean_iou"] == pytest.approx(0.4)
    assert math.isinf(summary([broken])["median_chamfer_mm"])
    with pytest.raises(ValueError, match="at least one"):
        summary([])
