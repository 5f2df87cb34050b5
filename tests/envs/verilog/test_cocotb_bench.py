"""Plans, players, coverage and records of the cocotb judge, without a simulator: what each promises the others."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from random import Random
from typing import Any

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.verilog.bench.drawing import Drawing, Point, measure
from ecot.envs.verilog.bench.harness import harness_text
from ecot.envs.verilog.bench.plan import Plan, bench_of, draw_plan, ready_pattern, rehearse, scoreboard_of
from ecot.envs.verilog.bench.players import PLAYERS, Play, packed
from ecot.envs.verilog.bench.replay import judge_record
from ecot.envs.verilog.driver import outputs_of
from ecot.envs.verilog.family import Family, Params, Port
from ecot.envs.verilog.source import family_named, family_names, params_of

NAMES = [name for name in family_names() if family_named(name).judge == "cocotb"]
DRAWS = (0, 7, 190)


@pytest.fixture(params=NAMES)
def family(request: pytest.FixtureRequest) -> Family:
    return family_named(request.param)


def recorded(
    family: Family, params: Params, plan: Plan, change: Callable[[int, str], str] = lambda _, bits: bits
) -> str:
    """The record that a design would leave which does what the model does, but for a change of its outputs."""
    model, ports = scoreboard_of(family, params), family.ports(params)
    play, lines = Play(plan), []
    pins = play.step("")
    while pins is not None:
        outputs = model.settle(pins)
        bits = "".join(_bits(outputs[port.name], port) for port in outputs_of(ports))
        model.clock(pins)
        bits = change(len(lines), bits)
        lines.append(json.dumps([len(lines), bits]))
        pins = play.step(bits)
    return "\n".join(lines) + "\n"


def _bits(value: int | None, port: Port) -> str:
    return "x" * port.width if value is None else f"{value:0{port.width}b}"


def codes(family: Family, params: Params, plan: Plan, record: str | None) -> list[str]:
    judged = judge_record(record, plan, scoreboard_of(family, params), family.ports(params))
    return [item.code for item in judged.verdict.diagnostics]


def test_a_plan_is_the_same_for_the_same_seed_and_another_for_another(family: Family) -> None:
    params = params_of(family, 3)
    first, again, other = (json.dumps(draw_plan(family, params, Random(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("draw", DRAWS)
def test_every_plan_covers_what_the_family_states(family: Family, draw: int) -> None:
    params = params_of(family, draw)
    bench, model = bench_of(family), scoreboard_of(family, params)
    list(rehearse(draw_plan(family, params, Random(draw)), model, family.ports(params)))
    covered = measure(bench.points(params), bench.crosses(params), model.events)
    assert covered.missed == ()
    assert covered.bins >= 10


def test_a_ready_pattern_is_never_far_below_its_share() -> None:
    for seed in range(3000):
        steps = ready_pattern("ready", Drawing(Random(seed)), share=0.15)["steps"][:-1]
        assert sum(count * pins["ready"] for count, pins in steps) >= 0.075 * sum(count for count, _ in steps)


def test_a_plan_that_cannot_cover_is_an_error_of_ours(family: Family) -> None:
    from dataclasses import replace

    bench = bench_of(family)
    asking = replace(bench, points=lambda params: [*bench.points(params), Point("never", (1,))])
    with pytest.raises(TaskError, match="never"):
        draw_plan(replace(family, bench=asking), params_of(family, 0), Random(1))


def test_the_record_of_a_right_design_is_right(family: Family) -> None:
    params = params_of(family, 1)
    plan = draw_plan(family, params, Random(4))
    assert codes(family, params, plan, recorded(family, params, plan)) == []


def test_a_wrong_bit_is_told_with_its_time_and_the_transactions_before_it(family: Family) -> None:
    params = params_of(family, 1)
    plan = draw_plan(family, params, Random(4))
    place = 0

    def flip(cycle: int, bits: str) -> str:
        known = [index for index, bit in enumerate(bits) if bit in "01"]
        if cycle != 90 or not known:
            return bits
        return "".join(("10"[int(bit)] if index == known[place] else bit) for index, bit in enumerate(bits))

    judged = judge_record(
        recorded(family, params, plan, flip), plan, scoreboard_of(family, params), family.ports(params)
    )
    first = judged.verdict.diagnostics[0]
    assert first.code == "wrong_value"
    assert "at 904 ns (cycle 90" in first.message
    assert "transactions before it:" in first.message or "no transaction had ended" in first.message


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda lines: [], "simulation_ended_early"),
        (lambda lines: lines[: len(lines) // 2], "simulation_ended_early"),
        (lambda lines: [*lines, json.dumps([len(lines), json.loads(lines[-1])[1]])], "trace_damaged"),
        (lambda lines: [*lines[:5], *lines[6:]], "trace_damaged"),
        (lambda lines: [*lines[:5], "[5]", *lines[6:]], "trace_damaged"),
        (lambda lines: [*lines[:5], '[5, "PASS"]', *lines[6:]], "trace_damaged"),
        (lambda lines: ["[" * 5000, *lines], "trace_damaged"),
    ],
)
def test_a_record_that_is_not_whole_is_never_right(damage: Callable[[list[str]], list[str]], code: str) -> None:
    family = family_named(NAMES[0])
    params = params_of(family, 2)
    plan = draw_plan(family, params, Random(5))
    lines = damage(recorded(family, params, plan).splitlines())
    assert codes(family, params, plan, "\n".join(lines)) == [code]
    assert codes(family, params, plan, None) == ["simulation_ended_early"]


def test_unknown_outputs_are_wrong_and_do_not_hang_the_play(family: Family) -> None:
    params = params_of(family, 0)
    plan = draw_plan(family, params, Random(6))
    record = recorded(family, params, plan, lambda _, bits: "x" * len(bits))
    assert "unknown_value" in codes(family, params, plan, record)


def test_what_stands_in_the_simulator_imports_nothing_of_ours_and_holds_no_check() -> None:
    folder = files("ecot.envs.verilog.bench")
    for name in ("play.py", "players.py"):
        tree = ast.parse(folder.joinpath(name).read_text(encoding="utf-8"))
        modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        allowed = {
            "__future__",
            "collections.abc",
            "typing",
            "importlib",
            "json",
            "pathlib",
            "cocotb",
            "cocotb.triggers",
        }
        assert modules <= allowed


def test_a_plan_holds_neither_the_seed_nor_an_expected_value(family: Family) -> None:
    plan = draw_plan(family, params_of(family, 0), Random("a secret"))
    assert set(plan) == {"inputs", "outputs", "phases"}
    driven = {name for name, _ in plan["inputs"]}
    for phase in plan["phases"]:
        assert set(phase) == {"opening", "idle", "players", "cut", "drain", "patience"}
        assert set(phase["idle"]) == driven
        assert all(player["kind"] in PLAYERS for player in phase["players"])


def test_draws_fulfil_their_constraints_and_leave_the_generators_of_others_alone() -> None:
    import random as shared

    import numpy as np

    shared.seed(5)
    np.random.seed(5)
    wanted = shared.random(), np.random.random()
    shared.seed(5)
    np.random.seed(5)
    draw = Drawing(Random(1))
    items = [draw.item({"low": range(8), "high": range(8)}, lambda high, low: low < high) for _ in range(40)]
    assert all(item["low"] < item["high"] for item in items)
    assert len({(item["low"], item["high"]) for item in items}) > 10
    assert (shared.random(), np.random.random()) == wanted


def test_coverage_counts_points_and_crosses() -> None:
    points = [Point("kind", ("read", "write")), Point("index", (0, 1))]
    events: Sequence[dict[str, Any]] = [{"kind": "read", "index": 0}, {"kind": "write", "index": 0}, {"index": 1}]
    covered = measure(points, [("kind", "index")], events)
    assert (covered.bins, covered.hit) == (8, 6)
    assert covered.missed == ("kind and index ('read', 1)", "kind and index ('write', 1)")
    assert measure(points, (), ()).hit == 0


def test_a_source_holds_its_item_until_it_is_taken() -> None:
    items = [{"gap": 1, "values": {"d": 3}, "junk": {"d": 9}}, {"gap": 0, "values": {"d": 4}, "junk": {"d": 9}}]
    player = PLAYERS["source"](valid=["v"], ready=["r"], items=items)
    seen = [next(player)] + [player.send({"r": ready}) for ready in "1x01"]
    assert [pins["v"] for pins in seen] == [0, 1, 1, 1, 1]
    assert [pins["d"] for pins in seen] == [9, 3, 3, 3, 4]


def test_a_play_that_waits_for_ever_is_hung() -> None:
    item = {"gap": 0, "values": {}, "junk": {}}
    players = [{"kind": "source", "valid": ["v"], "ready": ["r"], "items": [item]}]
    phase = {"opening": [], "idle": {"v": 0}, "players": players, "cut": 0, "drain": 1, "patience": 20}
    play = Play({"outputs": [["r", 1]], "phases": [phase, phase]})
    cycles = 0
    pins = play.step("")
    while pins is not None:
        cycles, pins = cycles + 1, play.step("0")
    assert (cycles, play.hung) == (20, True)


def test_inputs_are_packed_first_port_left() -> None:
    assert packed([["a", 2], ["b", 3]], {"a": 0b10, "b": 0b011}) == 0b10011


def test_the_harness_connects_every_port_and_ends_by_itself() -> None:
    family = family_named(NAMES[0])
    ports = family.ports(params_of(family, 0))
    text = harness_text("dut", ports)
    assert all(f".{port.name}(" in text for port in ports)
    assert "$finish" in text
