"""The faults of repair tasks: twenty types, each of them in the tables, each confirmed by the tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain, zip_longest

import pytest

from ecot.envs.confirmation import breaks, confirm, faults_of
from ecot.envs.domain import Mutation
from ecot.envs.fault_tables import FaultTable, packaged_tables
from ecot.envs.real import RealBackend
from ecot.envs.repair import REVISION
from ecot.envs.repair_answers import normalised_type
from ecot.envs.types import Outcome, Task
from ecot.envs.verilog import DOMAIN
from ecot.envs.verilog.faults.seeds import KINDS, SEEDING, seed
from ecot.envs.verilog.faults.types import FAULT_TYPES
from ecot.envs.verilog.source import FamilySource, family_named, family_names

Judged = Callable[..., Outcome]

SOURCE = """\
module dut (
    input wire clk, input wire rst, input wire go, input wire [3:0] d,
    output reg [3:0] q, output wire [3:0] y
);
    localparam [1:0] IDLE = 2'd0, RUN = 2'd1, END = 2'd2;
    reg [1:0] state;
    reg [3:0] held;
    assign y = q ^ held;
    always @(posedge clk)
        if (rst) begin
            q <= 4'd0;
            state <= IDLE;
        end else case (state)
            IDLE: if (go) state <= RUN;
            RUN: begin
                q <= d;
                state <= END;
            end
            default: state <= IDLE;
        endcase
    always @(posedge clk) held <= q;
    always @(*) q_next = d;
    sub u (.a(d), .b(y));
endmodule
"""

EDITS = {
    "split_reset": (
        "        if (rst) begin\n            q <= 4'd0;\n            state <= IDLE;\n        end else case",
        "        case",
    ),
    "wait_inside_process": ("always @(posedge clk) held", "always @(posedge clk) @(posedge clk) held"),
    "time_process": ("always @(*) q_next", "always #1 q_next"),
    "wrong_next_state": ("if (go) state <= RUN", "if (go) state <= IDLE"),
    "misspell_port": (".a(d)", ".a_in(d)"),
    "drop_connection": (".b(y)", ".b()"),
    "miss_helper": ("assign y = q ^ held;", "y_logic u_y (.result(y), .value(q ^ held));"),
    "reverse_helper": ("assign y = q ^ held;", "y_stage u_y (y, q ^ held);"),
}


def _faults(operator: str) -> list[Mutation]:
    return [fault for fault in seed(SOURCE) if fault.operator == operator]


def test_the_types_are_twenty_in_four_categories_and_every_one_has_an_operator() -> None:
    assert [len(names) for names in FAULT_TYPES.values()] == [5, 5, 5, 5]
    assert len(KINDS) == 20
    named = {normalised_type(name) for names in FAULT_TYPES.values() for name in names}
    assert {normalised_type(kind) for kind in KINDS} == named
    assert {operator.kind for operator in SEEDING.operators} >= KINDS


@pytest.mark.parametrize("operator", EDITS)
def test_an_operator_makes_the_mistake_it_is_named_after(operator: str) -> None:
    right, wrong = EDITS[operator]
    assert SOURCE.count(right) == 1
    assert wrong not in SOURCE
    assert any(wrong in fault.source and right not in fault.source for fault in _faults(operator))


def test_two_processes_write_one_register_where_the_reset_is_split_off() -> None:
    (fault,) = [fault for fault in _faults("split_reset") if "IDLE;\n        end" in fault.source]
    assert fault.kind == "race_condition"
    assert fault.source.count("always @(posedge clk)") == SOURCE.count("always @(posedge clk)") + 1
    assert "\n    always @(posedge clk)\n        if (rst) begin" in fault.source


def test_a_register_that_another_process_reads_makes_a_blocking_assignment_a_race() -> None:
    kinds = {fault.source.splitlines()[fault.line - 1].strip(): fault.kind for fault in _faults("swap_assignment")}
    assert kinds["q = d;"] == "race_condition"
    assert kinds["state = END;"] == "blocking_nonblocking_misuse"


def test_a_latch_is_one_only_where_a_signal_is_left_without_a_value() -> None:
    process = "  always @(*) begin\n    {}if (a) y = b; else y = 1;\n  end\n"
    body = f"module m(input a, input b, output reg y);\n{process}endmodule\n"
    for before, kind in (("", "latch_inference"), ("y = 0; ", "algorithm_error")):
        found = [fault for fault in seed(body.replace("{}", before)) if fault.operator == "drop_else"]
        assert [fault.kind for fault in found] == [kind]


def test_an_arm_is_of_a_state_machine_only_where_the_case_looks_at_a_register() -> None:
    assert {fault.kind for fault in _faults("drop_case_item")} == {"state_machine_error"}
    plain = SOURCE.replace("case (state)", "case (d)")
    assert {fault.kind for fault in seed(plain) if fault.operator == "drop_case_item"} == {"algorithm_error"}


def test_a_wrong_condition_of_the_reset_is_a_fault_of_the_reset() -> None:
    kinds = {fault.line: fault.kind for fault in _faults("negate_condition")}
    assert kinds[10] == "reset_logic_error"
    assert kinds[14] == "condition_error"


TABLES: Mapping[str, FaultTable] = {table.family: table for table in packaged_tables("verilog")}


@cache
def one_of_every_kind() -> Mapping[str, tuple[Task, Mutation]]:
    """A task and a confirmed fault of each kind, sought in a task of every family in turn until all are found."""
    chosen, source = dict[str, tuple[Task, Mutation]](), FamilySource(",".join(TABLES))
    entries = zip_longest(*(table.entries.items() for table in TABLES.values()))
    for task_id, entry in filter(None, chain.from_iterable(entries)):
        task = source[task_id]
        known = faults_of(DOMAIN, task.solution[0].text)
        for key in entry.faults:
            chosen.setdefault(known[key].kind, (task, known[key]))
        if set(chosen) == KINDS:
            break
    return chosen


def test_every_type_occurs_in_the_tables() -> None:
    assert set(one_of_every_kind()) == KINDS


def test_every_level_has_families_with_tables() -> None:
    assert {family_named(name).level for name in TABLES} == {family_named(name).level for name in family_names()}


@pytest.mark.parametrize("family", sorted(TABLES))
def test_the_table_of_a_family_is_of_its_present_content(family: str) -> None:
    remedy = f"run `ecot confirm verilog --families {family}`"
    assert TABLES[family].revision == REVISION, remedy
    assert TABLES[family].digest == FamilySource(family).families()[family], remedy


@pytest.mark.needs("iverilog", "yosys", "pyslang")
def test_a_fault_of_every_type_breaks_its_design_under_a_seed_that_its_confirmation_never_used(judged: Judged) -> None:
    harmless = [
        kind for kind, (task, fault) in one_of_every_kind().items() if not breaks(judged(task, fault.source, seed=991))
    ]
    assert harmless == []


@pytest.mark.needs("iverilog", "yosys", "pyslang")
def test_the_tools_confirm_what_a_table_says() -> None:
    table = TABLES["edge_detector"]
    task_id = next(iter(table.entries))
    backend = RealBackend(workers=1)
    try:
        assert confirm(DOMAIN, FamilySource("edge_detector")[task_id], backend).faults == table.entries[task_id]
    finally:
        backend.close()
