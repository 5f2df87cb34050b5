"""The built-in families as a task source: C functions whose assembly is to be made faster."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

from ecot.envs.assembly.family import DTYPES, Family, Function, Parameter, Params, Role
from ecot.envs.assembly.workshop import compile_assembly
from ecot.envs.drawn import Catalogue, DrawnSource
from ecot.envs.family_files import Hack, hacks_in, render
from ecot.envs.prompts import fill, load
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Objective, Task

__all__ = [
    "ENV_ID",
    "FamilySource",
    "RightSource",
    "build_task",
    "facts_of",
    "families",
    "family_named",
    "function_from",
    "values_of",
]

ENV_ID = "ECoT/Assembly-v0"
PACKAGE = "ecot.envs.assembly"
FAMILIES = f"{PACKAGE}.families"
REFERENCE = "reference.c"
GIVEN = "given.s"
LIMITS = Limits(cpu_seconds=4.0, memory_mib=512, processes=16, scratch_mib=64, output_kib=16384)
_ISA = {
    "v2": "SSE up to 4.2, POPCNT; no AVX",
    "v3": "AVX2, FMA, BMI1, BMI2, LZCNT, MOVBE; no AVX-512, AES or CLMUL",
}
_SUFFIXES = (".py", ".md", ".c", ".s")
CATALOGUE: Catalogue[Family] = Catalogue(FAMILIES, kind="assembly", example="count_byte@1/000003")


def families() -> tuple[str, ...]:
    """The names of all families. None is imported."""
    return CATALOGUE.names


def family_named(name: str) -> Family:
    """Return a family, imported when first asked for.

    Raises:
        TaskError: it is unknown, or its folder holds another name.
    """
    return CATALOGUE.named(name)


class FamilySource(DrawnSource[Family]):
    """All draws of all families, or of those named (`families:count_byte,prefix_sum`); building a task runs gcc."""

    def __init__(self, path: str = "", *, objective: Objective = Objective.FASTER) -> None:
        build = partial(build_task, objective=objective)
        super().__init__(CATALOGUE, path, build=build, digest=digest_of, hacks=hacks_of)


def hacks_of(family: Family, params: Params) -> Sequence[Hack]:
    """Return the cheats and near-misses of a draw: the generic ones, then the family's own."""
    given = {"given": compile_assembly(reference_of(family, params), optimise="-O3", isa=params["isa"])}
    values = {**values_of(family, params), **given, "solution": solution_of(family, params)}
    own = hacks_in(f"{FAMILIES}.{family.name}", values, suffixes=(".s",))
    return hacks_in(PACKAGE, values, suffixes=(".s",)) + own


class RightSource(FamilySource):
    """The same tasks, asked only to be right: what repair tasks are made from."""

    def __init__(self, path: str = "") -> None:
        super().__init__(path, objective=Objective.CORRECT)


@cache
def digest_of(name: str) -> str:
    """Return a digest of a family's folder, and of the buffers that all families draw."""
    total = hashlib.sha256()
    folder = files(f"{FAMILIES}.{name}")
    for place in (folder, folder.joinpath("hacks")):
        for item in sorted(place.iterdir() if place.is_dir() else (), key=lambda entry: entry.name):
            if item.is_file() and item.name.endswith(_SUFFIXES):
                data = item.read_bytes()
                total.update(f"{item.name}\0{len(data)}\0".encode() + data)
    total.update(files(PACKAGE).joinpath("arrays.py").read_bytes())
    return total.hexdigest()[:32]


def values_of(family: Family, params: Params) -> Mapping[str, str]:
    """Return the text of every placeholder of a draw."""
    return {**{key: str(value) for key, value in params.items()}, **family.fill(params)}


def reference_of(family: Family, params: Params) -> str:
    """Return the C function of a draw."""
    return render(load(f"{FAMILIES}.{family.name}", REFERENCE), values_of(family, params))


def solution_of(family: Family, params: Params) -> str:
    """Return the faster assembly of a draw."""
    package = f"{FAMILIES}.{family.name}"
    several = files(package).joinpath(f"solution.{params['isa']}.s").is_file()
    return render(load(package, f"solution.{params['isa']}.s" if several else "solution.s"), values_of(family, params))


def build_task(family: Family, task_id: str, params: Params, *, objective: Objective = Objective.FASTER) -> Task:
    """Return the task of any combination of parameters, one of the draws or not.

    Raises:
        TaskError: the C function does not compile.
        ToolchainMissing: there is no gcc.
    """
    function, reference = family.function(params), reference_of(family, params)
    values, isa = values_of(family, params), str(params["isa"])
    given = compile_assembly(reference, optimise="-O3", isa=isa)
    shown = fill(load(PACKAGE, "given.md"), {"given": given.strip()}) if params["given"] == "assembly" else ""
    text = {
        "top": function.name,
        "specification": render(load(f"{FAMILIES}.{family.name}", "instruction.md"), values).strip(),
        "reference": reference.strip(),
        "given_section": shown,
        "isa": isa,
        "isa_text": _ISA[isa],
        "alignment": _alignment(function),
        "goal": ", faster than gcc compiles it" if objective is Objective.FASTER else "",
        "judged": _judged(family, isa, objective),
    }
    entry = f"{function.name}.s"
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=fill(load(PACKAGE, "task.md"), text),
        bundle=EnvironmentBundle(
            files=(File(REFERENCE, reference, Audience.BOTH), File(GIVEN, given, Audience.BOTH)),
            entry=entry,
            params={
                "family": family.name,
                "draw": dict(params),
                "isa": isa,
                "language": "assembly",
                "function": facts_of(function),
                "target": family.target,
            },
            limits=LIMITS,
        ),
        solution=(File(entry, solution_of(family, params)),),
        objective=objective,
        level=family.level,
        family=family.name,
        tags=(*family.tags, isa, str(params["given"])),
    )


def _judged(family: Family, isa: str, objective: Objective) -> str:
    if objective is not Objective.FASTER:
        return load(PACKAGE, "judged_correct.md").strip()
    flags = {"gcc_flags": f"`-march=x86-64-{isa} -ffreestanding`", "target": f"{family.target:g}"}
    return fill(load(PACKAGE, "judged_faster.md"), flags).strip()


def _alignment(function: Function) -> str:
    if all(parameter.role is Role.VALUE for parameter in function.parameters):
        return "There are no buffers here."
    return "A buffer is aligned to its element type, no more."


def facts_of(function: Function) -> dict[str, Any]:
    """Return a function as JSON values, as `EnvironmentBundle.params` holds it."""
    return {
        "name": function.name,
        "returns": function.returns,
        "tolerance": function.tolerance,
        "open_tail": function.open_tail,
        "parameters": [{"name": item.name, "type": item.type, "role": str(item.role)} for item in function.parameters],
    }


def function_from(facts: Mapping[str, Any]) -> Function:
    """Return the function that `facts_of` described.

    Raises:
        KeyError: something is missing.
    """
    parameters = tuple(
        Parameter(name=item["name"], type=item["type"], role=Role(item["role"])) for item in facts["parameters"]
    )
    if any(item.type not in DTYPES for item in parameters):
        raise KeyError("type")
    return Function(
        name=facts["name"],
        parameters=parameters,
        returns=facts["returns"],
        tolerance=facts["tolerance"],
        open_tail=facts["open_tail"],
    )
