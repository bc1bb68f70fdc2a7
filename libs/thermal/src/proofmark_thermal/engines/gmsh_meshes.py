"""Meshes of STEP files by gmsh, as a second opinion on netgen's: a program of its own, since gmsh is under the GPL.

The file is read, checked and joined as for netgen. gmsh is handed the shape, and its volumes and surfaces are known
again by their measures and middles.

References
----------
Geuzaine & Remacle (2009), Int. J. Numer. Meth. Eng. 79: gmsh.
"""

import json
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from proofmark_thermal.arrays import BoolArray, FloatArray, IntArray
from proofmark_thermal.checks import check
from proofmark_thermal.elements import edges
from proofmark_thermal.engine import Solution
from proofmark_thermal.engines.errors import EngineFailed, NotInstalled
from proofmark_thermal.engines.program import run, told
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.finite_elements import FiniteElements
from proofmark_thermal.mesh import Mesh, Patch
from proofmark_thermal.meshing import with_regions
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.occ_meshes import FINER, check_room, face_name, joined
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.shapes import Geometry, StepFile
from proofmark_thermal.step import MILLIMETRE, solids_of_step

GET = "pip install 'proofmark-thermal[gmsh]'"
GET_LIBRARIES = "apt-get install libglu1-mesa libxcursor1 libxft2 libxinerama1 libxrender1 libgl1 libfontconfig1"
MIDDLES = [4, 6, 7, 5, 9, 8]
"""Where its middles of a tetrahedron's edges stand, in the order of `edges`."""
_SAME = 1e-6
"""Of the body: how far apart one surface's middles may be."""


@dataclass(frozen=True)
class MeshedByGmsh(FiniteElements):
    """The default engine on gmsh's mesh of a STEP file."""

    def solve(self, problem: ThermalProblem) -> Solution:
        check(problem)
        room = Room(self.degree, self.memory_bytes)
        return self.refined(problem, with_regions(problem, mesh_by_gmsh(problem.geometry, problem.element_size, room)))


def gmsh_version() -> str:
    """Return gmsh's version.

    Raises
    ------
    NotInstalled
        It is not here, or libraries that it needs are not.
    """
    version = told([sys.executable, "-c", "import gmsh; print(gmsh.__version__)"])
    if version is None:
        raise NotInstalled("gmsh", GET if find_spec("gmsh") is None else GET_LIBRARIES)
    return version


def mesh_by_gmsh(geometry: Geometry, size: float | None, room: Room) -> Mesh:
    """Mesh the solids of a STEP file; see `mesh_of_step`.

    Raises
    ------
    NotInstalled
        gmsh is not here.
    BadGeometry
        The geometry is no STEP file.
    EngineFailed
        gmsh could not mesh it.
    """
    if not isinstance(geometry, StepFile):
        raise BadGeometry("geometry", "a STEP file, as gmsh meshes no primitives", "primitives")
    gmsh_version()
    solids = solids_of_step(geometry)
    whole = joined(solids, MILLIMETRE)
    return _meshed(whole, list(solids), check_room(whole, MILLIMETRE, size, room), [])


def _meshed(whole: Any, regions: list[str], largest: float, finer: list[list[float]]) -> Mesh:
    with TemporaryDirectory() as name:
        folder = Path(name)
        whole.WriteBrep(str(folder / "shape.brep"), False)
        (folder / "asked.json").write_text(json.dumps({"largest": largest, "finer": finer}))
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        run("gmsh", [sys.executable, "-m", "programs.with_gmsh", name], folder, environment)
        with np.load(folder / "meshed.npz") as arrays:
            return _read(whole, regions, largest, dict(arrays))


def _read(whole: Any, regions: list[str], largest: float, found: dict[str, Any]) -> Mesh:
    solids, faces = list(whole.solids), list(whole.faces)
    solid_of = _matched(solids, found["volume_measures"], found["volume_middles"])
    face_of = _matched(faces, found["surface_measures"], found["surface_middles"])
    region_of = np.array([regions.index(solids[number].name) for number in solid_of])
    points = found["points"] * MILLIMETRE
    cells, triangles = found["volume_elements"], found["surface_elements"]
    used = np.unique(cells[:, :4])
    number = np.full(len(points), -1)
    number[used] = np.arange(len(used))
    patches = tuple(
        Patch(face_name(faces[face].name or "", int(face)), regions[region_of[volume]])
        for face, volume in zip(face_of, found["bounded"][:, 0], strict=True)
    )
    outer = found["outer"][found["surface_of_element"]]
    ends, middles = _bent(cells, points)

    def again(mesh: Mesh, chosen: BoolArray) -> Mesh:
        places = mesh.points[mesh.cells]
        start, end = np.array(edges(3)).T
        sizes = np.linalg.norm(places[:, end] - places[:, start], axis=2).mean(axis=1) * np.where(chosen, FINER, 1)
        return _meshed(whole, regions, largest, (np.column_stack([places.mean(axis=1), sizes]) / MILLIMETRE).tolist())

    return Mesh(
        points[used],
        number[cells[:, :4]],
        tuple(regions),
        region_of[found["volume_of_element"]],
        number[triangles[outer, :3]],
        patches,
        found["surface_of_element"][outer],
        middles=(number[ends], middles),
        again=again,
    )


def _matched(shapes: list[Any], measures: FloatArray, middles: FloatArray) -> IntArray:
    """Return which of our shapes each of gmsh's is; ours have a shared face twice.

    Raises
    ------
    EngineFailed
        One is not among ours.
    """
    ours = np.array([[shape.center.x, shape.center.y, shape.center.z] for shape in shapes])
    sizes = np.array([shape.mass for shape in shapes])
    extent = np.ptp(np.concatenate([ours, middles]), axis=0).max() + sizes.max() ** (1 / 3)
    apart = np.linalg.norm(middles[:, None] - ours[None], axis=2) / extent
    apart += np.abs(measures[:, None] - sizes[None]) / sizes.max()
    nearest = apart.argmin(axis=1)
    if len(np.unique(nearest)) != len(measures) or apart.min(axis=1).max() > _SAME:
        raise EngineFailed("gmsh", "the shapes that it was given", f"{len(measures)} others")
    return np.asarray(nearest)


def _bent(cells: IntArray, points: FloatArray) -> tuple[IntArray, FloatArray]:
    """The ends and the middles of the edges that are not straight."""
    corners = cells[:, :4]
    ends = np.stack([corners[:, list(pair)] for pair in edges(3)], axis=1).reshape(-1, 2)
    middle = cells[:, MIDDLES].ravel()
    _, first = np.unique(middle, return_index=True)
    ends, middle = ends[first], middle[first]
    aside = np.linalg.norm(points[middle] - points[ends].mean(axis=1), axis=1)
    bent = aside > 1e-9 * np.ptp(points, axis=0).max()
    return ends[bent], points[middle[bent]]
