"""Moves the nodes of a space to where they belong when a primitive has other dimensions: the cells stay what they are.

Between the planes that parts with straight sides begin and end at, nodes keep their shares; a single round part is
scaled. What was refined stays refined, so that all vectors have one mesh, and its error changes with them only as the
dimensions do.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from proofmark_thermal.arrays import FloatArray
from proofmark_thermal.blocks import Area, Block
from proofmark_thermal.errors import BadGeometry
from proofmark_thermal.rectilinear import blocks_of
from proofmark_thermal.shapes import Cylinder, Disc, Geometry, Shape, Shapes, Sphere, Tube
from proofmark_thermal.space import Space

_SAME = 1e-9
"""Planes nearer than this share of the body are one."""


def movable(geometry: Geometry) -> bool:
    """Whether its mesh can follow other dimensions: parts with straight sides, or one round part."""
    if not isinstance(geometry, Shapes):
        return False
    shapes = _shapes(geometry)
    return len(shapes) == 1 or all(blocks_of(name, shape) is not None for name, shape in shapes)


def moved(space: Space, before: Geometry, after: Geometry) -> Space:
    """Return the space of a mesh for a movable geometry with other dimensions.

    Raises
    ------
    BadGeometry
        Parts that touched come apart, or change places.
    """
    assert isinstance(before, Shapes) and isinstance(after, Shapes)
    if before == after:
        return space
    olds, news = _shapes(before), _shapes(after)

    def there(points: FloatArray) -> FloatArray:
        if len(olds) == 1 and blocks_of(*olds[0]) is None:
            return _scaled(points, olds[0][1], news[0][1])
        return _between(points, _parts(olds), _parts(news))

    return replace(space, nodes=there(space.nodes), mesh=replace(space.mesh, points=there(space.mesh.points)))


def _shapes(geometry: Shapes) -> list[tuple[str, Shape]]:
    return [(name, shape) for name, shapes in geometry.parts.items() for shape in shapes]


def _parts(shapes: Sequence[tuple[str, Shape]]) -> list[Block | Area]:
    found: list[Block | Area] = []
    for name, shape in shapes:
        blocks, areas = blocks_of(name, shape) or ([], [])
        found += [*blocks, *areas]
    return found


def _between(points: FloatArray, old: Sequence[Block | Area], new: Sequence[Block | Area]) -> FloatArray:
    """Keep the shares between planes, along each axis."""
    columns = []
    for axis in range(points.shape[1]):
        pairs = sorted(
            (start[axis], end[axis])
            for one, other in zip(old, new, strict=True)
            for start, end in ((one.low, other.low), (one.high, other.high))
        )
        close = _SAME * (pairs[-1][0] - pairs[0][0])
        planes = [pairs[0]]
        for start, end in pairs[1:]:
            if start - planes[-1][0] > close:
                if not end - planes[-1][1] > close:
                    raise BadGeometry("dimensions", f"parts in the order of the mesh along {'xyz'[axis]}", "another")
                planes.append((start, end))
            elif abs(end - planes[-1][1]) > close:
                apart = f"{abs(end - planes[-1][1]):.3g} m between them along {'xyz'[axis]}"
                raise BadGeometry("dimensions", "parts that touch where they did", apart)
        columns.append(np.interp(points[:, axis], *np.array(planes).T))
    return np.column_stack(columns)


def _scaled(points: FloatArray, old: Shape, new: Shape) -> FloatArray:
    """Scale around the centre; a tube keeps the shares of its wall."""
    start, end = np.array(old.at), np.array(new.at)
    apart = points - start
    match old, new:
        case Cylinder(radius, height), Cylinder(wider, higher):
            factors = np.array([wider / radius, wider / radius, higher / height])
        case Tube(inner, outer, height), Tube(narrow, wide, higher):
            radii = np.hypot(apart[:, 0], apart[:, 1])
            across = np.interp(radii, (inner, outer), (narrow, wide)) / radii
            factors = np.column_stack([across, across, np.full(len(radii), higher / height)])
        case (Sphere(radius), Sphere(wider)) | (Disc(radius), Disc(wider)):
            factors = np.array(wider / radius)
        case _:
            raise BadGeometry("dimensions", "the parts of the mesh", "others")
    return np.asarray(end + factors * apart)
