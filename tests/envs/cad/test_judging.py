from __future__ import annotations

import pytest

from ecot.envs.types import Label, Outcome, Task

pytestmark = pytest.mark.needs("cadquery", "manifold3d", "scipy")

HEAD = "import cadquery as cq\n"
RIGHT = "block = cq.Workplane().box(40, 30, 6, centered=(True, True, False))\n"
HOLE = "drill = cq.Workplane().center(7, 3).circle(4).extrude(6)\n"


def first(outcome: Outcome) -> tuple[Label, str, int]:
    item = outcome.diagnostics[0]
    return outcome.label, item.code, item.line


@pytest.mark.parametrize(
    "ending",
    [
        "result = block.cut(drill)",
        "result = block.cut(drill).val()",
        "part = block.cut(drill)",
        "show_object(block.cut(drill))",
        "result = cq.Assembly().add(block.cut(drill))",
        "result = cq.Compound.makeCompound([block.cut(drill).val()])",
        "result = [block.cut(drill)]",
    ],
)
def test_a_part_is_found_in_every_form_that_scripts_leave_it_in(judged, ending: str) -> None:
    assert judged(HEAD + RIGHT + HOLE + ending).label is Label.PASS


@pytest.mark.parametrize(
    ("script", "label", "code", "line"),
    [
        ("result = cq.Workplane().box(4, 3", Label.COMPILATION_ERROR, "syntax_error", 2),
        ("result = cq.Workplane().bock(4, 3, 2)", Label.RUNTIME_ERROR, "exception", 2),
        ("block = 1", Label.RUNTIME_ERROR, "no_result", 0),
        ("\nresult = cq.Workplane().box(0, 3, 2)", Label.GEOMETRY_ERROR, "kernel_refused", 3),
        ("result = cq.Workplane().box(4, 3, 2).faces('>Z')", Label.GEOMETRY_ERROR, "no_solid", 0),
        ("result = cq.Sketch().rect(3, 4)", Label.GEOMETRY_ERROR, "no_solid", 0),
        ("import os\nresult = 1", Label.REJECTED, "forbidden_import", 2),
        (
            "e = cq.Edge.makeLine((0, 0, 0), (1, 0, 0))\ne.wrapped.Nullify()\ne.Length()",
            Label.MEMORY_FAULT,
            "kernel_crash",
            4,
        ),
        ("print('x' * (1 << 20))", Label.RESOURCE_LIMIT, "output_limit", 0),
    ],
)
def test_what_a_script_did_wrong_is_told_with_its_line(judged, script: str, label: Label, code: str, line: int) -> None:
    assert first(judged(HEAD + script)) == (label, code, line)


def test_an_endless_script_runs_out_of_time_at_a_line(judged) -> None:
    label, code, line = first(judged(HEAD + "count = 0\nwhile True:\n    count += 1"))
    assert (label, code) == (Label.TIMEOUT, "cpu_limit")
    assert line in (3, 4)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("result = cq.Workplane().box(10, 10, 10).faces('>Z').shell(-6)", "shell_ignored"),
        ("result = cq.Workplane().box(float('nan'), 3, 2)", "not_finite"),
        ("result = cq.Workplane().polyline([(0, 0), (9, 9), (9, 0), (0, 9)]).close().extrude(3)", "no_volume"),
        ("block = cq.Workplane().box(9, 9, 9)\nresult = block.cut(block)", "empty_result"),
        ("a = cq.Workplane().box(9, 9, 9)\nresult = a.union(a.translate((9, 9, 0)))", "solid_count"),
        ("a = cq.Workplane().box(9, 9, 9)\nresult = a.union(a.translate((20, 0, 0)))", "solid_count"),
        ("result = cq.Workplane().box(10, 10, 4).edges('|Z or >Z').fillet(5.5)", "kernel_refused"),
    ],
)
def test_what_the_kernel_lets_pass_in_silence_is_a_geometry_error(judged, script: str, code: str) -> None:
    outcome = judged(HEAD + script)
    assert outcome.label is Label.GEOMETRY_ERROR
    assert code in {item.code for item in outcome.diagnostics}


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        (RIGHT + "result = block", "missing_feature", "hole of diameter 8 mm along z at (7.0, 3.0, 3.0)"),
        (RIGHT + HOLE + "result = block.cut(drill.translate((2, 0, 0)))", "wrong_position", "(9.0, 3.0, 3.0)"),
        (
            RIGHT + "result = block.faces('>Z').workplane(origin=(7, 3, 0)).hole(7)",
            "wrong_diameter",
            "8 mm is asked for",
        ),
        (RIGHT + HOLE + "result = block.cut(drill).translate((0, 0, 2))", "moved", "(0.0, 0.0, 2.0) mm"),
        (RIGHT + HOLE + "result = block.cut(drill).val().scale(2)", "wrong_scale", "2 times"),
        (
            "block = cq.Workplane().box(40, 30, 8, centered=(True, True, False))\nresult = block.cut("
            "cq.Workplane().center(7, 3).circle(4).extrude(8))",
            "wrong_size",
            "2 mm too tall",
        ),
        (RIGHT + HOLE + "result = block.cut(drill.translate((90, 0, 0)))", "nothing_removed", "removed nothing"),
    ],
)
def test_feedback_names_what_differs(judged, script: str, code: str, words: str) -> None:
    outcome = judged(HEAD + script)
    assert outcome.label is Label.MISMATCH
    assert words in next(item.message for item in outcome.diagnostics if item.code == code)


def test_a_hair_is_within_tolerance_and_a_tenth_of_a_millimetre_is_not(judged) -> None:
    drilled = "result = block.faces('>Z').workplane(origin=(7, 3, 0)).hole({})"
    assert judged(HEAD + RIGHT + drilled.format(8.02)).label is Label.PASS
    assert judged(HEAD + RIGHT + drilled.format(8.2)).label is Label.MISMATCH


def test_measures_stand_beside_a_comparison_where_they_are_asked_for(judged, plate: Task) -> None:
    stages = ("rules", "build", "validate", "compare", "measures")
    right = judged(plate.solution[0].text, stages=stages).metrics
    assert right["compare.iou"] == pytest.approx(1.0)
    assert right["compare.voxel_iou_64"] == pytest.approx(1.0)
    assert right["compare.holes"] == right["compare.holes_asked"] == 1
    assert right["compare.chamfer_mm"] < 2.0
    block = judged(HEAD + RIGHT + "result = block", stages=stages).metrics
    hole = 3.14159 * 16 * 6
    assert block["compare.extra_mm3"] == pytest.approx(hole, rel=1e-4)
    assert block["compare.iou"] == pytest.approx(1 - hole / 7200, abs=1e-4)
    assert block["compare.voxel_iou_64"] == pytest.approx(block["compare.iou"], abs=5e-3)
    # Of a box, known in closed form: V (b^2 + c^2) / 12 about each axis.
    assert block["compare.greatest_moment_mm5"] == pytest.approx(7200 * (40**2 + 30**2) / 12, rel=1e-6)


def test_a_look_at_nothing_but_the_rules_runs_nothing(judged) -> None:
    outcome = judged(HEAD + "while True: pass", stages=("rules",))
    assert outcome.label is Label.UNVERIFIED


def test_one_candidate_leaves_nothing_to_the_next(judged, plate: Task) -> None:
    judged(HEAD + "cq.Workplane.box = None\ncq.exporters.export(cq.Workplane().sphere(3), 'left.stl')\nresult = 1")
    assert judged(plate.solution[0].text).label is Label.PASS
