"""What repair tasks of firmware list: every kind of fault that is seeded has its type, and is what the line says."""

from __future__ import annotations

import pytest

from ecot.envs.domain import domain_of
from ecot.envs.embedded.fault_types import FAULT_TYPES
from ecot.envs.embedded.mutations import mutate
from ecot.envs.repair_answers import normalised_type


def test_every_kind_of_fault_has_a_type_that_repair_tasks_list():
    source = domain_of("ECoT/Embedded-v0").sources["families"]("")
    first = {task_id.partition("@")[0]: task_id for task_id in source.ids()}
    listed = {normalised_type(name) for names in FAULT_TYPES.values() for name in names}
    kinds = {fault.kind for task_id in first.values() for fault in mutate(source[task_id].solution[0].text)}
    assert {kind for kind in kinds if normalised_type(kind) not in listed} == set()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("RCC->AHB1ENR |= RCC_AHB1ENR_GPIOEEN;", "missing_clock_enable"),
        ("EXTI->PR = 1U << 10;", "unacknowledged_flag"),
        ("IWDG->PR = 4;", "wrong_prescaler"),
        ("TIM3->ARR = 1999;", "wrong_prescaler"),
        ("NVIC_SetPriority(TIM2_IRQn, 3);", "wrong_priority"),
        ("work();", "missing_statement"),
    ],
)
def test_a_statement_that_is_dropped_is_called_what_it_did(statement: str, kind: str):
    source = f"void act(void)\n{{\n    {statement}\n}}\n"
    assert {fault.kind for fault in mutate(source) if fault.operator == "drop_statement"} == {kind}
