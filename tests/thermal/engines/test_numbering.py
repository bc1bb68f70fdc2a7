"""Cells as other programs number them."""

import numpy as np
import pytest

from proofmark_thermal.elements import edges
from proofmark_thermal.engines.numbering import EDGES, elements, numbered, owners
from proofmark_thermal.mesh import measures
from tests.thermal.engines.problems import model_of, problems


@pytest.mark.parametrize("name", ["contact", "curved", "plane section"])
def test_cells_have_positive_volume_and_each_middle_is_between_its_corners(name: str) -> None:
    space = model_of(problems()[name]).space
    dimension = space.mesh.dimension
    cells = elements(space)
    corners = space.nodes[cells[:, : dimension + 1]]
    assert (np.linalg.det(corners[:, 1:] - corners[:, :1]) > 0).all()
    assert (np.sort(cells, axis=1) == np.sort(space.cells, axis=1)).all()
    middle_of = {
        (min(cell[i], cell[j]), max(cell[i], cell[j])): cell[dimension + 1 + column]
        for cell in space.cells.tolist()
        for column, (i, j) in enumerate(edges(dimension))
    }
    for cell in cells.tolist():
        for column, (i, j) in enumerate(EDGES[dimension]):
            assert middle_of[min(cell[i], cell[j]), max(cell[i], cell[j])] == cell[dimension + 1 + column]


def test_sides_keep_their_corners_in_order() -> None:
    assert numbered(np.array([[4, 2, 7, 12, 13, 14]]), 2).tolist() == [[4, 2, 7, 12, 14, 13]]


def test_owners_hold_the_corners_of_their_facets() -> None:
    space = model_of(problems()["contact"]).space
    facets = space.facets[:, :3]
    held = space.cells[owners(space, facets)]
    assert (held[:, :, None] == facets[:, None, :]).any(axis=1).all()
    assert measures(space.nodes[facets]).min() > 0
