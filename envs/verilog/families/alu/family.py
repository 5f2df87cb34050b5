"""A combinational arithmetic logic unit with status flags: operation set, codes, flags and carry convention vary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ecot.envs.verilog.clocking import NAMINGS, spelled
from ecot.envs.verilog.family import Family, Inputs, Outputs, Params, Port

_SETS: Mapping[str, tuple[str, ...]] = {
    "minimal": ("ADD", "SUB", "AND", "OR"),
    "logic": ("ADD", "SUB", "AND", "OR", "XOR", "NOT"),
    "shift": ("ADD", "SUB", "AND", "OR", "XOR", "SLL", "SRL", "SRA"),
    "compare": ("ADD", "SUB", "AND", "XOR", "NOR", "SLT", "SLTU"),
    "rich": ("ADD", "SUB", "AND", "OR", "XOR", "NOR", "NOT", "SLL", "SRL", "SRA", "SLT", "SLTU"),
}

_FLAGS: Mapping[str, tuple[str, ...]] = {
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
class _Unit:
    """A draw, read once: names, widths and the operation behind every code."""

    params: Params

    @property
    def name(self) -> dict[str, str]:
        naming = self.params["naming"]
        return {
            role: spelled(naming, short, long, "output" if role in _OUTPUTS else "input")
            for role, (short, long) in _WORDS.items()
        }

    @property
    def width(self) -> int:
        return int(self.params["width"])

    @property
    def operations(self) -> tuple[str, ...]:
        return _SETS[self.params["operations"]]

    @property
    def code_width(self) -> int:
        return (len(self.operations) - 1).bit_length()

    @property
    def codes(self) -> dict[int, str]:
        """The operation of every legal code."""
        last = (1 << self.code_width) - 1
        ascending = self.params["encoding"] == "ascending"
        return {index if ascending else last - index: name for index, name in enumerate(self.operations)}

    @property
    def reserved(self) -> list[int]:
        codes = self.codes
        return [code for code in range(1 << self.code_width) if code not in codes]

    @property
    def flags(self) -> tuple[str, ...]:
        return _FLAGS[self.params["flags"]]

    @property
    def amount_width(self) -> int:
        """Bits of the second operand that count as a shift amount."""
        return (self.width - 1).bit_length()

    @property
    def extended(self) -> bool:
        """Whether sums need the bit above the result."""
        return "carry" in self.flags


def _ports(params: Params) -> Sequence[Port]:
    unit = _Unit(params)
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
        ports.append(Port(name=name["flags"], direction="output", width=len(unit.flags), description=f"flags: {members}"))
    else:
        ports += [Port(name=name[flag], direction="output", description=f"{flag} flag") for flag in unit.flags]
    return ports


def _meaning(unit: _Unit, operation: str) -> str:
    """What an operation computes, for the table of the instruction."""
    a, b, cin = (f"`{unit.name[role]}`" for role in ("a", "b", "cin"))
    amount = f"`{unit.name['b']}[{unit.amount_width - 1}:0]`"
    carried = unit.params["carry_in"]
    borrow = cin if unit.params["subtraction"] == "borrow" else f"(1 - {cin})"
    return {
        "ADD": f"{a} + {b}" + (f" + {cin}" if carried else ""),
        "SUB": f"{a} - {b}" + (f" - {borrow}" if carried else ""),
        "AND": f"bitwise {a} and {b}",
        "OR": f"bitwise {a} or {b}",
        "XOR": f"bitwise {a} exclusive or {b}",
        "NOR": f"bitwise complement of ({a} or {b})",
        "NOT": f"bitwise complement of {a}; {b} is ignored",
        "SLL": f"{a} shifted left by {amount} places, zeros shifted in",
        "SRL": f"{a} shifted right by {amount} places, zeros shifted in",
        "SRA": f"{a} shifted right by {amount} places, copies of its top bit shifted in",
        "SLT": f"1 if {a} is less than {b} as two's complement numbers, else 0",
        "SLTU": f"1 if {a} is less than {b} as unsigned numbers, else 0",
    }[operation]


def _expression(unit: _Unit, operation: str) -> str:
    """The Verilog expression of an operation."""
    a, b = unit.name["a"], unit.name["b"]
    amount = f"{b}[{unit.amount_width - 1}:0]"
    part = f"[{unit.width - 1}:0]" if unit.extended else ""
    compared = f"{{{unit.width - 1}'d0, %s}}"
    return {
        "ADD": f"sum{part}",
        "SUB": f"difference{part}",
        "AND": f"{a} & {b}",
        "OR": f"{a} | {b}",
        "XOR": f"{a} ^ {b}",
        "NOR": f"~({a} | {b})",
        "NOT": f"~{a}",
        "SLL": f"{a} << {amount}",
        "SRL": f"{a} >> {amount}",
        "SRA": f"$signed({a}) >>> {amount}",
        "SLT": compared % f"$signed({a}) < $signed({b})",
        "SLTU": compared % f"{a} < {b}",
    }[operation]


def _literal(unit: _Unit, code: int) -> str:
    return f"{unit.code_width}'b{code:0{unit.code_width}b}"


def _arms(unit: _Unit) -> str:
    """The arms of the case statement; the default is the reserved result or, where every code is taken, the last."""
    items = sorted(unit.codes.items())
    arms = [f"{_literal(unit, code)}: value = {_expression(unit, operation)};" for code, operation in items]
    if unit.reserved:
        value = f"{unit.width}'d0" if unit.params["reserved"] == "zero" else unit.name["a"]
        arms.append(f"default: value = {value};")
    else:
        arms[-1] = "default: " + arms[-1].split(": ", 1)[1]
    return "\n            ".join(arms)


def _flag_expressions(unit: _Unit) -> dict[str, str]:
    """The Verilog expression of every flag."""
    name, top = unit.name, unit.width - 1
    add, subtract = (
        f"{name['op']} == {_literal(unit, code)}" for code, operation in unit.codes.items() if operation in ("ADD", "SUB")
    )
    a, b = f"{name['a']}[{top}]", f"{name['b']}[{top}]"
    sign = "" if unit.params["subtraction"] == "borrow" else "~"
    return {
        "zero": f"value == {unit.width}'d0",
        "negative": f"value[{top}]",
        "parity": "^value",
        "carry": f"({add}) ? sum[{unit.width}] : ({subtract}) ? {sign}difference[{unit.width}] : 1'b0",
        "overflow": f"({add}) ? ({a} == {b}) && (value[{top}] != {a})\n"
        f"        : ({subtract}) ? ({a} != {b}) && (value[{top}] != {a}) : 1'b0",
    }


def _flag_assigns(unit: _Unit) -> str:
    expressions = _flag_expressions(unit)
    if unit.params["flag_form"] == "vector":
        port = unit.name["flags"]
        select = "[%d]" if len(unit.flags) > 1 else ""
        targets = {flag: port + (select % index if select else "") for index, flag in enumerate(unit.flags)}
    else:
        targets = {flag: unit.name[flag] for flag in unit.flags}
    return "\n    ".join(f"assign {targets[flag]} = {expressions[flag]};" for flag in unit.flags)


def _flag_rules(unit: _Unit) -> str:
    """One bullet a flag, in the order of the ports."""
    y, name = unit.name["y"], unit.name
    if unit.params["subtraction"] == "borrow":
        carry = "for SUB the borrow: 1 when the true difference is below 0"
    else:
        carry = "for SUB the inverted borrow: 1 when the true difference, as unsigned numbers, is 0 or more, and 0 when it is below 0"
    rules = {
        "zero": f"1 exactly when every bit of `{y}` is 0, for every code.",
        "negative": f"the top bit of `{y}`, for every code.",
        "parity": f"1 when an odd number of bits of `{y}` is 1, for every code.",
        "carry": f"for ADD the carry out of the top bit (the true unsigned sum is 2^{unit.width} or more); {carry}; "
        "0 for every other code.",
        "overflow": "for ADD and SUB 1 when the true result, operands read as two's complement numbers, does not fit "
        f"{unit.width} bits of two's complement; 0 for every other code.",
    }
    vector = unit.params["flag_form"] == "vector"
    single = len(unit.flags) == 1
    labels = {
        flag: f"`{name['flags']}`" + ("" if single else f" bit {index}") + f" ({flag})" if vector else f"`{name[flag]}`"
        for index, flag in enumerate(unit.flags)
    }
    return "\n".join(f"   - {labels[flag]}: {rules[flag]}" for flag in unit.flags)


def _operation_table(unit: _Unit) -> str:
    rows = [f"| `{code:0{unit.code_width}b}` | {name} | {_meaning(unit, name)} |" for code, name in sorted(unit.codes.items())]
    return "\n".join(["| Code | Operation | Result |", "|---|---|---|", *rows])


def _notes(unit: _Unit) -> str:
    """The numbered points that only some draws need, continuing after point 2."""
    name, points = unit.name, []
    if "SLL" in unit.operations:
        point = f"A shift reads only `{name['b']}[{unit.amount_width - 1}:0]`; the bits above are ignored."
        if unit.width != 1 << unit.amount_width:
            point += f" An amount of {unit.width} or more shifts every bit out: 0 for SLL and SRL, all copies of the top bit for SRA."
        points.append(point)
    if unit.params["carry_in"]:
        flags = " and in the flags" if unit.extended else ""
        points.append(f"`{name['cin']}` takes part in ADD and SUB only, in the result{flags}; every other operation ignores it.")
    if unit.reserved:
        value = "0" if unit.params["reserved"] == "zero" else f"equal to `{name['a']}`"
        codes = ", ".join(f"`{code:0{unit.code_width}b}`" for code in unit.reserved)
        points.append(f"Reserved codes ({codes}): `{name['y']}` is {value}, and the flags follow their rules below.")
    return "".join(f"{index}. {point}\n" for index, point in enumerate(points, 3))


def _example(unit: _Unit) -> str:
    """A table of computed rows, one a legal code, on operands that carry and overflow."""
    name, model = unit.name, _Alu(unit.params)
    a, b = (1 << (unit.width - 1)) - 1, (1 << (unit.width - 1)) | 1
    columns = [name["a"], name["b"], name["op"], *([name["cin"]] if unit.params["carry_in"] else [])]
    outputs = [port for port in _ports(unit.params) if port.direction == "output"]
    header = [*columns, *(port.name for port in outputs)]
    rows = ["| " + " | ".join(f"`{column}`" for column in header) + " |", "|" + "---|" * len(header)]
    for code in sorted(unit.codes)[:4]:
        inputs = {name["a"]: a, name["b"]: b, name["op"]: code, name["cin"]: 1}
        values = model.settle(inputs)
        cells = [f"{a:0{unit.width}b}", f"{b:0{unit.width}b}", f"{code:0{unit.code_width}b}"] + ["1"] * unit.params["carry_in"]
        cells += [f"{values[port.name]:0{port.width}b}" for port in outputs]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _fill(params: Params) -> Mapping[str, str]:
    unit = _Unit(params)
    name = unit.name
    carried = params["carry_in"]
    borrow = name["cin"] if params["subtraction"] == "borrow" else f"!{name['cin']}"
    operands = (f"{{1'b0, {name['a']}}}", f"{{1'b0, {name['b']}}}") if unit.extended else (name["a"], name["b"])
    return {
        **name,
        "width": str(unit.width),
        "top_bit": str(unit.width - 1),
        "sum_top": str(unit.width if unit.extended else unit.width - 1),
        "sum": " + ".join((*operands, *([name["cin"]] if carried else []))),
        "difference": " - ".join((*operands, *([borrow] if carried else []))),
        "operations": _operation_table(unit),
        "notes": _notes(unit),
        "flag_rules": _flag_rules(unit),
        "flag_point": str(3 + _notes(unit).count("\n")),
        "arms": _arms(unit),
        "flag_assigns": _flag_assigns(unit),
        "example": _example(unit),
    }


@dataclass(slots=True)
class _Alu:
    """The unit on Python integers: true results first, then what fits the ports."""

    params: Params

    def settle(self, inputs: Inputs) -> Outputs:
        unit = _Unit(self.params)
        a, b, cin = inputs[unit.name["a"]], inputs[unit.name["b"]], inputs.get(unit.name["cin"], 0)
        operation = unit.codes.get(inputs[unit.name["op"]], "")
        value = self._value(unit, operation, a=a, b=b, cin=cin) % (1 << unit.width)
        flags = {
            "zero": value == 0,
            "negative": value >= 1 << (unit.width - 1),
            "parity": value.bit_count() % 2 == 1,
            **self._arithmetic_flags(unit, operation, a=a, b=b, cin=cin),
        }
        outputs: dict[str, int | None] = {unit.name["y"]: value}
        if self.params["flag_form"] == "vector":
            outputs[unit.name["flags"]] = sum(int(flags[flag]) << index for index, flag in enumerate(unit.flags))
        else:
            outputs |= {unit.name[flag]: int(flags[flag]) for flag in unit.flags}
        return outputs

    def clock(self, inputs: Inputs) -> None:
        """There is no clock."""

    def _borrow(self, cin: int) -> int:
        if not self.params["carry_in"]:
            return 0
        return cin if self.params["subtraction"] == "borrow" else 1 - cin

    def _value(self, unit: _Unit, operation: str, *, a: int, b: int, cin: int) -> int:
        amount = b % (1 << unit.amount_width)
        signed = _signed(a, unit.width)
        table: Mapping[str, Callable[[], int]] = {
            "ADD": lambda: a + b + (cin if self.params["carry_in"] else 0),
            "SUB": lambda: a - b - self._borrow(cin),
            "AND": lambda: a & b,
            "OR": lambda: a | b,
            "XOR": lambda: a ^ b,
            "NOR": lambda: -1 - (a | b),
            "NOT": lambda: -1 - a,
            "SLL": lambda: a * 2**amount,
            "SRL": lambda: a // 2**amount,
            "SRA": lambda: signed // 2**amount,
            "SLT": lambda: int(signed < _signed(b, unit.width)),
            "SLTU": lambda: int(a < b),
        }
        if operation in table:
            return table[operation]()
        return 0 if self.params["reserved"] == "zero" else a

    def _arithmetic_flags(self, unit: _Unit, operation: str, *, a: int, b: int, cin: int) -> dict[str, bool]:
        if operation not in ("ADD", "SUB"):
            return {"carry": False, "overflow": False}
        true = self._value(unit, operation, a=a, b=b, cin=cin)
        signed = true - a - (b if operation == "ADD" else -b)
        signed += _signed(a, unit.width) + (1 if operation == "ADD" else -1) * _signed(b, unit.width)
        outside = not -(1 << (unit.width - 1)) <= signed < 1 << (unit.width - 1)
        if operation == "ADD":
            return {"carry": true >= 1 << unit.width, "overflow": outside}
        return {"carry": (true < 0) == (self.params["subtraction"] == "borrow"), "overflow": outside}


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value


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


def _directed(unit: _Unit) -> list[tuple[int, int, int]]:
    """Code and operands: carries, overflows, equal and neighbouring operands, shifts by every edge amount."""
    full = (1 << unit.width) - 1
    top, middle, stripes = full - (full >> 1), full >> 1, 0x5555_5555 & full
    pairs = ((0, 0), (full, 1), (top, top), (middle, 1), (top, 1), (stripes, stripes), (stripes, full - stripes), (1, full))
    vectors = [(code, a, b) for code in unit.codes for a, b in pairs]
    amounts = (0, 1, unit.width - 1, unit.width, (1 << unit.amount_width) - 1)
    shifts = [code for code, operation in unit.codes.items() if operation in ("SLL", "SRL", "SRA")]
    vectors += [(code, top | 1, amount & full) for code in shifts for amount in amounts]
    return vectors + [(code, a, b) for code in unit.reserved for a, b in ((0, full), (full, 0), (stripes, 3))]


def _stimulus(params: Params, rng: Random) -> Sequence[Inputs]:
    unit = _Unit(params)
    directed = _directed(unit)
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
    return cycles


def _valid(params: Params) -> bool:
    """Choices that make no difference are pinned to one value, so that no two draws are the same task."""
    unit = _Unit(params)
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
        "operations": tuple(_SETS),
        "encoding": ("ascending", "descending"),
        "flags": tuple(_FLAGS),
        "flag_form": ("separate", "vector"),
        "subtraction": ("inverted_borrow", "borrow"),
        "carry_in": (False, True),
        "reserved": ("zero", "first_operand"),
        "naming": NAMINGS,
    },
    ports=_ports,
    fill=_fill,
    model=_Alu,
    stimulus=_stimulus,
    cosmetic=("naming",),
    valid=_valid,
    tags=("combinational", "arithmetic"),
)
