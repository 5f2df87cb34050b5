"""What a netlist shows about its crossings before anything is simulated: who samples what of another clock, and how.

A *receiver* is a flip-flop whose next value hangs on something uncertain: a register or input of another clock
(*foreign*), or a receiver of its own clock that may not have settled. A receiver has settled for whoever reads it where
it feeds one other flip-flop, alone: the second stage of a synchroniser. Else its readers may disagree about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.types import Diagnostic
from ecot.envs.verilog.crossing.gates import Flop, Gates
from ecot.envs.verilog.crossing.plan import Domain
from ecot.envs.verilog.family import Port, Role

LARGEST = 8_000
"""More gates, or more gates before receivers, are not analysed."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A flip-flop that may become metastable.

    Attributes:
        flop: it.
        foreign: nets of other clocks that it hangs on.
        unsettled: receivers of its own clock that it hangs on.
    """

    flop: Flop
    foreign: tuple[int, ...]
    unsettled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crossings:
    """The receivers of a design by their outputs, and those that not every reader may trust."""

    receivers: Mapping[int, Receiver]
    untrusted: frozenset[int]


def crossings_of(gates: Gates, domains: Sequence[Domain]) -> Crossings:
    """Find the receivers of a design."""
    clocks = clocks_of(gates, domains)
    reads = {net: gates.leaves(flop.data) | gates.leaves(flop.reset) for net, flop in gates.flops.items()}
    foreign = {net: frozenset(leaf for leaf in leaves if clocks[leaf] != clocks[net]) for net, leaves in reads.items()}
    readers: dict[int, set[int]] = {net: set() for net in gates.flops}
    for net, leaves in reads.items():
        for leaf in leaves & readers.keys() - {net}:
            readers[leaf].add(net)
    shown = _behind_outputs(gates)
    receiving = {net for net, leaves in foreign.items() if leaves}

    def trusted(net: int) -> bool:
        if net in shown or len(readers[net]) != 1:
            return net not in shown and not readers[net]
        (reader,) = readers[net]
        samples = gates.leaves(gates.flops[reader].data)
        return not samples & foreign[reader] and not (samples & receiving) - {net, reader}

    while True:
        untrusted = frozenset(net for net in receiving if not trusted(net))
        grown = {net for net, leaves in reads.items() if leaves & untrusted - {net}}
        if grown <= receiving:
            break
        receiving |= grown
    receivers = {
        net: Receiver(
            gates.flops[net], tuple(sorted(foreign[net])), tuple(sorted((reads[net] & untrusted) - foreign[net]))
        )
        for net in sorted(receiving)
    }
    return Crossings(receivers, untrusted)


def clocks_of(gates: Gates, domains: Sequence[Domain]) -> dict[int, str]:
    """The clock of every net that is a flip-flop's or an input's; inputs without one are foreign to all."""
    at_ports = {name: domain.clock for domain in domains for name in domain.inputs}
    clocks = {bit: at_ports.get(name, "") for bit, name in gates.inputs.items()}
    return clocks | {net: gates.clock_of(flop) for net, flop in gates.flops.items()}


def _behind_outputs(gates: Gates) -> frozenset[int]:
    """Everything that an output hangs on."""
    outputs = [bits for direction, bits in gates.ports.values() if direction == "output"]
    return frozenset[int]().union(*(gates.leaves(bit) for bits in outputs for bit in bits))


def findings(gates: Gates, domains: Sequence[Domain], ports: Sequence[Port]) -> tuple[Diagnostic, ...]:
    """Return what no simulation shows and no design of this kind may have; each register is named once."""
    found: dict[tuple[str, str], str] = {}
    sources = [_cells(gates), _clocking(gates, domains)]
    if not gates.strange:
        sources.append(_crossing(gates, domains, ports))
    for source in sources:
        for code, symbol, message in source:
            found.setdefault((code, symbol), message)
    return tuple(
        Diagnostic(tool="judge", code=code, symbol=symbol, message=message) for (code, symbol), message in found.items()
    )


def _cells(gates: Gates) -> Iterator[tuple[str, str, str]]:
    for kind in gates.strange:
        message = (
            f"the netlist holds a cell `{kind}`: a register is a flip-flop with one clock edge and at most one "
            "asynchronous reset to a constant"
        )
        yield "unsupported_register", kind, message


def _clocking(gates: Gates, domains: Sequence[Domain]) -> Iterator[tuple[str, str, str]]:
    clocks = {domain.clock for domain in domains if domain.clock}
    for net, flop in sorted(gates.flops.items()):
        name, clock = gates.name_of(net), gates.clock_of(flop)
        if clock not in clocks:
            yield (
                "derived_clock",
                name,
                f"`{name}` is not clocked by a clock port itself but by something made of other signals",
            )
        elif not flop.rising:
            yield "falling_edge", name, f"`{name}` changes at the falling edge of `{clock}`"
        for leaf in gates.leaves(flop.data) | gates.leaves(flop.reset):
            if gates.inputs.get(leaf) in clocks:
                port = gates.inputs[leaf]
                yield "clock_as_data", name, f"the clock `{port}` is used as data by `{name}`"


def _crossing(gates: Gates, domains: Sequence[Domain], ports: Sequence[Port]) -> Iterator[tuple[str, str, str]]:
    """Asynchronous resets by registers of another clock, and logic before a synchroniser."""
    clocks = clocks_of(gates, domains)
    resets = {port.name for port in ports if port.role is Role.RESET}
    for net, flop in sorted(gates.flops.items()):
        name, clock = gates.name_of(net), clocks[net]
        clearing = {leaf for leaf in gates.leaves(flop.reset) if leaf in gates.flops and clocks[leaf] != clock}
        if clearing:
            message = f"`{name}` is reset asynchronously by {_named(gates, clearing)}, of another clock"
            yield "unsafe_crossing", name, message
        leaves = gates.leaves(flop.data)
        foreign = {leaf for leaf in leaves if clocks[leaf] != clock}
        own = {leaf for leaf in leaves - foreign - {net} if gates.inputs.get(leaf) not in resets}
        if len(foreign) > 1 and not own:
            message = (
                f"logic stands before the synchroniser `{name}`: it samples a function of {_named(gates, foreign)} of "
                "another clock, which may glitch while they change; let one register hold what crosses"
            )
            yield "unsafe_crossing", name, message


def _named(gates: Gates, nets: Collection[int]) -> str:
    names = [gates.names[net] for net in sorted(nets) if net in gates.names]
    texts = [f"`{name}` bit {position}" for name, position in names[:4]] or ["unnamed registers"]
    return ", ".join(texts) + (" and others" if len(nets) > 4 else "")


def incoherent(gates: Gates, crossings: Crossings, events: Mapping[int, Collection[int]]) -> tuple[Diagnostic, ...]:
    """Return the words that were sampled while several of their bits changed.

    Args:
        gates: the design.
        crossings: its receivers.
        events: receivers that took another value than their data input had, by time.
    """
    words: dict[tuple[str, str], tuple[int, int]] = {}
    for time in sorted(events):
        bits: dict[tuple[str, str], set[int]] = {}
        for net in events[time]:
            for source in crossings.receivers[net].foreign:
                bits.setdefault((gates.name_of(source), gates.name_of(net)), set()).add(net)
        for pair, nets in bits.items():
            if len(nets) > 1:
                words.setdefault(pair, (time, len(nets)))
    return tuple(
        Diagnostic(
            tool="judge",
            code="unsafe_crossing",
            symbol=target,
            message=f"{count} bits of `{target}` at once sample `{source}` of another clock while it changes (first at "
            f"{time / 1000:.1f} ns): each bit decides by itself, and the word may be one that `{source}` never held; "
            "let one bit change at a time (Gray code), or sample only what a synchronised handshake keeps still",
        )
        for (source, target), (time, count) in list(words.items())[:3]
    )


def unqualified(gates: Gates, crossings: Crossings, events: Mapping[int, Collection[int]]) -> tuple[Diagnostic, ...]:
    """Return those of `incoherent` that are sampled at every edge, with nothing of the sampling side to choose when."""
    bare = {
        net
        for net, receiver in crossings.receivers.items()
        if len(receiver.foreign) == 1 and not receiver.unsettled and _alone(gates, receiver)
    }
    return incoherent(gates, crossings, {time: [net for net in nets if net in bare] for time, nets in events.items()})


def _alone(gates: Gates, receiver: Receiver) -> bool:
    """Whether nothing but inputs (such as a reset) stands beside the one foreign bit that is sampled."""
    others = gates.leaves(receiver.flop.data) - set(receiver.foreign) - {receiver.flop.output}
    return all(leaf in gates.inputs for leaf in others) and receiver.flop.output not in gates.leaves(receiver.flop.data)
