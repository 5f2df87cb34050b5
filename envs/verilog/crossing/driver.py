"""The driver for designs with several clocks: one process per domain plays its cycles and writes down what it sees.

Like the driver for one clock it holds no expected value. What it knows beyond the vectors are gates (see
`plan.Domain`): rules by which inputs answer to outputs, as a well-behaved neighbour does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecot.envs.errors import TaskError
from ecot.envs.types import Audience, File
from ecot.envs.verilog.crossing.plan import Cycle, Domain, Sample, port_named
from ecot.envs.verilog.driver import MODULE
from ecot.envs.verilog.family import Inputs, Port

DRIVER = "driver.v"


def vectors_file(index: int) -> str:
    """What the driver reads for a domain: a line per cycle, three delays in picoseconds and the bits of the inputs."""
    return f"vectors_{index}.txt"


def trace_file(index: int) -> str:
    """What it writes for a domain: a line per cycle, the inputs, the early and the late outputs."""
    return f"trace_{index}.txt"


def driver_file(top: str, ports: Sequence[Port], domains: Sequence[Domain]) -> File:
    """Return the driver for a module `top`, as a file of the bundle."""
    connections, declarations, processes = [], [], []
    sampled = {name: f"ecot_seen_{name}" for domain in domains for name in domain.outputs}
    for name in sampled:
        declarations.append(f"  wire [{port_named(ports, name).width - 1}:0] {sampled[name]};")
        connections.append(f".{name}({sampled[name]})")
    for index, domain in enumerate(domains):
        slices = _slices([port_named(ports, name) for name in domain.inputs])
        connections += [f".{name}(ecot_in{index}[{bits}])" for name, bits in slices.items()]
        if domain.clock:
            connections.append(f".{domain.clock}(ecot_clock{index})")
        declarations += _declarations(index, domain, ports)
        processes += _process(index, domain, slices)
    missing = {port.name for port in ports} - {text[1 : text.index("(")] for text in connections}
    if missing:
        raise TaskError(f"no domain of the driver holds the ports {', '.join(sorted(missing))}")
    lines = [
        "`timescale 1ps/1ps",
        f"module {MODULE};",
        *declarations,
        f"  integer ecot_running = {len(domains)};",
        "",
        f"  {top} dut ({', '.join(connections)});",
        *processes,
        "",
        "  always @(ecot_running) if (ecot_running == 0) $finish(0);",
        "endmodule",
    ]
    return File(DRIVER, "\n".join(lines) + "\n", Audience.JUDGE)


def _declarations(index: int, domain: Domain, ports: Sequence[Port]) -> list[str]:
    inputs = sum(port_named(ports, name).width for name in domain.inputs) or 1
    outputs = sum(port_named(ports, name).width for name in domain.outputs) or 1
    seen = ", ".join(f"ecot_seen_{name}" for name in domain.outputs) or "1'b0"
    return [
        f"  reg ecot_clock{index} = 1'b0;",
        f"  reg [{inputs - 1}:0] ecot_in{index}, ecot_next{index};",
        f"  wire [{outputs - 1}:0] ecot_out{index} = {{{seen}}};",
        f"  reg [{outputs - 1}:0] ecot_early{index}, ecot_late{index};",
        f"  integer ecot_vectors{index}, ecot_trace{index}, ecot_read{index};",
        f"  integer ecot_lag{index}, ecot_high{index}, ecot_low{index};",
    ]


def _process(index: int, domain: Domain, slices: Mapping[str, str]) -> list[str]:
    read = (
        f'ecot_read{index} = $fscanf(ecot_vectors{index}, "%d %d %d %b", '
        f"ecot_lag{index}, ecot_high{index}, ecot_low{index}, ecot_next{index});"
    )
    gates = [
        f"      if (ecot_seen_{output} !== 1'b{level}) ecot_in{index}[{slices[name]}] = 1'b0;"
        for name, (output, level) in domain.gates.items()
    ]
    return [
        "",
        "  initial begin",
        f'    ecot_vectors{index} = $fopen("{vectors_file(index)}", "r");',
        f'    ecot_trace{index} = $fopen("{trace_file(index)}", "w");',
        f"    {read}",
        f"    while (ecot_read{index} == 4) begin",
        f"      #ecot_lag{index};",
        f"      ecot_in{index} = ecot_next{index};",
        *gates,
        f"      #1 ecot_early{index} = ecot_out{index};",
        f"      #ecot_high{index} ecot_clock{index} = 1'b0;",
        f"      #ecot_low{index} ecot_late{index} = ecot_out{index};",
        f'      $fdisplay(ecot_trace{index}, "%b %b %b", ecot_in{index}, ecot_early{index}, ecot_late{index});',
        f"      #1 ecot_clock{index} = 1'b1;",
        f"      {read}",
        "    end",
        "    ecot_running = ecot_running - 1;",
        "  end",
    ]


def vectors_text(ports: Sequence[Port], domain: Domain, cycles: Sequence[Cycle], inputs: Sequence[Inputs]) -> str:
    """Return the lines that the driver plays for a domain."""
    formats = [(name, f"0{port_named(ports, name).width}b") for name in domain.inputs]
    lines = [
        f"{cycle.lag} {cycle.high} {cycle.low} " + ("".join(format(item[name], form) for name, form in formats) or "0")
        for cycle, item in zip(cycles, inputs, strict=True)
    ]
    return "\n".join(lines) + "\n"


def samples_in(text: str, ports: Sequence[Port], domain: Domain, cycles: Sequence[Cycle]) -> list[Sample] | None:
    """Return what a trace says; None where it is not one whole line of bits per cycle."""
    lines = text.splitlines()
    ins = [port_named(ports, name) for name in domain.inputs]
    outs = [port_named(ports, name) for name in domain.outputs]
    widths = [sum(port.width for port in ins) or 1, *[sum(port.width for port in outs) or 1] * 2]
    if len(lines) != len(cycles):
        return None
    samples, edge = [], 0
    for number, (line, cycle) in enumerate(zip(lines, cycles, strict=True)):
        words = line.lower().split(" ")
        if [len(word) for word in words] != widths or not set("".join(words)) <= set("01xz"):
            return None
        given = {name: value or 0 for name, value in _values(words[0], ins).items()}
        start, edge = edge, edge + cycle.length
        samples.append(Sample(number, start + cycle.lag, edge, given, _values(words[1], outs), _values(words[2], outs)))
    return samples


def _values(bits: str, ports: Sequence[Port]) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    position = 0
    for port in ports:
        word = bits[position : position + port.width]
        values[port.name] = int(word, 2) if not set(word) & set("xz") else None
        position += port.width
    return values


def _slices(ports: Sequence[Port]) -> dict[str, str]:
    """Bit range of each port in the concatenation of all, the first port at the left."""
    slices, top = {}, sum(port.width for port in ports)
    for port in ports:
        low = top - port.width
        slices[port.name] = f"{top - 1}:{low}" if port.width > 1 else str(low)
        top = low
    return slices
