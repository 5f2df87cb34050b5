"""The static rules: what they refuse, and what they let through."""
# ruff: noqa: E501  (one design a line reads best)

from __future__ import annotations

from typing import Any

import pytest

rules = pytest.importorskip("ecot.envs.verilog.rules")
MODULE = "module m (input a, output b); assign b = a; endmodule"


def violations(source: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rules.check({"source": source, "reserved": ["ecot_driver"]})["violations"]
    return found


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        (f"{MODULE}\nmodule n; initial $display(1); endmodule", "system_task", 2),
        ("module m; initial\n\n$finish; endmodule", "system_task", 3),
        ("`define X $finish\nmodule m; endmodule", "system_task", 1),
        ("`define J(a,b) a``b\nmodule m; initial `J($fin,ish); endmodule", "system_task", 2),
        ("`ifdef NEVER\nmodule m; initial $stop; endmodule\n`endif", "system_task", 2),
        ("module m; wire x = tb.q; endmodule", "hierarchical_name", 1),
        ("module m; wire x = m.y; wire y; endmodule", "hierarchical_name", 1),
        ("module m; initial ecot_driver.x = 1; endmodule", "reserved_name", 1),
        ("module \\ecot_driver ; endmodule", "reserved_name", 1),
        ("module m; wire \\a.b ; endmodule", "escaped_name", 1),
        ('`include "x"\n' + MODULE, "directive", 1),
        ("`celldefine\n" + MODULE, "directive", 1),
        ("`unconnected_drive pull1\n" + MODULE, "directive", 1),
        ("`ifdef SYNTHESIS\n`endif\n" + MODULE, "tool_conditional", 1),
        ("`ifndef __ICARUS__\n`endif\n" + MODULE, "tool_conditional", 1),
        ("`ifdef A\n`elsif YOSYS\n`endif\n" + MODULE, "tool_conditional", 2),
        ("// synopsys translate_off\n" + MODULE, "synthesis_pragma", 1),
        ("/* synthesis\n full_case */\n" + MODULE, "synthesis_pragma", 1),
        ("(* blackbox *) " + MODULE, "attribute", 1),
        ("module m(input [1:0] a, output reg b); always @* (* full_case *) case (a) 0: b = 1; endcase endmodule", "attribute", 1),
        ("module m; initial force x = 1; wire x; endmodule", "force", 1),
        ("module m; endmodule\nbind n m b();", "bind", 2),
        ("module m; endmodule\nprogram p; endprogram", "program_block", 2),
        ('module m; import "DPI-C" function int f(); endmodule', "dpi", 1),
        ("module m; defparam u.W = 2; endmodule", "defparam", 1),
        ("module m(input a, output b); specify (a => b) = 1; endspecify endmodule", "specify_block", 1),
        (f"{MODULE}\n{MODULE}", "duplicate_module", 0),
        ("\n".join(f"module m{i}; endmodule" for i in range(65)), "too_many_modules", 0),
        (MODULE + " " * 70_000, "too_long", 0),
    ],
)  # fmt: skip
def test_it_is_refused_with_its_line(source: str, code: str, line: int) -> None:
    found = violations(source)
    assert (code, line) in {(item["code"], item["line"]) for item in found}, found
    assert all(item["message"] for item in found)


@pytest.mark.parametrize(
    "source",
    [
        MODULE,
        "",
        "// $finish, `include and tb.q in a comment\n" + MODULE,
        "/* `ifdef SYNTHESIS */ " + MODULE,
        'module m; localparam [63:0] TEXT = "$finish `include"; endmodule',
        "module m #(parameter W = $clog2(9)) (input signed [W-1:0] a, output [W:0] b); assign b = $signed(a); endmodule",
        "`timescale 1ns/1ps\n`default_nettype none\n" + MODULE + "\n`default_nettype wire",
        "`ifndef M_V\n`define M_V\n" + MODULE + "\n`endif",
        "`define WIDTH 4\nmodule m(input [`WIDTH-1:0] a); endmodule",
        "module m(input clk); (* keep *) reg a; (* ram_style = \"block\" *) reg [7:0] s [0:3]; endmodule",
        "module m; genvar i; generate for (i = 0; i < 2; i = i + 1) begin : g wire x; end endgenerate wire y = g[0].x; endmodule",
        "module m; typedef struct packed {logic a; logic b;} pair; pair p; wire y = p.a; endmodule",
        "module m(input a); sub s(.x(a)); endmodule module sub(input x); endmodule",
        "// 计数器 café\n" + MODULE,
        "module m(input a, output reg b); always @* begin : named integer i; b = a; end endmodule",
    ],
)  # fmt: skip
def test_it_is_let_through(source: str) -> None:
    assert violations(source) == []


def test_ports_are_told_with_their_widths() -> None:
    source = "module m #(parameter W = 4) (input clk, input [W-1:0] d, output reg [2*W-1:0] q); endmodule"
    found = rules.check({"source": source, "reserved": []})["modules"]
    assert found == {"m": [["clk", "input", 1], ["d", "input", 4], ["q", "output", 8]]}


def test_syntax_errors_come_with_a_place() -> None:
    found = rules.check({"source": "module m;\nassign a = b\nendmodule", "reserved": []})["errors"]
    assert found[0][:2] == [2, 13]
    assert "';'" in found[0][2]
