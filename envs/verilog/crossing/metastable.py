"""Writes a netlist whose receivers may become metastable: what changed shortly before an edge is seen old or new.

Every receiver computes its next value from a view of its own: each foreign net that changed within the window before
the edge, and each untrusted receiver that took another value than its data input had, is seen as it was or as it is, at
random. So bits of one word disagree, and so do two readers of one first stage. The generator is seeded by a file that
the candidate's source never meets; nets are renamed to numbers.

Flip-flops start with random values. The model has no delays: paths, setup times and widths of glitches are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecot.envs.verilog.crossing.gates import Bit, Flop, Gates, expression
from ecot.envs.verilog.crossing.plan import SETTLED_PS
from ecot.envs.verilog.crossing.structure import Crossings, Receiver

NETLIST = "metastable.v"
SETTINGS = "metastability.txt"
"""Two numbers: the window in picoseconds, and the seed."""
EVENTS = "events.txt"
"""A line per metastable bit: time, and number of the receiver's net."""
_MOST_EVENTS = 4_000


def metastable_text(top: str, gates: Gates, crossings: Crossings) -> str:
    """Return the netlist as Verilog."""
    writer = _Writer(gates, crossings)
    lines = [
        "`timescale 1ps/1ps",
        f"module {top} ({', '.join(gates.ports)});",
        *writer.ports(),
        *writer.declarations(),
        *writer.start(),
        *(f"  assign e_n{net} = {writer.gate(net)};" for net in gates.gates),
        *writer.plain(),
        *writer.trackers(),
        *(line for receiver in crossings.receivers.values() for line in writer.receiver(receiver)),
        *writer.outputs(),
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Writer:
    gates: Gates
    crossings: Crossings

    def ports(self) -> Iterator[str]:
        for name, (direction, bits) in self.gates.ports.items():
            yield f"  {direction} wire [{len(bits) - 1}:0] {name};"

    def declarations(self) -> Iterator[str]:
        for net in [*self.gates.gates, *self.gates.inputs]:
            yield f"  wire e_n{net};"
        for net in self.gates.flops:
            yield f"  reg e_n{net};"
        for net in self.crossings.receivers:
            yield f"  reg e_a{net}, e_u{net};"
        for net in self._foreign():
            yield f"  reg e_p{net}, e_l{net}; integer e_t{net};"
        yield "  integer e_settings, e_events, e_ignored, e_window, e_seed, e_count;"
        for name, (direction, bits) in self.gates.ports.items():
            if direction == "input":
                for position, bit in enumerate(bits):
                    yield f"  assign e_n{bit} = {name}[{position}];"

    def start(self) -> Iterator[str]:
        yield "  initial begin"
        yield f'    e_settings = $fopen("{SETTINGS}", "r"); e_events = $fopen("{EVENTS}", "w"); e_count = 0;'
        yield '    e_ignored = $fscanf(e_settings, "%d %d", e_window, e_seed);'
        for net in self.gates.flops:
            yield f"    e_n{net} = $random(e_seed);"
        for net in self.crossings.receivers:
            yield f"    e_a{net} = e_n{net}; e_u{net} = 1'b0;"
        for net in self._foreign():
            yield f"    e_t{net} = -1000000;"
        yield "  end"

    def gate(self, net: int) -> str:
        gate = self.gates.gates[net]
        return expression(gate, [_plain(bit) for bit in gate.inputs])

    def plain(self) -> Iterator[str]:
        """Flip-flops that sample their own clock's signals only, grouped by what they wait for."""
        groups: dict[tuple[Bit, bool, Bit | None, int], list[Flop]] = {}
        for net, flop in self.gates.flops.items():
            if net not in self.crossings.receivers:
                groups.setdefault((flop.clock, flop.rising, flop.reset, flop.reset_level), []).append(flop)
        for flops in groups.values():
            yield f"  always @({_waits(flops[0])})"
            if flops[0].reset is not None:
                yield f"    if ({_resets(flops[0])}) begin"
                yield from (f"      e_n{flop.output} <= 1'b{flop.reset_value};" for flop in flops)
                yield "    end else"
            yield "    begin"
            yield from (f"      e_n{flop.output} <= {_plain(flop.data)};" for flop in flops)
            yield "    end"

    def trackers(self) -> Iterator[str]:
        """What each foreign net was before its last change, and when that was."""
        for net in self._foreign():
            yield (
                f"  always @(e_n{net}) begin e_p{net} = e_l{net} === 1'bx ? e_n{net} : e_l{net}; e_l{net} = e_n{net}; "
                f"e_t{net} = $time; end"
            )

    def receiver(self, receiver: Receiver) -> Iterator[str]:
        flop, net = receiver.flop, receiver.flop.output
        sources = [*receiver.foreign, *receiver.unsettled]
        names = {source: f"e_v{source}" for source in sources}
        uncertain = sum(1 << source for source in sources)
        cone = [item for item in self.gates.order([flop.data, flop.reset or "0"]) if self.gates.mask(item) & uncertain]
        names |= {item: f"e_c{item}" for item in cone}
        yield f"  always @({_waits(flop)})"
        if flop.reset is not None:
            value = f"1'b{flop.reset_value}"
            yield f"    if ({_resets(flop)}) begin e_n{net} <= {value}; e_a{net} <= {value}; e_u{net} <= 1'b0; end else"
        yield f"    begin : e_receiver{net}"
        yield f"      reg [{len(sources) - 1}:0] e_pick; reg e_next;"
        yield f"      reg {', '.join(names.values())};"
        yield f"      e_pick = {{{', '.join(['$random(e_seed)'] * ((len(sources) + 31) // 32))}}};"
        for position, source in enumerate(receiver.foreign):
            yield (
                f"      e_v{source} = e_pick[{position}] && $time - e_t{source} < e_window ? e_p{source} : e_n{source};"
            )
        for position, source in enumerate(receiver.unsettled, start=len(receiver.foreign)):
            yield f"      e_v{source} = e_pick[{position}] ? e_a{source} : e_n{source};"
        for item in cone:
            gate = self.gates.gates[item]
            yield f"      e_c{item} = {expression(gate, [_plain(bit, names) for bit in gate.inputs])};"
        yield f"      e_next = {_plain(flop.data, names)};"
        if flop.reset is not None and flop.reset in names:
            yield f"      if ({_resets(flop, names)}) e_next = 1'b{flop.reset_value};"
        yield f"      e_n{net} <= e_next; e_a{net} <= {_plain(flop.data)};"
        yield f"      if (e_next !== {_plain(flop.data)}) begin"
        yield f"        e_u{net} <= 1'b1; e_u{net} <= #{SETTLED_PS} 1'b0; e_count = e_count + 1;"
        yield f'        if (e_count <= {_MOST_EVENTS}) $fdisplay(e_events, "%0d {net}", $time);'
        yield "      end"
        yield "    end"

    def outputs(self) -> Iterator[str]:
        """Outputs, where they hang on a receiver, as they are while it has not settled."""
        names: dict[int, str] = {}
        untrusted = sum(1 << net for net in self.crossings.untrusted)
        for net in sorted(self.crossings.untrusted):
            names[net] = f"e_s{net}"
            yield f"  wire e_s{net} = e_u{net} ? e_a{net} : e_n{net};"
        wanted = [(name, bits) for name, (direction, bits) in self.gates.ports.items() if direction == "output"]
        shown = [
            item
            for item in self.gates.order(bit for _, bits in wanted for bit in bits)
            if self.gates.mask(item) & untrusted
        ]
        names |= {item: f"e_y{item}" for item in shown}
        for item in shown:
            gate = self.gates.gates[item]
            yield f"  wire e_y{item};"
            yield f"  assign e_y{item} = {expression(gate, [_plain(bit, names) for bit in gate.inputs])};"
        for name, bits in wanted:
            yield from (f"  assign {name}[{position}] = {_plain(bit, names)};" for position, bit in enumerate(bits))

    def _foreign(self) -> list[int]:
        return sorted({net for receiver in self.crossings.receivers.values() for net in receiver.foreign})


def cone_size(gates: Gates, crossings: Crossings) -> int:
    """How many gates the receivers' views need."""
    return sum(
        len(gates.order([receiver.flop.data, receiver.flop.reset or "0"])) for receiver in crossings.receivers.values()
    )


def _plain(bit: Bit, names: dict[int, str] | None = None) -> str:
    if isinstance(bit, str):
        return f"1'b{bit}"
    return (names or {}).get(bit, f"e_n{bit}")


def _waits(flop: Flop) -> str:
    edges = [f"{'posedge' if flop.rising else 'negedge'} {_plain(flop.clock)}"]
    if flop.reset is not None:
        edges.append(f"{'posedge' if flop.reset_level else 'negedge'} {_plain(flop.reset)}")
    return " or ".join(edges)


def _resets(flop: Flop, names: dict[int, str] | None = None) -> str:
    value = _plain(flop.reset if flop.reset is not None else "0", names)
    return value if flop.reset_level else f"!{value}"
