"""Writes a solution into a folder: a field for ParaView, two pictures, a summary."""

import json
from pathlib import Path

import numpy as np

from proofmark_thermal.arrays import FloatArray, IntArray
from proofmark_thermal.drawing import KELVIN, figure_of_mesh, figure_of_temperatures
from proofmark_thermal.engine import Solution
from proofmark_thermal.errors import MissingExtra
from proofmark_thermal.space import Space
from proofmark_thermal.summary import summary

FIELD, PICTURE, MESH, SUMMARY = "temperature.vtu", "temperature.png", "mesh.png", "thermal.json"
_CELLS = {
    (1, 1): ("line", [0, 1]),
    (1, 2): ("line3", [0, 1, 2]),
    (2, 1): ("triangle", [0, 1, 2]),
    (2, 2): ("triangle6", [0, 1, 2, 3, 5, 4]),
    (3, 1): ("tetra", [0, 1, 2, 3]),
    (3, 2): ("tetra10", [0, 1, 2, 3, 4, 7, 5, 6, 8, 9]),
}
"""By dimension and degree, VTK's name of the element and its order of our nodes."""


def write(solution: Solution, folder: Path) -> tuple[Path, ...]:
    """Write everything, and return the files.

    Raises
    ------
    MissingExtra
        meshio or matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = tuple(folder / name for name in (FIELD, PICTURE, MESH, SUMMARY))
    write_field(solution, written[0])
    figure_of_temperatures(solution).savefig(written[1], metadata={"Software": None})
    figure_of_mesh(solution).savefig(written[2], metadata={"Software": None})
    written[3].write_text(json.dumps(summary(solution), indent=2) + "\n")
    return written


def write_field(solution: Solution, path: Path) -> None:
    """Write the temperatures at all nodes, and each element's region."""
    try:
        import meshio
    except ImportError as error:
        raise MissingExtra("a file for ParaView", "fem") from error
    space = solution.model.space
    name, order = _CELLS[space.mesh.dimension, space.degree]
    points = np.zeros((space.size, 3))
    points[:, : space.mesh.dimension] = space.nodes
    fields = {"temperature_degc": solution.temperatures - KELVIN}
    if solution.course is not None:
        fields["peak_temperature_degc"] = solution.peak - KELVIN
    cells = [(name, _right_handed(space, points)[:, order])]
    meshio.Mesh(points, cells, fields, {"region": [space.mesh.cell_region]}).write(path)


def _right_handed(space: Space, points: FloatArray) -> IntArray:
    """Cells with their nodes in an order of positive volume."""
    dimension = space.mesh.dimension
    spans = points[space.cells[:, 1 : dimension + 1], :dimension] - points[space.cells[:, :1], :dimension]
    turned = np.linalg.det(spans) < 0
    mirrored = {
        (1, 1): [1, 0],
        (1, 2): [1, 0, 2],
        (2, 1): [0, 2, 1],
        (2, 2): [0, 2, 1, 4, 3, 5],
        (3, 1): [0, 1, 3, 2],
        (3, 2): [0, 1, 3, 2, 4, 6, 5, 8, 7, 9],
    }[dimension, space.degree]
    return np.where(turned[:, None], space.cells[:, mirrored], space.cells)
