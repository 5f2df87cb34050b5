"""The judge's process: reads two geometries, says whether the first is a part and whether it is the one asked for.

No script runs here, so nothing that a candidate does in its own process reaches this one but the text of its geometry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import cadquery as cq
import numpy as np

from ecot.envs.cad import comparing, features, meshes, scenes, solids
from ecot.envs.cad.comparing import Difference, Meshed, Tolerance

__all__ = ["compare", "inspect", "judge"]

VOXELS = 64
"""Voxels along the longest side."""


def inspect(order: Mapping[str, Any]) -> dict[str, Any]:
    """Say what keeps a geometry from being a part.

    Args:
        order: `brep`, `solids` (0 for as many as `truth` has), `min_wall` (mm, 0 for any).
    """
    shape, count = solids.read(order["brep"]), int(order["solids"])
    if not count:
        truth = solids.read(order["truth"])
        count = len(solids.solids_of(truth)) if truth is not None else 1
    found = list(solids.faults(shape, solids=count))
    if shape is not None and not found and float(order.get("min_wall", 0.0)):
        found += _thin(shape, float(order["min_wall"]))
    facts = solids.facts_of(shape) if shape is not None and not found else {}
    return {"faults": found, "facts": facts}


def _thin(shape: cq.Shape, least: float) -> list[solids.Fault]:
    mesh = meshes.mesh_of(shape, deflection=comparing.deflection_of(shape))
    wall, where = meshes.thinnest_wall(mesh)
    if wall >= least - 0.01:
        return []
    message = f"a wall is {wall:.2f} mm thin, at {solids.place(where)}; at least {least:g} mm is asked for"
    return [{"code": "thin_wall", "message": message}]


def judge(order: Mapping[str, Any]) -> dict[str, Any]:
    """Inspect a geometry and, where it is a part, compare it; see `inspect` and `compare`."""
    inspected = inspect(order)
    return {**inspected, **({} if inspected["faults"] else compare(order))}


def compare(order: Mapping[str, Any]) -> dict[str, Any]:
    """Compare a valid part with the one asked for.

    Args:
        order: `brep`, `truth`, `volume_tolerance` (mm3), `length_tolerance` (mm), `booleans` (whether the kernel's
            are tried), `scene` (whether meshes for a picture are wanted), `measures` (whether all measures are).

    Returns:
        `verdict` (`same`, `different`, `undecided` or `contradiction`), `differences`, `metrics`, `scene`.
    """
    truth, shape = solids.read(order["truth"]), solids.read(order["brep"])
    if truth is None or shape is None:
        raise ValueError("there is no geometry to compare")
    tolerance = _tolerance(order, truth)
    if len(solids.solids_of(truth)) != len(solids.solids_of(shape)):
        raise ValueError(
            f"{len(solids.solids_of(shape))} solids cannot be compared with {len(solids.solids_of(truth))}"
        )
    meshed = comparing.by_meshes(truth, shape, deflection=comparing.deflection_of(truth, shape))
    exact = comparing.by_booleans(truth, shape) if order.get("booleans", True) else None
    verdict, difference = _decide((truth, shape), tolerance, exact, meshed)
    if verdict == "same" and any(comparing.sizes(truth, shape, tolerance)):
        verdict = "different"
    told = [] if verdict == "same" else comparing.tell(truth, shape, tolerance, difference)
    metrics = {
        **_metrics(truth, shape, difference),
        **(_measures(truth, shape, meshed) if order.get("measures") else {}),
    }
    scene = _scene(meshed) if order.get("scene") else ""
    return {"verdict": verdict, "differences": told, "metrics": metrics, "scene": scene, "exact": exact is not None}


def _tolerance(order: Mapping[str, Any], truth: cq.Shape) -> Tolerance:
    """What the task allows: in mm3 and mm, or as shares of the part that is asked for; the larger of the two."""
    volume = float(order.get("volume_share", 0.0)) * solids.volume_of(truth)
    length = float(order.get("length_share", 0.0)) * math.dist(*solids.box_of(truth))
    return Tolerance(
        volume=max(float(order["volume_tolerance"]), volume), length=max(float(order["length_tolerance"]), length)
    )


def _decide(
    parts: tuple[cq.Shape, cq.Shape], tolerance: Tolerance, exact: Difference | None, meshed: Meshed
) -> tuple[str, Difference]:
    """The verdict of the two kernels, and the difference that it rests on."""
    coarse = meshed.difference
    if exact is not None:
        return _agreed(exact, coarse, tolerance)
    for finer in (1.0, 0.2, 0.05):
        deflection = comparing.deflection_of(*parts) * finer
        found = coarse if finer == 1.0 else comparing.by_meshes(*parts, deflection=deflection).difference
        if found is None:
            break
        if found.total <= tolerance.volume:
            return "same", found
        if found.total > tolerance.volume + found.noise:
            return "different", found
    return "undecided", Difference(missing=0.0, extra=0.0, noise=0.0)


def _agreed(exact: Difference, coarse: Difference | None, tolerance: Tolerance) -> tuple[str, Difference]:
    """The verdict of the booleans, unless the meshes contradict it; of other amounts the meshes' are told."""
    same = exact.total <= tolerance.volume
    if coarse is None:
        return ("same" if same else "different"), exact
    seen = coarse.total > tolerance.volume + coarse.noise
    off = abs(exact.total - coarse.total) > coarse.noise + tolerance.volume + 0.02 * exact.total
    if off and same is seen:
        return "contradiction", exact
    return ("same" if same else "different"), (coarse if off else exact)


def _scene(meshed: Meshed) -> str:
    """Both parts and what they differ in, packed; slivers between the facets of one round face are no difference."""
    one, other = (meshes.joined([pair[place] for pair in meshed.pairs]) for place in (0, 1))
    named = {"truth": [one], "candidate": [other], "missing": meshed.missing, "extra": meshed.extra}
    least = 0.05 * (one.noise + other.noise)
    kept = {
        name: [mesh for mesh in bodies if name in ("truth", "candidate") or mesh.volume > least + 1e-6]
        for name, bodies in named.items()
    }
    whole = {name: meshes.joined(bodies) for name, bodies in kept.items() if bodies}
    return scenes.pack({name: (mesh.points, mesh.triangles) for name, mesh in whole.items()})


def _metrics(truth: cq.Shape, shape: cq.Shape, difference: Difference) -> dict[str, float | int]:
    wanted, found = solids.facts_of(truth), solids.facts_of(shape)
    shared = wanted["volume"] - difference.missing
    union = wanted["volume"] + difference.extra
    away = [b - a for a, b in zip(wanted["centre"], found["centre"], strict=True)]
    return {
        "iou": max(0.0, shared / union) if union else 0.0,
        "missing_mm3": difference.missing,
        "extra_mm3": difference.extra,
        "volume_mm3": found["volume"],
        "volume_asked_mm3": wanted["volume"],
        "area_mm2": found["area"],
        "area_asked_mm2": wanted["area"],
        "centre_off_mm": float(np.linalg.norm(away)),
    }


def _measures(truth: cq.Shape, shape: cq.Shape, meshed: Meshed) -> dict[str, float | int]:
    """What papers report, and counts of what an engineer sees; none of it decides."""
    one, other = (meshes.joined([pair[place] for pair in meshed.pairs]) for place in (0, 1))
    found: dict[str, float | int] = {
        f"voxel_iou_{VOXELS}": meshes.voxel_overlap(one, other, resolution=VOXELS),
        "chamfer_mm": meshes.chamfer_distance(one, other),
    }
    for suffix, item in (("", shape), ("_asked", truth)):
        plain = features.unified(item)
        found[f"faces{suffix}"] = len(plain.Faces())
        found[f"edges{suffix}"] = len(plain.Edges())
        found[f"holes{suffix}"] = sum(part.hollow for part in features.rounds_of(plain))
        for name, moment in zip(("least", "middle", "greatest"), _moments(plain), strict=True):
            found[f"{name}_moment{suffix}_mm5"] = moment
    return found


def _moments(shape: cq.Shape) -> list[float]:
    """Principal moments of inertia about the centre of mass, at a density of 1 per mm3."""
    from OCP.BRepGProp import BRepGProp
    from OCP.GProp import GProp_GProps

    properties = GProp_GProps()
    BRepGProp.VolumeProperties_s(shape.wrapped, properties)
    return sorted(float(value) for value in properties.PrincipalProperties().Moments())
