"""The Verilog module around a design on cocotb: a clock, one vector for all inputs, one for all outputs.

One vector each, so that a cycle costs the testbench one write and one read. A cycle is ten nanoseconds, as the other
driver has it: the clock falls at 0, inputs change at 1, outputs are read at 4, the clock rises at 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from ecot.envs.types import Audience, File
from ecot.envs.verilog.driver import MODULE, clock_of, inputs_of, outputs_of
from ecot.envs.verilog.family import Port

HARNESS = "driver.v"
PLAYED = ("play.py", "players.py")
"""The files of this package that the simulator reads."""
MOST_CYCLES = 4000
"""The simulation ends by itself after as many."""


def bench_files(top: str, ports: Sequence[Port]) -> tuple[File, ...]:
    """Return what stands beside a candidate in the simulator, but for the plan."""
    folder = files("ecot.envs.verilog.bench")
    own = [File(name, folder.joinpath(name).read_text(encoding="utf-8"), Audience.JUDGE) for name in PLAYED]
    return (File(HARNESS, harness_text(top, ports), Audience.JUDGE), *own)


def harness_text(top: str, ports: Sequence[Port]) -> str:
    """Return the source of the module around a module `top` with these ports."""
    inputs, outputs = inputs_of(ports), outputs_of(ports)
    connections = [f".{clock_of(ports)}(ecot_clock)"]
    connections += [f".{port.name}(ecot_pin_{port.name})" for port in (*inputs, *outputs)]
    return "\n".join(
        [
            "`timescale 1ns/1ps",
            f"module {MODULE};",
            f"  reg [{_total(inputs) - 1}:0] ecot_next, ecot_inputs;",
            # A register, as Icarus leaves out a net that nothing drives.
            f"  reg [{_total(outputs) - 1}:0] ecot_outputs;",
            "  reg ecot_clock, ecot_moment;",
            *(f"  wire [{port.width - 1}:0] ecot_pin_{port.name};" for port in (*inputs, *outputs)),
            f"  assign {{{_pins(inputs)}}} = ecot_inputs;",
            "",
            f"  {top} dut ({', '.join(connections)});",
            "",
            "  initial begin",
            "    ecot_clock = 1'b0;",
            "    ecot_moment = 1'b0;",
            f"    repeat ({MOST_CYCLES}) begin",
            "      #1 ecot_inputs = ecot_next;",
            f"      #3 ecot_outputs = {{{_pins(outputs)}}};",
            "      ecot_moment = 1'b1;",
            "      #1 ecot_clock = 1'b1;",
            "      #5 ecot_clock = 1'b0;",
            "      ecot_moment = 1'b0;",
            "    end",
            "    $finish(0);",
            "  end",
            "endmodule",
            "",
        ]
    )


def _total(ports: Sequence[Port]) -> int:
    return sum(port.width for port in ports)


def _pins(ports: Sequence[Port]) -> str:
    return ", ".join(f"ecot_pin_{port.name}" for port in ports)
