"""ECoT/Verilog-v0: design a hardware module from its specification, judged by Icarus Verilog and Yosys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from ecot.envs.domain import Domain, Mutation, register
from ecot.envs.repair import repair_of
from ecot.envs.sandbox import Workspace
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Label, Outcome, Request, StageResult
from ecot.envs.verilog.tools import TOOLS


def _source(module: str, name: str) -> Callable[[str], TaskSource]:
    """A constructor that imports its module when it is called, so that registering stays light."""

    def construct(path: str) -> TaskSource:
        source: TaskSource = getattr(import_module(f"{__name__}.{module}"), name)(path)
        return source

    return construct


def _toolchain(workspace: Workspace, request: Request) -> Iterator[StageResult]:
    results: Iterator[StageResult] = import_module(f"{__name__}.toolchain").stages(workspace, request)
    return results


def _score(outcome: Outcome) -> float:
    result: float = import_module(f"{__name__}.toolchain").score(outcome)
    return result


def _mutate(source: str) -> Sequence[Mutation]:
    found: Sequence[Mutation] = import_module(f"{__name__}.mutations").mutate(source)
    return found


def _mistakes(source: str) -> Sequence[Mutation]:
    found: Sequence[Mutation] = import_module(f"{__name__}.mistakes").mistakes(source)
    return found


def _equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    proved: bool | None = import_module(f"{__name__}.equivalence").equivalent(workspace, request, mutant)
    return proved


DOMAIN = register(
    Domain(
        id="ECoT/Verilog-v0",
        title="Verilog modules from specifications",
        description=(
            "The agent writes a synthesizable Verilog module for a specification with an interface table, behaviour, "
            "reset, timing and corner cases. Icarus Verilog elaborates and simulates it against hidden stimuli, Yosys "
            "synthesises it, and the netlist is simulated again; expected values are computed by an independent model "
            "in a process that never holds the candidate's code."
        ),
        language="verilog",
        fences=("verilog", "systemverilog", "sv", "v"),
        tools=TOOLS,
        stages=("rules", "compile", "simulate", "synthesise", "netlist"),
        labels={
            Label.PASS: "source and netlist behave as the specification on every hidden sample",
            Label.UNVERIFIED: "all stages that were asked for passed, but others were left out",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule is broken (a system task, a name outside of the design, code for one tool), "
            "or a pass beside an imported set's reference was not earned",
            Label.COMPILATION_ERROR: "Icarus does not elaborate the source, or the interface is not as asked for",
            Label.RUNTIME_ERROR: "the simulator crashed",
            Label.MISMATCH: "an output of the source or of its netlist is wrong, or the two differ",
            Label.SYNTHESIS_ERROR: "Yosys refuses the source, or finds a latch, a loop or two drivers of one net",
            Label.TIMEOUT: "a tool ran out of processor time, as in a loop without delay",
            Label.RESOURCE_LIMIT: "a tool ran out of memory, processes, disk or output",
        },
        sources={
            "families": _source("source", "FamilySource"),
            "verilog-eval": _source("verilog_eval", "VerilogEvalSource"),
        },
        default_source="families",
        toolchain=_toolchain,
        score=_score,
        floor=0.1,
        preload=("ecot.envs.verilog.rules",),
        mutate=_mutate,
        mistakes=_mistakes,
        equivalent=_equivalent,
        judge_packages=("ecot.envs.verilog",),
        prompts="ecot.envs.verilog",
    )
)

# Many mutants of these are no faults of the hardware, as `ecot verify` shows.
_SELDOM_FAULTS = ("drop_default", "drop_sensitivity", "swap_assignment", "swap_identifier", "widen_vector")
REPAIR = register(repair_of(DOMAIN, without=frozenset(_SELDOM_FAULTS)))
