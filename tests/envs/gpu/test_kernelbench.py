"""KernelBench from a folder: ids, sizes divided by a rule, a right and a wrong answer, problems refused as broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.gpu.kernelbench import KernelBenchSource
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, File, Label, Outcome, Request, Task

PROBLEM = """import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return {body}


rows = 4096
width = 2048 * 2


def get_inputs():
    return [torch.rand(rows, width)]


def get_init_inputs():
    return [width]
"""
ANSWER = """import torch
import triton
import triton.language as tl


@triton.jit
def scale_kernel(x_ptr, scale_ptr, y_ptr, width, BLOCK: tl.constexpr):
    offsets = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = offsets < width
    place = tl.program_id(0) * width + offsets
    x = tl.load(x_ptr + place, mask=inside)
    tl.store(y_ptr + place, x * tl.load(scale_ptr + offsets, mask=inside), mask=inside)


class ModelNew(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.empty(width))

    def forward(self, x):
        y = torch.empty_like(x)
        scale_kernel[(x.shape[0], triton.cdiv(x.shape[1], 128))](x, self.scale, y, x.shape[1], BLOCK=128)
        return y
"""


@pytest.fixture
def source(tmp_path: Path) -> KernelBenchSource:
    bodies = {
        "level1/2_Scale": "x * self.scale",
        "level1/10_Nothing": "x * self.scale * 0.0",
        "level2/1_Random": "torch.nn.functional.dropout(x)",
    }
    for name, body in bodies.items():
        path = tmp_path / "KernelBench" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROBLEM.format(body=body), encoding="utf-8")
    return KernelBenchSource(str(tmp_path))


def judged(backend: RealBackend, task: Task, answer: str = ANSWER) -> Outcome:
    candidate = Candidate((File(task.bundle.entry, answer),))
    return backend.submit(Request(task=task, candidate=candidate, stages=("rules", "load", "run"))).result()


def test_ids_follow_the_numbers_of_the_benchmark_and_are_for_testing_only(source: KernelBenchSource) -> None:
    assert list(source.ids()) == ["kernelbench/level1/2_Scale", "kernelbench/level1/10_Nothing",
                                  "kernelbench/level2/1_Random"]  # fmt: skip
    assert source.ids("train") == ()
    assert "self.scale" in source["kernelbench/level1/2_Scale"].instruction
    assert "no score of the benchmark" in source["kernelbench/level1/2_Scale"].instruction


def test_a_wrong_folder_or_id_is_named(source: KernelBenchSource, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="nowhere"):
        KernelBenchSource(str(tmp_path / "nowhere"))
    with pytest.raises(TaskError, match="3_Other"):
        source["kernelbench/level1/3_Other"]


@pytest.mark.needs("torch", "triton", "bwrap")
def test_a_problem_is_judged_at_sizes_that_a_cpu_bears(source: KernelBenchSource, backend: RealBackend) -> None:
    task = source["kernelbench/level1/2_Scale"]
    outcome = judged(backend, task)
    assert outcome.label is Label.UNVERIFIED
    assert 0 < outcome.metrics["run.elements"] <= 3 * 70_000
    assert judged(backend, task, ANSWER.replace("x * tl.load", "x + tl.load")).label is Label.MISMATCH


@pytest.mark.needs("torch", "triton", "bwrap")
@pytest.mark.parametrize(("name", "why"), [("level1/10_Nothing", "zeros"), ("level2/1_Random", "random")])
def test_a_problem_that_judges_nothing_is_refused(
    source: KernelBenchSource, backend: RealBackend, name: str, why: str
) -> None:
    with pytest.raises(TaskError, match=why):
        judged(backend, source[f"kernelbench/{name}"])
