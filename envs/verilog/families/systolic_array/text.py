"""The pieces of `systolic_array`'s instruction and solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.prompts import load
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.systems import by_reset
from ecot.envs.verilog.texts import render


def text(params: Params, words: Mapping[str, str], *, sum_width: int) -> dict[str, str]:
    """Clauses of the instruction."""
    size, inside, outer = params["size"], params["skew"] == "inside", params["dataflow"] == "output"
    far = (2 if inside or outer else 1) * (size - 1)
    sources = {}
    for key, place in (("left", "i"), ("upper", "j")):
        field = f"field *{place}* of `{words[key]}`"
        sources[f"{key}_source"] = (
            f"what {field} was *{place}* steps earlier (the array delays its operands itself; 0 where that step lies "
            "before the reset)"
            if inside
            else f"{field} as it is now (whoever feeds the array delays the operands)"
        )
    kind = "signed numbers in two's complement" if params["signed"] else "unsigned numbers"
    lines = [f"Operands{' and weights' if not outer else ''} are {kind} of {params['width']} bits."]
    lines.append(
        f"Sums have {sum_width} bits and wrap: they are the exact values modulo 2^{sum_width}"
        + (", in two's complement." if params["signed"] else ".")
    )
    fields = f"field *k* of `{words['left']}` and of `{words['upper']}` is bits *k* * {params['width']} + "
    fields += f"{params['width'] - 1} down to *k* * {params['width']}"
    out_field = "the sum of cell (*i*, *j*) is field *i* * " + f"{size} + *j*" if outer else "column *j* is field *j*"
    lines.append(
        f"Vectors are packed, field 0 lowest: {fields}. In `{words['sums']}`, {out_field}, of {sum_width} bits."
    )
    out_text = (
        f"Field *j* of `{words['sums']}` is the sum of cell ({size - 1}, *j*) as it was {size - 1} - *j* steps ago: "
        "the array delays the columns, so that all results of one vector come together."
        if inside
        else f"Field *j* of `{words['sums']}` is the sum that cell ({size - 1}, *j*) holds. Column *j* of a vector's "
        "result comes *j* steps after column 0."
    )
    given = {**words, **sources, "far": str(far), "out_text": out_text}
    return {
        "size": str(size),
        "last_index": str(size - 1),
        "purpose": "the sums of the product stay in their cells while both operands move (output-stationary)"
        if outer
        else "the weights stay in their cells while operands and sums move (weight-stationary)",
        "numbers": "\n".join(f"- {line}" for line in lines),
        "cells": render(load(__package__, f"cells_{params['dataflow']}.md"), given).rstrip(),
        "idle_text": f"At an edge with `{words['step']}` 0 "
        + (
            "nothing changes at all."
            if outer
            else f"nothing but weights (where `{words['load']}` is 1) changes; pauses do not count as steps."
        ),
        "zeroed": "all operands on their way, all flags and all sums" + ("" if outer else ", and all weights"),
        "by_reset": by_reset(params),
        "meaning": _meaning(params, words, far),
        "example_note": "sums as the cells hold them, row by row, as exact numbers"
        if outer
        else "fields, field 0 first",
    }


def _meaning(params: Params, words: Mapping[str, str], far: int) -> str:
    size, inside = params["size"], params["skew"] == "inside"
    if params["dataflow"] == "output":
        how = (
            f"feed column *t* of *A* as `{words['left']}` and row *t* of *B* as `{words['upper']}` at step *t*"
            if inside
            else f"at step *t* feed A[*i*][*t* - *i*] as field *i* of `{words['left']}` and B[*t* - *j*][*j*] as field "
            f"*j* of `{words['upper']}`, 0 where an index is out of range"
        )
        return (
            f"To compute *C* = *A* x *B*, {how}, with `{words['first']}` 1 at step 0 and `{words['last']}` 1 at the "
            f"step "
            "of the last terms of cell (0, 0). Cell (*i*, *j*) then holds C[*i*][*j*] after its last term; the last "
            "cell "
            f"does so while `{words['done']}` is 1. A new product may begin while cells further on are still busy "
            f"with the "
            "old one."
        )
    return (
        f"With weights W (row *i*, column *j*), a vector *v* gives result *j* = the sum of v[*i*] * W[*i*][*j*]. The "
        f"row "
        f"that is loaded first ends up lowest: to place W, load row {size - 1} first and row 0 last. "
        + (
            f"Feed the whole vector at one step; its results are shown {far} steps later."
            if inside
            else "Feed v[*i*] as field *i* at *i* steps after v[0]; result 0 is shown "
            f"{size - 1} steps after the step that took v[0]."
        )
    )


def verilog(params: Params, words: Mapping[str, str], *, sum_width: int) -> dict[str, str]:
    """Pieces of the solution."""
    outer, inside = params["dataflow"] == "output", params["skew"] == "inside"
    size, width = params["size"], params["width"]
    far = (2 if inside or outer else 1) * (size - 1)
    delays = _Delays(words, width)
    grid = []
    lefts = [delays.of("left", place, place if inside else 0) for place in range(size)]
    uppers = [delays.of("upper", place, place if inside and outer else 0) for place in range(size)]
    cell = [(row, column) for row in range(size) for column in range(size)]
    for row, column in cell:
        left = lefts[row] if column == 0 else f"left_{row}_{column - 1}"
        upper = uppers[column] if row == 0 else f"upper_{row - 1}_{column}"
        flag = words.get("first") if row + column == 0 else f"late[{far + row + column}]"
        above = f"{sum_width}'d0" if row == 0 else f"sum_{row - 1}_{column}"
        third = f".cell_first({flag})" if outer else f".cell_load({words['load']}), .above({above})"
        grid.append(
            f"    {_TOP} cell_{row}_{column} (.cell_clock({words['clock']}), .cell_reset({words['reset']}), "
            f".cell_step({words['step']}), {third},\n        .left_in({left}), .upper_in({upper}), "
            f".left_out(left_{row}_{column}), "
            f".upper_out(upper_{row}_{column}), .sum(sum_{row}_{column}));\n"
        )
    if outer:
        shown = [f"sum_{row}_{column}" for row, column in cell]
    else:
        bottom = [f"sum_{size - 1}_{column}" for column in range(size)]
        shown = [
            delays.of_wire(name, size - 1 - place if inside else 0, sum_width) for place, name in enumerate(bottom)
        ]
    wires = "".join(
        f"    wire [{width - 1}:0] left_{row}_{column}, upper_{row}_{column};\n"
        f"    wire [{sum_width - 1}:0] sum_{row}_{column};\n"
        for row, column in cell
    )
    # One register for the flags on their way: those of `last` lowest, those of `first` above.
    moved = f"late[{far - 1}:0], {words['last']}"
    if outer:
        moved = f"late[{2 * far - 1}:{far + 1}], {words['first']}, {moved}"
    local = {words["clock"]: "cell_clock", words["reset"]: "cell_reset"}
    edges, other, active = words["edges"], words["other_edges"], words["reset_active"]
    for name, short in local.items():
        edges, other, active = (_renamed(item, name, short) for item in (edges, other, active))
    signed = "signed " * params["signed"]
    return {
        "cell_edges": edges,
        "cell_other_edges": other,
        "cell_active": active,
        "sum_left": str(sum_width - 1),
        "data_left": str(width - 1),
        "signed": signed,
        "other_signed": "" if params["signed"] else "signed ",
        "other_base": f"(cell_first ? {sum_width}'{'d' if params['signed'] else 'sd'}0 : sum)" if outer else "above",
        "cell_ports": "    input wire cell_first,"
        if outer
        else f"    input wire cell_load,\n    input wire {signed}[{sum_width - 1}:0] above,",
        "other_cell_ports": "    input wire cell_first,"
        if outer
        else "    input wire cell_load,\n"
        f"    input wire {'' if params['signed'] else 'signed '}[{sum_width - 1}:0] above,",
        "cell_weight": "" if outer else "            if (cell_load)\n                upper_out <= upper_in;\n",
        "cell_moves": "                upper_out <= upper_in;\n" if outer else "",
        "second": "upper_in" if outer else "upper_out",
        "base": f"(cell_first ? {sum_width}'{'sd' if params['signed'] else 'd'}0 : sum)" if outer else "above",
        "stale_base": "sum" if outer else f"(cell_load ? {sum_width}'{'sd' if params['signed'] else 'd'}0 : above)",
        "wires": wires,
        "flags": f"    reg [{2 * far if outer else far}:0] late;\n" + delays.declarations(),
        "resets": "            late <= 0;\n" + delays.resets(),
        "steps": f"            late <= {{{moved}}};\n" + delays.steps(),
        "grid": "".join(grid),
        "packed": ", ".join(reversed(shown)),
        "transposed": ", ".join(
            reversed([f"sum_{column}_{row}" for row, column in cell] if outer else list(reversed(shown)))
        ),
        "done_index": str(far),
        "early_index": str(far - 1),
    }


_TOP = "array_cell"


def _renamed(item: str, name: str, short: str) -> str:
    return " ".join(short if word == name else f"!{short}" if word == f"!{name}" else word for word in item.split(" "))


class _Delays:
    """The registers that delay operands and results, each a row of the text."""

    def __init__(self, words: Mapping[str, str], width: int) -> None:
        self._words, self._width = words, width
        self._lines: list[tuple[str, int, str]] = []

    def of(self, key: str, place: int, delay: int) -> str:
        """The name of a field of an input, so many steps late."""
        field = f"{self._words[key]}[{place * self._width + self._width - 1}:{place * self._width}]"
        return self._add(f"{key}_{place}", field, delay, self._width)

    def of_wire(self, name: str, delay: int, width: int) -> str:
        """The name of a wire, so many steps late."""
        return self._add(name, name, delay, width)

    def _add(self, name: str, source: str, delay: int, width: int) -> str:
        for number in range(1, delay + 1):
            self._lines.append((f"{name}_late_{number}", width, source))
            source = f"{name}_late_{number}"
        return source

    def declarations(self) -> str:
        return "".join(f"    reg [{width - 1}:0] {name};\n" for name, width, _ in self._lines)

    def resets(self) -> str:
        return "".join(f"            {name} <= 0;\n" for name, _, _ in self._lines)

    def steps(self) -> str:
        return "".join(f"            {name} <= {source};\n" for name, _, source in self._lines)
