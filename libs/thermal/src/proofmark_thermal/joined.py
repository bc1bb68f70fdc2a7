"""Primitives that our own meshes do not cover together: round parts beside others, joined by Open CASCADE."""

from collections.abc import Iterator
from math import pi
from typing import Any

from proofmark_thermal.blocks import Block
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.occ_meshes import mesh_of_solids, occ
from proofmark_thermal.rectilinear import blocks_of
from proofmark_thermal.shapes import Cylinder, Shape, Shapes, Solid, Sphere, Tube, Vector


def mesh_of_parts(geometry: Shapes, size: float | None, room: Room) -> Mesh:
    """Mesh three-dimensional parts of any shape.

    Raises
    ------
    BadGeometry
        A section has a round part beside others.
    """
    if not isinstance(geometry.symmetry, Solid):
        raise BadGeometry("geometry", "one round part, or rectangles, in a section", "round parts beside others")
    solids = {}
    for name, shapes in geometry.parts.items():
        pieces = [piece for shape in shapes for piece in _pieces(name, shape)]
        whole = pieces[0]
        for piece in pieces[1:]:
            whole = whole + piece
        solids[name] = whole
    return mesh_of_solids(solids, 1.0, size, room)


def _pieces(name: str, shape: Shape) -> Iterator[Any]:
    library = occ()
    match shape:
        case Cylinder(radius, height, at):
            yield _upright(at, radius, height, "side")
        case Tube(inner, outer, height, at):
            yield _upright(at, outer, height, "outer") - _upright(at, inner, height, "inner")
        case Sphere(radius, at):
            ball = library.Sphere(library.Pnt(*at), radius)
            ball.faces.name = "surface"
            yield ball
        case _:
            found = blocks_of(name, shape)
            if found is None or len(found[0][0].low) != 3:
                raise BadGeometry(f"part {name}", "a solid", type(shape).__name__)
            for block in found[0]:
                yield _box(block)


def _upright(at: Vector, radius: float, height: float, name: str) -> Any:
    library = occ()
    made = library.Cylinder(library.Pnt(*at), library.Z, radius, height)
    for face in made.faces:
        flat = (
            abs(face.mass - pi * radius**2) < 1e-6 * face.mass and abs(face.center.z - at[2] - height / 2) > height / 4
        )
        face.name = name if not flat else "top" if face.center.z > at[2] + height / 2 else "bottom"
    return made


def _box(block: Block) -> Any:
    library = occ()
    made = library.Box(library.Pnt(*block.low), library.Pnt(*block.high))
    for axis, direction in enumerate((library.X, library.Y, library.Z)):
        made.faces.Min(direction).name, made.faces.Max(direction).name = block.names[axis]
    return made
