from __future__ import annotations

import ast

import pytest

from ecot.envs.cad.mistakes import mistakes
from ecot.envs.cad.mutations import mutate
from ecot.envs.types import Label

pytestmark = pytest.mark.needs("tree_sitter", "tree_sitter_python")

SCRIPT = """import cadquery as cq

width, radius = 40, 2.5

block = cq.Workplane("XY").box(width, 30, 10, centered=(True, True, False))
block = block.edges("|Z").fillet(radius)
result = block.cut(cq.Workplane("XY").center(5, 0).circle(8 / 2).extrude(10))
"""


def made(operator: str) -> list[str]:
    return [item.source for item in mutate(SCRIPT) if item.operator == operator]


@pytest.mark.parametrize(
    ("operator", "line"),
    [
        ("enlarge_number", "width, radius = 41, 2.5"),
        ("swap_boolean", 'result = block.union(cq.Workplane("XY").center(5, 0).circle(8 / 2).extrude(10))'),
        ("drop_operation", "block = block"),
        ("change_plane", 'block = cq.Workplane("XZ").box(width, 30, 10, centered=(True, True, False))'),
        ("change_selector", 'block = block.edges("|X").fillet(radius)'),
        ("take_diameter_for_radius", 'result = block.cut(cq.Workplane("XY").center(5, 0).circle(8).extrude(10))'),
        ("swap_arguments", 'block = cq.Workplane("XY").box(30, width, 10, centered=(True, True, False))'),
        ("flip_flag", 'block = cq.Workplane("XY").box(width, 30, 10, centered=(False, True, False))'),
        ("change_rounding", 'block = block.edges("|Z").chamfer(radius)'),
    ],
)
def test_an_operator_makes_its_fault(operator: str, line: str) -> None:
    assert any(line in source.split("\n") for source in made(operator))


def test_every_mutant_is_another_script_that_parses() -> None:
    mutants = mutate(SCRIPT)
    assert len({item.source for item in mutants}) == len(mutants) > 30
    for item in mutants:
        ast.parse(item.source)
        changed = [
            number
            for number, pair in enumerate(zip(SCRIPT.split("\n"), item.source.split("\n"), strict=False), 1)
            if pair[0] != pair[1]
        ]
        assert item.line in changed or changed == []
    assert {item.kept for item in mutants} == {True, False}


@pytest.mark.needs("cadquery", "manifold3d", "scipy")
@pytest.mark.parametrize("place", range(len(mistakes(SCRIPT))))
def test_a_gross_mistake_earns_the_label_that_it_is_named_for(judged, plate, place: int) -> None:
    mistake = mistakes(plate.solution[0].text)[place]
    assert judged(mistake.source).label is Label(mistake.kind)
