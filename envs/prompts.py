"""Texts with strict placeholders: Markdown and Verilog files beside the code that uses them, `@{name}` filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ecot.envs.errors import TaskError

_PLACEHOLDER = re.compile(r"@\{([a-z_]+)\}")


@cache
def load(package: str, name: str) -> str:
    """Return the text of a file of a package.

    Raises:
        TaskError: there is no such file.
    """
    try:
        return files(package).joinpath(name).read_text(encoding="utf-8")
    except (FileNotFoundError, ModuleNotFoundError):
        raise TaskError(f"there is no text {name!r} in package {package!r}") from None


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace every `@{name}`; values are not scanned again.

    Raises:
        TaskError: a placeholder has no value.

    >>> fill("module @{top};", {"top": "fifo"})
    'module fifo;'
    """

    def value(match: re.Match[str]) -> str:
        try:
            return values[match[1]]
        except KeyError:
            raise TaskError(f"placeholder @{{{match[1]}}} has no value; known: {', '.join(sorted(values))}") from None

    return _PLACEHOLDER.sub(value, template)
