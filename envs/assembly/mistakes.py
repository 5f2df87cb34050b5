"""Gross mistakes of people who write assembly, for the scripted agent: each should earn the label it is filed under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.envs.domain import Mutation
from ecot.envs.types import Label

__all__ = ["MISTAKES", "mistakes"]

_ENTRY = re.compile(r"^\s*\.globl\s+(\w+)", re.M)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Lines that were put behind the function's label.

    Attributes:
        operator: its name.
        label: what it should earn.
        lines: the text, in Intel syntax.
    """

    operator: str
    label: Label
    lines: str


MISTAKES = (
    Mistake("counts_its_calls", Label.REJECTED, "    .lcomm calls, 8\n    inc     qword ptr calls[rip]\n"),
    Mistake("times_itself", Label.REJECTED, "    mov     r11, rdx\n    rdtsc\n    mov     rdx, r11\n"),
    Mistake("asks_for_the_time", Label.REJECTED, "    mov     eax, 201\n    syscall\n"),
    Mistake("forgets_to_save", Label.RUNTIME_ERROR, "    mov     rbx, rdi\n"),
    Mistake("sets_the_direction", Label.RUNTIME_ERROR, "    std\n"),
    Mistake("leftover_trap", Label.RUNTIME_ERROR, "    ud2\n"),
    Mistake("reads_through_null", Label.MEMORY_FAULT, "    xor     r11d, r11d\n    mov     r11, [r11+8]\n"),
    Mistake("spills_too_low", Label.MEMORY_FAULT, "    mov     [rsp-1048576], rdi\n"),
    Mistake(
        "counter_never_moves",
        Label.TIMEOUT,
        "    mov     r11d, 1\n.Lwait:\n    test    r11d, r11d\n    jnz     .Lwait\n",
    ),
    Mistake("aligns_in_bits", Label.RESOURCE_LIMIT, "    .p2align 30\n"),
    Mistake("calls_a_logger", Label.LINK_ERROR, "    call    log_entry\n"),
    Mistake(
        "warms_up",
        Label.NO_IMPROVEMENT,
        "    mov     r11d, 60000                 # let the clock rise first\n.Lwarm:\n    dec     r11d\n"
        "    jnz     .Lwarm\n",
    ),
    Mistake("mnemonic_misspelt", Label.COMPILATION_ERROR, "    mvo     r11, rdi\n"),
)


def mistakes(source: str) -> Sequence[Mutation]:
    """Return every mistake made in `source`, in a fixed order; none where there is no function in Intel syntax."""
    entry = _ENTRY.search(source)
    label = re.search(rf"^{entry[1]}:[ \t]*\n", source, re.M) if entry else None
    if label is None or ".intel_syntax" not in source:
        return []
    line = source.count("\n", 0, label.end()) + 1
    return [
        Mutation(
            operator=item.operator,
            kind=str(item.label),
            line=line,
            source=source[: label.end()] + item.lines + source[label.end() :],
        )
        for item in MISTAKES
    ]
