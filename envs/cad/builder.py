"""Runs a CAD script and gives out the geometry that it built: all that happens in the candidate's own process.

Nothing here knows what is expected. What it returns is an artefact: a second process, in which no script ran, reads the
geometry and judges it. The notes beside it (lines, traps of the kernel) only ever make an outcome worse or clearer.

CadQuery is imported once, in the server that every job's process is forked from.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import io
import math
import os
import random
import signal
import sys
import tempfile
import traceback
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import cadquery as cq
import numpy as np

__all__ = ["build"]

VARIABLES = ("result", "part", "solid", "r", "assembly", "model", "body", "shape", "res")
"""Names that are looked at, in this order, where the one that the task names was not assigned."""
MOST_BYTES = 6 << 20
"""Of the geometry as text; a part of these tasks has some 10 to 500 KiB."""
_BUDGET_SHARE = 0.85
"""Part of the processor time after which the line that runs is noted, for a script that will not end."""
_TRAPS: list[dict[str, Any]] = []
_DEPTH = [0]
_ENTRY = ["result.py"]


def build(order: Mapping[str, Any]) -> dict[str, Any]:
    """Run a script and return its geometry.

    Args:
        order: `source`, `entry` (the name that lines refer to), `variable`, `cpu_seconds`.

    Returns:
        `brep` (OpenCascade's text form), `solids` and `loose` (counts by kind of what is no solid), `traps`; or
        `problem` with `code`, `message`, `line`, `traps`.
    """
    entry = str(order["entry"])
    _ENTRY[0] = entry
    _TRAPS.clear()
    with contextlib.suppress(OSError):  # a scratch folder that an earlier process filled up is no reason to fail
        os.chdir(tempfile.mkdtemp(dir="."))
    random.seed(0)
    np.random.seed(0)
    _note_the_line_in_time(float(order["cpu_seconds"]))
    shown: list[Any] = []
    namespace: dict[str, Any] = {"__name__": "__main__", "show_object": lambda item, *_, **__: shown.append(item)}
    namespace["debug"] = lambda *_, **__: None
    try:
        exec(compile(order["source"], entry, "exec"), namespace)  # noqa: S102 - the point of the sandbox
        found = _found(namespace, shown, str(order["variable"]))
        answer = _geometry(found)
    except _NoPart as problem:
        answer = {"problem": {"code": problem.args[0], "message": problem.args[1], "line": 0}}
    except BaseException as error:  # noqa: BLE001 - whatever a script raises is its outcome
        answer = {"problem": _problem(error)}
    return {**answer, "traps": list(_TRAPS)}


class _NoPart(Exception):  # noqa: N818
    """The script came to its end without a part; code and message."""


def _note_the_line_in_time(seconds: float) -> None:
    """Let the C level write all lines that run to standard error, on a crash and shortly before time is up."""
    faulthandler.enable(file=2, all_threads=False)
    faulthandler.register(signal.SIGPROF, file=2, all_threads=False)
    signal.setitimer(signal.ITIMER_PROF, seconds * _BUDGET_SHARE)


def _found(namespace: Mapping[str, Any], shown: list[Any], variable: str) -> Any:
    for name in (variable, *VARIABLES):
        if namespace.get(name) is not None and not isinstance(namespace[name], types.ModuleType):
            return namespace[name]
    if shown:
        return shown if len(shown) > 1 else shown[0]
    raise _NoPart("no_result", f"the script assigns nothing to `{variable}`; assign the finished part to it")


def _geometry(found: Any) -> dict[str, Any]:
    shapes = list(_shapes(found))
    if not shapes:
        raise _NoPart("empty_result", f"the part is empty: a {type(found).__name__} that holds no shape")
    compound = shapes[0] if len(shapes) == 1 else cq.Compound.makeCompound(shapes)
    stream = io.BytesIO()
    compound.exportBrep(stream)
    text = stream.getvalue()
    if len(text) > MOST_BYTES:
        raise _NoPart("too_large", f"the geometry takes {len(text) >> 20} MiB; at most {MOST_BYTES >> 20} are read")
    return {"brep": text.decode("latin-1")}


def _shapes(found: Any) -> Iterator[cq.Shape]:
    """What a result consists of: the objects of a workplane, the parts of an assembly, the items of a list."""
    if isinstance(found, cq.Workplane):
        yield from (item for item in found.vals() if isinstance(item, cq.Shape))
    elif isinstance(found, cq.Assembly):
        yield found.toCompound()
    elif isinstance(found, cq.Shape):
        yield found
    elif isinstance(found, cq.Sketch):
        raise _NoPart("no_solid", "the part is a sketch; extrude it into a solid")
    elif isinstance(found, list | tuple):
        for item in found:
            yield from _shapes(item)
    else:
        kinds = "a Workplane, a Shape or an Assembly"
        raise _NoPart("no_shape", f"the part is of type {type(found).__name__}, which is no geometry; assign {kinds}")


def _problem(error: BaseException) -> dict[str, Any]:
    """What a script raised: its class, its text, the line of the script, and the call of the kernel that refused."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == _ENTRY[0]]
    line = (own[-1].lineno or 0) if own else int(getattr(error, "lineno", 0) or 0)
    name, text = type(error).__name__, " ".join(str(error).split())[:400]
    if type(error).__module__.startswith("OCP"):
        inner = [frame.name for frame in frames if "cadquery" in frame.filename and not frame.name.startswith("_")]
        asked = inner[0] if inner else "a call of the kernel"
        return {"code": "kernel_refused", "message": _refusal(asked, name, text), "line": line}
    if isinstance(error, MemoryError):
        return {"code": "out_of_memory", "message": "the script ran out of memory", "line": line}
    return {"code": "exception", "message": f"{name}: {text}" if text else name, "line": line}


_ADVICE = {
    "fillet": "the radius is too large for an edge, or the edges meet in a way that it cannot round",
    "chamfer": "the length is too large for an edge",
    "shell": "the walls meet or run through each other",
    "box": "every size must be larger than zero",
    "loft": "sections must lie in different planes and have no self-intersection",
    "revolve": "the profile must not cross the axis",
    "sweep": "the path is too sharply bent for the profile",
    "extrude": "the profile must be closed, plane and of some area",
}


def _refusal(asked: str, name: str, text: str) -> str:
    said = f"{name}: {text}" if text else name
    advice = next((sentence for word, sentence in _ADVICE.items() if asked.startswith(word)), "")
    return f"the kernel refused `{asked}` ({said})" + (f"; {advice}" if advice else "")


def _line() -> int:
    """The line of the script that is running."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == _ENTRY[0]:
            return frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return 0


def _trap(code: str, message: str) -> None:
    if len(_TRAPS) < 20:
        _TRAPS.append({"code": code, "message": message, "line": _line()})


def _numbers(values: Iterable[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            yield float(value)
        elif isinstance(value, list | tuple):
            yield from _numbers(value)


def _solids_of(workplane: Any) -> list[cq.Shape]:
    """The solids at the end of a chain, or those that it works on; empty where there are none."""
    solids: list[cq.Shape] = [item for item in workplane.vals() if isinstance(item, cq.Solid | cq.Compound)]
    if solids:
        return solids
    try:
        found = workplane.findSolid()
    except ValueError:
        return []
    return [found] if found is not None else []


def _volume(shapes: Iterable[cq.Shape]) -> float:
    return sum(shape.Volume() for shape in shapes)


def _after_rounding(name: str, before: Any, after: Any) -> None:
    if not all(shape.isValid() for shape in _solids_of(after)):
        _trap("oversized", f"`{name}` left a broken solid and said nothing: its size is too large for an edge here")


def _after_shell(name: str, before: Any, after: Any) -> None:
    old, new = _volume(_solids_of(before)), _volume(_solids_of(after))
    if math.isclose(old, new, rel_tol=1e-9):
        _trap("shell_ignored", f"`{name}` left the part as it was: the wall is thicker than the part allows")


def _after_cut(name: str, before: Any, after: Any) -> None:
    old, new = _volume(_solids_of(before)), _volume(_solids_of(after))
    if old > 0 and new < 1e-9 * old:
        _trap("all_removed", f"`{name}` removed the whole part")
    elif old > 0 and math.isclose(old, new, rel_tol=1e-9):
        _trap("nothing_removed", f"`{name}` removed nothing: the tool does not reach the part")


_Check = Callable[[str, Any, Any], None]
_CHECKS: dict[str, _Check] = {
    **dict.fromkeys(("fillet", "chamfer"), _after_rounding),
    "shell": _after_shell,
    **dict.fromkeys(("cut", "cutBlind", "cutThruAll", "hole", "cboreHole", "cskHole"), _after_cut),
}
_SIZED = (
    *("box", "cylinder", "sphere", "wedge", "rect", "circle", "ellipse", "polygon", "slot2D", "polyline", "lineTo"),
    *("line", "hLine", "vLine", "moveTo", "move", "center", "extrude", "revolve", "twistExtrude", "offset2D", "spline"),
    *("threePointArc", "radiusArc", "sagittaArc", "translate", "rotate", "pushPoints", "rarray", "polarArray"),
)


def _watched(name: str, method: Callable[..., Any], check: _Check | None) -> Callable[..., Any]:
    """A method that notes what the kernel does not say. Only the script's own call is looked at, none within it."""

    @functools.wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        if _DEPTH[0]:
            return method(self, *arguments, **named)
        if not all(math.isfinite(number) for number in _numbers((*arguments, *named.values()))):
            _trap("not_finite", f"`{name}` was given a size that is not a finite number")
        _DEPTH[0] += 1
        try:
            after = method(self, *arguments, **named)
            if check is not None:
                # What cannot be measured here is looked at again by the judge; a note is worth no failure.
                with contextlib.suppress(Exception):
                    check(name, self, after)
        finally:
            _DEPTH[0] -= 1
        return after

    return call


def _one_thread(method: Callable[..., Any]) -> Callable[..., Any]:
    """Booleans of the kernel in one thread: its pool would not outlive a fork, and budgets would vary."""

    @functools.wraps(method)
    def call(self: Any, arguments: Any, tools: Any, operation: Any, parallel: bool = False) -> Any:
        return method(self, arguments, tools, operation, False)

    return call


def _watch() -> None:
    cq.Shape._bool_op = _one_thread(cq.Shape._bool_op)  # type: ignore[method-assign]
    for name in (*_CHECKS, *_SIZED):
        method = getattr(cq.Workplane, name, None)
        if method is not None:
            setattr(cq.Workplane, name, _watched(name, method, _CHECKS.get(name)))


def _warm_up() -> None:
    """Touch once what every job needs, so that it is loaded before the first fork."""
    block = cq.Workplane().box(4, 3, 2).edges("|Z").fillet(0.2).faces(">Z").workplane().hole(0.5)
    block.cut(cq.Workplane().box(1, 1, 1)).union(cq.Workplane().sphere(1.2))
    cq.Solid.makeBox(1, 1, 1).tessellate(0.1)
    _geometry(block)
    _TRAPS.clear()


_watch()
_warm_up()
