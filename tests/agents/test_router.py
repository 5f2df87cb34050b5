"""What a reasoner is told to think about follows from the bundle of its task."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecot.agents.router import facts_of, route, router_digest, system_prompt, topics
from ecot.envs.domain import domains
from ecot.envs.env import open_tasks
from ecot.envs.errors import ConfigError
from ecot.envs.types import Audience, EnvironmentBundle, File, Objective, Task

GOLDEN = Path(__file__).parents[1] / "golden" / "router"


def task(
    instruction: str, entry: str, *files: File, objective: Objective = Objective.CORRECT, **params: object
) -> Task:
    bundle = EnvironmentBundle(files=files, entry=entry, params=params)
    return Task(id="x@1/000000", env_id="Any/Thing-v0", instruction=instruction, bundle=bundle, objective=objective)


CLOCK = {"name": "clk", "role": "clock"}
TASKS = {
    "module": task("Design a counter.", "counter.v", ports=[CLOCK]),
    "crossing": task("Carry a word over.", "cross.sv", ports=[CLOCK, {**CLOCK, "name": "other"}]),
    "repair": task("Mend it.", "alu.v", File("faulty/alu.v", "module alu; endmodule"), ports=[CLOCK]),
    "smaller": task("Make it smaller.", "alu.v", objective=Objective.SMALLER),
    "triton": task("Write a Triton kernel that adds two vectors.", "kernel.py"),
    "cuda": task("Add two vectors.", "kernel.cu", objective=Objective.FASTER),
    "part": task("Model a bracket with CadQuery.", "part.py"),
    "firmware": task("Blink the lamp of an STM32F407.", "main.c", File("flash.ld", "SECTIONS {}", Audience.BOTH)),
    "assembly": task("Write `sum` for x86-64.", "answer.s", objective=Objective.FASTER),
    "other": task("Say hello.", "hello.py"),
}


@pytest.mark.parametrize("name", TASKS)
def test_each_field_has_its_own_prompt(name: str, update_golden: bool) -> None:
    rendered = system_prompt(route(TASKS[name]))
    path = GOLDEN / f"{name}.txt"
    if update_golden:
        path.write_text(rendered, encoding="utf-8")
    assert rendered == path.read_text(encoding="utf-8")


def test_the_choice_is_by_facts() -> None:
    chosen = {name: route(item) for name, item in TASKS.items()}
    assert chosen["module"] == ("rtl", "combinational_depth")
    assert chosen["crossing"] == ("rtl", "combinational_depth", "clock_domains")
    assert chosen["repair"] == ("rtl", "combinational_depth", "repair")
    assert chosen["smaller"] == ("rtl", "combinational_depth", "optimisation")
    assert chosen["triton"] == ("gpu_divergence", "gpu_shared_memory")
    assert chosen["cuda"] == ("gpu_divergence", "gpu_shared_memory", "optimisation")
    assert chosen["part"] == ("cad_walls", "cad_manifold")
    assert chosen["firmware"] == ("firmware_registers", "firmware_interrupts")
    assert chosen["assembly"] == ("assembly_abi", "assembly_dependencies", "optimisation")
    assert chosen["other"] == ()


def test_neither_names_nor_what_only_the_judge_sees_are_facts() -> None:
    item = task("Do it.", "a.x", File("secret.ld", "triton cuda", Audience.JUDGE))
    facts = facts_of(item)
    assert sorted(facts["word"]) == ["do", "it"]
    assert "file" not in facts
    assert not any("any/thing" in value.lower() for values in facts.values() for value in values)


@pytest.mark.parametrize("env_id", [env_id for env_id in domains() if env_id.startswith("ECoT/")])
def test_every_environment_that_is_here_is_given_something_to_think_about(env_id: str) -> None:
    source = open_tasks(domains()[env_id], None)
    ids = source.ids("train")
    for task_id in ids[:: max(1, len(ids) // 5)]:
        assert route(source[task_id]), task_id


def test_every_topic_is_reachable_and_the_digest_is_stable() -> None:
    used = {name for item in TASKS.values() for name in route(item)}
    assert used == set(topics())
    assert router_digest() == router_digest()
    assert len(router_digest()) == 32


def test_an_unknown_topic_is_named() -> None:
    with pytest.raises(ConfigError, match="unknown topic 'poetry'; use some of: rtl"):
        system_prompt(["poetry"])
