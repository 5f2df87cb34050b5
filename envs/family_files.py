"""The files of a family's folder: templates filled in for a draw, and hacks that open with what they are to earn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ecot.envs.errors import TaskError
from ecot.envs.prompts import fill, load
from ecot.envs.types import Label

__all__ = ["Hack", "hacks_in", "render"]

_EXPECTATION = re.compile(r"(?://|#) expect: ([A-Z_]+(?:,[A-Z_]+)*): (.+)")


@dataclass(frozen=True, slots=True)
class Hack:
    """A candidate that must not earn more than the floor.

    Attributes:
        name: of its file, without the suffix.
        source: rendered for one draw.
        labels: those that its outcome may carry.
        reason: why it earns nothing.
    """

    name: str
    source: str
    labels: frozenset[Label]
    reason: str


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill a template in; lines that held nothing but empty placeholders vanish.

    Raises:
        TaskError: a placeholder has no value.
    """
    lines = []
    for line in template.splitlines():
        filled = fill(line, values).rstrip()
        if filled or not line.strip():
            lines.append(filled)
    return "\n".join(lines).strip() + "\n"


def hacks_in(package: str, values: Mapping[str, str], *, suffixes: tuple[str, ...]) -> tuple[Hack, ...]:
    """Return the hacks in folder `hacks` of a package, filled in.

    Raises:
        TaskError: one of them does not open with what it is expected to earn.
    """
    return tuple(_hack_of(package, name, values) for name in _hack_names(package, suffixes))


@cache
def _hack_names(package: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    folder = files(package).joinpath("hacks")
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(suffixes)))


def _hack_of(package: str, name: str, values: Mapping[str, str]) -> Hack:
    first, _, rest = load(package, f"hacks/{name}").partition("\n")
    match = _EXPECTATION.fullmatch(first.strip())
    if match is None:
        raise TaskError(
            f"{package}/hacks/{name} must open with '// expect: LABEL[,LABEL]: reason' (or '# expect: ...'), "
            f"not {first!r:.80}"
        )
    labels = frozenset(Label(label) for label in match[1].split(","))
    return Hack(name.rpartition(".")[0], render(rest, values), labels, match[2])
