"""The faults of Verilog: every operator makes the mistake that it is named after."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ecot.envs.domain import Mutation
from ecot.envs.proof import SYNTAX_KINDS
from ecot.envs.types import digest
from ecot.envs.verilog.faults.literals import fixed_bit_flipped, neighbours
from ecot.envs.verilog.faults.mutations import LANGUAGE, mutate

SOURCE = """\
module dut (
    input wire clk, input wire rst_n, input wire en, input wire [3:0] d, input wire [3:0] e,
    output reg [3:0] q, output reg [1:0] z, output wire y
);
    localparam [1:0] IDLE = 2'd0, RUN = 2'd1;
    reg [3:0] bank [0:3];
    wire [3:0] next_value = q + 4'd1;
    wire signed [3:0] low = $signed(d) >>> 1;
    assign y = (q == 4'hF) && !d[0] ? ^d[2:1] : ~|{d, e};
    always @(posedge clk or negedge rst_n)
        if (!rst_n) q <= 4'd0;
        else if (en) q <= next_value - ~e;
        else begin
            q <= d;
            bank[d[1:0]] <= e;
        end
    always @(*) begin
        z = 2'b0;
        case (q)
            4'd0, 4'd1: z = IDLE;
            4'd7: z = RUN;
            default: z = {en, low[3]};
        endcase
        if (d < e) z = bank[1];
    end
    sub u (.a(d), .b(e));
endmodule
module sub (input wire [3:0] a, input wire [3:0] b); endmodule
"""

EXPECTED = {
    "swap_arithmetic": ("q + 4'd1", "q - 4'd1"),
    "swap_bitwise": None,
    "swap_reduction": ("^d[2:1]", "~^d[2:1]"),
    "swap_relational": ("d < e", "d <= e"),
    "swap_logical": ("&&", "||"),
    "drop_inversion": ("- ~e", "- e"),
    "drop_negation": ("if (!rst_n)", "if (rst_n)"),
    "drop_sign": None,
    "off_by_one": ("4'hF", "4'h0"),
    "negate_condition": ("if (en)", "if (!(en))"),
    "swap_choices": ("^d[2:1] : ~|{d, e}", "~|{d, e} : ^d[2:1]"),
    "drop_else": ("        else if (en) q <= next_value - ~e;\n        else begin", "        else begin"),
    "drop_case_item": ("            4'd7: z = RUN;\n", ""),
    "drop_default": ("            default: z = {en, low[3]};\n", ""),
    "swap_case_bodies": ("1: z = IDLE;\n            4'd7: z = RUN;", "1: z = RUN;\n            4'd7: z = IDLE;"),
    "drop_assignment": ("            q <= d;\n", ""),
    "drop_reset": ("if (!rst_n) q <= 4'd0;\n        else if (en)", "if (en)"),
    "drop_asynchronous_reset": (" or negedge rst_n", ""),
    "swap_edge": ("posedge clk", "negedge clk"),
    "drop_sensitivity": None,
    "swap_assignment": ("q <= d;", "q = d;"),
    "narrow_vector": ("reg [3:0] bank", "reg [2:0] bank"),
    "widen_vector": ("wire [3:0] next_value", "wire [4:0] next_value"),
    "wrong_index": ("d[2:1]", "d[3:2]"),
    "drop_signedness": ("$signed(d)", "$unsigned(d)"),
    "swap_ports": (".a(d), .b(e)", ".a(e), .b(d)"),
    "swap_identifier": ("bank[d[1:0]] <= e", "bank[d[1:0]] <= q"),
    "stick_condition": ("if (en)", "if (1'b1)"),
    "stick_value": ("q <= d;", "q <= 0;"),
    "swap_operands": ("next_value - ~e", "~e - next_value"),
    "forget_semicolon": None,
    "forget_end": ("        endcase\n", ""),
    "forget_bracket": None,
    "foreign_keyword": None,
    "invalid_digit": ("IDLE = 2'd0", "IDLE = 2'dA"),
    "misspell_identifier": None,
    "misspell_module": ("sub u", "sub_core u"),
    "declare_as_net": ("output reg [3:0] q", "output wire [3:0] q"),
}


def _by_operator(source: str) -> dict[str, list[Mutation]]:
    found: dict[str, list[Mutation]] = {}
    for mutant in mutate(source):
        found.setdefault(mutant.operator, []).append(mutant)
    return found


def test_every_operator_of_the_table_is_pinned_here() -> None:
    assert [operator.name for operator in LANGUAGE.operators] == list(EXPECTED)


@pytest.mark.parametrize(("operator", "edit"), [(name, edit) for name, edit in EXPECTED.items() if edit])
def test_an_operator_makes_the_mistake_it_is_named_after(operator: str, edit: tuple[str, str]) -> None:
    right, wrong = edit
    assert SOURCE.count(right) == 1
    assert SOURCE.replace(right, wrong) in [mutant.source for mutant in _by_operator(SOURCE)[operator]]


@pytest.mark.parametrize(
    ("operator", "right", "wrong"),
    [
        ("swap_bitwise", "a & b", "a | b"),
        ("drop_sign", "-a", "a"),
        ("swap_operands", "a << b", "b << a"),
        ("swap_operands", "{a, b}", "{b, a}"),
        ("off_by_one", "a == 4'b10?? ", "a == 4'b11?? "),
    ],
)
def test_an_expression_goes_wrong_as_said(operator: str, right: str, wrong: str) -> None:
    frame = "module m(input [3:0] a, input [3:0] b, output [3:0] y);\n  assign y = {};\nendmodule\n"
    found = _by_operator(frame.replace("{}", right))
    assert [item.source.split() for item in found[operator]].count(frame.replace("{}", wrong).split()) == 1


def test_a_sensitivity_list_loses_one_of_the_signals_that_the_process_reads() -> None:
    body = "module m(input a, input b, output reg y);\n  always {} y = a ^ b;\nendmodule\n"
    for written in ("@*", "@(*)"):
        found = _by_operator(body.replace("{}", written))["drop_sensitivity"]
        assert [mutant.source for mutant in found] == [body.replace("{}", "@(b)"), body.replace("{}", "@(a)")]
    listed = {mutant.source for mutant in _by_operator(body.replace("{}", "@(a or b)"))["drop_sensitivity"]}
    assert listed == {body.replace("{}", "@(a)"), body.replace("{}", "@(b)")}


def test_the_class_of_a_wrong_value_follows_from_its_place() -> None:
    kinds = {
        next(line for line in mutant.source.splitlines() if line not in SOURCE.splitlines()).strip(): mutant.kind
        for mutant in _by_operator(SOURCE)["off_by_one"]
    }
    assert kinds["if (!rst_n) q <= 4'd1;"] == "reset_logic_error"
    assert kinds["4'd8: z = RUN;"] == "state_machine_error"
    assert kinds["wire [3:0] next_value = q + 4'd2;"] == "algorithm_error"


def test_widths_of_ports_do_not_grow_and_a_scalar_does_not_shrink() -> None:
    found = _by_operator("module m(input [0:0] a, input [3:0] b); wire [0:0] c; endmodule\n")
    assert [mutant.source.split("b);")[1] for mutant in found["widen_vector"]] == [" wire [1:0] c; endmodule\n"]
    assert len(found["narrow_vector"]) == 1


def test_a_clock_is_never_read_in_place_of_a_signal() -> None:
    assert not any(
        "clk" in mutant.source.split("negedge rst_n)")[1] for mutant in _by_operator(SOURCE)["swap_identifier"]
    )


def test_four_operators_are_kept_back() -> None:
    kept = {mutant.operator for mutant in mutate(SOURCE) if mutant.kept}
    assert kept == {"swap_identifier", "stick_condition", "stick_value", "swap_operands"}


def test_mutants_come_in_the_order_of_the_table_and_of_the_text() -> None:
    order = [operator.name for operator in LANGUAGE.operators]
    positions = [order.index(mutant.operator) for mutant in mutate(SOURCE)]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("literal", "beside"),
    [
        ("4'd15", ("4'd0", "4'd14")),
        ("8'h0F", ("8'h10", "8'h0E")),
        ("4'b0111", ("4'b1000", "4'b0110")),
        ("1'b0", ("1'b1",)),
        ("7", ("8", "6")),
        ("'d3", ("'d4", "'d2")),
        ("8'sd5", ("8'sd6", "8'sd4")),
        ("4'bx", ()),
        ("1.5", ()),
    ],
)
def test_a_literal_has_neighbours_of_its_own_width_and_base(literal: str, beside: tuple[str, ...]) -> None:
    assert neighbours(literal) == beside


def test_only_a_pattern_has_a_bit_flipped() -> None:
    assert fixed_bit_flipped("4'b0?1?") == ("4'b0?0?",)
    assert fixed_bit_flipped("4'b????") == ()
    assert fixed_bit_flipped("4'b0011") == ()


@pytest.mark.needs("iverilog")
def test_syntax_faults_do_not_compile_and_most_other_faults_do(tmp_path: Path) -> None:
    behaviour = []
    for index, mutant in enumerate(mutate(SOURCE)):
        file = tmp_path / f"{index}.v"
        file.write_text(mutant.source)
        done = subprocess.run(
            ["iverilog", "-g2012", "-t", "null", "-s", "dut", str(file)], capture_output=True, timeout=60, check=False
        )
        if mutant.kind in SYNTAX_KINDS:
            assert done.returncode != 0, mutant
        else:
            behaviour.append(done.returncode == 0)
    assert sum(behaviour) / len(behaviour) > 0.95


def test_the_mutants_of_a_source_are_pinned() -> None:
    listed = [[item.operator, item.kind, item.line, item.source, item.kept] for item in mutate(SOURCE)]
    message = "the mutants changed: confirm the faults of repair tasks anew (`ecot confirm`), and pin anew"
    assert digest(listed) == "69a3fbfe07dc0dd0f2dddd2adf842cd7", message
