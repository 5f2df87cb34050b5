"""Firmware by firmware: which label, and what the feedback says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ecot.envs.embedded.source import FamilySource
from ecot.envs.feedback import feedback
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Label, Outcome, Request

pytestmark = pytest.mark.needs("arm-none-eabi-gcc", "gcc", "unicorn", "elftools")
GREETING = "uart_greeting"


@pytest.fixture(scope="module")
def backend() -> Iterator[RealBackend]:
    with closing(RealBackend(workers=1)) as real:
        yield real


def judge(backend: RealBackend, family: str, change: tuple[str, str] = ("", ""), source: str = "") -> Outcome:
    tasks = FamilySource(family)
    task = tasks[tasks.ids()[0]]
    text = source or task.solution[0].text
    if change[0]:
        assert change[0] in text
        text = text.replace(*change)
    return backend.submit(Request(task=task, candidate=Candidate((File("main.c", text),)), hidden_seed=3)).result()


def said(outcome: Outcome) -> str:
    return feedback(outcome, mode="full", remaining=1)


def test_a_missing_clock_is_named_with_the_loop_that_waits_for_it(backend: RealBackend) -> None:
    tasks = FamilySource(GREETING)
    lines = tasks[tasks.ids()[0]].solution[0].text.split("\n")
    text = "\n".join(line for line in lines if "RCC->APB" not in line)
    outcome = judge(backend, GREETING, source=text)
    assert outcome.label is Label.MISMATCH
    assert "has no clock" in said(outcome)
    assert "waits for bit TXE" in said(outcome)
    assert any(item.code == "endless_wait" and item.file == "main.c" and item.line for item in outcome.diagnostics)


def test_an_undefined_symbol_is_named(backend: RealBackend) -> None:
    outcome = judge(backend, "led_blink", ("SysTick_Config(16000);", "extern void start_up(void); start_up();"))
    assert outcome.label is Label.LINK_ERROR
    assert outcome.diagnostics[0].symbol == "start_up"
    assert outcome.diagnostics[0].file == "main.c"


def test_a_wrong_name_is_a_compilation_error_with_its_line(backend: RealBackend) -> None:
    outcome = judge(backend, "led_blink", ("RCC_AHB1ENR_GPIO", "RCC_AHB9ENR_GPIO"))
    assert outcome.label is Label.COMPILATION_ERROR
    assert outcome.diagnostics[0].code == "undeclared_identifier"
    assert outcome.diagnostics[0].line > 0


def test_a_section_that_overflows_says_by_how_much(backend: RealBackend) -> None:
    outcome = judge(
        backend, "led_blink", ("int main(void) {", "volatile char big[140000];\nint main(void) {\n    big[5] = 1;")
    )
    assert outcome.label is Label.RESOURCE_LIMIT
    assert "bytes more than RAM has" in said(outcome)


def test_a_fault_says_which_where_and_in_which_line(backend: RealBackend) -> None:
    outcome = judge(
        backend, "led_blink", ("int main(void) {", "int main(void) {\n    *(volatile int *)0x70000000 = 1;")
    )
    assert outcome.label is Label.MEMORY_FAULT
    item = outcome.diagnostics[0]
    assert "bus fault at address 0x70000000" in item.message
    assert (item.file, item.line > 0) == ("main.c", True)


def test_a_busy_loop_of_register_writes_spends_the_budget(backend: RealBackend) -> None:
    change = (
        "int main(void) {",
        "int main(void) {\n    RCC->AHB1ENR |= 0x1FF;\n    for (;;) {\n        GPIOH->ODR ^= 1U;\n    }",
    )
    outcome = judge(backend, "led_blink", change)
    assert outcome.label is Label.TIMEOUT


def test_time_alone_is_no_timeout(backend: RealBackend) -> None:
    outcome = judge(backend, "led_blink", source="int main(void) {\n    for (;;) {\n    }\n}\n")
    assert outcome.label is Label.MISMATCH


def test_a_flash_that_is_too_slow_for_the_clock_is_told(backend: RealBackend) -> None:
    outcome = judge(backend, "clock_tree", ("FLASH->ACR =", "(void)"))
    assert outcome.label is Label.MISMATCH
    assert "wait states" in said(outcome)


def test_the_wrong_alternate_function_leaves_the_pin_without_its_signal(backend: RealBackend) -> None:
    outcome = judge(backend, GREETING, ("7U <<", "6U <<"))
    assert outcome.label is Label.MISMATCH
    assert "no pin was set to carry it" in said(outcome)


def test_equal_hidden_seeds_give_equal_outcomes(backend: RealBackend) -> None:
    first, second = (judge(backend, "exti_counter", ("count + 1", "count + 2")) for _ in range(2))
    assert first.canonical() == second.canonical()


def test_two_files_make_one_program(backend: RealBackend) -> None:
    tasks = FamilySource("led_blink")
    task = tasks[tasks.ids()[0]]
    text = task.solution[0].text.replace("SysTick_Config(16000);", "start_clock();")
    files = (
        File("main.c", text.replace("int main", '#include "clock.h"\nint main')),
        File(
            "clock.c",
            '#include "clock.h"\n#include "stm32f4xx.h"\nvoid start_clock(void) {\n    SysTick_Config(16000);\n}\n',
        ),
        File("clock.h", "void start_clock(void);\n"),
    )
    assert backend.submit(Request(task=task, candidate=Candidate(files))).result().passed
