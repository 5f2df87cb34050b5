"""A combinational arithmetic logic unit with status flags: operation set, codes, flags and carry convention vary."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ecot.envs.verilog.clocking import NAMINGS
from ecot.envs.verilog.families.alu.model import Alu
from ecot.envs.verilog.families.alu.text import fill
from ecot.envs.verilog.families.alu.unit import FLAGS, SETS, Unit, ports
from ecot.envs.verilog.family import Family, Inputs, Params


def _operand(width: int, rng: Random) -> int:
    """An operand, biased to the edges of the number range and to single bits."""
    full = (1 << width) - 1
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice((0, 1, full, full >> 1, (full >> 1) + 1))
    if kind == 1:
        return 1 << rng.randrange(width)
    if kind == 2:
        return rng.randrange(min(full + 1, 2 * width))
    return rng.randint(0, full)


def _directed(unit: Unit) -> list[tuple[int, int, int]]:
    """Code and operands: carries, overflows, equal and neighbouring operands, shifts by every edge amount."""
    full = (1 << unit.width) - 1
    top, middle, stripes = full - (full >> 1), full >> 1, 0x5555_5555 & full
    pairs = (
        (0, 0),
        (full, 1),
        (top, top),
        (middle, 1),
        (top, 1),
        (stripes, stripes),
        (stripes, full - stripes),
        (1, full),
    )
    vectors = [(code, a, b) for code in unit.codes for a, b in pairs]
    amounts = (0, 1, unit.width - 1, unit.width, (1 << unit.amount_width) - 1)
    shifts = [code for code, operation in unit.codes.items() if operation in ("SLL", "SRL", "SRA")]
    vectors += [(code, top | 1, amount & full) for code in shifts for amount in amounts]
    return vectors + [(code, a, b) for code in unit.reserved for a, b in ((0, full), (full, 0), (stripes, 3))]


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    unit = Unit(params)
    directed = _directed(unit)
    # Every operation in turn on operands that stay: the result must follow the code alone.
    for _ in range(2):
        kept = (_operand(unit.width, rng), _operand(unit.width, rng))
        directed += [(code, *kept) for code in range(1 << unit.code_width)]
    drawn = [
        (rng.randrange(1 << unit.code_width), _operand(unit.width, rng), _operand(unit.width, rng))
        for _ in range(400 - len(directed))
    ]
    # Sums of equal or opposite operands end at zero, where the flags are easiest to get wrong.
    drawn[::9] = [(code, a, rng.choice((a, -a, ~a)) % (1 << unit.width)) for code, a, _ in drawn[::9]]
    cycles = []
    for code, a, b in directed + drawn:
        inputs = {unit.name["a"]: a, unit.name["b"]: b, unit.name["op"]: code}
        if params["carry_in"]:
            inputs[unit.name["cin"]] = rng.randrange(2)
        cycles.append(inputs)
    # One input changes alone: the outputs must follow each of them.
    for index in range(len(directed) + 4, len(cycles), 4):
        changed = rng.choice(list(cycles[index]))
        value = 1 - cycles[index - 1][changed] if changed == unit.name["cin"] else cycles[index][changed]
        cycles[index] = {**cycles[index - 1], changed: value}
    return cycles


def _valid(params: Params) -> bool:
    """Choices that make no difference are pinned to one value, so that no two draws are the same task."""
    unit = Unit(params)
    senseless_subtraction = params["subtraction"] == "borrow" and not params["carry_in"] and "carry" not in unit.flags
    senseless_reserved = params["reserved"] != "zero" and not unit.reserved
    senseless_form = params["flag_form"] == "vector" and len(unit.flags) == 1
    return not (senseless_subtraction or senseless_reserved or senseless_form)


FAMILY = Family(
    name="alu",
    revision=1,
    level=1,
    title="Arithmetic logic unit with flags",
    choices={
        "width": (4, 8, 12, 16, 24, 32),
        "operations": tuple(SETS),
        "encoding": ("ascending", "descending"),
        "flags": tuple(FLAGS),
        "flag_form": ("separate", "vector"),
        "subtraction": ("inverted_borrow", "borrow"),
        "carry_in": (False, True),
        "reserved": ("zero", "first_operand"),
        "naming": NAMINGS,
    },
    ports=ports,
    fill=fill,
    model=Alu,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "arithmetic"),
)
