"""Reads `registers.txt` and `interrupts.txt`: what the model, the C header and the judge's words share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FIELD = re.compile(
    r"(?P<twin>&?)(?P<name>[\w{}-]+)@(?P<at>\d+)(?::(?P<width>\d+))?(?:/(?P<access>\w))?(?:\*(?P<many>\d+))?"
)
_HERE = Path(__file__).parent
# Read when the module is imported: later, in the sandbox, the files of this package are out of sight.
_REGISTERS = (_HERE / "registers.txt").read_text(encoding="utf-8")
_INTERRUPTS = (_HERE / "interrupts.txt").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a register.

    Attributes:
        name: as in the manual.
        at: position of the lowest bit.
        width: bits.
        access: `rw`, `r`, `w`, `0`, `1` or `s`; see `registers.txt`.
        twin: whether it is a second meaning of bits that another field names.
    """

    name: str
    at: int
    width: int
    access: str
    twin: bool = False

    @property
    def mask(self) -> int:
        """The bits in place."""
        return ((1 << self.width) - 1) << self.at


@dataclass(frozen=True, slots=True)
class Register:
    """One register, or an array of them.

    Attributes:
        name: as in the manual.
        offset: in bytes from the base of its peripheral.
        reset: value after a reset.
        count: words, more than 1 for an array.
        fields: by position; none where the manual gives them no use here.
    """

    name: str
    offset: int
    reset: int
    count: int = 1
    fields: tuple[Field, ...] = ()

    def mask(self, *accesses: str) -> int:
        """The bits whose access is one of those named; all writable ones where the register has no fields."""
        if not self.fields:
            return 0xFFFFFFFF if "rw" in accesses else 0
        return sum(item.mask for item in self.fields if item.access in accesses and not item.twin)


@dataclass(frozen=True, slots=True)
class Block:
    """A layout of registers that peripherals of one kind share."""

    name: str
    registers: tuple[Register, ...]
    sections: str

    def __getitem__(self, name: str) -> Register:
        return next(item for item in self.registers if item.name == name)


@dataclass(frozen=True, slots=True)
class Instance:
    """A peripheral at its address.

    Attributes:
        name: as in CMSIS.
        block: its layout.
        base: address.
        bus: `AHB1`, `AHB2`, `APB1`, `APB2` or `PPB`.
        enable: bit in the bus's enable register of RCC; empty where its clock is always on.
    """

    name: str
    block: Block
    base: int
    bus: str
    enable: str


@dataclass(slots=True)
class _Reading:
    blocks: dict[str, Block] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)


@cache
def blocks() -> Mapping[str, Block]:
    """Every layout by its name."""
    return _read().blocks


@cache
def instances() -> Mapping[str, Instance]:
    """Every peripheral by its name."""
    return _read().instances


@cache
def interrupts() -> Mapping[str, int]:
    """The position of every interrupt by its name, without `_IRQn`."""
    rows = (line.split() for line in _INTERRUPTS.splitlines() if line and not line.startswith("#"))
    return {name: int(number) for number, name in rows}


def locate(address: int) -> tuple[Instance, Register, int] | None:
    """Return what lies at an address: peripheral, register and index in its array; None where nothing is known.

    >>> found = locate(0x40004400)
    >>> found[0].name, found[1].name
    ('USART2', 'SR')
    """
    for instance in sorted(instances().values(), key=lambda item: -item.base):
        for register in instance.block.registers:
            index, rest = divmod(address - instance.base - register.offset, 4)
            if 0 <= index < register.count and rest >= 0:
                return instance, register, index
    return None


@cache
def _read() -> _Reading:
    reading = _Reading()
    name, sections, rows = "", "", list[str]()
    for line in (*_lines(), "block - -"):
        words = line.split()
        if words[0] == "block":
            if name:
                reading.blocks[name] = Block(name, tuple(map(_register, rows)), sections)
            name, sections, rows = words[1], " ".join(words[2:]), []
        elif line.startswith("+"):
            rows[-1] += " " + line[1:]
        elif len(words) == 5 and words[1] in (*reading.blocks, name) and len(words[2]) == 8:
            if name and name not in reading.blocks:
                reading.blocks[name] = Block(name, tuple(map(_register, rows)), sections)
                name = ""
            enable = "" if words[4] == "-" else words[4]
            block = reading.blocks[words[1]]
            reading.instances[words[0]] = Instance(words[0], block, int(words[2], 16), words[3], enable)
        else:
            rows.append(line)
    return reading


def _lines() -> Iterator[str]:
    return (line for line in _REGISTERS.splitlines() if line and not line.startswith("#"))


def _register(row: str) -> Register:
    title, offset, reset, *words = row.split()
    name, _, count = title.rstrip("]").partition("[")
    fields = tuple(item for word in words for item in _fields(word))
    return Register(name, int(offset, 16), int(reset, 16), int(count or 1), fields)


def _fields(word: str) -> Iterator[Field]:
    match = _FIELD.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} is no field; it looks like 'NAME@3:2/r*4'")
    at, width = int(match["at"]), int(match["width"] or 1)
    for number in range(int(match["many"] or 1)):
        name = match["name"].replace("{}", str(number))
        yield Field(name, at + number * width, width, match["access"] or "rw", bool(match["twin"]))
