"""A draw of the arithmetic logic unit, read once: names, widths, codes and ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecot.envs.verilog.clocking import spelled
from ecot.envs.verilog.family import Params, Port

SETS: Mapping[str, tuple[str, ...]] = {
    "minimal": ("ADD", "SUB", "AND", "OR"),
    "logic": ("ADD", "SUB", "AND", "OR", "XOR", "NOT"),
    "shift": ("ADD", "SUB", "AND", "OR", "XOR", "SLL", "SRL", "SRA"),
    "compare": ("ADD", "SUB", "AND", "XOR", "NOR", "SLT", "SLTU"),
    "rich": ("ADD", "SUB", "AND", "OR", "XOR", "NOR", "NOT", "SLL", "SRL", "SRA", "SLT", "SLTU"),
}

FLAGS: Mapping[str, tuple[str, ...]] = {
    "z": ("zero",),
    "zn": ("zero", "negative"),
    "zc": ("zero", "carry"),
    "znp": ("zero", "negative", "parity"),
    "cvzn": ("carry", "overflow", "zero", "negative"),
}

_WORDS = {
    "a": ("a", "operand_a"),
    "b": ("b", "operand_b"),
    "op": ("op", "opcode"),
    "cin": ("cin", "carry_in"),
    "y": ("y", "result"),
    "flags": ("flags", "status"),
    "zero": ("zf", "zero"),
    "negative": ("nf", "negative"),
    "carry": ("cf", "carry"),
    "overflow": ("vf", "overflow"),
    "parity": ("pf", "parity"),
}
_OUTPUTS = ("y", "flags", "zero", "negative", "carry", "overflow", "parity")


@dataclass(frozen=True, slots=True)
class Unit:
    """A draw, read once: names, widths and the operation behind every code."""

    params: Params

    @property
    def name(self) -> dict[str, str]:
        """The identifier of every role, drawn or not."""
        naming = self.params["naming"]
        return {
            role: spelled(naming, short, long, "output" if role in _OUTPUTS else "input")
            for role, (short, long) in _WORDS.items()
        }

    @property
    def width(self) -> int:
        """Bits of an operand."""
        return int(self.params["width"])

    @property
    def operations(self) -> tuple[str, ...]:
        """In the order of their codes, before the encoding turns it."""
        return SETS[self.params["operations"]]

    @property
    def code_width(self) -> int:
        """Bits of an operation code."""
        return (len(self.operations) - 1).bit_length()

    @property
    def codes(self) -> dict[int, str]:
        """The operation of every legal code."""
        last = (1 << self.code_width) - 1
        ascending = self.params["encoding"] == "ascending"
        return {index if ascending else last - index: name for index, name in enumerate(self.operations)}

    @property
    def reserved(self) -> list[int]:
        """Codes that select no operation."""
        codes = self.codes
        return [code for code in range(1 << self.code_width) if code not in codes]

    @property
    def flags(self) -> tuple[str, ...]:
        """In the order of their ports or bits."""
        return FLAGS[self.params["flags"]]

    @property
    def amount_width(self) -> int:
        """Bits of the second operand that count as a shift amount."""
        return (self.width - 1).bit_length()

    @property
    def extended(self) -> bool:
        """Whether sums need the bit above the result."""
        return "carry" in self.flags


def ports(params: Params) -> Sequence[Port]:
    """The ports of a draw."""
    unit = Unit(params)
    name = unit.name
    ports = [
        Port(name=name["a"], direction="input", width=unit.width, description="first operand"),
        Port(name=name["b"], direction="input", width=unit.width, description="second operand"),
        Port(name=name["op"], direction="input", width=unit.code_width, description="operation code"),
    ]
    if params["carry_in"]:
        kind = "borrow" if params["subtraction"] == "borrow" else "carry"
        description = "carry in" if kind == "carry" else "carry in of an addition, borrow in of a subtraction"
        ports.append(Port(name=name["cin"], direction="input", description=description))
    ports.append(Port(name=name["y"], direction="output", width=unit.width, description="result"))
    if params["flag_form"] == "vector":
        members = ", ".join(f"bit {index} {flag}" for index, flag in enumerate(unit.flags))
        ports.append(
            Port(name=name["flags"], direction="output", width=len(unit.flags), description=f"flags: {members}")
        )
    else:
        ports += [Port(name=name[flag], direction="output", description=f"{flag} flag") for flag in unit.flags]
    return ports
