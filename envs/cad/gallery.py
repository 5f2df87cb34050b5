"""One sheet with a picture of every family: `python -m ecot.envs.cad.gallery docs/cad-gallery.png`.

Each part is the solution of a family's first draw, built and judged like any candidate.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from importlib import import_module
from pathlib import Path

from ecot.envs.backend import Backend
from ecot.envs.cad.picture import parts_of, shaded
from ecot.envs.cad.scenes import Part
from ecot.envs.cad.source import FamilySource, family_named, family_names
from ecot.envs.errors import TaskError, ToolchainMissing
from ecot.envs.real import RealBackend
from ecot.envs.types import Candidate, Request

__all__ = ["main", "parts", "write_sheet"]

_COLUMNS = 4
_SIDE = 300
"""Pixels of one picture."""


def parts(backend: Backend, families: Sequence[str]) -> Mapping[str, Part]:
    """Return a mesh of the first draw of every family.

    Raises:
        TaskError: a solution does not pass.
    """
    found = {}
    for name in families:
        source = FamilySource(name)
        task = source[source.ids()[0]]
        outcome = backend.submit(Request(task=task, candidate=Candidate(task.solution))).result()
        if not outcome.passed:
            raise TaskError(f"the solution of {task.id!r} does not pass: {outcome.label}")
        found[name] = parts_of(outcome)["candidate"]
    return found


def write_sheet(path: Path, meshes: Mapping[str, Part]) -> None:
    """Draw the parts side by side, each under the title and level of its family.

    Raises:
        ToolchainMissing: matplotlib is not installed.
    """
    try:
        make_figure = import_module("matplotlib.figure").Figure
    except ModuleNotFoundError:
        raise ToolchainMissing("pictures need matplotlib; install it with: pip install 'ecot-gym[cad]'") from None
    names = sorted(meshes, key=lambda name: (family_named(name).level, name))
    rows = math.ceil(len(names) / _COLUMNS)
    figure = make_figure(figsize=(_COLUMNS * 2.6, rows * 2.7), dpi=100)
    for place, name in enumerate(names):
        axes = figure.add_subplot(rows, _COLUMNS, place + 1)
        axes.imshow(shaded(meshes[name], height=_SIDE, width=_SIDE))
        axes.set_title(f"{name} (level {family_named(name).level})", fontsize=9)
        axes.set_axis_off()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Write the sheet to the path given."""
    parser = argparse.ArgumentParser(description="Draw one part of every CAD family.")
    parser.add_argument("path", type=Path, help="of the picture, such as docs/cad-gallery.png")
    arguments = parser.parse_args()
    with closing(RealBackend(workers=1)) as backend:
        write_sheet(arguments.path, parts(backend, family_names()))


if __name__ == "__main__":
    main()
