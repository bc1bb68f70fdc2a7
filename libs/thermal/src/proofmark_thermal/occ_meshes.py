"""Meshes by netgen, for geometry that Open CASCADE describes: STEP files, and round primitives joined with others.

Elements follow curved faces to second order. Refinement meshes anew with smaller elements where they are wanted, so
that it follows the true faces as well.

References
----------
Schoeberl (1997), Computing and Visualization in Science 1: NETGEN.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from proofmark_thermal.arrays import BoolArray
from proofmark_thermal.elements import edges
from proofmark_thermal.errors import BadGeometry, MissingExtra, Overlap
from proofmark_thermal.mesh import Mesh, Patch
from proofmark_thermal.meshing_room import Room

FIRST_CELLS = 10
"""Along the longest side of a body, where no element size is asked for."""
CELL_VOLUME = 0.06
"""Of a tetrahedron, relative to its longest edge cubed: half of a regular one's, as thin parts take smaller ones."""
FINER = 0.55
"""Of its size, what a cell that is to be refined becomes."""
OVERLAP = 1e-6
"""Of the smaller of two solids: the volume that they may share by rounding."""


def occ() -> Any:
    """Return Open CASCADE as netgen brings it.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        import netgen.occ
    except ImportError as error:
        raise MissingExtra("geometry with curved faces beside others, or from a STEP file,", "fem") from error
    return netgen.occ


def mesh_of_solids(solids: Mapping[str, Any], scale: float, size: float | None, room: Room) -> Mesh:
    """Mesh solids of Open CASCADE; those that touch are joined.

    Parameters
    ----------
    solids
        By region; their faces' names become the patches'.
    scale
        m for one unit of the solids.

    Raises
    ------
    Overlap
        Two solids fill the same space.
    """
    whole = joined(solids, scale)
    largest = check_room(whole, scale, size, room)
    return _meshed(occ().OCCGeometry(whole), list(solids), scale, largest, ())


def check_room(whole: Any, scale: float, size: float | None, room: Room) -> float:
    """Return the largest edge of an element, in the unit of the shape, if a mesh of such elements may be made."""
    low, high = (np.array([corner.x, corner.y, corner.z]) for corner in whole.bounding_box)
    largest = size / scale if size else float((high - low).max()) / FIRST_CELLS
    room.check(whole.mass / (CELL_VOLUME * largest**3), 3)
    return largest


def joined(solids: Mapping[str, Any], scale: float) -> Any:
    """Join solids into one shape, whose faces are named by region and name, with a new line between.

    Raises
    ------
    Overlap
        Two solids fill the same space.
    """
    for (one, first), (other, second) in combinations(solids.items(), 2):
        shared = (first * second).mass if _near(first, second) else 0.0
        if shared > OVERLAP * min(first.mass, second.mass):
            raise Overlap(one, other, shared * scale**3)
    for region, solid in solids.items():
        solid.name = region
        for face in solid.faces:
            face.name = f"{region}\n{face.name or ''}"
    return occ().Glue(list(solids.values())) if len(solids) > 1 else next(iter(solids.values()))


def _near(first: Any, second: Any) -> bool:
    """Whether bounding boxes overlap."""
    boxes = [[np.array([corner.x, corner.y, corner.z]) for corner in each.bounding_box] for each in (first, second)]
    return bool((np.maximum(boxes[0][0], boxes[1][0]) < np.minimum(boxes[0][1], boxes[1][1])).all())


def _meshed(
    geometry: Any, regions: list[str], scale: float, largest: float, finer: tuple[tuple[float, ...], ...]
) -> Mesh:
    from netgen.meshing import MeshingParameters

    asked = MeshingParameters(maxh=largest)
    for x, y, z, size in finer:
        asked.RestrictH(x, y, z, size)
    try:
        made = geometry.GenerateMesh(asked)
    except Exception as error:  # netgen raises its own exceptions without a class
        raise BadGeometry("geometry", "solids that netgen can mesh", str(error).splitlines()[0]) from error
    made.SecondOrder()
    points = made.Coordinates() * scale
    volume, surface = made.Elements3D().NumPy(), made.Elements2D().NumPy()
    if not len(volume):
        raise BadGeometry("geometry", "a closed solid", "a surface without a volume")
    cells = volume["nodes"][:, :10].astype(np.int64) - 1
    materials = [made.GetMaterial(number + 1) for number in range(int(volume["index"].max()))]
    names = tuple(dict.fromkeys(regions))
    region_of = np.array([names.index(material) for material in materials])
    descriptors = [made.FaceDescriptor(number + 1) for number in range(int(surface["index"].max()))]
    outer = np.array([(face.domin == 0) != (face.domout == 0) for face in descriptors])[surface["index"] - 1]
    patches = tuple(_patch(number, face, materials) for number, face in enumerate(descriptors))
    corners = cells[:, :4]
    used = np.unique(corners)
    renumbered = np.full(len(points), -1)
    renumbered[used] = np.arange(len(used))
    ends = np.stack([corners[:, list(pair)] for pair in edges(3)], axis=1).reshape(-1, 2)
    _, first = np.unique(np.sort(ends, axis=1) @ np.array([len(points), 1]), return_index=True)
    straight = points[ends[first]].mean(axis=1)
    middles = points[cells[:, 4:].ravel()[first]]
    bent = np.linalg.norm(middles - straight, axis=1) > 1e-9 * np.ptp(points, axis=0).max()

    def again(mesh: Mesh, chosen: BoolArray) -> Mesh:
        places = mesh.points[mesh.cells]
        start, end = np.array(edges(3)).T
        sizes = np.linalg.norm(places[:, end] - places[:, start], axis=2).mean(axis=1) * np.where(chosen, FINER, 1)
        wanted = np.column_stack([places.mean(axis=1), sizes]) / scale
        return _meshed(geometry, regions, scale, largest, tuple(map(tuple, wanted.tolist())))

    return Mesh(
        points[used],
        renumbered[corners],
        names,
        region_of[volume["index"] - 1],
        renumbered[surface["nodes"][outer, :3].astype(np.int64) - 1],
        patches,
        surface["index"][outer].astype(np.int64) - 1,
        middles=(renumbered[ends[first][bent]], middles[bent]),
        again=again,
    )


def _patch(number: int, face: Any, materials: list[str]) -> Patch:
    inside = materials[max(face.domin, face.domout) - 1]
    return Patch(face_name(face.bcname, number), inside)


def face_name(given: str, number: int) -> str:
    """Return the name that a face of a joined shape had before, or one by its number, from 0."""
    region, _, name = given.partition("\n")
    return name if region and name else f"face{number + 1}"
