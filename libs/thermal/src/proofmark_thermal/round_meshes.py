"""Meshes of round bodies: discs and rings, cylinders and tubes, balls.

Patches know their true face, onto which refinement and quadratic elements move their new nodes.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.mesh import Mesh, Patch, sides
from proofmark_thermal.refinement import bisected, longest_edges
from proofmark_thermal.shapes import Cylinder, Disc, Solid, Sphere, Symmetry, Tube

LEAST_RINGS = 4
LEAST_LAYERS = 2


def disc(region: str, shape: Disc, size: float, symmetry: Symmetry) -> Mesh:
    """Mesh a disc in rings, with six more points in each."""
    rings = max(LEAST_RINGS, int(np.ceil(shape.radius / size)))
    points, cells = _disc(rings)
    centre = np.array(shape.at)
    outer = sides(cells)
    facets = outer.corners[outer.outer]
    patch = Patch("rim", region, _onto_circle(centre, shape.radius))
    points = centre + points * shape.radius
    none, first = np.zeros(len(cells), dtype=np.int64), np.zeros(len(facets), dtype=np.int64)
    return Mesh(points, cells, (region,), none, facets, (patch,), first, symmetry)


def cylinder(region: str, shape: Cylinder, size: float) -> Mesh:
    """Mesh a cylinder: a disc, drawn out."""
    rings = max(LEAST_RINGS, int(np.ceil(shape.radius / size)))
    points, cells = _disc(rings)
    patches = (Patch("side", region, _onto_circle(np.array(shape.at), shape.radius)),)
    return _drawn_out(region, points * shape.radius, cells, patches, shape, size)


def tube(region: str, shape: Tube, size: float) -> Mesh:
    """Mesh a tube: a ring, drawn out."""
    through = max(LEAST_LAYERS, int(np.ceil((shape.outer - shape.inner) / size)))
    around = max(6 * LEAST_RINGS, int(np.ceil(np.pi * (shape.outer + shape.inner) / size)))
    radii = np.linspace(shape.inner, shape.outer, through + 1)
    angles = np.arange(around) * 2 * np.pi / around
    points = np.stack([np.outer(radii, np.cos(angles)), np.outer(radii, np.sin(angles))], axis=-1).reshape(-1, 2)
    cells = []
    for i, j in product(range(through), range(around)):
        a, b = i * around + j, i * around + (j + 1) % around
        cells += [(a, b, b + around), (a, a + around, b + around)]
    centre = np.array(shape.at)
    patches = tuple(
        Patch(name, region, _onto_circle(centre, radius))
        for name, radius in (("outer", shape.outer), ("inner", shape.inner))
    )
    return _drawn_out(region, points, np.array(cells), patches, shape, size)


def ball(region: str, shape: Sphere, size: float) -> Mesh:
    """Mesh a ball: an icosahedron around its centre, its edges halved and its layers rounded."""
    golden = (1 + np.sqrt(5)) / 2
    corners = np.array([p for a, b in product((-1, 1), (-golden, golden)) for p in ((0, a, b), (a, b, 0), (b, 0, a))])
    near = np.linalg.norm(corners[:, None] - corners[None], axis=2) < 2.1
    cells = np.array(
        [
            (12, i, j, k)
            for i in range(12)
            for j in range(i)
            for k in range(j)
            if near[i, j] and near[j, k] and near[i, k]
        ]
    )
    points = np.concatenate([corners / np.linalg.norm(corners[0]), np.zeros((1, 3))])
    faces = cells[:, 1:]
    none = np.zeros(len(cells), dtype=np.int64)
    mesh = Mesh(points, cells, (region,), none, faces, (Patch("surface", region),), none)
    wanted = min(size / shape.radius, 0.6)
    while (long := longest_edges(mesh) > wanted).any():
        mesh = bisected(mesh, long)
    normals = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    normals /= np.einsum("fd,fd->f", normals, points[faces[:, 0]])[:, None]
    layer = (mesh.points @ normals.T).max(axis=1)
    length = np.linalg.norm(mesh.points, axis=1)
    rounded = mesh.points * np.divide(layer, length, out=np.zeros_like(layer), where=length > 0)[:, None]
    centre = np.array(shape.at)
    patch = Patch("surface", region, _onto_sphere(centre, shape.radius))
    return replace(mesh, points=centre + rounded * shape.radius, patches=(patch,))


def _disc(rings: int) -> tuple[FloatArray, IntArray]:
    points = [np.zeros((1, 2))]
    cells = []
    for ring in range(1, rings + 1):
        angles = np.arange(6 * ring) * np.pi / 3 / ring
        points.append(ring / rings * np.column_stack([np.cos(angles), np.sin(angles)]))
        inner, outer = 1 + 3 * (ring - 1) * (ring - 2), 1 + 3 * ring * (ring - 1)
        for sector, step in product(range(6), range(ring)):
            a = outer + sector * ring + step
            b = outer + (sector * ring + step + 1) % (6 * ring)
            below = [0] * 2
            for place in (0, 1):
                around = 6 * (ring - 1)
                below[place] = inner + (sector * (ring - 1) + step - 1 + place) % around if ring > 1 else 0
            cells.append((a, b, below[1]))
            if step > 0:
                cells.append((a, below[0], below[1]))
    return np.concatenate(points), np.array(cells)


def _drawn_out(
    region: str,
    points: FloatArray,
    cells: IntArray,
    round_patches: tuple[Patch, ...],
    shape: Cylinder | Tube,
    size: float,
) -> Mesh:
    """Prisms over triangles, cut along the diagonals from their lowest corner, so that neighbours fit."""
    layers = max(LEAST_LAYERS, int(np.ceil(shape.height / size)))
    count = len(points)
    flat = np.tile(points, (layers + 1, 1))
    heights = np.repeat(np.linspace(0, shape.height, layers + 1), count)
    solid = np.column_stack([flat, heights]) + np.array(shape.at)
    a, b, c = np.sort(cells, axis=1).T
    first = np.concatenate(
        [
            np.stack(t, axis=1)
            for t in ((a, b, c, c + count), (a, b, b + count, c + count), (a, a + count, b + count, c + count))
        ]
    )
    tetrahedra = (first[None] + count * np.arange(layers)[:, None, None]).reshape(-1, 4)
    outer = sides(tetrahedra)
    facets = outer.corners[outer.outer]
    corners = solid[facets] - np.array(shape.at)
    flat_below = (corners[:, :, 2] == 0).all(axis=1)
    flat_above = (corners[:, :, 2] == shape.height).all(axis=1)
    radius = np.linalg.norm(corners[:, :, :2], axis=2).min(axis=1)
    inner = radius < np.linalg.norm(points, axis=1).max() * (1 - 1e-9)
    number = np.where(inner & (len(round_patches) > 1), 1, 0)
    number[flat_below], number[flat_above] = len(round_patches), len(round_patches) + 1
    patches = (*round_patches, Patch("bottom", region), Patch("top", region))
    none = np.zeros(len(tetrahedra), dtype=np.int64)
    return Mesh(solid, tetrahedra, (region,), none, facets, patches, number, Solid())


def _onto_circle(centre: FloatArray, radius: float) -> Callable[[FloatArray], FloatArray]:
    """Radially, at the same height."""

    def onto(points: FloatArray) -> FloatArray:
        away = points[:, :2] - centre[:2]
        moved = points.copy()
        moved[:, :2] = centre[:2] + away * (radius / np.linalg.norm(away, axis=1, keepdims=True))
        return moved

    return onto


def _onto_sphere(centre: FloatArray, radius: float) -> Callable[[FloatArray], FloatArray]:
    def onto(points: FloatArray) -> FloatArray:
        away = points - centre
        return np.asarray(centre + away * (radius / np.linalg.norm(away, axis=1, keepdims=True)))

    return onto
