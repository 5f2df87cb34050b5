"""Designs with several clocks: what metastability breaks, what structure shows, and what must not be a false alarm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from ecot.envs.sandbox import Cell
from ecot.envs.types import Candidate, Label, Outcome, Request, Task
from ecot.envs.verilog.crossing.driver import samples_in
from ecot.envs.verilog.crossing.judge import play_of
from ecot.envs.verilog.crossing.plan import SETTLED_PS, SHORTEST_PS, WINDOW_PS, Crossing, Cycle, drawn_clocks, edges_of
from ecot.envs.verilog.equivalence import equivalent
from ecot.envs.verilog.family import Family
from ecot.envs.verilog.source import FamilySource, build_task, family_named, family_names, params_of

Judged = Callable[..., Outcome]
CROSSING = [name for name in family_names() if family_named(name).crossing is not None]
tools = pytest.mark.needs("iverilog", "yosys", "pyslang")

FIFO: dict[str, Any] = {
    "depth": 4,
    "width": 3,
    "stages": 2,
    "read": "fall_through",
    "overrun": "refused",
    "levels": False,
    "reset": "async_low",
    "naming": "short",
    "top": "async_fifo",
}
HANDSHAKE: dict[str, Any] = {
    "width": 4,
    "stages": 2,
    "protocol": "two_phase",
    "delivery": "held",
    "between": "zero",
    "done": False,
    "reset": "async_high",
    "naming": "short",
    "top": "handshake_synchroniser",
}
COUNTER: dict[str, Any] = {
    "width": 3,
    "direction": "up",
    "limit": "wrap",
    "stages": 2,
    "reading": "gray",
    "changed": False,
    "reset": "sync_high",
    "naming": "short",
    "top": "gray_counter_crossing",
}
REGISTERED_FLAGS = """
module async_fifo (input wclk, input wrst_n, input push, input [2:0] din, output reg full,
                   input rclk, input rrst_n, input pop, output [2:0] dout, output reg empty);
    reg [2:0] memory [0:3];
    reg [2:0] wbin, wgray, rbin, rgray, w1, w2, r1, r2;
    wire [2:0] wnext = wbin + (push & ~full), wcode = wnext ^ (wnext >> 1);
    wire [2:0] rnext = rbin + (pop & ~empty), rcode = rnext ^ (rnext >> 1);
    always @(posedge wclk) if (push & ~full) memory[wbin[1:0]] <= din;
    always @(posedge wclk or negedge wrst_n)
        if (!wrst_n) {wbin, wgray, r2, r1, full} <= 0;
        else {wbin, wgray, r2, r1, full} <= {wnext, wcode, r1, rgray, wcode == {~r2[2:1], r2[0]}};
    always @(posedge rclk or negedge rrst_n)
        if (!rrst_n) begin
            {rbin, rgray, w2, w1} <= 0;
            empty <= 1'b1;
        end else
            {rbin, rgray, w2, w1, empty} <= {rnext, rcode, w1, wgray, rcode == w2};
    assign dout = memory[rbin[1:0]];
endmodule
"""


@pytest.fixture
def fifo() -> Task:
    return build_task(family_named("async_fifo"), "async_fifo@1/000000", FIFO)


@pytest.fixture
def counter() -> Task:
    return build_task(family_named("gray_counter_crossing"), "gray_counter_crossing@1/000000", COUNTER)


def crossing_of(family: Family) -> Crossing:
    assert family.crossing is not None
    return family.crossing


def codes(outcome: Outcome) -> set[str]:
    return {item.code for item in outcome.diagnostics}


def test_no_change_is_uncertain_at_two_edges() -> None:
    domains = crossing_of(family_named("async_fifo")).domains(FIFO)
    for seed in range(5):
        clocks = drawn_clocks(domains, Random(seed), slow_cycles=200)
        lengths = [cycle.length for cycles in clocks.values() for cycle in cycles]
        assert SETTLED_PS < WINDOW_PS < SHORTEST_PS <= min(lengths)
        assert max(lengths) < 6 * min(lengths)
        assert all(cycle.high > 0 and cycle.low > 0 for cycles in clocks.values() for cycle in cycles)


def test_clocks_are_faster_and_slower_than_each_other_in_one_simulation() -> None:
    domains = crossing_of(family_named("async_fifo")).domains(FIFO)
    write, read = (edges_of(cycles) for cycles in drawn_clocks(domains, Random(1), slow_cycles=200).values())
    counts = [sum(first < edge <= second for edge in read) for first, second in pairwise(write)]
    assert max(counts) >= 3
    assert counts.count(0) > 20


@pytest.mark.parametrize("name", CROSSING)
def test_a_play_depends_on_the_seed_alone_and_fits_the_ports(name: str) -> None:
    family, ids = family_named(name), FamilySource(name).ids()
    crossing = crossing_of(family)
    for task_id in (ids[0], ids[len(ids) // 2], ids[-1]):
        params = params_of(family, int(task_id[-6:]))
        ports = family.ports(params)
        first, again, other = (play_of(crossing, params, ports, Random(seed)) for seed in (1, 1, 2))
        assert first == again
        assert first != other
        for domain, vectors in zip(crossing.domains(params), first.vectors, strict=True):
            width = sum(port.width for port in ports if port.name in domain.inputs) or 1
            assert all(len(line.split()[3]) == width for line in vectors.splitlines())
            assert 100 < len(vectors.splitlines()) < 2000


def test_a_trace_that_is_not_one_whole_line_per_cycle_counts_for_nothing(fifo: Task) -> None:
    family = family_named("async_fifo")
    domain, ports = crossing_of(family).domains(FIFO)[0], family.ports(FIFO)
    cycles = [Cycle(1, 2, 3)] * 2
    assert samples_in("00000 0 0\n00000 x 1\n", ports, domain, cycles) is not None
    for text in ("", "00000 0 0\n", "00000 0 0\n00000 0\n", "00000 0 0\n00000 0 q\n"):
        assert samples_in(text, ports, domain, cycles) is None


@tools
@pytest.mark.parametrize("name", CROSSING)
def test_the_solution_passes_although_flip_flops_become_metastable(name: str, judged: Judged) -> None:
    source = FamilySource(name)
    task = source[source.ids()[7]]
    outcome = judged(task, task.solution[0].text)
    assert outcome.label is Label.PASS, outcome.diagnostics
    assert outcome.metrics["netlist.metastable_bits"] > 0


@tools
def test_another_right_fifo_passes(fifo: Task, judged: Judged) -> None:
    outcome = judged(fifo, REGISTERED_FLAGS)
    assert outcome.label is Label.PASS, outcome.diagnostics


@tools
def test_a_word_synchronised_bit_by_bit_is_refused_by_name(judged: Judged) -> None:
    task = build_task(family_named("handshake_synchroniser"), "handshake_synchroniser@1/000000", HANDSHAKE)
    source = task.solution[0].text.replace("word_held <= held;", "word_held <= passing;")
    register = "    reg [3:0] passing;\n    always @(posedge dclk)\n        passing <= held;\nendmodule"
    source = source.replace("endmodule", register)
    outcome = judged(task, source)
    assert outcome.label is Label.MISMATCH
    assert ("unsafe_crossing", "passing") in {(item.code, item.symbol) for item in outcome.diagnostics}


@tools
def test_binary_pointers_pass_every_stage_but_the_metastable_one(fifo: Task, judged: Judged) -> None:
    binary = REGISTERED_FLAGS.replace("^ (wnext >> 1)", "").replace("^ (rnext >> 1)", "")
    binary = binary.replace("{~r2[2:1], r2[0]}", "{~r2[2], r2[1:0]}")
    outcome = judged(fifo, binary)
    assert outcome.label is Label.MISMATCH
    assert outcome.stages[-1].name == "netlist"
    assert {"metastability", "unsafe_crossing"} <= codes(outcome)
    assert {item.symbol for item in outcome.diagnostics if item.code == "unsafe_crossing"} <= {"w1", "r1"}


@tools
def test_a_first_flip_flop_with_several_readers_fails(fifo: Task, judged: Judged) -> None:
    outcome = judged(fifo, REGISTERED_FLAGS.replace("rcode == w2}", "rcode == w1}"))
    assert outcome.label is Label.MISMATCH
    assert outcome.stages[-1].name == "netlist"
    assert "metastability" in codes(outcome)


@tools
@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("gray <= next ^ (next >> 1);", "gray <= next;", "unsafe_crossing"),
        ("always @(posedge dclk)", "always @(negedge dclk)", "falling_edge"),
        ("always @(posedge dclk)", "wire gated = dclk & en;\n    always @(posedge gated)", "derived_clock"),
        ("seen_1 <= gray;", "seen_1 <= gray ^ {3{sclk}};", "clock_as_data"),
        ("always @(posedge dclk)", "always @(posedge dclk or posedge gray[0])\n if (gray[0]) seen_2 <= 0; else",
         "unsafe_crossing"),
    ],
)  # fmt: skip
def test_structure_that_no_simulation_shows_is_refused_by_name(
    counter: Task, judged: Judged, right: str, wrong: str, code: str
) -> None:
    source = counter.solution[0].text
    assert right in source
    source = source.replace(right, wrong)
    if wrong == "gray <= next;":
        source = source.replace("seen_1 <= gray;", "seen_1 <= gray ^ (gray >> 1);")
    outcome = judged(counter, source, stages=("synthesise",))
    assert outcome.label is Label.SYNTHESIS_ERROR
    assert code in codes(outcome)


@tools
def test_only_the_same_machine_is_proved_equal(counter: Task, cell: Cell) -> None:
    request = Request(task=counter, candidate=Candidate(counter.solution), hidden_seed=1)
    source = counter.solution[0].text
    verdicts = []
    for right, wrong in (("gray <= 0;", "gray = 0;"), ("posedge dclk", "posedge sclk"), ("seen_2 <= 0", "seen_2 <= 1")):
        with cell.workspace(request.task.bundle.limits) as workspace:
            verdicts.append(equivalent(workspace, request, source.replace(right, wrong)))
    assert verdicts == [True, None, None]
