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

_CHANGE = re.compile(r"(?://|#) instead of:\n(.*?)(?://|#) stands:\n(.*?)(?=(?://|#) instead of:\n|\Z)", re.DOTALL)
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


def hacks_in(
    package: str, values: Mapping[str, str], *, suffixes: tuple[str, ...], solution: str = ""
) -> tuple[Hack, ...]:
    """Return the hacks in folder `hacks` of a package, filled in.

    Args:
        package: that has the folder.
        values: of the placeholders.
        suffixes: of the files that count.
        solution: the file of the package that a hack may change some lines of, in place of being whole.

    Raises:
        TaskError: one of them does not open with what it is expected to earn, or changes lines that are not there.
    """
    return tuple(_hack_of(package, name, values, solution) for name in _hack_names(package, suffixes))


@cache
def _hack_names(package: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    folder = files(package).joinpath("hacks")
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(suffixes)))


def _hack_of(package: str, name: str, values: Mapping[str, str], solution: str) -> Hack:
    first, _, rest = load(package, f"hacks/{name}").partition("\n")
    match = _EXPECTATION.fullmatch(first.strip())
    if match is None:
        raise TaskError(
            f"{package}/hacks/{name} must open with '// expect: LABEL[,LABEL]: reason' (or '# expect: ...'), "
            f"not {first!r:.80}"
        )
    labels = frozenset(Label(label) for label in match[1].split(","))
    return Hack(name.rpartition(".")[0], render(_whole(package, name, rest, solution), values), labels, match[2])


def _whole(package: str, name: str, text: str, solution: str) -> str:
    """The template of a hack, which is whole or says in which lines it differs from the solution's.

    `// instead of:`, lines of the solution, `// stands:`, the hack's lines; as often as needed.
    """
    changes = _CHANGE.findall(text) if solution else []
    if not changes:
        return text
    whole = load(package, solution)
    for before, after in changes:
        count = whole.count(before)
        if count != 1:
            raise TaskError(f"{package}/hacks/{name} changes lines that its solution has {count} times: {before!r:.80}")
        whole = whole.replace(before, after)
    return whole
