"""Gross mistakes of people who write Verilog, for the scripted agent: each should earn the label it is filed under.

A single mutation rarely leaves debug output behind, loops for ever, asks for gigabytes, or writes what simulates and
cannot be built. These do, in the way that such things happen: a check that was added while debugging and left in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecot.envs.domain import Mutation
from ecot.envs.prompts import fill
from ecot.envs.types import Label

_OUTPUT = re.compile(r"\boutput\s+(?:(?:reg|wire|logic|signed)\s+)*(?:\[[^\]]*\]\s*)?([A-Za-z_]\w*)")
_END = re.compile(r"^[ \t]*endmodule\b", re.M)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Lines that were put before the last `endmodule`.

    Attributes:
        operator: its name.
        label: what it should earn.
        lines: the text; `@{output}` is the first output port.
    """

    operator: str
    label: Label
    lines: str


MISTAKES = (
    Mistake(
        "leftover_display",
        Label.REJECTED,
        '    always @(@{output})\n        $display("%0t @{output}=%b", $time, @{output});\n',
    ),
    Mistake("leftover_monitor", Label.REJECTED, '    initial $monitor("@{output} is now %b", @{output});\n'),
    Mistake(
        "leftover_dump",
        Label.REJECTED,
        '    initial begin\n        $dumpfile("wave.vcd");\n        $dumpvars;\n    end\n',
    ),
    Mistake(
        "index_wraps",
        Label.TIMEOUT,
        "    // Count the ones; a three-bit index never exceeds seven.\n"
        "    reg [2:0] index;\n    reg [3:0] ones;\n    always @(@{output}) begin\n        ones = 0;\n"
        "        for (index = 0; index <= 7; index = index + 1)\n            ones = ones + @{output};\n    end\n",
    ),
    Mistake(
        "step_forgotten",
        Label.TIMEOUT,
        "    reg [7:0] tries;\n    always @(@{output}) begin\n        tries = 0;\n"
        "        while (tries < 8)\n            tries = tries + 8'd0;\n    end\n",
    ),
    Mistake(
        "history_too_deep",
        Label.RESOURCE_LIMIT,
        "    reg [63:0] history [0:134217727];\n    always @(@{output})\n        history[0] = {63'd0, ^@{output}};\n",
    ),
    Mistake(
        "loop_bound_is_data",
        Label.SYNTHESIS_ERROR,
        "    integer step;\n    reg toggled;\n    always @(@{output}) begin\n        toggled = 1'b0;\n"
        "        for (step = 0; step < @{output}; step = step + 1)\n            toggled = ~toggled;\n    end\n",
    ),
    Mistake(
        "while_over_data",
        Label.SYNTHESIS_ERROR,
        "    reg [7:0] rest;\n    always @(@{output}) begin\n        rest = @{output};\n"
        "        while (rest != 0)\n            rest = rest >> 1;\n    end\n",
    ),
    Mistake(
        "else_forgotten",
        Label.SYNTHESIS_ERROR,
        "    reg odd;\n    always @(@{output})\n        if (^@{output})\n            odd = 1'b1;\n",
    ),
    Mistake(
        "recursion_without_end",
        Label.RUNTIME_ERROR,
        "    function automatic [7:0] folded(input [7:0] value);\n        folded = folded(value >> 1) ^ value[0];\n"
        "    endfunction\n    reg [7:0] parity;\n    always @(@{output})\n        parity = folded(@{output});\n",
    ),
    Mistake("endmodule_misspelt", Label.COMPILATION_ERROR, "endmodul\n"),
)


def mistakes(source: str) -> Sequence[Mutation]:
    """Return every mistake made in `source`, in a fixed order; none where there is no module with an output."""
    output = _OUTPUT.search(source)
    ends = list(_END.finditer(source))
    if output is None or not ends:
        return []
    position = ends[-1].start()
    return [
        _mutation(mistake.operator, mistake.label, source, position, fill(mistake.lines, {"output": output[1]}))
        for mistake in MISTAKES
    ]


def _mutation(operator: str, label: Label, source: str, position: int, text: str) -> Mutation:
    line = source.count("\n", 0, position) + 1
    return Mutation(operator=operator, kind=str(label), line=line, source=source[:position] + text + source[position:])
