"""Families, texts, calls and faults, without a judge."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ecot.envs.assembly.calls import check_file, parse, registers
from ecot.envs.assembly.family import DTYPES, Function, Parameter, Role
from ecot.envs.assembly.mutations import OPERATORS, mutate
from ecot.envs.assembly.source import FamilySource, families, family_named, function_from
from ecot.envs.types import Label

pytestmark = pytest.mark.needs("gcc")


@pytest.fixture(params=families())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_instruction_is_complete(name: str) -> None:
    source = FamilySource(name)
    ids = source.ids()
    assert len(ids) == len(set(ids)) >= 12
    for task_id in ids[:: max(1, len(ids) // 4)]:
        task = source[task_id]
        assert "@{" not in task.instruction + task.solution[0].text
        assert f"`{task.bundle.params['function']['name']}`" in task.instruction
        assert ("What gcc makes of it" in task.instruction) is (task.bundle.params["draw"]["given"] == "assembly")


def test_calls_fit_the_function_and_are_the_same_every_time(name: str) -> None:
    family, source = family_named(name), FamilySource(name)
    task = source[source.ids()[0]]
    draw = task.bundle.params["draw"]
    function = function_from(task.bundle.params["function"])
    for drawn in (family.calls, family.bench):
        calls, again = drawn(draw, Random(7)), drawn(draw, Random(7))
        assert check_file(function, calls) == check_file(function, again)
        for call in calls:
            for parameter, value in zip(function.parameters, call, strict=True):
                if isinstance(value, np.ndarray):
                    assert value.dtype == np.dtype(DTYPES[parameter.type]), parameter.name
                    assert parameter.role is not Role.VALUE
        data = sum(values.nbytes for call in calls for _, _, values in registers(function, call)[2])
        assert 0 < data < 4 << 20


def test_cosmetic_draws_differ_in_names_only(name: str) -> None:
    family = family_named(name)
    assert {"isa", "given", "top"} <= set(family.choices)
    assert set(family.cosmetic) <= set(family.choices)


def test_faults_are_made_in_every_solution(name: str) -> None:
    source = FamilySource(name)
    task = source[source.ids()[0]]
    faults = mutate(task.solution[0].text)
    assert len(faults) >= 15
    assert len({fault.source for fault in faults}) == len(faults)
    assert {fault.kept for fault in faults} == {True, False}
    assert faults == mutate(task.solution[0].text)


def test_every_operator_is_used_somewhere() -> None:
    used = set()
    for name in families():
        source = FamilySource(name)
        for task_id in source.ids()[:: max(1, len(source.ids()) // 3)]:
            used |= {fault.operator for fault in mutate(source[task_id].solution[0].text)}
    assert {operator.name for operator in OPERATORS} - used <= {"mistake_sign", "wrong_scale", "nudge_condition"}


def test_faults_are_made_in_att_syntax_too() -> None:
    kinds = {
        fault.kind for fault in mutate("f:\n\tmovq\t8(%rdi,%rax,4), %rcx\n\taddq\t$5, %rcx\n\tjl\t.L1\n.L1:\n\tret\n")
    }
    assert {"operation_error", "constant_error", "addressing_error", "condition_error", "missing_instruction"} <= kinds


def test_hacks_say_what_they_earn() -> None:
    source = FamilySource("count_byte")
    hacks = source.hacks(source.ids()[0])
    assert len(hacks) >= 30
    assert all(hack.reason and Label.PASS not in hack.labels for hack in hacks)


def test_results_are_read_back() -> None:
    text = "0000000000000007 0000000000000000 0000000000000000  0a0b \nE\n"
    results, fault, ended = parse(text)
    assert (fault, ended, len(results)) == (None, True, 1)
    assert (results[0].rax, results[0].buffers) == (7, (b"", b"\n\x0b"))


def test_an_end_without_a_last_line_is_no_end() -> None:
    assert parse("0000000000000007 0000000000000000 0000000000000000 0a \n")[1:] == (None, False)
    assert parse("rubbish\n") == ([], None, False)


def test_narrow_arguments_are_extended_as_compilers_expect() -> None:
    parameters = tuple(Parameter(name=kind[:3], type=kind) for kind in ("int8_t", "uint8_t", "int32_t", "uint64_t"))
    general, _, _ = registers(Function(name="f", parameters=parameters), (-2, 254, -3, 5))
    assert [value & 0xFFFFFFFF for value in general[:4]] == [0xFFFFFFFE, 0xFE, 0xFFFFFFFD, 5]
    assert general[0] >> 32 == 0xDEADBEEF
