"""Faults of kernels: operators find their places, a mutant holds one fault, gross mistakes fit every family."""

from __future__ import annotations

import pytest

from ecot.envs.gpu.mistakes import MISTAKES, mistakes
from ecot.envs.gpu.mutations import LANGUAGE, mutate
from ecot.envs.gpu.source import FamilySource
from ecot.envs.types import Label

pytestmark = pytest.mark.needs("tree_sitter", "tree_sitter_python")
SOURCE = FamilySource()
SOLUTIONS = {name: FamilySource(name)[FamilySource(name).ids()[0]].solution[0].text for name in SOURCE.families()}


def test_every_operator_applies_to_some_family() -> None:
    found = {fault.operator for text in SOLUTIONS.values() for fault in mutate(text)}
    assert found == {operator.name for operator in LANGUAGE.operators}
    assert {operator.name for operator in LANGUAGE.operators if operator.kept} >= {"halve_precision", "allow_tf32"}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_family_has_faults_of_several_kinds_and_each_changes_the_text(name: str) -> None:
    faults = mutate(SOLUTIONS[name])
    assert len(faults) >= 10
    assert len({fault.kind for fault in faults}) >= 4
    assert all(fault.source != SOLUTIONS[name] for fault in faults)
    assert len({fault.source for fault in faults}) == len(faults)


def test_a_fault_names_its_line() -> None:
    text = "@triton.jit\ndef k(x_ptr, n):\n    o = tl.arange(0, 8)\n    tl.store(x_ptr + o, 1.0, mask=o < n)\n"
    dropped = next(fault for fault in mutate(text) if fault.operator == "drop_mask")
    assert (dropped.line, dropped.kind) == (4, "missing_mask")
    assert "mask=None" in dropped.source


def test_host_code_is_left_alone_by_the_operators_of_kernels() -> None:
    assert mutate("def f(x, n):\n    return x + n * 2 if n < 3 else x - 1\n") == ()


@pytest.mark.parametrize("name", SOLUTIONS)
def test_gross_mistakes_fit_every_family(name: str) -> None:
    found = mistakes(SOLUTIONS[name])
    labels = {Label(mistake.kind) for mistake in found}
    assert {Label.COMPILATION_ERROR, Label.UNVERIFIED} <= labels
    returned = any(mistake.operator == "wait_for_ever" for mistake in found)
    assert not returned or len(found) == len(MISTAKES) + 1
