"""What a firmware's source may not hold: files from outside, calls to a debugger, a vector table of its own.

None of these could change a verdict, which is drawn outside of the chip; they keep what compiles a program for a chip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ecot.envs.types import Diagnostic

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_RULES = (
    ("included_file", re.compile(r"\.incbin|\.include\b"), "assembler directives that read files are not allowed"),
    (
        "include_path",
        re.compile(r'^\s*#\s*include(?:_next)?\s*["<](?:/|[^">\n]*\.\.)', re.M),
        "include headers by their name, not by a path",
    ),
    ("embedded_file", re.compile(r"^\s*#\s*embed\b", re.M), "files cannot be embedded"),
    (
        "semihosting",
        re.compile(r"bkpt\W{0,6}(?:0x0*ab|171)\b", re.I),
        "there is no debugger: semihosting calls are not allowed",
    ),
    (
        "vector_table",
        re.compile(r"\.isr_vector\b"),
        "the vector table is the start-up code's; define handlers by their names",
    ),
    ("line_marker", re.compile(r"^\s*#\s*(?:line\b|\d+\s*\")", re.M), "line markers are not allowed"),
)


def broken(files: Iterator[tuple[str, str]]) -> tuple[Diagnostic, ...]:
    """Return what breaks a rule, in the order of the text.

    Args:
        files: name and text of each.
    """
    found = []
    for name, text in files:
        # Continued lines are one line to the compiler; comments keep their line ends, so that numbers stay right.
        bare = _COMMENTS.sub(lambda match: "\n" * match[0].count("\n") or " ", text.replace("\\\n", "  "))
        for code, expression, message in _RULES:
            for match in expression.finditer(bare):
                line = bare.count("\n", 0, match.start()) + 1
                found.append(
                    Diagnostic(
                        tool="rules", code=code, message=message, file=name, line=line, symbol=match[0].strip()[:40]
                    )
                )
    return tuple(sorted(found, key=lambda item: (item.file, item.line)))
