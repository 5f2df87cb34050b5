"""ECoT/CAD-v0: model a part from its description in CadQuery, judged on the OpenCascade kernel."""

from __future__ import annotations

from functools import partial

from ecot.envs.cad.tools import TOOLS
from ecot.envs.deferred import deferred
from ecot.envs.domain import Domain, register
from ecot.envs.fault_tables import packaged_tables
from ecot.envs.repair import repair_of
from ecot.envs.types import Label

DOMAIN = register(
    Domain(
        id="ECoT/CAD-v0",
        title="Parts in CadQuery from descriptions",
        description=(
            "The agent writes a CadQuery script that builds a part described by its dimensions. The script runs in a "
            "confined process that gives out geometry only. A second process validates the solid on the OpenCascade "
            "kernel and compares it with the part asked for by the volume of the symmetric difference, within a "
            "tolerance set from the smallest feature of the part; mesh booleans of another library check the answer."
        ),
        language="python",
        fences=("python", "py", "cadquery"),
        tools=TOOLS,
        preload=tuple(f"ecot.envs.cad.{name}" for name in ("threads", "rules", "builder", "judging")),
        warm_gain=20.0,
        stages=("rules", "build", "validate", "compare"),
        extra_stages=("measures",),
        labels={
            Label.PASS: "a valid part that differs from the one asked for by less than the tolerance",
            Label.UNVERIFIED: "all stages that were asked for passed, but others were left out",
            Label.FORMAT_ERROR: "the reply holds no candidate",
            Label.REJECTED: "a static rule is broken: an import, a file, or a name that reaches into the interpreter",
            Label.COMPILATION_ERROR: "the script is no Python",
            Label.RUNTIME_ERROR: "the script raised an exception, or assigns no part",
            Label.GEOMETRY_ERROR: "the kernel refused an operation or let a broken one pass, or the part is empty, "
            "open, invalid, or of another number of solids",
            Label.MEMORY_FAULT: "the kernel crashed in the script's process",
            Label.MISMATCH: "the part is valid and differs from the one asked for",
            Label.TIMEOUT: "the script ran out of processor time",
            Label.RESOURCE_LIMIT: "the script ran out of memory, processes, disk or output, or its part is too large",
        },
        sources={
            "families": deferred(f"{__name__}.source:FamilySource"),
            "editing": deferred(f"{__name__}.editing:EditingSource"),
            "cadprompt": deferred(f"{__name__}.benchmarks.cadprompt:CadPromptSource"),
        },
        default_source="families",
        toolchain=deferred(f"{__name__}.toolchain:stages"),
        score=deferred(f"{__name__}.toolchain:score"),
        floor=0.1,
        mutate=deferred(f"{__name__}.mutations:mutate"),
        draw=deferred(f"{__name__}.picture:draw"),
        mistakes=deferred(f"{__name__}.mistakes:mistakes"),
        equivalent=deferred(f"{__name__}.proving:equivalent"),
        judge_packages=("ecot.envs.cad",),
    )
)

REPAIR = register(repair_of(DOMAIN, tables=partial(packaged_tables, "cad")))
