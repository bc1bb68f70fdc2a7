"""Decks by the letter of CalculiX's manual, and what it prints."""

from itertools import pairwise

import numpy as np
import pytest

from proofmark_thermal.engines.calculix import last_printed
from proofmark_thermal.engines.calculix_deck import deck
from tests.thermal.engines.problems import model_of, problems

FACES = {1: (1, 2, 3), 2: (1, 4, 2), 3: (2, 4, 3), 4: (3, 4, 1)}
"""Of a tetrahedron: the manual's 6.2.7."""
PRINTED = """
 temperatures for set BODY and time  0.5000000E+00

         1  1.000000E+00
         2  2.000000E+00

 temperatures for set BODY and time  0.1000000E+01

         2  3.100000E+02
         1  2.931500E+02
"""


@pytest.mark.parametrize("name", ["contact", "faces and volumes", "k(T) and radiation", "curved"])
def test_no_number_is_longer_than_what_is_read_of_it(name: str) -> None:
    """It reads 20 characters of a number, and what an exponent loses is not noticed."""
    for line in deck(model_of(problems()[name])):
        if not line.startswith("*"):
            assert max(len(number.strip()) for number in line.split(",")) <= 20


def test_films_are_on_the_faces_meant() -> None:
    sections = _sections("faces and volumes")
    nodes = {int(row[0]): [float(x) for x in row[1:]] for head, rows in sections if "*NODE," in head for row in rows}
    cells = {int(row[0]): [int(n) for n in row[1:]] for head, rows in sections if "C3D10" in head for row in rows}
    films = [rows for head, rows in sections if head == "*FILM"]
    for rows, axis, at, numbers in ((films[0], 0, 0.03, ["300", "200"]), (films[1], 2, 0.02, ["290", "30"])):
        for cell, face, *given in rows:
            corners = [nodes[cells[int(cell)][corner - 1]] for corner in FACES[int(face.strip()[1:])]]
            assert np.array(corners)[:, axis] == pytest.approx([at] * 3)
            assert [number.strip() for number in given] == numbers
    assert len(films[0]) == 2 * 4 * 4


def test_wedges_stand_on_the_first_side_and_have_the_temperatures_of_the_second() -> None:
    sections = _sections("contact")
    nodes = {int(row[0]): np.array(row[1:], dtype=float) for head, rows in sections if "*NODE," in head for row in rows}
    wedges = [[int(n) for n in row[1:]] for head, rows in sections if "C3D15" in head for row in rows]
    equations = next(rows for head, rows in sections if head == "*EQUATION")
    same = {int(row[0]): int(row[3]) for row in equations if len(row) > 1}
    for wedge in wedges:
        low, high = ([nodes[n] for n in wedge[start : start + 3]] for start in (0, 3))
        upright = np.cross(low[1] - low[0], low[2] - low[0]) @ (high[0] - low[0])
        assert upright > 0
        for near, far in zip((*wedge[:3], *wedge[6:9]), (*wedge[3:6], *wedge[9:12]), strict=True):
            assert same[far] != near
            assert nodes[same[far]] == pytest.approx(nodes[near])
    assert sum(1 for row in equations if len(row) == 1) == 6 * len(wedges) == len(same)


def test_the_layer_conducts_as_the_contact_does() -> None:
    sections = _sections("contact")
    heads = [head for head, _ in sections]
    layer = heads.index("*MATERIAL, NAME=LAYER1")
    k = float(sections[layer + 1][1][0][0])
    nodes = {int(row[0]): np.array(row[1:], dtype=float) for head, rows in sections if "*NODE," in head for row in rows}
    wedge = next([int(n) for n in row[1:]] for head, rows in sections if "C3D15" in head for row in rows)
    assert k / np.linalg.norm(nodes[wedge[3]] - nodes[wedge[0]]) == pytest.approx(1 / 1e-4)


def test_the_last_table_counts() -> None:
    assert last_printed(PRINTED, 2) == pytest.approx(np.array([293.15, 310.0]))


@pytest.mark.parametrize("text", ["", PRINTED.replace("3.100000E+02", "NaN"), PRINTED[: PRINTED.rindex("1  2.9")]])
def test_a_table_that_lacks_temperatures_is_none(text: str) -> None:
    assert last_printed(text, 2) is None


def _sections(name: str) -> list[tuple[str, list[list[str]]]]:
    """Keyword lines with their data lines."""
    lines = list(deck(model_of(problems()[name])))
    heads = [number for number, line in enumerate(lines) if line.startswith("*")]
    return [
        (lines[start], [line.split(",") for line in lines[start + 1 : end]])
        for start, end in pairwise([*heads, len(lines)])
    ]
