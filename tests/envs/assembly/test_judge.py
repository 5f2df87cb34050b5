"""The judge on one task: what each way of being wrong is called, and where feedback says it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecot.envs.assembly.mistakes import mistakes
from ecot.envs.assembly.source import FamilySource, families
from ecot.envs.assembly.toolchain import score
from ecot.envs.errors import TaskError
from ecot.envs.feedback import feedback
from ecot.envs.types import Label, Task

from .conftest import Judged

pytestmark = pytest.mark.needs("gcc", "as", "ld", "capstone", "elftools")


def body(task: Task, lines: str) -> str:
    """A function of these lines."""
    name = task.bundle.params["function"]["name"]
    return f"    .globl {name}\n{name}:\n" + "".join(f"    {line}\n" for line in lines.split("; "))


@pytest.mark.parametrize("name", families())
def test_the_solution_and_gccs_code_are_right_in_every_isa(name: str, judged: Judged) -> None:
    source = FamilySource(name)
    seen = set()
    for task_id in source.ids():
        isa = source[task_id].bundle.params["isa"]
        if isa not in seen:
            seen.add(isa)
            task = source[task_id]
            for text in (task.solution[0].text, task.bundle.files[1].text):
                outcome = judged(task, text)
                assert outcome.label is Label.UNVERIFIED, feedback(outcome, mode="full", remaining=1)
                assert score(outcome) == 0.5


@pytest.mark.parametrize(
    ("lines", "label", "words"),
    [
        ("mov %rdx, %rax; ret", Label.MISMATCH, "expected"),
        ("mov -1(%rsi), %al; ret", Label.MEMORY_FAULT, "before `input`"),
        ("lea (%rsi,%rdx,4), %rcx; mov (%rcx), %eax; ret", Label.MEMORY_FAULT, "past the end of `input`"),
        ("xor %eax, %eax; movb $1, (%rsi,%rax); ret", Label.MEMORY_FAULT, "`input`"),
        ("movaps %xmm0, 1(%rsp); ret", Label.MEMORY_FAULT, "not aligned"),
        ("xor %ecx, %ecx; div %ecx; ret", Label.RUNTIME_ERROR, "division"),
        ("1: jmp 1b", Label.TIMEOUT, "do not come to an end"),
        ("xor %edx, %edx; sub $8, %rsp; call memcpy; add $8, %rsp; ret", Label.MISMATCH, "expected"),
        ("xor %edx, %edx; call memcpy; ret", Label.RUNTIME_ERROR, "not aligned to 16"),
    ],
)
def test_what_is_wrong_has_its_label_and_its_words(
    lines: str, label: Label, words: str, filtering: Task, judged: Judged
) -> None:
    outcome = judged(filtering, body(filtering, lines))
    text = feedback(outcome, mode="full", remaining=1)
    assert (outcome.label, words in text) == (label, True), text


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("mov $7, %ebx", "callee_saved_register"),
        ("mov %rdi, %r14", "callee_saved_register"),
        ("std", "direction_flag"),
        ("movl $0x3f80, -8(%rsp); ldmxcsr -8(%rsp)", "mxcsr"),
        ("movw $0x77f, -8(%rsp); fldcw -8(%rsp)", "x87_control"),
        ("movq %rdi, %mm0", "x87_stack"),
        ("movq $1, 24(%rsp)", "callers_frame"),
    ],
)
def test_a_right_function_that_breaks_a_promise_fails_the_stage_abi(
    before: str, code: str, filtering: Task, judged: Judged
) -> None:
    name = filtering.bundle.params["function"]["name"]
    given = filtering.bundle.files[1].text
    assert f"\n{name}:\n" in given
    lines = "".join(f"\t{line}\n" for line in before.split("; "))
    outcome = judged(filtering, given.replace(f"\n{name}:\n", f"\n{name}:\n{lines}"))
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.label) == ("abi", Label.RUNTIME_ERROR)
    assert outcome.diagnostics[0].code == code


def test_a_fault_names_the_line_and_the_instruction(filtering: Task, judged: Judged) -> None:
    outcome = judged(filtering, body(filtering, "nop; nop; xor %ecx, %ecx; mov (%rcx), %rax; ret"))
    first = outcome.diagnostics[0]
    assert first.line == 6
    assert "mov (%rcx), %rax" in first.message


def test_syntax_errors_have_their_line(filtering: Task, judged: Judged) -> None:
    outcome = judged(filtering, body(filtering, "nop; mvo %eax, %ebx; ret"))
    assert (outcome.label, outcome.diagnostics[0].line) == (Label.COMPILATION_ERROR, 4)


def test_both_syntaxes_are_understood(filtering: Task, judged: Judged) -> None:
    assert ".intel_syntax" in filtering.solution[0].text
    assert "%" in filtering.bundle.files[1].text
    assert judged(filtering, filtering.bundle.files[1].text).label is Label.UNVERIFIED


def test_gross_mistakes_earn_the_label_that_they_are_filed_under(filtering: Task, judged: Judged) -> None:
    for fault in mistakes(filtering.solution[0].text):
        if fault.kind not in (Label.NO_IMPROVEMENT, Label.RESOURCE_LIMIT):
            assert str(judged(filtering, fault.source).label) == fault.kind, fault.operator


def test_a_specification_with_undefined_behaviour_is_refused(filtering: Task, judged: Judged) -> None:
    reference = filtering.bundle.files[0]
    broken = reference.text.replace("size_t kept = 0;", "size_t kept = (int)size + 0x7fffffff == 3;")
    assert broken != reference.text
    bundle = replace(filtering.bundle, files=(replace(reference, text=broken), *filtering.bundle.files[1:]))
    with pytest.raises(TaskError, match="undefined behaviour"):
        judged(replace(filtering, bundle=bundle), filtering.solution[0].text)
