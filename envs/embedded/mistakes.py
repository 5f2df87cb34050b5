"""Gross mistakes of people who write firmware, for the scripted agent: each should earn the label it is filed under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.envs.domain import Mutation
from ecot.envs.types import Label

_MAIN = re.compile(r"^int main\(void\) \{\n", re.M)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Lines that were put at the top of `main`, and before it.

    Attributes:
        operator: its name.
        label: what it should earn.
        inside: lines at the top of `main`.
        before: lines before it.
    """

    operator: str
    label: Label
    inside: str
    before: str = ""


MISTAKES = (
    Mistake(
        "null_pointer",
        Label.MEMORY_FAULT,
        "    volatile uint32_t *settings = (volatile uint32_t *)0;\n    *settings = 1;\n",
    ),
    Mistake("wild_address", Label.MEMORY_FAULT, "    *(volatile uint32_t *)0x60000000 = 0x5A;\n"),
    Mistake(
        "call_of_nothing",
        Label.MEMORY_FAULT,
        "    void (*volatile hook)(void) = (void (*)(void))0x20000000;\n    hook();\n",
    ),
    Mistake(
        "endless_recursion",
        Label.MEMORY_FAULT,
        "    descend(1);\n",
        "static volatile int sink_;\n__attribute__((noinline)) static int descend(int depth) {\n"
        "    volatile int here[64];\n    here[0] = depth;\n    sink_ = descend(depth + 1) + here[0];\n    return "
        "sink_;\n}\n\n",
    ),
    Mistake(
        "pin_hammered",
        Label.TIMEOUT,
        "    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOHEN;\n    for (;;) {\n        GPIOH->ODR ^= 1U;\n    }\n",
    ),
    Mistake("undefined_helper", Label.LINK_ERROR, "    delay_ms(1);\n", "void delay_ms(uint32_t milliseconds);\n\n"),
    Mistake("second_handler", Label.LINK_ERROR, "", "void Reset_Handler(void) {\n}\n\n"),
    Mistake(
        "log_too_large",
        Label.RESOURCE_LIMIT,
        "    log_[0] = 1;\n    log_[150000] = 2;\n",
        "static volatile uint8_t log_[200000];\n\n",
    ),
    Mistake(
        "table_too_large",
        Label.RESOURCE_LIMIT,
        "    (void)table_[7];\n",
        "static const volatile uint8_t table_[1200000] = {1, 2, 3};\n\n",
    ),
    Mistake("semihosting", Label.REJECTED, '    __asm volatile("mov r0, #4\\n\\tbkpt 0xAB");\n'),
    Mistake(
        "own_vectors",
        Label.REJECTED,
        "",
        '__attribute__((section(".isr_vector"), used)) static const uint32_t extra_ = 0;\n\n',
    ),
    Mistake("unknown_register", Label.COMPILATION_ERROR, "    RCC->AHB9ENR |= 1U;\n"),
)


def mistakes(source: str) -> Sequence[Mutation]:
    """Return every mistake of the table, made in a source; none where it has no `main` of the usual form."""
    match = _MAIN.search(source)
    if match is None:
        return ()
    line = source.count("\n", 0, match.start()) + 1
    return tuple(
        Mutation(
            operator=item.operator,
            kind=str(item.label),
            line=line,
            source=source[: match.start()] + item.before + match[0] + item.inside + source[match.end() :],
        )
        for item in MISTAKES
    )
