"""What a geometry must be before it is compared: solids, closed and valid, of positive volume, as many as asked for.

Runs in the judge's process, on geometry that was read from text. The kernel accepts a good deal that is no part: faces
that cross, solids inside out, edges of no length; each of these is told with the place where it was found.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import cadquery as cq
from OCP.Bnd import Bnd_Box
from OCP.BRep import BRep_Tool
from OCP.BRepBndLib import BRepBndLib
from OCP.BRepCheck import BRepCheck_Analyzer
from OCP.TopAbs import TopAbs_ShapeEnum
from OCP.TopExp import TopExp, TopExp_Explorer
from OCP.TopTools import TopTools_IndexedDataMapOfShapeListOfShape

__all__ = ["Fault", "box_of", "faults", "place", "read", "solids_of", "volume_of"]

Fault = dict[str, str]
"""`code` and `message`."""
MOST_MM = 1e5
"""Coordinates beyond this are no part of these tasks."""
SHORTEST_EDGE_MM = 1e-6
MOST_FACES = 2000
"""A part of these tasks has some 5 to 300."""
_KINDS = {
    "faces": TopAbs_ShapeEnum.TopAbs_FACE,
    "edges": TopAbs_ShapeEnum.TopAbs_EDGE,
    "points": TopAbs_ShapeEnum.TopAbs_VERTEX,
}


def read(text: str) -> cq.Shape | None:
    """Read OpenCascade's text form; None where it holds no shape."""
    shape = cq.Shape.importBrep(io.BytesIO(text.encode("latin-1", "replace")))
    return None if shape is None or shape.wrapped is None or shape.wrapped.IsNull() else shape


def solids_of(shape: cq.Shape) -> list[cq.Solid]:
    """Every solid, one that stands there twice twice: CadQuery's own list leaves copies out."""
    explorer, found = TopExp_Explorer(shape.wrapped, TopAbs_ShapeEnum.TopAbs_SOLID), []
    while explorer.More():
        found.append(cq.Solid(explorer.Current()))
        explorer.Next()
    return found


def volume_of(shape: cq.Shape) -> float:
    """Volume in mm3, the sum over its solids."""
    return float(sum(solid.Volume() for solid in solids_of(shape)))


def box_of(shape: cq.Shape) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Least and greatest coordinates in mm, from the surfaces themselves and not from a mesh of them."""
    box = Bnd_Box()
    BRepBndLib.AddOptimal_s(shape.wrapped, box, False, False)
    low, high = box.CornerMin(), box.CornerMax()
    return (low.X(), low.Y(), low.Z()), (high.X(), high.Y(), high.Z())


def place(point: Any) -> str:
    """A point as text, to a tenth of a millimetre.

    >>> place((1.04, -2.0, 0.0))
    '(1.0, -2.0, 0.0)'
    """
    values = point.toTuple() if hasattr(point, "toTuple") else tuple(point)
    return "(" + ", ".join(f"{value + 0.0:.1f}".replace("-0.0", "0.0") for value in values) + ")"


def faults(shape: cq.Shape | None, *, solids: int) -> Iterator[Fault]:
    """What keeps a geometry from being a part; the first fault of a kind is enough, and some end the search.

    Args:
        shape: the candidate's.
        solids: how many the task asks for.
    """
    if shape is None:
        yield _fault("empty_result", "the part is empty: the geometry holds no shape")
        return
    found = solids_of(shape)
    if not found:
        yield _without_solids(shape)
        return
    faces = _count(shape, TopAbs_ShapeEnum.TopAbs_FACE)
    if faces > MOST_FACES:
        yield _fault("too_complex", f"the part has {faces} faces; at most {MOST_FACES} are looked at")
        return
    endless = _out_of_bounds(shape)
    if endless:
        yield endless
        return
    invalid = next((fault for solid in found for fault in _invalid(solid)), None)
    if invalid:
        yield invalid
        return
    if len(found) != solids:
        yield _fault("solid_count", _count_message(found, solids))
        return
    loose = TopExp_Explorer(shape.wrapped, TopAbs_ShapeEnum.TopAbs_FACE, TopAbs_ShapeEnum.TopAbs_SOLID)
    if loose.More():
        centre = cq.Face(loose.Current()).Center()
        yield _fault("loose_faces", f"beside its solids the part holds a face of no solid, at {place(centre)}")
    yield from itertools.chain.from_iterable(_open_or_inverted(solid) for solid in found)
    if solids > 1:
        yield from _overlaps(found)


def _fault(code: str, message: str) -> Fault:
    return {"code": code, "message": message}


def _without_solids(shape: cq.Shape) -> Fault:
    counts = {name: _count(shape, kind) for name, kind in _KINDS.items()}
    kind, count = next(((name, count) for name, count in counts.items() if count), ("", 0))
    if not kind:
        return _fault("empty_result", "the part is empty: nothing is left of it, so look for a cut that removes all")
    one = kind.removesuffix("s") if count == 1 else kind
    message = f"the part holds no solid but {count} {one}"
    return _fault("no_solid", f"{message}; end the chain with the solid, not with a selection or a sketch")


def _count(shape: cq.Shape, kind: TopAbs_ShapeEnum) -> int:
    explorer, count = TopExp_Explorer(shape.wrapped, kind), 0
    while explorer.More():
        count += 1
        explorer.Next()
    return count


def _out_of_bounds(shape: cq.Shape) -> Fault | None:
    try:
        low, high = box_of(shape)
    except Exception:  # noqa: BLE001 - the kernel raises classes of its own where a box is void
        return _fault("not_finite", "the part has no bounding box: one of its sizes is zero or not a number")
    if not all(math.isfinite(value) and abs(value) < MOST_MM for value in (*low, *high)):
        return _fault("not_finite", f"the part reaches beyond {MOST_MM / 1000:.0f} m: a size is infinite or no number")
    return None


def _invalid(solid: cq.Shape) -> Iterator[Fault]:
    volume = solid.Volume()
    if not math.isfinite(volume) or abs(volume) < 1e-9:
        yield _fault("no_volume", "a solid has no volume: a size is zero or no number, or its outline crosses itself")
        return
    analyzer = BRepCheck_Analyzer(solid.wrapped)
    if analyzer.IsValid():
        return
    for kind, items in (("edge", solid.Edges()), ("face", solid.Faces())):
        for item in items:
            if not analyzer.IsValid(item.wrapped):
                where = f"the {kind} at {place(item.Center())} is broken"
                advice = "look for faces that cross: a fillet or wall too large, an outline that crosses itself"
                yield _fault("invalid_solid", f"the part is no valid solid: {where}; {advice}")
                return
    yield _fault("invalid_solid", "the part is no valid solid: its faces do not close, or cross one another")


def _open_or_inverted(solid: cq.Shape) -> Iterator[Fault]:
    if solid.Volume() < 0:
        yield _fault("inside_out", "a solid is inside out: its volume is negative")
    edges = TopTools_IndexedDataMapOfShapeListOfShape()
    TopExp.MapShapesAndAncestors_s(solid.wrapped, TopAbs_ShapeEnum.TopAbs_EDGE, TopAbs_ShapeEnum.TopAbs_FACE, edges)
    for number in range(1, edges.Extent() + 1):
        edge = cq.Edge(edges.FindKey(number))
        if BRep_Tool.Degenerated_s(edge.wrapped):
            continue
        faces = edges.FindFromIndex(number).Extent()
        if faces == 1:
            yield _fault("open_solid", f"the part is not closed: an edge at {place(edge.Center())} has a single face")
            return
        if faces > 2:
            advice = "bodies touch along a line there; let them overlap, or keep them apart"
            place_of = place(edge.Center())
            yield _fault("not_manifold", f"{faces} faces meet in one edge, at {place_of}: {advice}")
            return
        if edge.Length() < SHORTEST_EDGE_MM:
            advice = "a cut touches the part in a point or along a tangent"
            yield _fault("zero_length_edge", f"an edge at {place(edge.Center())} has no length: {advice}")
            return


def _count_message(found: list[Any], solids: int) -> str:
    asked = "one solid is" if solids == 1 else f"{solids} solids are"
    sizes = sorted((solid for solid in found), key=lambda solid: -solid.Volume())[:4]
    told = ", ".join(f"{solid.Volume():.4g} mm3 around {place(solid.Center())}" for solid in sizes)
    message = f"the part consists of {len(found)} solids, and {asked} asked for; the largest: {told}"
    return f"{message}; unite bodies that overlap, and let those touch that belong together"


def _overlaps(found: list[Any]) -> Iterator[Fault]:
    for one, other in itertools.combinations(found, 2):
        if not _boxes_meet(one, other):
            continue
        shared = volume_of(one.intersect(other))
        if shared > 1e-6 * min(one.Volume(), other.Volume()):
            where = place(one.intersect(other).Center())
            yield _fault("overlap", f"two solids share {shared:.4g} mm3, around {where}; bodies must not overlap")
            return


def _boxes_meet(one: cq.Shape, other: cq.Shape) -> bool:
    (low, high), (other_low, other_high) = box_of(one), box_of(other)
    return all(low[axis] < other_high[axis] and other_low[axis] < high[axis] for axis in range(3))


def facts_of(shape: cq.Shape) -> Mapping[str, Any]:
    """Measures of a part: `volume` (mm3), `area` (mm2), `centre` (mm), `box` (mm), `solids`."""
    solids = solids_of(shape)
    total = sum(solid.Volume() for solid in solids)
    centre = [
        sum(solid.Volume() * solid.Center().toTuple()[axis] for solid in solids) / total if total else 0.0
        for axis in range(3)
    ]
    area = float(sum(face.Area() for face in shape.Faces()))
    return {"volume": total, "area": area, "centre": centre, "box": box_of(shape), "solids": len(solids)}
