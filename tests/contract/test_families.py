"""Over every Verilog family: ids, draws, splits and texts hold what the family contract promises."""

from __future__ import annotations

import json
import re
from random import Random

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.prompts import load
from ecot.envs.tasks import SPLITS
from ecot.envs.types import Audience, digest
from ecot.envs.verilog.driver import inputs_of, outputs_of
from ecot.envs.verilog.family import Family, Params
from ecot.envs.verilog.source import FamilySource, family_named, family_names, params_of
from ecot.envs.verilog.texts import FAMILIES, render, values_of
from ecot.envs.verilog.trace import expect

NAMES = family_names()
MODELLED = tuple(name for name in NAMES if family_named(name).crossing is None)
"""The families with a model that answers cycle by cycle; what crosses clocks is judged by properties."""
SAMPLES = 12
KEYWORDS = (
    "module input output wire reg signed parameter localparam assign always begin end if else case casez endcase "
    "default posedge negedge or endmodule for integer"
)


def test_there_are_ten_families() -> None:
    assert len(NAMES) >= 10


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=MODELLED)
def modelled(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def draws(name: str) -> list[str]:
    ids = FamilySource(name).ids()
    return [ids[index] for index in range(0, len(ids), max(1, len(ids) // SAMPLES))]


def essence_of(family: Family, params: Params) -> str:
    """The parameters that matter."""
    return json.dumps({key: params[key] for key in family.choices if key not in family.cosmetic}, sort_keys=True)


def normalised(text: str) -> str:
    """A solution without comments, blanks and names."""
    keywords = set(KEYWORDS.split())
    seen: dict[str, str] = {}
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    bare = re.sub(r"\bmodule\s+\w+", "module", bare)
    renamed = re.sub(
        r"(?<!['\w])[A-Za-z_]\w*",
        lambda match: match[0] if match[0] in keywords else seen.setdefault(match[0], f"n{len(seen)}"),
        bare,
    )
    return re.sub(r"\s+", " ", renamed)


def test_there_are_enough_different_draws(name: str) -> None:
    source = FamilySource(name)
    assert len(source) >= 200
    assert len(set(source.ids())) == len(source)


def test_a_draw_is_the_same_every_time(name: str) -> None:
    task_id = draws(name)[1]
    assert digest(FamilySource(name)[task_id]) == digest(FamilySource()[task_id])


def test_no_near_twins_stand_on_two_sides_of_a_split(name: str) -> None:
    family, source = family_named(name), FamilySource(name)
    sides: dict[str, str] = {}
    for split in SPLITS:
        for task_id in list(source.ids(split))[:: max(1, len(source) // 150)]:
            task = source[task_id]
            params = task.bundle.params["draw"]
            essence = json.dumps(
                {key: params[key] for key in family.choices if key not in family.cosmetic}, sort_keys=True
            )
            assert sides.setdefault(essence, split) == split


def test_a_cosmetic_parameter_changes_names_and_words_only(name: str) -> None:
    family = family_named(name)
    assert set(family.cosmetic) <= set(family.choices)
    template = load(f"{FAMILIES}.{name}", "solution.v")
    for task_id in draws(name):
        params = params_of(family, int(task_id[-6:]))
        twins = [{**params, key: value} for key in family.cosmetic for value in family.choices[key]]
        texts = {normalised(render(template, values_of(family, twin))) for twin in [params, *twins]}
        assert len(texts) == 1, task_id


def test_held_out_families_are_test_families_only(name: str) -> None:
    source = FamilySource(name)
    sizes = {split: len(source.ids(split)) for split in SPLITS}
    if family_named(name).held_out:
        assert sizes["test_families"] == len(source)
    else:
        assert sizes["test_families"] == 0
        assert all(sizes[split] for split in SPLITS[:3])


def test_the_instruction_is_complete_and_names_every_port(name: str) -> None:
    source = FamilySource(name)
    for task_id in draws(name):
        task = source[task_id]
        assert "@{" not in task.instruction
        assert f"`{task.bundle.params['top']}`" in task.instruction
        for port in task.bundle.params["ports"]:
            assert f"`{port['name']}`" in task.instruction, (task_id, port["name"])
            assert re.search(rf"\b{port['name']}\b", task.solution[0].text), (task_id, port["name"])


def test_what_judges_is_for_the_judge(name: str) -> None:
    task = FamilySource(name)[draws(name)[0]]
    assert {file.audience for file in task.bundle.files} == {Audience.JUDGE}


def test_stimulus_and_model_agree_with_the_ports(modelled: str) -> None:
    family = family_named(modelled)
    for task_id in draws(modelled):
        params = params_of(family, int(task_id[-6:]))
        ports = family.ports(params)
        cycles = family.stimulus(params, Random(7))
        assert [dict(cycle) for cycle in cycles] == [dict(cycle) for cycle in family.stimulus(params, Random(7))]
        assert 20 <= len(cycles) <= 2000
        for cycle in cycles:
            assert set(cycle) == {port.name for port in inputs_of(ports)}
            assert all(0 <= cycle[port.name] < 1 << port.width for port in inputs_of(ports))
        samples = expect(family.model(params), ports, cycles)
        for sample in samples:
            assert set(sample.outputs) == {port.name for port in outputs_of(ports)}
            values = [(port, sample.outputs[port.name]) for port in outputs_of(ports)]
            assert all(value is None or 0 <= value < 1 << port.width for port, value in values)
        asked = sum(value is not None for sample in samples for value in sample.outputs.values())
        assert asked > 0.5 * len(samples) * len(outputs_of(ports)), "the model leaves too much open to judge"


def test_no_output_is_constant_over_a_stimulus(modelled: str) -> None:
    family = family_named(modelled)
    for task_id in draws(modelled):
        params = params_of(family, int(task_id[-6:]))
        samples = expect(family.model(params), family.ports(params), family.stimulus(params, Random(3)))
        for port in outputs_of(family.ports(params)):
            seen = {sample.outputs[port.name] for sample in samples} - {None}
            assert len(seen) > 1, (task_id, port.name)


def test_every_hack_says_what_it_earns(name: str) -> None:
    source = FamilySource(name)
    hacks = source.hacks(draws(name)[0])
    assert len(hacks) >= 40
    assert all(hack.labels and hack.reason and "PASS" not in hack.labels for hack in hacks)


def test_ids_list_lazily_and_by_index(name: str) -> None:
    ids = FamilySource(name).ids("train" if not family_named(name).held_out else "test_families")
    assert ids[0] == next(iter(ids))
    assert ids[-1] in ids
    assert "nothing@1/000000" not in ids
    with pytest.raises(IndexError):
        ids[len(ids)]


def test_unknown_names_are_named() -> None:
    with pytest.raises(TaskError, match="fivo"):
        FamilySource("fivo")
    with pytest.raises(TaskError, match="revision"):
        FamilySource()["counter@99/000001"]
