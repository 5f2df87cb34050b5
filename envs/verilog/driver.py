"""The generic driver: one Verilog module that plays vectors into any design and writes down what its outputs do.

It holds no expected value and no verdict: whoever shares the simulator with it can learn only the inputs, and its
trace is judged elsewhere. A cycle is ten nanoseconds:

    0  the clock falls      1  inputs change      4  outputs are sampled
    5  the clock rises      9  outputs are sampled again

A design without a clock is sampled once a cycle, at 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecot.envs.verilog.family import Inputs, Port, Role

MODULE = "ecot_driver"
"""Name of the driver's module; a candidate may not use it."""
VECTORS = "vectors.txt"
"""What the driver reads: a line of bits per cycle, the inputs but the clock in port order, the first at the left."""
TRACE = "trace.txt"
"""What the driver writes: a line per sample, all outputs in port order, the first at the left."""
CYCLE_NS = 10
BEFORE_EDGE_NS = 4
AFTER_EDGE_NS = 9


def clock_of(ports: Sequence[Port]) -> str:
    """Return the name of the clock, empty for a combinational module."""
    return next((port.name for port in ports if port.role is Role.CLOCK), "")


def inputs_of(ports: Sequence[Port]) -> tuple[Port, ...]:
    """Return the inputs that a stimulus gives values to."""
    return tuple(port for port in ports if port.direction == "input" and port.role is not Role.CLOCK)


def outputs_of(ports: Sequence[Port]) -> tuple[Port, ...]:
    """Return the outputs."""
    return tuple(port for port in ports if port.direction == "output")


def driver_text(top: str, ports: Sequence[Port]) -> str:
    """Return the source of the driver for a module `top` with these ports."""
    inputs, outputs, clock = inputs_of(ports), outputs_of(ports), clock_of(ports)
    connections = [f".{clock}(ecot_clock)"] if clock else []
    connections += [f".{name}(ecot_inputs[{bits}])" for name, bits in slices(inputs)]
    connections += [f".{name}(ecot_outputs[{bits}])" for name, bits in slices(outputs)]
    rise = ["#1 ecot_clock = 1'b1;", '#4 $fdisplay(ecot_trace, "%b", ecot_outputs);', "#1 ecot_clock = 1'b0;"]
    lines = [
        "`timescale 1ns/1ps",
        f"module {MODULE};",
        f"  reg [{_total(inputs) - 1}:0] ecot_inputs;",
        f"  wire [{_total(outputs) - 1}:0] ecot_outputs;",
        "  reg ecot_clock;",
        "  integer ecot_vectors, ecot_trace, ecot_read;",
        f"  reg [{_total(inputs) - 1}:0] ecot_next;",
        "",
        f"  {top} dut ({', '.join(connections)});",
        "",
        "  initial begin",
        "    ecot_clock = 1'b0;",
        f'    ecot_vectors = $fopen("{VECTORS}", "r");',
        f'    ecot_trace = $fopen("{TRACE}", "w");',
        '    ecot_read = $fscanf(ecot_vectors, "%b", ecot_next);',
        "    while (ecot_read == 1) begin",
        "      #1 ecot_inputs = ecot_next;",
        '      #3 $fdisplay(ecot_trace, "%b", ecot_outputs);',
        *(f"      {line}" for line in (rise if clock else ["#6;"])),
        '      ecot_read = $fscanf(ecot_vectors, "%b", ecot_next);',
        "    end",
        "    $finish(0);",
        "  end",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def vectors_text(ports: Sequence[Port], cycles: Iterable[Inputs]) -> str:
    r"""Return the lines of bits that the driver plays.

    >>> pair = [Port(name=name, direction="input", width=2, description="") for name in "ab"]
    >>> vectors_text(pair, [{"a": 1, "b": 2}])
    '0110\n'
    """
    formats = [(port.name, f"0{port.width}b") for port in inputs_of(ports)]
    lines = ["".join([format(cycle[name], form) for name, form in formats]) for cycle in cycles]
    return "\n".join(lines) + "\n"


def sample_time_ns(cycle: int, *, after_edge: bool) -> int:
    """Return when a sample is taken, in nanoseconds of simulated time."""
    return cycle * CYCLE_NS + (AFTER_EDGE_NS if after_edge else BEFORE_EDGE_NS)


def _total(ports: Sequence[Port]) -> int:
    return sum(port.width for port in ports)


def slices(ports: Sequence[Port]) -> list[tuple[str, str]]:
    """Return name and bit range of each port in the concatenation of all, the first port at the left."""
    found, top = [], _total(ports)
    for port in ports:
        low = top - port.width
        found.append((port.name, f"{top - 1}:{low}" if port.width > 1 else str(low)))
        top = low
    return found
