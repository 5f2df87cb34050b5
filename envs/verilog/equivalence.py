"""Proves that a mutant is the solution in other words, with Yosys' SAT solver.

Where both designs have the same registers, matching them by name proves that they are one machine. Else both are put
side by side with common inputs (a miter): temporal induction shows that from unknown start values
and for every sequence of inputs, wherever the solution's outputs are known the mutant's are the same. No reset is
assumed: until there was one, the solution's outputs are unknown and nothing is asked.

What the proof is about is hardware, so two things that only a simulator sees are looked at apart: a changed
level-sensitive list is never called equivalent, and the mutant must pass the simulation under further seeds, which
shows races between processes (their order does not depend on data). The induction takes one step per clock cycle,
which is right only where every register hangs on the rising edge of the one clock; other designs are left undecided,
but for those with several clocks, which have a proof of their own (`crossing.equivalence`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from ecot.envs.sandbox import Workspace
from ecot.envs.types import Candidate, File, Limits, Request
from ecot.envs.verilog.crossing.equivalence import crossing_script
from ecot.envs.verilog.toolchain import stages

BOUNDED_LOG = "bounded.log"
BUDGET = Limits(cpu_seconds=20.0, memory_mib=1024, processes=16, scratch_mib=32, output_kib=4096)
LONGEST_INDUCTION = 8
_SEEDS = (9_001, 9_002, 9_003)
"""Hidden seeds of the further simulations."""
_EVENTS = re.compile(r"@\s*(?:\*|\(([^()]*)\))")


def equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    """Return True where the mutant is proved to behave as the task's solution does, None where that is undecided.

    Args:
        workspace: scratch folder; files in it are overwritten.
        request: its task holds the solution; its candidate is not looked at.
        mutant: whole source.
    """
    task = request.task
    solution, params = task.solution[0].text, task.bundle.params
    if _level_lists(solution) != _level_lists(mutant):
        return None
    workspace.write("gold.v", solution)
    workspace.write("gate.v", mutant)
    top, clock = str(params["top"]), str(params["clock"])
    scripts = [matching_script(top, clock), proof_script(top, clock)]
    judged: tuple[str, ...] = ("simulate",)
    if params.get("judge") == "crossing":
        scripts, judged = [crossing_script(top)], ("simulate", "netlist")
    if not any(_proves(workspace, script) for script in scripts):
        return None
    candidate = Candidate((File(task.bundle.entry, mutant),))
    for seed in _SEEDS:
        further = replace(request, candidate=candidate, hidden_seed=seed, stages=judged)
        if not all(stage.passed for stage in stages(workspace, further)):
            return None
    return True


def _proves(workspace: Workspace, script: str) -> bool:
    workspace.write("equivalence.ys", script)
    return workspace.run(["yosys", "-q", "-s", "equivalence.ys"], limits=BUDGET).ok


def matching_script(top: str, clock: str) -> str:
    """Return commands that prove two designs with the same registers to be the same machine, memories included.

    Registers are matched by name and every matched net is shown to be equal, given that the matched ones were. A design
    with other registers is left to `proof_script`.
    """
    lines = []
    for name in ("gold", "gate"):
        lines += [
            f"read_verilog -sv {name}.v",
            f"hierarchy -check -top {top}",
            "proc",
            "flatten",
            "opt_clean",
            "check -assert",
            "memory_map",
            # Places of a memory that no word fills are read as unknown.
            "setundef -undriven -undef",
            "opt_clean",
            *_one_clock(clock),
            "async2sync",
            "opt_clean",
            f"rename {top} {name}",
            f"design -stash {name}",
        ]
    lines += [
        "design -copy-from gold -as gold gold",
        "design -copy-from gate -as gate gate",
        "equiv_make gold gate equiv",
        "hierarchy -top equiv",
        "opt_clean",
        "equiv_struct",
        "equiv_simple -undef",
        "equiv_induct -undef",
        "equiv_status -assert",
        "",
    ]
    return "\n".join(lines)


def _one_clock(clock: str) -> list[str]:
    """Commands that fail unless every register hangs on the rising edge of the one clock."""
    return [
        "select -assert-none t:$*latch* t:$sr",
        "select -assert-none t:$*ff* r:CLK_POLARITY=0 %i",
        f"select -assert-none t:$*ff* w:{clock} %co1:+[CLK] %d" if clock else "select -assert-none t:$*ff*",
    ]


def proof_script(top: str, clock: str) -> str:
    """Return commands for Yosys that end without an error exactly when the proof is complete."""
    lines = []
    for name in ("gold", "gate"):
        lines += [
            f"read_verilog -sv {name}.v",
            f"hierarchy -check -top {top}",
            "proc",
            "flatten",
            "opt_clean",
            "check -assert",
            "memory_map",
            "setundef -undriven -undef",
            "opt_clean",
            *(["opt_dff -sat", "dffunmap", "opt_clean"] if name == "gate" else []),
            *_one_clock(clock),
            # Bit by bit, registers of another width still match in the bits that both have.
            "simplemap t:$dff t:$adff",
            "splitnets",
            "opt_clean",
            f"rename {top} {name}",
            f"design -stash {name}",
        ]
    lines += [
        "design -copy-from gold -as gold gold",
        "design -copy-from gate -as gate gate",
        # Before resets become logic, so that registers with an asynchronous reset are matched too.
        "expose -shared -dff",
        "async2sync",
        "miter -equiv -ignore_gold_x -flatten gold gate miter",
        "hierarchy -top miter",
        f"sat -verify -tempinduct -maxsteps {LONGEST_INDUCTION} -enable_undef -set-def-inputs -set-init-undef "
        "-prove trigger 0 miter",
        "",
    ]
    return "\n".join(lines)


def bounded_script(top: str, clock: str, *, cycles: int) -> str:
    """Return commands that look for a sequence of inputs, up to so many cycles long, on which two designs differ.

    Registers are not matched, as two right designs may hold other things in registers of one name.
    """
    lines = []
    for name in ("gold", "gate"):
        lines += [
            f"read_verilog -sv {name}.v",
            f"hierarchy -check -top {top}",
            "proc",
            "flatten",
            "opt_clean",
            "memory_map",
            "setundef -undriven -undef",
            "opt_clean",
            *_one_clock(clock),
            "async2sync",
            f"rename {top} {name}",
            f"design -stash {name}",
        ]
    lines += [
        "design -copy-from gold -as gold gold",
        "design -copy-from gate -as gate gate",
        "miter -equiv -ignore_gold_x -make_outputs -flatten gold gate miter",
        "hierarchy -top miter",
        f"tee -q -o {BOUNDED_LOG} sat -verify -tempinduct-baseonly -maxsteps {cycles} -enable_undef -set-def-inputs "
        "-set-init-undef -show-inputs -show-outputs -prove trigger 0 miter",
        "",
    ]
    return "\n".join(lines)


def _level_lists(source: str) -> list[str]:
    """The sensitivity lists without edges, in order."""
    lists = (match[1] or "*" for match in _EVENTS.finditer(source))
    return ["".join(item.split()) for item in lists if "edge" not in item]
