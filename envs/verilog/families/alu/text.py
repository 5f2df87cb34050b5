"""The texts of a draw of the arithmetic logic unit: prose of the specification, expressions of the solution."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.families.alu.model import Alu
from ecot.envs.verilog.families.alu.unit import Unit, ports
from ecot.envs.verilog.family import Params


def fill(params: Params) -> Mapping[str, str]:
    """Every placeholder of the instruction, the solution and the hacks."""
    unit = Unit(params)
    name = unit.name
    return {
        **name,
        "width": str(unit.width),
        "top_bit": str(unit.width - 1),
        "carry_declaration": "reg  carry_out;" if unit.extended else "",
        "carry_default": "carry_out = 1'b0;" if unit.extended else "",
        "addition": _statement(unit, "ADD"),
        "operations": _operation_table(unit),
        "notes": _notes(unit),
        "flag_rules": _flag_rules(unit),
        "flag_point": str(3 + _notes(unit).count("\n")),
        "arms": _arms(unit),
        "flag_assigns": _flag_assigns(unit),
        "example": _example(unit),
    }


def _meaning(unit: Unit, operation: str) -> str:
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


def _statement(unit: Unit, operation: str) -> str:
    """The Verilog statement of an operation; the bit above a difference is its borrow, inverted if it starts at 1."""
    if operation not in ("ADD", "SUB"):
        return f"value = {_expression(unit, operation)};"
    a, b, cin = unit.name["a"], unit.name["b"], unit.name["cin"]
    inverted = operation == "SUB" and unit.params["subtraction"] == "inverted_borrow"
    carried = ([f"!{cin}" if inverted else cin]) if unit.params["carry_in"] else []
    target = "value"
    if unit.extended:
        target, a, b = "{carry_out, value}", f"{{1'b{int(inverted)}, {a}}}", f"{{1'b0, {b}}}"
    sign = " + " if operation == "ADD" else " - "
    return f"{target} = {sign.join((a, b, *carried))};"


def _expression(unit: Unit, operation: str) -> str:
    """The Verilog expression of an operation that does not carry."""
    a, b = unit.name["a"], unit.name["b"]
    amount = f"{b}[{unit.amount_width - 1}:0]"
    compared = f"{{{unit.width - 1}'d0, %s}}"
    return {
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


def _literal(unit: Unit, code: int) -> str:
    return f"{unit.code_width}'b{code:0{unit.code_width}b}"


def _arms(unit: Unit) -> str:
    """The arms of the case statement; the default is the reserved result or, where every code is taken, the last."""
    items = sorted(unit.codes.items())
    arms = [f"{_literal(unit, code)}: {_statement(unit, operation)}" for code, operation in items]
    if unit.reserved:
        value = f"{unit.width}'d0" if unit.params["reserved"] == "zero" else unit.name["a"]
        arms.append(f"default: value = {value};")
    else:
        arms[-1] = "default: " + arms[-1].split(": ", 1)[1]
    return "\n            ".join(arms)


def _flag_expressions(unit: Unit) -> dict[str, str]:
    """The Verilog expression of every flag."""
    name, top = unit.name, unit.width - 1
    add, subtract = (
        f"{name['op']} == {_literal(unit, code)}"
        for code, operation in unit.codes.items()
        if operation in ("ADD", "SUB")
    )
    a, b = f"{name['a']}[{top}]", f"{name['b']}[{top}]"
    return {
        "zero": f"value == {unit.width}'d0",
        "negative": f"value[{top}]",
        "parity": "^value",
        "carry": "carry_out",
        "overflow": f"({add}) ? ({a} == {b}) && (value[{top}] != {a})\n"
        f"        : ({subtract}) ? ({a} != {b}) && (value[{top}] != {a}) : 1'b0",
    }


def _flag_assigns(unit: Unit) -> str:
    expressions = _flag_expressions(unit)
    if unit.params["flag_form"] == "vector":
        port = unit.name["flags"]
        select = "[%d]" if len(unit.flags) > 1 else ""
        targets = {flag: port + (select % index if select else "") for index, flag in enumerate(unit.flags)}
    else:
        targets = {flag: unit.name[flag] for flag in unit.flags}
    return "\n    ".join(f"assign {targets[flag]} = {expressions[flag]};" for flag in unit.flags)


def _flag_rules(unit: Unit) -> str:
    """One bullet a flag, in the order of the ports."""
    y, name = unit.name["y"], unit.name
    if unit.params["subtraction"] == "borrow":
        carry = "for SUB the borrow: 1 when the true difference is below 0"
    else:
        carry = (
            "for SUB the inverted borrow: 1 when the true difference of the unsigned operands is 0 or more, "
            "0 when it is below 0"
        )
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


def _operation_table(unit: Unit) -> str:
    rows = [
        f"| `{code:0{unit.code_width}b}` | {name} | {_meaning(unit, name)} |"
        for code, name in sorted(unit.codes.items())
    ]
    return "\n".join(["| Code | Operation | Result |", "|---|---|---|", *rows])


def _notes(unit: Unit) -> str:
    """The numbered points that only some draws need, continuing after point 2."""
    name, points = unit.name, []
    if "SLL" in unit.operations:
        point = f"A shift reads only `{name['b']}[{unit.amount_width - 1}:0]`; the bits above are ignored."
        if unit.width != 1 << unit.amount_width:
            point += (
                f" An amount of {unit.width} or more shifts every bit out: the result is 0 for SLL and SRL, and all "
                "copies of the top bit for SRA."
            )
        points.append(point)
    if unit.params["carry_in"]:
        flags = " and in the flags" if unit.extended else ""
        points.append(
            f"`{name['cin']}` takes part in ADD and SUB only, in the result{flags}; every other operation ignores it."
        )
    if unit.reserved:
        value = "0" if unit.params["reserved"] == "zero" else f"equal to `{name['a']}`"
        codes = ", ".join(f"`{code:0{unit.code_width}b}`" for code in unit.reserved)
        points.append(f"Reserved codes ({codes}): `{name['y']}` is {value}, and the flags follow their rules below.")
    return "".join(f"{index}. {point}\n" for index, point in enumerate(points, 3))


def _example(unit: Unit) -> str:
    """A table of computed rows: two arithmetic operations and the last two of the set."""
    name, model = unit.name, Alu(unit.params)
    a, b = (1 << (unit.width - 1)) - 1, (1 << (unit.width - 1)) | 1
    columns = [name["a"], name["b"], name["op"], *([name["cin"]] if unit.params["carry_in"] else [])]
    outputs = [port for port in ports(unit.params) if port.direction == "output"]
    header = [*columns, *(port.name for port in outputs)]
    rows = ["| " + " | ".join(f"`{column}`" for column in header) + " |", "|" + "---|" * len(header)]
    codes = {operation: code for code, operation in unit.codes.items()}
    for operation in (*unit.operations[:2], *unit.operations[-2:]):
        code = codes[operation]
        inputs = {name["a"]: a, name["b"]: b, name["op"]: code, name["cin"]: 1}
        values = model.settle(inputs)
        cells = [f"{a:0{unit.width}b}", f"{b:0{unit.width}b}", f"{code:0{unit.code_width}b}"] + ["1"] * unit.params[
            "carry_in"
        ]
        cells += [f"{values[port.name]:0{port.width}b}" for port in outputs]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)
