"""ECoT/Verilog-v0: design a hardware module from its specification, judged by Icarus Verilog and Yosys."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, register
from ecot.envs.fault_tables import packaged_tables
from ecot.envs.repair import repair_of
from ecot.envs.types import Label
from ecot.envs.verilog.faults.types import FAULT_TYPES
from ecot.envs.verilog.tools import TOOLS

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
        extra_stages=("equivalence", "strict", "internals"),
        labels={
            Label.PASS: "source and netlist behave as the specification on every hidden sample",
            Label.UNVERIFIED: "all stages that were asked for passed, but others were left out",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule is broken (a system task, a name outside of the design, code for one tool), "
            "or a pass beside an imported set's reference was not earned",
            Label.COMPILATION_ERROR: "Icarus does not elaborate the source, or the interface is not as asked for",
            Label.RUNTIME_ERROR: "the simulator crashed",
            Label.MISMATCH: "an output of the source or of its netlist is wrong, the two differ, or the netlist is "
            "wrong once its flip-flops are metastable",
            Label.SYNTHESIS_ERROR: "Yosys refuses the source, or finds a latch, a loop, two drivers of one net, or a "
            "word that crosses clock domains unsafely",
            Label.TIMEOUT: "a tool ran out of processor time, as in a loop without delay",
            Label.RESOURCE_LIMIT: "a tool ran out of memory, processes, disk or output",
        },
        sources={
            "families": deferred(f"{__name__}.source:FamilySource"),
            "completion": deferred(f"{__name__}.completion:CompletionSource"),
            "verilog-eval": deferred(f"{__name__}.benchmarks.verilog_eval:VerilogEvalSource"),
            "verilog-eval-v1": deferred(f"{__name__}.benchmarks.verilog_eval_v1:VerilogEvalOneSource"),
            "rtllm": deferred(f"{__name__}.benchmarks.rtllm:RtllmSource"),
            "rtlfixer": deferred(f"{__name__}.benchmarks.rtlfixer:RtlFixerSource"),
            "vericoder": deferred(f"{__name__}.benchmarks.vericoder:VeriCoderSource"),
            "realbench": deferred(f"{__name__}.benchmarks.realbench:RealBenchSource"),
            "archxbench": deferred(f"{__name__}.benchmarks.archxbench:ArchXBenchSource"),
            "cvdp": deferred(f"{__name__}.benchmarks.cvdp:CvdpSource"),
        },
        default_source="families",
        toolchain=deferred(f"{__name__}.detailed:stages"),
        score=deferred(f"{__name__}.toolchain:score"),
        floor=0.1,
        preload=("ecot.envs.verilog.rules",),
        mutate=deferred(f"{__name__}.faults.mutations:mutate"),
        tool_mutants=deferred(f"{__name__}.faults.netlist_mutants:netlist_mutants"),
        seed=deferred(f"{__name__}.faults.seeds:seed"),
        draw=deferred(f"{__name__}.feedback.picture:draw"),
        fault_types=FAULT_TYPES,
        mistakes=deferred(f"{__name__}.faults.mistakes:mistakes"),
        equivalent=deferred(f"{__name__}.equivalence:equivalent"),
        judge_packages=("ecot.envs.verilog",),
    )
)

REPAIR = register(repair_of(DOMAIN, tables=partial(packaged_tables, "verilog")))


OPTIMISE = register(
    replace(
        DOMAIN,
        id="ECoT/VerilogOptimize-v0",
        title="Smaller and faster Verilog modules",
        description=(
            "The agent writes a smaller or a faster Verilog module than the one that it is given. It is judged right "
            "as in ECoT/Verilog-v0, a solver looks for inputs on which it differs from the solution, and Yosys "
            "measures area or longest path on a small library of cells. Where the solver comes to no end within its "
            "budget, the design counts as right by simulation, and the outcome says so. What is right and no better "
            "earns 0.5, what is better more, by its part of the difference between the given design and the solution."
        ),
        stages=(*DOMAIN.stages, "equivalence", "improvement"),
        extra_stages=(),
        labels={
            **DOMAIN.labels,
            Label.PASS: "right, not refuted by the solver, and better than the given design",
            Label.NO_IMPROVEMENT: "right, and no smaller or no faster than the given design",
        },
        sources={"families": deferred(f"{__name__}.optimising:OptimiseSource")},
        toolchain=deferred(f"{__name__}.optimising:stages"),
        score=deferred(f"{__name__}.optimising:score"),
        floor=0.5,
        seed=None,
        fault_types={},
        equivalent=None,
    )
)
