"""ECoT/CAD-v0: model a part from its description in CadQuery, judged on the OpenCascade kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from ecot.envs.cad.tools import TOOLS
from ecot.envs.domain import Domain, Mutation, register
from ecot.envs.sandbox import Workspace
from ecot.envs.tasks import TaskSource
from ecot.envs.types import Label, Outcome, Request, StageResult


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


def _draw(outcome: Outcome | None) -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = import_module(f"{__name__}.picture").draw(outcome)
    return picture


def _equivalent(workspace: Workspace, request: Request, mutant: str) -> bool | None:
    proved: bool | None = import_module(f"{__name__}.proving").equivalent(workspace, request, mutant)
    return proved


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
            "families": _source("source", "FamilySource"),
            "editing": _source("editing", "EditingSource"),
            "cadprompt": _source("benchmarks.cadprompt", "CadPromptSource"),
        },
        default_source="families",
        toolchain=_toolchain,
        score=_score,
        floor=0.1,
        mutate=_mutate,
        draw=_draw,
        mistakes=_mistakes,
        equivalent=_equivalent,
        judge_packages=("ecot.envs.cad",),
    )
)
