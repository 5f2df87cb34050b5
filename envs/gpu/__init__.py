"""ECoT/Triton-v0: write GPU kernels for a PyTorch specification, judged by Triton's interpreter and compiler."""

from __future__ import annotations

from functools import partial

from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, register
from ecot.envs.fault_tables import packaged_tables
from ecot.envs.gpu.tools import TOOLS
from ecot.envs.repair import repair_of
from ecot.envs.types import Label

TRITON = register(
    Domain(
        id="ECoT/Triton-v0",
        title="Triton kernels for PyTorch specifications",
        description=(
            "The agent writes Triton kernels, and the host code that launches them, for an operator or a module that "
            "is specified in PyTorch. The kernels run in Triton's interpreter under a record of every memory access "
            "and every torch operator, answers are compared with float64 arithmetic in a process that never holds the "
            "candidate, and the real Triton compiler compiles every launch that was seen, for sm_80 and sm_90. No GPU "
            "is needed; nothing here measures speed."
        ),
        language="python",
        fences=("python", "py", "triton"),
        tools=TOOLS,
        stages=("rules", "load", "run", "compile"),
        labels={
            Label.PASS: "right on every hidden case, by kernels alone, and every launch compiles and fits",
            Label.UNVERIFIED: "a stage was left out, or the interpreter cannot judge the kernel (inline assembly, "
            "instances that wait for each other)",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule is broken, torch computes in place of a kernel, an input is changed, or an "
            "output is no plain tensor",
            Label.COMPILATION_ERROR: "the source does not load, or the real compiler refuses a launch",
            Label.RUNTIME_ERROR: "host or kernel raises, or two program instances race for an address",
            Label.MEMORY_FAULT: "a load or store falls outside of the tensors that the launch was given",
            Label.RESOURCE_LIMIT: "a launch needs more shared memory, threads or grid than the target has, or the run "
            "more memory than is allowed",
            Label.TIMEOUT: "the interpreter ran out of processor time",
            Label.MISMATCH: "a value, a shape or a type is wrong, an element was never written by a kernel, or the "
            "precision is lower than permitted",
        },
        sources={
            "families": deferred(f"{__name__}.source:FamilySource"),
            "kernelbench": deferred(f"{__name__}.kernelbench:KernelBenchSource"),
        },
        default_source="families",
        toolchain=deferred(f"{__name__}.toolchain:stages"),
        score=deferred(f"{__name__}.toolchain:score"),
        floor=0.1,
        warm_gain=10.0,
        preload=(
            "ecot.envs.gpu.workers.interpret",
            "ecot.envs.gpu.workers.compile",
            "ecot.envs.gpu.workers.reference",
            "ecot.envs.gpu.workers.kernelbench",
            "ecot.envs.gpu.rules",
        ),
        mutate=deferred(f"{__name__}.mutations:mutate"),
        mistakes=deferred(f"{__name__}.mistakes:mistakes"),
        equivalent=deferred(f"{__name__}.equivalence:equivalent"),
        judge_packages=("ecot.envs.gpu",),
    )
)

REPAIR = register(repair_of(TRITON, tables=partial(packaged_tables, "triton")))
