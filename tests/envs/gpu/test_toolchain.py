"""The judge of kernels, on the real interpreter and the real compiler: what it says, and what does not get past it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecot.envs.errors import ConfigError, TaskError
from ecot.envs.feedback import feedback
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task

pytestmark = pytest.mark.needs("torch", "triton", "bwrap")
Judge = Callable[..., Outcome]
QUICK = ("rules", "load", "run")

HEAD = "import torch\nimport triton\nimport triton.language as tl\n\n\n"
KERNEL = """@triton.jit
def reduce_kernel(x_ptr, y_ptr, columns, row_stride, column_stride, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + row * row_stride + offsets * column_stride, mask=offsets < columns, other=0.0)
    tl.store(y_ptr + row, tl.sum(x, axis=0))
"""
HOST = """

def reduce_rows(x):
    rows, columns = x.shape
    y = torch.empty((rows,), dtype=x.dtype, device="cuda")
    if rows:
        block = triton.next_power_of_2(columns)
        reduce_kernel[(rows,)](x, y, columns, x.stride(0), x.stride(1), BLOCK=block)
    return y
"""
GOOD = HEAD + KERNEL + HOST


def test_a_right_kernel_passes_with_its_resources(judge: Judge) -> None:
    outcome = judge(GOOD)
    assert outcome.label is Label.PASS, feedback(outcome, mode="full", remaining=0)
    assert outcome.metrics["run.wrong_elements"] == 0
    assert outcome.metrics["compile.sm_90_registers"] > 0
    assert {stage.name for stage in outcome.stages} == {"rules", "load", "run", "compile"}
    assert judge(GOOD, stages=QUICK).label is Label.UNVERIFIED


def test_code_for_cuda_runs_unchanged(judge: Judge) -> None:
    host = HOST.replace("    rows, columns", '    assert x.is_cuda and x.device.type == "cuda"\n    rows, columns')
    host = host.replace("    if rows:", "    x = x.to(x.device).cuda()\n    torch.cuda.synchronize()\n    if rows:")
    host = host.replace(
        "        block", "        count = torch.cuda.get_device_properties(0).multi_processor_count\n        block"
    )
    assert judge(HEAD + KERNEL + host, stages=QUICK).label is Label.UNVERIFIED


def test_an_access_out_of_bounds_is_told_by_tensor_line_and_distance(judge: Judge) -> None:
    outcome = judge(GOOD.replace("mask=offsets < columns, other=0.0", "mask=offsets < columns + 1, other=0.0"))
    found = outcome.diagnostics[0]
    assert (outcome.label, found.code, found.line) == (Label.MEMORY_FAULT, "out_of_bounds", 10)
    assert "reads 4 bytes past the end of the tensor of `x_ptr`" in found.message


def test_a_race_names_both_lines(judge: Judge) -> None:
    source = GOOD.replace("tl.store(y_ptr + row, ", "tl.store(y_ptr + row // 2, ")
    found = judge(source).diagnostics[0]
    assert (found.code, found.line, found.symbol) == ("data_race", 11, "y_ptr")
    assert "on line 11" in found.message


def test_every_configuration_of_an_autotuned_kernel_is_run_and_compiled(judge: Judge) -> None:
    tuned = KERNEL.replace(
        "@triton.jit",
        "@triton.autotune([triton.Config({'BLOCK': 512}, num_warps=4), triton.Config({'BLOCK': 1024}, num_warps=8)], "
        "key=['columns'])\n@triton.jit",
    )
    host = HOST.replace(", BLOCK=block", "")
    assert judge(HEAD + tuned + host).label is Label.PASS
    wrong = tuned.replace("{'BLOCK': 1024}", "{'BLOCK': 2}")
    assert judge(HEAD + wrong + host, stages=QUICK).label is Label.MISMATCH
    greedy = tuned.replace("'BLOCK': 1024}, num_warps=8", "'BLOCK': 1024}, num_warps=64")
    assert judge(HEAD + greedy + host).label in (Label.RESOURCE_LIMIT, Label.COMPILATION_ERROR)


def test_what_only_the_compiler_refuses_is_shown_with_a_caret(judge: Judge) -> None:
    source = GOOD.replace(
        "    tl.store(y_ptr", "    if row == 0:\n        row = row.to(tl.float32)\n    tl.store(y_ptr"
    )
    outcome = judge(
        source.replace("    tl.store(y_ptr + row,", "    row = tl.program_id(0)\n    tl.store(y_ptr + row,")
    )
    found = outcome.diagnostics[0]
    assert (outcome.failure and outcome.failure.name, outcome.label) == ("compile", Label.COMPILATION_ERROR)
    assert found.line > 9
    assert "^" in found.message


def test_a_reordered_sum_passes_and_a_half_precision_one_does_not(judge: Judge) -> None:
    reordered = GOOD.replace(
        "    tl.store(y_ptr + row, tl.sum(x, axis=0))",
        "    total = tl.zeros((32,), tl.float32)\n    for start in range(0, columns, 32):\n"
        "        place = columns - 1 - start - tl.arange(0, 32)\n"
        "        total += tl.load(x_ptr + row * row_stride + place * column_stride, mask=place >= 0, other=0.0)\n"
        "    tl.store(y_ptr + row, tl.sum(total, axis=0))",
    )
    assert judge(reordered, stages=QUICK).label is Label.UNVERIFIED
    halved = GOOD.replace("other=0.0)", "other=0.0).to(tl.float16).to(tl.float32)")
    assert judge(halved, stages=QUICK).label is Label.MISMATCH


def test_nothing_of_one_candidate_reaches_the_next(judge: Judge) -> None:
    hostile = GOOD.replace("    rows, columns", "    tl.sum = None\n    rows, columns")
    assert judge(hostile, stages=QUICK).label is Label.REJECTED
    endless = judge(GOOD.replace("    rows, columns", "    kept = [torch.zeros(4)]\n    rows, columns"), stages=QUICK)
    assert endless.label is Label.UNVERIFIED
    assert judge(GOOD, stages=QUICK).canonical() == judge(GOOD, stages=QUICK).canonical()


def test_a_masked_load_without_other_is_explained(judge: Judge) -> None:
    outcome = judge(GOOD.replace(", other=0.0", ""), stages=QUICK)
    assert [item.code for item in outcome.diagnostics][-1] == "undefined_lanes"
    assert outcome.diagnostics[-1].line == 10


def test_a_task_that_cheap_answers_pass_is_refused_as_broken(backend: RealBackend, task: Task) -> None:
    from dataclasses import replace

    files = (File("specification.py", "def reduce_rows(x):\n    return x.sum(-1) * 0.0\n"),)
    broken = replace(task, id="row_reduce@1/broken", bundle=replace(task.bundle, files=files))
    candidate = Candidate((File(task.bundle.entry, GOOD),))
    with pytest.raises(TaskError, match="zeros"):
        backend.submit(Request(task=broken, candidate=candidate)).result()


def test_an_unknown_target_is_refused_and_another_is_compiled_for(judge: Judge) -> None:
    with pytest.raises(ConfigError, match="sm_70"):
        judge(GOOD, target="sm_70")
    assert "compile.gfx942_shared_bytes" in judge(GOOD, target="gfx942").metrics
