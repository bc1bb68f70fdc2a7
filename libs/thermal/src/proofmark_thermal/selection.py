"""Which patches of a mesh a selector means."""

from collections.abc import Mapping, Sequence

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.errors import NothingSelected, TooMuchSelected, UnknownName
from proofmark_thermal.mesh import Mesh, outward
from proofmark_thermal.problem import Faces
from proofmark_thermal.shapes import Plane, Rod, Symmetry, Vector

SKINS: Mapping[type, tuple[str, ...]] = {Plane: ("front", "back"), Rod: ("side",)}
"""Faces that a section itself stands for."""
_CLOSE = 1e-6
"""Of the body's extent: how far a face may lie from the plane that it is said to lie in."""
_PARALLEL = np.cos(np.radians(1.0))


def select(mesh: Mesh, faces: Faces, where: str) -> IntArray:
    """Return the outer facets that a selector means.

    Raises
    ------
    UnknownName
        The region it names is not there.
    NothingSelected
        No face meets every condition.
    TooMuchSelected
        More faces than its `count` do, or two are equally near.
    """
    if faces.region is not None and faces.region not in mesh.regions:
        raise UnknownName(where, "region", mesh.regions, faces.region)
    chosen = np.array([_named(mesh, number, faces) for number in range(len(mesh.patches))], dtype=bool)
    close = _CLOSE * float(np.ptp(mesh.points, axis=0).max())
    corners = mesh.points[mesh.facets]
    if faces.plane is not None:
        axis = "xyz".index(faces.plane.axis)
        if axis >= mesh.dimension:
            raise NothingSelected(where, described(faces), [f"planes across {'xyz'[: mesh.dimension]}"])
        chosen &= _all(mesh, np.asarray(np.abs(corners[:, :, axis] - faces.plane.at).max(axis=1) <= close))
    if faces.normal is not None:
        wanted = np.array(faces.normal[: mesh.dimension])
        chosen &= _all(mesh, np.asarray(outward(mesh) @ (wanted / np.linalg.norm(wanted)) >= _PARALLEL))
    if faces.box is not None:
        low, high = (np.array(bound[: mesh.dimension]) for bound in faces.box)
        chosen &= _all(mesh, np.asarray(((corners >= low - close) & (corners <= high + close)).all(axis=(1, 2))))
    if faces.nearest is not None and chosen.any():
        chosen = _nearest(mesh, chosen, faces.nearest, close, where, faces)
    if not chosen.any():
        raise NothingSelected(where, described(faces), sorted({_full(mesh, n) for n in range(len(mesh.patches))}))
    if faces.count is not None and chosen.sum() != faces.count:
        got = [_full(mesh, number) for number in np.flatnonzero(chosen).tolist()]
        raise TooMuchSelected(where, described(faces), f"{faces.count} faces", got)
    return np.flatnonzero(chosen[mesh.facet_patch])


def skin_of(faces: Faces, symmetry: Symmetry) -> str:
    """Return which face the section itself stands for is meant; empty if an outer one is."""
    name = (faces.name or "").rpartition(".")[2]
    return name if name in SKINS.get(type(symmetry), ()) else ""


def described(faces: Faces) -> str:
    """Return the conditions of a selector in words."""
    words = []
    if faces.name is not None:
        words.append(f"name {faces.name}")
    if faces.plane is not None:
        words.append(f"plane {faces.plane.axis} = {faces.plane.at:g} m")
    if faces.normal is not None:
        words.append(f"normal {_point(faces.normal)}")
    if faces.nearest is not None:
        words.append(f"nearest to {_point(faces.nearest)} m")
    if faces.box is not None:
        words.append(f"box {_point(faces.box[0])} to {_point(faces.box[1])} m")
    if faces.region is not None:
        words.append(f"region {faces.region}")
    return ", ".join(words) or "all faces"


def distances(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the (m,) distances from a point to (m, s + 1, d) simplices of at most three corners."""
    start, spans = corners[:, 0], corners[:, 1:] - corners[:, :1]
    best = np.linalg.norm(points - corners, axis=2).min(axis=1)
    if spans.shape[1] == 0:
        return np.asarray(best)
    gram = spans @ spans.transpose(0, 2, 1)
    right = np.einsum("mkd,md->mk", spans, points - start)
    inside = np.linalg.solve(gram, right[..., None])[..., 0]
    over = (inside >= 0).all(axis=1) & (inside.sum(axis=1) <= 1)
    foot = start + np.einsum("mk,mkd->md", inside, spans)
    best = np.where(over, np.linalg.norm(points - foot, axis=1), best)
    if spans.shape[1] == 2:
        for pair in ([0, 1], [0, 2], [1, 2]):
            best = np.minimum(best, distances(points, corners[:, pair]))
    return np.asarray(best)


def _named(mesh: Mesh, number: int, faces: Faces) -> bool:
    patch = mesh.patches[number]
    named = faces.name is None or faces.name in (patch.name, _full(mesh, number))
    return named and (faces.region is None or faces.region == patch.region)


def _full(mesh: Mesh, number: int) -> str:
    patch = mesh.patches[number]
    return f"{patch.region}.{patch.name}"


def _all(mesh: Mesh, held: BoolArray) -> BoolArray:
    """Patches whose every facet holds."""
    return np.asarray(np.bincount(mesh.facet_patch, ~held, len(mesh.patches)) == 0)


def _nearest(mesh: Mesh, chosen: BoolArray, point: Vector, close: float, where: str, faces: Faces) -> BoolArray:
    apart = distances(np.array(point[: mesh.dimension]), mesh.points[mesh.facets])
    least = np.full(len(mesh.patches), np.inf)
    np.minimum.at(least, mesh.facet_patch, apart)
    least[~chosen] = np.inf
    nearest = least <= least.min() + close
    if nearest.sum() > 1:
        got = [_full(mesh, number) for number in np.flatnonzero(nearest).tolist()]
        raise TooMuchSelected(where, described(faces), "one face nearer than the others", got)
    return np.asarray(nearest)


def _point(vector: Sequence[float]) -> str:
    return "(" + ", ".join(f"{x:g}" for x in vector) + ")"
