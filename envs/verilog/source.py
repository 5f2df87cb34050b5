"""The built-in families as a task source: lazy, indexed by draw, split by what matters in a draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecot.envs.drawn import Catalogue, DrawnSource
from ecot.envs.prompts import load
from ecot.envs.types import Audience, EnvironmentBundle, File, Limits, Task
from ecot.envs.verilog.driver import clock_of, driver_text
from ecot.envs.verilog.family import Family, Params, Port, Role
from ecot.envs.verilog.texts import FAMILIES, family_digest, hacks_of, render, top_of, values_of

ENV_ID = "ECoT/Verilog-v0"
LIMITS = Limits(cpu_seconds=4.0, memory_mib=512, processes=16, scratch_mib=32, output_kib=512)


_CATALOGUE: Catalogue[Family] = Catalogue(FAMILIES, kind="Verilog", example="counter@1/000123")


def family_names() -> tuple[str, ...]:
    """The names of all families: the sub-packages of `FAMILIES`. None is imported."""
    return _CATALOGUE.names


def family_named(name: str) -> Family:
    """Return a family, imported when first asked for.

    Raises:
        TaskError: it is unknown (the message lists those that are known), or its folder holds another name.
    """
    return _CATALOGUE.named(name)


class FamilySource(DrawnSource[Family]):
    """All draws of all families, or of those named (`families:counter,fifo`)."""

    def __init__(self, path: str = "") -> None:
        super().__init__(_CATALOGUE, path, build=build_task, digest=family_digest, hacks=hacks_of)


def params_of(family: Family, draw: int) -> Params:
    """Return the parameters of a draw."""
    return _CATALOGUE.params(family, draw)


def split_of_draw(family: Family, params: Params) -> str:
    """Draws that differ in cosmetic parameters only fall on one side."""
    return _CATALOGUE.split(family, params)


def build_task(family: Family, task_id: str, params: Params) -> Task:
    """Return the task of any combination of parameters, one of the draws or not."""
    ports, top, package = family.ports(params), top_of(family, params), f"{FAMILIES}.{family.name}"
    values = values_of(family, params)
    entry = f"{top}.v"
    driver = [File("driver.v", driver_text(top, ports), Audience.JUDGE)] if family.judge == "model" else []
    bundle = EnvironmentBundle(
        files=(*driver, *(family.files(params) if family.files else ())),
        entry=entry,
        params={
            "judge": family.judge,
            "family": family.name,
            "draw": dict(params),
            "top": top,
            "clock": clock_of(ports),
            "latches": family.latches,
            "ports": [port_facts(port) for port in ports],
        },
        limits=LIMITS,
    )
    return Task(
        id=task_id,
        env_id=ENV_ID,
        instruction=render(load(package, "instruction.md"), values),
        bundle=bundle,
        solution=(File(entry, render(load(package, "solution.v"), values)),),
        level=family.level,
        family=family.name,
        tags=family.tags,
    )


def port_facts(port: Port) -> dict[str, Any]:
    """Return a port as JSON values, as `EnvironmentBundle.params` holds it."""
    return {
        "name": port.name,
        "direction": port.direction,
        "width": port.width,
        "role": str(port.role),
        "signed": port.signed,
        "description": port.description,
    }


def port_from(facts: Mapping[str, Any]) -> Port:
    """Return the port that `port_facts` described."""
    return Port(**{**facts, "role": Role(facts["role"])})
