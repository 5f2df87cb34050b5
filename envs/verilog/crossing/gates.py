"""A design as flip-flops and simple gates, read from what Yosys writes, with the clock that each register hangs on."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Bit = int | str
"""A net of the flattened design by number, or a constant: `0`, `1`, `x`, `z`."""

SCRIPT = "crossing.ys"
GATES = "crossing.json"
_FLOP = re.compile(r"\$_DFF_([NP])(?:([NP])([01]))?_")
_INPUTS = {
    **{f"$_{kind}_": ("A", "B") for kind in ("AND", "NAND", "OR", "NOR", "XOR", "XNOR", "ANDNOT", "ORNOT")},
    **{"$_NOT_": ("A",), "$_BUF_": ("A",), "$_MUX_": ("A", "B", "S"), "$_NMUX_": ("A", "B", "S")},
}


@dataclass(frozen=True, slots=True)
class Gate:
    """A simple gate: its Yosys type, and its inputs in the order of the cell's ports."""

    kind: str
    output: int
    inputs: tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Flop:
    """A flip-flop.

    Attributes:
        output: its net.
        data: sampled at the edge; enables and synchronous resets are gates before it.
        clock: of the edge.
        rising: whether that is the rising one.
        reset: asynchronous, None without one.
        reset_level: at which it acts.
        reset_value: that it gives.
    """

    output: int
    data: Bit
    clock: Bit
    rising: bool
    reset: Bit | None
    reset_level: int
    reset_value: int


@dataclass(frozen=True)
class Gates:
    """A flat design.

    Attributes:
        ports: name -> (direction, nets from bit 0).
        gates: by output.
        flops: by output.
        names: of nets that a source gave one: register and bit.
        strange: types of cells that are none of these.
    """

    ports: Mapping[str, tuple[str, tuple[Bit, ...]]]
    gates: Mapping[int, Gate]
    flops: Mapping[int, Flop]
    names: Mapping[int, tuple[str, int]]
    strange: tuple[str, ...] = ()
    _cones: dict[Bit, int] = field(default_factory=dict, repr=False)

    @cached_property
    def inputs(self) -> Mapping[int, str]:
        """The port of every net that comes from outside."""
        return {
            bit: name
            for name, (direction, bits) in self.ports.items()
            if direction == "input"
            for bit in bits
            if isinstance(bit, int)
        }

    def leaves(self, bit: Bit | None) -> frozenset[int]:
        """The flip-flops and inputs that a net hangs on, through gates; a flip-flop's net hangs on itself."""
        mask = self.mask(bit)
        return frozenset(index for index, digit in enumerate(reversed(f"{mask:b}")) if digit == "1")

    def mask(self, bit: Bit | None) -> int:
        """The same as one number: bit `n` stands for net `n`. Sets of a hostile design would not fit into memory."""
        if bit is None or isinstance(bit, str):
            return 0
        for net in self.order([bit], known=self._cones):
            self._cones[net] = 0
            for item in self.gates[net].inputs:
                self._cones[net] |= 0 if isinstance(item, str) else self._cones.get(item, 1 << item)
        return self._cones.get(bit, 1 << bit)

    def order(self, bits: Iterable[Bit], *, known: Container[Bit] = ()) -> list[int]:
        """The outputs of the gates behind these nets, each after its inputs; what is known is not looked behind."""
        done: dict[int, None] = {}
        stack: list[tuple[Bit, bool]] = [(bit, False) for bit in bits]
        while stack:
            bit, ready = stack.pop()
            if isinstance(bit, str) or bit not in self.gates or bit in done or bit in known:
                continue
            if ready:
                done[bit] = None
            else:
                stack.append((bit, True))
                stack += [(item, False) for item in self.gates[bit].inputs]
        return list(done)

    def clock_of(self, flop: Flop) -> str:
        """The input port that clocks a flip-flop, through buffers; empty where it is none."""
        bit = flop.clock
        while isinstance(bit, int) and bit in self.gates and self.gates[bit].kind == "$_BUF_":
            bit = self.gates[bit].inputs[0]
        return self.inputs.get(bit, "") if isinstance(bit, int) else ""

    def name_of(self, bit: int) -> str:
        """The register or port that a net belongs to, as its source calls it."""
        return self.names[bit][0] if bit in self.names else "an unnamed register"


def script(entry: str, top: str) -> str:
    """Return commands for Yosys that leave flip-flops and simple gates, none of them merged with another.

    Flip-flops that hold the same value stay apart: two that sample one signal of another clock may differ.
    """
    lines = [
        f"read_verilog -sv {entry}",
        f"hierarchy -check -top {top}",
        "proc",
        "flatten",
        "opt_clean",
        "chtype -set $eq t:$eqx",
        "chtype -set $ne t:$nex",
        "memory_collect",
        "memory_map",
        "opt_clean",
        "techmap",
        "dffunmap",
        "opt_expr",
        "opt_clean",
        f"write_json {GATES}",
        "",
    ]
    return "\n".join(lines)


def read_gates(text: str, top: str) -> Gates:
    """Return the design that Yosys wrote."""
    module = json.loads(text)["modules"][top]
    gates: dict[int, Gate] = {}
    flops: dict[int, Flop] = {}
    strange = []
    for cell in module["cells"].values():
        kind, pins = cell["type"], {name: bits[0] for name, bits in cell["connections"].items() if bits}
        if kind in _INPUTS:
            gates[pins["Y"]] = Gate(kind, pins["Y"], tuple(pins[name] for name in _INPUTS[kind]))
        elif (match := _FLOP.fullmatch(kind)) is not None:
            flops[pins["Q"]] = Flop(
                output=pins["Q"],
                data=pins["D"],
                clock=pins["C"],
                rising=match[1] == "P",
                reset=pins.get("R"),
                reset_level=int(match[2] == "P"),
                reset_value=int(match[3] or 0),
            )
        else:
            strange.append(kind)
    ports = {name: (item["direction"], tuple(item["bits"])) for name, item in module["ports"].items()}
    return Gates(ports, gates, flops, _names(module["netnames"]), tuple(sorted(set(strange))))


def _names(netnames: Mapping[str, Any]) -> dict[int, tuple[str, int]]:
    """The shortest plain name of every net that has one."""
    found: dict[int, tuple[str, int]] = {}
    for name, item in sorted(netnames.items(), key=lambda pair: (len(pair[0]), pair[0])):
        if not item["hide_name"]:
            for position, bit in enumerate(item["bits"]):
                if isinstance(bit, int):
                    found.setdefault(bit, (name, position))
    return found


def expression(gate: Gate, nets: Sequence[str]) -> str:
    """Return a gate as Verilog, its inputs under these names."""
    a, b, s = (*nets, "", "")[:3]
    return {
        "$_BUF_": f"{a}",
        "$_NOT_": f"~{a}",
        "$_AND_": f"{a} & {b}",
        "$_NAND_": f"~({a} & {b})",
        "$_OR_": f"{a} | {b}",
        "$_NOR_": f"~({a} | {b})",
        "$_XOR_": f"{a} ^ {b}",
        "$_XNOR_": f"~({a} ^ {b})",
        "$_ANDNOT_": f"{a} & ~{b}",
        "$_ORNOT_": f"{a} | ~{b}",
        "$_MUX_": f"{s} ? {b} : {a}",
        "$_NMUX_": f"~({s} ? {b} : {a})",
    }[gate.kind]
