"""Rectilinear bodies: axis-parallel blocks, in one, two or three dimensions, cut into simplices along one grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.errors import Overlap
from proofmark_thermal.mesh import Mesh, Patch, sides
from proofmark_thermal.shapes import Symmetry

_SAME = 1e-9
"""Planes nearer than this share of the body are one."""


@dataclass(frozen=True)
class Block:
    """From its least to its greatest coordinates, with a name for each side."""

    region: str
    low: tuple[float, ...]
    high: tuple[float, ...]
    names: tuple[tuple[str, str], ...]
    """For each axis, the side of least and of greatest coordinate."""


@dataclass(frozen=True)
class Area:
    """A rectangle in a plane perpendicular to an axis; outer facets in it get its name."""

    region: str
    name: str
    axis: int
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Grid:
    """The planes of each axis, and which block fills each cell between them."""

    lines: tuple[FloatArray, ...]
    filled: IntArray
    """One index of a block for each cell of the grid, -1 where it is empty."""

    @property
    def simplices(self) -> int:
        return int((self.filled >= 0).sum()) * [1, 1, 2, 6][len(self.lines)]


def grid(blocks: Sequence[Block], areas: Sequence[Area], size: float) -> Grid:
    """Lay planes through every side, and between them at most `size` apart.

    Raises
    ------
    Overlap
        Two blocks of different regions fill the same space.
    """
    extent = max(max(block.high[i] - block.low[i] for block in blocks) for i in range(len(blocks[0].low)))
    lines = []
    for axis in range(len(blocks[0].low)):
        parts: tuple[Block | Area, ...] = (*blocks, *areas)
        wanted = [bound[axis] for part in parts for bound in (part.low, part.high)]
        lines.append(_lines(wanted, size, _SAME * extent))
    centres = [(line[1:] + line[:-1]) / 2 for line in lines]
    filled = np.full([len(centre) for centre in centres], -1)
    for number, block in enumerate(blocks):
        inside = np.ix_(*[(c > low) & (c < high) for c, low, high in zip(centres, block.low, block.high, strict=True)])
        others = {int(other) for other in np.unique(filled[inside])} - {-1}
        for other in sorted(others):
            if blocks[other].region != block.region:
                raise Overlap(blocks[other].region, block.region, _shared(blocks[other], block))
        filled[inside] = number
    return Grid(tuple(lines), filled)


def mesh_of_blocks(blocks: Sequence[Block], areas: Sequence[Area], laid: Grid, symmetry: Symmetry) -> Mesh:
    """Cut the filled cells of a grid along their diagonals (Kuhn), the same way everywhere, so that they fit."""
    shape = tuple(len(line) for line in laid.lines)
    points = np.stack(np.meshgrid(*laid.lines, indexing="ij"), axis=-1).reshape(-1, len(shape))
    full = np.argwhere(laid.filled >= 0)
    strides = np.array([int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))])
    corner = full @ strides
    paths = [np.cumsum([0, *(strides[axis] for axis in order)]) for order in permutations(range(len(shape)))]
    cells = (corner[:, None, None] + np.array(paths)[None]).reshape(-1, len(shape) + 1)
    owner = np.repeat(laid.filled[laid.filled >= 0], len(paths))
    used, cells = np.unique(cells, return_inverse=True)
    points, cells = points[used], cells.reshape(-1, len(shape) + 1)
    regions = tuple(dict.fromkeys(block.region for block in blocks))
    cell_region = np.array([regions.index(block.region) for block in blocks])[owner]
    outer = sides(cells)
    facets = outer.corners[outer.outer]
    patches, facet_patch = _patches(blocks, areas, points, cells, facets, outer.first[outer.outer], owner)
    return Mesh(points, cells, regions, cell_region, facets, patches, facet_patch, symmetry)


def _patches(
    blocks: Sequence[Block],
    areas: Sequence[Area],
    points: FloatArray,
    cells: IntArray,
    facets: IntArray,
    first: IntArray,
    owner: IntArray,
) -> tuple[tuple[Patch, ...], IntArray]:
    corners = points[facets]
    axis = np.ptp(corners, axis=1).argmin(axis=1)
    here = np.arange(len(facets))
    middle = corners.mean(axis=1)
    upper = (middle[here, axis] > points[cells[first]].mean(axis=1)[here, axis]).astype(np.int64)
    dimension = points.shape[1]
    key = (owner[first] * dimension + axis) * 2 + upper
    labels = [Patch(block.names[i][j], block.region) for block in blocks for i, j in product(range(dimension), (0, 1))]
    close = _SAME * float(np.ptp(points, axis=0).max())
    for number, area in enumerate(areas):
        others = [i for i in range(dimension) if i != area.axis]
        inside = (axis == area.axis) & (np.abs(middle[:, area.axis] - area.low[area.axis]) < close)
        for other in others:
            inside &= (middle[:, other] > area.low[other]) & (middle[:, other] < area.high[other])
        key[inside] = len(labels) + number
    labels += [Patch(area.name, area.region) for area in areas]
    there, facet_patch = np.unique(key, return_inverse=True)
    return tuple(labels[number] for number in there), facet_patch


def _lines(wanted: Iterable[float], size: float, close: float) -> FloatArray:
    planes: list[float] = []
    for plane in sorted(wanted):
        if not planes or plane - planes[-1] > close:
            planes.append(plane)
    pieces = [
        np.linspace(start, end, max(1, int(np.ceil((end - start) / size - _SAME))), endpoint=False)
        for start, end in pairwise(planes)
    ]
    return np.concatenate([*pieces, planes[-1:]])


def _shared(first: Block, second: Block) -> float:
    low, high = np.maximum(first.low, second.low), np.minimum(first.high, second.high)
    return float(np.prod(high - low))
