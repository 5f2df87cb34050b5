"""The stages on the real tools: honest styles pass, faults carry the label that they deserve."""
# ruff: noqa: E501  (one design a line reads best)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ecot.envs.errors import TaskError
from ecot.envs.types import EnvironmentBundle, Label, Outcome, Task
from ecot.envs.verilog import DOMAIN

pytestmark = pytest.mark.needs("iverilog", "yosys", "pyslang")
Judged = Callable[..., Outcome]
CounterTask = Callable[..., Task]

HEADER = "module counter (input wire clk, input wire rst, input wire en, output wire [3:0] q, output wire tc);"
REGISTERED = "module counter (input clk, input rst, input en, output reg [3:0] q, output tc);"
CARRY = "assign tc = en && q == 4'd9;"

HONEST = {
    "register_behind_wire": f"""{HEADER}
        reg [3:0] state;
        always @(posedge clk) if (rst) state <= 0; else if (en) state <= (state == 9) ? 4'd0 : state + 1'b1;
        assign q = state; {CARRY} endmodule""",
    "output_register": f"""{REGISTERED}
        always @(posedge clk) begin if (rst) q <= 4'd0; else if (en) begin if (q == 4'd9) q <= 4'd0; else q <= q + 1; end end
        {CARRY} endmodule""",
    "system_verilog": """module counter (input logic clk, rst, en, output logic [3:0] q, output logic tc);
        always_ff @(posedge clk) begin if (rst) q <= '0; else if (en) q <= tc ? '0 : q + 4'd1; end
        always_comb tc = en & (q == 4'd9); endmodule""",
    "two_processes": f"""{REGISTERED}
        reg [3:0] next;
        always @(*) begin next = q; if (en) next = (q == 9) ? 0 : q + 1; end
        always @(posedge clk) if (rst) q <= 0; else q <= next;
        {CARRY} endmodule""",
    "old_style_ports": f"""module counter (clk, rst, en, q, tc);
        input clk, rst, en; output [3:0] q; output tc; reg [3:0] q; wire tc;
        always @(posedge clk) if (rst) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
        {CARRY} endmodule""",
    "parameters": """module counter #(parameter WIDTH = 4, parameter LAST = 9)
        (input clk, input rst, input en, output reg [WIDTH-1:0] q, output tc);
        localparam [WIDTH-1:0] ZERO = {WIDTH{1'b0}};
        always @(posedge clk) if (rst) q <= ZERO; else if (en) q <= tc ? ZERO : q + {{(WIDTH-1){1'b0}}, 1'b1};
        assign tc = en & (q == LAST); endmodule""",
    "function": f"""{REGISTERED}
        function [3:0] after(input [3:0] value); begin after = (value == 4'd9) ? 4'd0 : value + 4'd1; end endfunction
        always @(posedge clk) if (rst) q <= 4'd0; else if (en) q <= after(q);
        {CARRY} endmodule""",
    "state_machine": f"""{REGISTERED}
        always @(posedge clk)
            if (rst) q <= 0;
            else if (en) case (q)
                4'd0: q <= 4'd1; 4'd1: q <= 4'd2; 4'd2: q <= 4'd3; 4'd3: q <= 4'd4; 4'd4: q <= 4'd5;
                4'd5: q <= 4'd6; 4'd6: q <= 4'd7; 4'd7: q <= 4'd8; 4'd8: q <= 4'd9; default: q <= 4'd0;
            endcase
        {CARRY} endmodule""",
    "generated_bits": f"""{HEADER}
        wire [3:0] carry, next; reg [3:0] state;
        assign carry[0] = 1'b1; assign carry[3:1] = carry[2:0] & state[2:0];
        genvar i;
        generate for (i = 0; i < 4; i = i + 1) begin : each
            assign next[i] = state[i] ^ carry[i];
            always @(posedge clk) if (rst) state[i] <= 1'b0; else if (en) state[i] <= (state == 9) ? 1'b0 : next[i];
        end endgenerate
        assign q = state; {CARRY} endmodule""",
    "submodule": f"""{HEADER}
        wire last; compare #(.VALUE(9)) finder (.value(q), .hit(last));
        store keeper (.clk(clk), .clear(rst | (en & last)), .step(en), .value(q));
        assign tc = en & last; endmodule
        module compare #(parameter VALUE = 0) (input [3:0] value, output hit); assign hit = value == VALUE; endmodule
        module store (input clk, input clear, input step, output reg [3:0] value);
        always @(posedge clk) if (clear) value <= 0; else if (step) value <= value + 1; endmodule""",
    "start_value": f"""{REGISTERED}
        initial q = 4'd0;
        always @(posedge clk) if (rst) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
        {CARRY} endmodule""",
    "look_up_table": f"""{HEADER}
        reg [3:0] table_of [0:15]; reg [3:0] state; integer i;
        initial for (i = 0; i < 16; i = i + 1) table_of[i] = (i >= 9) ? 0 : i + 1;
        always @(posedge clk) if (rst) state <= 0; else if (en) state <= table_of[state];
        assign q = state; {CARRY} endmodule""",
    "enumeration": """module counter (input logic clk, input logic rst, input logic en, output logic [3:0] q, output tc);
        typedef enum logic [3:0] {ZERO = 0, NINE = 9} mark;
        always_ff @(posedge clk) if (rst) q <= ZERO; else if (en) q <= (q == NINE) ? ZERO : q + 1;
        assign tc = en & (q == NINE); endmodule""",
    "unit_delays": f"""{REGISTERED}
        always @(posedge clk) if (rst) q <= #1 0; else if (en) q <= #1 (q == 9 ? 0 : q + 1);
        {CARRY} endmodule""",
    "include_guard": f"""`ifndef COUNTER_V
        `define COUNTER_V
        `default_nettype none
        {REGISTERED.replace("input clk", "input wire clk").replace("input rst", "input wire rst")
         .replace("input en", "input wire en").replace("output tc", "output wire tc")}
        `define LAST 4'd9
        always @(posedge clk) if (rst) q <= 0; else if (en) q <= q == `LAST ? 0 : q + 1;
        {CARRY} endmodule
        `endif""",
}  # fmt: skip


@pytest.mark.parametrize("style", HONEST)
def test_an_honest_style_passes(style: str, judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), HONEST[style])
    assert outcome.passed, outcome.diagnostics
    assert [stage.name for stage in outcome.stages] == list(DOMAIN.stages)
    assert outcome.metrics["synthesise.flip_flops"] >= 4
    assert outcome.metrics["synthesise.longest_path_gates"] > 0
    assert DOMAIN.score(outcome) == 1.0


BODY = "always @(posedge clk) if (rst) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;"
FAULTS: dict[str, tuple[str, str, Label, str]] = {
    "missing_semicolon": (f"{REGISTERED} {BODY[:-1]} {CARRY} endmodule", "compile", Label.COMPILATION_ERROR, "syntax_error"),
    "undeclared": (
        f"{REGISTERED} always @(posedge clk) q <= nothing; {CARRY} endmodule",
        "compile", Label.COMPILATION_ERROR, "undeclared_identifier",
    ),
    "unknown_module": (f"{REGISTERED} {BODY} {CARRY} helper h (q); endmodule", "compile", Label.COMPILATION_ERROR, "unknown_module"),
    "assigned_wire": (f"{HEADER} {BODY} {CARRY} endmodule", "compile", Label.COMPILATION_ERROR, "invalid_lvalue"),
    "missing_port": (
        f"module counter (input clk, input rst, output reg [3:0] q, output tc); wire en = 1; {BODY} {CARRY} endmodule",
        "compile", Label.COMPILATION_ERROR, "missing_port",
    ),
    "wide_port": (
        f"module counter (input clk, input rst, input en, output reg [4:0] q, output tc); {BODY} {CARRY} endmodule",
        "compile", Label.COMPILATION_ERROR, "port_width",
    ),
    "extra_port": (
        f"module counter (input clk, input rst, input en, input clear, output reg [3:0] q, output tc); {BODY} {CARRY} endmodule",
        "compile", Label.COMPILATION_ERROR, "extra_port",
    ),
    "turned_port": (
        "module counter (input clk, input rst, input en, input [3:0] q, output tc); assign tc = 0; endmodule",
        "compile", Label.COMPILATION_ERROR, "port_direction",
    ),
    "wrong_name": (f"{REGISTERED.replace('counter', 'count')} {BODY} {CARRY} endmodule", "compile", Label.COMPILATION_ERROR, "missing_top"),
    "no_module": ("// nothing yet", "compile", Label.COMPILATION_ERROR, "missing_top"),
    "display": (f'{REGISTERED} {BODY} {CARRY} initial $display("q"); endmodule', "rules", Label.REJECTED, "system_task"),
    "off_by_one": (f"{REGISTERED} {BODY.replace('== 9', '== 10')} {CARRY} endmodule", "simulate", Label.MISMATCH, "wrong_value"),
    "no_reset": (f"{REGISTERED} always @(posedge clk) if (en) q <= q + 1; {CARRY} endmodule", "simulate", Label.MISMATCH, "unknown_value"),
    "spinning": (f"{REGISTERED} {BODY} {CARRY} reg s; initial s = 0; always @(s) s <= ~s; endmodule", "simulate", Label.TIMEOUT, "cpu_limit"),
    "latch": (
        f"{REGISTERED} {BODY} {CARRY} reg kept; always @(*) if (en) kept = q[0]; endmodule",
        "synthesise", Label.SYNTHESIS_ERROR, "latch",
    ),
    "two_drivers": (
        f"{REGISTERED} {BODY} {CARRY} wire twice; assign twice = q[0]; assign twice = en; endmodule",
        "synthesise", Label.SYNTHESIS_ERROR, "multiple_drivers",
    ),
    "loop": (
        f"{REGISTERED} {BODY} wire last = en && q == 9; wire fed; assign fed = last | (fed & last); assign tc = fed; endmodule",
        "synthesise", Label.SYNTHESIS_ERROR, "combinational_loop",
    ),
    "both_edges": (
        f"{REGISTERED} {BODY} {CARRY} reg t; always @(posedge clk or negedge clk) t <= en; endmodule",
        "synthesise", Label.SYNTHESIS_ERROR, "mixed_edges",
    ),
    "wait_statement": (
        f"{REGISTERED} {BODY} {CARRY} reg t; initial begin t = 0; wait (en); t = 1; end endmodule",
        "synthesise", Label.SYNTHESIS_ERROR, "unsynthesizable",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_carries_its_label_stage_and_class(name: str, judged: Judged, counter_task: CounterTask) -> None:
    source, stage, label, code = FAULTS[name]
    outcome = judged(counter_task(), source)
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.label) == (stage, label), outcome.diagnostics
    assert code in {item.code for item in outcome.diagnostics}
    assert DOMAIN.score(outcome) == (0.0 if label in (Label.COMPILATION_ERROR, Label.REJECTED) else 0.1)


FORGERIES = {
    "events_that_synthesis_ignores": f"""{REGISTERED}
        initial forever @(posedge clk) if (rst) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
        {CARRY} endmodule""",
    "list_without_the_count": """module counter (input clk, input rst, input en, output reg [3:0] q, output reg tc);
        reg [3:0] shadow;
        always @(posedge clk) if (rst) q <= 0; else if (en) q <= shadow == 9 ? 0 : shadow + 1;
        always @(negedge clk) shadow = q;
        always @(en or q) tc = en && q == 9;
        always @(posedge clk) if (rst === 1'bx) q <= 4'd3; endmodule""",
    "unknown_as_reset": """module counter (input clk, input rst, input en, output reg [3:0] q, output tc);
        reg seen;
        always @(posedge clk) begin
            if (seen === 1'bx) begin seen <= 1'b1; q <= 4'd0; end
            else if (rst) q <= 0; else if (en) q <= q == 9 ? 0 : q + 1;
        end
        assign tc = (seen === 1'bx) ? 1'b0 : en && q == 9; endmodule""",
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_what_only_the_simulator_understands_earns_the_floor(
    name: str, judged: Judged, counter_task: CounterTask
) -> None:
    outcome = judged(counter_task(), FORGERIES[name])
    assert not outcome.passed
    assert outcome.failure is not None
    assert outcome.failure.name in ("synthesise", "netlist"), outcome.diagnostics
    assert DOMAIN.score(outcome) <= DOMAIN.floor


def test_feedback_names_signal_time_inputs_and_values(judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), FAULTS["off_by_one"][0])
    first = outcome.diagnostics[0]
    assert first.symbol == "q"
    assert "expected 4'b0000 (0), got 4'b1010 (10)" in first.message
    assert " ns (cycle " in first.message
    assert "rst=0, en=1" in first.message


def test_the_same_question_has_the_same_answer(judged: Judged, counter_task: CounterTask) -> None:
    source = FAULTS["off_by_one"][0]
    assert judged(counter_task(), source).canonical() == judged(counter_task(), source).canonical()


def test_another_hidden_seed_is_another_stimulus(judged: Judged, counter_task: CounterTask) -> None:
    source = f"{REGISTERED} always @(posedge clk) if (rst) q <= 0; else q <= q == 9 ? 0 : q + 1; {CARRY} endmodule"
    wrong = {judged(counter_task(), source, seed=seed).metrics["simulate.wrong_samples"] for seed in range(4)}
    assert len(wrong) > 1


def test_stages_that_were_left_out_leave_a_pass_unverified(judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), HONEST["output_register"], stages=("simulate",))
    assert outcome.label is Label.UNVERIFIED
    assert [stage.name for stage in outcome.stages] == ["simulate"]
    assert not outcome.passed


@pytest.mark.parametrize(
    "text", ["", "\x00", "\ud800", "é" * 100, "(" * 20_000, "`", "\\", '"', "/*", "module counter"]
)
def test_odd_text_is_the_candidates_fault(text: str, judged: Judged, counter_task: CounterTask) -> None:
    outcome = judged(counter_task(), text)
    assert outcome.label in (Label.COMPILATION_ERROR, Label.REJECTED, Label.RESOURCE_LIMIT)


def test_a_bundle_that_is_not_ours_is_our_fault(judged: Judged, counter_task: CounterTask) -> None:
    task = replace(counter_task(), bundle=EnvironmentBundle(entry="a.v"))
    with pytest.raises(TaskError, match="build it with FamilySource"):
        judged(task, "module a; endmodule")
