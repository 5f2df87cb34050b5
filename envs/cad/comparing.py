"""Compares a part with the one that is asked for: symmetric difference by two kernels, sizes, and what differs.

The B-rep booleans of OpenCascade decide, where they are consistent with themselves; meshes and another library look at
the same question. Where the first cannot, the second decides if it can; where the two contradict each other there is no
verdict, and that is our failure. Runs in the judge's process.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cadquery as cq

from ecot.envs.cad import features, meshes
from ecot.envs.cad.meshes import Mesh
from ecot.envs.cad.solids import box_of, facts_of, place, solids_of, volume_of

__all__ = ["Difference", "Meshed", "Tolerance", "by_booleans", "by_meshes", "deflection_of", "pairs", "sizes", "tell"]

FINENESS = 1e-3
"""Deflection of meshes, as part of the diagonal of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What still counts as the same part: of the symmetric difference in mm3, of lengths in mm."""

    volume: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A symmetric difference.

    Attributes:
        missing: volume in mm3 that the candidate lacks.
        extra: that it has too much.
        noise: by which these volumes may be wrong.
        lumps: the largest pieces, each as a sentence.
    """

    missing: float
    extra: float
    noise: float
    lumps: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Both directions."""
        return self.missing + self.extra


def pairs(truth: cq.Shape, candidate: cq.Shape) -> list[tuple[cq.Shape, cq.Shape]]:
    """The solids of two parts, of equally many each, matched by place and size."""
    left = solids_of(candidate)
    found: list[tuple[cq.Shape, cq.Shape]] = []
    for solid in sorted(solids_of(truth), key=lambda item: -item.Volume()):
        other = min(left, key=lambda item: _unlikeness(solid, item))
        left.remove(other)
        found.append((solid, other))
    return found


def _unlikeness(one: cq.Shape, other: cq.Shape) -> float:
    size = abs(one.Volume()) ** (1 / 3)
    return float((one.Center() - other.Center()).Length / size + abs(one.Volume() / other.Volume() - 1.0))


def by_booleans(truth: cq.Shape, candidate: cq.Shape) -> Difference | None:
    """The symmetric difference by OpenCascade's booleans; None where its answers contradict each other."""
    missing = extra = 0.0
    lumps: list[tuple[float, str]] = []
    for wanted, found in pairs(truth, candidate):
        try:
            lacking, surplus = wanted.cut(found), found.cut(wanted)
            lost, gained = volume_of(lacking), volume_of(surplus)
        except Exception:  # noqa: BLE001 - the kernel raises classes of its own; the meshes decide
            return None
        whole, other = wanted.Volume(), found.Volume()
        slack = 1e-5 * max(whole, other)
        # Both of these are the volume that the two share.
        if not (-slack <= lost <= whole + slack and -slack <= gained <= other + slack):
            return None
        if abs((whole - lost) - (other - gained)) > slack:
            return None
        missing, extra = missing + max(lost, 0.0), extra + max(gained, 0.0)
        lumps += [(solid.Volume(), _lump("missing", solid)) for solid in solids_of(lacking)]
        lumps += [(solid.Volume(), _lump("too much", solid)) for solid in solids_of(surplus)]
    largest = tuple(text for _, text in sorted(lumps, reverse=True)[:4])
    return Difference(missing=missing, extra=extra, noise=1e-6 * volume_of(truth), lumps=largest)


def _lump(what: str, solid: cq.Shape) -> str:
    low, high = box_of(solid)
    size = " x ".join(f"{b - a:.4g}" for a, b in zip(low, high, strict=True))
    return f"{what}: {solid.Volume():.4g} mm3 around {place(solid.Center())}, within a box of {size} mm"


def deflection_of(*shapes: cq.Shape) -> float:
    """How far a mesh may lie from these parts, in mm."""
    diagonals = [math.dist(*box_of(shape)) for shape in shapes]
    return FINENESS * max(diagonals)


@dataclass(frozen=True, slots=True)
class Meshed:
    """Two parts as meshes, body by body, and what they differ in.

    Attributes:
        pairs: of bodies: the one asked for, and the candidate's.
        difference: None where a mesh does not close.
        missing: what the candidate lacks.
        extra: what it has too much.
    """

    pairs: tuple[tuple[Mesh, Mesh], ...]
    difference: Difference | None
    missing: tuple[Mesh, ...] = ()
    extra: tuple[Mesh, ...] = ()


def by_meshes(truth: cq.Shape, candidate: cq.Shape, *, deflection: float) -> Meshed:
    """The symmetric difference by mesh booleans."""
    found = tuple(
        (meshes.mesh_of(wanted, deflection=deflection), meshes.mesh_of(other, deflection=deflection))
        for wanted, other in pairs(truth, candidate)
    )
    parts = [meshes.subtract(*pair) for pair in found]
    closed = [part for part in parts if part is not None]
    if len(closed) != len(parts):
        return Meshed(found, None)
    difference = Difference(
        missing=sum(lost.volume for lost, _ in closed),
        extra=sum(gained.volume for _, gained in closed),
        noise=sum(mesh.noise for pair in found for mesh in pair) + 1e-6 * volume_of(truth),
    )
    return Meshed(found, difference, *(tuple(part) for part in zip(*closed, strict=True)))


def sizes(truth: cq.Shape, candidate: cq.Shape, tolerance: Tolerance) -> Iterator[tuple[str, str]]:
    """What is wrong with bounding box and volume, as codes and sentences; a wrong scale or place comes first."""
    wanted, found = facts_of(truth), facts_of(candidate)
    extents = [[b - a for a, b in zip(*facts["box"], strict=True)] for facts in (wanted, found)]
    yield from _as_a_whole(wanted, found, extents, tolerance)
    words = (("x", "long", "short"), ("y", "wide", "narrow"), ("z", "tall", "low"))
    for axis, (name, more, less) in enumerate(words):
        ahead = extents[1][axis] - extents[0][axis]
        if abs(ahead) > tolerance.length:
            word = more if ahead > 0 else less
            told = f"{extents[1][axis]:.4g} mm along {name}, {extents[0][axis]:.4g} mm is asked for"
            yield "wrong_size", f"the part is {abs(ahead):.4g} mm too {word}: {told}"
            continue
        shift = found["box"][0][axis] - wanted["box"][0][axis]
        if abs(shift) > tolerance.length:
            spans = [f"{facts['box'][0][axis]:.4g} to {facts['box'][1][axis]:.4g}" for facts in (found, wanted)]
            yield "wrong_place", f"along {name} the part reaches from {spans[0]}; from {spans[1]} is asked for"
    if abs(found["volume"] - wanted["volume"]) > tolerance.volume:
        share = found["volume"] / wanted["volume"] - 1.0
        told = f"{found['volume']:.6g} mm3 instead of {wanted['volume']:.6g} mm3 ({share:+.2%})"
        yield "wrong_volume", f"the volume is {told}"


def _as_a_whole(
    wanted: Any, found: Any, extents: Sequence[Sequence[float]], tolerance: Tolerance
) -> Iterator[tuple[str, str]]:
    """Whether the part is right but for its scale, its axes or its place."""
    scale = (found["volume"] / wanted["volume"]) ** (1 / 3)
    alike = all(abs(b - scale * a) <= tolerance.length + 1e-3 * b for a, b in zip(*extents, strict=True))
    if alike and abs(scale - 1) > 1e-2:
        yield "wrong_scale", f"the part has the right proportions and is {scale:.4g} times as large as asked for"
        return
    if abs(found["volume"] - wanted["volume"]) > tolerance.volume:
        return
    same = [abs(a - b) <= tolerance.length for a, b in zip(*extents, strict=True)]
    alike_sorted = all(abs(a - b) <= tolerance.length for a, b in zip(*map(sorted, extents), strict=True))
    if not all(same) and alike_sorted:
        yield "wrong_axes", "the part has the right volume and sizes, but along other axes: it is turned"
        return
    shift = [b - a for a, b in zip(wanted["centre"], found["centre"], strict=True)]
    box_shift = [b - a for a, b in zip(wanted["box"][0], found["box"][0], strict=True)]
    moved = all(abs(a - b) <= tolerance.length for a, b in zip(shift, box_shift, strict=True))
    if all(same) and moved and math.hypot(*shift) > tolerance.length:
        yield "moved", f"the part has the right volume and sizes but lies {place(shift)} mm from its place"


def tell(truth: cq.Shape, candidate: cq.Shape, tolerance: Tolerance, difference: Difference) -> list[tuple[str, str]]:
    """Everything that differs, most telling first, as codes and sentences."""
    found = list(sizes(truth, candidate, tolerance))
    whole = {"wrong_scale", "moved", "wrong_axes"}
    if not any(code in whole for code, _ in found):
        one, other = features.unified(truth), features.unified(candidate)
        found = [*features.differences(features.rounds_of(one), features.rounds_of(other)), *found]
    found += [("wrong_shape", text) for text in difference.lumps]
    return found
