"""The pieces of `risc_core`'s solution that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.verilog.families.risc_core.encoding import operations
from ecot.envs.verilog.families.risc_core.model import code_width
from ecot.envs.verilog.family import Params

_RESULTS = {
    "add": "(left + right)",
    "sub": "(left - right)",
    "and": "(left & right)",
    "or": "(left | right)",
    "xor": "(left ^ right)",
    "slt": "($signed(left) < $signed(right))",
    "sltu": "(left < right)",
}


def verilog(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Pieces of the solution."""
    slot, zero, hazard = params["branch"] == "slot", params["zero"], params["hazard"]
    word, code = params["word"], code_width(params)
    needs = "((reads_first && write_number == first) || (reads_second && write_number == second))"
    waits = {"forward": [], "stall": [f"writing && {needs}"], "stall_load": [f"writing && loading && {needs}"]}[hazard]
    held = [*waits, f"is_control && !{words['offered']}"] if slot else waits
    forwards = hazard != "stall"
    source = "arriving" if hazard == "forward" else "write_value"

    def read(name: str, *, forward: bool = forwards) -> str:
        plain = f"registers[{name} * {word} +: {word}]"
        return f"(writing && write_number == {name}) ? {source} : {plain}" if forward else plain

    step = 1 if params["encoding"] == "compact" else 4
    link = f"{{{word - code}'d0, following}}" if word > code else f"following[{word - 1}:0]"
    return {
        **_fields(params),
        "word_left": str(word - 1),
        "word": str(word),
        "file_left": str(8 * word - 1),
        "code_left": str(code - 1),
        "step": str(step),
        "reads": "    wire reads_second = is_arithmetic || is_store || is_branch;\n"
        "    wire reads_first = reads_second || is_immediate || is_load;\n"
        if waits
        else "",
        "control": "    wire is_control = is_branch || is_jump;" if slot else "",
        "held": " || ".join(f"({item})" for item in held) or "1'b0",
        "careless": " || ".join(f"({item})" for item in held[len(waits) :]) or "1'b0",
        "left_source": read("first"),
        "right_source": read("second"),
        "left_stale": read("first", forward=False),
        "right_stale": read("second", forward=False),
        "link": link,
        "writes_guard": " && target != 0" if zero else "",
        "other_guard": "" if zero else " && target != 0",
        "fetch_guard": words["offered"] + ("" if slot else " && !jumps"),
        "other_fetch": words["offered"] + (" && !jumps" if slot else ""),
        "results": _arms(params, operations(params)),
        "other_results": _arms(
            params, (*operations(params)[:-1], "sltu" if params["compare"] == "slt" else "slt"), True
        ),
    }


_MINOR = {"add": 0, "sub": 0, "slt": 2, "sltu": 3, "xor": 4, "or": 6, "and": 7}


def _arms(params: Params, names: tuple[str, ...], mistaken: bool = False) -> str:
    """The arms of the arithmetic; the last name is a comparison, in mistaken arms of the other kind."""
    lines: list[str] = []
    compact = not _wide(params)
    for code, name in enumerate(names):
        if not compact:
            if name == "sub":
                continue
            code = _MINOR[params["compare"] if mistaken and code == len(names) - 1 else name]
        value = "(code[30] ? left - right : left + right)" if name == "add" and _wide(params) else _RESULTS[name]
        lines.append(value if len(lines) == len(names) - (1 if compact else 2) else f"kind == 3'd{code} ? {value} :")
    return "\n".join(f"        {line}" for line in lines) + ";"


def _wide(params: Params) -> bool:
    return bool(params["encoding"] != "compact")


def _fields(params: Params) -> dict[str, str]:
    """How the instruction is taken apart."""
    word, code = params["word"], code_width(params)
    if not _wide(params):
        reach = "{%d{code[5]}}, code[5:0]"
        jump = "code[8:0]" if code > 8 else f"code[{code - 1}:0]"
        near = f"{{{reach % (code - 6)}}}" if code > 6 else "code[5:0]"
        return {
            "code_bits": "15",
            "kind": "code[2:0]",
            "target": "code[11:9]",
            "first": "code[8:6]",
            "second": "is_arithmetic_code ? code[5:3] : code[11:9]",
            "wire_arithmetic": "    wire is_arithmetic_code = code[15:12] == 4'd0;\n",
            "is_arithmetic": "is_arithmetic_code && code[2:0] < 3'd6",
            "is_immediate": "code[15:12] == 4'd1",
            "is_load": "code[15:12] == 4'd2",
            "is_store": "code[15:12] == 4'd3",
            "is_branch": "code[15:12] == 4'd4 || code[15:12] == 4'd5",
            "is_jump": "code[15:12] == 4'd6",
            "unequal": "code[12]",
            "immediate": f"{{{reach % (word - 6)}}}",
            "distance": f"is_jump ? {jump} : {near}",
        }
    high = f"{{{word - 12}{{code[31]}}}}, " if word > 12 else ""
    top = 31 if word >= 12 else 19 + word
    upper = 31 if word >= 12 else 19 + word
    offset = f"{{{high}code[{top}:20]}}"
    store = f"{{{high}code[{upper}:25], code[11:7]}}"
    minors = sorted({_MINOR[name] for name in operations(params)})
    return {
        "code_bits": "31",
        "kind": "code[14:12]",
        "target": "code[9:7]",
        "first": "code[17:15]",
        "second": "code[22:20]",
        "wire_arithmetic": "",
        "is_arithmetic": "code[6:0] == 7'b0110011 && ("
        + " || ".join(f"code[14:12] == 3'd{minor}" for minor in minors)
        + ")",
        "is_immediate": "code[6:0] == 7'b0010011 && code[14:12] == 3'd0",
        "is_load": "code[6:0] == 7'b0000011 && code[14:12] == 3'd2",
        "is_store": "code[6:0] == 7'b0100011 && code[14:12] == 3'd2",
        "is_branch": "code[6:0] == 7'b1100011 && code[14:13] == 2'd0",
        "is_jump": "code[6:0] == 7'b1101111",
        "unequal": "code[12]",
        "immediate": f"is_store ? {store} : {offset}",
        "distance": f"is_jump ? {{code[{code + 19}:21], 1'b0}} : {{code[{code + 19}:25], code[11:8], 1'b0}}",
    }
