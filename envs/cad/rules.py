"""Static rules of CAD scripts: what a script may import and mention. They are read before anything of it runs.

The sandbox confines; these rules exist so that a script that reaches for files, processes or other modules is told so,
and earns nothing, instead of failing in some odd way.
"""

from __future__ import annotations

from typing import Any

from ecot.envs.python_rules import DEFAULT_ATTRIBUTES, PythonRules, check_python

_READS_FILES = "a part is built from its dimensions, never read from a file"
_SHOWS = "nothing is shown here; assign the part to the variable that the task names"
_NUMPY_FILES = ("load", "loadtxt", "genfromtxt", "fromfile", "memmap", "save", "savez", "savetxt", "ctypeslib", "f2py")

RULES = PythonRules(
    imports=(
        *("cadquery", "math", "numpy", "itertools", "functools", "collections", "dataclasses", "typing", "enum"),
        *("random", "copy", "operator", "fractions", "statistics", "abc", "warnings"),
    ),
    refused_imports={
        "cadquery.vis": _SHOWS,
        "cadquery.fig": _SHOWS,
        "cadquery.plugins": "plug-ins of an installation are no part of a script",
        "cadquery.occ_impl.importers": _READS_FILES,
        "cadquery.importers": _READS_FILES,
    },
    references={
        "cadquery.vis": _SHOWS,
        "cadquery.importers": _READS_FILES,
        **{f"numpy.{name}": "arrays are computed, never read from a file or written to one" for name in _NUMPY_FILES},
    },
    attributes={
        **DEFAULT_ATTRIBUTES,
        **dict.fromkeys(
            ("importers", "importBrep", "importBin", "importStep", "importStepColor", "importDXF", "importXBF"),
            _READS_FILES,
        ),
    },
)


def check(source: str) -> list[dict[str, Any]]:
    """Return what the rules refuse in a script, as JSON values; called in a confined child."""
    return [
        {"code": item.code, "message": item.message, "line": item.line, "column": item.column, "symbol": item.symbol}
        for item in check_python(source, RULES)
    ]
