"""Meshes of geometries: structured where the primitives allow it, by netgen elsewhere."""

from dataclasses import replace
from math import ceil, pi

import numpy as np

from proofmark_thermal.blocks import Area, Block, grid, mesh_of_blocks
from proofmark_thermal.errors import BadGeometry, Unassigned, UnknownName
from proofmark_thermal.mesh import Mesh
from proofmark_thermal.meshing_room import Room
from proofmark_thermal.problem import ThermalProblem
from proofmark_thermal.rectilinear import blocks_of
from proofmark_thermal.round_meshes import ball, cylinder, disc, tube
from proofmark_thermal.shapes import Cylinder, Disc, Geometry, Shape, Shapes, Sphere, StepFile, Tube

FIRST_CELLS = 10
"""Along the longest side of a body, where no element size is asked for."""


def mesh_of(geometry: Geometry, size: float | None = None, room: Room | None = None) -> Mesh:
    """Mesh a geometry.

    Parameters
    ----------
    size
        m, the largest edge of an element; a tenth of the body if None.
    room
        Checked before the mesh is made; unlimited if None.

    Raises
    ------
    ThermalError
        The geometry is none: empty, overlapping, not a solid; or its mesh is too large.
    """
    room = room or Room(2, np.inf)
    if isinstance(geometry, StepFile):
        from proofmark_thermal.step import mesh_of_step

        return mesh_of_step(geometry, size, room)
    parts = [(name, shape) for name, shapes in geometry.parts.items() for shape in shapes]
    if not parts:
        raise BadGeometry("geometry", "at least one part", "none")
    found = [blocks_of(name, shape) for name, shape in parts]
    straight = [each for each in found if each is not None]
    if len(straight) == len(parts):
        blocks = [block for each, _ in straight for block in each]
        areas = [area for _, each in straight for area in each]
        return _of_blocks(blocks, areas, geometry, size, room)
    if len(parts) == 1:
        return _round(*parts[0], geometry, size, room)
    from proofmark_thermal.joined import mesh_of_parts

    return mesh_of_parts(geometry, size, room)


def mesh_for(problem: ThermalProblem, room: Room | None = None) -> Mesh:
    """Mesh a problem's geometry, and find each solid's region.

    Raises
    ------
    Unassigned
        A solid has no region.
    UnknownName
        A region has no solid.
    """
    return with_regions(problem, mesh_of(problem.geometry, problem.element_size, room))


def with_regions(problem: ThermalProblem, mesh: Mesh) -> Mesh:
    """Find each solid's region; see `mesh_for`."""
    if len(mesh.regions) == len(problem.regions) == 1:
        only = tuple(problem.regions)
        return replace(mesh, regions=only, patches=tuple(replace(patch, region=only[0]) for patch in mesh.patches))
    for name in mesh.regions:
        if name not in problem.regions:
            raise Unassigned(f"solid {name}", f"a region of that name beside {', '.join(problem.regions)}")
    for name in problem.regions:
        if name not in mesh.regions:
            raise UnknownName(f"region {name}", "solid", mesh.regions, name)
    return mesh


def _of_blocks(blocks: list[Block], areas: list[Area], geometry: Shapes, size: float | None, room: Room) -> Mesh:
    dimensions = {len(block.low) for block in blocks}
    if len(dimensions) > 1:
        raise BadGeometry("geometry", "parts of one dimension", " and ".join(map(str, sorted(dimensions))))
    extent = np.max([block.high for block in blocks], axis=0) - np.min([block.low for block in blocks], axis=0)
    size = size or float(extent.max()) / FIRST_CELLS
    dimension = len(extent)
    room.check(float(np.prod(np.ceil(extent / size))) * [1, 1, 2, 6][dimension] * _filled(blocks, extent), dimension)
    laid = grid(blocks, areas, size)
    room.check(laid.simplices, dimension)
    return mesh_of_blocks(blocks, areas, laid, geometry.symmetry)


def _filled(blocks: list[Block], extent: np.ndarray) -> float:
    """The share of its bounding box that a body fills."""
    volume = sum(float(np.prod(np.subtract(block.high, block.low))) for block in blocks)
    return min(1.0, volume / float(np.prod(extent)))


def _round(name: str, shape: Shape, geometry: Shapes, size: float | None, room: Room) -> Mesh:
    match shape:
        case Cylinder(radius, height):
            size = size or max(2 * radius, height) / FIRST_CELLS
            room.check(18 * ceil(radius / size) ** 2 * ceil(height / size), 3)
            return cylinder(name, shape, size)
        case Tube(inner, outer, height):
            size = size or max(2 * outer, height) / FIRST_CELLS
            room.check(6 * ceil(pi * (inner + outer) / size) * ceil((outer - inner) / size) * ceil(height / size), 3)
            return tube(name, shape, size)
        case Sphere(radius):
            size = size or 4 * radius / FIRST_CELLS
            room.check(4 * pi / 3 * (radius / size) ** 3 * 40, 3)
            return ball(name, shape, size)
        case Disc(radius):
            size = size or 2 * radius / FIRST_CELLS
            room.check(6 * ceil(radius / size) ** 2, 2)
            return disc(name, shape, size, geometry.symmetry)
    raise AssertionError(f"{type(shape).__name__} is made of blocks")
