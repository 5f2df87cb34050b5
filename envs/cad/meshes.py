"""Triangle meshes of parts: the second opinion on a comparison, and what voxels, distances and pictures are made from.

Runs in the judge's process. Booleans are manifold3d's, which is exact on closed meshes; nothing of the kernel's own
boolean code is used, so that the two can disagree and be caught.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cadquery as cq
import manifold3d
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["Mesh", "chamfer_distance", "joined", "mesh_of", "subtract", "thinnest_wall", "voxel_overlap"]

Points = NDArray[np.float64]
_ANGLE = 0.3
"""Radians between neighbouring normals, at most."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """A closed mesh.

    Attributes:
        points: V x 3, in mm.
        triangles: T x 3, indices, counter-clockwise from outside.
        noise: volume in mm3 by which it may differ from the part that it stands for.
    """

    points: Points
    triangles: NDArray[np.int64]
    noise: float

    @property
    def corners(self) -> Points:
        """T x 3 x 3."""
        return self.points[self.triangles]

    @property
    def volume(self) -> float:
        """In mm3."""
        first, second, third = self.corners[:, 0], self.corners[:, 1], self.corners[:, 2]
        return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def mesh_of(shape: cq.Shape, *, deflection: float, angle: float = _ANGLE) -> Mesh:
    """Tessellate a part; curved faces lie within `deflection` mm."""
    vertices, triangles = shape.tessellate(deflection, angle)
    points = np.array([vertex.toTuple() for vertex in vertices], dtype=np.float64).reshape(-1, 3)
    merged, inverse = np.unique(np.round(points, 7), axis=0, return_inverse=True)
    indices = inverse.reshape(-1)[np.array(triangles, dtype=np.int64).reshape(-1, 3)]
    flat = (indices[:, 0] == indices[:, 1]) | (indices[:, 1] == indices[:, 2]) | (indices[:, 0] == indices[:, 2])
    curved = sum(face.Area() for face in shape.Faces() if face.geomType() != "PLANE")
    return Mesh(merged, indices[~flat], deflection * float(curved))


def _manifold(mesh: Mesh) -> Any:
    solid = manifold3d.Manifold(
        manifold3d.Mesh64(
            vert_properties=np.ascontiguousarray(mesh.points),
            tri_verts=np.ascontiguousarray(mesh.triangles.astype(np.uint64)),
        )
    )
    return solid if solid.status() == manifold3d.Error.NoError and not solid.is_empty() else None


def subtract(one: Mesh, other: Mesh) -> tuple[Mesh, Mesh] | None:
    """What the first holds and the second does not, and the reverse; None where a mesh is not closed."""
    solids = _manifold(one), _manifold(other)
    if solids[0] is None or solids[1] is None:
        return None
    return _mesh(solids[0] - solids[1]), _mesh(solids[1] - solids[0])


def _mesh(solid: Any) -> Mesh:
    data = solid.to_mesh64()
    points = np.asarray(data.vert_properties, dtype=np.float64)[:, :3].reshape(-1, 3)
    return Mesh(points, np.asarray(data.tri_verts, dtype=np.int64).reshape(-1, 3), 0.0)


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """Several bodies as one mesh."""
    offsets = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    triangles = [mesh.triangles + offset for mesh, offset in zip(meshes, offsets[:-1], strict=True)]
    noise = sum(mesh.noise for mesh in meshes)
    return Mesh(np.concatenate([mesh.points for mesh in meshes]), np.concatenate(triangles), noise)


def voxel_overlap(truth: Mesh, candidate: Mesh, *, resolution: int) -> float:
    """Intersection over union of voxels whose centres lie inside; `resolution` of them along the longest side."""
    low = np.minimum(truth.points.min(axis=0), candidate.points.min(axis=0))
    high = np.maximum(truth.points.max(axis=0), candidate.points.max(axis=0))
    pitch = float((high - low).max()) / resolution
    counts = np.maximum(np.ceil((high - low) / pitch).astype(int), 1)
    # A hair beside the round numbers that drawings consist of: centres must not lie on faces.
    axes = [low[axis] + (np.arange(counts[axis]) + 0.5003) * pitch for axis in range(3)]
    one, other = _inside(truth, axes), _inside(candidate, axes)
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 0.0


def _inside(mesh: Mesh, axes: list[Points]) -> NDArray[np.bool_]:
    """Whether voxel centres lie inside, by counting crossings of lines along z with the triangles below."""
    xs, ys, zs = axes
    parity = np.zeros((len(xs), len(ys), len(zs) + 1), dtype=np.int32)
    for a, b, c in mesh.corners:
        left, right = np.searchsorted(xs, (min(a[0], b[0], c[0]), max(a[0], b[0], c[0])))
        near, far = np.searchsorted(ys, (min(a[1], b[1], c[1]), max(a[1], b[1], c[1])))
        double = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        if left == right or near == far or abs(double) < 1e-12:
            continue
        x, y = xs[left:right, None], ys[None, near:far]
        second = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / double
        third = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / double
        hit = (second >= 0) & (third >= 0) & (second + third <= 1)
        height = a[2] + second * (b[2] - a[2]) + third * (c[2] - a[2])
        first = np.searchsorted(zs, height[hit])
        rows, columns = np.nonzero(hit)
        np.add.at(parity, (rows + left, columns + near, first), 1)
    return (np.cumsum(parity, axis=2)[:, :, :-1] % 2).astype(bool)


def _sampled(mesh: Mesh, count: int, seed: int) -> tuple[Points, Points]:
    """Points spread evenly over the surface, and the normals there."""
    corners = mesh.corners
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(normals, axis=1)
    random = np.random.default_rng(seed)
    chosen = random.choice(len(corners), size=count, p=doubled / doubled.sum())
    first, second = random.random((2, count, 1))
    flip = first + second > 1
    first, second = np.where(flip, 1 - first, first), np.where(flip, 1 - second, second)
    base = corners[chosen]
    points = base[:, 0] + first * (base[:, 1] - base[:, 0]) + second * (base[:, 2] - base[:, 0])
    return points, normals[chosen] / doubled[chosen, None]


def chamfer_distance(truth: Mesh, candidate: Mesh, *, count: int = 2048, seed: int = 0) -> float:
    """Mean distance to the nearest point of the other surface, both directions added, in mm; not squared."""
    one, other = _sampled(truth, count, seed)[0], _sampled(candidate, count, seed + 1)[0]
    there = cKDTree(other).query(one)[0].mean()
    back = cKDTree(one).query(other)[0].mean()
    return float(there + back)


def thinnest_wall(mesh: Mesh, *, count: int = 400, seed: int = 0) -> tuple[float, tuple[float, float, float]]:
    """Least distance through material, straight in from sampled points of the surface, and where; in mm."""
    points, normals = _sampled(mesh, count, seed)
    corners = mesh.corners
    edge, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    best, where = math.inf, (0.0, 0.0, 0.0)
    for point, normal in zip(points, normals, strict=True):
        across = np.cross(-normal, other)
        double = np.einsum("ij,ij->i", edge, across)
        safe = np.where(np.abs(double) < 1e-12, np.inf, double)
        offset = point - corners[:, 0]
        first = np.einsum("ij,ij->i", offset, across) / safe
        turned = np.cross(offset, edge)
        second = turned @ -normal / safe
        distance = np.einsum("ij,ij->i", other, turned) / safe
        hit = (first >= 0) & (second >= 0) & (first + second <= 1) & (distance > 1e-6)
        if hit.any() and distance[hit].min() < best:
            best, where = float(distance[hit].min()), tuple(float(value) for value in point)  # type: ignore[assignment]
    return best, where
