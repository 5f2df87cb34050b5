"""The pieces of `risc_core`'s instruction that depend on the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ecot.envs.prompts import load
from ecot.envs.verilog.families.risc_core.encoding import operations
from ecot.envs.verilog.families.risc_core.model import code_width
from ecot.envs.verilog.family import Params
from ecot.envs.verilog.texts import render

_OPERATIONS = {
    "add": "rd = ra + rb",
    "sub": "rd = ra - rb",
    "and": "rd = ra AND rb, bit by bit",
    "or": "rd = ra OR rb, bit by bit",
    "xor": "rd = ra XOR rb, bit by bit",
    "slt": "rd = 1 where ra < rb as signed numbers, else 0",
    "sltu": "rd = 1 where ra < rb as unsigned numbers, else 0",
}


def _clause(name: str, values: Mapping[str, str]) -> str:
    """A part of the instruction that has a file of its own."""
    return render(load(__package__ or "", name), values).rstrip()


def text(params: Params, words: Mapping[str, str]) -> dict[str, str]:
    """Clauses of the instruction."""
    compact, step = params["encoding"] == "compact", 1 if params["encoding"] == "compact" else 4
    code = code_width(params)
    waits = [] if params["hazard"] == "forward" else ["for a register (rule 7)"]
    waits += ["for its delay slot (rule 8)"] if params["branch"] == "slot" else []
    rows = [(f"`{name}`", _OPERATIONS[name]) for name in operations(params)]
    values = {
        "word": str(params["word"]),
        "code_width": str(code),
        "step": str(step),
        "zero_text": "Register 0 always reads as 0; an instruction that would write it writes nothing."
        if params["zero"]
        else "Register 0 is a register like the others.",
        "operation_rows": "\n".join(f"| {name} | {meaning} |" for name, meaning in rows),
        "hazard_text": _clause(f"hazard_{params['hazard']}.md", words),
        "branch_text": _clause(f"branch_{params['branch']}.md", words),
        "wait_text": f"**Waiting.** While an instruction waits {' or '.join(waits)}, X keeps it, nothing is fetched "
        f"and `{words['address']}` keeps its value; it uses the data port and jumps only in the cycle in which it no "
        "longer waits. W goes on, and is empty in the next cycle."
        if waits
        else "**Waiting.** An instruction never waits in X: it stays there for exactly one cycle.",
        "reads_text": "`add` and its kin, `store`, `beq` and `bne` read ra and rb; `addi` and `load` read ra; `jump` "
        "and the instructions without effect read none, whatever stands in these fields.",
        "alignment_text": "An instruction takes one address."
        if compact
        else "An instruction takes four addresses; distances are in the same unit; a target may be no multiple of 4.",
        "link_text": f"the low {params['word']} bits of this address"
        if code > params["word"]
        else "this address, extended with zeros"
        if code < params["word"]
        else "this address",
    }
    codes = {name: str(number) for number, name in enumerate(operations(params))}
    minors = {"compare": params["compare"], "minor": "010" if params["compare"] == "slt" else "011"}
    kin = ", ".join(f"{number} `{name}`" for name, number in codes.items())
    encoding = _clause(f"{params['encoding']}.md", {**values, **minors, "kin": kin})
    return values | {"encoding_text": encoding}
